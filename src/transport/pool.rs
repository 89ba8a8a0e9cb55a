//! The connections to one server: opened when needed, kept for the next caller, at most `pool_size` of them.

use crate::config::{Config, EmptyMaster, Server};
use crate::error::{Code, Error};
use crate::log::{LogKind, log};
use crate::transport::breaker::{Breaker, Failure};
use crate::transport::breakers::shared_breaker;
use crate::transport::check_schedule::CheckSchedule;
use crate::transport::clock::{RESOLUTION, Time, limit as limit_of, now, remaining};
use crate::transport::connection::Connection;
use crate::transport::connection_errors::lost_its_data;
use crate::transport::deadline::{self, deadline, may_have_deadline};
use crate::transport::limits::{Limit, SHORT_TIMEOUT, at_most};
use crate::transport::statistics::{ErrorKind, Snapshot, Statistics};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A connection that was idle for longer (20 ms) is checked before a command is sent over it. With a shorter time a busy caller would pay one
/// system call per command for a case that almost never occurs.
const TRUSTED_FOR: Time = 20_000_000;

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
    /// The most connections, idle ones and leases.
    max_open: usize,
    statistics: Arc<Statistics>,
    /// The replication offset of the server when it was last asked for its role.
    offset: AtomicU64,
    state: Mutex<State>,
    freed: Condvar,
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
        let max_open = config.max_in_flight.map_or(config.pool_size, |max| max.min(config.pool_size));
        Pool {
            config,
            server,
            connect_timeout,
            breaker,
            max_idle_time,
            checks,
            max_open,
            statistics: Arc::default(),
            offset: AtomicU64::new(0),
            state: Mutex::default(),
            freed: Condvar::new(),
        }
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

    /// [`Pool::check_available`] for a request, which fails with it.
    #[cold]
    fn admit(&self) -> Result<(), Error> {
        self.check_available().inspect_err(|_| self.statistics.failed(ErrorKind::Unavailable))
    }

    /// [`Pool::admit`] for a connection that is not open yet, or was idle for some time: other processes may know that the server does not reply.
    #[cold]
    fn admit_after_pause(&self) -> Result<(), Error> {
        if self.breaker.is_troubled() {
            return Ok(());
        }
        self.breaker.consult_others();
        self.admit()
    }

    /// What has happened so far.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.lock();
        let connections = [state.open, state.idle.len(), state.waiting];
        drop(state);
        self.statistics.snapshot(self.breaker.state(), connections)
    }

    /// Fails if the deadline of the call has passed.
    #[cold]
    fn check_deadline(&self, phase: &str) -> Result<(), Error> {
        deadline::check(phase).inspect_err(|_| self.statistics.failed(ErrorKind::Deadline))
    }

    /// The same for a caller that must not wait for the server.
    pub(crate) fn check_available_soon(&self) -> Result<(), Error> {
        self.breaker.consult_others();
        if self.breaker.is_troubled() { self.breaker.admit_soon() } else { Ok(()) }
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

    /// Takes the connection that was used last, if it was used a moment ago, by a call without a deadline, and nothing speaks against it. Nearly
    /// every request gets its connection here; [`Pool::lease_at`] serves all others.
    #[inline(always)]
    pub(crate) fn lease_idle(&self, now: Time) -> Option<Lease<'_>> {
        if self.breaker.is_troubled() || may_have_deadline() {
            return None;
        }
        let mut state = self.lock();
        let last = state.idle.last()?;
        if now >= last.leased_at + TRUSTED_FOR || now >= last.connection.retired_at || self.is_expired(&state.idle[0], now) {
            return None;
        }
        let idle = state.idle.pop()?;
        drop(state);
        idle.connection.begin_request_without_deadline(now);
        Some(Lease { pool: self, connection: Some(idle.connection), leased_at: now })
    }

    /// Takes a connection for a request that began at the time `now`. See [`ConnectionSource::lease`](crate::transport::ConnectionSource::lease).
    pub(crate) fn lease_at(&self, fresh: bool, now: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        if self.breaker.is_troubled() || may_have_deadline() {
            self.admit()?;
            self.check_deadline("before the command was sent")?;
        }
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
                if !is_trusted {
                    self.admit_after_pause()?;
                }
                if is_usable {
                    lease.begin_request(now);
                    return Ok(lease);
                }
                drop(lease);
                state = self.lock();
            } else if state.open < self.max_open {
                state.open += 1;
                drop(state);
                return self.connect(fresh, now, limit);
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
        began.saturating_add(limit_of(timeout)).saturating_add(RESOLUTION).min(deadline())
    }

    #[cold]
    fn connect(&self, fresh: bool, began: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        if fresh {
            self.statistics.retried();
        }
        // The lease exists first, so that `open` is decremented if the connect fails.
        let mut lease = Lease { pool: self, connection: None, leased_at: began };
        lease.connection = Some(Box::new(self.open(&self.server, began, limit)?));
        Ok(lease)
    }

    /// Opens a connection. If roles are checked here, it fails if the server is a replica.
    fn open(&self, server: &Server, began: Time, limit: Limit) -> Result<Connection, Error> {
        self.admit_after_pause()?;
        let asks_role = self.checks.is_active().then_some(limit);
        let mut connection =
            Connection::open(server, &self.config, &self.breaker, &self.statistics, (began, self.until(began, limit)), asks_role)?;
        if let Some(offset) = connection.replication_offset() {
            self.check_data(&mut connection, offset, limit)?;
        }
        Ok(connection)
    }

    /// Fails if the server was restarted without its data since this process has last asked it for its role.
    ///
    /// A supervisor can restart a master before a replica is promoted. If it persists nothing it is empty then, and its replicas drop their data too
    /// as soon as they reach it.
    fn check_data(&self, connection: &mut Connection, offset: u64, limit: Limit) -> Result<(), Error> {
        let before = self.offset.load(Relaxed);
        // The offset is asked for again: another caller can have recorded a newer one in between.
        if offset < before
            && self.config.empty_master != EmptyMaster::Accept
            && let Some(offset) = connection.ask_offset_of_empty_master()?.filter(|offset| *offset < before)
        {
            let error = lost_its_data(before, offset, self.config.empty_master);
            // A check for a read from a replica does not fail that read, so it reports nothing.
            if self.config.empty_master == EmptyMaster::Report && limit == Limit::Configured {
                self.offset.store(offset, Relaxed);
                log(LogKind::EmptyMaster, &self.server.address, || format!("{}: {}", self.server.alias, error.message()));
            }
            return Err(error);
        }
        self.offset.store(offset, Relaxed);
        Ok(())
    }

    /// Whether a server with this replication offset is another process than before.
    pub(crate) fn was_restarted(&self, offset: u64) -> bool {
        offset < self.offset.load(Relaxed)
    }

    /// Records the replication offset of the process that was asked last.
    pub(crate) fn record_offset(&self, offset: u64) {
        self.offset.fetch_max(offset, Relaxed);
    }

    /// Whether no connection to the server can be opened while it has lost its data.
    pub(crate) fn refuses_when_empty(&self) -> bool {
        self.config.empty_master == EmptyMaster::Refuse
    }

    /// Opens a connection that has not selected the database, over the limit of `pool_size`. It must not be kept.
    #[cold]
    pub(crate) fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        self.lock().open += 1;
        let began = now();
        let mut lease = Lease { pool: self, connection: None, leased_at: began };
        let server = Server { db: 0, ..self.server.clone() };
        lease.connection = Some(Box::new(self.open(&server, began, Limit::Configured)?));
        Ok(lease)
    }

    /// Opens a connection for a caller that keeps it, over the limit of `pool_size`.
    pub(crate) fn open_for_caller(&self) -> Result<Connection, Error> {
        self.admit()?;
        let began = now();
        self.open(&self.server, began, Limit::Configured)
    }

    /// Waits until another caller returns its connection.
    #[cold]
    fn wait(&self, fresh: bool, began: Time, limit: Limit) -> Result<Lease<'_>, Error> {
        if let Some(max) = self.config.max_in_flight.filter(|&max| max <= self.config.pool_size) {
            self.statistics.failed(ErrorKind::Pool);
            return Err(Error::new(Code::Pool, format!("{max} calls (max_in_flight) are in progress")));
        }
        let until = self.until(began, limit);
        let mut state = self.lock();
        while state.idle.is_empty() && state.open >= self.max_open {
            let left = remaining(until);
            self.check_deadline("waiting for a connection")?;
            if left == Some(Duration::ZERO) {
                self.statistics.failed(ErrorKind::Pool);
                let text = format!("all {} connections (pool_size) are in use", self.config.pool_size);
                return Err(Error::new(Code::Pool, text));
            }
            state.waiting += 1;
            state = match deadline::slice(left) {
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
    pub(crate) fn close_idle(&self) {
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

impl<'p> Lease<'p> {
    pub(crate) fn pool(&self) -> &'p Pool {
        self.pool
    }

    /// Gives the connection back. All of its replies must have been read.
    #[inline(always)]
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
