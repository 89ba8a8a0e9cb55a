//! A connection for subscriptions. It carries messages, and confirmations between them.

use crate::command::ReadTimeout;
use crate::config::Protocol;
use crate::error::{Code, Error};
use crate::resp::{Framer, Kind, Reply, Value, pack, push_argument, push_count};
use crate::session::connection::Settings;
use crate::session::socket::SharedSocket;
use crate::session::subscriptions::SubscriptionKind;
use crate::topology::Shard;
use crate::transport::clock::{Time, exact_now, now};
use crate::transport::{Connection, ConnectionSource};
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct PubSubConnection {
    connection: Connection,
    framer: Framer,
    /// Messages are pushes, as in RESP3. The connection itself has RESP2.
    pub sends_pushes: bool,
    /// The number of replies to come that belong to the settings or to PING.
    ignored: usize,
    /// When something was last received.
    received: Time,
    /// When PING was sent, until something is received.
    pinged: Option<Time>,
    socket: SharedSocket,
}

impl PubSubConnection {
    /// Uses an idle connection or opens a new one, in the configured database: channels are the same in all databases. It waits for no reply to the
    /// settings, so that subscribing takes one round trip.
    pub(crate) fn open(shard: &Shard, settings: &Settings) -> Result<PubSubConnection, Error> {
        shard.master().check_available()?;
        let connection = match shard.take_idle_connection() {
            Some(connection) => connection,
            None => shard.open_connection()?,
        };
        let mut commands = settings.commands_to_change(&Settings::default());
        if shard.config().protocol == Protocol::Resp3 {
            commands.insert(0, pack(&[b"HELLO", b"2"]));
        }
        connection.begin_request(now());
        connection.send_all(&commands.concat(), &mut 0)?;
        Ok(PubSubConnection {
            connection,
            framer: Framer::default(),
            sends_pushes: settings.protocol == Protocol::Resp3,
            ignored: commands.len(),
            received: exact_now(),
            pinged: None,
            socket: SharedSocket::default(),
        })
    }

    /// Sends one command per name, so that the server confirms or rejects each separately. Fails at once if the server is known not to reply now.
    pub(crate) fn send(&self, command: &str, names: &[&[u8]]) -> Result<(), Error> {
        self.connection.check_available()?;
        self.connection.begin_request(now());
        let mut request = Vec::new();
        for name in names {
            push_count(&mut request, 2);
            push_argument(&mut request, command.as_bytes());
            push_argument(&mut request, name);
        }
        self.connection.send_all(&request, &mut 0)
    }

    /// Waits for the next confirmation and appends the messages before it to `messages`. Returns the error reply if the server sent one instead.
    pub(crate) fn confirmation(&mut self, messages: &mut VecDeque<Reply>) -> Result<Option<Reply>, Error> {
        loop {
            while let Some(reply) = self.framer.next_reply()? {
                match reply.root() {
                    _ if is_message(&reply) => messages.push_back(self.message(reply)),
                    _ if self.ignored > 0 => self.ignored -= 1,
                    Value::Error(_) => return Ok(Some(reply)),
                    _ => return Ok(None),
                }
            }
            self.connection.wait(ReadTimeout::Extended(Duration::ZERO))?;
            self.receive_bytes()?;
        }
    }

    fn receive_bytes(&mut self) -> Result<(), Error> {
        if self.connection.receive_now(self.framer.reader(), 1)? > 0 {
            (self.received, self.pinged) = (exact_now(), None);
        }
        Ok(())
    }

    /// Sends PING if the server was silent for long. Fails if it does not reply. Returns when to look again.
    pub(crate) fn check(&mut self) -> Result<Time, Error> {
        let now = exact_now();
        if now < self.next_check() {
            return Ok(self.next_check());
        }
        if self.pinged.is_some() {
            return Err(self.connection.fail(Error::new(Code::Timeout, "no reply in time")));
        }
        self.connection.begin_request(now);
        self.connection.send_all(&pack(&[b"PING"]), &mut 0)?;
        self.ignored += 1;
        self.pinged = Some(now);
        Ok(self.next_check())
    }

    /// When [`PubSubConnection::check`] has something to do.
    pub(crate) fn next_check(&self) -> Time {
        let (interval, limit) = self.connection.ping_limits();
        self.pinged.map_or_else(|| self.received.saturating_add(interval), |pinged| pinged.saturating_add(limit))
    }

    /// See [`SharedSocket::get`].
    pub(crate) fn socket(&mut self) -> Result<Arc<OwnedFd>, Error> {
        self.socket.get(&self.connection)
    }

    fn message(&self, reply: Reply) -> Reply {
        if self.sends_pushes { reply.with_root_kind(Kind::Push) } else { reply }
    }

    /// Subscribes to all of these names on a new connection.
    pub(crate) fn subscribe_all(
        &mut self,
        subscriptions: &[(SubscriptionKind, Vec<&[u8]>)],
        messages: &mut VecDeque<Reply>,
    ) -> Result<(), Error> {
        for (kind, names) in subscriptions {
            self.send(kind.subscribe(), names)?;
        }
        for _ in subscriptions.iter().flat_map(|(_, names)| names) {
            self.confirmation(messages)?;
        }
        Ok(())
    }

    /// Receives without waiting and appends the messages.
    pub(crate) fn receive(&mut self, messages: &mut VecDeque<Reply>) -> Result<(), Error> {
        self.receive_bytes()?;
        self.take_received(messages)
    }

    /// Appends the messages that were received together with a confirmation. The socket does not become readable for them again.
    pub(crate) fn take_received(&mut self, messages: &mut VecDeque<Reply>) -> Result<(), Error> {
        while let Some(reply) = self.framer.next_reply()? {
            if is_message(&reply) {
                messages.push_back(self.message(reply));
            } else {
                self.ignored = self.ignored.saturating_sub(1);
            }
        }
        Ok(())
    }
}

impl AsFd for PubSubConnection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.as_fd()
    }
}

fn is_message(reply: &Reply) -> bool {
    let Value::Array(mut parts) = reply.root() else { return false };
    matches!(parts.next(), Some(Value::String(b"message" | b"pmessage" | b"smessage")))
}
