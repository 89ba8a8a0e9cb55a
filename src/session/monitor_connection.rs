//! A connection with MONITOR.

use crate::command::ReadTimeout;
use crate::error::Error;
use crate::resp::{Framer, Reply, Value, pack};
use crate::session::connection::Settings;
use crate::session::socket::SharedSocket;
use crate::topology::Shard;
use crate::transport::{Connection, ConnectionSource};
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
    pub(crate) fn open(shard: &Shard, settings: &Settings) -> Result<Result<MonitorConnection, Reply>, Error> {
        let connection = shard.open_connection()?;
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
                            alias: shard.server().alias.clone(),
                        }));
                    }
                }
            }
            connection.wait(ReadTimeout::Extended(Duration::ZERO))?;
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
