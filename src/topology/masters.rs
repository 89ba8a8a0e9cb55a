//! The servers that are, were or could be the master of a node, and which one is.

use crate::config::Server;
use crate::error::Error;
use crate::transport::Pool;
use crate::transport::clock::{Time, now};
use arc_swap::ArcSwapOption;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};

/// None is ever removed: callers borrow connections from their pools.
pub(crate) struct Masters {
    first: Candidate,
    /// The number of the current master, from 0.
    current: AtomicUsize,
    /// From then on a caller may search for the master again.
    next_search: AtomicU64,
    /// The number of callers that search now.
    searching: AtomicUsize,
    /// Why the last search found none.
    failure: ArcSwapOption<Error>,
}

struct Candidate {
    pool: Pool,
    next: OnceLock<Box<Candidate>>,
}

impl Masters {
    /// Begins with the server of the configuration.
    pub(crate) fn new(pool: Pool) -> Masters {
        Masters {
            first: Candidate { pool, next: OnceLock::new() },
            current: AtomicUsize::new(0),
            next_search: AtomicU64::new(0),
            searching: AtomicUsize::new(0),
            failure: ArcSwapOption::empty(),
        }
    }

    #[inline]
    pub(crate) fn current(&self) -> &Pool {
        match self.current.load(Acquire) {
            0 => &self.first.pool,
            nth => self.nth(nth),
        }
    }

    #[cold]
    fn nth(&self, nth: usize) -> &Pool {
        self.all().nth(nth).unwrap_or(&self.first.pool)
    }

    /// The server of the configuration.
    pub(crate) fn configured(&self) -> &Pool {
        &self.first.pool
    }

    /// Whether another server than that of the configuration is the master.
    pub(crate) fn has_moved(&self) -> bool {
        self.current.load(Relaxed) != 0
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Pool> {
        std::iter::successors(Some(&self.first), |candidate| candidate.next.get().map(Box::as_ref)).map(|candidate| &candidate.pool)
    }

    /// The pool of a server, which `make` makes if there is none yet.
    pub(crate) fn pool_of(&self, server: &Server, make: impl Fn() -> Pool) -> &Pool {
        let mut candidate = &self.first;
        while candidate.pool.server() != server {
            candidate = candidate.next.get_or_init(|| Box::new(Candidate { pool: make(), next: OnceLock::new() }));
        }
        &candidate.pool
    }

    /// Makes one of the servers the current master. Connections to the one before are not used for new commands.
    pub(crate) fn make_current(&self, pool: &Pool) {
        let Some(number) = self.all().position(|known| std::ptr::eq(known, pool)) else { return };
        self.current.store(number, Release);
        self.close_others();
    }

    /// Closes idle connections to servers that are not the master.
    pub(crate) fn close_others(&self) {
        let current = self.current();
        self.all().filter(|pool| !std::ptr::eq(*pool, current)).for_each(Pool::close_idle);
    }

    /// Whether this caller searches for the master now: one per interval, and those that come while one does. These would otherwise wait for it, or
    /// fail although there is a master.
    pub(crate) fn claim_search(&self, now: Time, interval: Time) -> bool {
        let next = self.next_search.load(Acquire);
        let is_due = now >= next && self.next_search.compare_exchange(next, now.saturating_add(interval), AcqRel, Relaxed).is_ok();
        let claims = is_due || self.searching.load(Acquire) > 0;
        if claims {
            self.searching.fetch_add(1, AcqRel);
        }
        claims
    }

    /// Ends a search that began at `began`. After a failure the next one is an interval later, or more if it took longer.
    pub(crate) fn end_search(&self, began: Time, interval: Time, failure: Option<Error>) {
        let now = now();
        let next = if failure.is_some() { now.saturating_add(interval.max(now.saturating_sub(began))) } else { 0 };
        self.next_search.store(next, Release);
        self.failure.store(failure.map(Arc::new));
        self.searching.fetch_sub(1, AcqRel);
    }

    /// Why the last search found no master; `None` if it found one.
    pub(crate) fn search_failure(&self) -> Option<Error> {
        self.failure.load().as_deref().cloned()
    }
}
