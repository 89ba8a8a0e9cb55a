//! Whether bytes keep arriving, or keep being accepted: an average rate over a time limit. A transfer may take any time as long as it keeps
//! that rate.

use crate::config::Config;
use crate::transport::clock::{NEVER, Time, exact_now, limit};

/// What a connection has to keep to.
#[derive(Clone, Copy)]
pub(crate) struct MinRate {
    /// The time over which the rate is taken; `NEVER`: no limit.
    interval: Time,
    /// The least number of bytes in that time.
    bytes: usize,
}

/// The progress of one transfer.
pub(crate) struct Progress {
    rate: MinRate,
    /// When the current interval began.
    since: Time,
    /// The bytes in it.
    bytes: usize,
    /// When the last byte was transferred.
    last: Time,
}

impl MinRate {
    /// The rate at which a reply must arrive.
    pub(crate) fn of_replies(config: &Config) -> MinRate {
        let bytes = |seconds: f64| (f64::from(config.min_reply_rate) * seconds) as usize;
        MinRate { interval: limit(config.read_timeout), bytes: config.read_timeout.map_or(1, |time| bytes(time.as_secs_f64()).max(1)) }
    }

    /// A server that is sent a large request has to accept a part of it from time to time.
    pub(crate) fn of_requests(config: &Config) -> MinRate {
        MinRate { interval: limit(config.write_timeout), bytes: 1 }
    }
}

impl Progress {
    pub(crate) fn new(rate: MinRate) -> Progress {
        let now = exact_now();
        Progress { rate, since: now, bytes: 0, last: now }
    }

    /// Begins again, for the next reply.
    pub(crate) fn restart(&mut self) {
        *self = Progress::new(self.rate);
    }

    pub(crate) fn record(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.last = exact_now();
    }

    /// Whether the bytes were too few.
    pub(crate) fn is_too_slow(&mut self) -> bool {
        self.last >= self.until()
    }

    /// Whether bytes were transferred in the current interval.
    pub(crate) fn has_begun(&self) -> bool {
        self.bytes > 0
    }

    /// How long the transfer has taken so far, since it began or its last interval did.
    pub(crate) fn elapsed(&self) -> Time {
        self.last.saturating_sub(self.since)
    }

    /// When the transfer has failed unless more bytes are transferred; `NEVER` if there is no limit.
    pub(crate) fn until(&mut self) -> Time {
        let end = self.since.saturating_add(self.rate.interval);
        if self.bytes < self.rate.bytes || self.rate.interval == NEVER {
            return end;
        }
        // The rate was kept so far. The longest silence begins with the last byte.
        if exact_now() >= end {
            (self.since, self.bytes) = (self.last, 0);
        }
        self.last.saturating_add(self.rate.interval)
    }
}
