//! A circuit breaker for one server: after several failures in a row calls fail at once, until a probe finds that the server replies again.
//!
//! No caller waits for the probe of another one, and the one that begins a probe waits only for a moment: a reply that comes later is found by
//! the callers after it. While the server works a command costs a look at one number.

use crate::config::{Address, Tls};
use crate::error::{Code, Error};
use crate::transport::clock::{Time, exact_now};
use crate::transport::probe::Probe;
use arc_swap::ArcSwap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, TryLockError};

/// How long the caller that begins a probe waits for it (25 ms).
const PROBE_WAIT: Time = 25_000_000;
/// The same for the first probe, which decides whether the server is unavailable at all: at most 250 ms.
const MAX_FIRST_WAIT: Time = 250_000_000;
/// The time between two probes, which doubles from one to the next.
const MIN_INTERVAL: Time = 100_000_000;
const MAX_INTERVAL: Time = 5_000_000_000;

pub(crate) struct Breaker {
    address: Address,
    tls: Option<Tls>,
    /// After that many failures in a row calls fail. 0: it counts none.
    max_failures: u32,
    /// How long to wait for a probe while the failures are fewer.
    first_wait: Time,
    /// The number of failures since the server last replied.
    failures: AtomicU32,
    /// When the first of them happened.
    since: AtomicU64,
    /// The last of them.
    reason: ArcSwap<String>,
    next_probe: AtomicU64,
    probing: Mutex<Probing>,
    /// When it last replied to a probe of a [`Watch`](crate::transport::Watch).
    replied_to_probe: AtomicU64,
}

struct Probing {
    current: Option<Probe>,
    interval: Time,
}

/// Whether a failure means that the server is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It does not reply in time. One connection can have been lost silently, so the next caller probes at once.
    Silent,
    /// It refuses or closes connections, or cannot be reached.
    Refused,
}

impl Breaker {
    /// `timeout` is the limit for a request.
    pub(crate) fn new(address: Address, tls: Option<Tls>, max_failures: u32, timeout: Time) -> Breaker {
        Breaker {
            address,
            tls,
            max_failures,
            first_wait: (timeout / 4).clamp(PROBE_WAIT, MAX_FIRST_WAIT),
            failures: AtomicU32::new(0),
            since: AtomicU64::new(0),
            reason: ArcSwap::default(),
            next_probe: AtomicU64::new(0),
            probing: Mutex::new(Probing { current: None, interval: MIN_INTERVAL }),
            replied_to_probe: AtomicU64::new(0),
        }
    }

    /// Whether the last thing that is known about the server is a failure. Then [`Breaker::admit`] decides.
    #[inline]
    pub(crate) fn is_troubled(&self) -> bool {
        self.failures.load(Relaxed) != 0
    }

    /// Decides whether a caller may use the server. Looks after the probe, and begins one if it is time for that.
    #[cold]
    pub(crate) fn admit(&self) -> Result<(), Error> {
        // Another caller that holds the lock looks after the probe.
        if let Some(mut probing) = self.try_lock() {
            self.look_after(&mut probing);
        }
        let failures = self.failures.load(Relaxed);
        if failures == 0 || failures < self.max_failures {
            return Ok(());
        }
        let seconds = exact_now().saturating_sub(self.since.load(Relaxed)) as f64 / 1e9;
        Err(Error::new(Code::Connect, format!("unavailable for {seconds:.1} s ({})", self.reason.load())))
    }

    fn look_after(&self, probing: &mut Probing) {
        let since = self.since.load(Relaxed);
        // A probe from before the failures would be found to have succeeded.
        if probing.current.as_ref().is_some_and(|probe| probe.began < since) {
            *probing = Probing { current: None, interval: MIN_INTERVAL };
        }
        let now = exact_now();
        if now >= self.next_probe.load(Relaxed) {
            // A probe without a reply in its interval is replaced by the next one.
            self.next_probe.store(now.saturating_add(with_jitter(probing.interval)), Relaxed);
            probing.interval = (probing.interval * 2).min(MAX_INTERVAL);
            match self.start_probe() {
                Ok(probe) => probing.current = Some(probe),
                Err(error) => return self.probe_failed(probing, &error.to_string()),
            }
        }
        let Some(probe) = &mut probing.current else { return };
        let wait = if self.failures.load(Relaxed) < self.max_failures { self.first_wait } else { PROBE_WAIT };
        match probe.advance(probe.began.saturating_add(wait)) {
            Ok(true) => {
                *probing = Probing { current: None, interval: MIN_INTERVAL };
                self.failures.store(0, Relaxed);
            }
            // A server that does not reply to a probe confirms the failure.
            Ok(false) => drop(self.failures.fetch_max(self.max_failures, Relaxed)),
            Err(error) => self.probe_failed(probing, &error.to_string()),
        }
    }

    fn probe_failed(&self, probing: &mut Probing, reason: &str) {
        probing.current = None;
        self.reason.store(format!("cannot connect: {reason}").into());
        self.failures.fetch_max(self.max_failures, Relaxed);
    }

    /// Records that the server has replied. It is called only while [`Breaker::is_troubled`].
    #[cold]
    pub(crate) fn succeeded(&self) {
        self.failures.store(0, Relaxed);
    }

    /// Records a failure.
    #[cold]
    pub(crate) fn failed(&self, failure: Failure, reason: &str) {
        if self.max_failures == 0 {
            return;
        }
        self.reason.store(reason.to_owned().into());
        if self.failures.load(Relaxed) == 0 {
            let now = exact_now();
            self.since.store(now, Relaxed);
            let pause = if failure == Failure::Silent { 0 } else { with_jitter(MIN_INTERVAL) };
            self.next_probe.store(now + pause, Relaxed);
        }
        self.failures.fetch_add(1, Relaxed);
    }

    pub(crate) fn start_probe(&self) -> io::Result<Probe> {
        Probe::start(&self.address, self.tls.as_ref())
    }

    pub(crate) fn replied_to_probe(&self) -> Time {
        self.replied_to_probe.load(Relaxed)
    }

    pub(crate) fn record_reply_to_probe(&self, now: Time) {
        self.replied_to_probe.store(now, Relaxed);
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Probing>> {
        match self.probing.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// A time between three quarters and five quarters of this one, so that many processes do not probe at the same moment.
fn with_jitter(time: Time) -> Time {
    time * 3 / 4 + RandomState::new().hash_one(time) % (time / 2).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    fn breaker_of(listener: &TcpListener, max_failures: u32) -> Breaker {
        Breaker::new(Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() }, None, max_failures, 0)
    }

    #[test]
    fn it_opens_after_the_configured_number_of_refusals_in_a_row() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let breaker = breaker_of(&listener, 3);
        for _ in 0..2 {
            assert!(!breaker.is_troubled());
            (0..2).for_each(|_| breaker.failed(Failure::Refused, "refused"));
            assert!(breaker.is_troubled() && breaker.admit().is_ok());
            breaker.succeeded();
        }
        (0..3).for_each(|_| breaker.failed(Failure::Refused, "refused"));
        let error = breaker.admit().unwrap_err();
        assert!(error.code() == Code::Connect && error.message() == "unavailable for 0.0 s (refused)", "{error}");
    }

    #[test]
    fn a_silent_server_that_does_not_reply_to_a_probe_is_unavailable_until_it_does() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let breaker = breaker_of(&listener, 2);
        breaker.failed(Failure::Silent, "no reply in time");
        assert_eq!(breaker.admit().unwrap_err().message(), "unavailable for 0.0 s (no reply in time)");
        // The first probe can have been replaced meanwhile.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while breaker.admit().is_err() {
                    std::thread::yield_now();
                }
            });
            while breaker.is_troubled() {
                let mut stream = listener.accept().unwrap().0;
                let _ = stream.write_all(b"+PONG\r\n");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        });
    }

    #[test]
    fn a_server_that_replies_to_the_first_probe_was_never_unavailable() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let breaker = breaker_of(&listener, 1000);
        breaker.failed(Failure::Silent, "no reply in time");
        std::thread::scope(|scope| {
            scope.spawn(|| listener.accept().unwrap().0.write_all(b"+PONG\r\n").unwrap());
            assert!(breaker.admit().is_ok());
        });
    }

    #[test]
    fn without_a_limit_it_counts_nothing() {
        let breaker = Breaker::new(Address::Unix { path: "none".into() }, None, 0, 0);
        (0..9).for_each(|_| breaker.failed(Failure::Refused, "refused"));
        assert!(!breaker.is_troubled());
    }
}
