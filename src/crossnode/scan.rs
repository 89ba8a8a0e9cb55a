//! SCAN: one cursor over all masters.
//!
//! A cursor is the cursor of one server, multiplied by the number of servers, plus the number of that server. It holds the whole state, so any
//! process can continue with it.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, Words, replies};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::is_internal;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::{Code, Error};
use crate::resp::{Builder, Kind, Reply, Value};
use std::borrow::Cow;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let servers = job.config.servers.len() as u64;
    let request = request(job)?;
    let server = request.server;
    let reply = job.connections([server])?.send(request)?;
    let Some(Value::Array(mut page)) = replies(&reply).next().map(not_error).transpose()? else {
        return Err(Abort::protocol_error("the reply to SCAN is not an array"));
    };
    let (Some(Value::String(next)), Some(Value::Array(keys))) = (page.next(), page.next()) else {
        return Err(Abort::protocol_error("the reply to SCAN is not a cursor and keys"));
    };
    let next = std::str::from_utf8(next).ok().and_then(|text| text.parse::<u64>().ok());
    let next = next
        .and_then(|next| next_cursor(next, server as u64, servers))
        .ok_or_else(|| Error::new(Code::Protocol, format!("SCAN: the cursor of {} is too large", job.config.servers[server].alias)))?;
    Ok(page_of(next, keys.filter(|key| !matches!(key, Value::String(key) if is_internal(key)))))
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    Ok(Explanation::new("one after the other", false).round(&[request(job)?]))
}

pub(crate) fn documentation() -> Documentation {
    Documentation { overview: "", across_nodes: "one cursor over all masters", atomic: Atomicity::Irrelevant }
}

/// The command with the cursor of its server.
fn request<'a>(job: &Job<'_, 'a>) -> Outcome<Request<'a>> {
    let servers = job.config.servers.len() as u64;
    let cursor = std::str::from_utf8(job.args[1]).ok().and_then(|text| text.parse::<u64>().ok());
    let cursor = cursor.ok_or_else(|| Abort::refusal("ERR invalid cursor"))?;
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from((cursor / servers).to_string().into_bytes());
    Ok(Request::read((cursor % servers) as usize, vec![command]))
}

/// The cursor of the next call: on the same server, on the next one, or 0 at the end. `None`: it does not fit in 64 bits.
fn next_cursor(cursor: u64, server: u64, servers: u64) -> Option<u64> {
    match cursor {
        0 if server + 1 == servers => Some(0),
        0 => Some(server + 1),
        cursor => cursor.checked_mul(servers)?.checked_add(server),
    }
}

fn page_of<'r>(cursor: u64, keys: impl Iterator<Item = Value<'r>> + Clone) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 2);
    builder.string(cursor.to_string().as_bytes());
    let list = builder.begin(Kind::Array, keys.clone().count());
    keys.for_each(|key| builder.value(&key));
    builder.end(list);
    builder.end(root);
    builder.finish()
}
