//! What a handle owns in one process: its connections. After a fork the child finds that it is another process and begins anew.

use crate::command::ServerInfo;
use crate::config::Config;
use crate::topology::script_sources::ScriptSources;
use crate::transport::pool::Pool;
use std::sync::Arc;

pub(crate) struct Process {
    id: u32,
    pools: Vec<Pool>,
    learned: ServerInfo,
    sources: ScriptSources,
}

impl Process {
    pub(crate) fn new(config: &Arc<Config>) -> Process {
        let pools = (0..config.servers.len()).map(|server| Pool::of_master(config, server)).collect();
        Process { id: std::process::id(), pools, learned: ServerInfo::default(), sources: ScriptSources::default() }
    }

    /// Whether this is the process that the connections were made in.
    #[inline]
    pub(crate) fn is_current(&self) -> bool {
        self.id == std::process::id()
    }

    #[inline]
    pub(crate) fn pool(&self, server: usize) -> &Pool {
        &self.pools[server]
    }

    /// The commands that servers told about.
    pub(crate) fn learned(&self) -> &ServerInfo {
        &self.learned
    }

    /// The scripts that went to servers.
    pub(crate) fn sources(&self) -> &ScriptSources {
        &self.sources
    }

    /// Called in a forked child on what it inherited.
    pub(crate) fn abandon(&self) {
        self.pools.iter().for_each(Pool::abandon);
    }
}
