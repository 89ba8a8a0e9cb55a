//! Whether a master still is one, and what replicas it has: asked at an interval by the caller who finds that it is over.

use crate::config::Config;
use crate::error::Error;
use crate::topology::clock::{NEVER, Time, again, span};
use crate::topology::replicas::Replicas;
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

pub(crate) struct RoleCheck {
    /// From when on a caller must look here before it takes a connection: when to ask, or at once while the server is refused.
    look_from: AtomicU64,
    /// When to ask next; `NEVER` where nobody ever asks.
    ask_from: AtomicU64,
    interval: Option<Time>,
    /// Why the server is not to be used.
    refusal: ArcSwapOption<Error>,
    pub(crate) replicas: Replicas,
    /// Until then those who read from its replicas do not ask: it did not answer the last one.
    spared_until: AtomicU64,
}

impl RoleCheck {
    /// CrossNodeCommand a server that nobody asks.
    pub(crate) fn never() -> RoleCheck {
        RoleCheck {
            look_from: AtomicU64::new(NEVER),
            ask_from: AtomicU64::new(NEVER),
            interval: None,
            refusal: ArcSwapOption::empty(),
            replicas: Replicas::none(),
            spared_until: AtomicU64::new(0),
        }
    }

    pub(crate) fn over_master(config: &Arc<Config>, server: usize) -> RoleCheck {
        let first = if config.refresh_interval.is_some() { 0 } else { NEVER };
        RoleCheck {
            look_from: AtomicU64::new(first),
            ask_from: AtomicU64::new(first),
            interval: config.refresh_interval.map(span),
            replicas: Replicas::of_master(config, server),
            ..RoleCheck::never()
        }
    }

    #[inline]
    pub(crate) fn must_look(&self, now: Time) -> bool {
        now >= self.look_from.load(Relaxed)
    }

    /// The same for one who reads from a replica, and need not suffer from a master that does not answer.
    pub(crate) fn should_look(&self, now: Time) -> bool {
        self.must_look(now) && now >= self.spared_until.load(Relaxed)
    }

    /// Whether it is this caller who asks the server.
    pub(crate) fn begins(&self, now: Time) -> bool {
        let (Some(interval), ask_from) = (self.interval, self.ask_from.load(Relaxed)) else { return false };
        now >= ask_from && self.ask_from.compare_exchange(ask_from, now.saturating_add(interval), Relaxed, Relaxed).is_ok()
    }

    /// The server has answered, and may be used unless there is a refusal.
    pub(crate) fn answered(&self, refusal: Option<Error>) {
        self.spared_until.store(0, Relaxed);
        let look_from = if refusal.is_some() { 0 } else { self.ask_from.load(Relaxed) };
        self.refusal.store(refusal.map(Arc::new));
        self.look_from.store(look_from, Relaxed);
    }

    /// It was asked, and nobody knows more than before.
    pub(crate) fn stays(&self, now: Time) {
        let next = now.saturating_add(self.interval.unwrap_or(NEVER));
        self.ask_from.store(next, Relaxed);
        self.look_from.store(if self.refusal.load().is_some() { 0 } else { next }, Relaxed);
    }

    /// It has not answered one who wanted to read from its replicas.
    pub(crate) fn spare(&self, began: Time) {
        self.spared_until.store(again(began, self.interval.unwrap_or(NEVER)), Relaxed);
        self.ask_soon();
    }

    /// Something has happened: the next one asks.
    pub(crate) fn ask_soon(&self) {
        if self.interval.is_some() {
            self.ask_from.store(0, Relaxed);
            self.look_from.store(0, Relaxed);
        }
    }

    pub(crate) fn refusal(&self) -> Result<(), Error> {
        match &*self.refusal.load() {
            Some(error) => Err(Error::clone(error)),
            None => Ok(()),
        }
    }
}
