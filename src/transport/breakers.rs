//! The breakers of a process. Handles with the same time limits and options for a server share its breaker, so that one of them detects a fault for
//! all.

use crate::config::{Address, Config, Server, Tls};
use crate::transport::breaker::Breaker;
use crate::transport::breaker_file::BreakerFile;
use crate::transport::clock::limit;
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// A server, and when its calls count as failed.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    address: Address,
    tls: Option<Tls>,
    timeouts: [Option<Duration>; 4],
    max_failures: u32,
    is_shared: bool,
}

/// The breakers that one process has made. A forked child makes another registry: a lock that another thread held at the fork is never released
/// there.
struct Registry {
    process: u32,
    breakers: Mutex<HashMap<Key, Weak<Breaker>>>,
}

static REGISTRY: Lazy<ArcSwap<Registry>> = Lazy::new(|| ArcSwap::from(Registry::new()));

impl Registry {
    fn new() -> Arc<Registry> {
        Arc::new(Registry { process: std::process::id(), breakers: Mutex::default() })
    }

    fn of_this_process() -> Arc<Registry> {
        let is_own = |registry: &Registry| registry.process == std::process::id();
        let current = REGISTRY.load_full();
        if is_own(&current) {
            return current;
        }
        REGISTRY.rcu(|current| if is_own(current) { current.clone() } else { Registry::new() });
        REGISTRY.load_full()
    }
}

/// The breaker of a server in this process.
pub(crate) fn shared_breaker(config: &Config, server: &Server) -> Arc<Breaker> {
    let key = Key {
        address: server.address.clone(),
        tls: server.tls.clone(),
        timeouts: [config.timeout, config.connect_timeout, config.read_timeout, config.write_timeout],
        max_failures: config.breaker_failures,
        is_shared: config.breaker_shared,
    };
    let registry = Registry::of_this_process();
    let mut breakers = registry.breakers.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = breakers.get(&key).and_then(Weak::upgrade) {
        return known;
    }
    // The map grows only if most of its breakers are in use.
    if breakers.len() == breakers.capacity() {
        breakers.retain(|_, breaker| breaker.strong_count() > 0);
    }
    let file = if key.is_shared && key.max_failures > 0 { BreakerFile::new(&key) } else { None };
    let new = Arc::new(Breaker::new(server.address.clone(), server.tls.clone(), config.breaker_failures, limit(config.timeout), file));
    breakers.insert(key, Arc::downgrade(&new));
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_with_the_same_limits_share_the_breakers_of_their_servers() {
        let open =
            |options: &str| Config::from_json(format!(r#"{{"nodes":{{"node_1":"redis://127.0.0.1:1"}}{options}}}"#).as_bytes()).unwrap();
        let breaker = |config: &Config| shared_breaker(config, &config.servers[0]);
        let (one, other) = (open(""), open(r#","timeout":1"#));
        let kept = breaker(&one);
        assert!(Arc::ptr_eq(&kept, &breaker(&open(""))));
        assert!(!Arc::ptr_eq(&kept, &breaker(&other)));
    }
}
