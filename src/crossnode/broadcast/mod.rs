//! Commands without keys that are sent to every master. The replies become one, as the command's response policy says.

pub(crate) mod client_ids;
mod dbsize;
mod info;
mod latency;
mod logs;
mod merge;
pub(crate) mod replica_wait;
mod script_exists;
pub(crate) mod sessions;
mod status;

use crate::command::{ResponsePolicy, ignores_database, lookup};
use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, Words};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::is_internal;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::partial_write::{PartOutcome, partial_write};
use crate::error::{Error, printable};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// Runs a command that is not part of a pipeline; in a pipeline, `cluster` sends it.
pub(crate) fn run(job: &Job, policy: ResponsePolicy) -> Outcome<Reply> {
    if policy == ResponsePolicy::UnblockedClients && sessions::unblock_session(job.config, job.args) {
        return Ok(Reply::integer(1));
    }
    let requests = requests(job, policy);
    // Given back before the replies are merged, which may take connections of its own.
    let outcomes = match ignores_database(job.args) {
        true => Connections::in_any_database(job.topology, job.args[0]).round(&requests),
        false => job.connections(requests.iter().map(|request| request.server))?.round(&requests),
    };
    let reply = merge(job, policy, outcomes, true)?;
    Ok(with_sessions(job, policy, reply)?)
}

/// Applies a command about clients, to which servers gave this reply, to the sessions of this process.
pub(crate) fn with_sessions(job: &Job, policy: ResponsePolicy, reply: Reply) -> Result<Reply, Error> {
    match (policy, reply.root()) {
        (ResponsePolicy::UnblockedClients, Value::Integer(0)) if sessions::unblock_session(job.config, job.args) => Ok(Reply::integer(1)),
        (ResponsePolicy::KilledClients, Value::Integer(_) | Value::Status(_)) => {
            sessions::close_killed(job.config, job.args, None, |server, words| {
                let list = Request::read(server, vec![words.iter().map(|&word| Cow::from(word)).collect()]);
                Ok(job.connections([server])?.send(list)?.extract(1))
            })?;
            Ok(reply)
        }
        _ => Ok(reply),
    }
}

/// Whether commands with this policy also concern the sessions of this process, so that they are not part of a pipeline.
pub(crate) fn concerns_sessions(policy: ResponsePolicy) -> bool {
    matches!(policy, ResponsePolicy::KilledClients | ResponsePolicy::UnblockedClients)
}

/// What every master gets before the command itself. In a pipeline, that of one DBSIZE is enough for several in a row; their replies are merged
/// without it.
pub(crate) fn preceding_commands(policy: ResponsePolicy) -> &'static [&'static [&'static [u8]]] {
    match policy {
        ResponsePolicy::VisibleKeyCount => &[&dbsize::PRECEDING_COMMAND],
        ResponsePolicy::ReplicaCount => &replica_wait::PRECEDING_COMMANDS,
        _ => &[],
    }
}

/// What a server gets in place of a command that names clients by their ids; `None`: nothing, it is about clients of other servers.
pub(crate) fn with_client_ids<'a>(args: &[&'a [u8]], server: usize, servers: usize) -> Option<Words<'a>> {
    client_ids::for_server(args, server, servers)
}

/// Whether [`with_client_ids`] applies to commands with this policy.
pub(crate) fn has_client_ids(policy: ResponsePolicy) -> bool {
    matches!(policy, ResponsePolicy::ClientList | ResponsePolicy::KilledClients | ResponsePolicy::UnblockedClients)
}

/// Makes one reply of the outcomes of all masters. The reply of a master is an array with the replies to the commands that it got. With
/// `is_only_command` no other command of the caller has been sent.
pub(crate) fn merge(job: &Job, policy: ResponsePolicy, outcomes: Vec<Result<Reply, Error>>, is_only_command: bool) -> Result<Reply, Error> {
    merged(job, policy, outcomes, is_only_command).or_else(Abort::into_reply)
}

fn merged(job: &Job, policy: ResponsePolicy, outcomes: Vec<Result<Reply, Error>>, is_only_command: bool) -> Outcome<Reply> {
    if policy == ResponsePolicy::VisibleKeyCount {
        return dbsize::merge(job, outcomes.into_iter().collect::<Result<_, _>>()?, is_only_command);
    }
    if policy == ResponsePolicy::ReplicaCount {
        return replica_wait::merge(&outcomes.into_iter().collect::<Result<Vec<Reply>, _>>()?);
    }
    let outcomes: Vec<Result<Reply, Error>> = outcomes.into_iter().map(|outcome| outcome.map(|replies| replies.extract(1))).collect();
    match policy {
        ResponsePolicy::OneSucceeded => return merge::first_success(outcomes),
        // The old form names a client by its address.
        ResponsePolicy::KilledClients if job.args.len() == 3 => return merge::first_success(outcomes),
        ResponsePolicy::LabelledTexts => return merge::labelled_texts(outcomes, aliases(job)),
        _ => {}
    }
    if changes_servers(policy)
        && !job.command.flags.repeatable
        && let Some(error) = partly_executed(job, policy, &outcomes)
    {
        return Err(error.into());
    }
    let replies = outcomes.into_iter().collect::<Result<Vec<Reply>, Error>>()?;
    for reply in &replies {
        not_error(reply.root())?;
    }
    match policy {
        ResponsePolicy::AllSucceeded | ResponsePolicy::OneSucceeded | ResponsePolicy::VisibleKeyCount | ResponsePolicy::LabelledTexts => {
            Ok(merge::first(replies))
        }
        ResponsePolicy::AggSum | ResponsePolicy::KilledClients | ResponsePolicy::UnblockedClients => {
            merge::aggregate(&replies, |one, other| one + other)
        }
        ResponsePolicy::AggMin | ResponsePolicy::ReplicaCount => merge::aggregate(&replies, i64::min),
        // SCRIPT EXISTS is the only command with this policy.
        ResponsePolicy::AggLogicalAnd => script_exists::merge(job, &replies),
        ResponsePolicy::AggMax | ResponsePolicy::AggLogicalOr => merge::aggregate(&replies, i64::max),
        ResponsePolicy::Concatenate => Ok(merge::concatenate(&replies, |_| true)),
        ResponsePolicy::VisibleKeys => Ok(merge::concatenate(&replies, |key| !matches!(key, Value::String(key) if is_internal(key)))),
        ResponsePolicy::DistinctNames => Ok(merge::distinct_names(&replies)),
        ResponsePolicy::SumByName => merge::sum_by_name(&replies),
        ResponsePolicy::Info => info::merge(&replies),
        ResponsePolicy::ClientList => status::client_list(&replies, receivers(job, policy), job.config),
        ResponsePolicy::NewestFirst => Ok(logs::newest_first(replies, job.args)),
        ResponsePolicy::AclLog => Ok(logs::acl_log(replies, job.args)),
        ResponsePolicy::LatencyLatest => latency::latest(&replies),
        ResponsePolicy::LatencyHistory => latency::history(&replies),
        ResponsePolicy::LatencyHistogram => latency::histogram(&replies),
        ResponsePolicy::FunctionStats => Ok(status::function_stats(replies)),
        ResponsePolicy::MemoryStats => status::memory_stats(&replies),
        ResponsePolicy::Role => Ok(status::role(replies)),
    }
}

fn aliases<'j>(job: &'j Job) -> impl Iterator<Item = &'j str> {
    job.config.servers.iter().map(|server| server.alias.as_str())
}

pub(crate) fn explain(job: &Job, policy: ResponsePolicy) -> Outcome<Explanation> {
    if policy == ResponsePolicy::VisibleKeyCount {
        return dbsize::explain(job, &requests(job, policy));
    }
    if policy == ResponsePolicy::ReplicaCount {
        return Ok(Explanation::new("all masters", false).round(&requests(job, policy)));
    }
    let text = |command: &Words| command.iter().map(|word| printable(word)).collect::<Vec<_>>().join(" ");
    let steps = requests(job, policy).into_iter().map(|request| (request.server, text(&request.commands[0])));
    Ok(Explanation::new("all masters", false).round_of(steps))
}

pub(crate) fn documentation(policy: ResponsePolicy) -> Documentation {
    let across_nodes = match policy {
        ResponsePolicy::AllSucceeded => "all masters; the first reply, or an error that names the masters that executed it",
        ResponsePolicy::OneSucceeded => "all masters; the first reply that is not an error",
        ResponsePolicy::AggSum | ResponsePolicy::VisibleKeyCount => "all masters; the sum",
        ResponsePolicy::AggMin | ResponsePolicy::ReplicaCount => "all masters; the minimum",
        ResponsePolicy::AggMax => "all masters; the maximum",
        ResponsePolicy::AggLogicalAnd => {
            "all masters; 1 where all return 1, or where one does and the library can load the script on the others"
        }
        ResponsePolicy::AggLogicalOr => "all masters; 1 where any returns 1",
        ResponsePolicy::Concatenate | ResponsePolicy::DistinctNames | ResponsePolicy::VisibleKeys => "all masters; one list",
        ResponsePolicy::SumByName => "all masters; summed by name",
        ResponsePolicy::LabelledTexts => "all masters; one text, with a line `# node_1` before each part",
        ResponsePolicy::Info => "all masters; one text in the form of one server's, see [INFO](commands-across-nodes.md#info)",
        ResponsePolicy::ClientList => "all masters; one list, each line with the field `node=node_1`",
        ResponsePolicy::NewestFirst | ResponsePolicy::AclLog => "all masters; the newest entries of all, newest first",
        ResponsePolicy::LatencyLatest => "all masters; for each event the last sample and the highest latency",
        ResponsePolicy::LatencyHistory => "all masters; one list by time, of each second the highest latency",
        ResponsePolicy::LatencyHistogram => "all masters; the calls are added",
        ResponsePolicy::FunctionStats => "all masters; the reply of the first one that runs a function",
        ResponsePolicy::MemoryStats => "all masters; integers are added, ratios and percentages are the highest",
        ResponsePolicy::Role => "all masters; one list of replicas, the highest offset",
        ResponsePolicy::KilledClients => {
            "all masters, or the one of the id; the sum; with an address only, the first reply that is not an error"
        }
        ResponsePolicy::UnblockedClients => "the master of the id",
    };
    Documentation {
        overview: "**all masters**: the command is sent to every master, and the replies are merged into one.",
        across_nodes,
        atomic: Atomicity::EachNode,
    }
}

/// The commands for every server that is a master.
fn requests<'a>(job: &Job<'_, 'a>, policy: ResponsePolicy) -> Vec<Request<'a>> {
    let servers = job.config.servers.len();
    let flags = job.command.flags;
    let commands = |server| -> Option<Vec<Words>> {
        let own = match has_client_ids(policy) {
            true => with_client_ids(job.args, server, servers)?,
            false => job.args.iter().map(|&word| Cow::from(word)).collect(),
        };
        let preceding = preceding_commands(policy).iter().map(|words| words.iter().map(|&word| Cow::from(word)).collect());
        Some(preceding.chain([own]).collect())
    };
    let request =
        |server| Some(Request { server, commands: commands(server)?, repeatable: flags.repeatable, read_timeout: flags.read_timeout });
    (0..servers).filter_map(request).collect()
}

/// Whether commands with this policy change something on the servers, rather than report it.
fn changes_servers(policy: ResponsePolicy) -> bool {
    matches!(
        policy,
        ResponsePolicy::AllSucceeded | ResponsePolicy::AggSum | ResponsePolicy::KilledClients | ResponsePolicy::UnblockedClients
    )
}

/// The servers that get the command.
fn receivers<'j>(job: &'j Job, policy: ResponsePolicy) -> impl Iterator<Item = usize> + 'j {
    let servers = job.config.servers.len();
    (0..servers).filter(move |&server| !has_client_ids(policy) || with_client_ids(job.args, server, servers).is_some())
}

/// The error of a command that some servers have executed and others have not.
fn partly_executed(job: &Job, policy: ResponsePolicy, outcomes: &[Result<Reply, Error>]) -> Option<Error> {
    fn part(outcome: &Result<Reply, Error>) -> PartOutcome<'_> {
        match outcome {
            Ok(reply) => PartOutcome::of(Some(reply.root())),
            Err(error) => PartOutcome::Failed(error),
        }
    }
    let aliases = receivers(job, policy).map(|server| job.config.servers[server].alias.as_str());
    let parts: Vec<(&str, PartOutcome)> = aliases.zip(outcomes.iter().map(part)).collect();
    let name = lookup(job.args).map_or_else(|| job.name(), |command| command.name.replace('|', " ").to_uppercase());
    partial_write(&name, &parts)
}
