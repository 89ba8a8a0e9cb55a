//! One command on every server.

use crate::cluster::merge::Gathered;
use crate::cluster::scripts;
use crate::command::{Access, lookup};
use crate::config::{Config, Server};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Reply};
use crate::routing::{Traits, needs_session};
use crate::topology::{Process, Replica};
use crate::transport::{Lane, Patience, exchange};
use std::sync::Arc;

/// Which servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    Masters,
    Replicas,
    All,
}

/// The lanes of a server: its own, and those of its replicas.
struct Places {
    master: Option<usize>,
    replicas: Vec<usize>,
}

pub(crate) fn each(config: &Config, process: &Process, nodes: Nodes, request: &[u8]) -> Result<Reply, Error> {
    let args = only_command(request)?;
    let traits = traits(&args)?;
    scripts::note(process, &args);
    let replicas: Vec<Arc<Vec<Arc<Replica>>>> = match nodes {
        Nodes::Masters => Vec::new(),
        _ => (0..config.servers.len()).map(|server| process.pool(server).replicas()).collect(),
    };
    let mut lanes: Vec<Option<Lane>> = Vec::new();
    let mut places: Vec<Places> = Vec::new();
    for server in 0..config.servers.len() {
        let mut place = |pool| {
            let mut lane = Lane::new(pool, request);
            lane.add(Some(0..request.len()), &args, &[], traits);
            lanes.push(Some(lane));
            lanes.len() - 1
        };
        let master = (nodes != Nodes::Replicas).then(|| place(process.pool(server)));
        let replicas = replicas.get(server).into_iter().flat_map(|replicas| replicas.iter());
        places.push(Places { master, replicas: replicas.map(|replica| place(replica.pool())).collect() });
    }
    exchange(&mut lanes.iter_mut().flatten().collect::<Vec<_>>(), config.write_timeout);
    Ok(Gathered::from(&mut lanes)?.by_alias(&named(config, &places), args[0]))
}

/// The lanes by the names of their nodes: each master, and behind it its replicas.
fn named(config: &Config, places: &[Places]) -> Vec<(String, usize)> {
    let mut named = Vec::new();
    for master in &config.masters {
        let Places { master: own, replicas } = &places[master.server];
        named.extend(own.map(|lane| (master.alias.clone(), lane)));
        named.extend(replicas.iter().enumerate().map(|(at, lane)| (Server::replica_alias(&master.alias, at + 1), *lane)));
    }
    named
}

pub(crate) fn only_command(request: &[u8]) -> Result<Args<'_>, Error> {
    let mut commands = Commands::of(request);
    let mut args = Args::new();
    match commands.next(&mut args)? {
        Some(whole) if whole.end == request.len() => Ok(args),
        Some(whole) => Err(Error::new(Code::Request, format!("request, byte {}: more than one command", whole.end))),
        None => Err(Error::new(Code::Request, "an empty request")),
    }
}

/// A command that the table lacks is nobody's to repeat.
fn traits(args: &[&[u8]]) -> Result<Traits, Error> {
    match lookup(args) {
        Some(command) if command.session => Err(needs_session(command.name)),
        Some(command) => Ok(Traits { repeatable: command.access == Access::Read, patience: command.patience(args) }),
        None => Ok(Traits { repeatable: false, patience: Patience::Usual }),
    }
}
