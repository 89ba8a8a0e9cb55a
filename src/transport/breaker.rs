//! A circuit breaker for one server: after several failures in a row calls fail at once, until a probe finds that the server replies again.
//!
//! No caller waits for the probe of another one, and the one that begins a probe waits only for a moment: a reply that comes later is found by
//! the callers after it. While the server works a command costs a look at one number.
//!
//! The processes of a user can share what they find out (`breaker_file`). A process that learns of a failure from another one probes the server once
//! itself before calls fail. After that one process at a time probes it for all.

use crate::config::{Address, Tls};
use crate::error::{Code, Error};
use crate::log::{LogKind, log};
use crate::transport::breaker_file::{BreakerFile, Record};
use crate::transport::clock::{NEVER, Time, exact_now, now};
use crate::transport::deadline::deadline;
use crate::transport::probe::Probe;
use arc_swap::ArcSwap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// How long the caller that begins a probe waits for it (25 ms).
const PROBE_WAIT: Time = 25_000_000;
/// How long a program with an event loop waits for one. Most servers reply sooner.
const SHORT_WAIT: Time = 1_000_000;
/// The same for the first probe, which decides whether the server is unavailable at all: at most 250 ms.
const MAX_FIRST_WAIT: Time = 250_000_000;
/// The time between two probes, which doubles from one to the next.
const MIN_INTERVAL: Time = 100_000_000;
const MAX_INTERVAL: Time = 5_000_000_000;
/// How often the file of the other processes is read (every 20 ms).
const LOOK_INTERVAL: Time = 20_000_000;
/// How long this process leaves the probes to the others (10 s).
const MAX_ABSTENTION: Time = 2 * MAX_INTERVAL;

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
    /// What the processes of this user know about the server. `None`: they share nothing.
    file: Option<BreakerFile>,
    /// When the file was last read.
    looked: AtomicU64,
    /// When the newest record was written that this process wrote or used.
    newest_record: AtomicU64,
    /// Another process has reported the failure, and this one has not probed the server yet.
    is_unconfirmed: AtomicBool,
}

struct Probing {
    current: Option<Probe>,
    interval: Time,
    /// When this process last began a probe.
    last: Time,
}

impl Probing {
    fn new(last: Time) -> Probing {
        Probing { current: None, interval: MIN_INTERVAL, last }
    }
}

/// What is known about a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BreakerState {
    /// It has replied to the last call.
    Closed,
    /// The last call has failed.
    Suspect { since: Time, reason: String },
    /// Calls fail at once.
    Open { since: Time, reason: String },
}

/// What a caller has found out, which is reported when the lock is free.
enum Change {
    Opened,
    Closed,
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
    pub(crate) fn new(address: Address, tls: Option<Tls>, max_failures: u32, timeout: Time, file: Option<BreakerFile>) -> Breaker {
        Breaker {
            address,
            tls,
            max_failures,
            first_wait: (timeout / 4).clamp(PROBE_WAIT, MAX_FIRST_WAIT),
            failures: AtomicU32::new(0),
            since: AtomicU64::new(0),
            reason: ArcSwap::default(),
            next_probe: AtomicU64::new(0),
            probing: Mutex::new(Probing::new(0)),
            replied_to_probe: AtomicU64::new(0),
            file,
            looked: AtomicU64::new(0),
            newest_record: AtomicU64::new(0),
            is_unconfirmed: AtomicBool::new(false),
        }
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Whether the last thing that is known about the server is a failure. Then [`Breaker::admit`] decides.
    #[inline]
    pub(crate) fn is_troubled(&self) -> bool {
        self.failures.load(Relaxed) != 0
    }

    pub(crate) fn state(&self) -> BreakerState {
        let (since, reason) = (self.since.load(Relaxed), self.reason.load().to_string());
        match self.failures.load(Relaxed) {
            0 => BreakerState::Closed,
            failures if failures < self.max_failures => BreakerState::Suspect { since, reason },
            _ => BreakerState::Open { since, reason },
        }
    }

    /// Decides whether a caller may use the server. Looks after the probe, and begins one if it is time for that.
    #[cold]
    pub(crate) fn admit(&self) -> Result<(), Error> {
        self.admit_within(NEVER)
    }

    /// The same for a caller that must not wait as long. If it is not known whether the server replies, what was known before is decisive.
    #[cold]
    pub(crate) fn admit_soon(&self) -> Result<(), Error> {
        self.admit_within(SHORT_WAIT)
    }

    fn admit_within(&self, limit: Time) -> Result<(), Error> {
        let is_doubtful = limit == NEVER && self.is_unconfirmed.load(Relaxed);
        // Another caller that holds the lock looks after the probe. Callers wait only for the probe that confirms the report of another process.
        let probing = if is_doubtful { Some(self.lock()) } else { self.try_lock() };
        let change = probing.and_then(|mut probing| self.look_after(&mut probing, limit));
        self.report(change);
        let failures = self.failures.load(Relaxed);
        if failures == 0 || failures < self.max_failures {
            return Ok(());
        }
        let (seconds, reason) = (self.seconds_since_failure(), self.reason.load());
        Err(Error::new(Code::Connect, format!("unavailable for {seconds:.1} s ({reason})")))
    }

    fn look_after(&self, probing: &mut Probing, limit: Time) -> Option<Change> {
        if !self.is_troubled() {
            return None;
        }
        let since = self.since.load(Relaxed);
        // A probe from before the failures would be found to have succeeded.
        if probing.current.as_ref().is_some_and(|probe| probe.began < since) {
            *probing = Probing::new(probing.last);
        }
        let now = exact_now();
        self.follow_others(probing, now);
        if now >= self.next_probe.load(Relaxed) {
            // A probe without a reply in its interval is replaced by the next one.
            self.next_probe.store(now.saturating_add(with_jitter(probing.interval)), Relaxed);
            probing.interval = (probing.interval * 2).min(MAX_INTERVAL);
            probing.last = now;
            if self.is_open() {
                self.tell_others(true);
            }
            match self.start_probe() {
                Ok(probe) => probing.current = Some(probe),
                Err(error) => return self.probe_failed(probing, &error.to_string()),
            }
        }
        let probe = probing.current.as_mut()?;
        let wait = if self.is_open() || self.is_unconfirmed.load(Relaxed) { PROBE_WAIT } else { self.first_wait };
        let until = probe.began.saturating_add(wait);
        // The deadline of the caller ends its wait and proves nothing.
        match probe.advance(until.min(exact_now().saturating_add(limit)).min(deadline())) {
            Ok(true) => {
                *probing = Probing::new(probing.last);
                self.close()
            }
            Ok(false) if exact_now() < until => None,
            // A server that does not reply to a probe confirms the failure.
            Ok(false) => self.open(),
            Err(error) => self.probe_failed(probing, &error.to_string()),
        }
    }

    fn probe_failed(&self, probing: &mut Probing, reason: &str) -> Option<Change> {
        probing.current = None;
        self.reason.store(format!("cannot connect: {reason}").into());
        self.open()
    }

    /// Makes calls fail at once. Of concurrent callers one gets the change.
    fn open(&self) -> Option<Change> {
        let is_change = self.failures.fetch_max(self.max_failures, Relaxed) < self.max_failures;
        if self.is_unconfirmed.swap(false, Relaxed) {
            // Another process probes the server already.
            let record = self.file.as_ref().and_then(BreakerFile::read).filter(|record| record.is_open);
            self.next_probe.fetch_max(record.map_or(0, |record| record.next_probe), Relaxed);
        } else if is_change {
            self.tell_others(true);
        }
        is_change.then_some(Change::Opened)
    }

    /// Lets calls use the server.
    fn close(&self) -> Option<Change> {
        let failures = self.failures.swap(0, Relaxed);
        let was_open = failures > 0 && failures >= self.max_failures;
        if self.is_unconfirmed.swap(false, Relaxed) || was_open {
            self.tell_others(false);
        }
        was_open.then_some(Change::Closed)
    }

    fn is_open(&self) -> bool {
        self.failures.load(Relaxed) >= self.max_failures
    }

    /// Looks whether the server is unavailable for other processes. If so, it is in trouble here too, and [`Breaker::admit`] decides. For a caller
    /// whose connection is not open yet, or was idle for some time: a call over a busy connection notices a failure itself as soon.
    #[cold]
    pub(crate) fn consult_others(&self) {
        if self.file.is_none() || self.is_troubled() {
            return;
        }
        let Some(record) = self.look(now()).filter(|record| record.is_open && record.written > self.newest_record.load(Relaxed)) else {
            return;
        };
        // Another caller that holds the lock handles a failure of this process.
        let Some(mut probing) = self.try_lock() else { return };
        if self.is_troubled() {
            return;
        }
        *probing = Probing::new(probing.last);
        self.newest_record.store(record.written, Relaxed);
        self.reason.store(record.reason.into());
        self.since.store(record.since, Relaxed);
        self.next_probe.store(exact_now(), Relaxed);
        self.is_unconfirmed.store(true, Relaxed);
        // Not more than one failure, which a probe has to confirm.
        let _ = self.failures.compare_exchange(0, 1, Relaxed, Relaxed);
    }

    /// The record of the other processes, if it was not read a moment ago.
    fn look(&self, now: Time) -> Option<Record> {
        let file = self.file.as_ref()?;
        if now < self.looked.load(Relaxed).saturating_add(LOOK_INTERVAL) {
            return None;
        }
        self.looked.store(now, Relaxed);
        file.read()
    }

    /// While calls fail at once: leaves the next probe to another process that has announced one, and makes a probe due if another one has found that
    /// the server replies again.
    fn follow_others(&self, probing: &mut Probing, now: Time) {
        if !self.is_open() || self.is_unconfirmed.load(Relaxed) {
            return;
        }
        let is_due = now >= self.next_probe.load(Relaxed);
        if is_due {
            self.looked.store(0, Relaxed);
        }
        let Some(record) = self.look(now).filter(|record| record.written > self.newest_record.load(Relaxed)) else { return };
        if !record.is_open {
            // Not more often: the server may reply to the other process only.
            if now >= probing.last.saturating_add(MIN_INTERVAL) {
                self.newest_record.store(record.written, Relaxed);
                self.next_probe.store(now, Relaxed);
            }
        } else if is_due && record.next_probe > now && now < probing.last.saturating_add(MAX_ABSTENTION) {
            let interval = record.next_probe.saturating_sub(record.written);
            probing.interval = probing.interval.max(interval.saturating_mul(2)).min(MAX_INTERVAL);
            self.next_probe.store(record.next_probe, Relaxed);
        }
    }

    fn tell_others(&self, is_open: bool) {
        let Some(file) = &self.file else { return };
        let (now, reason) = (exact_now(), self.reason.load().to_string());
        self.newest_record.store(now, Relaxed);
        file.write(&Record { is_open, since: self.since.load(Relaxed), next_probe: self.next_probe.load(Relaxed), written: now, reason });
    }

    fn report(&self, change: Option<Change>) {
        match change {
            None => {}
            Some(Change::Opened) => {
                log(LogKind::BreakerOpened, &self.address, || format!("calls fail at once until it replies again: {}", self.reason.load()));
            }
            Some(Change::Closed) => {
                log(LogKind::BreakerClosed, &self.address, || format!("it replies again, after {:.1} s", self.seconds_since_failure()));
            }
        }
    }

    fn seconds_since_failure(&self) -> f64 {
        exact_now().saturating_sub(self.since.load(Relaxed)) as f64 / 1e9
    }

    /// Records that the server has replied. It is called only while [`Breaker::is_troubled`].
    #[cold]
    pub(crate) fn succeeded(&self) {
        self.report(self.close());
    }

    /// Records a failure.
    #[cold]
    pub(crate) fn failed(&self, failure: Failure, reason: &str) {
        if self.max_failures == 0 {
            return;
        }
        self.prepare_failure(failure, reason);
        let before = self.failures.fetch_add(1, Relaxed);
        let is_change = before < self.max_failures && before + 1 >= self.max_failures;
        if is_change {
            self.is_unconfirmed.store(false, Relaxed);
            self.tell_others(true);
        }
        self.report(is_change.then_some(Change::Opened));
    }

    /// Records all of a failure but the failure itself.
    fn prepare_failure(&self, failure: Failure, reason: &str) {
        self.reason.store(reason.to_owned().into());
        if self.failures.load(Relaxed) == 0 {
            let now = exact_now();
            self.since.store(now, Relaxed);
            let pause = if failure == Failure::Silent { 0 } else { with_jitter(MIN_INTERVAL) };
            self.next_probe.store(now + pause, Relaxed);
        }
    }

    /// Records that the deadline of a call has passed before the server replied: the next caller probes it. Deadlines may be short, so however
    /// many have passed, they do not make a server unavailable.
    #[cold]
    pub(crate) fn suspect(&self, reason: &str) {
        if self.max_failures > 1 && self.failures.load(Relaxed) == 0 {
            self.prepare_failure(Failure::Silent, reason);
            // Other calls may end at the same moment. If the server has failed meanwhile, it stays so.
            let _ = self.failures.compare_exchange(0, 1, Relaxed, Relaxed);
        }
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

    fn lock(&self) -> MutexGuard<'_, Probing> {
        self.probing.lock().unwrap_or_else(PoisonError::into_inner)
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
        Breaker::new(Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() }, None, max_failures, 0, None)
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
    fn calls_that_end_at_the_same_moment_do_not_make_a_server_unavailable() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let breaker = breaker_of(&listener, 2);
        for _ in 0..200 {
            let all_ready = std::sync::Barrier::new(8);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        all_ready.wait();
                        breaker.suspect("no reply in time");
                    });
                }
            });
            assert!(matches!(breaker.state(), BreakerState::Suspect { .. }));
            breaker.succeeded();
        }
    }

    #[test]
    fn a_silent_server_that_does_not_reply_to_a_probe_is_unavailable_until_it_does() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let breaker = breaker_of(&listener, 2);
        breaker.failed(Failure::Silent, "no reply in time");
        let error = breaker.admit().unwrap_err();
        assert!(error.message().starts_with("unavailable for ") && error.message().ends_with(" s (no reply in time)"), "{error}");
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
    fn a_caller_that_must_not_wait_does_not_decide_before_the_time_for_the_probe_is_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
        let breaker = Breaker::new(address, None, 2, Time::from(u32::MAX), None);
        breaker.failed(Failure::Silent, "no reply in time");
        let began = exact_now();
        while breaker.admit_soon().is_ok() {}
        assert!(exact_now() - began >= MAX_FIRST_WAIT);
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
        let breaker = Breaker::new(Address::Unix { path: "none".into() }, None, 0, 0, None);
        (0..9).for_each(|_| breaker.failed(Failure::Refused, "refused"));
        assert!(!breaker.is_troubled());
    }
}
