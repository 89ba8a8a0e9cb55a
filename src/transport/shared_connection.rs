//! One connection to one server that many callers share, for programs with an event loop. Nothing here waits: commands are appended to one buffer,
//! and the replies, which come in the same order, are matched with the tags of the commands.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Framer};
use crate::transport::clock::{NEVER, Time, span};
use crate::transport::connection_errors::{not_accepted, timed_out};
use crate::transport::retry_policy::{explain, may_retry};
use crate::transport::shared_connecting::{SharedConnecting, Step};
use crate::transport::shared_socket::SharedSocket;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of commands that have their replies stay in the buffer until they take this many bytes, because removing them moves those after them.
const MAX_REPLIED: usize = 64 << 10;
/// A larger buffer is freed when it is empty.
const MAX_KEPT: usize = 1 << 20;

pub(crate) struct SharedConnection {
    server: Server,
    config: Arc<Config>,
    link: Link,
    /// The bytes of the pending commands, which may have to be sent again, after those of some that have their replies.
    outgoing: Vec<u8>,
    /// The number of these bytes that belong to commands with replies.
    replied: usize,
    /// The number that the kernel took.
    sent: usize,
    /// The commands without replies.
    pending: VecDeque<Pending>,
    incoming: Framer,
    /// Only the bytes up to this offset are sent for now.
    hold: Option<usize>,
    /// When the last bytes of the server arrived, or the oldest pending command was added.
    received_at: Time,
    /// When the kernel last took bytes, or the first of the unsent bytes were added.
    sent_at: Time,
}

enum Link {
    Closed,
    Connecting(Box<SharedConnecting>),
    Open(SharedSocket),
}

struct Pending {
    tag: u64,
    /// The number of its bytes.
    length: usize,
    /// When it was added.
    since: Time,
    repeatable: bool,
    is_retried: bool,
    /// What error texts call it, if it is not the command of a caller but a part of one.
    part_of: Option<&'static str>,
}

/// What became of an event on the socket.
pub(crate) enum Event {
    /// Nothing that concerns the owner.
    None,
    /// The socket is another one.
    OtherSocket,
    /// The connection is established. Nothing was sent yet.
    Opened,
    /// Replies may be complete.
    Received,
}

impl SharedConnection {
    pub(crate) fn new(server: Server, config: Arc<Config>) -> SharedConnection {
        let incoming = Framer::with_max_depth(config.max_reply_depth);
        SharedConnection {
            server,
            config,
            link: Link::Closed,
            outgoing: Vec::new(),
            replied: 0,
            sent: 0,
            pending: VecDeque::new(),
            incoming,
            hold: None,
            received_at: 0,
            sent_at: 0,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.link, Link::Closed)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    pub(crate) fn socket(&self) -> Option<&SharedSocket> {
        match &self.link {
            Link::Closed => None,
            Link::Connecting(connecting) => Some(connecting.socket()),
            Link::Open(socket) => Some(socket),
        }
    }

    /// Whether the owner has to wait until the socket is writable.
    pub(crate) fn awaits_writable(&self) -> bool {
        match &self.link {
            Link::Closed => false,
            Link::Connecting(connecting) => connecting.awaits_writable(),
            Link::Open(_) => self.sent < self.sendable(),
        }
    }

    /// Begins to connect.
    pub(crate) fn open(&mut self) -> Result<(), Error> {
        self.link = Link::Connecting(Box::new(SharedConnecting::begin(&self.server, &self.config)?));
        Ok(())
    }

    /// Adds a command whose bytes `pack` appends.
    #[inline]
    pub(crate) fn push(&mut self, tag: u64, repeatable: bool, now: Time, pack: impl FnOnce(&mut Vec<u8>)) {
        self.add(tag, repeatable, now, None, pack);
    }

    /// Adds a part of a command with this name.
    #[inline]
    pub(crate) fn push_part(&mut self, tag: u64, repeatable: bool, now: Time, name: &'static str, pack: impl FnOnce(&mut Vec<u8>)) {
        self.add(tag, repeatable, now, Some(name), pack);
    }

    #[inline]
    fn add(&mut self, tag: u64, repeatable: bool, now: Time, part_of: Option<&'static str>, pack: impl FnOnce(&mut Vec<u8>)) {
        if self.sent == self.outgoing.len() {
            self.sent_at = now;
        }
        if self.pending.is_empty() {
            self.received_at = now;
        }
        let start = self.outgoing.len();
        pack(&mut self.outgoing);
        self.pending.push_back(Pending { tag, length: self.outgoing.len() - start, since: now, repeatable, is_retried: false, part_of });
    }

    /// Sends a command before all others, none of which was sent, and holds those back until [`SharedConnection::release`].
    pub(crate) fn push_first_and_hold(&mut self, tag: u64, command: &[u8], now: Time) {
        self.outgoing.splice(0..0, command.iter().copied());
        self.pending.push_front(Pending { tag, length: command.len(), since: now, repeatable: true, is_retried: true, part_of: None });
        self.hold = Some(command.len());
    }

    /// Holds back what is added from now on.
    pub(crate) fn hold(&mut self) {
        self.hold = Some(self.outgoing.len());
    }

    /// Sends what was held back, from the next [`SharedConnection::send`] on.
    pub(crate) fn release(&mut self, now: Time) {
        if self.hold.take().is_some() {
            self.sent_at = now;
        }
    }

    pub(crate) fn is_holding(&self) -> bool {
        self.hold.is_some()
    }

    #[inline]
    fn sendable(&self) -> usize {
        self.hold.unwrap_or(self.outgoing.len())
    }

    /// Whether there is something to send.
    #[inline]
    pub(crate) fn has_unsent(&self) -> bool {
        self.sent < self.sendable() && matches!(self.link, Link::Open(_))
    }

    /// Sends what the kernel takes.
    pub(crate) fn send(&mut self, now: Time) -> Result<(), Error> {
        let end = self.sendable();
        let Link::Open(socket) = &self.link else { return Ok(()) };
        while self.sent < end {
            match socket.send(&self.outgoing[self.sent..end])? {
                0 => break,
                count => self.sent += count,
            }
            self.sent_at = now;
        }
        Ok(())
    }

    /// Goes on when the socket is ready.
    pub(crate) fn advance(&mut self, now: Time) -> Result<Event, Error> {
        match &mut self.link {
            Link::Closed => Ok(Event::None),
            Link::Connecting(connecting) => match connecting.advance(&self.server, &self.config)? {
                Step::Waiting => Ok(Event::None),
                Step::OtherSocket => Ok(Event::OtherSocket),
                Step::Connected => {
                    let Link::Connecting(connecting) = std::mem::replace(&mut self.link, Link::Closed) else { return Ok(Event::None) };
                    self.link = Link::Open(connecting.into_socket());
                    self.incoming = Framer::with_max_depth(self.config.max_reply_depth);
                    (self.received_at, self.sent_at) = (now, now);
                    Ok(Event::Opened)
                }
            },
            Link::Open(socket) => {
                if socket.receive(self.incoming.reader())? > 0 {
                    self.received_at = now;
                }
                self.send(now)?;
                Ok(Event::Received)
            }
        }
    }

    /// The tag of the oldest command and the range of its reply in [`SharedConnection::received`]; `None` if it is incomplete.
    #[inline]
    pub(crate) fn next_reply(&mut self) -> Result<Option<(u64, Range<usize>)>, Error> {
        let Some(first) = self.pending.front() else {
            return if self.incoming.has_unreturned() { Err(surplus_reply()) } else { Ok(None) };
        };
        let Some(range) = self.incoming.next_range()? else { return Ok(None) };
        let tag = first.tag;
        self.replied += first.length;
        self.pending.pop_front();
        if self.pending.is_empty() {
            self.clear();
        } else if self.replied > MAX_REPLIED {
            self.remove_replied();
        }
        Ok(Some((tag, range)))
    }

    #[inline]
    pub(crate) fn received(&self) -> &[u8] {
        self.incoming.bytes()
    }

    fn clear(&mut self) {
        self.outgoing.clear();
        self.outgoing.shrink_to(MAX_KEPT);
        (self.replied, self.sent, self.hold) = (0, 0, None);
    }

    fn remove_replied(&mut self) {
        self.outgoing.drain(..self.replied);
        self.sent -= self.replied;
        if let Some(hold) = &mut self.hold {
            *hold -= self.replied;
        }
        self.replied = 0;
    }

    /// When the owner has to call [`SharedConnection::check_time`].
    pub(crate) fn deadline(&self) -> Time {
        let limit = |since: Time, timeout: Option<Duration>| timeout.map_or(NEVER, |timeout| since.saturating_add(span(timeout)));
        match &self.link {
            Link::Closed => NEVER,
            Link::Connecting(connecting) => connecting.deadline().unwrap_or(NEVER),
            Link::Open(_) if self.pending.is_empty() => NEVER,
            Link::Open(_) => {
                let write = if self.sent < self.sendable() { limit(self.sent_at, self.config.write_timeout) } else { NEVER };
                let whole = self.pending.front().map_or(NEVER, |first| limit(first.since, self.config.timeout));
                limit(self.received_at, self.config.read_timeout).min(whole).min(write)
            }
        }
    }

    /// Fails if the server has been silent, or has taken no bytes, for too long.
    pub(crate) fn check_time(&mut self, now: Time) -> Result<(), Error> {
        if now < self.deadline() {
            return Ok(());
        }
        match &self.link {
            Link::Connecting(connecting) => Err(connecting.timed_out()),
            _ if self.sent < self.sendable() && self.is_late(self.sent_at, self.config.write_timeout, now) => Err(not_accepted()),
            _ => Err(timed_out()),
        }
    }

    fn is_late(&self, since: Time, timeout: Option<Duration>, now: Time) -> bool {
        timeout.is_some_and(|timeout| now >= since.saturating_add(span(timeout)))
    }

    /// Closes the connection. Returns the commands that have failed, each with its error; the others may be sent again over a new connection and
    /// are still pending.
    pub(crate) fn fail(&mut self, failure: &Error) -> Vec<(u64, Error)> {
        self.link = Link::Closed;
        self.hold = None;
        let (mut failed, mut kept, mut bytes) = (Vec::new(), VecDeque::new(), Vec::new());
        let mut start = self.replied;
        for command in std::mem::take(&mut self.pending) {
            let range = start..start + command.length;
            start = range.end;
            if !command.is_retried && may_retry(failure, command.repeatable, self.sent <= range.start) {
                bytes.extend_from_slice(&self.outgoing[range]);
                kept.push_back(Pending { is_retried: true, ..command });
            } else {
                failed.push((command.tag, self.failure(failure, command.part_of.map(str::as_bytes), &range)));
            }
        }
        self.clear();
        (self.pending, self.outgoing) = (kept, bytes);
        failed
    }

    /// Fails the commands that are held back: they were not sent.
    pub(crate) fn fail_held(&mut self, failure: &Error) -> Vec<(u64, Error)> {
        let Some(hold) = self.hold.take() else { return Vec::new() };
        let mut failed = Vec::new();
        let mut end = self.outgoing.len();
        while end > hold
            && let Some(command) = self.pending.pop_back()
        {
            let range = end - command.length..end;
            end = range.start;
            failed.push((command.tag, self.failure(failure, command.part_of.map(str::as_bytes), &range)));
        }
        self.outgoing.truncate(end);
        failed.reverse();
        failed
    }

    fn failure(&self, failure: &Error, name: Option<&[u8]>, range: &Range<usize>) -> Error {
        if failure.refusal().is_some() {
            return failure.clone();
        }
        let mut args = Args::new();
        let is_read = matches!(Commands::new(&self.outgoing[range.clone()]).next(&mut args), Ok(Some(_)));
        let name = name.or_else(|| args.first().filter(|_| is_read).copied()).unwrap_or_default();
        explain(&self.server, failure.clone(), name, self.sent >= range.end)
    }
}

#[cold]
fn surplus_reply() -> Error {
    Error::new(Code::Protocol, "the server sent more replies than there were commands")
}
