//! The type of a TLS connection in a library without TLS. It has no values.

use crate::config::{Address, Tls};
use crate::error::{Code, Error};
use crate::resp::Reader;
use crate::transport::clock::Time;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::os::fd::OwnedFd;

pub(crate) enum TlsStream {}

pub(crate) enum Handshake {}

impl Handshake {
    pub(crate) fn start(_: &Tls, _: &Address) -> Result<Handshake, Error> {
        Err(Error::new(Code::Internal, "this build of the library has no TLS"))
    }

    pub(crate) fn advance(&mut self, _: &OwnedFd, _: Time) -> Result<bool, Error> {
        match *self {}
    }
}

impl TlsStream {
    pub(crate) fn open(_: &OwnedFd, _: &Tls, _: &Address, _: Time) -> Result<TlsStream, Error> {
        Err(Error::new(Code::Internal, "this build of the library has no TLS"))
    }

    pub(crate) fn send(&self, _: &OwnedFd, _: &[u8], _: SendFlags) -> Result<Result<usize, Errno>, Error> {
        match *self {}
    }

    pub(crate) fn recv(&self, _: &OwnedFd, _: &mut Reader, _: RecvFlags) -> Result<Result<usize, Errno>, Error> {
        match *self {}
    }

    pub(crate) fn has_arrived(&self, _: &OwnedFd) -> Result<bool, Error> {
        match *self {}
    }

    pub(crate) fn close(&self, _: &OwnedFd) {
        match *self {}
    }
}
