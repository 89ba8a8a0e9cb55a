//! What interrupted transfers have left on the servers, found and brought to an end: finished where the other server has what was moved, undone
//! where it has not.

use super::hidden::{self, REGISTRY};
use super::moved::{Note, Role, put_back};
use super::stop::{Outcome, Stop, accepted};
use super::talk::{Ask, Executed, Talk, executed, millis, replies, words};
use crate::config::Config;
use crate::error::Error;
use crate::node::Process;
use crate::reply::{Builder, Kind, Reply, Value};
use std::time::Duration;

/// A hidden key, and what is known of it.
struct Found {
    server: usize,
    key: Vec<u8>,
    /// `None`: nobody knows what was written.
    note: Option<Note>,
    age: Duration,
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

/// Answers an array with a map for each thing found: node, command, source, destination, age in milliseconds, outcome, reason.
pub(crate) fn recover(config: &Config, process: &Process, min_age: Duration) -> Result<Reply, Error> {
    let recovery = Recovery { config, process, min_age };
    let mut ends: Vec<(Found, End)> = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for server in 0..config.servers.len() {
        match recovery.look(server) {
            Ok(more) => found.extend(more),
            Err(stop) => ends.push((Found { server, key: Vec::new(), note: None, age: Duration::ZERO }, End::Waiting(reason(stop)))),
        }
    }
    let blind: Vec<usize> = ends.iter().map(|(found, _)| found.server).collect();
    // What was staged first: it decides what becomes of its copy on the other server.
    found.sort_by_key(|found| found.note.as_ref().is_none_or(|note| note.role != Role::Staged));
    let mut ended: Vec<String> = Vec::new();
    for found in found {
        if found.note.as_ref().is_some_and(|note| note.role != Role::Staged && ended.contains(&note.id)) {
            continue;
        }
        let end = recovery.end(&found, &blind).unwrap_or_else(|stop| End::Waiting(reason(stop)));
        ended.extend(found.note.as_ref().map(|note| note.id.clone()));
        ends.push((found, end));
    }
    Ok(told(config, &ends))
}

fn reason(stop: Stop) -> String {
    match stop {
        Stop::Refusal(text) => String::from_utf8_lossy(&text).into_owned(),
        Stop::Error(error) => error.message().to_owned(),
    }
}

impl Recovery<'_> {
    fn talk(&self, servers: impl IntoIterator<Item = usize>) -> Result<Talk<'_>, Error> {
        Talk::with(self.config, self.process, NAME, servers)
    }

    /// All that is hidden on a server.
    fn look(&self, server: usize) -> Outcome<Vec<Found>> {
        let answer = self.talk([server])?.ask(Ask::read(server, vec![words![b"HGETALL", REGISTRY], words![b"TIME"]]))?;
        let mut answers = replies(&answer);
        let entries = accepted(answers.next().unwrap_or(Value::Nil))?;
        let now = millis(answers.next().unwrap_or(Value::Nil))?;
        let Value::Array(mut entries) = entries else { return Err(Stop::fault("HGETALL was answered with something else than a list")) };
        let mut found = Vec::new();
        while let (Some(Value::String(key)), Some(Value::String(note))) = (entries.next(), entries.next()) {
            let note = Note::decode(note);
            let age = note.as_ref().map_or(Duration::ZERO, |note| Duration::from_millis(now.saturating_sub(note.since)));
            found.push(Found { server, key: key.to_vec(), note, age });
        }
        Ok(found)
    }

    fn end(&self, found: &Found, blind: &[usize]) -> Outcome<End> {
        let Some(note) = &found.note else { return Ok(End::Waiting("its note cannot be read by this version".into())) };
        if found.age < self.min_age {
            return Ok(End::Young);
        }
        let (Some(source), Some(target), true) =
            (self.server(&note.from), self.server(&note.to), note.masters == self.config.masters.len())
        else {
            let text = format!("it went from {} to {} when there were {} masters", note.from, note.to, note.masters);
            return Ok(End::Waiting(text));
        };
        match note.role {
            Role::Staged => self.end_staged(note, &found.key, source, target),
            _ if blind.contains(&source) => Ok(End::Waiting(format!("{} cannot be asked", note.from))),
            _ => {
                self.remove(target, &found.key)?;
                Ok(End::Removed)
            }
        }
    }

    fn server(&self, alias: &str) -> Option<usize> {
        self.config.masters.iter().find(|master| master.alias == alias).map(|master| master.server)
    }

    fn end_staged(&self, note: &Note, staged: &[u8], source: usize, target: usize) -> Outcome<End> {
        let landing = hidden::key(&note.id, "landing");
        if self.was_delivered(&landing, target)? {
            self.remove(source, staged)?;
            self.remove(target, &landing)?;
            return Ok(End::Finished);
        }
        if let Some(reason) = self.put_back(note, staged, source)? {
            return Ok(End::Waiting(reason));
        }
        self.talk([source])?.ask(Ask::write(source, vec![words![b"HDEL", REGISTRY, staged]]))?;
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
        let answer = self.talk([target])?.ask(Ask::transaction(target, commands))?;
        let Executed::Done(mut done) = executed(&answer)? else {
            return Err(Stop::fault("a transaction that watched nothing was given up"));
        };
        let note = if let Some(Value::String(note)) = done.next() { Note::decode(note) } else { None };
        let is_landed = done.next() == Some(Value::Integer(1));
        Ok(!is_landed && note.is_some_and(|note| note.role == Role::Delivered))
    }

    /// Puts what was staged back where it came from. Answers why that cannot be, if so.
    fn put_back(&self, note: &Note, staged: &[u8], source: usize) -> Outcome<Option<String>> {
        let mut talk = self.talk([source])?;
        let members = talk.ask(Ask::read(source, vec![words![b"EXISTS", staged], words![b"SMEMBERS", staged]]))?;
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
            _ => vec![words![b"LMOVE", staged, home, b"LEFT", note.end.as_slice()]],
        };
        put_back(&mut talk, source, note, back)
    }

    /// Removes a hidden key and its note.
    fn remove(&self, server: usize, key: &[u8]) -> Outcome<()> {
        let commands = vec![words![b"UNLINK", key], words![b"HDEL", REGISTRY, key]];
        let answer = self.talk([server])?.ask(Ask::transaction(server, commands))?;
        executed(&answer).map(drop)
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
        let note = found.note.as_ref();
        for (name, value) in [
            ("command", note.map(|note| note.command.as_slice())),
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
