//! The sessions of the process by the client id that they report, so that one session can end another or its wait.

use crate::config::Address;
use crate::session::inbox::Inbox;
use crate::session::interrupt::Interrupter;
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::sync::{Arc, Weak};

/// Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static SESSIONS: Lazy<ArcSwap<Vec<Weak<Registration>>>> = Lazy::new(ArcSwap::default);

/// A session is registered as long as it holds this.
pub(crate) struct Registration {
    process: u32,
    /// The server of the connection that identifies the session, and its id there.
    address: Address,
    pub id: i64,
    pub interrupter: Interrupter,
    /// Where sessions that redirect their invalidation messages to this one add them.
    pub inbox: Arc<Inbox>,
}

pub(crate) fn register(address: &Address, id: i64, interrupter: Interrupter, inbox: Arc<Inbox>) -> Arc<Registration> {
    let new = Arc::new(Registration { process: std::process::id(), address: address.clone(), id, interrupter, inbox });
    SESSIONS.rcu(|sessions| {
        let open = sessions.iter().filter(|session| session.strong_count() > 0).cloned();
        open.chain([Arc::downgrade(&new)]).collect::<Vec<_>>()
    });
    new
}

/// The sessions whose client ids are those of this server.
pub(crate) fn registered_on(address: &Address) -> Vec<Arc<Registration>> {
    let of_process = |session: &Arc<Registration>| session.process == std::process::id() && session.address == *address;
    SESSIONS.load().iter().filter_map(Weak::upgrade).filter(of_process).collect()
}
