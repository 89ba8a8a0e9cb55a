//! Threads for work that may wait. They are started when work needs them, at most a fixed number, and end when they are idle.

use crate::error::Error;
use crate::log::keep_on_this_thread;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An idle thread ends after this time.
const IDLE_TIME: Duration = Duration::from_secs(5);

pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Makes a new thread do some work.
pub(crate) type Start = fn(Work) -> Result<(), Error>;

pub(crate) struct Threads {
    shared: Arc<Shared>,
    start: Start,
    most: usize,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    has_work: Condvar,
}

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    threads: usize,
    idle: usize,
    is_closed: bool,
}

impl Threads {
    pub(crate) fn new(start: Start, most: usize) -> Threads {
        Threads { shared: Arc::default(), start, most }
    }

    /// Does some work on a thread, after other work if all threads are busy.
    pub(crate) fn run(&self, work: Work) -> Result<(), Error> {
        let mut state = lock(&self.shared.state);
        if state.idle > state.work.len() || state.threads == self.most {
            state.work.push_back(work);
            self.shared.has_work.notify_one();
            return Ok(());
        }
        state.threads += 1;
        drop(state);
        let shared = self.shared.clone();
        (self.start)(Box::new(move || shared.serve(work))).inspect_err(|_| lock(&self.shared.state).threads -= 1)
    }

    /// Drops the work that has not begun, and ends the threads when they have done theirs. Not for a forked child, where a thread that does not
    /// exist may have the lock.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.shared.state);
        state.is_closed = true;
        let work = std::mem::take(&mut state.work);
        drop(state);
        drop(work);
        self.shared.has_work.notify_all();
    }
}

impl Shared {
    fn serve(&self, first: Work) {
        keep_on_this_thread();
        let mut next = Some(first);
        while let Some(work) = next {
            work();
            next = self.next();
        }
    }

    fn next(&self) -> Option<Work> {
        let mut state = lock(&self.state);
        state.idle += 1;
        let waits = |state: &mut State| state.work.is_empty() && !state.is_closed;
        (state, _) = self.has_work.wait_timeout_while(state, IDLE_TIME, waits).unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        let work = state.work.pop_front();
        if work.is_none() {
            state.threads -= 1;
        }
        work
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
