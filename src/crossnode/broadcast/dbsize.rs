//! DBSIZE: the library's internal keys are not counted.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, replies, transaction_result, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::resp::{Reply, Value};

/// Counts the keys of a server without the internal ones, in one step.
const COUNT_VISIBLE: &str = "local size = redis.call('DBSIZE') - redis.call('EXISTS', KEYS[1])
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do size = size - redis.call('EXISTS', name) end
return size";

/// Only a server that has internal keys, which is rare, counts by a script.
pub(super) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = job.connections(0..job.config.servers.len())?;
    let mut sum = 0;
    for (server, count) in counts(job, &mut connections)?.into_iter().enumerate() {
        sum += match count {
            Count::Visible(keys) => keys,
            Count::HasInternalKeys => count_visible(&mut connections, server)?,
        };
    }
    Ok(Reply::integer(sum))
}

pub(super) fn explain(job: &Job) -> Outcome<Explanation> {
    let mut connections = job.connections(0..job.config.servers.len())?;
    let mut explanation = Explanation::new("all masters", false).round(&requests(job));
    for (server, count) in counts(job, &mut connections)?.into_iter().enumerate() {
        if let Count::HasInternalKeys = count {
            explanation = explanation.round(&[visible_request(server)]);
        }
    }
    Ok(explanation)
}

enum Count {
    Visible(i64),
    HasInternalKeys,
}

fn requests(job: &Job) -> Vec<Request<'static>> {
    let count = |server| {
        let commands = vec![words![b"DBSIZE"], words![b"EXISTS", REGISTRY]];
        Request { repeatable: true, ..Request::transaction(server, commands) }
    };
    (0..job.config.servers.len()).map(count).collect()
}

fn counts(job: &Job, connections: &mut Connections) -> Outcome<Vec<Count>> {
    let count = |reply: &Reply| {
        let TransactionResult::Done(mut done) = transaction_result(reply)? else {
            return Err(Abort::protocol_error("a transaction without watched keys was aborted"));
        };
        match (done.next(), done.next()) {
            (Some(Value::Integer(size)), Some(Value::Integer(0))) => Ok(Count::Visible(size)),
            (Some(Value::Integer(_)), _) => Ok(Count::HasInternalKeys),
            _ => Err(Abort::protocol_error("the reply to DBSIZE is not a number")),
        }
    };
    connections.try_round(&requests(job))?.iter().map(count).collect()
}

fn visible_request(server: usize) -> Request<'static> {
    Request::read(server, vec![words![b"EVAL", COUNT_VISIBLE.as_bytes(), b"1", REGISTRY]])
}

fn count_visible(connections: &mut Connections, server: usize) -> Outcome<i64> {
    let reply = connections.send(visible_request(server))?;
    match not_error(replies(&reply).next().unwrap_or(Value::Nil))? {
        Value::Integer(size) => Ok(size),
        _ => Err(Abort::protocol_error("the reply of a counting script is not a number")),
    }
}
