//! One connection to one server: sends bytes, reads replies. It belongs to the process that opened it.

use crate::command::ReadTimeout;
use crate::config::{Config, Protocol, Server};
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, Value};
use crate::transport::breaker::{Breaker, Failure};
use crate::transport::clock::{NEVER, RESOLUTION, Time, exact_now, limit, now, remaining};
use crate::transport::connect::open_socket;
use crate::transport::connection_errors::{closed, connect_failed, not_accepted, timed_out, too_slow};
use crate::transport::greeting::{check_first_reply, first_commands};
use crate::transport::limits::Limits;
use crate::transport::probe::hung_up;
use crate::transport::progress::Progress;
use crate::transport::socket::Socket;
use crate::transport::watch::Watch;
use rustix::event::{PollFd, PollFlags, poll};
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
    /// Memory for the next reply.
    buffer: Vec<u8>,
    /// Memory for packing small commands.
    packed: Vec<u8>,
    breaker: Arc<Breaker>,
    limits: Limits,
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
}

impl Connection {
    /// Connects by `until`, asks for the protocol, authenticates and selects the database, for a request that began at `began`. If it fails no command
    /// of the caller has been sent.
    pub(crate) fn open(server: &Server, config: &Config, breaker: &Arc<Breaker>, began: Time, until: Time) -> Result<Connection, Error> {
        let failed = |error: io::Error| {
            let failure = if error.kind() == io::ErrorKind::TimedOut { Failure::Silent } else { Failure::Refused };
            let error = connect_failed(&error.to_string());
            breaker.failed(failure, error.message());
            error
        };
        let socket = open_socket(&server.address, config, until).map_err(failed)?;
        let shorter = |one: Option<Duration>| [one, config.timeout].into_iter().flatten().min();
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, shorter(config.read_timeout))
            .map_err(|error| connect_failed(&error.to_string()))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, shorter(config.write_timeout))
            .map_err(|error| connect_failed(&error.to_string()))?;
        let socket = Socket::open(socket, server, until).map_err(|error| {
            let failure = if error.code() == Code::Timeout { Failure::Silent } else { Failure::Refused };
            let error = connect_failed(error.message());
            breaker.failed(failure, error.message());
            error
        })?;
        let mut connection = Connection {
            socket,
            owner: std::process::id(),
            max_reply_depth: config.max_reply_depth,
            buffer: Vec::new(),
            packed: Vec::new(),
            breaker: breaker.clone(),
            limits: Limits::new(config),
            began: AtomicU64::new(began),
            reply_by: AtomicU64::new(until),
            retired_at: config.max_connection_age.map_or(NEVER, |age| now().saturating_add(limit(Some(age)))),
            has_replied: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
        };
        connection.prepare(server, config.protocol)?;
        connection.continue_request(began);
        Ok(connection)
    }

    /// Sends HELLO or AUTH, and SELECT, in one round trip, if the configuration requires them.
    fn prepare(&mut self, server: &Server, protocol: Protocol) -> Result<(), Error> {
        let requests = first_commands(server, protocol);
        if requests.is_empty() {
            return Ok(());
        }
        let as_connect_error = |error: Error| if error.code() == Code::Connect { error } else { connect_failed(error.message()) };
        self.send_all(&requests.concat(), &mut 0).map_err(as_connect_error)?;
        let mut reader = self.reader(true);
        self.receive(&mut reader, requests.len()).map_err(as_connect_error)?;
        match Reply::from_reader(reader, Some(requests.len())).0.root() {
            Value::Array(mut replies) => replies.try_for_each(|reply| check_first_reply(&reply, protocol)),
            _ => Ok(()),
        }
    }

    /// Begins a request at the time `now`.
    #[inline]
    pub(crate) fn begin_request(&self, now: Time) {
        self.began.store(now, Relaxed);
        self.reply_by.store(0, Relaxed);
    }

    /// Continues a request of which much of the time may have passed.
    #[cold]
    pub(crate) fn continue_request(&self, began: Time) {
        self.began.store(began, Relaxed);
        self.reply_by.store(began.saturating_add(self.limits.request).saturating_add(RESOLUTION), Relaxed);
    }

    /// Tells it that time has passed since the request began, if that is so.
    pub(crate) fn check_time(&self) {
        if self.reply_by.load(Relaxed) == 0 && now() > self.began().saturating_add(WATCHED_FROM) {
            self.reply_by.store(self.began().saturating_add(self.limits.request).saturating_add(RESOLUTION), Relaxed);
        }
    }

    /// The wait for the reply begins now, when a large request has been sent.
    pub(crate) fn begin_wait(&self) {
        self.reply_by.store(exact_now().saturating_add(self.limits.request), Relaxed);
    }

    /// When the request began.
    #[inline]
    pub(crate) fn began(&self) -> Time {
        self.began.load(Relaxed)
    }

    /// Fails if the server is known not to reply now. A pool checks that itself.
    pub(crate) fn check_available(&self) -> Result<(), Error> {
        if self.breaker.is_troubled() { self.breaker.admit() } else { Ok(()) }
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
        Reader::new(buffer, rooted).with_max_depth(self.max_reply_depth)
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
        let Some(socket) = self.socket.plain() else { return self.send_encrypted(bytes, more, sent) };
        match send(socket, bytes, if more { SendFlags::MORE | SendFlags::NOSIGNAL } else { SendFlags::NOSIGNAL }) {
            Ok(count) if count == bytes.len() => {
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
                    if exact_now() >= until || !self.poll(PollFlags::OUT, until)? {
                        return Err(self.fail(not_accepted()));
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
                Ok(count) => return Ok(count),
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
    #[inline]
    pub(crate) fn receive(&self, reader: &mut Reader, wanted: usize) -> Result<(), Error> {
        if reader.complete() < wanted {
            if self.reply_by.load(Relaxed) != 0 {
                self.receive_rest(reader, wanted)?;
            } else if let Some(socket) = self.socket.plain() {
                // Nearly every reply is complete after one read.
                match recv(socket, reader.room()?, RecvFlags::empty()) {
                    Ok((0, _)) => return Err(self.fail(closed())),
                    Ok(_) => {
                        reader.advance(wanted)?;
                        if reader.complete() < wanted {
                            self.receive_rest(reader, wanted)?;
                        }
                    }
                    Err(Errno::INTR) => self.receive_rest(reader, wanted)?,
                    Err(Errno::AGAIN) => return Err(self.fail(timed_out())),
                    Err(error) => return Err(self.lost(error)),
                }
            } else {
                self.receive_encrypted(reader, wanted)?;
            }
        }
        if !self.has_replied.load(Relaxed) {
            self.check_first_reply(reader)?;
        }
        if self.breaker.is_troubled() {
            self.breaker.succeeded();
        }
        reader.finish()
    }

    /// Reads with a look at the clock: the first byte has to arrive in time, and the rest of each reply at a minimum rate.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_rest(&self, reader: &mut Reader, wanted: usize) -> Result<(), Error> {
        let mut progress = Progress::new(self.limits.reply_rate);
        let mut is_first = reader.bytes().is_empty();
        while reader.complete() < wanted {
            let until = if is_first { self.reply_by() } else { progress.until() };
            if is_first || progress.elapsed() > WATCHED_FROM {
                // What has arrived counts, also if the time is up.
                if !self.poll(PollFlags::IN, until)? {
                    return Err(self.fail(if is_first || !progress.has_begun() { timed_out() } else { too_slow() }));
                }
            }
            let complete = reader.complete();
            match self.socket.recv(reader, if is_first { RecvFlags::DONTWAIT } else { RecvFlags::empty() })? {
                Ok(0) => return Err(self.fail(closed())),
                Ok(count) => {
                    reader.advance(wanted)?;
                    is_first = false;
                    progress.record(count);
                    if reader.complete() > complete {
                        progress.restart();
                    } else if progress.is_too_slow() {
                        return Err(self.fail(too_slow()));
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if is_first || exact_now() < until => {}
                Err(Errno::AGAIN) => return Err(self.fail(timed_out())),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Ok(())
    }

    /// By when the first byte of the reply must have arrived.
    fn reply_by(&self) -> Time {
        match self.reply_by.load(Relaxed) {
            0 => self.began().saturating_add(self.limits.request.min(self.limits.reply)).saturating_add(RESOLUTION),
            // The limit for the reply begins with the wait.
            until => until.min(exact_now().saturating_add(self.limits.reply)),
        }
    }

    /// A server that has too many clients says so and hangs up; it does not execute the command.
    #[cold]
    fn check_first_reply(&self, reader: &Reader) -> Result<(), Error> {
        if let Some(text) = hung_up(reader.bytes()) {
            let error = connect_failed(&text);
            self.breaker.failed(Failure::Refused, error.message());
            return Err(error);
        }
        self.has_replied.store(true, Relaxed);
        Ok(())
    }

    /// Reads what has arrived; returns the number of bytes.
    pub(crate) fn receive_now(&self, reader: &mut Reader, wanted: usize) -> Result<usize, Error> {
        match self.socket.recv(reader, RecvFlags::DONTWAIT)? {
            Ok(0) => Err(self.fail(closed())),
            Ok(count) => {
                if self.breaker.is_troubled() {
                    self.breaker.succeeded();
                }
                reader.advance(wanted).map(|()| count)
            }
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(self.lost(error)),
        }
    }

    /// Waits for the first byte of the reply to a blocking command. If the read timeout of the configuration applies unchanged this returns at once,
    /// and the read waits.
    #[inline]
    pub(crate) fn wait(&self, read_timeout: ReadTimeout) -> Result<(), Error> {
        if read_timeout == ReadTimeout::Configured { Ok(()) } else { self.wait_longer(read_timeout) }
    }

    #[cold]
    fn wait_longer(&self, read_timeout: ReadTimeout) -> Result<(), Error> {
        let until = match read_timeout {
            ReadTimeout::Extended(blocking) => {
                let limit = limit(Some(blocking)).saturating_add(self.limits.reply.min(self.limits.request));
                exact_now().saturating_add(limit)
            }
            _ => NEVER,
        };
        let mut watch = self.watch();
        while !self.poll(PollFlags::IN, until.min(watch.next()))? {
            if exact_now() >= until {
                return Err(self.fail(timed_out()));
            }
            watch.check().map_err(|error| self.fail(error))?;
        }
        Ok(())
    }

    /// Notices that the server does not reply any more while a command waits.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(&self.breaker, self.limits.ping_interval, self.limits.request.min(self.limits.reply))
    }

    /// How long the connection may be silent before the server is sent a PING, and how long the reply to that may take.
    pub(crate) fn ping_limits(&self) -> (Time, Time) {
        (self.limits.ping_interval, self.limits.request.min(self.limits.reply))
    }

    /// Waits for the first byte of a reply, at most that long. Longer silence is no failure of the server.
    pub(crate) fn wait_within(&self, limit: Duration) -> Result<(), Error> {
        let until = exact_now().saturating_add(limit.as_nanos() as Time);
        if self.poll(PollFlags::IN, until)? { Ok(()) } else { Err(timed_out()) }
    }

    /// Waits until the socket is ready; false if it is not by that time. A signal does not extend the wait.
    fn poll(&self, events: PollFlags, until: Time) -> Result<bool, Error> {
        if events == PollFlags::IN && self.socket.holds_data() {
            return Ok(true);
        }
        loop {
            let timeout = remaining(until).and_then(|left| left.try_into().ok());
            match poll(&mut [PollFd::new(&self.socket, events)], timeout.as_ref()) {
                // Messages of TLS itself are no data.
                Ok(1..) if events == PollFlags::IN && !self.socket.has_data()? => {}
                Ok(ready) => return Ok(ready > 0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(self.lost(error)),
            }
        }
    }

    #[cold]
    pub(super) fn lost(&self, error: Errno) -> Error {
        self.fail(Error::new(Code::Io, format!("connection lost: {}", io::Error::from(error))))
    }

    /// Records a failure. A connection that had worked before can be lost while the server works; the next one will show it.
    #[cold]
    pub(crate) fn fail(&self, error: Error) -> Error {
        self.has_failed.store(true, Relaxed);
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
        self.socket.is_quiet()
    }

    fn is_of_this_process(&self) -> bool {
        self.owner == std::process::id()
    }
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
