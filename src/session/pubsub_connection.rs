//! A connection that messages come over, and the confirmations between them.

use crate::command::ReadTimeout;
use crate::config::{Config, Server};
use crate::error::Error;
use crate::resp::{Reply, Value, push_argument, push_count};
use crate::session::connection::{SessionConnection, Setup};
use crate::session::framing::Framer;
use crate::session::subscriptions::Kind;
use crate::transport::Connection;
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

pub(crate) struct PubSubConnection {
    connection: Connection,
    frames: Framer,
    read_timeout: Option<Duration>,
}

impl PubSubConnection {
    pub(crate) fn open(server: &Server, config: &Config, setup: &Setup) -> Result<PubSubConnection, Error> {
        let mut seat = SessionConnection::open(server, config)?;
        // Messages know no databases.
        seat.prepare(&Setup { db: None, ..setup.clone() }, server.db)?;
        Ok(PubSubConnection { connection: seat.into_connection(), frames: Framer::default(), read_timeout: config.read_timeout })
    }

    /// Sends a command for each name, so that each is confirmed or refused by itself.
    pub(crate) fn send(&self, command: &str, names: &[&[u8]]) -> Result<(), Error> {
        let mut request = Vec::new();
        for name in names {
            push_count(&mut request, 2);
            push_argument(&mut request, command.as_bytes());
            push_argument(&mut request, name);
        }
        self.connection.send_all(&request, &mut 0)
    }

    /// Waits for the next confirmation; the messages before it are put aside. ResponsePolicy the server's refusal, if it is one.
    pub(crate) fn confirmation(&mut self, messages: &mut VecDeque<Reply>) -> Result<Option<Reply>, Error> {
        loop {
            while let Some(reply) = self.next()? {
                match reply.root() {
                    Value::Error(_) => return Ok(Some(reply)),
                    _ if is_message(&reply) => messages.push_back(reply),
                    _ => return Ok(None),
                }
            }
            self.connection.wait(ReadTimeout::Extended(Duration::ZERO), self.read_timeout)?;
            self.connection.receive_into(self.frames.room())?;
        }
    }

    /// Subscribes to what the session is subscribed to here.
    pub(crate) fn renew(&mut self, subscriptions: &[(Kind, Vec<&[u8]>)], messages: &mut VecDeque<Reply>) -> Result<(), Error> {
        for (kind, names) in subscriptions {
            self.send(kind.subscribe(), names)?;
        }
        for _ in subscriptions.iter().flat_map(|(_, names)| names) {
            self.confirmation(messages)?;
        }
        Ok(())
    }

    /// Takes in what is there at once.
    pub(crate) fn receive(&mut self, messages: &mut VecDeque<Reply>) -> Result<(), Error> {
        self.connection.receive_into(self.frames.room())?;
        self.read(messages)
    }

    /// Takes in what has come already: with a confirmation may come messages, of which the socket will not tell again.
    pub(crate) fn read(&mut self, messages: &mut VecDeque<Reply>) -> Result<(), Error> {
        while let Some(reply) = self.next()? {
            if is_message(&reply) {
                messages.push_back(reply);
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Reply>, Error> {
        let whole = self.frames.next()?;
        whole.map(|whole| self.frames.reply(whole)).transpose()
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
