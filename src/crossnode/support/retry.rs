//! How often a command is tried again when other clients change its keys meanwhile.

use std::time::{Duration, Instant};

const MIN_ATTEMPTS: usize = 100;
/// Where many clients change a key all the time, a hundred attempts take only a moment.
const MIN_DURATION: Duration = Duration::from_secs(5);

/// Allows attempts until both [`MIN_ATTEMPTS`] and [`MIN_DURATION`] are reached.
pub(crate) struct Retry {
    attempts: usize,
    begin: Instant,
}

impl Retry {
    pub(crate) fn new() -> Retry {
        Retry { attempts: 0, begin: Instant::now() }
    }

    /// Whether another attempt may be made; counts it.
    pub(crate) fn next_attempt(&mut self) -> bool {
        let is_allowed = self.attempts < MIN_ATTEMPTS || self.begin.elapsed() < MIN_DURATION;
        self.attempts += usize::from(is_allowed);
        is_allowed
    }

    /// How many attempts were allowed.
    pub(crate) fn attempts(&self) -> usize {
        self.attempts
    }
}
