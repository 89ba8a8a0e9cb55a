//! The types of TLS in a library without it. They have no values.

use crate::error::{Code, Error};
use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// The certificate that a listener shows to its clients. See [`Listener::set_tls`](crate::Listener::set_tls).
#[derive(Clone)]
pub enum ListenerTls {}

impl ListenerTls {
    /// Fails: the cargo feature `tls` is off.
    pub fn from_files(_: &str, _: &str, _: Option<&str>) -> Result<ListenerTls, Error> {
        Err(Error::new(Code::Config, "this build of the library has no TLS (its cargo feature tls is off)"))
    }

    pub(crate) fn refresh(&mut self) {
        match *self {}
    }
}

pub(crate) enum TlsStream {}

impl TlsStream {
    pub(crate) fn new(tls: &ListenerTls) -> Result<TlsStream, Error> {
        match *tls {}
    }

    pub(crate) fn recv(&mut self, _: &OwnedFd, _: &mut [u8]) -> Result<usize, Errno> {
        match *self {}
    }

    pub(crate) fn send(&mut self, _: &OwnedFd, _: &[u8]) -> Result<usize, Errno> {
        match *self {}
    }

    pub(crate) fn has_unsent(&self) -> bool {
        match *self {}
    }

    pub(crate) fn has_finished(&self) -> bool {
        match *self {}
    }

    pub(crate) fn close(&mut self, _: &OwnedFd) {
        match *self {}
    }
}
