//! MSETNX over several nodes: all keys or none.
//!
//! Every node watches its keys and is asked whether one exists; then each stores its own, unless one was touched meanwhile. Where that, or a
//! failure, kept one node from storing, the others take theirs back, each key only while it still has the value that was stored.

use super::Job;
use super::stop::{Outcome, Stop, accepted};
use super::talk::{Ask, Executed, Talk, Words, executed, replies, words};
use crate::error::{Error, printable};
use crate::reply::{Reply, Value};
use std::borrow::Cow;

/// How often it is begun again when other clients touch the keys.
const ATTEMPTS: usize = 16;

pub(super) fn run(job: &Job) -> Outcome<Reply> {
    if job.args.len().is_multiple_of(2) {
        return Err(Stop::refusal("ERR wrong number of arguments for 'msetnx' command"));
    }
    let mut talk = Talk::with(job.config, job.process, job.args[0], job.servers())?;
    let parts: Vec<Part> = talk.servers().map(|server| Part::of(job, server)).collect();
    for _ in 0..ATTEMPTS {
        if !none_exists(&mut talk, &parts)? {
            return Ok(Reply::integer(0));
        }
        if store(job, &mut talk, &parts)? {
            return Ok(Reply::integer(1));
        }
    }
    Err(Stop::refusal("TRYAGAIN other clients keep changing these keys; nothing was stored"))
}

/// What one server is to store.
struct Part<'a> {
    server: usize,
    /// Each key once, with the last of its values.
    pairs: Vec<(&'a [u8], &'a [u8])>,
}

/// What became of a part.
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

/// Watches all keys; false, with none watched any longer, when one exists.
fn none_exists(talk: &mut Talk, parts: &[Part]) -> Outcome<bool> {
    let asks: Vec<Ask> =
        parts.iter().map(|part| Ask::read(part.server, vec![part.with_keys(b"WATCH"), part.with_keys(b"EXISTS")])).collect();
    let outcomes = talk.round(&asks);
    parts.iter().for_each(|part| talk.watches(part.server, true));
    let mut none = true;
    for outcome in outcomes {
        for answer in replies(&outcome?) {
            none &= !matches!(accepted(answer)?, Value::Integer(1..));
        }
    }
    if !none {
        let asks: Vec<Ask> = parts.iter().map(|part| Ask::read(part.server, vec![words![b"UNWATCH"]])).collect();
        talk.all(&asks)?;
        parts.iter().for_each(|part| talk.watches(part.server, false));
    }
    Ok(none)
}

/// Has all servers store; false when nothing was, because somebody touched a key.
fn store(job: &Job, talk: &mut Talk, parts: &[Part]) -> Outcome<bool> {
    let asks: Vec<Ask> = parts.iter().map(|part| Ask::transaction(part.server, vec![part.store()])).collect();
    let mut failure: Option<Stop> = None;
    let mut stored = Vec::with_capacity(parts.len());
    for (part, outcome) in parts.iter().zip(talk.round(&asks)) {
        talk.watches(part.server, false);
        stored.push(match outcome.map_err(Stop::from).and_then(|reply| was_stored(&reply)) {
            Ok(true) => Stored::Yes,
            Ok(false) => Stored::No,
            Err(stop) => {
                let perhaps = matches!(&stop, Stop::Error(error) if error.executed());
                failure = failure.or(Some(stop));
                if perhaps { Stored::Perhaps } else { Stored::No }
            }
        });
    }
    if failure.is_none() && stored.iter().all(|stored| matches!(stored, Stored::Yes)) {
        return Ok(true);
    }
    let mut left: Vec<&[u8]> = Vec::new();
    for (part, stored) in parts.iter().zip(&stored) {
        let back = match stored {
            Stored::No => Ok(()),
            Stored::Yes => take_back(talk, part, false),
            Stored::Perhaps => take_back(talk, part, true),
        };
        if back.is_err() {
            left.extend(part.pairs.iter().map(|(key, _)| *key));
        }
    }
    match failure {
        None if left.is_empty() => Ok(false),
        failure => Err(told(job, failure, &left)),
    }
}

fn was_stored(reply: &Reply) -> Outcome<bool> {
    match executed(reply)? {
        Executed::Done(mut done) => done.next().map_or(Ok(true), |answer| accepted(answer).map(|_| true)),
        Executed::Conflict => Ok(false),
    }
}

/// Takes back what a server stored. Where nobody knows whether it did, its order may still be under way: keys that do not exist are touched,
/// so that it comes to nothing.
fn take_back(talk: &mut Talk, part: &Part, perhaps: bool) -> Outcome<()> {
    for _ in 0..ATTEMPTS {
        let mut commands = vec![part.with_keys(b"WATCH")];
        commands.extend(part.pairs.iter().map(|(key, _)| words![b"GET", *key]));
        let outcome = talk.ask(Ask::read(part.server, commands));
        talk.watches(part.server, true);
        let reply = outcome?;
        let mut undo: Vec<Words> = Vec::new();
        for ((key, value), answer) in part.pairs.iter().zip(replies(&reply).skip(1)) {
            match answer {
                Value::String(found) if found == *value => undo.push(words![b"DEL", *key]),
                Value::Nil if perhaps => undo.extend([words![b"SET", *key, b""], words![b"DEL", *key]]),
                _ => {}
            }
        }
        let reply = talk.ask(Ask::transaction(part.server, undo))?;
        talk.watches(part.server, false);
        if let Executed::Done(_) = executed(&reply)? {
            return Ok(());
        }
    }
    Err(Stop::refusal("TRYAGAIN"))
}

/// The reason, and what is still stored.
fn told(job: &Job, failure: Option<Stop>, left: &[&[u8]]) -> Stop {
    let keys: Vec<String> = left.iter().map(|key| format!("\"{}\"", printable(key))).collect();
    let still = format!("; still or perhaps stored, as it could not be taken back: {}", keys.join(", "));
    match failure {
        Some(Stop::Refusal(text)) if left.is_empty() => Stop::Refusal(text),
        Some(Stop::Error(error)) if left.is_empty() => {
            let message = error.message().trim_end_matches("; it may have been executed").trim_end_matches("; it was not executed");
            let told = Error::new(error.code(), format!("{message}; nothing remains stored"));
            Stop::Error(error.node().map(|alias| told.clone().on_node(alias)).unwrap_or(told))
        }
        Some(Stop::Error(error)) => Stop::Error(error.suffixed(&still).perhaps_executed()),
        Some(Stop::Refusal(text)) => unfinished(job, &String::from_utf8_lossy(&text), &still),
        None => unfinished(job, "other clients changed its keys", &still),
    }
}

fn unfinished(job: &Job, why: &str, still: &str) -> Stop {
    let name = printable(&job.args[0].to_ascii_uppercase());
    Stop::Error(Error::new(crate::error::Code::Io, format!("{name}: {why}{still}")).perhaps_executed())
}
