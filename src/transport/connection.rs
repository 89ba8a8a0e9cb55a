//! One connection to one server: bytes out, replies in. It belongs to the process that opened it.

use crate::command::ReadTimeout;
use crate::config::{Address, Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, Value, pack};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send, sockopt};
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A larger buffer is not kept for the next command.
pub(crate) const KEPT: usize = 128 << 10;
/// A first read may take so much.
const READ: usize = 16 << 10;

pub(crate) struct Connection {
    socket: OwnedFd,
    owner: u32,
    /// What the next reply may be read into.
    buffer: Vec<u8>,
    /// Small commands are packed here.
    packed: Vec<u8>,
}

impl Connection {
    /// Connects within a time, and says who we are and which database we want. Nothing that the caller asked for has been sent when this fails.
    pub(crate) fn open(server: &Server, config: &Config, timeout: Option<Duration>) -> Result<Connection, Error> {
        let socket = connect(&server.address, timeout).map_err(|error| refused(&error.to_string()))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, config.read_timeout).map_err(|error| refused(&error.to_string()))?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, config.write_timeout).map_err(|error| refused(&error.to_string()))?;
        let mut connection = Connection { socket, owner: std::process::id(), buffer: Vec::new(), packed: Vec::new() };
        connection.introduce(server, timeout)?;
        Ok(connection)
    }

    /// AUTH and SELECT, in one round trip, where the configuration asks for them.
    fn introduce(&mut self, server: &Server, timeout: Option<Duration>) -> Result<(), Error> {
        let db = server.db.to_string();
        let mut requests: Vec<Vec<u8>> = Vec::new();
        match (&server.username, &server.password) {
            (Some(username), password) => {
                requests.push(pack(&[b"AUTH", username.as_bytes(), password.as_deref().unwrap_or_default().as_bytes()]))
            }
            (None, Some(password)) => requests.push(pack(&[b"AUTH", password.as_bytes()])),
            (None, None) => {}
        }
        if server.db != 0 {
            requests.push(pack(&[b"SELECT", db.as_bytes()]));
        }
        if requests.is_empty() {
            return Ok(());
        }
        self.send_all(&requests.concat(), &mut 0).map_err(|error| refused(error.message()))?;
        let mut reader = self.reader(true);
        if let Some(timeout) = timeout {
            self.wait_within(timeout).map_err(|error| refused(error.message()))?;
        }
        self.receive(&mut reader, requests.len()).map_err(|error| refused(error.message()))?;
        match Reply::from_reader(reader, Some(requests.len())).0.root() {
            Value::Array(mut replies) => replies.try_for_each(|reply| match reply {
                Value::Error(text) => Err(refused(&String::from_utf8_lossy(text))),
                _ => Ok(()),
            }),
            _ => Ok(()),
        }
    }

    /// A reader for the next replies of this connection.
    #[inline]
    pub(crate) fn reader(&mut self, rooted: bool) -> Reader {
        let buffer = std::mem::take(&mut self.buffer);
        Reader::new(if buffer.capacity() == 0 { Vec::with_capacity(READ) } else { buffer }, rooted)
    }

    /// Takes the buffer of a reader back, where nobody keeps it.
    #[inline]
    pub(crate) fn reuse(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= KEPT {
            self.buffer = buffer;
        }
    }

    /// Sends all of the bytes; `sent` grows by what the kernel took, also when it fails half-way.
    #[inline]
    pub(crate) fn send_all(&self, bytes: &[u8], sent: &mut usize) -> Result<(), Error> {
        send_all(&self.socket, bytes, sent)
    }

    /// Sends what a call writes into the connection's own buffer.
    #[inline]
    pub(crate) fn send_packed(&mut self, pack: impl FnOnce(&mut Vec<u8>), sent: &mut usize) -> Result<(), Error> {
        self.packed.clear();
        pack(&mut self.packed);
        let outcome = send_all(&self.socket, &self.packed, sent);
        if self.packed.capacity() > KEPT {
            self.packed = Vec::new();
        }
        outcome
    }

    /// Sends some of the bytes and answers how many the kernel took. `more` holds back a packet that is not full.
    #[inline]
    pub(crate) fn send(&self, bytes: &[u8], more: bool) -> Result<usize, Error> {
        send_some(&self.socket, bytes, if more { SendFlags::MORE } else { SendFlags::empty() })
    }

    /// Sends what the kernel takes at once; answers how much that was.
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
                Err(Errno::AGAIN) => return Err(silent()),
                Err(error) => return Err(lost(error)),
            }
        }
        reader.finish()
    }

    /// Reads what is there at once; answers how many bytes that was.
    pub(crate) fn receive_now(&self, reader: &mut Reader, wanted: usize) -> Result<usize, Error> {
        match recv(&self.socket, reader.room()?, RecvFlags::DONTWAIT) {
            Ok((0, _)) => Err(closed()),
            Ok((count, _)) => reader.advance(wanted).map(|()| count),
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(lost(error)),
        }
    }

    /// Waits for the first byte of the reply to a command that blocks. `usual` is the read timeout, to which a longer read_timeout is added; with
    /// the usual read_timeout reading does the waiting.
    #[inline]
    pub(crate) fn wait(&self, read_timeout: ReadTimeout, usual: Option<Duration>) -> Result<(), Error> {
        if read_timeout == ReadTimeout::Configured { Ok(()) } else { self.wait_longer(read_timeout, usual) }
    }

    #[cold]
    fn wait_longer(&self, read_timeout: ReadTimeout, usual: Option<Duration>) -> Result<(), Error> {
        let limit = match (read_timeout, usual) {
            (ReadTimeout::Extended(longer), Some(usual)) => Some(longer.saturating_add(usual)),
            _ => None,
        };
        self.wait_for_bytes(limit)
    }

    /// Waits for the first byte of a reply, so long at most.
    pub(crate) fn wait_within(&self, limit: Duration) -> Result<(), Error> {
        self.wait_for_bytes(Some(limit))
    }

    fn wait_for_bytes(&self, limit: Option<Duration>) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            let left = limit.map(|limit| limit.saturating_sub(start.elapsed()));
            let timeout = left.and_then(|left| left.try_into().ok());
            match poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], timeout.as_ref()) {
                Ok(0) => return Err(silent()),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(lost(error)),
            }
        }
    }

    /// Whether the server still holds its end, and has sent nothing that nobody asked for.
    pub(crate) fn is_alive(&self) -> bool {
        let mut byte = [0u8];
        matches!(recv(&self.socket, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT), Err(Errno::AGAIN))
    }

    pub(crate) fn is_own(&self) -> bool {
        self.owner == std::process::id()
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Connection {
    /// The process that opened it ends the connection even where a forked child still holds a copy of the descriptor;
    /// a child only lets go of its copy.
    fn drop(&mut self) {
        if self.is_own() {
            let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Both);
        }
    }
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
            Err(Errno::AGAIN) => return Err(Error::new(Code::Timeout, "the server took no bytes in time")),
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

/// Tries the addresses of a name in turn, within one time limit for all.
fn connect_tcp(host: &str, port: u16, timeout: Option<Duration>) -> io::Result<TcpStream> {
    let Some(timeout) = timeout else { return TcpStream::connect((host, port)) };
    let start = Instant::now();
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
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
fn refused(what: &str) -> Error {
    Error::new(Code::Connect, format!("cannot connect: {what}"))
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
fn silent() -> Error {
    Error::new(Code::Timeout, "no reply in time")
}
