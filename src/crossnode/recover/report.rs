//! What `recover` returns: what it has found, and what has become of it.

use crate::config::Config;
use crate::crossnode::msetnx::{Intent, ReservationRecord};
use crate::crossnode::transfer::{Record, RecordState};
use crate::resp::{Builder, Kind, Reply};
use std::time::Duration;

/// An entry of a server's registry.
pub(crate) struct Found {
    pub server: usize,
    /// The field of the registry; for a transfer also the name of an internal key.
    pub key: Vec<u8>,
    pub entry: Entry,
    pub age: Duration,
}

pub(crate) enum Entry {
    Transfer(Record),
    MsetNx(Intent),
    Reservation(ReservationRecord),
    /// Not in a format of this version.
    Unreadable,
}

impl Found {
    pub(crate) fn transfer(&self) -> Option<&Record> {
        if let Entry::Transfer(record) = &self.entry { Some(record) } else { None }
    }

    /// The id of the operation. Entries of several servers may have the same.
    pub(crate) fn id(&self) -> Option<&String> {
        match &self.entry {
            Entry::Transfer(record) => Some(&record.id),
            Entry::MsetNx(intent) => Some(&intent.id),
            Entry::Reservation(_) | Entry::Unreadable => None,
        }
    }

    pub(crate) fn is_staged(&self) -> bool {
        self.transfer().is_some_and(|record| record.state == RecordState::Staged)
    }
}

pub(crate) enum Recovered {
    /// The operation had succeeded; its remains are deleted.
    Finished,
    /// The value is back in its source.
    Undone,
    /// An unneeded copy is deleted.
    Removed,
    /// The value is under the key that the caller named.
    Moved,
    /// The entry is younger than the caller's limit, so its operation may be under way.
    Young,
    /// Nothing can be done yet, for this reason.
    Waiting(String),
}

/// An array with a map for each entry.
pub(crate) fn report(config: &Config, results: &[(Found, Recovered)]) -> Reply {
    let mut list = Builder::default();
    let root = list.begin(Kind::Array, results.len());
    results.iter().for_each(|(found, result)| append_entry(&mut list, config, found, result));
    list.end(root);
    list.finish()
}

/// A reply that consists of the map of one entry.
pub(crate) fn report_one(config: &Config, found: &Found, result: &Recovered) -> Reply {
    let mut list = Builder::default();
    append_entry(&mut list, config, found, result);
    list.finish()
}

fn append_entry(list: &mut Builder, config: &Config, found: &Found, result: &Recovered) {
    let (outcome, reason) = match result {
        Recovered::Finished => ("finished", None),
        Recovered::Undone => ("undone", None),
        Recovered::Removed => ("removed", None),
        Recovered::Moved => ("moved", None),
        Recovered::Young => ("young", None),
        Recovered::Waiting(reason) => ("waiting", Some(reason.as_str())),
    };
    let map = list.begin(Kind::Map, 16);
    list.string(b"node");
    list.string(config.servers[found.server].alias.as_bytes());
    list.string(b"key");
    list.string(&found.key);
    let transfer = found.transfer();
    let msetnx = if let Entry::MsetNx(_) | Entry::Reservation(_) = &found.entry { Some(&b"MSETNX"[..]) } else { None };
    for (name, value) in [
        ("command", transfer.map(|record| record.command.as_slice()).or(msetnx)),
        ("source", transfer.map(|record| record.source.as_slice())),
        ("destination", transfer.map(|record| record.destination.as_slice())),
    ] {
        list.string(name.as_bytes());
        match value {
            Some(value) => list.string(value),
            None => list.nil(),
        }
    }
    list.string(b"age_ms");
    list.integer(found.age.as_millis() as i64);
    list.string(b"outcome");
    list.string(outcome.as_bytes());
    list.string(b"reason");
    list.optional(reason);
    list.end(map);
}
