//! The socket of a client, plain or with TLS.

use crate::listener::tls::TlsStream;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

pub(super) struct ClientSocket {
    socket: Arc<OwnedFd>,
    tls: Option<Box<TlsStream>>,
}

impl ClientSocket {
    pub(super) fn new(socket: Arc<OwnedFd>, tls: Option<TlsStream>) -> ClientSocket {
        ClientSocket { socket, tls: tls.map(Box::new) }
    }

    /// Like recv(2), without waiting.
    #[inline]
    pub(super) fn recv(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        match &mut self.tls {
            None => recv(&self.socket, buffer, RecvFlags::DONTWAIT).map(|(count, _)| count),
            Some(tls) => tls.recv(&self.socket, buffer),
        }
    }

    /// Like send(2), without waiting. With TLS some bytes that it has taken may not have been sent; the next call, also one without bytes, sends them.
    #[inline]
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<usize, Errno> {
        match &mut self.tls {
            None => send(&self.socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL),
            Some(tls) => tls.send(&self.socket, bytes),
        }
    }

    /// Whether bytes that [`ClientSocket::send`] has taken, or messages of TLS itself, have not been sent.
    #[inline]
    pub(super) fn has_unsent(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_unsent())
    }

    /// Whether the client has said that it sends nothing more, with TLS. It may have done so in the bytes that the last call has read.
    #[inline]
    pub(super) fn has_finished(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_finished())
    }

    pub(super) fn close(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.close(&self.socket);
        }
        let _ = shutdown(&self.socket, Shutdown::Both);
    }
}

impl AsFd for ClientSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
