//! One connection to one server: sends bytes, reads replies. It belongs to the process that opened it.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::log::{LogKind, log};
use crate::resp::Reader;
use crate::transport::breaker::{Breaker, Failure};
use crate::transport::clock::{NEVER, RESOLUTION, Time, exact_now, limit, now};
use crate::transport::connect::open_socket;
use crate::transport::connection_errors::{closed, connect_failed, not_accepted, timed_out, too_slow};
use crate::transport::deadline::{self, deadline, has_deadline, may_have_deadline};
use crate::transport::limits::{Limit, Limits};
use crate::transport::probe::hung_up;
use crate::transport::progress::Progress;
use crate::transport::role::Role;
use crate::transport::signals::after_signal;
use crate::transport::socket::Socket;
use crate::transport::statistics::{ErrorKind, Statistics};
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send, sockopt};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

/// A larger buffer is freed after a command, not kept for the next one.
pub(crate) const MAX_KEPT_BUFFER: usize = 128 << 10;
/// The memory for the first read of a reply.
const FIRST_READ: usize = 16 << 10;
/// A reply that takes longer (20 ms) is watched closely. Before that, a system call per read would be too much.
const WATCHED_FROM: Time = 20_000_000;

pub(crate) struct Connection {
    pub(super) socket: Socket,
    /// The process that opened it.
    owner: u32,
    max_reply_depth: usize,
    max_reply_size: usize,
    /// Memory for the next reply.
    buffer: Vec<u8>,
    /// Memory for packing small commands.
    packed: Vec<u8>,
    pub(super) breaker: Arc<Breaker>,
    pub(super) statistics: Arc<Statistics>,
    pub(super) limits: Limits,
    /// When the request began that it was opened for.
    pub(super) opened_for: Time,
    /// When the request began that uses the connection now.
    began: AtomicU64,
    /// By then the first byte of the reply must have arrived. 0: nearly all of the time is left, so the limit of the socket is enough.
    reply_by: AtomicU64,
    /// From then on it is not used for another request.
    pub(crate) retired_at: Time,
    /// The server has replied over it at least once.
    has_replied: AtomicBool,
    /// It timed out or was lost.
    has_failed: AtomicBool,
    /// What the server said of its role when the connection was opened.
    pub(super) role: Option<Box<Role>>,
}

impl Connection {
    /// Connects by `until`, asks for the protocol, authenticates and selects the database, for a request that began at `began`. With `asks_role` it
    /// also asks for the role within that limit, and fails if the server is a replica. If it fails no command of the caller has been sent.
    pub(crate) fn open(
        server: &Server,
        config: &Config,
        breaker: &Arc<Breaker>,
        statistics: &Arc<Statistics>,
        (began, until): (Time, Time),
        asks_role: Option<Limit>,
    ) -> Result<Connection, Error> {
        let failed = |failure: Failure, reason: &str| {
            if deadline::has_passed() {
                return deadline_exceeded(breaker, statistics, "connecting", reason);
            }
            let error = statistics.failed_with(connect_failed(reason));
            breaker.failed(failure, error.message());
            error
        };
        let socket = open_socket(&server.address, config, until).map_err(|error| {
            let failure = if error.kind() == io::ErrorKind::TimedOut { Failure::Silent } else { Failure::Refused };
            failed(failure, &error.to_string())
        })?;
        let shorter = |one: Option<Duration>| [one, config.timeout].into_iter().flatten().min();
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, shorter(config.read_timeout))
            .map_err(|error| connect_failed(&error.to_string()))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, shorter(config.write_timeout))
            .map_err(|error| connect_failed(&error.to_string()))?;
        let socket = Socket::open(socket, server, until).map_err(|error| {
            let failure = if error.code() == Code::Timeout { Failure::Silent } else { Failure::Refused };
            failed(failure, error.message())
        })?;
        let mut connection = Connection {
            socket,
            owner: std::process::id(),
            max_reply_depth: config.max_reply_depth,
            max_reply_size: config.max_reply_size,
            buffer: Vec::new(),
            packed: Vec::new(),
            breaker: breaker.clone(),
            statistics: statistics.clone(),
            limits: Limits::new(config),
            opened_for: began,
            began: AtomicU64::new(began),
            reply_by: AtomicU64::new(until),
            retired_at: config.max_connection_age.map_or(NEVER, |age| now().saturating_add(limit(Some(age)))),
            has_replied: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            role: None,
        };
        connection.prepare(server, config, asks_role)?;
        connection.continue_request(began);
        statistics.opened();
        Ok(connection)
    }

    /// Begins a request at the time `now`.
    #[inline]
    pub(crate) fn begin_request(&self, now: Time) {
        self.begin_request_without_deadline(now);
        if may_have_deadline() {
            self.watch_deadline();
        }
    }

    /// [`Connection::begin_request`] for a call that has no deadline.
    #[inline]
    pub(crate) fn begin_request_without_deadline(&self, now: Time) {
        self.began.store(now, Relaxed);
        self.reply_by.store(0, Relaxed);
    }

    /// A call with a deadline looks at the clock in each of its waits.
    #[cold]
    fn watch_deadline(&self) {
        if has_deadline() {
            self.continue_request(self.began());
        }
    }

    /// Continues a request of which much of the time may have passed.
    #[cold]
    pub(crate) fn continue_request(&self, began: Time) {
        self.began.store(began, Relaxed);
        self.reply_by.store(began.saturating_add(self.limits.request).saturating_add(RESOLUTION).min(deadline()), Relaxed);
    }

    /// Tells it that time has passed since the request began, if that is so.
    pub(crate) fn check_time(&self) {
        if self.reply_by.load(Relaxed) == 0 && now() > self.began().saturating_add(WATCHED_FROM) {
            self.reply_by.store(self.began().saturating_add(self.limits.request).saturating_add(RESOLUTION), Relaxed);
        }
    }

    /// The wait for the reply begins now, when a large request has been sent.
    pub(crate) fn begin_wait(&self) {
        self.reply_by.store(exact_now().saturating_add(self.limits.request).min(deadline()), Relaxed);
    }

    /// When the request began.
    #[inline]
    pub(crate) fn began(&self) -> Time {
        self.began.load(Relaxed)
    }

    /// Fails if the server is known not to reply now. A pool checks that itself.
    pub(crate) fn check_available(&self) -> Result<(), Error> {
        self.breaker.consult_others();
        if !self.breaker.is_troubled() {
            return Ok(());
        }
        self.breaker.admit().inspect_err(|_| self.statistics.failed(ErrorKind::Unavailable))
    }

    /// Whether it timed out or was lost: other connections of that time may be lost, too.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Relaxed)
    }

    /// A reader for the next replies. With `rooted` its index leaves room for an array around them.
    #[inline]
    pub(crate) fn reader(&mut self, rooted: bool) -> Reader {
        let buffer = std::mem::take(&mut self.buffer);
        let buffer = if buffer.capacity() == 0 { Vec::with_capacity(FIRST_READ) } else { buffer };
        Reader::new(buffer, rooted).with_limits(self.max_reply_depth, self.max_reply_size)
    }

    /// Takes the buffer of a reader back, for the next reply.
    #[inline]
    pub(crate) fn reuse(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= MAX_KEPT_BUFFER {
            self.buffer = buffer;
        }
    }

    /// Sends all of the bytes. `sent` grows by the number that the kernel took, also if the call fails.
    #[inline]
    pub(crate) fn send_all(&self, bytes: &[u8], sent: &mut usize) -> Result<(), Error> {
        self.send_part(bytes, false, sent)
    }

    /// [`Connection::send_all`] for a part of a request. With `more` the kernel may hold back a packet that is not full.
    #[inline]
    pub(crate) fn send_part(&self, bytes: &[u8], more: bool, sent: &mut usize) -> Result<(), Error> {
        let Some(socket) = self.socket.plain().filter(|_| !may_have_deadline()) else { return self.send_watched(bytes, more, sent) };
        match send(socket, bytes, if more { SendFlags::MORE | SendFlags::NOSIGNAL } else { SendFlags::NOSIGNAL }) {
            Ok(count) if count == bytes.len() => {
                self.statistics.sent(count);
                *sent += count;
                Ok(())
            }
            Err(Errno::AGAIN) => Err(self.fail(not_accepted())),
            first => self.send_rest(bytes, first, sent),
        }
    }

    /// Sends what `pack` writes into the connection's own buffer. `sent` is that of [`Connection::send_all`].
    #[inline]
    pub(crate) fn send_packed(&mut self, pack: impl FnOnce(&mut Vec<u8>), sent: &mut usize) -> Result<(), Error> {
        self.packed.clear();
        pack(&mut self.packed);
        let outcome = self.send_all(&self.packed, sent);
        if self.packed.capacity() > MAX_KEPT_BUFFER {
            self.packed = Vec::new();
        }
        outcome
    }

    /// Sends the rest after the kernel took not all of the bytes.
    #[cold]
    pub(super) fn send_rest(&self, bytes: &[u8], first: Result<usize, Errno>, sent: &mut usize) -> Result<(), Error> {
        let (mut rest, mut outcome, mut progress) = (bytes, first, Progress::new(self.limits.request_rate));
        loop {
            match outcome {
                Ok(count) => {
                    self.statistics.sent(count);
                    *sent += count;
                    rest = &rest[count..];
                    progress.record(count);
                    if rest.is_empty() {
                        self.begin_wait();
                        return Ok(());
                    }
                }
                Err(Errno::INTR | Errno::AGAIN) => {
                    let until = if rest.len() == bytes.len() { self.reply_by().min(progress.until()) } else { progress.until() };
                    let until = until.min(deadline());
                    if exact_now() >= until || !self.poll(PollFlags::OUT, until)? {
                        return Err(self.give_up("sending", not_accepted()));
                    }
                }
                Err(error) => return Err(self.lost(error)),
            }
            outcome = self.socket.send(rest, SendFlags::DONTWAIT)?;
        }
    }

    /// Sends what the kernel takes without blocking; returns the number of bytes. With `more` it may hold back a packet that is not full.
    #[inline]
    pub(crate) fn send_now(&self, bytes: &[u8], more: bool) -> Result<usize, Error> {
        let more = if more { SendFlags::MORE } else { SendFlags::empty() };
        loop {
            match self.socket.send(bytes, more | SendFlags::DONTWAIT)? {
                Ok(count) => {
                    self.statistics.sent(count);
                    return Ok(count);
                }
                Err(Errno::AGAIN) => return Ok(0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(self.lost(error)),
            }
        }
    }

    /// The progress of a request that is sent in parts.
    pub(crate) fn request_progress(&self) -> Progress {
        Progress::new(self.limits.request_rate)
    }

    /// Reads until `wanted` replies are complete.
    #[inline(always)]
    pub(crate) fn receive(&self, reader: &mut Reader, wanted: usize) -> Result<(), Error> {
        if reader.complete() < wanted {
            let since = self.statistics.begin_wait();
            if self.reply_by.load(Relaxed) != 0 {
                self.receive_rest(reader, wanted)?;
            } else if let Some(socket) = self.socket.plain() {
                // Nearly every reply is complete after one read.
                match recv(socket, reader.room()?, RecvFlags::empty()) {
                    Ok((0, _)) => return Err(self.fail(closed())),
                    Ok((_, count)) => {
                        self.statistics.received(count);
                        reader.advance(wanted).map_err(|error| self.broken(error))?;
                        if reader.complete() < wanted {
                            self.receive_rest(reader, wanted)?;
                        }
                    }
                    Err(Errno::INTR) => {
                        self.after_signal()?;
                        self.receive_rest(reader, wanted)?;
                    }
                    Err(Errno::AGAIN) => return Err(self.fail(timed_out())),
                    Err(error) => return Err(self.lost(error)),
                }
            } else {
                self.receive_encrypted(reader, wanted)?;
            }
            self.statistics.replied(wanted, since);
        }
        if !self.has_replied.load(Relaxed) {
            self.check_first_reply(reader)?;
        }
        if self.breaker.is_troubled() {
            self.breaker.succeeded();
        }
        reader.finish().map_err(|error| self.broken(error))
    }

    /// What has arrived cannot be read.
    #[cold]
    pub(super) fn broken(&self, error: Error) -> Error {
        if error.code() == Code::Protocol {
            self.report_unexpected_bytes(error.message());
        }
        self.statistics.failed_with(error)
    }

    /// Reads with a look at the clock: the first byte has to arrive in time, and the rest of each reply at a minimum rate.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_rest(&self, reader: &mut Reader, wanted: usize) -> Result<(), Error> {
        let mut progress = Progress::new(self.limits.reply_rate);
        let mut is_first = reader.bytes().is_empty();
        let has_deadline = has_deadline();
        while reader.complete() < wanted {
            let until = if is_first { self.reply_by() } else { progress.until() }.min(deadline());
            let polls = is_first || has_deadline;
            if polls || progress.elapsed() > WATCHED_FROM {
                // What has arrived counts, also if the time is up.
                if !self.poll(PollFlags::IN, until)? {
                    let error = if is_first || !progress.has_begun() { timed_out() } else { too_slow() };
                    return Err(self.give_up("waiting for the reply", error));
                }
            }
            let complete = reader.complete();
            match self.socket.recv(reader, if polls { RecvFlags::DONTWAIT } else { RecvFlags::empty() })? {
                Ok(0) => return Err(self.fail(closed())),
                Ok(count) => {
                    self.statistics.received(count);
                    reader.advance(wanted).map_err(|error| self.broken(error))?;
                    is_first = false;
                    progress.record(count);
                    if reader.complete() > complete {
                        progress.restart();
                    } else if progress.is_too_slow() {
                        return Err(self.fail(too_slow()));
                    }
                    if reader.complete() < wanted && deadline::has_passed() {
                        return Err(self.give_up("receiving the reply", too_slow()));
                    }
                }
                Err(Errno::INTR) => self.after_signal()?,
                Err(Errno::AGAIN) if polls || exact_now() < until => {}
                Err(Errno::AGAIN) => return Err(self.fail(timed_out())),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Ok(())
    }

    /// By when the first byte of the reply must have arrived.
    pub(super) fn reply_by(&self) -> Time {
        match self.reply_by.load(Relaxed) {
            0 => self.began().saturating_add(self.limits.request.min(self.limits.reply)).saturating_add(RESOLUTION),
            // The limit for the reply begins with the wait.
            until => until.min(exact_now().saturating_add(self.limits.reply)),
        }
    }

    /// A server that has too many clients says so and hangs up; it does not execute the command.
    #[cold]
    pub(super) fn check_first_reply(&self, reader: &Reader) -> Result<(), Error> {
        if let Some(text) = hung_up(reader.bytes()) {
            let error = self.statistics.failed_with(connect_failed(&text));
            self.breaker.failed(Failure::Refused, error.message());
            return Err(error);
        }
        self.has_replied.store(true, Relaxed);
        Ok(())
    }

    /// Waits until the socket is ready; false if it is not by that time. A signal does not extend the wait.
    pub(super) fn poll(&self, events: PollFlags, until: Time) -> Result<bool, Error> {
        if events == PollFlags::IN && self.socket.holds_data() {
            return Ok(true);
        }
        loop {
            match deadline::wait_for(&[PollFd::new(&self.socket, events)], until).map(|ready| ready[0]) {
                // Messages of TLS itself are no data.
                Ok(true) if events == PollFlags::IN && !self.socket.has_data()? => {}
                Ok(is_ready) => return Ok(is_ready),
                Err(Errno::INTR) => self.after_signal()?,
                Err(error) => return Err(self.lost(error)),
            }
        }
    }

    /// After a signal the host may end the wait. That is no failure of the server, but its reply may still come, so the connection is closed.
    #[cold]
    fn after_signal(&self) -> Result<(), Error> {
        after_signal().inspect_err(|_| self.has_failed.store(true, Relaxed))
    }

    #[cold]
    pub(super) fn lost(&self, error: Errno) -> Error {
        self.fail(Error::new(Code::Io, format!("connection lost: {}", io::Error::from(error))))
    }

    /// Ends a request whose time is up: with that failure, unless it was the deadline of the call, which says little about the server.
    #[cold]
    pub(crate) fn give_up(&self, phase: &str, failure: Error) -> Error {
        if !deadline::has_passed() {
            return self.fail(failure);
        }
        deadline_exceeded(&self.breaker, &self.statistics, phase, failure.message())
    }

    /// Records a failure. A connection that had worked before can be lost while the server works; the next one will show it.
    #[cold]
    pub(crate) fn fail(&self, error: Error) -> Error {
        self.has_failed.store(true, Relaxed);
        let error = self.statistics.failed_with(error);
        match error.code() {
            Code::Timeout => self.breaker.failed(Failure::Silent, error.message()),
            _ if self.has_replied.load(Relaxed) => {}
            _ => {
                let error = self.last_words().unwrap_or_else(|| self.with_hint(error));
                self.breaker.failed(Failure::Refused, error.message());
                return error;
            }
        }
        error
    }

    /// What a server said before it hung up on a new connection.
    fn last_words(&self) -> Option<Error> {
        let mut bytes = [0; 256];
        let count = self.socket.recv_plain(&mut bytes)?;
        hung_up(&bytes[..count]).map(|text| connect_failed(&text))
    }

    /// Whether the connection is open and no unexpected bytes have arrived.
    pub(crate) fn is_alive(&self) -> bool {
        let is_quiet = self.socket.is_quiet();
        if !is_quiet && self.socket.has_unexpected_bytes() {
            self.report_unexpected_bytes("bytes arrived on an idle connection");
        }
        is_quiet
    }

    fn report_unexpected_bytes(&self, what: &str) {
        log(LogKind::UnexpectedBytes, self.breaker.address(), || format!("the connection is closed: {what}"));
    }

    fn is_of_this_process(&self) -> bool {
        self.owner == std::process::id()
    }
}

/// The error of a request that the end of its call has ended. A deadline says little about the server; that another thread has ended the call
/// says nothing.
#[cold]
fn deadline_exceeded(breaker: &Breaker, statistics: &Statistics, phase: &str, reason: &str) -> Error {
    if !deadline::is_interrupted() {
        breaker.suspect(reason);
    }
    statistics.failed(ErrorKind::Deadline);
    deadline::exceeded(phase)
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Connection {
    /// The process that opened the connection shuts it down, even if a forked child still has a copy of the descriptor. A child only closes
    /// its copy.
    fn drop(&mut self) {
        if self.is_of_this_process() {
            self.socket.shut_down();
        }
    }
}
