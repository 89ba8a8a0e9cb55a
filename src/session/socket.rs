//! Another descriptor of a connection's socket, for a thread that waits while the session is used.

use crate::error::{Code, Error};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

#[derive(Default)]
pub(crate) struct SharedSocket(Option<Arc<OwnedFd>>);

impl SharedSocket {
    /// Returns the socket of the connection, to wait for messages. It stays open, but is shut down when the connection is dropped.
    pub(crate) fn get(&mut self, connection: impl AsFd) -> Result<Arc<OwnedFd>, Error> {
        if let Some(socket) = &self.0 {
            return Ok(socket.clone());
        }
        let socket = connection.as_fd().try_clone_to_owned();
        let socket = socket.map_err(|error| Error::new(Code::Io, format!("cannot duplicate the socket: {error}")))?;
        Ok(self.0.insert(Arc::new(socket)).clone())
    }
}
