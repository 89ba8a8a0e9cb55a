//! The first round trip of a connection: what every connection begins with, and the question for the role of the server.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, Value};
use crate::transport::clock::{exact_now, span};
use crate::transport::connection::Connection;
use crate::transport::connection_errors::{closed, connect_failed, timed_out};
use crate::transport::deadline;
use crate::transport::greeting::{check_first_reply, first_commands};
use crate::transport::limits::{Limit, SHORT_TIMEOUT, at_most};
use crate::transport::probe::hung_up;
use crate::transport::role::{ROLE, Role};
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::RecvFlags;

/// The command INFO keyspace as RESP.
const INFO_KEYSPACE: &[u8] = b"*2\r\n$4\r\nINFO\r\n$8\r\nkeyspace\r\n";

impl Connection {
    /// Sends HELLO or AUTH, and SELECT, if the configuration requires them, and ROLE if that is asked for, in one round trip.
    pub(super) fn prepare(&mut self, server: &Server, config: &Config, asks_role: Option<Limit>) -> Result<(), Error> {
        let requests = first_commands(server, config.protocol);
        let only_asks_role = requests.is_empty();
        let role = asks_role.map(|_| ROLE.to_vec());
        let commands = requests.len() + usize::from(role.is_some());
        if commands == 0 {
            return Ok(());
        }
        if only_asks_role {
            self.continue_request(self.began());
        }
        let in_context = |error: Error| {
            if only_asks_role || error.code() == Code::Connect || deadline::has_passed() { error } else { connect_failed(error.message()) }
        };
        self.send_all(&[requests.concat(), role.unwrap_or_default()].concat(), &mut 0).map_err(in_context)?;
        let mut reader = self.reader(true);
        self.receive_all_in_time(&mut reader, commands, config, asks_role).map_err(in_context)?;
        let (replies, buffer) = Reply::from_reader(reader, Some(commands));
        if let Value::Array(mut values) = replies.root() {
            values
                .by_ref()
                .take(requests.len())
                .try_for_each(|reply| check_first_reply(&reply, config.protocol))
                .map_err(|error| self.statistics.failed_with(error))?;
            self.role = values.next().map(|role| Box::new(Role::from_value(role)));
        }
        self.reuse(buffer);
        self.role.as_deref().map_or(Ok(()), Role::check_is_master)
    }

    /// The time limit holds for all of these replies together, unlike for those to commands. Silence in the short limit is no failure of the server.
    fn receive_all_in_time(&self, reader: &mut Reader, commands: usize, config: &Config, asks_role: Option<Limit>) -> Result<(), Error> {
        let is_short = asks_role == Some(Limit::Short);
        let until = match is_short {
            true => exact_now().saturating_add(span(at_most(config.read_timeout, SHORT_TIMEOUT))),
            false => self.reply_by(),
        };
        while reader.complete() < commands {
            if !self.poll(PollFlags::IN, until)? {
                return Err(if is_short { timed_out() } else { self.give_up("connecting", timed_out()) });
            }
            match self.socket.recv(reader, RecvFlags::DONTWAIT)? {
                Ok(0) => return Err(self.fail(closed())),
                Ok(count) => {
                    self.statistics.received(count);
                    reader.advance(commands)?;
                }
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(self.lost(error)),
            }
            // A server that hangs up sends no further replies.
            if hung_up(reader.bytes()).is_some() {
                return self.check_first_reply(reader);
            }
        }
        self.statistics.replied(commands, 0);
        self.receive(reader, commands)
    }

    /// The replication offset of a master that has no keys; `None` if it has some or does not say.
    pub(super) fn ask_offset_of_empty_master(&mut self) -> Result<Option<u64>, Error> {
        self.send_all(&[INFO_KEYSPACE, ROLE].concat(), &mut 0)?;
        let mut reader = self.reader(true);
        self.receive(&mut reader, 2)?;
        let (replies, buffer) = Reply::from_reader(reader, Some(2));
        self.reuse(buffer);
        let Value::Array(mut values) = replies.root() else { return Ok(None) };
        let (Some(Value::String(info)), Some(role)) = (values.next(), values.next()) else { return Ok(None) };
        // One line for each database with keys.
        let has_keys = info.split(|&byte| byte == b'\n').any(|line| line.starts_with(b"db"));
        Ok(if has_keys { None } else { Role::from_value(role).offset() })
    }

    /// How many bytes of changes the server has sent to replicas, if it was asked for its role when the connection was opened.
    pub(super) fn replication_offset(&self) -> Option<u64> {
        self.role.as_deref().and_then(Role::offset)
    }

    /// What the server said of its role, if the connection was opened for the request that it is used for now.
    pub(crate) fn take_role(&mut self) -> Option<Role> {
        self.role.take().filter(|_| self.opened_for == self.began()).map(|role| *role)
    }
}
