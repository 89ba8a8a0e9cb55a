//! A connection that a session has to itself: commands out, replies in, and what the session told it of itself.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Reply, Value, pack};
use crate::transport::Connection;

/// As it is sent.
pub(crate) const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";

pub(crate) struct SessionConnection {
    connection: Connection,
    /// The database that it is in.
    db: u32,
    /// What it was told.
    told: Setup,
    /// The server has granted MULTI over it.
    begins: bool,
}

/// What a session tells each of its own connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Setup {
    /// `None` is the configured one.
    pub db: Option<u32>,
    /// By CLIENT SETNAME; empty is none.
    pub name: Vec<u8>,
    /// By CLIENT NO-EVICT.
    pub stays: bool,
    /// By CLIENT SETINFO: what and how.
    pub info: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Setup {
    /// What a connection must be told that was told something else before; which database it is in is another matter.
    fn since(&self, before: &Setup) -> Vec<Vec<u8>> {
        let mut commands = Vec::new();
        if self.name != before.name {
            commands.push(pack(&[b"CLIENT", b"SETNAME", &self.name]));
        }
        if self.stays != before.stays {
            commands.push(pack(&[b"CLIENT", b"NO-EVICT", if self.stays { b"ON" } else { b"OFF" }]));
        }
        let news = self.info.iter().filter(|pair| !before.info.contains(pair));
        commands.extend(news.map(|(what, how)| pack(&[b"CLIENT", b"SETINFO", what, how])));
        commands
    }
}

impl SessionConnection {
    pub(crate) fn open(server: &Server, config: &Config) -> Result<SessionConnection, Error> {
        Ok(SessionConnection {
            connection: Connection::open(server, config, config.connect_timeout)?,
            db: server.db,
            told: Setup::default(),
            begins: false,
        })
    }

    /// Whether the server still holds its end.
    pub(crate) fn is_alive(&self) -> bool {
        self.connection.is_alive()
    }

    /// Tells the server what it does not know yet. A refused SELECT is an error: what follows would go to another database. The rest is
    /// for people to look at, and older servers lack some of it.
    pub(crate) fn prepare(&mut self, setup: &Setup, configured: u32) -> Result<(), Error> {
        let db = setup.db.unwrap_or(configured);
        if db != self.db {
            let reply = self.ask(&pack(&[b"SELECT", db.to_string().as_bytes()]), 1, &mut 0)?;
            if let Some(Value::Error(text)) = reply.value(1) {
                return Err(Error::new(Code::Connect, format!("SELECT {db}: {}", String::from_utf8_lossy(text))));
            }
            self.db = db;
        }
        if *setup != self.told {
            let commands = setup.since(&self.told);
            self.ask(&commands.concat(), commands.len(), &mut 0)?;
            self.told = setup.clone();
        }
        Ok(())
    }

    /// Has the server grant MULTI, once a connection: were it refused, what follows would be carried out at once. ResponsePolicy whether it was asked, and
    /// the transaction is begun.
    pub(crate) fn begin(&mut self) -> Result<bool, Error> {
        if self.begins {
            return Ok(false);
        }
        let reply = self.ask(MULTI, 1, &mut 0)?;
        if let Some(Value::Error(text)) = reply.value(1) {
            return Err(Error::new(Code::Request, format!("MULTI was refused: {}", String::from_utf8_lossy(text))));
        }
        self.begins = true;
        Ok(true)
    }

    /// Sends commands and reads as many replies, under one array. `sent` grows by the bytes that the kernel took.
    pub(crate) fn ask(&mut self, request: &[u8], replies: usize, sent: &mut usize) -> Result<Reply, Error> {
        self.connection.send_all(request, sent)?;
        let mut reader = self.connection.reader(true);
        self.connection.receive(&mut reader, replies)?;
        let (reply, buffer) = Reply::from_reader(reader, Some(replies));
        self.connection.reuse(buffer);
        Ok(reply)
    }

    /// The bare connection, for another use.
    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }
}
