//! DBSIZE: the library's internal keys are not counted.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, replies, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::resp::{Reply, Value};

/// Tells whether a server has internal keys, which is rare.
pub(super) const PRECEDING_COMMAND: [&[u8]; 2] = [b"EXISTS", REGISTRY];

/// Counts all keys of a server, and the internal ones, in one step.
const COUNT_INTERNAL: &str = "local internal = redis.call('EXISTS', KEYS[1])
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do internal = internal + redis.call('EXISTS', name) end
return {redis.call('DBSIZE'), internal}";

/// Adds the numbers of keys. Where a server has internal keys, a script counts them. In a pipeline the commands after DBSIZE have been executed
/// then, so the number of all keys is that of before.
pub(super) fn merge(job: &Job, all: Vec<Reply>, is_only_command: bool) -> Outcome<Reply> {
    let counts = all.iter().map(Count::from_reply).collect::<Outcome<Vec<Count>>>()?;
    let requests: Vec<Request> = script_requests(&counts).collect();
    if requests.is_empty() {
        return Ok(Reply::integer(counts.iter().map(|count| count.keys).sum()));
    }
    let scripts = job.connections(requests.iter().map(|request| request.server))?.try_round(&requests)?;
    let mut sum: i64 = counts.iter().map(|count| count.keys).sum();
    for (request, reply) in requests.iter().zip(&scripts) {
        let (now, internal) = counted_by_script(reply)?;
        let before = counts[request.server].keys;
        sum += (if is_only_command { now } else { before } - internal).max(0) - before;
    }
    Ok(Reply::integer(sum))
}

/// `requests` are those of the first round.
pub(super) fn explain(job: &Job, requests: &[Request]) -> Outcome<Explanation> {
    let all = job.connections(0..job.config.servers.len())?.try_round(requests)?;
    let counts = all.iter().map(Count::from_reply).collect::<Outcome<Vec<Count>>>()?;
    Ok(Explanation::new("all masters", false).round(requests).round(&script_requests(&counts).collect::<Vec<_>>()))
}

struct Count {
    /// With the internal ones.
    keys: i64,
    has_internal_keys: bool,
}

impl Count {
    fn from_reply(reply: &Reply) -> Outcome<Count> {
        let number = |value| match not_error(value)? {
            Value::Integer(number) => Ok(number),
            _ => Err(Abort::protocol_error("the reply to DBSIZE is not a number")),
        };
        match replies(reply).map(number).collect::<Outcome<Vec<i64>>>()?[..] {
            [internal, keys] => Ok(Count { keys, has_internal_keys: internal > 0 }),
            // An earlier command has asked for internal keys, and there may be some.
            [keys] => Ok(Count { keys, has_internal_keys: true }),
            _ => Err(Abort::protocol_error("the number of replies to DBSIZE is wrong")),
        }
    }
}

fn script_requests(counts: &[Count]) -> impl Iterator<Item = Request<'static>> {
    let script = |server| Request::read(server, vec![words![b"EVAL", COUNT_INTERNAL.as_bytes(), b"1", REGISTRY]]);
    counts.iter().enumerate().filter(|(_, count)| count.has_internal_keys).map(move |(server, _)| script(server))
}

fn counted_by_script(reply: &Reply) -> Outcome<(i64, i64)> {
    if let Some(Value::Array(mut numbers)) = replies(reply).next().map(not_error).transpose()?
        && let (Some(Value::Integer(keys)), Some(Value::Integer(internal))) = (numbers.next(), numbers.next())
    {
        return Ok((keys, internal));
    }
    Err(Abort::protocol_error("the reply of a counting script is not two numbers"))
}
