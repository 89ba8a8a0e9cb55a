//! The handles that a process shares, one a configuration. They stay until the process ends: that is what keeps the connections of a
//! PHP-FPM worker from one request to the next.

use crate::cluster::Cluster;
use crate::config::Config;
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::collections::HashMap;
use std::sync::Arc;

type Handles = HashMap<Config, Arc<Cluster>>;

/// Read and replaced without a lock: a lock that another thread held at a fork would never open in the child.
static HANDLES: Lazy<ArcSwap<Handles>> = Lazy::new(ArcSwap::default);

pub(crate) fn open(config: Config) -> Arc<Cluster> {
    if let Some(handle) = HANDLES.load().get(&config) {
        return handle.clone();
    }
    let fresh = Arc::new(Cluster::open(config.clone()));
    HANDLES.rcu(|handles| {
        let mut handles = Handles::clone(handles);
        handles.entry(config.clone()).or_insert_with(|| fresh.clone());
        handles
    });
    HANDLES.load().get(&config).cloned().unwrap_or(fresh)
}
