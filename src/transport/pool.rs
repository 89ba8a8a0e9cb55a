//! The connections to one server: opened when needed, kept for the next caller, at most `pool_size` of them.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::transport::breaker::{Breaker, Failure};
use crate::transport::breakers::shared_breaker;
use crate::transport::check_schedule::CheckSchedule;
use crate::transport::clock::{RESOLUTION, Time, limit as limit_of, now, remaining};
use crate::transport::connection::Connection;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
    /// Shared by all pools for this server.
    breaker: Arc<Breaker>,
    /// A connection that was idle for longer is closed.
    max_idle_time: Time,
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
        let breaker = shared_breaker(&config, &server);
        let max_idle_time = limit_of(config.max_idle_time);
        Pool { config, server, connect_timeout, breaker, max_idle_time, checks, state: Mutex::default(), freed: Condvar::new() }
    }

    #[inline]
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    #[inline]
    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Whether the server has failed and not replied since. Then [`Pool::check_available`] decides whether it may be used.
    #[inline]
    pub(crate) fn is_troubled(&self) -> bool {
        self.breaker.is_troubled()
    }

    /// Fails if the server is known not to reply now.
    #[inline]
    pub(crate) fn check_available(&self) -> Result<(), Error> {
        if self.breaker.is_troubled() { self.breaker.admit() } else { Ok(()) }
    }

    /// Records that the server has replied over a connection of the caller's own.
    pub(crate) fn succeeded(&self) {
        if self.breaker.is_troubled() {
            self.breaker.succeeded();
        }
    }

    /// Records that such a connection has failed.
    pub(crate) fn failed(&self, error: &Error) {
        match error.code() {
            Code::Timeout => self.breaker.failed(Failure::Silent, error.message()),
            // A connection that had worked can be lost while the server works; the next one will show it.
            Code::Connect if error.refusal().is_none() => self.breaker.failed(Failure::Refused, error.message()),
            _ => {}
        }
    }

    /// Takes a connection for a request that began at the time `now`. See [`ConnectionSource::lease`](crate::transport::ConnectionSource::lease).
    #[inline(always)]
    pub(crate) fn lease_at(&self, fresh: bool, now: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        self.check_available()?;
        let mut state = self.lock();
        loop {
            if let Some(idle) = state.idle.pop() {
                if state.idle.first().is_some_and(|oldest| self.is_expired(oldest, now)) {
                    self.close_expired(&mut state, now);
                }
                drop(state);
                let is_trusted = now < idle.leased_at + TRUSTED_FOR && now < idle.connection.retired_at;
                let is_usable = !fresh && (is_trusted || self.is_usable(&idle, now));
                let lease = Lease { pool: self, connection: Some(idle.connection), leased_at: now };
                if is_usable {
                    lease.begin_request(now);
                    return Ok(lease);
                }
                drop(lease);
                state = self.lock();
            } else if state.open < self.config.pool_size {
                state.open += 1;
                drop(state);
                return self.connect(now, limit);
            } else {
                drop(state);
                return self.wait(fresh, now, limit);
            }
        }
    }

    /// Whether a connection that was idle for some time can be used.
    #[cold]
    fn is_usable(&self, idle: &Idle, now: Time) -> bool {
        !self.is_expired(idle, now) && now < idle.connection.retired_at && idle.connection.is_alive()
    }

    #[inline]
    fn is_expired(&self, idle: &Idle, now: Time) -> bool {
        now.saturating_sub(idle.leased_at) > self.max_idle_time
    }

    /// Closes the connections that have been idle for too long: those that were used last are used again first.
    #[cold]
    fn close_expired(&self, state: &mut State, now: Time) {
        let expired = state.idle.iter().take_while(|idle| self.is_expired(idle, now)).count();
        state.idle.drain(..expired);
        state.open -= expired;
    }

    /// By when a connection must have been found, for a request that began at `began`.
    fn until(&self, began: Time, limit: Limit) -> Time {
        let timeout = if limit == Limit::Configured { self.connect_timeout } else { Some(at_most(self.connect_timeout, SHORT_TIMEOUT)) };
        let timeout = [timeout, self.config.timeout].into_iter().flatten().min();
        began.saturating_add(limit_of(timeout)).saturating_add(RESOLUTION)
    }

    #[cold]
    fn connect(&self, began: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        // The lease exists first, so that `open` is decremented if the connect fails.
        let mut lease = Lease { pool: self, connection: None, leased_at: began };
        lease.connection = Some(Box::new(self.open(&self.server, began, self.until(began, limit))?));
        Ok(lease)
    }

    fn open(&self, server: &Server, began: Time, until: Time) -> Result<Connection, Error> {
        Connection::open(server, &self.config, &self.breaker, began, until)
    }

    /// Opens a connection that has not selected the database, over the limit of `pool_size`. It must not be kept.
    #[cold]
    pub(crate) fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        self.lock().open += 1;
        let began = now();
        let mut lease = Lease { pool: self, connection: None, leased_at: began };
        let server = Server { db: 0, ..self.server.clone() };
        lease.connection = Some(Box::new(self.open(&server, began, self.until(began, Limit::Configured))?));
        Ok(lease)
    }

    /// Opens a connection for a caller that keeps it, over the limit of `pool_size`.
    pub(crate) fn open_for_caller(&self) -> Result<Connection, Error> {
        self.check_available()?;
        let began = now();
        self.open(&self.server, began, self.until(began, Limit::Configured))
    }

    /// Waits until another caller returns its connection.
    #[cold]
    fn wait(&self, fresh: bool, began: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        let until = self.until(began, limit);
        let mut state = self.lock();
        while state.idle.is_empty() && state.open >= self.config.pool_size {
            let left = remaining(until);
            if left == Some(Duration::ZERO) {
                let text = format!("all {} connections (pool_size) are in use", self.config.pool_size);
                return Err(Error::new(Code::Pool, text));
            }
            state.waiting += 1;
            state = match left {
                Some(left) => self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.freed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.waiting -= 1;
        }
        drop(state);
        let lease = self.lease_at(fresh, began, limit)?;
        lease.continue_request(began);
        Ok(lease)
    }

    /// Takes an idle connection out of the pool, for a caller that keeps it; `None` if no open one is idle.
    pub(crate) fn take_idle(&self) -> Option<Connection> {
        let idle = self.lock().idle.pop()?;
        self.release(|state| state.open -= 1);
        self.is_usable(&idle, now()).then_some(*idle.connection)
    }

    /// Closes the idle connections: one of them was lost, and they may have been lost with it.
    #[cold]
    fn close_idle(&self) {
        let idle = std::mem::take(&mut self.lock().idle);
        self.release(|state| state.open -= idle.len());
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
        if self.connection.take().is_some_and(|connection| connection.has_failed()) {
            self.pool.close_idle();
        }
        self.pool.checks.check_soon();
        self.pool.release(|state| state.open -= 1);
    }
}

/// The shorter of both; `None` is unlimited.
pub(crate) fn at_most(limit: Option<Duration>, most: Duration) -> Duration {
    limit.map_or(most, |limit| limit.min(most))
}
