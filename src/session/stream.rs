//! The session as a stream of bytes: what a client of some language writes to a socket and reads from it.

use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Value};
use crate::session::Session;
use crate::session::dispatch::state_command;
use crate::session::encode::encode;
use crate::session::framing::Framer;
use crate::session::subscriptions::Kind;
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Stream {
    /// Requests that are not whole yet.
    incoming: Framer,
    /// What was not read yet, and how much of it was.
    outgoing: Vec<u8>,
    given: usize,
}

impl Session {
    /// Takes the next bytes of a stream of requests, cut anywhere, and carries out every command that is whole. The replies are then there for
    /// [`Session::read`], in RESP2: a map as an array, a command that failed as an error.
    ///
    /// Commands are arrays of bulk strings; what is not ends the stream, and the session with it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.enter()?;
        self.stream.incoming.room().extend_from_slice(bytes);
        let outcome = self.carry_out();
        if outcome.is_err() {
            self.quit();
        }
        outcome
    }

    /// Reads what the session has to say into a buffer and answers how many bytes that was: replies, and, while it is subscribed, messages.
    /// When there is nothing it waits; 0: the time is up, somebody interrupted, or the buffer is empty. Without a timeout it waits for ever.
    ///
    /// After QUIT the rest is read, and then the call fails, as it does when the connection to a server that the session is subscribed on was
    /// lost.
    pub fn read(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> Result<usize, Error> {
        if self.stream.is_empty() {
            self.enter()?;
            match self.next_message(timeout)? {
                Some(message) => encode(&message.root(), &mut self.stream.outgoing),
                None => return Ok(0),
            }
            self.say_messages();
        } else if self.process != std::process::id() {
            self.enter()?;
        }
        Ok(self.stream.give(buffer))
    }

    fn carry_out(&mut self) -> Result<(), Error> {
        let mut request = Vec::new();
        while let Some(whole) = self.stream.incoming.next().map_err(|error| Error::new(Code::Request, error.message()))? {
            let command = self.stream.incoming.bytes(whole).to_vec();
            match subscribing(&command)? {
                None if !self.is_subscribed() => request.extend_from_slice(&command),
                subscribing => {
                    self.say(&std::mem::take(&mut request), true)?;
                    self.say(&command, subscribing != Some(false))?;
                }
            }
        }
        self.say(&request, true)
    }

    /// Carries commands out and has their replies said. Messages come before the replies: those from before the commands in any case, and, where
    /// the replies do not come first, those that came meanwhile, which are of a channel that is left.
    fn say(&mut self, request: &[u8], replies_first: bool) -> Result<(), Error> {
        if request.is_empty() || self.closed {
            return Ok(());
        }
        self.say_messages();
        let reply = self.execute(request)?;
        if !replies_first {
            self.say_messages();
        }
        if let Value::Array(replies) = reply.root() {
            replies.for_each(|reply| encode(&reply, &mut self.stream.outgoing));
        }
        Ok(())
    }

    fn say_messages(&mut self) {
        self.messages.drain(..).for_each(|message| encode(&message.root(), &mut self.stream.outgoing));
    }
}

impl Stream {
    fn is_empty(&self) -> bool {
        self.given == self.outgoing.len()
    }

    fn give(&mut self, buffer: &mut [u8]) -> usize {
        let rest = &self.outgoing[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        if self.is_empty() {
            self.outgoing.clear();
            self.given = 0;
        }
        count
    }
}

/// Whether a command subscribes (true) or unsubscribes (false), if it does either.
fn subscribing(command: &[u8]) -> Result<Option<bool>, Error> {
    let mut args = Args::new();
    Commands::of(command).next(&mut args)?;
    Ok(state_command(&args).and_then(Kind::of).map(|(_, subscribes)| subscribes))
}
