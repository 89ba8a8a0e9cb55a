//! MSETNX over several nodes: all keys are set, or none.
//!
//! Each node watches its keys, and reports whether one exists. Then the first node sets its keys and a record ([`intent`]) in one transaction, and
//! after it all others. If all have, the records are deleted, the first node's first. If one certainly cannot set its keys any more, those with a
//! record delete their keys again, the first node last; each key only if it still has that value.
//!
//! So the outcome is a fact that the servers know, and no client decides it: the command has succeeded if every node has set its keys, and fails
//! once one of them can no longer do so. [`crate::crossnode::recover`] and the call itself find it out in the same way, see [`prevent_store`].

pub(crate) mod intent;

pub(crate) use crate::crossnode::msetnx::intent::{Intent, digest};

use crate::crossnode::Job;
use crate::crossnode::msetnx::intent::Part as IntentPart;
use crate::crossnode::support::conversation::{
    Connections, Request, TransactionResult, Words, replies, transaction_result, unix_millis, words,
};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::{REGISTRY, new_id};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::{Error, printable};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// How often it starts again when other clients change the keys.
const MAX_ATTEMPTS: usize = 16;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = job.connections(job.servers())?;
    let parts: Vec<Part> = connections.servers().map(|server| Part::new(job, server)).collect();
    for _ in 0..MAX_ATTEMPTS {
        let Some(since) = watch(&mut connections, &parts)? else { return Ok(Reply::integer(0)) };
        if store(job, &mut connections, &parts, &intent(job, &parts, since))? {
            return Ok(Reply::integer(1));
        }
    }
    Err(Abort::refusal("TRYAGAIN other clients keep changing these keys; nothing was stored"))
}

/// Asks whether one of the keys exists.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let mut connections = job.connections(job.servers())?;
    let parts: Vec<Part> = connections.servers().map(|server| Part::new(job, server)).collect();
    let explanation = Explanation::new("all or none", false).round(&watch_requests(&parts));
    let exists: Vec<Request> = parts.iter().map(|part| Request::read(part.server, vec![part.with_keys(b"EXISTS")])).collect();
    for reply in connections.try_round(&exists)? {
        if not_error(replies(&reply).next().unwrap_or(Value::Nil))? != Value::Integer(0) {
            return Ok(explanation.round(&unwatch_requests(&parts)));
        }
    }
    let intent = intent(job, &parts, 0);
    let (first, others) = parts.split_at(1);
    Ok(explanation
        .round(&store_requests(first, &intent))
        .round(&store_requests(others, &intent))
        .round(&forget_requests(first, &intent))
        .round(&forget_requests(others, &intent)))
}

pub(crate) fn documentation() -> Documentation {
    Documentation {
        overview: "",
        across_nodes: "split: all keys or none; keys that were set are deleted again if another node fails or has one of the keys",
        atomic: Atomicity::EachNode,
    }
}

/// What one server stores.
struct Part<'a> {
    server: usize,
    /// Each key once, with the last of its values.
    pairs: Vec<(&'a [u8], &'a [u8])>,
}

fn intent(job: &Job, parts: &[Part], since: u64) -> Intent {
    let part = |part: &Part| IntentPart {
        alias: job.config.servers[part.server].alias.clone(),
        keys: part.pairs.iter().map(|(key, value)| (key.to_vec(), digest(value))).collect(),
    };
    Intent { id: new_id(), since, masters: job.config.masters.len(), parts: parts.iter().map(part).collect() }
}

/// Whether a server has stored its part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    Yes,
    /// It has not, and never will.
    No,
    Unknown,
}

impl<'a> Part<'a> {
    fn new(job: &Job<'_, 'a>, server: usize) -> Part<'a> {
        let mut pairs: Vec<(&[u8], &[u8])> = Vec::new();
        let mut places: std::collections::HashMap<&[u8], usize> = std::collections::HashMap::new();
        for number in (0..job.command.keys.len()).filter(|&number| job.server_of(number) == server) {
            let (key, value) = (job.key(number), job.args[job.command.keys[number].position() + 1]);
            let place = *places.entry(key).or_insert(pairs.len());
            match pairs.get_mut(place) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        Part { server, pairs }
    }

    fn keys_and_digests(&self) -> Vec<(&'a [u8], Vec<u8>)> {
        self.pairs.iter().map(|&(key, value)| (key, digest(value))).collect()
    }

    fn with_keys(&self, name: &'static [u8]) -> Words<'a> {
        let mut command = words![name];
        command.extend(self.pairs.iter().map(|(key, _)| Cow::from(*key)));
        command
    }

    fn store(&self) -> Words<'a> {
        let mut command = words![b"MSET"];
        command.extend(self.pairs.iter().flat_map(|(key, value)| [Cow::from(*key), Cow::from(*value)]));
        command
    }
}

fn watch_requests<'a>(parts: &[Part<'a>]) -> Vec<Request<'a>> {
    let commands = |part: &Part<'a>| vec![part.with_keys(b"WATCH"), part.with_keys(b"EXISTS"), words![b"TIME"]];
    parts.iter().map(|part| Request::read(part.server, commands(part))).collect()
}

fn unwatch_requests(parts: &[Part]) -> Vec<Request<'static>> {
    parts.iter().map(|part| Request::read(part.server, vec![words![b"UNWATCH"]])).collect()
}

/// Watches all keys; returns the time of the first server. `None` when a key exists; then no key is watched any longer.
fn watch(connections: &mut Connections, parts: &[Part]) -> Outcome<Option<u64>> {
    let outcomes = connections.round(&watch_requests(parts));
    parts.iter().for_each(|part| connections.set_watching(part.server, true));
    let (mut none_exists, mut since) = (true, None);
    for outcome in outcomes {
        let reply = outcome?;
        let mut values = replies(&reply).skip(1);
        none_exists &= not_error(values.next().unwrap_or(Value::Nil))? == Value::Integer(0);
        since = since.or(Some(unix_millis(values.next().unwrap_or(Value::Nil))?));
    }
    if !none_exists {
        connections.try_round(&unwatch_requests(parts))?;
        parts.iter().for_each(|part| connections.set_watching(part.server, false));
        return Ok(None);
    }
    Ok(since)
}

fn store_requests<'a>(parts: &[Part<'a>], intent: &Intent) -> Vec<Request<'a>> {
    let record = words![b"HSET", REGISTRY, intent.field(), intent.encode()];
    parts.iter().map(|part| Request::transaction(part.server, vec![record.clone(), part.store()])).collect()
}

/// Makes all servers store, the first one before the others. Returns false when nothing is stored because another client changed a key.
fn store(job: &Job, connections: &mut Connections, parts: &[Part], intent: &Intent) -> Outcome<bool> {
    let mut failure: Option<Abort> = None;
    let mut stored = vec![Stored::No; parts.len()];
    for range in [0..1, 1..parts.len()] {
        let outcomes = connections.round(&store_requests(&parts[range.clone()], intent));
        for (nth, outcome) in range.zip(outcomes) {
            connections.set_watching(parts[nth].server, false);
            stored[nth] = judge(outcome, &mut failure);
        }
        if stored[0] != Stored::Yes {
            break;
        }
    }
    if stored.contains(&Stored::Unknown) && !clarify(connections, parts, &mut stored, &intent.field())? {
        return Err(unfinished(job, failure, &Remains::EndedByRecover));
    }
    if stored.iter().all(|stored| *stored == Stored::Yes) {
        forget(connections, parts, intent);
        return Ok(true);
    }
    let left = undo_all(connections, parts, &stored, &intent.field());
    match failure {
        None if left.is_empty() => Ok(false),
        failure => Err(unfinished(job, failure, &Remains::Keys(left))),
    }
}

/// Asks the servers that did not reply whether they have stored their part. Returns false if `recover` has ended the command meanwhile: then no
/// server has a record, and nothing is known.
fn clarify(connections: &mut Connections, parts: &[Part], stored: &mut [Stored], field: &[u8]) -> Outcome<bool> {
    for (part, stored) in parts.iter().zip(stored.iter_mut()).filter(|(_, stored)| **stored == Stored::Unknown) {
        match prevent_store(connections, part.server, &part.keys_and_digests(), field) {
            Ok(true) => *stored = Stored::No,
            Ok(false) => *stored = Stored::Yes,
            Err(_) => {}
        }
    }
    // Without the first node's record, a missing record of another node says nothing. The first node's own missing record says that no other node
    // has stored, because none was asked to.
    if stored[0] != Stored::Yes || !stored.contains(&Stored::No) {
        return Ok(true);
    }
    has_record(connections, parts[0].server, field)
}

/// Whether a part is stored; keeps the first failure.
fn judge(outcome: Result<Reply, Error>, failure: &mut Option<Abort>) -> Stored {
    match outcome.map_err(Abort::from).and_then(|reply| was_stored(&reply)) {
        Ok(true) => Stored::Yes,
        Ok(false) => Stored::No,
        Err(abort) => {
            let is_unknown = matches!(&abort, Abort::Error(error) if error.executed());
            failure.get_or_insert(abort);
            if is_unknown { Stored::Unknown } else { Stored::No }
        }
    }
}

fn forget_requests(parts: &[Part], intent: &Intent) -> Vec<Request<'static>> {
    parts.iter().map(|part| Request::write(part.server, vec![words![b"HDEL", REGISTRY, intent.field()]])).collect()
}

/// Removes the records, the first node's first. All keys are stored, so a failure does not matter to the caller; `recover` removes the rest.
fn forget(connections: &mut Connections, parts: &[Part], intent: &Intent) {
    let (first, others) = parts.split_at(1);
    for parts in [first, others] {
        if connections.try_round(&forget_requests(parts, intent)).is_err() {
            return;
        }
    }
}

/// Undoes what was stored, the first node's part last. Returns the keys for which that failed, or must not be done: while it is not known whether a
/// part is stored, and no part certainly is not, the command may have succeeded.
fn undo_all<'a>(connections: &mut Connections, parts: &[Part<'a>], stored: &[Stored], field: &[u8]) -> Vec<&'a [u8]> {
    let may_have_succeeded = !stored.contains(&Stored::No);
    let mut left: Vec<&[u8]> = Vec::new();
    for (part, stored) in parts.iter().zip(stored).rev().filter(|(_, stored)| **stored != Stored::No) {
        // As long as other nodes have their keys, the first node's record must say that the command is incomplete.
        let must_stay = may_have_succeeded || *stored == Stored::Unknown || part.server == parts[0].server && !left.is_empty();
        if must_stay || undo(connections, part.server, &part.keys_and_digests(), field).is_err() {
            left.extend(part.pairs.iter().map(|(key, _)| *key));
        }
    }
    left
}

fn was_stored(reply: &Reply) -> Outcome<bool> {
    match transaction_result(reply)? {
        TransactionResult::Done(mut done) => done.nth(1).map_or(Ok(true), |reply| not_error(reply).map(|_| true)),
        TransactionResult::Conflict => Ok(false),
    }
}

/// Deletes the keys that a server stored, and its record. Without its record nothing is deleted: another call may have stored the same values
/// since. A key that has another value by now stays.
///
/// Only for a command that cannot succeed, and for a server that has stored its part, or cannot store it any more.
pub(crate) fn undo(connections: &mut Connections, server: usize, keys: &[(&[u8], Vec<u8>)], field: &[u8]) -> Outcome<()> {
    for _ in 0..MAX_ATTEMPTS {
        let (is_recorded, values) = watch_part(connections, server, keys, field)?;
        if !is_recorded {
            connections.unwatch(server)?;
            return Ok(());
        }
        let mut undo: Vec<Words> = vec![words![b"HDEL", REGISTRY, field]];
        undo.extend(
            keys.iter()
                .zip(&values)
                .filter(|((_, digest), value)| value.as_ref() == Some(digest))
                .map(|((key, _), _)| words![b"DEL", *key]),
        );
        if execute(connections, server, undo)? {
            return Ok(());
        }
    }
    Err(Abort::refusal("TRYAGAIN other clients keep changing these keys"))
}

/// Makes sure that a server without the record cannot store its part any more. Returns whether it has no record.
///
/// Its transaction watches the keys, and found none of them. So it fails once a missing key is set and deleted, and has failed where a key
/// exists.
pub(crate) fn prevent_store(connections: &mut Connections, server: usize, keys: &[(&[u8], Vec<u8>)], field: &[u8]) -> Outcome<bool> {
    for _ in 0..MAX_ATTEMPTS {
        let (is_recorded, values) = watch_part(connections, server, keys, field)?;
        if is_recorded {
            connections.unwatch(server)?;
            return Ok(false);
        }
        let missing = keys.iter().zip(&values).filter(|(_, value)| value.is_none());
        let mut commands = vec![words![b"HDEL", REGISTRY, field]];
        commands.extend(missing.flat_map(|((key, _), _)| touch(key)));
        if execute(connections, server, commands)? {
            return Ok(true);
        }
    }
    Err(Abort::refusal("TRYAGAIN other clients keep changing these keys"))
}

fn touch<'a>(key: &'a [u8]) -> [Words<'a>; 2] {
    [words![b"SET", key, b""], words![b"DEL", key]]
}

/// Watches keys of a server. Returns whether it has the record, and the digest of each key's value; an empty digest for another type.
fn watch_part(
    connections: &mut Connections,
    server: usize,
    keys: &[(&[u8], Vec<u8>)],
    field: &[u8],
) -> Outcome<(bool, Vec<Option<Vec<u8>>>)> {
    let mut watch = words![b"WATCH"];
    watch.extend(keys.iter().map(|(key, _)| Cow::from(*key)));
    let mut commands = vec![watch, words![b"HEXISTS", REGISTRY, field]];
    commands.extend(keys.iter().map(|(key, _)| words![b"GET", *key]));
    let outcome = connections.send(Request::read(server, commands));
    connections.set_watching(server, true);
    let reply = outcome?;
    let mut values = replies(&reply).skip(1);
    let is_recorded = not_error(values.next().unwrap_or(Value::Nil))? == Value::Integer(1);
    let digests = values.map(|value| match value {
        Value::String(text) => Some(digest(text)),
        Value::Nil => None,
        _ => Some(Vec::new()),
    });
    Ok((is_recorded, digests.collect()))
}

/// Runs a transaction. Returns false if a watched key was changed.
fn execute(connections: &mut Connections, server: usize, commands: Vec<Words>) -> Outcome<bool> {
    let reply = connections.send(Request::transaction(server, commands))?;
    connections.set_watching(server, false);
    Ok(matches!(transaction_result(&reply)?, TransactionResult::Done(_)))
}

/// Whether a server's registry has a field.
pub(crate) fn has_record(connections: &mut Connections, server: usize, field: &[u8]) -> Outcome<bool> {
    let reply = connections.send(Request::read(server, vec![words![b"HEXISTS", REGISTRY, field]]))?;
    Ok(not_error(replies(&reply).next().unwrap_or(Value::Nil))? == Value::Integer(1))
}

/// What remains of a command that failed.
enum Remains<'a> {
    /// These keys are or may be stored.
    Keys(Vec<&'a [u8]>),
    /// All keys or none.
    EndedByRecover,
}

/// The error for the caller: the reason, and what remains.
fn unfinished(job: &Job, failure: Option<Abort>, remains: &Remains) -> Abort {
    let remaining = match remains {
        Remains::Keys(left) => {
            let keys: Vec<String> = left.iter().map(|key| format!("\"{}\"", printable(key))).collect();
            format!("; these keys are or may be stored until `recover` completes or undoes the command: {}", keys.join(", "))
        }
        Remains::EndedByRecover => "; meanwhile `recover` has completed or undone the command".to_owned(),
    };
    let is_undone = matches!(remains, Remains::Keys(left) if left.is_empty());
    let incomplete = |reason: &str| {
        let text = format!("{}: {reason}{remaining}", job.name());
        Abort::Error(Error::new(crate::error::Code::Io, text).maybe_executed())
    };
    match failure {
        Some(Abort::Refusal(text)) if is_undone => Abort::Refusal(text),
        Some(Abort::Error(error)) if is_undone => {
            let message = error.message().trim_end_matches("; it may have been executed").trim_end_matches("; it was not executed");
            let undone = Error::new(error.code(), format!("{message}; nothing remains stored"));
            Abort::Error(error.node().map(|alias| undone.clone().on_node(alias)).unwrap_or(undone))
        }
        Some(Abort::Error(error)) => Abort::Error(error.with_suffix(&remaining).maybe_executed()),
        Some(Abort::Refusal(text)) => incomplete(&String::from_utf8_lossy(&text)),
        None => incomplete("other clients changed its keys"),
    }
}
