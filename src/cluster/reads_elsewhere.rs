//! Pipelines that only read, and that one server of a node could not run: the other servers of the node get them.

use crate::cluster::replica_read::{may_read_elsewhere, without_master};
use crate::routing::CommandResolver;
use crate::topology::Replica;
use crate::transport::{NodePipeline, exchange};

/// How many replicas of a node a call asks. A replica that recovers meanwhile could be asked again and again.
const MAX_REPLICAS: usize = 16;

/// The servers of a node that have been asked.
struct Asked<'p> {
    /// The replica that was asked last.
    replica: Option<&'p Replica>,
    replicas: usize,
    master: bool,
    /// No server is left.
    is_over: bool,
}

/// Sends each pipeline that its server could not run, by server, to the next replica of the node, and at last to the master, if that was not first.
pub(crate) fn retry<'p>(resolver: &'p CommandResolver<'p>, pipelines: &mut [Option<NodePipeline<'p, '_>>]) {
    if pipelines.iter().flatten().any(|pipeline| may_move(resolver, pipeline)) {
        retry_until_served(resolver, pipelines);
    }
}

/// Whether another server of the node may be able to run a pipeline.
fn may_move(resolver: &CommandResolver, pipeline: &NodePipeline) -> bool {
    match pipeline.is_on_replica() {
        true => pipeline.replica_failed(),
        false => pipeline.failure().is_some_and(may_read_elsewhere) && resolver.reads().may_choose_master() && pipeline.only_reads(),
    }
}

#[cold]
fn retry_until_served<'p>(resolver: &'p CommandResolver<'p>, pipelines: &mut [Option<NodePipeline<'p, '_>>]) {
    let first = |(server, pipeline): (usize, &Option<NodePipeline>)| {
        let is_on_replica = pipeline.as_ref().is_some_and(NodePipeline::is_on_replica);
        let replica = if is_on_replica { resolver.replica_of(server) } else { None };
        Asked { replica, replicas: 1, master: !is_on_replica, is_over: false }
    };
    let mut asked: Vec<Asked> = pipelines.iter().enumerate().map(first).collect();
    loop {
        // A caller that waits for a connection must not hold another one.
        pipelines.iter_mut().flatten().for_each(NodePipeline::release_connection);
        let mut retried: Vec<&mut NodePipeline> = Vec::new();
        for (server, (pipeline, asked)) in pipelines.iter_mut().zip(&mut asked).enumerate() {
            if let Some(pipeline) = pipeline.as_mut().filter(|pipeline| !asked.is_over && may_move(resolver, pipeline)) {
                move_to_next(resolver, server, pipeline, asked);
                if !asked.is_over {
                    retried.push(pipeline);
                }
            }
        }
        if retried.is_empty() {
            return;
        }
        exchange(&mut retried);
    }
}

/// Resets a pipeline, to be sent to the next server of the node. If none is left it stays as it is.
fn move_to_next<'p>(resolver: &'p CommandResolver<'p>, server: usize, pipeline: &mut NodePipeline<'p, '_>, asked: &mut Asked<'p>) {
    let (shard, choice) = (resolver.topology().shard(server), resolver.reads().choice(server));
    // A replica works if all connections to it are in use, but the read does not try to find a free one elsewhere.
    let is_exhausted = pipeline.found_pool_exhausted();
    if let Some(replica) = asked.replica.take().filter(|_| !is_exhausted) {
        shard.replica_failed(replica);
    }
    if !is_exhausted && asked.replicas < MAX_REPLICAS {
        let choice = if asked.master { without_master(choice) } else { choice };
        asked.replica = resolver.nth_replica_of(server, asked.replicas, choice);
        asked.replicas += 1;
    }
    match asked.replica {
        Some(replica) => pipeline.restart_on_replica(replica.pool()),
        None if !asked.master => {
            asked.master = true;
            pipeline.restart_on_master(shard);
        }
        None => asked.is_over = true,
    }
}
