//! Commands whose keys are on several nodes: one module per strategy.
//!
//! Each module has `run`, which carries a command out; `explain`, which reports the requests that `run` would send; and `documentation`, its
//! part of docs/commands.md. The functions below choose the module. Which command has which strategy says [`crate::command::strategy`].

pub(crate) mod broadcast;
pub(crate) mod colocate;
#[cfg(test)]
mod docs;
pub(crate) mod gather;
pub(crate) mod in_transaction;
pub(crate) mod migrate;
pub(crate) mod msetnx;
pub(crate) mod one_node;
pub(crate) mod pop;
pub(crate) mod random_key;
pub(crate) mod recover;
mod resp3;
pub(crate) mod scan;
pub(crate) mod sort;
pub(crate) mod split;
pub(crate) mod support;
pub(crate) mod transfer;
pub(crate) mod xread;

use crate::command::Strategy;
use crate::config::{Config, Protocol};
pub(crate) use crate::crossnode::recover::{recover, recover_to};
use crate::crossnode::support::documentation::Documentation;
pub(crate) use crate::crossnode::support::explanation::Explanation;
pub(crate) use crate::crossnode::support::internal_keys::{is_internal, is_sort_copy};
pub(crate) use crate::crossnode::support::job::Job;
use crate::crossnode::support::missing_command::with_releases;
use crate::crossnode::support::outcome::{Abort, Outcome};
pub(crate) use crate::crossnode::support::visibility::Visibility;
pub(crate) use crate::crossnode::support::wait_limit::WaitLimit;
use crate::error::Error;
use crate::resp::{Reply, Value};
use crate::routing::CrossNodeCommand;
use crate::topology::Topology;
use crate::transport::{is_rejected_by_replica, origin_of_command};

/// Calls a function of the module of a strategy, with the strategy's parameter as the last argument.
macro_rules! call {
    ($strategy:expr, $function:ident($($argument:expr)?)) => {
        match $strategy {
            Strategy::Split(kind) => split::$function($($argument,)? kind),
            Strategy::Broadcast(policy) => broadcast::$function($($argument,)? policy),
            Strategy::Scan => scan::$function($($argument)?),
            Strategy::RandomKey => random_key::$function($($argument)?),
            Strategy::Gather(kind) => gather::$function($($argument,)? kind),
            Strategy::Colocate(destination) => colocate::$function($($argument,)? destination),
            Strategy::Sort => sort::$function($($argument)?),
            Strategy::Transfer(kind) => transfer::$function($($argument,)? kind),
            Strategy::Pop(kind) => pop::$function($($argument,)? kind),
            Strategy::XRead => xread::$function($($argument)?),
            Strategy::MsetNx => msetnx::$function($($argument)?),
            Strategy::Migrate => migrate::$function($($argument)?),
            strategy @ (Strategy::Refuse | Strategy::Script | Strategy::AnyMaster | Strategy::Each) => {
                one_node::$function($($argument,)? strategy)
            }
        }
    };
}

/// Carries a command out. A server's error is returned as an error reply.
pub(crate) fn run<'a>(config: &Config, topology: &Topology, args: &[&'a [u8]], command: &CrossNodeCommand<'a>) -> Result<Reply, Error> {
    run_within(config, topology, args, command, None)
}

/// [`run`] with a limit for the wait of a blocking command.
pub(crate) fn run_within<'a>(
    config: &Config,
    topology: &Topology,
    args: &[&'a [u8]],
    command: &CrossNodeCommand<'a>,
    limit: Option<&WaitLimit>,
) -> Result<Reply, Error> {
    let job = Job { config, topology: topology.over_resp2(), args, command, limit };
    let outcome = match call!(command.strategy, run(&job)) {
        outcome if was_rejected_by_replica(&outcome) && leaves_nothing_if_rejected(command.strategy) => {
            job.servers().for_each(|server| job.topology.shard(server).doubt_master());
            call!(command.strategy, run(&job))
        }
        outcome => outcome,
    };
    let reply = outcome.or_else(|abort| with_releases(&job, abort).into_reply())?;
    let reply = if let Value::Error(_) = reply.root() { reply.with_origin(0, origin_of_command(args[0])) } else { reply };
    let options = &args[command.keys.last().map_or(1, |key| key.position() + 1)..];
    Ok(if config.protocol == Protocol::Resp3 { resp3::typed(command.strategy, options, reply) } else { reply })
}

/// Whether a server has become a replica, and therefore rejected a write.
fn was_rejected_by_replica(outcome: &Outcome<Reply>) -> bool {
    match outcome {
        Ok(reply) => matches!(reply.root(), Value::Error(text) if is_rejected_by_replica(text)),
        Err(Abort::Refusal(text)) => is_rejected_by_replica(text),
        Err(Abort::Error(_)) => false,
    }
}

/// Whether nothing remains of a command whose reply is the error of a server, so that it can run again. If something does, the strategy reports that
/// as an error of the call. The others send each server its part, which is sent again by itself, or do not write.
fn leaves_nothing_if_rejected(strategy: Strategy) -> bool {
    use Strategy::{Colocate, Gather, MsetNx, Pop, Sort, Transfer};
    matches!(strategy, Gather(_) | Colocate(_) | Sort | Transfer(_) | Pop(_) | MsetNx)
}

/// Reports what [`run`] would do. Where that depends on the data, servers are asked; nothing is changed. An inner error is the text with
/// which a server would reject the command.
pub(crate) fn explain<'a>(
    config: &Config,
    topology: &Topology,
    args: &[&'a [u8]],
    command: &CrossNodeCommand<'a>,
) -> Result<Result<Explanation, String>, Error> {
    let job = Job { config, topology: topology.over_resp2(), args, command, limit: None };
    match call!(command.strategy, explain(&job)).map_err(|abort| with_releases(&job, abort)) {
        Ok(explanation) => Ok(Ok(explanation)),
        Err(Abort::Refusal(text)) => Ok(Err(String::from_utf8_lossy(&text).into_owned())),
        Err(Abort::Error(error)) => Err(error),
    }
}

/// What docs/commands.md says of a strategy.
#[cfg_attr(not(test), allow(dead_code, reason = "called by the test that writes docs/commands.md"))]
fn documentation(strategy: Strategy) -> Documentation {
    call!(strategy, documentation())
}
