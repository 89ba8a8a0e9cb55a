//! The lookup of a host name for a call that waits for it. The resolver of the system may take longer than the call has time, so the lookup runs on
//! a thread, which ends with it. Calls that need the same name at the same time share one.

use crate::config::Address;
use crate::error::Error;
use crate::transport::endpoint::{Endpoint, endpoints};
use arc_swap::ArcSwap;
use once_cell::sync::{Lazy, OnceCell};
use std::collections::VecDeque;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, OnceLock, Weak};
use std::thread::Builder;

type Work = Box<dyn FnOnce() + Send>;

/// Begins threads, if the host has a way of its own.
static BEGIN: OnceCell<fn(Work) -> Result<(), Error>> = OnceCell::new();

/// The lookups that run. Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static RUNNING: Lazy<ArcSwap<Vec<Weak<NameLookup>>>> = Lazy::new(ArcSwap::default);

pub(super) struct NameLookup {
    address: Address,
    /// A forked child has no such thread.
    process: u32,
    /// Readable when the lookup has ended.
    ended: UnixStream,
    outcome: OnceLock<Result<VecDeque<Endpoint>, (io::ErrorKind, String)>>,
}

/// Sets what begins the threads for lookups, once for the process.
pub(crate) fn begin_threads_with(begin: fn(Work) -> Result<(), Error>) {
    let _ = BEGIN.set(begin);
}

impl NameLookup {
    /// Begins a lookup, or joins one of the same name.
    pub(super) fn begin(address: &Address) -> io::Result<Arc<NameLookup>> {
        let process = std::process::id();
        let is_same = |lookup: &Arc<NameLookup>| lookup.address == *address && lookup.process == process && lookup.outcome.get().is_none();
        if let Some(known) = RUNNING.load().iter().filter_map(Weak::upgrade).find(is_same) {
            return Ok(known);
        }
        let (ended, running) = UnixStream::pair()?;
        let new = Arc::new(NameLookup { address: address.clone(), process, ended, outcome: OnceLock::new() });
        RUNNING.rcu(|lookups| {
            let others = lookups.iter().filter(|lookup| lookup.strong_count() > 0).cloned();
            others.chain([Arc::downgrade(&new)]).collect::<Vec<_>>()
        });
        let lookup = new.clone();
        let run = move || {
            lookup.run();
            drop(running);
        };
        if !begin_thread(Box::new(run)) {
            // There are no threads: the call waits for the resolver.
            new.run();
        }
        Ok(new)
    }

    fn run(&self) {
        let outcome = endpoints(&self.address).map_err(|error| (error.kind(), error.to_string()));
        let _ = self.outcome.set(outcome);
    }

    pub(super) fn ended(&self) -> &UnixStream {
        &self.ended
    }

    /// `None`: it has not ended.
    pub(super) fn outcome(&self) -> Option<io::Result<VecDeque<Endpoint>>> {
        let outcome = self.outcome.get()?.clone();
        Some(outcome.map_err(|(kind, text)| io::Error::new(kind, text)))
    }
}

fn begin_thread(work: Work) -> bool {
    match BEGIN.get() {
        Some(begin) => begin(work).is_ok(),
        None => Builder::new().name("rediscluster".to_owned()).spawn(work).is_ok(),
    }
}
