//! A connection that one session uses exclusively, with the settings of that session.

use crate::config::Protocol;
use crate::error::{Code, Error};
use crate::resp::{Entry, Kind, Reader, Reply, Value, pack};
use crate::topology::Shard;
use crate::transport::clock::now;
use crate::transport::{Connection, ConnectionSource, Watch, is_rejected_by_replica};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// The packed command.
pub(crate) const MULTI: &[u8] = b"*1\r\n$5\r\nMULTI\r\n";

pub(crate) struct SessionConnection {
    connection: Connection,
    /// The database that the connection is in.
    db: u32,
    /// The settings that the server has received, without the database.
    applied: Settings,
    /// The server has accepted MULTI on this connection.
    has_accepted_multi: bool,
    /// By CLIENT ID, after [`SessionConnection::learn_id`].
    id: Option<i64>,
    /// After CLIENT TRACKING ON: the id of the connection on the same server that gets the invalidation messages.
    receiver: Option<Vec<u8>>,
    /// The server has rejected a write as a replica does, so another connection may lead to the master.
    is_of_replica: bool,
    /// The scripts that the session has loaded on the server since the connection was made.
    scripts: Vec<Arc<[u8]>>,
}

/// What a session sets on each of its connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// By SELECT; `None` is the configured database of each server.
    pub db: Option<u32>,
    /// By HELLO.
    pub protocol: Protocol,
    /// By CLIENT SETNAME; empty is no name.
    pub name: Vec<u8>,
    /// By CLIENT NO-EVICT.
    pub no_evict: bool,
    /// By CLIENT NO-TOUCH.
    pub no_touch: bool,
    /// By CLIENT SETINFO: attributes and values.
    pub info: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Settings {
    /// Returns the packed commands that change a connection from other settings to these. SELECT and HELLO are not among them.
    pub(crate) fn commands_to_change(&self, from: &Settings) -> Vec<Vec<u8>> {
        let mut commands = Vec::new();
        if self.name != from.name {
            commands.push(pack(&[b"CLIENT", b"SETNAME", &self.name]));
        }
        let mut switch = |name: &[u8], is_on: bool| commands.push(pack(&[b"CLIENT", name, if is_on { b"ON" } else { b"OFF" }]));
        if self.no_evict != from.no_evict {
            switch(b"NO-EVICT", self.no_evict);
        }
        if self.no_touch != from.no_touch {
            switch(b"NO-TOUCH", self.no_touch);
        }
        let changed = self.info.iter().filter(|pair| !from.info.contains(pair));
        commands.extend(changed.map(|(attribute, value)| pack(&[b"CLIENT", b"SETINFO", attribute, value])));
        commands
    }
}

impl SessionConnection {
    pub(crate) fn open(shard: &Shard) -> Result<SessionConnection, Error> {
        Ok(SessionConnection {
            connection: shard.open_connection()?,
            db: shard.server().db,
            applied: Settings { protocol: shard.config().protocol, ..Settings::default() },
            has_accepted_multi: false,
            id: None,
            receiver: None,
            is_of_replica: false,
            scripts: Vec::new(),
        })
    }

    /// Fails if the server is known not to reply now.
    pub(crate) fn check_available(&self) -> Result<(), Error> {
        self.connection.check_available()
    }

    /// Returns whether the connection can be used for more commands: it is open, and its server has not become a replica.
    pub(crate) fn is_alive(&self) -> bool {
        !self.is_of_replica && self.is_open()
    }

    /// Returns whether the server has not closed the connection.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_alive()
    }

    /// Applies settings. A rejected SELECT or HELLO is an error, because the commands that follow would run in another database or have other
    /// replies. Other rejections are ignored: these settings are informational, and older servers lack some of them.
    pub(crate) fn apply(&mut self, settings: &Settings, configured_db: u32) -> Result<(), Error> {
        let db = settings.db.unwrap_or(configured_db);
        if db != self.db {
            self.require("SELECT", &db.to_string())?;
            self.db = db;
        }
        if settings.protocol != self.applied.protocol {
            self.require("HELLO", settings.protocol.number())?;
            self.applied.protocol = settings.protocol;
        }
        if *settings != self.applied {
            let commands = settings.commands_to_change(&self.applied);
            self.ask(&commands.concat(), commands.len(), &mut 0)?;
            self.applied = settings.clone();
        }
        Ok(())
    }

    /// Sends a command with one argument, which the server must accept.
    fn require(&mut self, name: &str, argument: &str) -> Result<(), Error> {
        let reply = self.ask(&pack(&[name.as_bytes(), argument.as_bytes()]), 1, &mut 0)?;
        let Some(Value::Error(text)) = reply.value(1) else { return Ok(()) };
        let error = Error::new(Code::Connect, format!("{name} {argument}: {}", String::from_utf8_lossy(text)));
        // A server that runs a script would refuse the command in the same way.
        Err(if text.starts_with(b"BUSY ") { error.refused_with(text) } else { error })
    }

    /// Whether the session has loaded a script on the server, which has not been restarted since then.
    pub(crate) fn has_script(&self, source: &Arc<[u8]>) -> bool {
        self.scripts.iter().any(|known| Arc::ptr_eq(known, source)) && self.is_alive()
    }

    /// Records that the session has loaded a script on the server.
    pub(crate) fn add_script(&mut self, source: Arc<[u8]>) {
        const MOST: usize = 1000;
        if self.scripts.len() == MOST {
            self.scripts.clear();
        }
        self.scripts.push(source);
    }

    /// Sends MULTI once per connection, after a question for its ID, and waits for the reply: if the server rejected it in a pipeline, it would execute the commands that
    /// follow at once. Returns whether MULTI was sent, in which case the transaction has begun.
    pub(crate) fn check_multi(&mut self) -> Result<bool, Error> {
        if self.has_accepted_multi {
            return Ok(false);
        }
        let reply = match self.id {
            None => self.ask(&[&pack(&[b"CLIENT", b"ID"]), MULTI].concat(), 2, &mut 0)?,
            Some(_) => self.ask(MULTI, 1, &mut 0)?,
        };
        let mut multi = 1;
        if self.id.is_none() {
            multi += reply.entries()[1].span();
            self.id = if let Some(Value::Integer(id)) = reply.value(1) { Some(id) } else { None };
        }
        if let Some(Value::Error(text)) = reply.value(multi) {
            return Err(Error::new(Code::Request, format!("MULTI was refused: {}", String::from_utf8_lossy(text))));
        }
        self.has_accepted_multi = true;
        Ok(true)
    }

    /// Sends commands and returns an array of their replies. `sent` grows by the number of bytes that the kernel accepted, also on failure.
    pub(crate) fn ask(&mut self, request: &[u8], replies: usize, sent: &mut usize) -> Result<Reply, Error> {
        self.send(request, sent)?;
        self.receive(replies)
    }

    /// Sends commands. `sent` is that of [`SessionConnection::ask`].
    pub(crate) fn send(&mut self, request: &[u8], sent: &mut usize) -> Result<(), Error> {
        self.connection.begin_request(now());
        self.connection.send_all(request, sent)
    }

    /// Returns an array of the next replies.
    pub(crate) fn receive(&mut self, replies: usize) -> Result<Reply, Error> {
        let mut reader = self.connection.reader(true);
        self.connection.receive(&mut reader, replies)?;
        let (reply, buffer) = Reply::from_reader(reader, Some(replies));
        self.connection.reuse(buffer);
        self.note_rejection(&reply);
        if self.receiver.is_some()
            && let Value::Array(mut replies) = reply.root()
            && replies.any(|reply| matches!(reply, Value::Push(_)))
        {
            return Err(lost_receiver());
        }
        Ok(reply)
    }

    /// Notices that the server does not reply any more while a command waits.
    pub(crate) fn watch(&self) -> Watch {
        self.connection.watch()
    }

    /// The id of the connection that gets the invalidation messages.
    pub(crate) fn receiver_id(&self) -> Option<&[u8]> {
        self.receiver.as_deref()
    }

    /// Runs CLIENT TRACKING. If the server accepts it, the connection with that id gets the messages; `None`: tracking is off. Returns the error
    /// reply otherwise.
    pub(crate) fn track(&mut self, request: &[u8], receiver: Option<&[u8]>) -> Result<Option<Reply>, Error> {
        let reply = self.ask(request, 1, &mut 0)?.extract(1);
        match reply.root() {
            Value::Status(b"OK") => {
                self.receiver = receiver.map(<[u8]>::to_vec);
                Ok(None)
            }
            Value::Error(_) => Ok(Some(reply)),
            _ => Err(Error::new(Code::Protocol, "CLIENT TRACKING: an unexpected reply")),
        }
    }

    /// Runs CLIENT TRACKING OFF if tracking is on. If that fails, the next command reports it.
    pub(crate) fn stop_tracking(&mut self) {
        if self.receiver.is_some() {
            let _ = self.track(&pack(&[b"CLIENT", b"TRACKING", b"OFF"]), None);
        }
    }

    /// Records that the server has executed SELECT in a transaction.
    pub(crate) fn set_database(&mut self, db: u32) {
        self.db = db;
    }

    /// Records that the server has executed HELLO in a transaction.
    pub(crate) fn set_greeted(&mut self, protocol: Protocol, name: Option<&[u8]>) {
        self.applied.protocol = protocol;
        if let Some(name) = name {
            self.applied.name = name.to_vec();
        }
    }

    /// Asks the server once for the ID of this connection.
    pub(crate) fn learn_id(&mut self) -> Result<(), Error> {
        if self.id.is_none()
            && let Some(Value::Integer(id)) = self.ask(&pack(&[b"CLIENT", b"ID"]), 1, &mut 0)?.value(1)
        {
            self.id = Some(id);
        }
        Ok(())
    }

    /// Runs HELLO with a protocol and, if it is given, a name. If the server accepts it, the connection has both, and its id is known from the reply.
    pub(crate) fn hello(&mut self, protocol: Protocol, name: Option<&[u8]>, sent: &mut usize) -> Result<Reply, Error> {
        let mut words: Vec<&[u8]> = vec![b"HELLO", protocol.number().as_bytes()];
        words.extend(name.into_iter().flat_map(|name| [b"SETNAME".as_slice(), name]));
        let reply = self.ask(&pack(&words), 1, sent)?.extract(1);
        if !matches!(reply.root(), Value::Error(_)) {
            self.applied.protocol = protocol;
            name.into_iter().for_each(|name| self.applied.name = name.to_vec());
            self.id = self.id.or_else(|| id_in_hello(&reply));
        }
        Ok(reply)
    }

    /// Returns the ID if it is known.
    pub(crate) fn id(&self) -> Option<i64> {
        self.id
    }

    /// Ends the blocking command that another connection waits for.
    pub(crate) fn unblock(&mut self, id: i64, with_error: bool) -> Result<(), Error> {
        let kind: &[u8] = if with_error { b"ERROR" } else { b"TIMEOUT" };
        match self.ask(&pack(&[b"CLIENT", b"UNBLOCK", id.to_string().as_bytes(), kind]), 1, &mut 0)?.value(1) {
            Some(Value::Error(text)) => Err(Error::new(Code::Request, format!("CLIENT UNBLOCK: {}", String::from_utf8_lossy(text)))),
            _ => Ok(()),
        }
    }

    /// Sends a command and returns the reader for its reply. `sent` is that of [`SessionConnection::ask`].
    pub(crate) fn begin(&mut self, request: &[u8], sent: &mut usize) -> Result<Reader, Error> {
        self.send(request, sent)?;
        Ok(self.connection.reader(true))
    }

    /// Receives what has arrived of the reply. Returns whether the reply is complete.
    pub(crate) fn receive_now(&self, reader: &mut Reader) -> Result<bool, Error> {
        while reader.complete() == 0 {
            if self.connection.receive_now(reader, 1)? == 0 {
                return Ok(false);
            }
        }
        reader.finish()?;
        if self.receiver.is_some() && reader.entries().first().is_some_and(|entry| entry.kind() == Kind::Push) {
            return Err(lost_receiver());
        }
        Ok(true)
    }

    /// Makes a reply of what [`SessionConnection::receive_now`] has received.
    pub(crate) fn end(&mut self, reader: Reader) -> Reply {
        let (reply, buffer) = Reply::from_reader(reader, Some(1));
        self.connection.reuse(buffer);
        self.note_rejection(&reply);
        reply.extract(1)
    }

    fn note_rejection(&mut self, reply: &Reply) {
        let is_rejection = |entry: &Entry| entry.kind() == Kind::Error && is_rejected_by_replica(reply.entry_bytes(entry));
        self.is_of_replica |= reply.entries().iter().any(is_rejection);
    }
}

/// A server says in RESP3, in place of the reply, that the connection for invalidation messages is gone.
fn lost_receiver() -> Error {
    Error::new(Code::Io, "the connection for the messages of CLIENT TRACKING was lost")
}

impl AsFd for SessionConnection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.as_fd()
    }
}

fn id_in_hello(reply: &Reply) -> Option<i64> {
    let (Value::Map(mut fields) | Value::Array(mut fields)) = reply.root() else { return None };
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        if let (Value::String(b"id"), Value::Integer(id)) = (name, value) {
            return Some(id);
        }
    }
    None
}
