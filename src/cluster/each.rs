//! One command on every master.

use super::gather::Gathered;
use super::scripts;
use crate::command::{Access, lookup};
use crate::config::Config;
use crate::error::{Code, Error};
use crate::lane::Lane;
use crate::lane::exchange;
use crate::node::{Patience, Process};
use crate::plan::{Traits, needs_session};
use crate::reply::Reply;
use crate::request::{Args, Commands};

pub(super) fn each(config: &Config, process: &Process, request: &[u8]) -> Result<Reply, Error> {
    let args = only_command(request)?;
    let traits = traits(&args)?;
    scripts::note(process, &args);
    let servers = 0..config.servers.len();
    let mut lanes: Vec<Option<Lane>> = servers.map(|server| Some(Lane::new(process.pool(server), request))).collect();
    for lane in lanes.iter_mut().flatten() {
        lane.add(Some(0..request.len()), &args, &[], traits);
    }
    exchange(&mut lanes.iter_mut().flatten().collect::<Vec<_>>(), config.write_timeout);
    let aliases: Vec<(&str, usize)> = config.masters.iter().map(|master| (master.alias.as_str(), master.server)).collect();
    Ok(Gathered::from(&mut lanes)?.by_alias(&aliases, args[0]))
}

pub(super) fn only_command(request: &[u8]) -> Result<Args<'_>, Error> {
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
