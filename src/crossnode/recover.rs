//! What interrupted transfers have left on the servers, found and brought to an end: finished where the other server has what was moved, undone
//! where it has not.

use crate::config::Config;
use crate::crossnode::msetnx::{Intent, undo};
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, replies, transaction_result, unix_millis, words};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::transfer::{Record, RecordState, restore_source};
use crate::error::Error;
use crate::resp::{Builder, Kind, Reply, Value};
use crate::topology::Process;
use std::time::Duration;

/// A hidden key, and what is known of it.
struct Found {
    server: usize,
    key: Vec<u8>,
    written: Written,
    age: Duration,
}

/// What was written of it.
enum Written {
    Record(Record),
    Intent(Intent),
    /// Nobody knows.
    Unknown,
}

impl Found {
    fn note(&self) -> Option<&Record> {
        if let Written::Record(note) = &self.written { Some(note) } else { None }
    }
}

/// What has become of it.
enum End {
    /// It had been delivered, and what was left of it is gone.
    Finished,
    /// It is back where it came from.
    Undone,
    /// A copy that was not needed is gone.
    Removed,
    /// It is too young: whoever began it may be about to end it.
    Young,
    /// It stays where it is, for this reason.
    Waiting(String),
}

const NAME: &[u8] = b"recover";

struct Recovery<'c> {
    config: &'c Config,
    process: &'c Process,
    min_age: Duration,
}

/// ResponsePolicy an array with a map for each thing found: node, command, source, destination, age in milliseconds, outcome, reason.
pub(crate) fn recover(config: &Config, process: &Process, min_age: Duration) -> Result<Reply, Error> {
    let recovery = Recovery { config, process, min_age };
    let mut ends: Vec<(Found, End)> = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for server in 0..config.servers.len() {
        match recovery.look(server) {
            Ok(more) => found.extend(more),
            Err(stop) => {
                ends.push((Found { server, key: Vec::new(), written: Written::Unknown, age: Duration::ZERO }, End::Waiting(reason(stop))))
            }
        }
    }
    let blind: Vec<usize> = ends.iter().map(|(found, _)| found.server).collect();
    // What was staged first: it decides what becomes of its copy on the other server.
    found.sort_by_key(|found| found.note().is_none_or(|note| note.state != RecordState::Staged));
    let holders: Vec<(usize, Vec<u8>)> = found.iter().map(|found| (found.server, found.key.clone())).collect();
    let mut ended: Vec<String> = Vec::new();
    for found in found {
        let id = match &found.written {
            Written::Record(note) if note.state == RecordState::Staged => None,
            Written::Record(note) => Some(note.id.clone()),
            Written::Intent(pact) => Some(pact.id.clone()),
            Written::Unknown => None,
        };
        if id.is_some_and(|id| ended.contains(&id)) {
            continue;
        }
        let end = recovery.end(&found, &holders, &blind).unwrap_or_else(|stop| End::Waiting(reason(stop)));
        match &found.written {
            Written::Record(note) => ended.push(note.id.clone()),
            Written::Intent(pact) => ended.push(pact.id.clone()),
            Written::Unknown => {}
        }
        ends.push((found, end));
    }
    Ok(told(config, &ends))
}

fn reason(stop: Abort) -> String {
    match stop {
        Abort::Refusal(text) => String::from_utf8_lossy(&text).into_owned(),
        Abort::Error(error) => error.message().to_owned(),
    }
}

impl Recovery<'_> {
    fn connections(&self, servers: impl IntoIterator<Item = usize>) -> Result<Connections<'_>, Error> {
        Connections::new(self.config, self.process, NAME, servers)
    }

    /// All that is hidden on a server.
    fn look(&self, server: usize) -> Outcome<Vec<Found>> {
        let answer = self.connections([server])?.send(Request::read(server, vec![words![b"HGETALL", REGISTRY], words![b"TIME"]]))?;
        let mut answers = replies(&answer);
        let entries = not_error(answers.next().unwrap_or(Value::Nil))?;
        let now = unix_millis(answers.next().unwrap_or(Value::Nil))?;
        let Value::Array(mut entries) = entries else {
            return Err(Abort::protocol_error("HGETALL was answered with something else than a list"));
        };
        let mut found = Vec::new();
        while let (Some(Value::String(key)), Some(Value::String(note))) = (entries.next(), entries.next()) {
            let written = match (Record::decode(note), Intent::decode(note)) {
                (Some(note), _) => Written::Record(note),
                (None, Some(pact)) => Written::Intent(pact),
                (None, None) => Written::Unknown,
            };
            let since = match &written {
                Written::Record(note) => note.started_ms,
                Written::Intent(pact) => pact.since,
                Written::Unknown => now,
            };
            found.push(Found { server, key: key.to_vec(), written, age: Duration::from_millis(now.saturating_sub(since)) });
        }
        Ok(found)
    }

    fn end(&self, found: &Found, holders: &[(usize, Vec<u8>)], blind: &[usize]) -> Outcome<End> {
        if found.age < self.min_age && !matches!(found.written, Written::Unknown) {
            return Ok(End::Young);
        }
        match &found.written {
            Written::Record(note) => self.end_move(note, &found.key, blind),
            Written::Intent(pact) => {
                let holds = |server: usize| holders.iter().any(|(holder, key)| *holder == server && *key == found.key);
                self.end_pact(pact, holds, blind)
            }
            Written::Unknown => Ok(End::Waiting("its note cannot be read by this version".into())),
        }
    }

    /// MSETNX: finished where all nodes have stored, else taken back.
    fn end_pact(&self, pact: &Intent, holds: impl Fn(usize) -> bool, blind: &[usize]) -> Outcome<End> {
        let servers: Option<Vec<usize>> = pact.parts.iter().map(|part| self.server(&part.alias)).collect();
        let Some(servers) = servers.filter(|_| pact.masters == self.config.masters.len()) else {
            return Ok(End::Waiting(format!("it was begun when there were {} masters", pact.masters)));
        };
        if let Some(server) = servers.iter().find(|server| blind.contains(server)) {
            return Ok(End::Waiting(format!("{} cannot be asked", self.config.servers[*server].alias)));
        }
        let field = pact.field();
        let mut connections = self.connections(servers.iter().copied())?;
        if !holds(servers[0]) || servers.iter().all(|&server| holds(server)) {
            for &server in &servers {
                connections.send(Request::write(server, vec![words![b"HDEL", REGISTRY, field.as_slice()]]))?;
            }
            return Ok(End::Finished);
        }
        for (part, &server) in pact.parts.iter().zip(&servers).rev() {
            let keys: Vec<(&[u8], Vec<u8>)> = part.keys.iter().map(|(key, digest)| (key.as_slice(), digest.clone())).collect();
            undo(&mut connections, server, &keys, &field, !holds(server))?;
        }
        Ok(End::Undone)
    }

    fn end_move(&self, note: &Record, key: &[u8], blind: &[usize]) -> Outcome<End> {
        let (Some(source), Some(target), true) =
            (self.server(&note.from), self.server(&note.to), note.masters == self.config.masters.len())
        else {
            let text = format!("it went from {} to {} when there were {} masters", note.from, note.to, note.masters);
            return Ok(End::Waiting(text));
        };
        match note.state {
            RecordState::Staged => self.end_staged(note, key, source, target),
            _ if blind.contains(&source) => Ok(End::Waiting(format!("{} cannot be asked", note.from))),
            _ => self.end_brought(note, key, source, target),
        }
    }

    /// A copy, or the note of a delivery, of which nothing staged was found. What is on its way may have been staged since the source's server
    /// was looked at: it is asked again, as a delivery comes after its claim.
    fn end_brought(&self, note: &Record, key: &[u8], source: usize, target: usize) -> Outcome<End> {
        let staged = internal_keys::key(&note.id, "staged");
        let answer = self.connections([source])?.send(Request::read(source, vec![words![b"HEXISTS", REGISTRY, staged.as_slice()]]))?;
        if not_error(replies(&answer).next().unwrap_or(Value::Nil))? == Value::Integer(1) {
            return self.end_staged(note, &staged, source, target);
        }
        self.remove(target, key)?;
        Ok(End::Removed)
    }

    fn server(&self, alias: &str) -> Option<usize> {
        self.config.masters.iter().find(|master| master.alias == alias).map(|master| master.server)
    }

    fn end_staged(&self, note: &Record, staged: &[u8], source: usize, target: usize) -> Outcome<End> {
        let landing = internal_keys::key(&note.id, "landing");
        if self.was_delivered(&landing, target)? {
            self.remove(source, staged)?;
            self.remove(target, &landing)?;
            return Ok(End::Finished);
        }
        if let Some(reason) = self.put_back(note, staged, source)? {
            return Ok(End::Waiting(reason));
        }
        self.connections([source])?.send(Request::write(source, vec![words![b"HDEL", REGISTRY, staged]]))?;
        self.remove(target, &landing)?;
        Ok(End::Undone)
    }

    /// Whether it was delivered. From then on it cannot be any more: the landing place, which a delivery watches, is touched in the same step.
    fn was_delivered(&self, landing: &[u8], target: usize) -> Outcome<bool> {
        let commands = vec![
            words![b"HGET", REGISTRY, landing],
            words![b"EXISTS", landing],
            words![b"SET", landing, b"", b"PX", b"60000"],
            words![b"UNLINK", landing],
        ];
        let answer = self.connections([target])?.send(Request::transaction(target, commands))?;
        let TransactionResult::Done(mut done) = transaction_result(&answer)? else {
            return Err(Abort::protocol_error("a transaction that watched nothing was given up"));
        };
        let note = if let Some(Value::String(note)) = done.next() { Record::decode(note) } else { None };
        let is_landed = done.next() == Some(Value::Integer(1));
        Ok(!is_landed && note.is_some_and(|note| note.state == RecordState::Delivered))
    }

    /// Puts what was staged back where it came from. ResponsePolicy why that cannot be, if so.
    fn put_back(&self, note: &Record, staged: &[u8], source: usize) -> Outcome<Option<String>> {
        let mut connections = self.connections([source])?;
        let members = connections.send(Request::read(source, vec![words![b"EXISTS", staged], words![b"SMEMBERS", staged]]))?;
        let mut answers = replies(&members);
        if answers.next() == Some(Value::Integer(0)) {
            // Nothing had been claimed, or it has expired.
            return Ok(None);
        }
        let home = note.source.as_slice();
        let back = match (note.command.as_slice(), answers.next()) {
            (b"RENAME" | b"RENAMENX", _) => vec![words![b"RENAMENX", staged, home]],
            (b"SMOVE", Some(Value::Array(members))) => members
                .filter_map(|member| if let Value::String(member) = member { Some(words![b"SMOVE", staged, home, member]) } else { None })
                .collect(),
            _ => vec![words![b"LMOVE", staged, home, b"LEFT", note.source_end.as_slice()]],
        };
        restore_source(&mut connections, source, note, back)
    }

    /// Removes a hidden key and its note.
    fn remove(&self, server: usize, key: &[u8]) -> Outcome<()> {
        let commands = vec![words![b"UNLINK", key], words![b"HDEL", REGISTRY, key]];
        let answer = self.connections([server])?.send(Request::transaction(server, commands))?;
        transaction_result(&answer).map(drop)
    }
}

fn told(config: &Config, ends: &[(Found, End)]) -> Reply {
    let mut list = Builder::default();
    let root = list.begin(Kind::Array, ends.len());
    for (found, end) in ends {
        let (outcome, reason) = match end {
            End::Finished => ("finished", None),
            End::Undone => ("undone", None),
            End::Removed => ("removed", None),
            End::Young => ("young", None),
            End::Waiting(reason) => ("waiting", Some(reason.as_str())),
        };
        let map = list.begin(Kind::Map, 16);
        list.string(b"node");
        list.string(config.servers[found.server].alias.as_bytes());
        list.string(b"key");
        list.string(&found.key);
        let note = found.note();
        let pact = if let Written::Intent(_) = &found.written { Some(&b"MSETNX"[..]) } else { None };
        for (name, value) in [
            ("command", note.map(|note| note.command.as_slice()).or(pact)),
            ("source", note.map(|note| note.source.as_slice())),
            ("destination", note.map(|note| note.destination.as_slice())),
        ] {
            list.string(name.as_bytes());
            match value {
                Some(value) => list.string(value),
                None => list.nil(),
            }
        }
        list.string(b"age");
        list.integer(found.age.as_millis() as i64);
        list.string(b"outcome");
        list.string(outcome.as_bytes());
        list.string(b"reason");
        list.optional(reason);
        list.end(map);
    }
    list.end(root);
    list.finish()
}
