//! When the owner of a pool has to check the server before it uses a connection. What is checked is the owner's business.

use crate::transport::clock::{NEVER, Time, span};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

pub(crate) struct CheckSchedule {
    /// From this time on [`CheckSchedule::is_due`] returns true. It is 0 while every caller has to look at the result of the last check.
    due_from: AtomicU64,
    /// When the next check begins; `NEVER` if the server is never checked.
    next_check: AtomicU64,
    interval: Option<Time>,
}

impl CheckSchedule {
    /// For a server that is checked first before its first use, and then at this interval; never if there is no interval.
    pub(crate) fn new(interval: Option<Duration>) -> CheckSchedule {
        let first = if interval.is_some() { 0 } else { NEVER };
        CheckSchedule { due_from: AtomicU64::new(first), next_check: AtomicU64::new(first), interval: interval.map(span) }
    }

    /// Whether a caller has to look at the server, or at the result of its last check, before it uses a connection.
    #[inline]
    pub(crate) fn is_due(&self, now: Time) -> bool {
        now >= self.due_from.load(Relaxed)
    }

    /// Whether this caller is the one that checks the server. Of many concurrent callers one gets true, and the next check is an interval
    /// later.
    pub(crate) fn claim(&self, now: Time) -> bool {
        let (Some(interval), next_check) = (self.interval, self.next_check.load(Relaxed)) else { return false };
        now >= next_check && self.next_check.compare_exchange(next_check, now.saturating_add(interval), Relaxed, Relaxed).is_ok()
    }

    /// Ends a check. With `stay_due` every caller has to look at its result.
    pub(crate) fn complete(&self, stay_due: bool) {
        self.due_from.store(if stay_due { 0 } else { self.next_check.load(Relaxed) }, Relaxed);
    }

    /// Makes the next caller check the server, if it is checked at all.
    pub(crate) fn check_soon(&self) {
        if self.interval.is_some() {
            self.next_check.store(0, Relaxed);
            self.due_from.store(0, Relaxed);
        }
    }

    /// Whether the server is checked at all.
    pub(crate) fn is_active(&self) -> bool {
        self.interval.is_some()
    }

    /// The time between two checks; `NEVER` if the server is never checked.
    pub(crate) fn interval(&self) -> Time {
        self.interval.unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_checks_per_interval() {
        let schedule = CheckSchedule::new(Some(Duration::from_nanos(10)));
        assert!(schedule.is_due(5) && schedule.claim(5) && !schedule.claim(5));
        schedule.complete(false);
        assert!(!schedule.is_due(14) && !schedule.claim(14));
        assert!(schedule.is_due(15) && schedule.claim(15));
    }

    #[test]
    fn a_schedule_stays_due_without_another_check() {
        let schedule = CheckSchedule::new(Some(Duration::from_nanos(10)));
        assert!(schedule.claim(5));
        schedule.complete(true);
        assert!(schedule.is_due(6) && !schedule.claim(6));
    }

    #[test]
    fn without_an_interval_nothing_is_due() {
        let schedule = CheckSchedule::new(None);
        schedule.check_soon();
        assert!(!schedule.is_due(NEVER - 1) && !schedule.claim(NEVER - 1));
    }

    #[test]
    fn a_check_can_be_made_due_at_once() {
        let schedule = CheckSchedule::new(Some(Duration::from_secs(1)));
        assert!(schedule.claim(5));
        schedule.complete(false);
        schedule.check_soon();
        assert!(schedule.is_due(6) && schedule.claim(6));
    }
}
