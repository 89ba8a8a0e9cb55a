//! A clock that is cheap to read, and compared with itself alone.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

pub(super) type Millis = u64;

/// Later than any time.
pub(super) const NEVER: Millis = Millis::MAX;

#[inline]
pub(super) fn now() -> Millis {
    let time = clock_gettime(ClockId::MonotonicCoarse);
    time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
}

/// At least one, so that time passes.
pub(super) fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(NEVER / 2).clamp(1, NEVER / 2)
}

/// When to turn again to what has just failed: after `interval`, or later where finding out took long, so that little of all time goes into it.
pub(super) fn again(began: Millis, interval: Millis) -> Millis {
    const TIMES: Millis = 20;
    let now = now();
    now.saturating_add(interval.max(TIMES * (now - began)))
}
