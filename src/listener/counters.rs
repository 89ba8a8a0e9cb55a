//! How many clients a listener has.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a listener has counted so far. Can be read on any thread, also while the listener serves.
#[derive(Default, Debug)]
pub struct ListenerCounters {
    connected: AtomicU64,
    accepted: AtomicU64,
    rejected: AtomicU64,
}

impl ListenerCounters {
    /// The clients that are connected now.
    pub fn connected(&self) -> u64 {
        self.connected.load(Ordering::Relaxed)
    }

    /// The clients that have connected so far, without those that were rejected.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// The clients that were rejected because there were too many.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    pub(super) fn note_accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_rejected(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_disconnected(&self) {
        self.connected.fetch_sub(1, Ordering::Relaxed);
    }
}
