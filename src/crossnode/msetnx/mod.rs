//! MSETNX over several nodes: all keys are set, or none.
//!
//! Each node reserves and watches its keys, and reports whether one exists ([`reservation`]). Then all nodes set their keys and a record ([`intent`])
//! at the same time, each in one transaction. If all have, the records are marked as complete and deleted. If one certainly cannot set its keys any
//! more, those with a record delete their keys again; each key only if it still has that value.
//!
//! So the outcome is a fact that the servers know, and no client decides it: the command has succeeded if every node has set its keys, and fails
//! once one of them can no longer do so. [`crate::crossnode::recover`] and the call itself find it out in the same way, see [`resolve`].

mod intent;
mod part;
mod reservation;
mod resolve;

pub(crate) use crate::crossnode::msetnx::intent::{Intent, Part as IntentPart, RecordState};
pub(crate) use crate::crossnode::msetnx::reservation::ReservationRecord;
pub(crate) use crate::crossnode::msetnx::resolve::{ServerKeys, complete, prevent_store, record_state, undo};

use crate::crossnode::Job;
use crate::crossnode::msetnx::intent::digest;
use crate::crossnode::msetnx::part::Part;
use crate::crossnode::msetnx::reservation::{Looked, Reservations, acquire_requests, release_requests};
use crate::crossnode::msetnx::resolve::{MAX_ATTEMPTS, forget_requests, mark_requests};
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, replies, transaction_result, words};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys::{REGISTRY, new_id};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::{Code, Error, printable};
use crate::resp::{Reply, Value};

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = job.connections(job.servers())?;
    let parts: Vec<Part> = connections.servers().map(|server| Part::new(job, server)).collect();
    let mut reservations = Reservations::new(&parts);
    let outcome = attempts(job, &mut connections, &parts, &mut reservations);
    // Other calls wait for a reservation that remains, but not for ever.
    drop(reservations.release(&mut connections, &parts));
    outcome
}

fn attempts(job: &Job, connections: &mut Connections, parts: &[Part], reservations: &mut Reservations) -> Outcome<Reply> {
    for _ in 0..MAX_ATTEMPTS {
        match reservations.acquire(connections, parts)? {
            Looked::KeyExists => return Ok(Reply::integer(0)),
            Looked::Reserved(since) => {
                if store(job, connections, parts, reservations, &intent(job, parts, since))? {
                    return Ok(Reply::integer(1));
                }
            }
        }
    }
    Err(Abort::refusal("TRYAGAIN other clients keep changing these keys; nothing was stored"))
}

/// Asks whether one of the keys exists.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let mut connections = job.connections(job.servers())?;
    let parts: Vec<Part> = connections.servers().map(|server| Part::new(job, server)).collect();
    let explanation = Explanation::new("all or none", false).round(&acquire_requests(&parts));
    let exists: Vec<Request> = parts.iter().map(|part| Request::read(part.server, vec![part.with_keys(b"EXISTS")])).collect();
    for reply in connections.try_round(&exists)? {
        if not_error(replies(&reply).next().unwrap_or(Value::Nil))? != Value::Integer(0) {
            return Ok(explanation.round(&release_requests(&parts)));
        }
    }
    let intent = intent(job, &parts, 0);
    let servers = servers(&parts);
    Ok(explanation
        .round(&store_requests(&parts, &intent))
        .round(&mark_requests(&servers, &intent))
        .round(&forget_requests(&servers, &intent)))
}

pub(crate) fn documentation() -> Documentation {
    Documentation {
        overview: "",
        across_nodes: "split: all keys or none; keys that were set are deleted again if another node fails or has one of the keys",
        atomic: Atomicity::EachNode,
    }
}

fn intent(job: &Job, parts: &[Part], since: u64) -> Intent {
    let part = |part: &Part| IntentPart {
        alias: job.config.servers[part.server].alias.clone(),
        keys: part.pairs.iter().map(|(key, value)| (key.to_vec(), digest(value))).collect(),
    };
    Intent { id: new_id(), since, masters: job.config.masters.len(), parts: parts.iter().map(part).collect() }
}

fn servers(parts: &[Part]) -> Vec<usize> {
    parts.iter().map(|part| part.server).collect()
}

/// What is known of a server's part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Stored,
    /// Its transaction failed.
    Failed,
    /// It had no record when it was asked, and cannot store any more.
    Prevented,
    Unknown,
}

fn store_requests<'a>(parts: &[Part<'a>], intent: &Intent) -> Vec<Request<'a>> {
    let record = words![b"HSET", REGISTRY, intent.field(), intent.encode(RecordState::Stored)];
    let commands = |part: &Part<'a>| {
        let mut release = words![b"HDEL", REGISTRY];
        release.extend(reservation::fields(part));
        vec![record.clone(), release, part.store()]
    };
    parts.iter().map(|part| Request::transaction(part.server, commands(part))).collect()
}

/// Makes all servers store. Returns false when nothing is stored because another client changed a key.
fn store(job: &Job, connections: &mut Connections, parts: &[Part], reservations: &mut Reservations, intent: &Intent) -> Outcome<bool> {
    let outcomes = connections.round(&store_requests(parts, intent));
    let (mut failure, mut known) = (None, Vec::new());
    for (nth, outcome) in outcomes.into_iter().enumerate() {
        connections.set_watching(parts[nth].server, false);
        known.push(judge(outcome, &mut failure));
        if known[nth] == Known::Stored {
            reservations.set_released(nth);
        }
    }
    match resolve(connections, parts, &mut known, &intent.field()) {
        Resolved::Complete => {
            // All keys are stored, so a failure does not matter to the caller; `recover` removes the rest.
            drop(complete(connections, &servers(parts), intent));
            Ok(true)
        }
        Resolved::Impossible => match (failure, undo_stored(connections, parts, &known, &intent.field())) {
            (None, left) if left.is_empty() => Ok(false),
            (failure, left) => Err(unfinished(job, failure, &Remains::Keys(left))),
        },
        Resolved::Unknown => {
            let left = parts.iter().zip(&known).filter(|(_, known)| matches!(known, Known::Stored | Known::Unknown));
            Err(unfinished(job, failure, &Remains::Keys(left.flat_map(|(part, _)| part.pairs.iter().map(|(key, _)| *key)).collect())))
        }
        Resolved::Ended => Err(unfinished(job, failure, &Remains::EndedByRecover)),
        Resolved::Nothing => Err(unfinished(job, failure, &Remains::Nothing)),
    }
}

/// Whether a part is stored; keeps the first failure.
fn judge(outcome: Result<Reply, Error>, failure: &mut Option<Abort>) -> Known {
    match outcome.map_err(Abort::from).and_then(|reply| was_stored(&reply)) {
        Ok(true) => Known::Stored,
        Ok(false) => Known::Failed,
        Err(abort) => {
            let is_unknown = matches!(&abort, Abort::Error(error) if error.executed());
            failure.get_or_insert(abort);
            if is_unknown { Known::Unknown } else { Known::Failed }
        }
    }
}

fn was_stored(reply: &Reply) -> Outcome<bool> {
    match transaction_result(reply)? {
        TransactionResult::Done(mut done) => done.try_for_each(|reply| not_error(reply).map(drop)).map(|()| true),
        TransactionResult::Conflict => Ok(false),
    }
}

/// What the call has found out.
enum Resolved {
    Complete,
    Impossible,
    /// A server that may have stored cannot be asked.
    Unknown,
    /// `recover` has completed or undone the command.
    Ended,
    /// No server has a record.
    Nothing,
}

/// Asks the servers that did not reply to their transaction, and decides.
fn resolve(connections: &mut Connections, parts: &[Part], known: &mut [Known], field: &[u8]) -> Resolved {
    for (part, known) in parts.iter().zip(known.iter_mut()).filter(|(_, known)| **known == Known::Unknown) {
        let keys = ServerKeys { server: part.server, keys: part.keys_and_digests() };
        match prevent_store(connections, &keys, field) {
            Ok(None) => *known = Known::Prevented,
            Ok(Some(RecordState::Stored)) => *known = Known::Stored,
            Ok(Some(RecordState::Complete)) => return Resolved::Complete,
            Err(_) => {}
        }
    }
    let first_stored = parts.iter().zip(known.iter()).find(|(_, known)| **known == Known::Stored);
    match first_stored {
        _ if known.iter().all(|known| *known == Known::Stored) => Resolved::Complete,
        _ if known.contains(&Known::Failed) => Resolved::Impossible,
        // If a server has no record, it has not stored, or `recover` has ended the command. Then the others have no record any more.
        Some((part, _)) if known.contains(&Known::Prevented) => match record_state(connections, part.server, field) {
            Ok(Some(RecordState::Stored)) => Resolved::Impossible,
            Ok(Some(RecordState::Complete)) => Resolved::Complete,
            Ok(None) => Resolved::Ended,
            Err(_) => Resolved::Unknown,
        },
        _ if known.contains(&Known::Unknown) => Resolved::Unknown,
        _ => Resolved::Nothing,
    }
}

/// Undoes what was stored. Returns the keys that remain: those for which that failed, and those of servers that could not be asked.
fn undo_stored<'a>(connections: &mut Connections, parts: &[Part<'a>], known: &[Known], field: &[u8]) -> Vec<&'a [u8]> {
    let with = |what: Known| parts.iter().zip(known).filter(move |(_, known)| **known == what).map(|(part, _)| part);
    let stored: Vec<&Part> = with(Known::Stored).collect();
    let keys: Vec<ServerKeys> = stored.iter().map(|part| ServerKeys { server: part.server, keys: part.keys_and_digests() }).collect();
    let failed = if keys.is_empty() { Vec::new() } else { undo(connections, &keys, field) };
    let left = failed.iter().map(|(nth, _)| stored[*nth]).chain(with(Known::Unknown));
    left.flat_map(|part| part.pairs.iter().map(|(key, _)| *key)).collect()
}

/// What remains of a command that failed.
enum Remains<'a> {
    /// These keys are or may be stored.
    Keys(Vec<&'a [u8]>),
    /// All keys or none.
    EndedByRecover,
    /// Nothing, unless `recover` has completed the command.
    Nothing,
}

/// The error for the caller: the reason, and what remains.
fn unfinished(job: &Job, failure: Option<Abort>, remains: &Remains) -> Abort {
    let remaining = match remains {
        Remains::Keys(left) => {
            let keys: Vec<String> = left.iter().map(|key| format!("\"{}\"", printable(key))).collect();
            format!("; these keys are or may be stored until `recover` completes or undoes the command: {}", keys.join(", "))
        }
        Remains::EndedByRecover => "; meanwhile `recover` has completed or undone the command".to_owned(),
        Remains::Nothing => "; nothing was stored, unless `recover` has completed the command meanwhile".to_owned(),
    };
    let is_undone = matches!(remains, Remains::Keys(left) if left.is_empty());
    let incomplete = |reason: &str| {
        let text = format!("{}: {reason}{remaining}", job.name());
        Abort::Error(Error::new(Code::Io, text).maybe_executed())
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
