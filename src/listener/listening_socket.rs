//! The sockets on which clients arrive.

use crate::error::Error;
use crate::listener::tls::{ListenerTls, TlsStream};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, accept_with, sockopt};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

pub(super) struct ListeningSocket {
    socket: OwnedFd,
    is_unix: bool,
}

impl ListeningSocket {
    pub(super) fn new(socket: OwnedFd) -> Result<ListeningSocket, Errno> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        let is_unix = sockopt::socket_domain(&socket)? == AddressFamily::UNIX;
        Ok(ListeningSocket { socket, is_unix })
    }

    pub(super) fn accept(&self) -> Result<OwnedFd, Errno> {
        accept_with(&self.socket, SocketFlags::CLOEXEC)
    }

    /// Begins TLS with a new client, if there is TLS and the socket is not a Unix socket.
    pub(super) fn encrypt(&self, tls: Option<&mut ListenerTls>) -> Result<Option<TlsStream>, Error> {
        let Some(tls) = tls.filter(|_| !self.is_unix) else { return Ok(None) };
        tls.refresh();
        TlsStream::new(tls).map(Some)
    }
}

impl AsFd for ListeningSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
