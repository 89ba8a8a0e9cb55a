//! Work that may wait, which an event loop passes to another thread.

use crate::error::Error;
use crate::transport::connection_errors::connect_failed;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

pub(crate) struct Errand {
    work: Box<dyn FnOnce() + Send>,
    /// Closed when the work has ended, or was given up.
    _running: UnixStream,
}

impl Errand {
    /// Also returns a socket that is readable when the work has ended.
    pub(crate) fn new(work: impl FnOnce() + Send + 'static) -> Result<(Errand, OwnedFd), Error> {
        let (ended, running) = UnixStream::pair().map_err(|error| connect_failed(&error.to_string()))?;
        Ok((Errand { work: Box::new(work), _running: running }, ended.into()))
    }

    pub(crate) fn run(self) {
        (self.work)();
    }
}
