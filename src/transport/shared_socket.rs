//! A socket that never waits, of a connection that many callers share. It belongs to the process that opened it.

use crate::error::{Code, Error};
use crate::resp::Reader;
use crate::transport::connection_errors::{closed, connect_failed};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown, sockopt};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

pub(crate) struct SharedSocket {
    socket: OwnedFd,
    owner: u32,
}

impl SharedSocket {
    /// A socket that is being connected. It is writable when the attempt has ended; [`SharedSocket::connect_outcome`] then has the result.
    pub(crate) fn new(socket: OwnedFd) -> SharedSocket {
        SharedSocket { socket, owner: std::process::id() }
    }

    /// The result of an attempt to connect that has ended.
    pub(crate) fn connect_outcome(&self) -> Result<(), Error> {
        match sockopt::socket_error(&self.socket) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) | Err(error) => Err(connect_failed(&io::Error::from(error).to_string())),
        }
    }

    /// Sends what the kernel takes; returns the number of bytes.
    pub(crate) fn send(&self, bytes: &[u8]) -> Result<usize, Error> {
        loop {
            match send(&self.socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => return Ok(count),
                Err(Errno::AGAIN) => return Ok(0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(lost(error)),
            }
        }
    }

    /// Reads what has arrived; returns the number of bytes. Nothing is parsed.
    pub(crate) fn receive(&self, reader: &mut Reader) -> Result<usize, Error> {
        match recv(&self.socket, reader.room()?, RecvFlags::DONTWAIT) {
            Ok((0, _)) => Err(closed()),
            Ok((count, _)) => Ok(count),
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(lost(error)),
        }
    }
}

impl AsFd for SharedSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for SharedSocket {
    /// A forked child only closes its copy.
    fn drop(&mut self) {
        if self.owner == std::process::id() {
            let _ = shutdown(&self.socket, Shutdown::Both);
        }
    }
}

#[cold]
fn lost(error: Errno) -> Error {
    Error::new(Code::Io, format!("connection lost: {}", io::Error::from(error)))
}
