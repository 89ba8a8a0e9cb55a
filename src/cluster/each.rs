//! One command on every server.

use crate::cluster::merge::Merger;
use crate::cluster::request::only_command;
use crate::cluster::scripts;
use crate::command::{Access, CommandFlags, ReadTimeout, ignores_database, lookup};
use crate::config::{Config, Server};
use crate::error::Error;
use crate::resp::Reply;
use crate::routing::{CommandResolver, needs_session};
use crate::topology::{Replica, Topology};
use crate::transport::{NodePipeline, exchange};
use std::sync::Arc;

/// The servers that [`Cluster::each_on`](crate::Cluster::each_on) runs a command on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nodes {
    /// The masters.
    Masters,
    /// The known replicas of all masters.
    Replicas,
    /// The masters and their replicas.
    All,
}

/// The indexes of the pipelines for a master and its replicas.
struct ShardPipelines {
    master: Option<usize>,
    replicas: Vec<usize>,
}

pub(crate) fn each(config: &Config, topology: &Topology, nodes: Nodes, request: &[u8]) -> Result<Reply, Error> {
    let args = only_command(request)?;
    let flags = flags(&args)?;
    scripts::record_source(topology, &args);
    let replicas: Vec<Arc<Vec<Arc<Replica>>>> = match nodes {
        Nodes::Masters => Vec::new(),
        _ => (0..config.current_servers()).map(|server| topology.shard(server).replicas()).collect(),
    };
    let mut pipelines: Vec<Option<NodePipeline>> = Vec::new();
    let mut shards: Vec<ShardPipelines> = Vec::new();
    for server in 0..config.current_servers() {
        let mut add_pipeline = |source| {
            let mut pipeline = NodePipeline::new(source, request);
            pipeline.add(Some(0..request.len()), &args, &[], flags);
            pipeline.ignores_database = ignores_database(&args);
            pipelines.push(Some(pipeline));
            pipelines.len() - 1
        };
        let master = (nodes != Nodes::Replicas).then(|| add_pipeline(topology.shard(server)));
        let replicas = replicas.get(server).into_iter().flat_map(|replicas| replicas.iter());
        shards.push(ShardPipelines { master, replicas: replicas.map(|replica| add_pipeline(replica.pool())).collect() });
    }
    exchange(&mut pipelines.iter_mut().flatten().collect::<Vec<_>>());
    Ok(Merger::new(&CommandResolver::new(config, topology), &mut pipelines)?.by_alias(&by_alias(config, &shards), args[0]))
}

/// The index of the pipeline for each alias: each master, followed by its replicas.
fn by_alias(config: &Config, shards: &[ShardPipelines]) -> Vec<(String, usize)> {
    let mut aliases = Vec::new();
    for master in &config.masters {
        let ShardPipelines { master: own_pipeline, replicas } = &shards[master.server];
        aliases.extend(own_pipeline.map(|pipeline| (master.alias.clone(), pipeline)));
        aliases.extend(replicas.iter().enumerate().map(|(index, pipeline)| (Server::replica_alias(&master.alias, index + 1), *pipeline)));
    }
    aliases
}

/// A command that is not in the command table is not repeated after a failure.
fn flags(args: &[&[u8]]) -> Result<CommandFlags, Error> {
    match lookup(args) {
        Some(command) if command.session => Err(needs_session(command.name)),
        Some(command) => Ok(CommandFlags { repeatable: command.access == Access::Read, read_timeout: command.read_timeout(args) }),
        None => Ok(CommandFlags { repeatable: false, read_timeout: ReadTimeout::Configured }),
    }
}
