//! An attempt to connect to a server that never waits: the owner polls the socket and calls [`Connecting::advance`] when it is ready.

use crate::config::{Config, Server};
use crate::error::Error;
use crate::resp::Framer;
use crate::transport::clock::{Time, now, span};
use crate::transport::connection::{Connection, check_first_reply, connect_failed, first_commands, timed_out};
use crate::transport::socket_address::SocketAddressOrPath;

pub(crate) struct Connecting {
    connection: Connection,
    /// The addresses to try if this one fails, the next one last.
    others: Vec<SocketAddressOrPath>,
    /// What is sent first, and how much of it the kernel took. `None`: the connection is not established yet.
    sent: Option<usize>,
    greeting: Vec<u8>,
    /// The number of replies to come.
    missing: usize,
    framer: Framer,
    deadline: Option<Time>,
}

/// How far an attempt has come.
pub(crate) enum Step {
    Waiting,
    /// The socket is another one: the next address is tried.
    OtherSocket,
    Connected,
}

impl Connecting {
    pub(crate) fn begin(server: &Server, config: &Config) -> Result<Connecting, Error> {
        let mut others = SocketAddressOrPath::all_of(&server.address).map_err(|error| connect_failed(&error.to_string()))?;
        others.reverse();
        let connection = next_connection(&mut others, config)?;
        let greeting = first_commands(server, config.protocol);
        Ok(Connecting {
            connection,
            others,
            sent: None,
            missing: greeting.len(),
            greeting: greeting.concat(),
            framer: Framer::with_max_depth(config.max_reply_depth),
            deadline: config.connect_timeout.map(|timeout| now().saturating_add(span(timeout))),
        })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn into_connection(self) -> Connection {
        self.connection
    }

    /// When the attempt takes too long.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.deadline
    }

    /// The error if the attempt takes too long.
    pub(crate) fn timed_out(&self) -> Error {
        match self.sent {
            None => connect_failed("connection timed out"),
            Some(_) => connect_failed(timed_out().message()),
        }
    }

    /// Whether the socket has to be writable for the next step; otherwise readable.
    pub(crate) fn awaits_writable(&self) -> bool {
        self.sent.is_none_or(|sent| sent < self.greeting.len())
    }

    /// Goes on as far as possible without waiting.
    pub(crate) fn advance(&mut self, config: &Config) -> Result<Step, Error> {
        if self.sent.is_none() {
            if let Err(error) = self.connection.connect_outcome() {
                if self.others.is_empty() {
                    return Err(error);
                }
                self.connection = next_connection(&mut self.others, config)?;
                return Ok(Step::OtherSocket);
            }
            self.sent = Some(0);
        }
        if let Some(sent) = self.sent.as_mut().filter(|sent| **sent < self.greeting.len()) {
            *sent += self.connection.send_now(&self.greeting[*sent..], false).map_err(|error| connect_failed(error.message()))?;
        }
        if self.missing > 0 {
            self.connection.receive_now(self.framer.reader(), 0).map_err(|error| connect_failed(error.message()))?;
        }
        while self.missing > 0
            && let Some(reply) = self.framer.next_reply()?
        {
            check_first_reply(&reply.root(), config.protocol)?;
            self.missing -= 1;
        }
        Ok(if self.missing == 0 { Step::Connected } else { Step::Waiting })
    }
}

/// Begins with the next address; skips those that fail at once.
fn next_connection(others: &mut Vec<SocketAddressOrPath>, config: &Config) -> Result<Connection, Error> {
    let mut last = connect_failed("the host name has no address");
    while let Some(address) = others.pop() {
        match Connection::begin(&address, config) {
            Ok(connection) => return Ok(connection),
            Err(error) => last = error,
        }
    }
    Err(last)
}
