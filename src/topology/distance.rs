//! How far a server is.

use crate::transport::clock::Time;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Servers whose distance differs by less than this (0.1 ms), or by less than a quarter, are equally near.
const NEARLY_EQUAL: Time = 100_000;

/// The round trip time to a server, smoothed.
#[derive(Default)]
pub(crate) struct Distance(AtomicU64);

impl Distance {
    /// `None`: it is not known.
    pub(crate) fn get(&self) -> Option<Time> {
        Some(self.0.load(Relaxed)).filter(|time| *time > 0)
    }

    pub(crate) fn record(&self, time: Time) {
        let time = self.get().map_or(time, |before| (3 * before + time) / 4);
        self.0.store(time.max(1), Relaxed);
    }

    pub(crate) fn forget(&self) {
        self.0.store(0, Relaxed);
    }
}

/// Whether a server is about as near as the nearest one.
pub(crate) fn is_near(distance: Time, nearest: Time) -> bool {
    distance <= nearest.saturating_add((nearest / 4).max(NEARLY_EQUAL))
}
