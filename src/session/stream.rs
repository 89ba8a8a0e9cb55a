//! The session as a stream of bytes, in place of the socket of an existing client.

use crate::command::lookup;
use crate::error::Error;
use crate::resp::{Args, Commands, ProtocolError, Reply, ReplyList, Value};
use crate::session::blocked_wait::{Progress, Waiter};
use crate::session::blocking::{Begun, may_block};
use crate::session::receive::{Wait, deadline};
use crate::session::session::{Outcome, Session};
use crate::session::state_command::{is_stateless, state_command};
use crate::session::subscriptions::SubscriptionKind;
use crate::transport::deadline::Deadline;
use std::time::{Duration, Instant};

impl Session {
    /// Takes the next bytes of a stream of requests, cut anywhere, and runs every complete command. [`Session::read`] then returns the replies
    /// in RESP2, or in RESP3 after HELLO 3; a failed command as an error.
    ///
    /// This call does not wait in a blocking command. If that has no reply at once, it and the commands after it wait for [`Session::read`]; a
    /// later call also continues them once the reply is there.
    ///
    /// The stream is read as one server reads it: RESP arrays of bulk strings, or inline commands; empty commands are ignored. Bytes that one
    /// server rejects end the stream: the replies to the commands before them can be read, then the error reply `-ERR Protocol error: …`, and
    /// then the session is closed.
    ///
    /// Fails on a closed session and in a forked child.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let _call = self.deadline().map(Deadline::begin);
        self.check_open()?;
        self.stream.incoming.feed(bytes);
        self.continue_stream(Waiter::Write).map(drop)
    }

    /// Copies replies, and messages while the session is subscribed, into a buffer. Returns the number of bytes.
    ///
    /// If there are none, it waits, without a timeout forever: for a message, or for a blocking command that was written. 0 means that the time
    /// is up, that an [`Interrupter`](crate::Interrupter) ended the call, or that the buffer is empty. The blocking command goes on, and the next
    /// call waits for it again.
    ///
    /// Fails on a closed session, once all replies were read, in a forked child, and if the connection to a server with subscriptions was lost.
    pub fn read(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> Result<usize, Error> {
        let deadline = deadline(timeout);
        loop {
            match self.read_until(buffer, deadline)? {
                Wait::Complete(count) => return Ok(count),
                Wait::Paused => return Ok(0),
                Wait::Idle(idle) => idle.wait(deadline)?,
            }
        }
    }

    /// The replies and messages that can be read now. Does not wait and removes nothing: a program that has sent some of these bytes calls
    /// [`Session::consume`] and so needs no buffer of its own.
    pub fn unread(&self) -> &[u8] {
        self.stream.unread()
    }

    /// Removes the first `count` bytes of [`Session::unread`], or all if there are fewer.
    pub fn consume(&mut self, count: usize) {
        self.stream.consume(count);
    }

    /// Whether more than [`Session::unread`] may come before the next [`Session::write`], so that a thread must wait in [`Session::read`]: a
    /// blocking command waits, the session is subscribed, or it is closed.
    ///
    /// While it is false, one thread can serve a client: it writes what it receives, and sends what is unread. If another client closes the
    /// session meanwhile, [`Session::on_close`] tells.
    pub fn requires_reader(&self) -> bool {
        self.stream.blocked.is_some() || self.receives_messages() || self.is_closed
    }

    pub(super) fn read_until(&mut self, buffer: &mut [u8], deadline: Option<Instant>) -> Result<Wait<usize>, Error> {
        self.check_process()?;
        while self.stream.is_empty() {
            self.check_open()?;
            if self.stream.blocked.is_some() {
                match self.continue_stream(Waiter::Read { deadline })? {
                    Some(Progress::Paused) => return Ok(Wait::Paused),
                    Some(Progress::Messages) => {
                        self.receive_messages()?;
                        self.push_messages();
                        if let Some(error) = self.pubsub_errors.pop_front() {
                            return Err(error);
                        }
                        continue;
                    }
                    Some(_) if self.stream.is_empty() => return Ok(Wait::Complete(0)),
                    _ => continue,
                }
            }
            match self.next_message(deadline)? {
                Wait::Complete(Some(message)) => self.stream.push(&message.root()),
                Wait::Complete(None) => return Ok(Wait::Complete(0)),
                Wait::Paused => return Ok(Wait::Paused),
                Wait::Idle(idle) => return Ok(Wait::Idle(idle)),
            }
            self.push_messages();
        }
        Ok(Wait::Complete(self.stream.read(buffer)))
    }

    /// Waits until no blocking command of the stream is pending.
    pub(super) fn finish_stream(&mut self, interrupts: u64) -> Result<(), Error> {
        while self.stream.blocked.is_some() {
            self.continue_stream(Waiter::Execute { interrupts })?;
        }
        Ok(())
    }

    /// Waits for the blocking command of the stream, if there is one, and runs the complete commands after it. Returns why the command is
    /// suspended, if it is.
    fn continue_stream(&mut self, waiter: Waiter) -> Result<Option<Progress>, Error> {
        if let Some(mut blocked) = self.stream.blocked.take() {
            match self.wait_for_blocked(&mut blocked, waiter)? {
                Progress::Ended(outcome) => self.push_outcome(outcome),
                suspended => {
                    self.stream.blocked = Some(blocked);
                    return Ok(Some(suspended));
                }
            }
        }
        let outcome = self.run_complete_commands();
        if outcome.is_err() {
            self.quit();
        }
        outcome.map(|()| None)
    }

    /// Runs the complete commands of the stream, up to the first that blocks: together if they have no effect on the stream, or all subscribe.
    fn run_complete_commands(&mut self) -> Result<(), Error> {
        // The commands of a request have one effect.
        let (mut together, mut collected) = (Together::default(), Effect::None);
        loop {
            let (effect, has_state) = match self.stream.incoming.next_command() {
                Ok(true) => Effect::of(&self.stream.incoming.args()),
                Ok(false) => return self.run_together(together),
                Err(ProtocolError(text)) => {
                    self.run_together(together)?;
                    self.end_stream(Some(&text));
                    return Ok(());
                }
            };
            if effect != collected {
                self.run_together(std::mem::take(&mut together))?;
                collected = effect;
            }
            if effect == Effect::Subscribes || (effect == Effect::None && !self.is_subscribed() && !self.is_monitoring()) {
                self.stream.incoming.push_command(&mut together.request);
                together.has_state |= has_state;
                continue;
            }
            if effect == Effect::Closes {
                self.end_stream(None);
                return Ok(());
            }
            let mut request = Vec::new();
            self.stream.incoming.push_command(&mut request);
            if self.run_alone(effect, &request)? {
                return Ok(());
            }
        }
    }

    /// Runs commands that have no effect on the stream: without the session, if nothing in it matters to them.
    fn run_together(&mut self, commands: Together) -> Result<(), Error> {
        if commands.has_state || !self.is_plain() {
            return self.run_and_push(&commands.request, true);
        }
        if !commands.request.is_empty() {
            let replies = self.selected.execute(&commands.request)?;
            self.push_replies(&replies);
        }
        Ok(())
    }

    /// Runs a command on its own. Returns whether it blocks the stream.
    fn run_alone(&mut self, effect: Effect, request: &[u8]) -> Result<bool, Error> {
        if effect == Effect::Blocks && self.may_begin_blocking() {
            let mut args = Args::new();
            Commands::new(request).next(&mut args)?;
            match self.begin_blocking(&args) {
                Begun::Ordinary => {}
                Begun::Ended(outcome) => {
                    self.push_outcome(outcome);
                    return Ok(false);
                }
                Begun::Blocked(mut blocked) => match self.wait_for_blocked(&mut blocked, Waiter::Write)? {
                    Progress::Ended(outcome) => {
                        self.push_outcome(outcome);
                        return Ok(false);
                    }
                    _ => {
                        self.stream.blocked = Some(blocked);
                        return Ok(true);
                    }
                },
            }
        }
        self.run_and_push(request, effect != Effect::Unsubscribes)?;
        Ok(false)
    }

    /// Whether the state of the session lets a blocking command wait. Otherwise it has a reply at once.
    fn may_begin_blocking(&self) -> bool {
        self.is_authenticated && self.transaction.is_none() && !self.allows_only_subscriptions() && !self.is_monitoring() && !self.is_closed
    }

    /// Pushes the outcome of a blocking command.
    fn push_outcome(&mut self, outcome: Outcome) {
        if self.wants_reply() {
            let mut replies = ReplyList::default();
            replies.push(outcome);
            self.push_replies(&replies.into_reply());
        }
        self.settle_invalidations();
    }

    fn push_replies(&mut self, replies: &Reply) {
        if let Value::Array(replies) = replies.root() {
            replies.for_each(|reply| self.stream.push(&reply));
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
        if self.tracking.is_some() {
            self.receive_invalidations();
        }
        self.push_messages();
        let replies = self.run_request(request, self.interrupter.interrupts())?;
        if !replies_first {
            self.push_messages();
        }
        self.push_replies(&replies);
        if self.tracking.is_some() {
            self.push_messages();
        }
        Ok(())
    }

    fn push_messages(&mut self) {
        self.messages.drain(..).for_each(|message| self.stream.push(&message.root()));
    }
}

/// Commands of the stream that run in one request.
#[derive(Default)]
struct Together {
    request: Vec<u8>,
    /// One of them may read or change the state of the session.
    has_state: bool,
}

/// What a command does to the stream besides its reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Subscribes,
    Unsubscribes,
    /// It may wait for other clients.
    Blocks,
    /// It is the first line of an HTTP request, or its Host header. A server closes the connection, so that a web page cannot make a browser
    /// send commands.
    Closes,
}

impl Effect {
    /// Also returns whether the command may read or change the state of the session.
    fn of(args: &[&[u8]]) -> (Effect, bool) {
        // Most commands. They are looked up only once.
        match lookup(args).is_some_and(is_stateless) {
            true => (Effect::None, false),
            false => (Effect::of_session_command(args), true),
        }
    }

    fn of_session_command(args: &[&[u8]]) -> Effect {
        if args[0].eq_ignore_ascii_case(b"POST") || args[0].eq_ignore_ascii_case(b"Host:") {
            return Effect::Closes;
        }
        match state_command(args).and_then(SubscriptionKind::from_command) {
            Some((_, true)) => Effect::Subscribes,
            Some((_, false)) => Effect::Unsubscribes,
            None if may_block(args) => Effect::Blocks,
            None => Effect::None,
        }
    }
}
