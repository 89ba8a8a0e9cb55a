//! The lookup of a host name for a shared connection. It waits for the resolver of the system, so it runs on another thread than that of the owner.

use crate::config::Address;
use crate::error::Error;
use crate::transport::connection_errors::connect_failed;
use crate::transport::endpoint::{Endpoint, endpoints};
use crate::transport::errand::Errand;
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// A lookup whose outcome is to come.
pub(super) struct Lookup {
    /// Until it is taken.
    pub errand: Option<Errand>,
    outcome: Receiver<io::Result<VecDeque<Endpoint>>>,
}

impl Lookup {
    /// Also returns a socket that is readable when the lookup has ended.
    pub(super) fn new(address: &Address) -> Result<(Lookup, OwnedFd), Error> {
        let (sender, outcome) = channel();
        let address = address.clone();
        // Sending fails if the attempt was given up.
        let (errand, ended) = Errand::new(move || drop(sender.send(endpoints(&address))))?;
        Ok((Lookup { errand: Some(errand), outcome }, ended))
    }

    /// The addresses; `None` while the lookup runs.
    pub(super) fn outcome(&self) -> Result<Option<VecDeque<Endpoint>>, Error> {
        match self.outcome.try_recv() {
            Ok(outcome) => outcome.map(Some).map_err(|error| connect_failed(&error.to_string())),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(connect_failed("the host name was not looked up")),
        }
    }
}
