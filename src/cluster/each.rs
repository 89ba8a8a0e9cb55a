//! One command on every server.

use crate::cluster::merge::Gathered;
use crate::cluster::scripts;
use crate::command::{Access, CommandFlags, ReadTimeout, lookup};
use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Reply};
use crate::routing::needs_session;
use crate::topology::{Process, Replica};
use crate::transport::{NodePipeline, exchange};
use std::sync::Arc;

/// Which servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    Masters,
    Replicas,
    All,
}

/// The pipelines of a server: its own, and those of its replicas.
struct Places {
    master: Option<usize>,
    replicas: Vec<usize>,
}

pub(crate) fn each(config: &Config, process: &Process, nodes: Nodes, request: &[u8]) -> Result<Reply, Error> {
    let args = only_command(request)?;
    let flags = flags(&args)?;
    scripts::note(process, &args);
    let replicas: Vec<Arc<Vec<Arc<Replica>>>> = match nodes {
        Nodes::Masters => Vec::new(),
        _ => (0..config.servers.len()).map(|server| process.pool(server).replicas()).collect(),
    };
    let mut pipelines: Vec<Option<NodePipeline>> = Vec::new();
    let mut places: Vec<Places> = Vec::new();
    for server in 0..config.servers.len() {
        let mut place = |pool| {
            let mut pipeline = NodePipeline::new(pool, request);
            pipeline.add(Some(0..request.len()), &args, &[], flags);
            pipelines.push(Some(pipeline));
            pipelines.len() - 1
        };
        let master = (nodes != Nodes::Replicas).then(|| place(process.pool(server)));
        let replicas = replicas.get(server).into_iter().flat_map(|replicas| replicas.iter());
        places.push(Places { master, replicas: replicas.map(|replica| place(replica.pool())).collect() });
    }
    exchange(&mut pipelines.iter_mut().flatten().collect::<Vec<_>>(), config.write_timeout);
    Ok(Gathered::from(&mut pipelines)?.by_alias(&named(config, &places), args[0]))
}

/// The pipelines by the names of their nodes: each master, and behind it its replicas.
fn named(config: &Config, places: &[Places]) -> Vec<(String, usize)> {
    let mut named = Vec::new();
    for master in &config.masters {
        let Places { master: own, replicas } = &places[master.server];
        named.extend(own.map(|pipeline| (master.alias.clone(), pipeline)));
        named.extend(replicas.iter().enumerate().map(|(at, pipeline)| (Server::replica_alias(&master.alias, at + 1), *pipeline)));
    }
    named
}

pub(crate) fn only_command(request: &[u8]) -> Result<Args<'_>, Error> {
    let mut commands = Commands::new(request);
    let mut args = Args::new();
    match commands.next(&mut args)? {
        Some(whole) if whole.end == request.len() => Ok(args),
        Some(whole) => Err(Error::new(Code::Request, format!("request, byte {}: more than one command", whole.end))),
        None => Err(Error::new(Code::Request, "an empty request")),
    }
}

/// A command that the table lacks is nobody's to repeat.
fn flags(args: &[&[u8]]) -> Result<CommandFlags, Error> {
    match lookup(args) {
        Some(command) if command.session => Err(needs_session(command.name)),
        Some(command) => Ok(CommandFlags { repeatable: command.access == Access::Read, read_timeout: command.read_timeout(args) }),
        None => Ok(CommandFlags { repeatable: false, read_timeout: ReadTimeout::Configured }),
    }
}
