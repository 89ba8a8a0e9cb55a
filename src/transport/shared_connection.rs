//! One connection to one server that many callers share, for programs with an event loop. Nothing here waits: commands are appended to one buffer,
//! and the replies, which come in the same order, are matched with the tags of the commands.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Framer};
use crate::transport::clock::{NEVER, Time, span};
use crate::transport::connection_errors::{not_accepted, timed_out};
use crate::transport::errand::Errand;
use crate::transport::retry_policy::{explain, may_retry};
use crate::transport::shared_connecting::{SharedConnecting, Step};
use crate::transport::shared_socket::SharedSocket;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of commands that have their replies stay in the buffer until they take this many bytes, because removing them moves those after them.
const MAX_REPLIED: usize = 64 << 10;
/// Commands of more bytes together do not wait for the replies to those before them.
const MAX_WAITING: usize = 16 << 10;
/// A server that has so many commands to execute is busy for about as long as a round trip takes.
const BUSY: usize = 32;
/// So many commands are worth a call of the kernel while more are submitted, so that the server does not wait for the last one.
const PIECE: usize = 32;
/// With more commands in flight per server than this, large pieces matter more than the time of a single command.
const MANY: usize = 64;
/// A server from which nothing came for so long (20 ms) may hang, and says nothing about how busy servers are.
const SILENT: Time = 20_000_000;
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
    /// The number of commands that were added since all bytes were sent.
    unsent: usize,
    /// The kernel takes no more bytes now.
    is_full: bool,
    /// Something has arrived since bytes were last sent.
    has_heard: bool,
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
    /// The number of replies that are still to come. Each is returned with the tag.
    replies: usize,
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
            unsent: 0,
            is_full: false,
            has_heard: false,
            pending: VecDeque::new(),
            incoming,
            hold: None,
            received_at: 0,
            sent_at: 0,
        }
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
            Link::Open(_) => self.is_full,
        }
    }

    /// Begins to connect.
    pub(crate) fn open(&mut self) -> Result<(), Error> {
        self.link = Link::Connecting(Box::new(SharedConnecting::begin(&self.server, &self.config)?));
        Ok(())
    }

    /// The lookup of a host name on which the connection waits. Another thread has to run it.
    pub(crate) fn take_errand(&mut self) -> Option<Errand> {
        match &mut self.link {
            Link::Connecting(connecting) => connecting.take_errand(),
            _ => None,
        }
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

    /// Adds commands that stay together, with that many replies. Error texts call them `name`.
    pub(crate) fn push_block(&mut self, tag: u64, replies: usize, now: Time, name: &'static str, pack: impl FnOnce(&mut Vec<u8>)) {
        self.add(tag, false, now, Some(name), pack);
        self.pending.back_mut().into_iter().for_each(|block| block.replies = replies);
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
        self.unsent += 1;
        pack(&mut self.outgoing);
        self.pending.push_back(Pending {
            tag,
            length: self.outgoing.len() - start,
            since: now,
            repeatable,
            is_retried: false,
            part_of,
            replies: 1,
        });
    }

    /// Sends a command before all others, none of which was sent, and holds those back until [`SharedConnection::release`].
    pub(crate) fn push_first_and_hold(&mut self, tag: u64, command: &[u8], now: Time) {
        self.outgoing.splice(0..0, command.iter().copied());
        self.pending.push_front(Pending {
            tag,
            length: command.len(),
            since: now,
            repeatable: true,
            is_retried: true,
            part_of: None,
            replies: 1,
        });
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

    /// Whether another [`PIECE`] was added since all bytes were sent.
    #[inline]
    pub(crate) fn has_unsent_piece(&self) -> bool {
        self.unsent.is_multiple_of(PIECE) && self.unsent > 0
    }

    /// The number of commands without replies; 0 if the server may hang.
    #[inline]
    pub(crate) fn in_flight(&self, now: Time) -> usize {
        if now.saturating_sub(self.received_at) < SILENT { self.pending.len() } else { 0 }
    }

    /// Whether what is to be sent may as well wait: more commands may come until then, and each call of the kernel, here and in the server, costs
    /// more than a command. `share` is the average number of commands in flight of the servers that have any.
    ///
    /// Commands for a server that is busy with others wait for its next bytes. If there are many in flight, they wait until it has executed half of
    /// its share; and those for a server that has less than half of it wait for more, because the others are the bottleneck.
    #[inline]
    pub(crate) fn may_wait(&self, share: usize) -> bool {
        let awaited = self.pending.len().saturating_sub(self.unsent);
        let is_busy = awaited >= BUSY && !self.has_heard;
        let has_enough_or_little = share >= MANY && (awaited >= share / 2 || self.pending.len() < share / 2);
        (is_busy || has_enough_or_little) && !self.is_full && self.sendable() - self.sent < MAX_WAITING
    }

    /// Sends what the kernel takes.
    pub(crate) fn send(&mut self, now: Time) -> Result<(), Error> {
        let end = self.sendable();
        let Link::Open(socket) = &self.link else { return Ok(()) };
        (self.is_full, self.has_heard) = (false, false);
        while self.sent < end {
            match socket.send(&self.outgoing[self.sent..end])? {
                0 => {
                    self.is_full = true;
                    break;
                }
                count => self.sent += count,
            }
            self.sent_at = now;
        }
        if self.sent == self.outgoing.len() {
            self.unsent = 0;
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
                    (self.received_at, self.sent_at) = (now, now);
                    Ok(Event::Opened)
                }
            },
            Link::Open(socket) => {
                if socket.receive(self.incoming.reader())? > 0 {
                    self.received_at = now;
                    self.has_heard = true;
                }
                if self.is_full {
                    self.send(now)?;
                }
                Ok(Event::Received)
            }
        }
    }

    /// The tag of the oldest command and the range of its reply in [`SharedConnection::received`]; `None` if it is incomplete.
    #[inline]
    pub(crate) fn next_reply(&mut self) -> Result<Option<(u64, Range<usize>)>, Error> {
        let Some(first) = self.pending.front_mut() else {
            return if self.incoming.has_unreturned() { Err(surplus_reply()) } else { Ok(None) };
        };
        let Some(range) = self.incoming.next_range()? else { return Ok(None) };
        let tag = first.tag;
        if first.replies > 1 {
            first.replies -= 1;
            return Ok(Some((tag, range)));
        }
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
        (self.is_full, self.unsent) = (false, 0);
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
        self.disconnect();
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
        self.unsent = kept.len();
        (self.pending, self.outgoing) = (kept, bytes);
        failed
    }

    /// Closes the connection, which has no pending commands.
    pub(crate) fn close(&mut self) {
        self.disconnect();
        self.clear();
    }

    /// Drops the socket and what was received: commands that are sent again must not get the replies to others.
    fn disconnect(&mut self) {
        self.link = Link::Closed;
        self.hold = None;
        self.incoming = Framer::with_max_depth(self.config.max_reply_depth);
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
            self.unsent = self.unsent.saturating_sub(1);
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

#[cfg(test)]
mod tests {
    use super::*;

    const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";

    /// Whether `unsent` commands wait, if the server has `awaited` others.
    fn waits(awaited: usize, unsent: usize, has_heard: bool, share: usize) -> bool {
        let config = Arc::new(Config::from_json(br#"{"nodes":{"node_1":"redis://a"}}"#).unwrap());
        let mut connection = SharedConnection::new(config.servers[0].clone(), config);
        (0..awaited + unsent).for_each(|tag| connection.push(tag as u64, true, 0, |out| out.extend_from_slice(PING)));
        (connection.sent, connection.unsent, connection.has_heard) = (awaited * PING.len(), unsent, has_heard);
        connection.may_wait(share)
    }

    #[test]
    fn an_idle_server_gets_a_command_at_once_unless_many_are_in_flight_elsewhere() {
        assert!(!waits(0, 1, false, 1));
        assert!(!waits(0, 1, false, 63));
        assert!(waits(0, 77, false, 156));
        assert!(!waits(0, 78, false, 156));
        assert!(!waits(0, 1500, false, 10_000), "more than a server reads at once");
    }

    #[test]
    fn a_busy_server_gets_more_when_it_has_replied_or_has_done_half_of_its_share() {
        assert!(!waits(31, 1, false, 32));
        assert!(waits(32, 1, false, 33));
        assert!(!waits(32, 1, true, 33));
        assert!(waits(100, 1, true, 156));
        assert!(!waits(60, 30, true, 156));
    }
}
