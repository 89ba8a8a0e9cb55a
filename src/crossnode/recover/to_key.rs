//! Moves the value of an interrupted transfer to a key that the caller names, when it cannot return to its source.
//!
//! First the interrupted delivery is prevented, as [`recover`](crate::crossnode::recover) does. Then the value is in the staging key and nowhere
//! else, and moves on as by RENAMENX: on the same server in one step, to another server as a transfer with a new id. So this may be interrupted,
//! too, and `recover` ends it.

use crate::command::Key;
use crate::config::Config;
use crate::crossnode::recover::recovery::{Recovery, reason};
use crate::crossnode::recover::report::{Entry, Found, Recovered, report_one};
use crate::crossnode::support::conversation::{Connections, Request, replies, unix_millis, words};
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::transfer::protocol::{Delivery, Transfer};
use crate::crossnode::transfer::rename::{Attempt, Rename};
use crate::crossnode::transfer::{Record, RecordState};
use crate::error::{Error, printable};
use crate::resharding::{SettledKeys, settle};
use crate::resp::{Reply, Value};
use crate::topology::Topology;
use std::time::Duration;

/// Returns the entry as a map, with the outcome `moved`; `finished` if the value was at its destination; or `waiting` with the reason.
pub(crate) fn recover_to(config: &Config, topology: &Topology, hidden_key: &[u8], key: &[u8]) -> Result<Reply, Error> {
    let place = config.try_place("key", key)?;
    let master = &config.masters[place.master];
    settle(config, topology, b"RENAME", &[Key::new(place.name, 0, place.master)], &SettledKeys::default())?;
    let recovery = Recovery { config, topology: topology.over_resp2(), min_age: Duration::ZERO };
    let destination = Destination { server: master.server, alias: &master.alias, key: place.name };
    run(&recovery, hidden_key, &destination).or_else(Abort::into_reply)
}

struct Destination<'a> {
    server: usize,
    alias: &'a str,
    key: &'a [u8],
}

fn run(recovery: &Recovery, hidden_key: &[u8], destination: &Destination) -> Outcome<Reply> {
    let Some((mut found, record)) = find(recovery, hidden_key)? else {
        let text = format!("ERR no interrupted move has its value in the hidden key \"{}\"", printable(hidden_key));
        return Err(Abort::refusal(text));
    };
    let result = move_on(recovery, &mut found, &record, destination)?;
    Ok(report_one(recovery.config, &found, &result))
}

/// The entry of a staging key.
fn find(recovery: &Recovery, hidden_key: &[u8]) -> Outcome<Option<(Found, Record)>> {
    let mut unreachable = None;
    for master in &recovery.config.masters {
        let request = Request::read(master.server, vec![words![b"HGET", REGISTRY, hidden_key], words![b"TIME"]]);
        let reply = match recovery.connections([master.server]).and_then(|mut connections| connections.send(request)) {
            Ok(reply) => reply,
            Err(error) => {
                unreachable = Some(error);
                continue;
            }
        };
        let mut values = replies(&reply);
        let record = if let Value::String(bytes) = not_error(values.next().unwrap_or(Value::Nil))? { Record::decode(bytes) } else { None };
        let Some(record) = record.filter(|record| record.state == RecordState::Staged) else { continue };
        let age = unix_millis(values.next().unwrap_or(Value::Nil))?.saturating_sub(record.started_ms);
        let entry = Entry::Transfer(record.clone());
        return Ok(Some((Found { server: master.server, key: hidden_key.to_vec(), entry, age: Duration::from_millis(age) }, record)));
    }
    unreachable.map_or(Ok(None), |error| Err(error.into()))
}

fn move_on(recovery: &Recovery, found: &mut Found, record: &Record, destination: &Destination) -> Outcome<Recovered> {
    let target = recovery.server(&record.to).filter(|_| record.masters == recovery.config.masters.len());
    let Some(target) = target else {
        return Ok(Recovered::Waiting(format!("it was begun when there were {} masters", record.masters)));
    };
    let landing = record.landing_key();
    match recovery.was_delivered(&landing, target) {
        Ok(false) => {}
        Ok(true) => {
            recovery.remove(found.server, &found.key)?;
            recovery.remove(target, &landing)?;
            return Ok(Recovered::Finished);
        }
        Err(abort) => return Ok(Recovered::Waiting(reason(abort))),
    }
    let staging_key = found.key.clone();
    let result = match found.server == destination.server {
        true => rename(recovery, found, destination)?,
        false => transfer(recovery, found, record, destination)?,
    };
    if found.key != staging_key || matches!(result, Recovered::Moved) {
        // If this fails, `recover` finds a record without a staging key and removes it.
        let request = Request::write(found.server, vec![words![b"HDEL", REGISTRY, staging_key]]);
        let _ = recovery.connections([found.server])?.send(request);
    }
    Ok(result)
}

const EXISTS: &str = "the key to move it to exists";

/// The value is no longer in its staging key: another client has moved it back to its source, or to another key.
fn is_gone(text: &[u8]) -> bool {
    text == b"ERR no such key"
}

fn rename(recovery: &Recovery, found: &Found, destination: &Destination) -> Outcome<Recovered> {
    let rename = words![b"RENAMENX", found.key.as_slice(), destination.key];
    let reply = recovery.connections([found.server])?.send(Request::write(found.server, vec![rename]))?;
    match replies(&reply).next().unwrap_or(Value::Nil) {
        Value::Error(text) if is_gone(text) => Err(gone(found)),
        reply if not_error(reply)? == Value::Integer(1) => Ok(Recovered::Moved),
        _ => Ok(Recovered::Waiting(EXISTS.into())),
    }
}

fn gone(found: &Found) -> Abort {
    Abort::refusal(format!("ERR the value is no longer in the hidden key \"{}\": another client has moved it", printable(&found.key)))
}

/// Changes the key of `found` if the value is in another staging key afterwards.
fn transfer(recovery: &Recovery, found: &mut Found, record: &Record, destination: &Destination) -> Outcome<Recovered> {
    let staging_key = found.key.clone();
    let rename = Rename { source: &staging_key, destination: destination.key, only_new: true };
    let mut connections = recovery.connections([found.server, destination.server])?;
    let mut retry = Retry::new();
    while retry.next_attempt() {
        let mut transfer = Transfer::resumed(record, found.server, destination.server, destination.alias, destination.key);
        match rename.attempt(&mut connections, &mut transfer) {
            Ok(Attempt::SourceChanged) => {}
            Ok(Attempt::DestinationExists) => return Ok(Recovered::Waiting(EXISTS.into())),
            Ok(Attempt::Staged(delivery)) => {
                let result = end(&mut connections, &transfer, delivery)?;
                found.key = transfer.staging_key;
                return Ok(result);
            }
            Err(Abort::Refusal(text)) if is_gone(&text) => return Err(gone(found)),
            Err(abort) => return Err(abort),
        }
    }
    Ok(Recovered::Waiting("other clients keep changing the staging key".into()))
}

/// A value that certainly was not delivered stays in the new staging key.
fn end(connections: &mut Connections, transfer: &Transfer, delivery: Outcome<Delivery>) -> Outcome<Recovered> {
    let why = match delivery {
        Ok(Delivery::Delivered) => {
            transfer.clean_up(connections);
            return Ok(Recovered::Moved);
        }
        Err(Abort::Error(error)) if error.executed() => return Err(transfer.interrupted_error(error)),
        Ok(Delivery::DestinationExists) => EXISTS.to_owned(),
        Ok(Delivery::Conflict) => reason(transfer.undone_error()),
        Ok(Delivery::Rejected(text)) => reason(Abort::Refusal(text)),
        Err(abort) => reason(abort),
    };
    // If this fails, `recover` removes the copy.
    let _ = transfer.remove_landing_key(connections);
    Ok(Recovered::Waiting(why))
}
