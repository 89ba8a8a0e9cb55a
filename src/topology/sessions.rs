//! The sessions of this process. A server knows a session only by the connections that it has, so what concerns clients also looks here.

use crate::config::{Address, Config};
use arc_swap::{ArcSwap, ArcSwapOption};
use once_cell::sync::Lazy;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// More than one, so that opening one of many sessions copies a short list.
const LISTS: usize = 64;

/// Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static SESSIONS: Lazy<Vec<ArcSwap<Vec<Weak<RegisteredSession>>>>> = Lazy::new(|| (0..LISTS).map(|_| ArcSwap::default()).collect());

/// The list for the next session.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// What one client can do to another.
pub(crate) trait Controlled: Send + Sync {
    /// Ends the command that the client waits for, with an error or as if its time were up. Returns whether there is one.
    fn unblock(&self, with_error: bool) -> bool;

    /// Closes the client.
    fn close(&self);
}

/// A session is registered as long as it holds this.
pub(crate) struct RegisteredSession {
    process: u32,
    servers: Vec<Address>,
    user: String,
    since: Instant,
    /// The server of the connection that identifies the session, and its id there.
    identity: ArcSwapOption<(Address, i64)>,
    is_subscribed: AtomicBool,
    control: Box<dyn Controlled>,
}

impl RegisteredSession {
    pub(crate) fn new(config: &Config, control: impl Controlled + 'static) -> Arc<RegisteredSession> {
        let user = config.servers.first().and_then(|server| server.username.as_deref()).unwrap_or("default").to_owned();
        let new = Arc::new(RegisteredSession {
            process: std::process::id(),
            servers: addresses(config),
            user,
            since: Instant::now(),
            identity: ArcSwapOption::empty(),
            is_subscribed: AtomicBool::new(false),
            control: Box::new(control),
        });
        SESSIONS[NEXT.fetch_add(1, Ordering::Relaxed) % LISTS].rcu(|sessions| {
            let open = sessions.iter().filter(|session| session.strong_count() > 0).cloned();
            open.chain([Arc::downgrade(&new)]).collect::<Vec<_>>()
        });
        new
    }

    /// The sessions of this process that one of these servers knows, or that are on the same servers.
    pub(crate) fn on_servers(config: &Config) -> Vec<Arc<RegisteredSession>> {
        let servers = addresses(config);
        let is_there = |session: &Arc<RegisteredSession>| {
            let is_known = || session.identity().is_some_and(|identity| servers.contains(&identity.0));
            session.process == std::process::id() && (session.servers == servers || is_known())
        };
        let all = SESSIONS.iter().flat_map(|sessions| sessions.load().iter().filter_map(Weak::upgrade).collect::<Vec<_>>());
        all.filter(is_there).collect()
    }

    /// Sets the connection that identifies the session.
    pub(crate) fn set_identity(&self, identity: Option<(&Address, i64)>) {
        self.identity.store(identity.map(|(address, id)| Arc::new((address.clone(), id))));
    }

    pub(crate) fn identity(&self) -> Option<Arc<(Address, i64)>> {
        self.identity.load_full()
    }

    pub(crate) fn set_subscribed(&self, is_subscribed: bool) {
        self.is_subscribed.store(is_subscribed, Ordering::SeqCst);
    }

    pub(crate) fn is_subscribed(&self) -> bool {
        self.is_subscribed.load(Ordering::SeqCst)
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    pub(crate) fn control(&self) -> &dyn Controlled {
        &*self.control
    }
}

fn addresses(config: &Config) -> Vec<Address> {
    config.servers.iter().map(|server| server.address.clone()).collect()
}
