//! MSETNX over several nodes: all keys or none.
//!
//! Every node watches its keys and is asked whether one exists; then each stores its own, unless one was touched meanwhile. Where that, or a
//! failure, kept one node from storing, the others take theirs back, each key only while it still has the value that was stored. Notes are
//! kept until all have stored, so that [`crate::crossnode::recover`] can end what was interrupted.

pub(crate) mod intent;

pub(crate) use crate::crossnode::msetnx::intent::{Intent, digest};

use crate::crossnode::Job;
use crate::crossnode::msetnx::intent::Promise;
use crate::crossnode::support::conversation::{Connections, Executed, Request, Words, executed, millis, replies, words};
use crate::crossnode::support::internal_keys::{REGISTRY, fresh_id};
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::error::{Error, printable};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// How often it is begun again when other clients touch the keys.
const ATTEMPTS: usize = 16;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    if job.args.len().is_multiple_of(2) {
        return Err(Abort::refusal("ERR wrong number of arguments for 'msetnx' command"));
    }
    let mut connections = Connections::with(job.config, job.process, job.args[0], job.servers())?;
    let parts: Vec<Part> = connections.servers().map(|server| Part::of(job, server)).collect();
    for _ in 0..ATTEMPTS {
        let Some(since) = none_exists(&mut connections, &parts)? else { return Ok(Reply::integer(0)) };
        if store(job, &mut connections, &parts, &agreed(job, &parts, since))? {
            return Ok(Reply::integer(1));
        }
    }
    Err(Abort::refusal("TRYAGAIN other clients keep changing these keys; nothing was stored"))
}

/// What one server is to store.
struct Part<'a> {
    server: usize,
    /// Each key once, with the last of its values.
    pairs: Vec<(&'a [u8], &'a [u8])>,
}

fn agreed(job: &Job, parts: &[Part], since: u64) -> Intent {
    let promise = |part: &Part| Promise {
        alias: job.config.servers[part.server].alias.clone(),
        keys: part.pairs.iter().map(|(key, value)| (key.to_vec(), digest(value))).collect(),
    };
    Intent { id: fresh_id(), since, masters: job.config.masters.len(), parts: parts.iter().map(promise).collect() }
}

/// What became of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    Yes,
    No,
    Perhaps,
}

impl<'a> Part<'a> {
    fn of(job: &Job<'_, 'a>, server: usize) -> Part<'a> {
        let mut pairs: Vec<(&[u8], &[u8])> = Vec::new();
        let mut places: std::collections::HashMap<&[u8], usize> = std::collections::HashMap::new();
        for number in (0..job.over.keys.len()).filter(|&number| job.server_of(number) == server) {
            let (key, value) = (job.key(number), job.args[job.over.keys[number].position() + 1]);
            let place = *places.entry(key).or_insert(pairs.len());
            match pairs.get_mut(place) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        Part { server, pairs }
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

/// Watches all keys; answers the time on the first server. `None`, with none watched any longer, when one exists.
fn none_exists(connections: &mut Connections, parts: &[Part]) -> Outcome<Option<u64>> {
    let asks: Vec<Request> = parts
        .iter()
        .map(|part| Request::read(part.server, vec![part.with_keys(b"WATCH"), part.with_keys(b"EXISTS"), words![b"TIME"]]))
        .collect();
    let outcomes = connections.round(&asks);
    parts.iter().for_each(|part| connections.watches(part.server, true));
    let (mut none, mut since) = (true, None);
    for outcome in outcomes {
        let reply = outcome?;
        let mut answers = replies(&reply).skip(1);
        none &= accepted(answers.next().unwrap_or(Value::Nil))? == Value::Integer(0);
        since = since.or(Some(millis(answers.next().unwrap_or(Value::Nil))?));
    }
    if !none {
        let asks: Vec<Request> = parts.iter().map(|part| Request::read(part.server, vec![words![b"UNWATCH"]])).collect();
        connections.all(&asks)?;
        parts.iter().for_each(|part| connections.watches(part.server, false));
        return Ok(None);
    }
    Ok(since)
}

/// Has all servers store, the first one before the others; false when nothing is stored, because somebody touched a key.
fn store(job: &Job, connections: &mut Connections, parts: &[Part], pact: &Intent) -> Outcome<bool> {
    let (field, note) = (pact.field(), pact.encode());
    let noted = words![b"HSET", REGISTRY, field.as_slice(), note.as_slice()];
    let mut failure: Option<Abort> = None;
    let mut stored = vec![Stored::No; parts.len()];
    for range in [0..1, 1..parts.len()] {
        let part = parts[range.clone()].iter();
        let asks: Vec<Request> = part.map(|part| Request::transaction(part.server, vec![noted.clone(), part.store()])).collect();
        for (nth, outcome) in range.zip(connections.round(&asks)) {
            connections.watches(parts[nth].server, false);
            stored[nth] = judged(outcome, &mut failure);
        }
        if stored[0] != Stored::Yes {
            break;
        }
    }
    if stored.iter().all(|stored| *stored == Stored::Yes) {
        forget(connections, parts, &field);
        return Ok(true);
    }
    let left = take_all_back(connections, parts, &stored, &field);
    match failure {
        None if left.is_empty() => Ok(false),
        failure => Err(told(job, failure, &left)),
    }
}

fn judged(outcome: Result<Reply, Error>, failure: &mut Option<Abort>) -> Stored {
    match outcome.map_err(Abort::from).and_then(|reply| was_stored(&reply)) {
        Ok(true) => Stored::Yes,
        Ok(false) => Stored::No,
        Err(stop) => {
            let perhaps = matches!(&stop, Abort::Error(error) if error.executed());
            failure.get_or_insert(stop);
            if perhaps { Stored::Perhaps } else { Stored::No }
        }
    }
}

/// Removes the notes, the first node's first. All is stored, so a failure is none of the caller's; what it leaves is found.
fn forget(connections: &mut Connections, parts: &[Part], field: &[u8]) {
    for range in [0..1, 1..parts.len()] {
        let asks: Vec<Request> =
            parts[range].iter().map(|part| Request::write(part.server, vec![words![b"HDEL", REGISTRY, field]])).collect();
        if connections.all(&asks).is_err() {
            return;
        }
    }
}

/// Takes back what was stored, the first node's last; answers the keys of which that could not be done.
fn take_all_back<'a>(connections: &mut Connections, parts: &[Part<'a>], stored: &[Stored], field: &[u8]) -> Vec<&'a [u8]> {
    let mut left: Vec<&[u8]> = Vec::new();
    for (part, stored) in parts.iter().zip(stored).rev() {
        let is_first = part.server == parts[0].server;
        let taken = match stored {
            Stored::No => continue,
            // As long as others have theirs, the first one's note tells that it is not complete.
            _ if is_first && !left.is_empty() => false,
            stored => {
                let keys: Vec<(&[u8], Vec<u8>)> = part.pairs.iter().map(|&(key, value)| (key, digest(value))).collect();
                take_back(connections, part.server, &keys, field, *stored == Stored::Perhaps).is_ok()
            }
        };
        if !taken {
            left.extend(part.pairs.iter().map(|(key, _)| *key));
        }
    }
    left
}

fn was_stored(reply: &Reply) -> Outcome<bool> {
    match executed(reply)? {
        Executed::Done(mut done) => done.nth(1).map_or(Ok(true), |answer| accepted(answer).map(|_| true)),
        Executed::Conflict => Ok(false),
    }
}

/// Takes back what a server stored, and its note. Where nobody knows whether it did, its order may still be under way: keys that do not exist
/// are touched, so that it comes to nothing.
pub(crate) fn take_back(
    connections: &mut Connections,
    server: usize,
    keys: &[(&[u8], Vec<u8>)],
    field: &[u8],
    perhaps: bool,
) -> Outcome<()> {
    for _ in 0..ATTEMPTS {
        let mut watch = words![b"WATCH"];
        watch.extend(keys.iter().map(|(key, _)| Cow::from(*key)));
        let mut commands = vec![watch];
        commands.extend(keys.iter().map(|(key, _)| words![b"GET", *key]));
        let outcome = connections.ask(Request::read(server, commands));
        connections.watches(server, true);
        let reply = outcome?;
        let mut undo: Vec<Words> = vec![words![b"HDEL", REGISTRY, field]];
        for ((key, value), answer) in keys.iter().zip(replies(&reply).skip(1)) {
            match answer {
                Value::String(found) if digest(found) == *value => undo.push(words![b"DEL", *key]),
                Value::Nil if perhaps => undo.extend([words![b"SET", *key, b""], words![b"DEL", *key]]),
                _ => {}
            }
        }
        let reply = connections.ask(Request::transaction(server, undo))?;
        connections.watches(server, false);
        if let Executed::Done(_) = executed(&reply)? {
            return Ok(());
        }
    }
    Err(Abort::refusal("TRYAGAIN other clients keep changing these keys"))
}

/// The reason, and what is still stored.
fn told(job: &Job, failure: Option<Abort>, left: &[&[u8]]) -> Abort {
    let keys: Vec<String> = left.iter().map(|key| format!("\"{}\"", printable(key))).collect();
    let still = format!("; still or perhaps stored, until recover takes it back: {}", keys.join(", "));
    match failure {
        Some(Abort::Refusal(text)) if left.is_empty() => Abort::Refusal(text),
        Some(Abort::Error(error)) if left.is_empty() => {
            let message = error.message().trim_end_matches("; it may have been executed").trim_end_matches("; it was not executed");
            let told = Error::new(error.code(), format!("{message}; nothing remains stored"));
            Abort::Error(error.node().map(|alias| told.clone().on_node(alias)).unwrap_or(told))
        }
        Some(Abort::Error(error)) => Abort::Error(error.with_suffix(&still).maybe_executed()),
        Some(Abort::Refusal(text)) => unfinished(job, &String::from_utf8_lossy(&text), &still),
        None => unfinished(job, "other clients changed its keys", &still),
    }
}

fn unfinished(job: &Job, why: &str, still: &str) -> Abort {
    let name = printable(&job.args[0].to_ascii_uppercase());
    Abort::Error(Error::new(crate::error::Code::Io, format!("{name}: {why}{still}")).maybe_executed())
}
