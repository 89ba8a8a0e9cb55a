//! The shared handles of a process, one per configuration. They are kept until the process ends, so that a PHP-FPM worker keeps its
//! connections from one request to the next.

use crate::cluster::handle::Cluster;
use crate::config::Config;
use arc_swap::ArcSwap;
use once_cell::sync::Lazy;
use std::collections::HashMap;
use std::sync::Arc;

type Handles = HashMap<Config, Arc<Cluster>>;

/// Read and replaced without a lock: a lock that another thread holds at a fork would never be released in the child.
static HANDLES: Lazy<ArcSwap<Handles>> = Lazy::new(ArcSwap::default);

impl Cluster {
    /// Returns the handle for this configuration that all callers in the process share. The first call opens it; it is kept until the process
    /// ends.
    pub fn open_shared(config: Config) -> Arc<Cluster> {
        if let Some(handle) = HANDLES.load().get(&config) {
            return handle.clone();
        }
        let new = Arc::new(Cluster::open(config.clone()));
        HANDLES.rcu(|handles| {
            let mut handles = Handles::clone(handles);
            handles.entry(config.clone()).or_insert_with(|| new.clone());
            handles
        });
        HANDLES.load().get(&config).cloned().unwrap_or(new)
    }
}
