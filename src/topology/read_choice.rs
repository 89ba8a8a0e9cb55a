//! Where the reads of a handle go.

use crate::config::Read;
use crate::transport::clock::{Time, exact_now};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Which of the servers of a node may serve a read.
#[derive(Clone, Copy)]
pub(crate) struct ReadChoice {
    pub read: Read,
    /// A replica must have everything that was acknowledged before. 0: it need not.
    pub required: Time,
}

/// By server, when a handle last wrote there.
pub(crate) struct OwnWrites(Box<[AtomicU64]>);

impl OwnWrites {
    pub(crate) fn new(servers: usize) -> OwnWrites {
        OwnWrites((0..servers).map(|_| AtomicU64::new(0)).collect())
    }

    /// Records that a write to a server has ended, also if it failed: it may have been executed.
    pub(crate) fn record(&self, server: usize) {
        self.0[server].fetch_max(exact_now(), Relaxed);
    }

    /// The same for all servers.
    pub(crate) fn record_everywhere(&self) {
        (0..self.0.len()).for_each(|server| self.record(server));
    }

    fn last(&self, server: usize) -> Time {
        self.0[server].load(Relaxed)
    }
}

/// Where the reads of a handle go, and the writes that they must see.
#[derive(Clone, Copy)]
pub(crate) struct Reads<'w> {
    read: Read,
    own_writes: Option<&'w OwnWrites>,
}

impl<'w> Reads<'w> {
    /// All reads go to masters.
    pub(crate) const MASTERS: Reads<'static> = Reads { read: Read::Master, own_writes: None };

    #[inline]
    pub(crate) fn new(read: Read, own_writes: Option<&'w OwnWrites>) -> Reads<'w> {
        Reads { read, own_writes }
    }

    /// Where they go, as the configuration names it.
    pub(crate) fn name(&self) -> &'static str {
        self.read.name()
    }

    /// Whether replicas serve some of them.
    #[inline]
    pub(crate) fn may_use_replicas(&self) -> bool {
        self.read != Read::Master
    }

    /// Whether the master may serve a read while replicas could.
    pub(crate) fn may_choose_master(&self) -> bool {
        matches!(self.read, Read::Any | Read::Nearest)
    }

    /// Whether reads must see earlier writes of the handle.
    #[inline]
    pub(crate) fn sees_own_writes(&self) -> bool {
        self.own_writes.is_some()
    }

    pub(crate) fn choice(&self, server: usize) -> ReadChoice {
        ReadChoice { read: self.read, required: self.own_writes.map_or(0, |writes| writes.last(server)) }
    }

    /// Records that a command that may have written to a server has ended.
    #[inline]
    pub(crate) fn record_write(&self, server: usize) {
        if let Some(writes) = self.own_writes {
            writes.record(server);
        }
    }

    /// The same for a command that may have written to any server.
    #[inline]
    pub(crate) fn record_writes(&self) {
        if let Some(writes) = self.own_writes {
            writes.record_everywhere();
        }
    }
}
