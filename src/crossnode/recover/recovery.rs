//! Completes or undoes what interrupted transfers and MSETNX have left on the servers.

use crate::config::Config;
use crate::crossnode::msetnx::{
    Intent, IntentPart, RecordState as MsetNxState, ReservationRecord, ServerKeys, complete, prevent_store, record_state, undo,
};
use crate::crossnode::recover::report::{Entry, Found, Recovered, report};
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, replies, transaction_result, unix_millis, words};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::transfer::{Record, RecordState, restore_source};
use crate::error::Error;
use crate::resp::{Reply, Value};
use crate::topology::Topology;
use std::time::Duration;

const NAME: &[u8] = b"recover";

pub(crate) struct Recovery<'c> {
    pub config: &'c Config,
    pub topology: &'c Topology,
    pub min_age: Duration,
}

/// Returns an array with a map for each entry: node, key, command, source, destination, age in milliseconds, outcome, reason.
pub(crate) fn recover(config: &Config, topology: &Topology, min_age: Duration) -> Result<Reply, Error> {
    let recovery = Recovery { config, topology: topology.over_resp2(), min_age };
    let mut results: Vec<(Found, Recovered)> = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for server in 0..config.servers.len() {
        match recovery.entries(server) {
            Ok(entries) => found.extend(entries),
            Err(abort) => {
                let unknown = Found { server, key: Vec::new(), entry: Entry::Unreadable, age: Duration::ZERO };
                results.push((unknown, Recovered::Waiting(reason(abort))));
            }
        }
    }
    let unreachable: Vec<usize> = results.iter().map(|(found, _)| found.server).collect();
    // A staged value decides what happens to its copy on the other server, so it comes first.
    found.sort_by_key(|found| !found.is_staged());
    let mut done: Vec<String> = Vec::new();
    for found in found {
        if !found.is_staged() && found.id().is_some_and(|id| done.contains(id)) {
            continue;
        }
        let result = recovery.end(&found, &unreachable).unwrap_or_else(|abort| Recovered::Waiting(reason(abort)));
        done.extend(found.id().cloned());
        results.push((found, result));
    }
    Ok(report(config, &results))
}

pub(crate) fn reason(abort: Abort) -> String {
    match abort {
        Abort::Refusal(text) => String::from_utf8_lossy(&text).into_owned(),
        Abort::Error(error) => error.message().to_owned(),
    }
}

impl Recovery<'_> {
    pub(crate) fn connections(&self, servers: impl IntoIterator<Item = usize>) -> Result<Connections<'_>, Error> {
        Connections::new(self.topology, NAME, servers)
    }

    /// All entries of a server's registry.
    fn entries(&self, server: usize) -> Outcome<Vec<Found>> {
        let reply = self.connections([server])?.send(Request::read(server, vec![words![b"HGETALL", REGISTRY], words![b"TIME"]]))?;
        let mut values = replies(&reply);
        let entries = not_error(values.next().unwrap_or(Value::Nil))?;
        let now = unix_millis(values.next().unwrap_or(Value::Nil))?;
        let Value::Array(mut entries) = entries else { return Err(Abort::protocol_error("the reply to HGETALL is not an array")) };
        let mut found = Vec::new();
        while let (Some(Value::String(key)), Some(Value::String(value))) = (entries.next(), entries.next()) {
            let entry = match (Record::decode(value), Intent::decode(value), ReservationRecord::decode(value)) {
                (Some(record), ..) => Entry::Transfer(record),
                (_, Some(intent), _) => Entry::MsetNx(intent),
                (.., Some(reservation)) => Entry::Reservation(reservation),
                (None, None, None) => Entry::Unreadable,
            };
            let since = match &entry {
                Entry::Transfer(record) => record.started_ms,
                Entry::MsetNx(intent) => intent.since,
                Entry::Reservation(reservation) => reservation.since,
                Entry::Unreadable => now,
            };
            found.push(Found { server, key: key.to_vec(), entry, age: Duration::from_millis(now.saturating_sub(since)) });
        }
        Ok(found)
    }

    /// `unreachable`: the servers whose entries are unknown.
    fn end(&self, found: &Found, unreachable: &[usize]) -> Outcome<Recovered> {
        if found.age < self.min_age && !matches!(found.entry, Entry::Unreadable) {
            return Ok(Recovered::Young);
        }
        match &found.entry {
            Entry::Transfer(record) => self.end_transfer(record, &found.key, unreachable),
            Entry::MsetNx(intent) => self.end_msetnx(intent, unreachable),
            // No outcome depends on a reservation.
            Entry::Reservation(_) => {
                let delete = vec![words![b"HDEL", REGISTRY, found.key.as_slice()]];
                self.connections([found.server])?.send(Request::write(found.server, delete))?;
                Ok(Recovered::Removed)
            }
            Entry::Unreadable => Ok(Recovered::Waiting("this version cannot read its record".into())),
        }
    }

    /// Completes an MSETNX that all nodes have stored; undoes another one.
    ///
    /// The call may be running, at any age of its record. So the decision depends only on what no longer changes; docs/commands-across-nodes.md
    /// has the proof.
    fn end_msetnx(&self, intent: &Intent, unreachable: &[usize]) -> Outcome<Recovered> {
        let servers: Option<Vec<usize>> = intent.parts.iter().map(|part| self.server(&part.alias)).collect();
        let Some(servers) = servers.filter(|_| intent.masters == self.config.masters.len()) else {
            return Ok(Recovered::Waiting(format!("it was begun when there were {} masters", intent.masters)));
        };
        if let Some(server) = servers.iter().find(|server| unreachable.contains(server)) {
            return Ok(Recovered::Waiting(format!("{} cannot be reached", self.config.servers[*server].alias)));
        }
        let field = intent.field();
        let mut connections = self.connections(servers.iter().copied())?;
        let mut retry = Retry::new();
        while retry.next_attempt() {
            let decision = if intent.is_complete() { Decision::Complete } else { decide(&mut connections, intent, &servers, &field)? };
            match decision {
                Decision::Complete => {
                    complete(&mut connections, &servers, intent)?;
                    return Ok(Recovered::Finished);
                }
                Decision::Impossible => {
                    let parts: Vec<ServerKeys> = intent.parts.iter().zip(&servers).map(server_keys).collect();
                    return match undo(&mut connections, &parts, &field).into_iter().next() {
                        Some((_, abort)) => Err(abort),
                        None => Ok(Recovered::Undone),
                    };
                }
                Decision::Ended => return Ok(Recovered::Finished),
                Decision::Again => {}
            }
        }
        Err(Abort::refusal("TRYAGAIN other clients keep changing the records of this MSETNX"))
    }

    fn end_transfer(&self, record: &Record, key: &[u8], unreachable: &[usize]) -> Outcome<Recovered> {
        let (Some(source), Some(target), true) =
            (self.server(&record.from), self.server(&record.to), record.masters == self.config.masters.len())
        else {
            let text = format!("it went from {} to {} when there were {} masters", record.from, record.to, record.masters);
            return Ok(Recovered::Waiting(text));
        };
        match record.state {
            RecordState::Staged => self.end_staged(record, key, source, target),
            _ if unreachable.contains(&source) => Ok(Recovered::Waiting(format!("{} cannot be reached", record.from))),
            _ => self.end_copy(record, key, source, target),
        }
    }

    /// A copy, or the record of a delivery, without a staged value when the source's server was asked.
    ///
    /// The call may be running: it may stage the value and deliver the copy at any time. A delivery changes the watched landing key, so the copy
    /// is removed only if there was no delivery since the source's server was asked again.
    fn end_copy(&self, record: &Record, key: &[u8], source: usize, target: usize) -> Outcome<Recovered> {
        let staged = internal_keys::key(&record.id, "staged");
        let mut connections = self.connections([source, target])?;
        connections.send(Request::read(target, vec![words![b"WATCH", key]]))?;
        connections.set_watching(target, true);
        if has_record(&mut connections, source, &staged)? {
            return self.end_staged(record, &staged, source, target);
        }
        let reply = connections.send(Request::transaction(target, vec![words![b"UNLINK", key], words![b"HDEL", REGISTRY, key]]))?;
        connections.set_watching(target, false);
        Ok(match transaction_result(&reply)? {
            TransactionResult::Done(_) => Recovered::Removed,
            TransactionResult::Conflict => Recovered::Young,
        })
    }

    pub(crate) fn server(&self, alias: &str) -> Option<usize> {
        self.config.masters.iter().find(|master| master.alias == alias).map(|master| master.server)
    }

    fn end_staged(&self, record: &Record, staged: &[u8], source: usize, target: usize) -> Outcome<Recovered> {
        let landing = record.landing_key();
        if self.was_delivered(&landing, target)? {
            self.remove(source, staged)?;
            self.remove(target, &landing)?;
            return Ok(Recovered::Finished);
        }
        if let Some(reason) = self.restore(record, staged, source)? {
            return Ok(Recovered::Waiting(reason));
        }
        self.connections([source])?.send(Request::write(source, vec![words![b"HDEL", REGISTRY, staged]]))?;
        self.remove(target, &landing)?;
        Ok(Recovered::Undone)
    }

    /// Whether the value was delivered. If not, it never will be: a delivery watches the landing key, which is changed here in the same step.
    ///
    /// A refused delivery leaves both its record and the landing key, and this removes both in one step. A record without a landing key means that
    /// the value was delivered, and the next `recover` would delete the staged value.
    pub(crate) fn was_delivered(&self, landing: &[u8], target: usize) -> Outcome<bool> {
        let mut connections = self.connections([target])?;
        let mut retry = Retry::new();
        while retry.next_attempt() {
            connections.set_watching(target, true);
            let look = vec![words![b"WATCH", landing], words![b"HGET", REGISTRY, landing], words![b"EXISTS", landing]];
            let reply = connections.send(Request::read(target, look))?;
            let mut values = replies(&reply).skip(1);
            let record =
                if let Value::String(record) = not_error(values.next().unwrap_or(Value::Nil))? { Record::decode(record) } else { None };
            let has_landing = not_error(values.next().unwrap_or(Value::Nil))? == Value::Integer(1);
            let is_delivered = !has_landing && record.is_some_and(|record| record.state == RecordState::Delivered);
            let commands = match is_delivered {
                // Fails if the two values are of different moments.
                true => vec![words![b"EXISTS", landing]],
                false => {
                    vec![words![b"SET", landing, b"", b"PX", b"60000"], words![b"UNLINK", landing], words![b"HDEL", REGISTRY, landing]]
                }
            };
            let reply = connections.send(Request::transaction(target, commands))?;
            connections.set_watching(target, false);
            if let TransactionResult::Done(mut done) = transaction_result(&reply)? {
                done.try_for_each(|reply| not_error(reply).map(drop))?;
                return Ok(is_delivered);
            }
        }
        Err(Abort::refusal("TRYAGAIN other clients keep changing the landing key"))
    }

    /// Moves a staged value back to its source. Returns the reason if that is not possible.
    fn restore(&self, record: &Record, staged: &[u8], source: usize) -> Outcome<Option<String>> {
        let mut connections = self.connections([source])?;
        let members = connections.send(Request::read(source, vec![words![b"EXISTS", staged], words![b"SMEMBERS", staged]]))?;
        let mut values = replies(&members);
        if values.next() == Some(Value::Integer(0)) {
            // Nothing was staged, or it has expired.
            return Ok(None);
        }
        let home = record.source.as_slice();
        let back = match (record.command.as_slice(), values.next()) {
            (b"RENAME" | b"RENAMENX", _) => vec![words![b"RENAMENX", staged, home]],
            (b"SMOVE", Some(Value::Array(members))) => members
                .filter_map(|member| if let Value::String(member) = member { Some(words![b"SMOVE", staged, home, member]) } else { None })
                .collect(),
            _ => vec![words![b"LMOVE", staged, home, b"LEFT", record.source_end.as_slice()]],
        };
        restore_source(&mut connections, source, record, staged, back)
    }

    /// Deletes an internal key and its entry.
    pub(crate) fn remove(&self, server: usize, key: &[u8]) -> Outcome<()> {
        let commands = vec![words![b"UNLINK", key], words![b"HDEL", REGISTRY, key]];
        let reply = self.connections([server])?.send(Request::transaction(server, commands))?;
        transaction_result(&reply).map(drop)
    }
}

/// What has become of an MSETNX.
enum Decision {
    Complete,
    Impossible,
    /// No server has a record.
    Ended,
    /// Another client has ended the command; it may have left records.
    Again,
}

fn server_keys<'i>((part, server): (&'i IntentPart, &usize)) -> ServerKeys<'i> {
    ServerKeys { server: *server, keys: part.keys_and_digests() }
}

/// Asks each server for its record. One that has none cannot store any more after that.
///
/// If it had no record because another client has ended the command, all other servers have none any more, or theirs are marked as complete.
fn decide(connections: &mut Connections, intent: &Intent, servers: &[usize], field: &[u8]) -> Outcome<Decision> {
    let (mut stored, mut has_prevented) = (None, false);
    for (part, server) in intent.parts.iter().zip(servers) {
        match prevent_store(connections, &server_keys((part, server)), field)? {
            Some(MsetNxState::Complete) => return Ok(Decision::Complete),
            Some(MsetNxState::Stored) => stored = Some(*server),
            None => has_prevented = true,
        }
    }
    let Some(stored) = stored else { return Ok(Decision::Ended) };
    if !has_prevented {
        return Ok(Decision::Complete);
    }
    Ok(match record_state(connections, stored, field)? {
        Some(MsetNxState::Stored) => Decision::Impossible,
        Some(MsetNxState::Complete) => Decision::Complete,
        None => Decision::Again,
    })
}

/// Whether a server's registry has a field.
fn has_record(connections: &mut Connections, server: usize, field: &[u8]) -> Outcome<bool> {
    let reply = connections.send(Request::read(server, vec![words![b"HEXISTS", REGISTRY, field]]))?;
    Ok(not_error(replies(&reply).next().unwrap_or(Value::Nil))? == Value::Integer(1))
}
