//! Commands without keys that are sent to every master. The replies become one, as the command's response policy says.

mod dbsize;
mod merge;

use crate::command::ResponsePolicy;
use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, Words};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::is_internal;
use crate::crossnode::support::outcome::{Outcome, not_error};
use crate::error::{Error, printable};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

pub(crate) fn run(job: &Job, policy: ResponsePolicy) -> Outcome<Reply> {
    if policy == ResponsePolicy::VisibleKeyCount {
        return dbsize::run(job);
    }
    let outcomes = send_to_all(job)?;
    if policy == ResponsePolicy::OneSucceeded {
        return merge::first_success(outcomes);
    }
    let replies = all_replies(outcomes)?;
    for reply in &replies {
        not_error(reply.root())?;
    }
    match policy {
        ResponsePolicy::AllSucceeded | ResponsePolicy::OneSucceeded | ResponsePolicy::VisibleKeyCount => Ok(merge::first(replies)),
        ResponsePolicy::AggSum => merge::aggregate(&replies, |one, other| one + other),
        ResponsePolicy::AggMin | ResponsePolicy::AggLogicalAnd => merge::aggregate(&replies, i64::min),
        ResponsePolicy::AggMax | ResponsePolicy::AggLogicalOr => merge::aggregate(&replies, i64::max),
        ResponsePolicy::Concatenate => Ok(merge::concatenate(&replies, |_| true)),
        ResponsePolicy::VisibleKeys => Ok(merge::concatenate(&replies, |key| !matches!(key, Value::String(key) if is_internal(key)))),
        ResponsePolicy::DistinctNames => Ok(merge::distinct_names(&replies)),
        ResponsePolicy::SumByName => merge::sum_by_name(&replies),
        ResponsePolicy::LabelledTexts => merge::labelled_texts(&replies, job.config.servers.iter().map(|server| server.alias.as_str())),
    }
}

pub(crate) fn explain(job: &Job, policy: ResponsePolicy) -> Outcome<Explanation> {
    if policy == ResponsePolicy::VisibleKeyCount {
        return dbsize::explain(job);
    }
    let command = job.args.iter().map(|word| printable(word)).collect::<Vec<_>>().join(" ");
    let steps = (0..job.config.servers.len()).map(|server| (server, command.clone()));
    Ok(Explanation::new("all masters", false).round_of(steps))
}

pub(crate) fn documentation(policy: ResponsePolicy) -> Documentation {
    let across_nodes = match policy {
        ResponsePolicy::AllSucceeded => "all masters; the first error, or else the first reply",
        ResponsePolicy::OneSucceeded => "all masters; the first reply that is not an error",
        ResponsePolicy::AggSum | ResponsePolicy::VisibleKeyCount => "all masters; the sum",
        ResponsePolicy::AggMin => "all masters; the minimum",
        ResponsePolicy::AggMax => "all masters; the maximum",
        ResponsePolicy::AggLogicalAnd => "all masters; 1 where all return 1",
        ResponsePolicy::AggLogicalOr => "all masters; 1 where any returns 1",
        ResponsePolicy::Concatenate | ResponsePolicy::DistinctNames | ResponsePolicy::VisibleKeys => "all masters; one list",
        ResponsePolicy::SumByName => "all masters; summed by name",
        ResponsePolicy::LabelledTexts => "all masters; one text, with a line `# node_1` before each part",
    };
    Documentation {
        overview: "**all masters**: the command is sent to every master, and the replies are merged into one.",
        across_nodes,
        atomic: Atomicity::EachNode,
    }
}

/// Sends the command to every server that is a master.
fn send_to_all(job: &Job) -> Outcome<Vec<Result<Reply, Error>>> {
    let servers = 0..job.config.servers.len();
    let mut connections = job.connections(servers.clone())?;
    let command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    let requests: Vec<Request> = servers
        .map(|server| Request {
            server,
            commands: vec![command.clone()],
            repeatable: job.command.flags.repeatable,
            read_timeout: job.command.flags.read_timeout,
        })
        .collect();
    let outcomes = connections.round(&requests);
    Ok(outcomes.into_iter().map(|outcome| outcome.map(|reply| reply.extract(1))).collect())
}

/// The replies of all servers, or the first error. The error says whether other servers carried the command out.
fn all_replies(outcomes: Vec<Result<Reply, Error>>) -> Result<Vec<Reply>, Error> {
    let succeeded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    outcomes.into_iter().collect::<Result<Vec<Reply>, Error>>().map_err(|error| match succeeded {
        0 => error,
        _ => error.with_suffix(&format!("; {succeeded} other node(s) carried it out")).maybe_executed(),
    })
}
