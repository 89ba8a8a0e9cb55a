//! Finds out the outcome of an MSETNX, and carries it out. The call does this, and [`crate::crossnode::recover`].
//!
//! The outcome is a fact that the servers know: the command is *complete* if every node has stored its part, and *impossible* once one of them can
//! no longer do so. docs/commands-across-nodes.md has the proof, tests/models checks it.

use crate::crossnode::msetnx::intent::{Intent, RecordState, digest};
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, Words, replies, transaction_result, words};
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::Error;
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// How often it starts again when other clients change the keys.
pub(super) const MAX_ATTEMPTS: usize = 16;

/// The keys of a server, each with the digest of the value that the command stores.
pub(crate) struct ServerKeys<'k> {
    pub server: usize,
    pub keys: Vec<(&'k [u8], Vec<u8>)>,
}

/// Whether a server's record exists, and what it says.
pub(crate) fn record_state(connections: &mut Connections, server: usize, field: &[u8]) -> Outcome<Option<RecordState>> {
    let reply = connections.send(Request::read(server, vec![words![b"HGET", REGISTRY, field]]))?;
    decoded_state(replies(&reply).next().unwrap_or(Value::Nil))
}

fn decoded_state(record: Value) -> Outcome<Option<RecordState>> {
    match not_error(record)? {
        Value::String(record) => {
            RecordState::decode(record).map(Some).ok_or_else(|| Abort::protocol_error("the record of an MSETNX is not readable"))
        }
        _ => Ok(None),
    }
}

/// Makes sure that a server without a record cannot store its part any more. Returns what the record of another server says.
///
/// The transaction that stores watches the keys, and found none of them. So it fails once a missing key is set and deleted, and has failed where a
/// key exists.
pub(crate) fn prevent_store(connections: &mut Connections, part: &ServerKeys, field: &[u8]) -> Outcome<Option<RecordState>> {
    for _ in 0..MAX_ATTEMPTS {
        let outcome = connections.send(watch_request(part, field));
        connections.set_watching(part.server, true);
        let Watched { state, digests } = watched(&outcome?)?;
        if state.is_some() {
            connections.unwatch(part.server)?;
            return Ok(state);
        }
        let missing = part.keys.iter().zip(&digests).filter(|(_, digest)| digest.is_none());
        let mut commands = vec![words![b"HDEL", REGISTRY, field]];
        commands.extend(missing.flat_map(|((key, _), _)| touch(key)));
        let reply = connections.send(Request::transaction(part.server, commands))?;
        connections.set_watching(part.server, false);
        if is_done(&reply)? {
            return Ok(None);
        }
    }
    Err(keep_changing())
}

fn touch<'a>(key: &'a [u8]) -> [Words<'a>; 2] {
    [words![b"SET", key, b""], words![b"DEL", key]]
}

pub(super) fn mark_requests(servers: &[usize], intent: &Intent) -> Vec<Request<'static>> {
    let record = words![b"HSET", REGISTRY, intent.field(), intent.encode(RecordState::Complete)];
    servers.iter().map(|server| Request::write(*server, vec![record.clone()])).collect()
}

pub(super) fn forget_requests(servers: &[usize], intent: &Intent) -> Vec<Request<'static>> {
    servers.iter().map(|server| Request::write(*server, vec![words![b"HDEL", REGISTRY, intent.field()]])).collect()
}

/// Marks all records of a complete command, then deletes them. If that fails, a later `recover` continues.
pub(crate) fn complete(connections: &mut Connections, servers: &[usize], intent: &Intent) -> Result<(), Error> {
    for requests in [mark_requests(servers, intent), forget_requests(servers, intent)] {
        connections.try_round(&requests)?;
    }
    Ok(())
}

/// Deletes the keys that servers have stored, and their records, on all servers at the same time. Without its record nothing is deleted on a server:
/// another call may have stored the same values since. A key that has another value by now stays. Returns which parts failed, and why.
///
/// Only for an impossible command.
pub(crate) fn undo(connections: &mut Connections, parts: &[ServerKeys], field: &[u8]) -> Vec<(usize, Abort)> {
    let mut pending: Vec<usize> = (0..parts.len()).collect();
    let mut failed = Vec::new();
    for _ in 0..MAX_ATTEMPTS {
        let watches: Vec<Request> = pending.iter().map(|nth| watch_request(&parts[*nth], field)).collect();
        let looked = connections.round(&watches);
        let mut undoes: Vec<(usize, Request)> = Vec::new();
        for (nth, outcome) in pending.drain(..).zip(looked) {
            connections.set_watching(parts[nth].server, true);
            match outcome.map_err(Abort::from).and_then(|reply| watched(&reply)) {
                Ok(watched) => undoes.push((nth, undo_request(&parts[nth], &watched, field))),
                Err(abort) => failed.push((nth, abort)),
            }
        }
        let (numbers, requests): (Vec<usize>, Vec<Request>) = undoes.into_iter().unzip();
        for (nth, outcome) in numbers.into_iter().zip(connections.round(&requests)) {
            connections.set_watching(parts[nth].server, false);
            match outcome.map_err(Abort::from).and_then(|reply| is_done(&reply)) {
                Ok(true) => {}
                Ok(false) => pending.push(nth),
                Err(abort) => failed.push((nth, abort)),
            }
        }
        if pending.is_empty() {
            return failed;
        }
    }
    failed.extend(pending.into_iter().map(|nth| (nth, keep_changing())));
    failed
}

fn undo_request<'k>(part: &ServerKeys<'k>, watched: &Watched, field: &[u8]) -> Request<'k> {
    let mut commands: Vec<Words> = vec![words![b"HDEL", REGISTRY, field.to_vec()]];
    if watched.state == Some(RecordState::Stored) {
        let unchanged = part.keys.iter().zip(&watched.digests).filter(|((_, stored), now)| now.as_ref() == Some(stored));
        commands.extend(unchanged.map(|((key, _), _)| words![b"DEL", *key]));
    }
    Request::transaction(part.server, commands)
}

fn keep_changing() -> Abort {
    Abort::refusal("TRYAGAIN other clients keep changing these keys")
}

fn is_done(reply: &Reply) -> Outcome<bool> {
    Ok(matches!(transaction_result(reply)?, TransactionResult::Done(_)))
}

/// Watches keys of a server, and reads its record and the values.
fn watch_request<'k>(part: &ServerKeys<'k>, field: &[u8]) -> Request<'k> {
    let mut watch = words![b"WATCH"];
    watch.extend(part.keys.iter().map(|(key, _)| Cow::from(*key)));
    let mut commands = vec![watch, words![b"HGET", REGISTRY, field.to_vec()]];
    commands.extend(part.keys.iter().map(|(key, _)| words![b"GET", *key]));
    Request::read(part.server, commands)
}

/// What a server replies to [`watch_request`].
struct Watched {
    state: Option<RecordState>,
    /// The digest of each key's value; an empty digest for another type.
    digests: Vec<Option<Vec<u8>>>,
}

fn watched(reply: &Reply) -> Outcome<Watched> {
    let mut values = replies(reply);
    not_error(values.next().unwrap_or(Value::Nil))?;
    let state = decoded_state(values.next().unwrap_or(Value::Nil))?;
    let digests = values.map(|value| match value {
        Value::String(text) => Some(digest(text)),
        Value::Nil => None,
        _ => Some(Vec::new()),
    });
    Ok(Watched { state, digests: digests.collect() })
}
