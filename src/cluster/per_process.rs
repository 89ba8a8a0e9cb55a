//! What a handle owns: its configuration, and for each process that uses it a topology with connections of its own.

use crate::config::Config;
use crate::topology::Topology;
use arc_swap::ArcSwapOption;
use std::ops::Deref;
use std::sync::Arc;

pub(crate) struct PerProcess {
    pub config: Arc<Config>,
    /// Belongs to the process that opened the handle.
    first: Topology,
    /// Belongs to a forked child of that process, or to a child of the child.
    forked: ArcSwapOption<Topology>,
}

/// The topology of the calling process.
pub(crate) enum CurrentTopology<'c> {
    First(&'c Topology),
    Forked(Arc<Topology>),
}

impl Deref for CurrentTopology<'_> {
    type Target = Topology;

    #[inline]
    fn deref(&self) -> &Topology {
        match self {
            CurrentTopology::First(topology) => topology,
            CurrentTopology::Forked(topology) => topology,
        }
    }
}

impl PerProcess {
    pub(crate) fn new(config: Config) -> PerProcess {
        let config = Arc::new(config);
        let first = Topology::new(&config);
        PerProcess { config, first, forked: ArcSwapOption::empty() }
    }

    /// Calls `call` with the topology of the calling process, which nearly always is the process that opened the handle.
    #[inline(always)]
    pub(crate) fn with<R>(&self, call: impl FnOnce(&Topology) -> R) -> R {
        if self.first.is_of_this_process() { call(&self.first) } else { self.with_forked(call) }
    }

    #[cold]
    #[inline(never)]
    fn with_forked<R>(&self, call: impl FnOnce(&Topology) -> R) -> R {
        call(&self.forked())
    }

    #[inline]
    pub(crate) fn topology(&self) -> CurrentTopology<'_> {
        if self.first.is_of_this_process() { CurrentTopology::First(&self.first) } else { CurrentTopology::Forked(self.forked()) }
    }

    /// In a forked child the first caller makes a new topology and abandons the one of the parent. This uses no lock: a lock that another
    /// thread held at the fork would never be released in the child.
    #[cold]
    fn forked(&self) -> Arc<Topology> {
        loop {
            let known = self.forked.load_full();
            match &known {
                Some(topology) if topology.is_of_this_process() => return topology.clone(),
                _ => {}
            }
            let new = Arc::new(Topology::new(&self.config));
            let before = self.forked.compare_and_swap(&known, Some(new.clone()));
            let is_first = match (&*before, &known) {
                (Some(before), Some(known)) => Arc::ptr_eq(before, known),
                (None, None) => true,
                _ => false,
            };
            if is_first {
                known.as_deref().unwrap_or(&self.first).abandon();
                return new;
            }
        }
    }
}
