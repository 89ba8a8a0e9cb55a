//! MONITOR: the commands that all masters execute, as one stream of lines.

use crate::command::{Access, ReadTimeout, lookup};
use crate::config::{Config, Server};
use crate::error::Error;
use crate::resp::{Framer, Reply, Value, pack};
use crate::session::connection::Settings;
use crate::session::session::{Outcome, Session};
use crate::session::socket::SharedSocket;
use crate::transport::{Connection, explain};
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// A connection on which a server sends a line for each command.
pub(crate) struct MonitorConnection {
    connection: Connection,
    framer: Framer,
    socket: SharedSocket,
    alias: String,
}

impl MonitorConnection {
    /// Opens a connection and waits until it receives lines. Returns the error reply if the server rejects MONITOR.
    fn open(server: &Server, config: &Config, settings: &Settings) -> Result<Result<MonitorConnection, Reply>, Error> {
        let connection = Connection::open(server, config, config.connect_timeout)?;
        let mut commands = settings.commands_to_change(&Settings::default());
        let mut ignored = commands.len();
        commands.push(pack(&[b"MONITOR"]));
        connection.send_all(&commands.concat(), &mut 0)?;
        let mut framer = Framer::default();
        loop {
            while let Some(reply) = framer.next_reply()? {
                match reply.root() {
                    _ if ignored > 0 => ignored -= 1,
                    Value::Error(_) => return Ok(Err(reply)),
                    _ => {
                        return Ok(Ok(MonitorConnection {
                            connection,
                            framer,
                            socket: SharedSocket::default(),
                            alias: server.alias.clone(),
                        }));
                    }
                }
            }
            connection.wait(ReadTimeout::Extended(Duration::ZERO), config.read_timeout)?;
            connection.receive_now(framer.reader(), 1)?;
        }
    }

    /// See [`SharedSocket::get`].
    pub(crate) fn socket(&mut self) -> Result<Arc<OwnedFd>, Error> {
        self.socket.get(&self.connection)
    }

    /// Receives without waiting and appends the lines.
    pub(crate) fn receive(&mut self, lines: &mut VecDeque<Reply>) -> Result<(), Error> {
        self.connection.receive_now(self.framer.reader(), 1)?;
        while let Some(reply) = self.framer.next_reply()? {
            if let Value::Status(line) = reply.root() {
                lines.push_back(Reply::status(&with_alias(line, &self.alias)));
            }
        }
        Ok(())
    }
}

impl AsFd for MonitorConnection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.as_fd()
    }
}

impl Session {
    pub(super) fn is_monitoring(&self) -> bool {
        self.is_monitoring
    }

    /// MONITOR on all masters, or on none if one fails. As on one server, a second MONITOR has no reply.
    pub(super) fn monitor(&mut self) -> Option<Outcome> {
        if self.is_monitoring {
            return None;
        }
        let outcome = self.open_monitors();
        self.is_monitoring = matches!(outcome, Ok(None));
        if !self.is_monitoring {
            self.monitors.clear();
        }
        Some(outcome.map(|rejection| rejection.unwrap_or_else(|| Reply::status(b"OK"))))
    }

    /// Opens the connections that are missing. Returns the first rejection.
    pub(super) fn open_monitors(&mut self) -> Result<Option<Reply>, Error> {
        let config = self.configured.config();
        for server in self.publishers().into_iter().filter(|server| !self.monitors.contains_key(server)).collect::<Vec<_>>() {
            let opened = MonitorConnection::open(&config.servers[server], config, &self.settings);
            match opened.map_err(|error| explain(&config.servers[server], error, b"MONITOR", false))? {
                Ok(connection) => drop(self.monitors.insert(server, connection)),
                Err(rejection) => return Ok(Some(rejection)),
            }
        }
        Ok(None)
    }

    /// Receives lines of all servers. A lost connection is an error of the next call that receives.
    pub(super) fn receive_lines(&mut self) {
        let mut lost = Vec::new();
        for (&server, connection) in &mut self.monitors {
            if let Err(error) = connection.receive(&mut self.messages) {
                lost.push((server, error));
            }
        }
        for (server, error) in lost {
            self.monitors.remove(&server);
            self.report_lost_messages(server, error);
        }
    }
}

/// Whether a server rejects the command on a connection with MONITOR.
pub(super) fn is_rejected_while_monitoring(args: &[&[u8]]) -> bool {
    lookup(args).is_some_and(|command| {
        let may_write = matches!(command.name, "eval" | "evalsha" | "fcall" | "publish" | "spublish");
        command.takes(args.len()) && !command.session && (command.access != Access::Other || may_write)
    })
}

/// The error reply of a server.
pub(super) fn rejected_while_monitoring() -> Reply {
    Reply::error(b"ERR Replica can't interact with the keyspace")
}

/// Adds the alias of a node to a line, before the address of the client: `1.5 [0 node_1/127.0.0.1:6379] "GET" "a"`. A command of a script has the
/// word `lua` for an address and gets a colon, because clients look for the last one.
fn with_alias(line: &[u8], alias: &str) -> Vec<u8> {
    let source = line.iter().position(|&byte| byte == b'[').and_then(|start| {
        let space = line[start..].iter().position(|&byte| byte == b' ')?;
        Some(start + space + 1)
    });
    let Some(source) = source else { return line.to_vec() };
    let (before, after) = line.split_at(source);
    match after.strip_prefix(b"lua]") {
        Some(after) => [before, alias.as_bytes(), b"/lua:]", after].concat(),
        None => [before, alias.as_bytes(), b"/", after].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alias_precedes_the_address() {
        let line = |text: &str| String::from_utf8(with_alias(text.as_bytes(), "node_1")).unwrap();
        assert_eq!(line("1.5 [0 127.0.0.1:1] \"GET\" \"[0 a\""), "1.5 [0 node_1/127.0.0.1:1] \"GET\" \"[0 a\"");
        assert_eq!(line("1.5 [10 unix:/tmp/s] \"PING\""), "1.5 [10 node_1/unix:/tmp/s] \"PING\"");
        assert_eq!(line("1.5 [0 lua] \"SET\""), "1.5 [0 node_1/lua:] \"SET\"");
        assert_eq!(line("something else"), "something else");
    }
}
