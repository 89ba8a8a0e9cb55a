//! The session as a stream of bytes, in place of the socket of an existing client.

use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Value};
use crate::session::receive::{Wait, deadline};
use crate::session::session::Session;
use crate::session::state_command::state_command;
use crate::session::subscriptions::SubscriptionKind;
use std::time::{Duration, Instant};

impl Session {
    /// Takes the next bytes of a stream of requests, cut anywhere, and runs every complete command. [`Session::read`] then returns the replies
    /// in RESP2, or in RESP3 after HELLO 3; a failed command as an error.
    ///
    /// Requests are RESP arrays of bulk strings. Other bytes fail the call with [`Code::Request`] and close the session.
    /// Also fails after QUIT and in a forked child.
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
    /// Fails after QUIT, once all replies were read, in a forked child, and if the connection to a server with subscriptions was lost.
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

    /// Runs the complete commands of the stream: together if they have no effect on subscriptions.
    fn run_complete_commands(&mut self) -> Result<(), Error> {
        let mut request = Vec::new();
        while let Some(command) = self.next_command()? {
            match subscribes(&command)? {
                None if !self.is_subscribed() => request.extend_from_slice(&command),
                subscribes => {
                    self.run_and_push(&std::mem::take(&mut request), true)?;
                    self.run_and_push(&command, subscribes != Some(false))?;
                }
            }
        }
        self.run_and_push(&request, true)
    }

    fn next_command(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let command = self.stream.incoming.next_bytes().map_err(|error| Error::new(Code::Request, error.message()))?;
        Ok(command.map(<[u8]>::to_vec))
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

/// Returns whether a command subscribes (true) or unsubscribes (false); `None` for other commands.
fn subscribes(command: &[u8]) -> Result<Option<bool>, Error> {
    let mut args = Args::new();
    Commands::new(command).next(&mut args)?;
    Ok(state_command(&args).and_then(SubscriptionKind::from_command).map(|(_, subscribes)| subscribes))
}
