//! One connection to one server: sends bytes, reads replies. It belongs to the process that opened it.

use crate::command::ReadTimeout;
use crate::config::{Address, Config, Protocol, Server};
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, Value, pack};
use crate::transport::socket_address::SocketAddressOrPath;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send, sockopt};
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A larger buffer is freed after a command, not kept for the next one.
pub(crate) const MAX_KEPT_BUFFER: usize = 128 << 10;
/// The memory for the first read of a reply.
const FIRST_READ: usize = 16 << 10;

pub(crate) struct Connection {
    socket: OwnedFd,
    /// The process that opened it.
    owner: u32,
    max_reply_depth: usize,
    /// Memory for the next reply.
    buffer: Vec<u8>,
    /// Memory for packing small commands.
    packed: Vec<u8>,
}

impl Connection {
    /// Connects within `timeout`, asks for the protocol, authenticates and selects the database. If it fails no command of the caller has been sent.
    pub(crate) fn open(server: &Server, config: &Config, timeout: Option<Duration>) -> Result<Connection, Error> {
        let socket = connect(&server.address, timeout).map_err(|error| connect_failed(&error.to_string()))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, config.read_timeout)
            .map_err(|error| connect_failed(&error.to_string()))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, config.write_timeout)
            .map_err(|error| connect_failed(&error.to_string()))?;
        let mut connection = Connection {
            socket,
            owner: std::process::id(),
            max_reply_depth: config.max_reply_depth,
            buffer: Vec::new(),
            packed: Vec::new(),
        };
        connection.prepare(server, config.protocol, timeout)?;
        Ok(connection)
    }

    /// Sends HELLO or AUTH, and SELECT, in one round trip, if the configuration requires them.
    fn prepare(&mut self, server: &Server, protocol: Protocol, timeout: Option<Duration>) -> Result<(), Error> {
        let requests = first_commands(server, protocol);
        if requests.is_empty() {
            return Ok(());
        }
        self.send_all(&requests.concat(), &mut 0).map_err(|error| connect_failed(error.message()))?;
        let mut reader = self.reader(true);
        if let Some(timeout) = timeout {
            self.wait_within(timeout).map_err(|error| connect_failed(error.message()))?;
        }
        self.receive(&mut reader, requests.len()).map_err(|error| connect_failed(error.message()))?;
        match Reply::from_reader(reader, Some(requests.len())).0.root() {
            Value::Array(mut replies) => replies.try_for_each(|reply| check_first_reply(&reply, protocol)),
            _ => Ok(()),
        }
    }

    /// Begins to connect, without waiting. The socket is writable when the attempt has ended; [`Connection::connect_outcome`] then has the result.
    pub(crate) fn begin(address: &SocketAddressOrPath, config: &Config) -> Result<Connection, Error> {
        let socket = address.connect_without_waiting().map_err(|error| connect_failed(&error.to_string()))?;
        Ok(Connection {
            socket,
            owner: std::process::id(),
            max_reply_depth: config.max_reply_depth,
            buffer: Vec::new(),
            packed: Vec::new(),
        })
    }

    /// The result of an attempt to connect that has ended.
    pub(crate) fn connect_outcome(&self) -> Result<(), Error> {
        match sockopt::socket_error(&self.socket) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) | Err(error) => Err(connect_failed(&io::Error::from(error).to_string())),
        }
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
        send_all(&self.socket, bytes, sent)
    }

    /// Sends what `pack` writes into the connection's own buffer. `sent` is that of [`Connection::send_all`].
    #[inline]
    pub(crate) fn send_packed(&mut self, pack: impl FnOnce(&mut Vec<u8>), sent: &mut usize) -> Result<(), Error> {
        self.packed.clear();
        pack(&mut self.packed);
        let outcome = send_all(&self.socket, &self.packed, sent);
        if self.packed.capacity() > MAX_KEPT_BUFFER {
            self.packed = Vec::new();
        }
        outcome
    }

    /// Sends some of the bytes and returns how many the kernel took. With `more` the kernel may hold back a packet that is not full.
    #[inline]
    pub(crate) fn send(&self, bytes: &[u8], more: bool) -> Result<usize, Error> {
        send_some(&self.socket, bytes, if more { SendFlags::MORE } else { SendFlags::empty() })
    }

    /// Sends what the kernel takes without blocking; returns the number of bytes.
    #[inline]
    pub(crate) fn send_now(&self, bytes: &[u8], more: bool) -> Result<usize, Error> {
        let flags = if more { SendFlags::MORE | SendFlags::DONTWAIT } else { SendFlags::DONTWAIT };
        send_some(&self.socket, bytes, flags)
    }

    /// Reads until `wanted` replies are complete.
    #[inline]
    pub(crate) fn receive(&self, reader: &mut Reader, wanted: usize) -> Result<(), Error> {
        while reader.complete() < wanted {
            match recv(&self.socket, reader.room()?, RecvFlags::empty()) {
                Ok((0, _)) => return Err(closed()),
                Ok(_) => reader.advance(wanted)?,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Err(timed_out()),
                Err(error) => return Err(lost(error)),
            }
        }
        reader.finish()
    }

    /// Reads what has arrived; returns the number of bytes.
    pub(crate) fn receive_now(&self, reader: &mut Reader, wanted: usize) -> Result<usize, Error> {
        match recv(&self.socket, reader.room()?, RecvFlags::DONTWAIT) {
            Ok((0, _)) => Err(closed()),
            Ok((count, _)) => reader.advance(wanted).map(|()| count),
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(lost(error)),
        }
    }

    /// Waits for the first byte of the reply to a blocking command. `configured` is the read timeout of the configuration. If that applies
    /// unchanged this returns at once, and the read waits.
    #[inline]
    pub(crate) fn wait(&self, read_timeout: ReadTimeout, configured: Option<Duration>) -> Result<(), Error> {
        if read_timeout == ReadTimeout::Configured { Ok(()) } else { self.wait_longer(read_timeout, configured) }
    }

    #[cold]
    fn wait_longer(&self, read_timeout: ReadTimeout, configured: Option<Duration>) -> Result<(), Error> {
        let limit = match (read_timeout, configured) {
            (ReadTimeout::Extended(blocking), Some(configured)) => Some(blocking.saturating_add(configured)),
            _ => None,
        };
        self.wait_for_bytes(limit)
    }

    /// Waits for the first byte of a reply, at most that long.
    pub(crate) fn wait_within(&self, limit: Duration) -> Result<(), Error> {
        self.wait_for_bytes(Some(limit))
    }

    fn wait_for_bytes(&self, limit: Option<Duration>) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            let left = limit.map(|limit| limit.saturating_sub(start.elapsed()));
            let timeout = left.and_then(|left| left.try_into().ok());
            match poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], timeout.as_ref()) {
                Ok(0) => return Err(timed_out()),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(lost(error)),
            }
        }
    }

    /// Whether the connection is open and no unexpected bytes have arrived.
    pub(crate) fn is_alive(&self) -> bool {
        let mut byte = [0u8];
        matches!(recv(&self.socket, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT), Err(Errno::AGAIN))
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
            let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Both);
        }
    }
}

/// The commands that every connection begins with: HELLO or AUTH, and SELECT, as far as the configuration requires them.
pub(super) fn first_commands(server: &Server, protocol: Protocol) -> Vec<Vec<u8>> {
    let db = server.db.to_string();
    let mut requests: Vec<Vec<u8>> = Vec::new();
    let password = server.password.as_deref().unwrap_or_default().as_bytes();
    match (protocol, &server.username, &server.password) {
        (Protocol::Resp2, Some(username), _) => requests.push(pack(&[b"AUTH", username.as_bytes(), password])),
        (Protocol::Resp2, None, Some(_)) => requests.push(pack(&[b"AUTH", password])),
        (Protocol::Resp2, None, None) => {}
        (Protocol::Resp3, None, None) => requests.push(pack(&[b"HELLO", b"3"])),
        (Protocol::Resp3, username, _) => {
            requests.push(pack(&[b"HELLO", b"3", b"AUTH", username.as_deref().unwrap_or("default").as_bytes(), password]))
        }
    }
    if server.db != 0 {
        requests.push(pack(&[b"SELECT", db.as_bytes()]));
    }
    requests
}

/// Fails if a server refuses one of the [`first_commands`].
pub(super) fn check_first_reply(reply: &Value, protocol: Protocol) -> Result<(), Error> {
    if let Value::Error(text) = reply { Err(refused(text, protocol)) } else { Ok(()) }
}

#[inline]
fn send_all(socket: &OwnedFd, bytes: &[u8], sent: &mut usize) -> Result<(), Error> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let count = send_some(socket, rest, SendFlags::empty())?;
        *sent += count;
        rest = &rest[count..];
    }
    Ok(())
}

#[inline]
fn send_some(socket: &OwnedFd, bytes: &[u8], flags: SendFlags) -> Result<usize, Error> {
    loop {
        match send(socket, bytes, flags | SendFlags::NOSIGNAL) {
            Ok(count) => return Ok(count),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) if flags.contains(SendFlags::DONTWAIT) => return Ok(0),
            Err(Errno::AGAIN) => return Err(not_sent_in_time()),
            Err(error) => return Err(lost(error)),
        }
    }
}

fn connect(address: &Address, timeout: Option<Duration>) -> io::Result<OwnedFd> {
    match address {
        Address::Unix { path } => UnixStream::connect(path).map(OwnedFd::from),
        Address::Tcp { host, port } => {
            let stream = connect_tcp(host, *port, timeout)?;
            stream.set_nodelay(true)?;
            sockopt::set_socket_keepalive(&stream, true)?;
            Ok(OwnedFd::from(stream))
        }
    }
}

/// Tries the addresses of a host name in turn, within one time limit for all of them.
fn connect_tcp(host: &str, port: u16, timeout: Option<Duration>) -> io::Result<TcpStream> {
    let Some(timeout) = timeout else { return TcpStream::connect((host, port)) };
    let start = Instant::now();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
    for address in (host, port).to_socket_addrs()? {
        let left = timeout.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "timed out"));
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cold]
pub(super) fn connect_failed(reason: &str) -> Error {
    Error::new(Code::Connect, format!("cannot connect: {reason}"))
}

/// A server refuses one of the first commands on a connection. One that runs a script would refuse the command in the same way.
#[cold]
fn refused(text: &[u8], protocol: Protocol) -> Error {
    let reason = String::from_utf8_lossy(text);
    let error = match protocol == Protocol::Resp3 && (reason.starts_with("ERR unknown command") || reason.starts_with("NOPROTO")) {
        true => connect_failed(&format!(
            "the server does not support RESP3, which \"protocol\": 3 requires (Redis 6 or newer has it): {reason}"
        )),
        false => connect_failed(&reason),
    };
    if text.starts_with(b"BUSY ") { error.refused_with(text) } else { error }
}

#[cold]
fn lost(error: Errno) -> Error {
    Error::new(Code::Io, format!("connection lost: {}", io::Error::from(error)))
}

#[cold]
fn closed() -> Error {
    Error::new(Code::Io, "connection lost: closed by the server")
}

#[cold]
pub(super) fn not_sent_in_time() -> Error {
    Error::new(Code::Timeout, "the server accepted no data in time (write_timeout)")
}

#[cold]
pub(super) fn timed_out() -> Error {
    Error::new(Code::Timeout, "no reply in time")
}
