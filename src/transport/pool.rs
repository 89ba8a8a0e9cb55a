//! The connections to one server: opened when needed, kept when done, never more than the configuration allows.

use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::topology::clock::{Time, now};
use crate::topology::role_check::RoleCheck;
use crate::transport::connection::Connection;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A connection that lay idle longer is asked whether it still stands before a command is trusted to it. Shorter, and a busy caller
/// would pay a system call a command for what almost never happens.
const TRUSTED_FOR: Time = 20_000_000;
/// The longest time to wait for what a master could do as well, or for an answer that tells only what a server is.
pub(crate) const SHORT: Duration = Duration::from_millis(500);

pub(crate) struct Pool {
    pub(crate) config: Arc<Config>,
    pub(crate) server: Server,
    /// `None` waits for ever.
    connect_timeout: Option<Duration>,
    pub(crate) watch: RoleCheck,
    state: Mutex<State>,
    freed: Condvar,
    /// How many connections stand aside.
    aside: AtomicUsize,
}

/// How long getting a connection may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// As long as the configuration has it.
    Usual,
    /// No longer than is worth it where one can go on without.
    Short,
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
    taken: Time,
}

/// A connection that is out. It goes back by [`Lease::keep`]; dropped, it is closed, for nobody knows what may still come over it.
pub(crate) struct Lease<'p> {
    pool: &'p Pool,
    connection: Option<Box<Connection>>,
    taken: Time,
}

/// A connection that is taken out for long, while its owner goes on taking others for moments. It goes back by [`Aside::keep`].
pub(crate) struct Aside<'p> {
    lease: Lease<'p>,
    _place: Place<'p>,
}

struct Place<'p>(&'p AtomicUsize);

impl Pool {
    /// The connections to a master, which is asked from time to time whether it is one.
    pub(crate) fn of_master(config: &Arc<Config>, server: usize) -> Pool {
        let watch = RoleCheck::over_master(config, server);
        Pool::new(config.clone(), config.servers[server].clone(), config.connect_timeout, watch)
    }

    pub(crate) fn of_replica(config: Arc<Config>, server: Server) -> Pool {
        let connect_timeout = at_most(config.connect_timeout, SHORT);
        Pool::new(config, server, Some(connect_timeout), RoleCheck::never())
    }

    fn new(config: Arc<Config>, server: Server, connect_timeout: Option<Duration>, watch: RoleCheck) -> Pool {
        Pool { config, server, connect_timeout, watch, state: Mutex::default(), freed: Condvar::new(), aside: AtomicUsize::new(0) }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// A connection, idle or new; with `fresh` a new one in any case. Waits as long as a connect may take when all are out.
    #[inline]
    pub(crate) fn take(&self, fresh: bool) -> Result<Lease<'_>, Error> {
        let taken = now();
        // A connection that the server has just answered over is as good as a new one.
        let fresh = if self.watch.must_look(taken) { !self.look(taken)? && fresh } else { fresh };
        self.take_now(fresh, taken, Limit::Usual)
    }

    #[inline(always)]
    pub(crate) fn take_now(&self, fresh: bool, taken: Time, limit: Limit) -> Result<Lease<'_>, Error> {
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
                return self.connect(limit);
            } else {
                let since = *waiting_since.get_or_insert_with(Instant::now);
                state = self.wait(state, since, limit)?;
            }
        }
    }

    fn within(&self, limit: Limit) -> Option<Duration> {
        if limit == Limit::Usual { self.connect_timeout } else { Some(at_most(self.connect_timeout, SHORT)) }
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
    fn connect(&self, limit: Limit) -> Result<Lease<'_>, Error> {
        // Made first, so that the place is given back when the connect fails.
        let mut lease = Lease { pool: self, connection: None, taken: now() };
        lease.connection = Some(Box::new(Connection::open(&self.server, &self.config, self.within(limit))?));
        Ok(lease)
    }

    #[cold]
    fn wait<'s>(&self, mut state: MutexGuard<'s, State>, since: Instant, limit: Limit) -> Result<MutexGuard<'s, State>, Error> {
        let left = self.within(limit).map(|limit| limit.saturating_sub(since.elapsed()));
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
        self.watch.replicas.all().iter().for_each(|replica| replica.pool().abandon());
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
        self.pool.watch.ask_soon();
        self.pool.release(|state| state.open -= 1);
    }
}

pub(crate) fn at_most(limit: Option<Duration>, most: Duration) -> Duration {
    limit.map_or(most, |limit| limit.min(most))
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
