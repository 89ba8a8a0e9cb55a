//! RANDOMKEY: a key of a random master. Masters are weighted by their number of keys, so that every key has about the same chance.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, Words, replies, words};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::{is_internal, random_below};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::resp::{Reply, Value};

/// How often servers are asked again when they return internal keys only.
const MAX_DRAWS: usize = 100;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = job.connections(0..job.config.servers.len())?;
    let requests = requests(job);
    for _ in 0..MAX_DRAWS {
        let draw = Draw::from(&connections.try_round(&requests)?)?;
        if draw.key.is_some() || !draw.saw_internal_key {
            return Ok(draw.key.unwrap_or_else(Reply::nil));
        }
    }
    Ok(Reply::nil())
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    Ok(Explanation::new("all masters", false).round(&requests(job)))
}

pub(crate) fn documentation() -> Documentation {
    Documentation { overview: "", across_nodes: "all masters; one of their keys at random", atomic: Atomicity::Irrelevant }
}

fn requests(job: &Job) -> Vec<Request<'static>> {
    (0..job.config.servers.len()).map(|server| Request::read(server, commands())).collect()
}

/// What every server gets.
pub(super) fn commands() -> Vec<Words<'static>> {
    vec![words![b"DBSIZE"], words![b"RANDOMKEY"]]
}

/// A key of the only draw. Servers that returned an internal key are left out.
pub(super) fn drawn(all: &[Reply]) -> Outcome<Reply> {
    Ok(Draw::from(all)?.key.unwrap_or_else(Reply::nil))
}

/// One key of those that the servers returned.
struct Draw {
    key: Option<Reply>,
    saw_internal_key: bool,
}

impl Draw {
    fn from(all: &[Reply]) -> Outcome<Draw> {
        let mut draw = Draw { key: None, saw_internal_key: false };
        let mut total = 0;
        for reply in all {
            let mut values = replies(reply);
            let Some(Value::Integer(size)) = values.next().map(not_error).transpose()? else {
                return Err(Abort::protocol_error("the reply to DBSIZE is not a number"));
            };
            match values.next().map(not_error).transpose()? {
                Some(Value::String(key)) if is_internal(key) => draw.saw_internal_key = true,
                Some(Value::String(key)) => {
                    let weight = size.max(1) as u64;
                    total += weight;
                    if random_below(total) < weight {
                        draw.key = Some(Reply::string(key));
                    }
                }
                _ => {}
            }
        }
        Ok(draw)
    }
}
