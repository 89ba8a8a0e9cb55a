//! The connections to one server: opened when needed, kept for the next caller, at most `pool_size` of them.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::transport::check_schedule::CheckSchedule;
use crate::transport::clock::{Time, now};
use crate::transport::connection::Connection;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A connection that was idle for longer (20 ms) is checked before a command is sent over it. With a shorter time a busy caller would pay one
/// system call per command for a case that almost never occurs.
const TRUSTED_FOR: Time = 20_000_000;
/// The longest time to wait where the caller has an alternative, or for a reply that only describes the server.
pub(crate) const SHORT_TIMEOUT: Duration = Duration::from_millis(500);

pub(crate) struct Pool {
    config: Arc<Config>,
    server: Server,
    /// `None` waits without limit.
    connect_timeout: Option<Duration>,
    /// Read by the owner of the pool. A lost connection makes the next check due at once.
    pub(crate) checks: CheckSchedule,
    state: Mutex<State>,
    freed: Condvar,
}

/// How long getting a connection may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// As long as the configuration says.
    Configured,
    /// At most [`SHORT_TIMEOUT`].
    Short,
}

#[derive(Default)]
struct State {
    idle: Vec<Idle>,
    /// The number of connections, idle ones and leases.
    open: usize,
    /// The number of callers that wait for a connection.
    waiting: usize,
}

struct Idle {
    connection: Box<Connection>,
    /// When it was last leased. The clock is read once per command, not twice: after a command that took long, the connection is checked
    /// although it was hardly idle.
    leased_at: Time,
}

/// A connection in use. [`Lease::keep`] gives it back to the pool. If it is dropped the connection is closed, because replies may be
/// outstanding.
pub(crate) struct Lease<'p> {
    pool: &'p Pool,
    connection: Option<Box<Connection>>,
    leased_at: Time,
}

impl Pool {
    pub(crate) fn new(config: Arc<Config>, server: Server, connect_timeout: Option<Duration>, checks: CheckSchedule) -> Pool {
        Pool { config, server, connect_timeout, checks, state: Mutex::default(), freed: Condvar::new() }
    }

    #[inline]
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    #[inline]
    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Takes a connection at the time `now`. See [`ConnectionSource::lease`](crate::transport::ConnectionSource::lease).
    #[inline(always)]
    pub(crate) fn lease_at(&self, fresh: bool, now: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        let mut state = self.lock();
        let mut waiting_since = None;
        loop {
            if let Some(idle) = state.idle.pop() {
                drop(state);
                let lease = Lease { pool: self, connection: Some(idle.connection), leased_at: now };
                if !fresh && (now < idle.leased_at + TRUSTED_FOR || lease.is_alive()) {
                    return Ok(lease);
                }
                drop(lease);
                state = self.lock();
            } else if state.open < self.config.pool_size {
                state.open += 1;
                drop(state);
                return self.connect(limit);
            } else {
                let since = *waiting_since.get_or_insert_with(Instant::now);
                state = self.wait(state, since, limit)?;
            }
        }
    }

    fn timeout(&self, limit: Limit) -> Option<Duration> {
        if limit == Limit::Configured { self.connect_timeout } else { Some(at_most(self.connect_timeout, SHORT_TIMEOUT)) }
    }

    #[cold]
    fn connect(&self, limit: Limit) -> Result<Lease<'_>, Error> {
        // The lease exists first, so that `open` is decremented if the connect fails.
        let mut lease = Lease { pool: self, connection: None, leased_at: now() };
        lease.connection = Some(Box::new(Connection::open(&self.server, &self.config, self.timeout(limit))?));
        Ok(lease)
    }

    /// Opens a connection that has not selected the database, over the limit of `pool_size`. It must not be kept.
    #[cold]
    pub(crate) fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        self.lock().open += 1;
        let mut lease = Lease { pool: self, connection: None, leased_at: now() };
        let server = Server { db: 0, ..self.server.clone() };
        lease.connection = Some(Box::new(Connection::open(&server, &self.config, self.timeout(Limit::Configured))?));
        Ok(lease)
    }

    #[cold]
    fn wait<'s>(&self, mut state: MutexGuard<'s, State>, since: Instant, limit: Limit) -> Result<MutexGuard<'s, State>, Error> {
        let left = self.timeout(limit).map(|limit| limit.saturating_sub(since.elapsed()));
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

    /// Takes an idle connection out of the pool, for a caller that keeps it; `None` if no open one is idle.
    pub(crate) fn take_idle(&self) -> Option<Connection> {
        let idle = self.lock().idle.pop()?;
        self.release(|state| state.open -= 1);
        idle.connection.is_alive().then_some(*idle.connection)
    }

    /// Changes the state and wakes one waiting caller.
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

    /// Closes this process's copies of the idle connections of its parent. If a thread of the parent held the lock at the fork, the
    /// descriptors stay open and unused.
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

impl Lease<'_> {
    /// Gives the connection back. All of its replies must have been read.
    #[inline]
    pub(crate) fn keep(mut self) {
        if let Some(connection) = self.connection.take() {
            let idle = Idle { connection, leased_at: self.leased_at };
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
        self.pool.checks.check_soon();
        self.pool.release(|state| state.open -= 1);
    }
}

/// The shorter of both; `None` is unlimited.
pub(crate) fn at_most(limit: Option<Duration>, most: Duration) -> Duration {
    limit.map_or(most, |limit| limit.min(most))
}
