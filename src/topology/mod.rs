//! The servers of one handle in one process: masters, their replicas and roles, and what has been learned from them.

mod distance;
mod failover;
mod freshness;
mod key_listener;
mod masters;
mod read_choice;
mod release;
mod replicas;
mod role;
mod role_check;
mod script_sources;
mod sentinels;
mod sessions;
mod shard;

use crate::command::ServerInfo;
use crate::config::{Config, Protocol};
pub(crate) use crate::topology::key_listener::{Change, INVALIDATIONS, Messages};
pub(crate) use crate::topology::read_choice::{OwnWrites, ReadChoice, Reads};
pub(crate) use crate::topology::release::release;
pub(crate) use crate::topology::replicas::Replica;
pub(crate) use crate::topology::script_sources::ScriptSources;
use crate::topology::sentinels::Sentinels;
pub(crate) use crate::topology::sessions::{Controlled, RegisteredSession};
pub(crate) use crate::topology::shard::Shard;
use std::sync::Arc;

/// It belongs to the process that made it; after a fork the child makes another one.
pub(crate) struct Topology {
    process: u32,
    /// One for each server in `config.servers`, in the same order.
    shards: Vec<Shard>,
    sentinels: Option<Arc<Sentinels>>,
    learned_commands: ServerInfo,
    script_sources: Arc<ScriptSources>,
    /// The same servers over RESP2, if the configuration asks for RESP3.
    resp2: Option<Box<Topology>>,
}

impl Topology {
    /// Connects to nothing yet.
    pub(crate) fn new(config: &Arc<Config>) -> Topology {
        let sentinels = Sentinels::new(config);
        let shards = (0..config.servers.len()).map(|server| Shard::new(config, server, sentinels.as_ref())).collect();
        let with_resp2 = || Box::new(Topology::new(&Arc::new(config.with_protocol(Protocol::Resp2))));
        Topology {
            process: std::process::id(),
            shards,
            sentinels,
            learned_commands: ServerInfo::default(),
            script_sources: ScriptSources::of_servers(config),
            resp2: (config.protocol == Protocol::Resp3).then(with_resp2),
        }
    }

    /// Whether the calling process made it.
    #[inline]
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }

    /// The server at that index in `config.servers`, with its replicas.
    #[inline]
    pub(crate) fn shard(&self, server: usize) -> &Shard {
        &self.shards[server]
    }

    /// The servers over RESP2, with connections of their own if the handle has RESP3: for commands whose replies are read in the library, which
    /// knows one form of each.
    pub(crate) fn over_resp2(&self) -> &Topology {
        self.resp2.as_deref().unwrap_or(self)
    }

    /// The commands that a server has described.
    pub(crate) fn learned_commands(&self) -> &ServerInfo {
        &self.learned_commands
    }

    /// The scripts that were sent to these servers through any handle of this process.
    pub(crate) fn script_sources(&self) -> &ScriptSources {
        &self.script_sources
    }

    /// Closes a forked child's copies of its parent's idle connections.
    pub(crate) fn abandon(&self) {
        self.shards.iter().for_each(Shard::abandon);
        self.sentinels.iter().for_each(|sentinels| sentinels.abandon());
        self.resp2.iter().for_each(|topology| topology.abandon());
    }
}
