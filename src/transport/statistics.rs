//! What has happened on the connections to one server. Counting costs one instruction each, and no lock.

use crate::error::{Code, Error};
use crate::transport::breaker::BreakerState;
use crate::transport::clock::{Time, exact_now};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// One of this many waits is measured: reading the clock takes longer than all of the counting.
const MEASURED: u64 = 64;
/// The last bucket has all longer times too, from 2^30 µs (18 minutes) on.
pub(crate) const BUCKETS: usize = 32;

/// Why requests failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// No connection could be opened, or the server did not want it.
    Connect,
    /// The server was known not to reply.
    Unavailable,
    /// All connections were in use.
    Pool,
    /// The server did not reply, or took no bytes, in time.
    Timeout,
    /// The deadline of the call passed.
    Deadline,
    /// The connection was lost.
    Lost,
    /// The server sent what is not RESP, or more than was asked for.
    Protocol,
    /// A reply did not fit into memory.
    Memory,
}

impl ErrorKind {
    pub(crate) const NAMES: [&str; 8] = ["connect", "unavailable", "pool", "timeout", "deadline", "lost", "protocol", "memory"];

    fn of(error: &Error) -> ErrorKind {
        match error.code() {
            Code::Connect => ErrorKind::Connect,
            Code::Timeout => ErrorKind::Timeout,
            Code::Protocol => ErrorKind::Protocol,
            Code::Memory => ErrorKind::Memory,
            _ => ErrorKind::Lost,
        }
    }
}

#[derive(Default)]
pub(crate) struct Statistics {
    replies: AtomicU64,
    /// How many times a caller has waited for replies.
    waits: AtomicU64,
    bytes_sent: AtomicU64,
    bytes_received: AtomicU64,
    opened: AtomicU64,
    retries: AtomicU64,
    errors: [AtomicU64; ErrorKind::NAMES.len()],
    latency: [AtomicU64; BUCKETS],
}

/// The numbers of a server at one moment.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub breaker: BreakerState,
    /// Connections in use and idle ones.
    pub open: u64,
    pub idle: u64,
    /// Callers that wait for a connection.
    pub awaited: u64,
    /// How many connections were opened so far.
    pub opened: u64,
    pub replies: u64,
    pub retries: u64,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// In the order of [`ErrorKind::NAMES`].
    pub errors: [u64; ErrorKind::NAMES.len()],
    /// The nth number is that of the measured waits whose replies took less than 2^n µs, but not less than half of that.
    pub latency: [u64; BUCKETS],
}

impl Statistics {
    #[inline]
    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes_sent.fetch_add(bytes as u64, Relaxed);
    }

    #[inline]
    pub(crate) fn received(&self, bytes: usize) {
        self.bytes_received.fetch_add(bytes as u64, Relaxed);
    }

    /// Begins to wait for replies: the time if this wait is measured, else 0.
    #[inline]
    pub(crate) fn begin_wait(&self) -> Time {
        if self.waits.fetch_add(1, Relaxed).is_multiple_of(MEASURED) { exact_now() } else { 0 }
    }

    /// All replies have been received that a caller has waited for since then; 0: this wait is not measured.
    #[inline]
    pub(crate) fn replied(&self, replies: usize, since: Time) {
        self.replies.fetch_add(replies as u64, Relaxed);
        if since != 0 {
            self.measure(exact_now().saturating_sub(since));
        }
    }

    #[inline(never)]
    fn measure(&self, time: Time) {
        let micros = time / 1000;
        let bucket = (u64::BITS - micros.leading_zeros()) as usize;
        self.latency[bucket.min(BUCKETS - 1)].fetch_add(1, Relaxed);
    }

    #[cold]
    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Relaxed);
    }

    #[cold]
    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    #[cold]
    pub(crate) fn failed(&self, kind: ErrorKind) {
        self.errors[kind as usize].fetch_add(1, Relaxed);
    }

    /// Counts an error by its code, and returns it.
    #[cold]
    pub(crate) fn failed_with(&self, error: Error) -> Error {
        self.failed(ErrorKind::of(&error));
        error
    }

    pub(crate) fn snapshot(&self, breaker: BreakerState, [open, idle, awaited]: [usize; 3]) -> Snapshot {
        let load = |number: &AtomicU64| number.load(Relaxed);
        Snapshot {
            breaker,
            open: open as u64,
            idle: idle as u64,
            awaited: awaited as u64,
            opened: load(&self.opened),
            replies: load(&self.replies),
            retries: load(&self.retries),
            bytes_sent: load(&self.bytes_sent),
            bytes_received: load(&self.bytes_received),
            errors: self.errors.each_ref().map(load),
            latency: self.latency.each_ref().map(load),
        }
    }
}

impl Snapshot {
    /// Adds the numbers of other connections to the same server, which share its breaker.
    pub(crate) fn add(&mut self, other: &Snapshot) {
        let both = [
            (&mut self.open, other.open),
            (&mut self.idle, other.idle),
            (&mut self.awaited, other.awaited),
            (&mut self.opened, other.opened),
            (&mut self.replies, other.replies),
            (&mut self.retries, other.retries),
            (&mut self.bytes_sent, other.bytes_sent),
            (&mut self.bytes_received, other.bytes_received),
        ];
        both.into_iter().for_each(|(sum, number)| *sum += number);
        self.errors.iter_mut().zip(other.errors).for_each(|(sum, number)| *sum += number);
        self.latency.iter_mut().zip(other.latency).for_each(|(sum, number)| *sum += number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(statistics: &Statistics) -> Snapshot {
        statistics.snapshot(BreakerState::Closed, [0; 3])
    }

    #[test]
    fn times_are_in_the_bucket_of_the_next_power_of_two() {
        let statistics = Statistics::default();
        for micros in [0, 1, 2, 3, 4, 1000, u64::MAX / 1000] {
            statistics.measure(micros * 1000);
        }
        let filled: Vec<(usize, u64)> = snapshot(&statistics).latency.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        assert_eq!(filled, [(0, 1), (1, 1), (2, 2), (3, 1), (10, 1), (BUCKETS - 1, 1)]);
    }

    #[test]
    fn one_of_many_waits_is_measured_however_many_replies_each_has() {
        let statistics = Statistics::default();
        statistics.replied(1, 0);
        (0..640).for_each(|_| statistics.replied(64, statistics.begin_wait()));
        let mut sum = snapshot(&statistics);
        assert_eq!((sum.replies, sum.latency.iter().sum::<u64>()), (40_961, 10));
        sum.add(&snapshot(&statistics));
        assert_eq!((sum.replies, sum.latency.iter().sum::<u64>()), (81_922, 20));
    }
}
