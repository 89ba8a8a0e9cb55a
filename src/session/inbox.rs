//! Where a session finds the invalidation messages that are for it: its own, and those of sessions that redirect them to it.

use crate::session::interrupt::Interrupter;
use crate::session::invalidation_source::InvalidationSource;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct Inbox {
    sources: Mutex<Vec<Arc<InvalidationSource>>>,
    /// The number of sources, which is read more often than they are.
    count: AtomicUsize,
    is_closed: AtomicBool,
    /// Of the session that receives.
    interrupter: Interrupter,
}

impl Inbox {
    pub(crate) fn new(interrupter: Interrupter) -> Inbox {
        Inbox { sources: Mutex::default(), count: AtomicUsize::new(0), is_closed: AtomicBool::new(false), interrupter }
    }

    /// Makes the session wait for the messages of another source.
    pub(crate) fn add(&self, source: Arc<InvalidationSource>) {
        self.change(|sources| sources.push(source));
        self.wake();
    }

    pub(crate) fn remove(&self, source: &Arc<InvalidationSource>) {
        self.change(|sources| sources.retain(|other| !Arc::ptr_eq(other, source)));
    }

    /// Forgets the sources that have ended, once their last messages were taken.
    pub(crate) fn remove_ended(&self) {
        self.change(|sources| sources.retain(|source| !source.has_ended()));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Arc<InvalidationSource>>)) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut sources);
        self.count.store(sources.len(), Ordering::Release);
    }

    /// Makes the session look for messages.
    pub(crate) fn wake(&self) {
        self.interrupter.wake();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    pub(crate) fn sources(&self) -> Vec<Arc<InvalidationSource>> {
        if self.is_empty() { Vec::new() } else { self.sources.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }

    /// The session that receives is gone. The sessions that redirect to it have to notice.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        // In a forked child another thread of the parent may have held the lock.
        if let Ok(sources) = self.sources.try_lock() {
            sources.iter().for_each(|source| source.wake_owner());
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(crate) fn interrupter(&self) -> &Interrupter {
        &self.interrupter
    }

    /// Whether a source belongs to the session that receives from this inbox.
    pub(crate) fn is_of(&self, interrupter: &Interrupter) -> bool {
        self.interrupter.is_same(interrupter)
    }
}

/// The inbox of a session. It is closed with the session.
pub(crate) struct OwnInbox(pub Arc<Inbox>);

impl Drop for OwnInbox {
    fn drop(&mut self) {
        self.0.close();
    }
}
