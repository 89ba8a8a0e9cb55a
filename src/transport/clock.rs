//! A monotonic clock that is cheap to read. Its values are only comparable with each other.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Nanoseconds since an unspecified start. Any other unit would cost a division per command.
pub(crate) type Time = u64;

/// Later than any time.
pub(crate) const NEVER: Time = Time::MAX;

/// The largest error of [`now`], which can be too early by one tick of the kernel (at most 10 ms). It is added to limits that begin at such a
/// time, so that they do not end too early.
pub(crate) const RESOLUTION: Time = 10_000_000;

/// The current time, with the resolution of the kernel's tick (a few milliseconds).
#[inline]
pub(crate) fn now() -> Time {
    read(ClockId::MonotonicCoarse)
}

/// The current time. It takes longer to read than [`now`].
pub(crate) fn exact_now() -> Time {
    read(ClockId::Monotonic)
}

#[inline]
fn read(clock: ClockId) -> Time {
    let time = clock_gettime(clock);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The time from now to another time, which is zero after it; `None` if that time is `NEVER`.
pub(crate) fn remaining(until: Time) -> Option<Duration> {
    (until != NEVER).then(|| Duration::from_nanos(until.saturating_sub(exact_now())))
}

/// A limit of the configuration in units of [`Time`]; `None` is `NEVER`.
pub(crate) fn limit(duration: Option<Duration>) -> Time {
    duration.map_or(NEVER, span)
}

/// A duration in units of [`Time`]: at least 1, so that a deadline in the future is never the current time.
pub(crate) fn span(duration: Duration) -> Time {
    Time::try_from(duration.as_nanos()).unwrap_or(NEVER / 2).clamp(1, NEVER / 2)
}

/// When to try again something that was begun at `began` and has just failed: after `interval`, or later if the attempt took long, so that
/// failing attempts take at most 5 % of the time.
pub(crate) fn next_attempt(began: Time, interval: Time) -> Time {
    const BACKOFF_FACTOR: Time = 20;
    let now = now();
    now.saturating_add(interval.max((now - began).saturating_mul(BACKOFF_FACTOR)))
}
