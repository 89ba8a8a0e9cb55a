//! The breakers of a process. Handles whose configurations judge a server in the same way share its breaker, so that a fault is met once.

use crate::config::{Address, Config, Server, Tls};
use crate::transport::breaker::Breaker;
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// A server, and when its calls count as failed.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: Address,
    tls: Option<Tls>,
    timeouts: [Option<Duration>; 4],
    max_failures: u32,
}

/// Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static BREAKERS: Lazy<ArcSwap<HashMap<Key, Weak<Breaker>>>> = Lazy::new(ArcSwap::default);

/// The breaker of a server in this process.
pub(crate) fn shared_breaker(config: &Config, server: &Server) -> Arc<Breaker> {
    let key = Key {
        address: server.address.clone(),
        tls: server.tls.clone(),
        timeouts: [config.timeout, config.connect_timeout, config.read_timeout, config.write_timeout],
        max_failures: config.breaker_failures,
    };
    let new = Arc::new(Breaker::new(server.address.clone(), server.tls.clone(), config.breaker_failures));
    let mut found = new.clone();
    BREAKERS.rcu(|known| {
        let usable = |breaker: &Weak<Breaker>| breaker.upgrade().filter(|breaker| breaker.is_of_this_process());
        let mut next: HashMap<Key, Weak<Breaker>> =
            known.iter().filter(|(_, breaker)| usable(breaker).is_some()).map(|(key, breaker)| (key.clone(), breaker.clone())).collect();
        found = next.get(&key).and_then(usable).unwrap_or_else(|| new.clone());
        next.insert(key.clone(), Arc::downgrade(&found));
        next
    });
    found
}
