//! The socket of a connection, plain or with TLS.

use crate::config::{Address, Server};
use crate::error::Error;
use crate::resp::Reader;
use crate::transport::clock::Time;
use crate::transport::tls::TlsStream;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

pub(crate) struct Socket {
    fd: OwnedFd,
    tls: Option<Box<TlsStream>>,
    is_tcp: bool,
}

impl Socket {
    /// Makes a socket of one that is connected. With TLS it completes the handshake by that time.
    pub(crate) fn open(fd: OwnedFd, server: &Server, until: Time) -> Result<Socket, Error> {
        let tls = server.tls.as_ref().map(|tls| TlsStream::open(&fd, tls, &server.address, until).map(Box::new)).transpose()?;
        Ok(Socket { fd, tls, is_tcp: matches!(server.address, Address::Tcp { .. }) })
    }

    /// The descriptor, if there is no TLS.
    #[inline(always)]
    pub(crate) fn plain(&self) -> Option<&OwnedFd> {
        if self.tls.is_none() { Some(&self.fd) } else { None }
    }

    /// Calls send(2), with TLS for the encrypted bytes. The outer error is one of TLS.
    #[inline]
    pub(crate) fn send(&self, bytes: &[u8], flags: SendFlags) -> Result<Result<usize, Errno>, Error> {
        match &self.tls {
            None => Ok(send(&self.fd, bytes, flags | SendFlags::NOSIGNAL)),
            Some(tls) => tls.send(&self.fd, bytes, flags),
        }
    }

    /// Calls recv(2) for the reader. With TLS a call that gets no data, only messages of TLS itself, fails with INTR. The outer error is one of
    /// TLS or of the reader.
    #[inline]
    pub(crate) fn recv(&self, reader: &mut Reader, flags: RecvFlags) -> Result<Result<usize, Errno>, Error> {
        match &self.tls {
            None => Ok(recv(&self.fd, reader.room()?, flags).map(|(_, count)| count)),
            Some(tls) => tls.recv(&self.fd, reader, flags),
        }
    }

    /// Receives what has arrived, if there is no TLS.
    pub(crate) fn recv_plain(&self, bytes: &mut [u8]) -> Option<usize> {
        if self.tls.is_some() {
            return None;
        }
        recv(&self.fd, bytes, RecvFlags::DONTWAIT).ok().map(|(count, _)| count)
    }

    pub(crate) fn is_plain_tcp(&self) -> bool {
        self.is_tcp && self.tls.is_none()
    }

    /// Whether data was decrypted that no reader has. The socket does not become readable for it.
    pub(crate) fn holds_data(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.holds_data())
    }

    /// Whether data has arrived on a socket that is readable.
    #[inline]
    pub(crate) fn has_data(&self) -> Result<bool, Error> {
        if let Some(tls) = &self.tls { tls.has_arrived(&self.fd) } else { Ok(true) }
    }

    /// Whether the connection is open and no unexpected bytes have arrived.
    pub(crate) fn is_quiet(&self) -> bool {
        if let Some(tls) = &self.tls {
            return matches!(tls.has_arrived(&self.fd), Ok(false));
        }
        let mut byte = [0u8];
        matches!(recv(&self.fd, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT), Err(Errno::AGAIN))
    }

    /// Whether bytes have arrived that nobody has asked for.
    pub(crate) fn has_unexpected_bytes(&self) -> bool {
        if let Some(tls) = &self.tls {
            return tls.has_arrived(&self.fd).is_ok_and(|arrived| arrived && tls.holds_data());
        }
        let mut byte = [0u8];
        recv(&self.fd, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT).is_ok_and(|(_, count)| count > 0)
    }

    /// Ends the connection, also for other processes that have a copy of the descriptor.
    pub(crate) fn shut_down(&self) {
        if let Some(tls) = &self.tls {
            tls.close(&self.fd);
        }
        let _ = rustix::net::shutdown(&self.fd, rustix::net::Shutdown::Both);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
