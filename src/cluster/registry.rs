//! The shared handles of a process, one per configuration. They are kept until the process ends, so that a PHP-FPM worker keeps its
//! connections from one request to the next.

use crate::cluster::handle::Cluster;
use crate::config::Config;
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::collections::HashMap;

type Handles = HashMap<Config, Cluster>;

/// Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static HANDLES: Lazy<ArcSwap<Handles>> = Lazy::new(ArcSwap::default);

impl Cluster {
    /// Returns a handle that shares the connections of all handles that were opened with this configuration by this function. They are kept until
    /// the process ends. With `read_your_writes` each of these handles has a memory of its own writes.
    pub fn open_shared(config: Config) -> Cluster {
        let reads_own_writes = config.read_your_writes;
        first_handle(config).with_read_your_writes(reads_own_writes)
    }
}

/// The first handle of a configuration.
fn first_handle(config: Config) -> Cluster {
    if let Some(handle) = HANDLES.load().get(&config) {
        return handle.clone();
    }
    let new = Cluster::open(config.clone());
    HANDLES.rcu(|handles| {
        let mut handles = Handles::clone(handles);
        handles.entry(config.clone()).or_insert_with(|| new.clone());
        handles
    });
    HANDLES.load().get(&config).cloned().unwrap_or(new)
}
