//! The connections to one server: opened when needed, kept when done, never more than the configuration allows.

use super::connection::Connection;
use crate::config::{Config, Server};
use crate::error::{Code, Error};
use rustix::time::{ClockId, clock_gettime};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A connection that lay idle longer is asked whether it still stands before a command is trusted to it. Shorter, and a busy caller
/// would pay a system call a command for what almost never happens.
const TRUSTED_FOR: Millis = 20;

/// On a clock that is cheap, and compared with itself alone.
type Millis = u64;

pub(crate) struct Pool {
    config: Arc<Config>,
    server: usize,
    state: Mutex<State>,
    freed: Condvar,
    /// How many connections stand aside.
    aside: AtomicUsize,
}

#[derive(Default)]
struct State {
    idle: Vec<Idle>,
    /// The idle ones and those that are out.
    open: usize,
    /// The callers that wait for one.
    waiting: usize,
}

struct Idle {
    connection: Box<Connection>,
    /// When it was last taken. A clock is asked once a command, not twice; a command that took long merely makes the connection be looked at.
    taken: Millis,
}

/// A connection that is out. It goes back by [`Lease::keep`]; dropped, it is closed, for nobody knows what may still come over it.
pub(crate) struct Lease<'p> {
    pool: &'p Pool,
    connection: Option<Box<Connection>>,
    taken: Millis,
}

/// A connection that is taken out for long, while its owner goes on taking others for moments. It goes back by [`Aside::keep`].
pub(crate) struct Aside<'p> {
    lease: Lease<'p>,
    _place: Place<'p>,
}

struct Place<'p>(&'p AtomicUsize);

impl Pool {
    pub(crate) fn new(config: Arc<Config>, server: usize) -> Pool {
        Pool { config, server, state: Mutex::default(), freed: Condvar::new(), aside: AtomicUsize::new(0) }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.config.servers[self.server]
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// A connection, idle or new; with `fresh` a new one in any case. Waits as long as a connect may take when all are out.
    #[inline]
    pub(crate) fn take(&self, fresh: bool) -> Result<Lease<'_>, Error> {
        let taken = now();
        let mut state = self.lock();
        let mut waiting_since = None;
        loop {
            if let Some(idle) = state.idle.pop() {
                drop(state);
                let lease = Lease { pool: self, connection: Some(idle.connection), taken };
                if !fresh && (taken < idle.taken + TRUSTED_FOR || lease.is_alive()) {
                    return Ok(lease);
                }
                drop(lease);
                state = self.lock();
            } else if state.open < self.config.pool_size {
                state.open += 1;
                drop(state);
                return self.connect();
            } else {
                let since = *waiting_since.get_or_insert_with(Instant::now);
                state = self.wait(state, since)?;
            }
        }
    }

    /// A connection to stand aside, if less than half of all do: the rest must suffice for what their owners do meanwhile, or all would
    /// wait for each other.
    pub(crate) fn take_aside(&self, fresh: bool) -> Result<Option<Aside<'_>>, Error> {
        let most = self.config.pool_size / 2;
        let more = |aside: usize| (aside < most).then_some(aside + 1);
        if self.aside.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_err() {
            return Ok(None);
        }
        let place = Place(&self.aside);
        Ok(Some(Aside { lease: self.take(fresh)?, _place: place }))
    }

    #[cold]
    fn connect(&self) -> Result<Lease<'_>, Error> {
        // Made first, so that the place is given back when the connect fails.
        let mut lease = Lease { pool: self, connection: None, taken: now() };
        lease.connection = Some(Box::new(Connection::open(self.server(), &self.config)?));
        Ok(lease)
    }

    #[cold]
    fn wait<'s>(&self, mut state: MutexGuard<'s, State>, since: Instant) -> Result<MutexGuard<'s, State>, Error> {
        let left = self.config.connect_timeout.map(|limit| limit.saturating_sub(since.elapsed()));
        if left == Some(Duration::ZERO) {
            let text = format!("all {} connections (pool_size) are in use", self.config.pool_size);
            return Err(Error::new(Code::Pool, text));
        }
        state.waiting += 1;
        let mut state = match left {
            Some(left) => self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            None => self.freed.wait(state).unwrap_or_else(PoisonError::into_inner),
        };
        state.waiting -= 1;
        Ok(state)
    }

    /// Takes a change to the state in, and wakes a caller that waited for it.
    #[inline]
    fn release(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let wake = state.waiting > 0;
        drop(state);
        if wake {
            self.freed.notify_one();
        }
    }

    /// Lets go of the idle connections of the process that this one was forked from, unless a thread of that process was just busy with
    /// them: then their descriptors stay open here, unused.
    pub(crate) fn abandon(&self) {
        if let Ok(mut state) = self.state.try_lock() {
            state.idle.clear();
        }
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'p> Lease<'p> {
    pub(crate) fn pool(&self) -> &'p Pool {
        self.pool
    }

    /// Gives the connection back, after all its replies were read.
    #[inline]
    pub(crate) fn keep(mut self) {
        if let Some(connection) = self.connection.take() {
            let idle = Idle { connection, taken: self.taken };
            self.pool.release(|state| state.idle.push(idle));
        }
        std::mem::forget(self);
    }
}

impl Deref for Lease<'_> {
    type Target = Connection;

    #[inline]
    fn deref(&self) -> &Connection {
        self.connection.as_deref().expect("a lease holds its connection until it ends")
    }
}

impl DerefMut for Lease<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_deref_mut().expect("a lease holds its connection until it ends")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.connection = None;
        self.pool.release(|state| state.open -= 1);
    }
}

impl Aside<'_> {
    /// Gives the connection back, as it was taken.
    pub(crate) fn keep(self) {
        self.lease.keep();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<'p> Deref for Aside<'p> {
    type Target = Lease<'p>;

    fn deref(&self) -> &Lease<'p> {
        &self.lease
    }
}

impl DerefMut for Aside<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.lease
    }
}

#[inline]
fn now() -> Millis {
    let time = clock_gettime(ClockId::MonotonicCoarse);
    time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
}
