//! A clock that is cheap to read, and compared with itself alone.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// In nanoseconds; to reckon in anything else would cost every command a division.
pub(crate) type Time = u64;

/// Later than any time.
pub(crate) const NEVER: Time = Time::MAX;

#[inline]
pub(crate) fn now() -> Time {
    let time = clock_gettime(ClockId::MonotonicCoarse);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// At least one, so that time passes.
pub(crate) fn span(duration: Duration) -> Time {
    Time::try_from(duration.as_nanos()).unwrap_or(NEVER / 2).clamp(1, NEVER / 2)
}

/// When to turn again to what has just failed: after `interval`, or later where finding out took long, so that little of all time goes into it.
pub(crate) fn again(began: Time, interval: Time) -> Time {
    const TIMES: Time = 20;
    let now = now();
    now.saturating_add(interval.max((now - began).saturating_mul(TIMES)))
}
