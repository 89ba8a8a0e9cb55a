//! The options of a handle that say where its commands go.

use crate::config::{Config, Read};
use crate::topology::{OwnWrites, Reads};
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct CallOptions {
    /// That of the handle, here once more: the fast path finds it beside the other options.
    pub config: Arc<Config>,
    pub read: Read,
    /// If its reads must see its own writes.
    pub own_writes: Option<Arc<OwnWrites>>,
    /// Commands that are split by their keys may fail for single keys.
    pub partial: bool,
}

impl CallOptions {
    pub(crate) fn of(config: Arc<Config>) -> CallOptions {
        let (read, partial, reads_own_writes) = (config.read, config.partial, config.read_your_writes);
        CallOptions { config, read, own_writes: None, partial }.with_read_your_writes(reads_own_writes)
    }

    /// With a new memory of writes, or without one.
    pub(crate) fn with_read_your_writes(self, read_your_writes: bool) -> CallOptions {
        let own_writes = read_your_writes.then(|| Arc::new(OwnWrites::new(self.config.servers.len())));
        CallOptions { own_writes, ..self }
    }

    #[inline]
    pub(crate) fn reads(&self) -> Reads<'_> {
        Reads::new(self.read, self.own_writes.as_deref())
    }

    pub(crate) fn are_same(&self, other: &CallOptions) -> bool {
        self.read == other.read
            && self.partial == other.partial
            && self.own_writes.as_ref().map(Arc::as_ptr) == other.own_writes.as_ref().map(Arc::as_ptr)
    }
}
