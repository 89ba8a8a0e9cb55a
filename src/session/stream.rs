//! The session as a stream of bytes, in place of the socket of an existing client.

use crate::error::Error;
use crate::resp::{ProtocolError, Value};
use crate::session::receive::{Wait, deadline};
use crate::session::session::Session;
use crate::session::state_command::state_command;
use crate::session::subscriptions::SubscriptionKind;
use std::time::{Duration, Instant};

impl Session {
    /// Takes the next bytes of a stream of requests, cut anywhere, and runs every complete command. [`Session::read`] then returns the replies
    /// in RESP2: a map as an array, a failed command as an error.
    ///
    /// The stream is read as one server reads it: RESP arrays of bulk strings, or inline commands; empty commands are ignored. Bytes that one
    /// server rejects end the stream: the replies to the commands before them can be read, then the error reply `-ERR Protocol error: …`, and
    /// then the session is closed.
    ///
    /// Fails on a closed session and in a forked child.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.check_open()?;
        self.stream.incoming.feed(bytes);
        let outcome = self.run_complete_commands();
        if outcome.is_err() {
            self.quit();
        }
        outcome
    }

    /// Copies replies, and messages while the session is subscribed, into a buffer. Returns the number of bytes.
    ///
    /// If there are none, it waits, without a timeout forever. 0 means that the time is up, that an [`Interrupter`](crate::Interrupter)
    /// ended the call, or that the buffer is empty.
    ///
    /// Fails on a closed session, once all replies were read, in a forked child, and if the connection to a server with subscriptions was lost.
    pub fn read(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> Result<usize, Error> {
        match self.read_until(buffer, deadline(timeout))? {
            Wait::Complete(count) => Ok(count),
            Wait::Paused => Ok(0),
        }
    }

    pub(super) fn read_until(&mut self, buffer: &mut [u8], deadline: Option<Instant>) -> Result<Wait<usize>, Error> {
        self.check_process()?;
        if self.stream.is_empty() {
            self.check_open()?;
            match self.next_message(deadline)? {
                Wait::Complete(Some(message)) => self.stream.push(&message.root()),
                Wait::Complete(None) => return Ok(Wait::Complete(0)),
                Wait::Paused => return Ok(Wait::Paused),
            }
            self.push_messages();
        }
        Ok(Wait::Complete(self.stream.read(buffer)))
    }

    /// Runs the complete commands of the stream: together if they have no effect on the stream.
    fn run_complete_commands(&mut self) -> Result<(), Error> {
        let mut request = Vec::new();
        loop {
            let effect = match self.stream.incoming.next_command() {
                Ok(true) => Effect::of(&self.stream.incoming.args()),
                Ok(false) => return self.run_and_push(&request, true),
                Err(ProtocolError(text)) => {
                    self.run_and_push(&request, true)?;
                    self.end_stream(Some(&text));
                    return Ok(());
                }
            };
            match effect {
                Effect::None if !self.is_subscribed() => self.stream.incoming.push_command(&mut request),
                Effect::None | Effect::Subscribes | Effect::Unsubscribes => {
                    self.run_and_push(&std::mem::take(&mut request), true)?;
                    self.stream.incoming.push_command(&mut request);
                    self.run_and_push(&std::mem::take(&mut request), effect != Effect::Unsubscribes)?;
                }
                Effect::Closes => {
                    self.run_and_push(&request, true)?;
                    self.end_stream(None);
                    return Ok(());
                }
            }
        }
    }

    /// Closes the session, with an error reply at the end of the stream, unless QUIT has closed it.
    fn end_stream(&mut self, error: Option<&str>) {
        if self.is_closed {
            return;
        }
        if let Some(text) = error {
            self.push_messages();
            self.stream.push(&Value::Error(format!("ERR {text}").as_bytes()));
        }
        self.quit();
    }

    /// Runs commands and pushes their replies. The messages from before the commands are pushed first. Those that arrive during the commands
    /// follow the replies, except after UNSUBSCRIBE: they can be of the channel that was left, so they come before its confirmation.
    fn run_and_push(&mut self, request: &[u8], replies_first: bool) -> Result<(), Error> {
        if request.is_empty() || self.is_closed {
            return Ok(());
        }
        self.push_messages();
        let reply = self.execute(request)?;
        if !replies_first {
            self.push_messages();
        }
        if let Value::Array(replies) = reply.root() {
            replies.for_each(|reply| self.stream.push(&reply));
        }
        Ok(())
    }

    fn push_messages(&mut self) {
        self.messages.drain(..).for_each(|message| self.stream.push(&message.root()));
    }
}

/// What a command does to the stream besides its reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Subscribes,
    Unsubscribes,
    /// It is the first line of an HTTP request, or its Host header. A server closes the connection, so that a web page cannot make a browser
    /// send commands.
    Closes,
}

impl Effect {
    fn of(args: &[&[u8]]) -> Effect {
        if args[0].eq_ignore_ascii_case(b"POST") || args[0].eq_ignore_ascii_case(b"Host:") {
            return Effect::Closes;
        }
        match state_command(args).and_then(SubscriptionKind::from_command) {
            Some((_, true)) => Effect::Subscribes,
            Some((_, false)) => Effect::Unsubscribes,
            None => Effect::None,
        }
    }
}
