//! What ends the call that runs on this thread as a whole, whatever it does: a deadline, or an interruption by another thread.
//!
//! A call runs on the thread of its caller from its beginning to its end, and each of its waits looks at the deadline, however deep it is. So the
//! deadline belongs to the thread and is no argument of every function in between. The deadline of a call that was interrupted has passed.

use crate::error::{Code, Error};
use crate::transport::clock::{NEVER, Time, exact_now, remaining, span};
use crate::transport::interruption::Interrupt;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// The number of calls with a deadline in this process, or that can be interrupted. While there are none, a call pays for a look at this number only.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static CURRENT: Cell<Call> = const { Cell::new(Call { until: NEVER, limit: Duration::ZERO, round: 0, is_interruptible: false }) };
    static INTERRUPT: RefCell<Option<Interrupt>> = const { RefCell::new(None) };
}

/// How often a wait that cannot be polled looks for an interruption.
const SLICE: Duration = Duration::from_millis(20);

#[derive(Clone, Copy)]
struct Call {
    until: Time,
    limit: Duration,
    /// How many times it has sent commands to servers.
    round: u32,
    /// By the interrupt of this thread.
    is_interruptible: bool,
}

/// A call with a deadline, or that can be interrupted. It ends when this is dropped, on the same thread.
pub(crate) struct Deadline {
    outer: Call,
    /// The interrupt of the outer call, if this one has another.
    outer_interrupt: Option<Option<Interrupt>>,
    not_send: PhantomData<*const ()>,
}

impl Deadline {
    /// Begins a call that ends after this time at the latest. A call within another one ends with that.
    pub(crate) fn begin(limit: Duration) -> Deadline {
        Deadline::begin_call(Some(limit), None)
    }

    /// The same for a call that may have no deadline, and may be interrupted.
    pub(crate) fn begin_call(limit: Option<Duration>, interrupt: Option<&Interrupt>) -> Deadline {
        ACTIVE.fetch_add(1, Relaxed);
        let outer = CURRENT.get();
        let mut call = outer;
        if let Some(limit) = limit {
            let until = exact_now().saturating_add(span(limit));
            if until < outer.until {
                call = Call { until, limit, round: 0, ..outer };
            }
        }
        call.is_interruptible |= interrupt.is_some();
        CURRENT.set(call);
        let outer_interrupt = interrupt.map(|interrupt| INTERRUPT.replace(Some(interrupt.clone())));
        Deadline { outer, outer_interrupt, not_send: PhantomData }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
        if let Some(outer) = self.outer_interrupt.take() {
            INTERRUPT.set(outer);
        }
        ACTIVE.fetch_sub(1, Relaxed);
    }
}

/// The deadline of the call that runs on this thread; `NEVER` if it has none. If the call was interrupted it is in the past.
#[inline]
pub(crate) fn deadline() -> Time {
    if ACTIVE.load(Relaxed) == 0 { NEVER } else { of_this_thread() }
}

/// Whether a call of this process has a deadline, which may be that of this thread.
#[inline]
pub(crate) fn may_have_deadline() -> bool {
    ACTIVE.load(Relaxed) != 0
}

/// Whether the call that runs on this thread has a deadline or can be interrupted.
#[inline]
pub(crate) fn has_deadline() -> bool {
    may_have_deadline() && is_limited()
}

#[cold]
fn is_limited() -> bool {
    let call = CURRENT.get();
    call.until != NEVER || call.is_interruptible
}

#[cold]
fn of_this_thread() -> Time {
    if is_interrupted() { 0 } else { CURRENT.get().until }
}

/// Whether another thread has ended the call that runs on this thread.
pub(crate) fn is_interrupted() -> bool {
    CURRENT.get().is_interruptible && INTERRUPT.with_borrow(|interrupt| interrupt.as_ref().is_some_and(Interrupt::is_set))
}

/// Waits until one of the sockets is ready, at most until that time or the end of the call. Returns which of them are.
pub(crate) fn wait_for(sockets: &[PollFd], until: Time) -> Result<SmallVec<[bool; 4]>, Errno> {
    let interrupt = if may_have_deadline() { INTERRUPT.with_borrow(Clone::clone) } else { None };
    let mut all: SmallVec<[PollFd; 4]> = sockets.iter().cloned().collect();
    if let Some(interrupt) = &interrupt {
        all.push(PollFd::from_borrowed_fd(interrupt.wake_up()?, PollFlags::IN));
    }
    poll(&mut all, remaining(until.min(deadline())).and_then(|left| left.try_into().ok()).as_ref())?;
    Ok(all[..sockets.len()].iter().map(|socket| !socket.revents().is_empty()).collect())
}

/// How long to wait for something that is no socket, before a look whether the call was interrupted.
pub(crate) fn slice(left: Option<Duration>) -> Option<Duration> {
    let is_interruptible = may_have_deadline() && CURRENT.get().is_interruptible;
    if is_interruptible { Some(left.map_or(SLICE, |left| left.min(SLICE))) } else { left }
}

/// Whether the deadline has passed.
#[inline]
pub(crate) fn has_passed() -> bool {
    let until = deadline();
    until != NEVER && exact_now() >= until
}

/// Counts a round: the call sends commands to one or several servers.
#[inline]
pub(crate) fn begin_round() {
    if has_deadline() {
        let call = CURRENT.get();
        CURRENT.set(Call { round: call.round + 1, ..call });
    }
}

/// Fails if the deadline has passed. `phase` is what the call would do next.
#[inline]
pub(crate) fn check(phase: &str) -> Result<(), Error> {
    if has_passed() { Err(exceeded(phase)) } else { Ok(()) }
}

/// The error of a call whose deadline has passed while it did that.
#[cold]
pub(crate) fn exceeded(phase: &str) -> Error {
    let Call { limit, round, .. } = CURRENT.get();
    let what = if is_interrupted() {
        "the call was interrupted".to_owned()
    } else {
        format!("the deadline of {} s has passed", limit.as_secs_f64())
    };
    Error::new(Code::Timeout, format!("{what} (round {}, {phase})", round.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_within_another_one_ends_with_that() {
        assert!(!has_deadline());
        let outer = Deadline::begin(Duration::from_secs(10));
        let until = deadline();
        for limit in [20, 5] {
            let inner = Deadline::begin(Duration::from_secs(limit));
            assert!(deadline() <= until && (deadline() < until) == (limit < 10));
            drop(inner);
            assert_eq!(deadline(), until);
        }
        drop(outer);
        assert!(!has_deadline());
    }

    #[test]
    fn the_deadline_of_one_thread_is_not_that_of_another() {
        let _call = Deadline::begin(Duration::from_nanos(1));
        assert!(has_passed());
        std::thread::scope(|scope| scope.spawn(|| assert!(!has_deadline() && check("sending").is_ok())).join().unwrap());
    }

    #[test]
    fn an_interruption_ends_a_wait_and_the_call() {
        let (socket, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        let interrupt = Interrupt::new();
        let _call = Deadline::begin_call(None, Some(&interrupt));
        assert!(has_deadline() && deadline() == NEVER && check("waiting").is_ok());
        std::thread::scope(|scope| {
            let waits = wait_for(&[PollFd::new(&socket, PollFlags::IN)], exact_now() + 1_000_000);
            assert_eq!(waits.unwrap()[..], [false]);
            scope.spawn(|| interrupt.interrupt());
            assert_eq!(wait_for(&[PollFd::new(&socket, PollFlags::IN)], NEVER).unwrap()[..], [false]);
        });
        assert!(has_passed());
        assert_eq!(check("waiting").unwrap_err().message(), "the call was interrupted (round 1, waiting)");
        drop(Deadline::begin(Duration::from_secs(1)));
        assert!(has_passed(), "a call within another one ends with that");
    }

    #[test]
    fn the_error_names_limit_round_and_phase() {
        let _call = Deadline::begin(Duration::from_micros(1500));
        assert!(exceeded("connecting").message().ends_with("of 0.0015 s has passed (round 1, connecting)"));
        (0..2).for_each(|_| begin_round());
        assert!(exceeded("sending").message().ends_with("(round 2, sending)"));
    }
}
