//! What a session is subscribed to.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Channel,
    Pattern,
    Shard,
}

/// The place of what is on every server.
const EVERYWHERE: usize = usize::MAX;

#[derive(Default)]
pub(crate) struct Subscriptions {
    /// By kind, names and the servers that they are on.
    sets: [BTreeSet<(Vec<u8>, usize)>; 3],
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Channel, Kind::Pattern, Kind::Shard];

    /// The kind that a command of the family is about, and whether it subscribes.
    pub(crate) fn of(command: &str) -> Option<(Kind, bool)> {
        Kind::ALL.into_iter().find_map(|kind| match command {
            name if name == kind.subscribe() => Some((kind, true)),
            name if name == kind.unsubscribe() => Some((kind, false)),
            _ => None,
        })
    }

    pub(crate) fn subscribe(self) -> &'static str {
        ["subscribe", "psubscribe", "ssubscribe"][self as usize]
    }

    pub(crate) fn unsubscribe(self) -> &'static str {
        ["unsubscribe", "punsubscribe", "sunsubscribe"][self as usize]
    }
}

impl Subscriptions {
    pub(crate) fn is_empty(&self) -> bool {
        self.sets.iter().all(BTreeSet::is_empty)
    }

    /// The number in a confirmation: as with one server, channels and patterns are counted together, those of shards by themselves.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Shard => self.sets[Kind::Shard as usize].len(),
            _ => self.sets[Kind::Channel as usize].len() + self.sets[Kind::Pattern as usize].len(),
        }
    }

    pub(crate) fn insert(&mut self, kind: Kind, name: &[u8], server: usize) {
        self.sets[kind as usize].insert((name.to_vec(), place(kind, server)));
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, kind: Kind, name: &[u8], server: usize) -> bool {
        self.sets[kind as usize].remove(&(name.to_vec(), place(kind, server)))
    }

    /// All of a kind, with their servers.
    pub(crate) fn of(&self, kind: Kind) -> Vec<(Vec<u8>, usize)> {
        self.sets[kind as usize].iter().cloned().collect()
    }

    /// What there is on a server, by kind; a kind of which there is nothing is left out.
    pub(crate) fn on(&self, server: usize) -> Vec<(Kind, Vec<&[u8]>)> {
        let names = |kind: Kind| -> Vec<&[u8]> {
            let here = self.sets[kind as usize].iter().filter(|(_, place)| *place == server || *place == EVERYWHERE);
            here.map(|(name, _)| name.as_slice()).collect()
        };
        Kind::ALL.into_iter().map(|kind| (kind, names(kind))).filter(|(_, names)| !names.is_empty()).collect()
    }

    /// Whether there is something on a server.
    pub(crate) fn concern(&self, server: usize) -> bool {
        self.sets.iter().flatten().any(|(_, place)| *place == server || *place == EVERYWHERE)
    }
}

fn place(kind: Kind, server: usize) -> usize {
    if kind == Kind::Pattern { EVERYWHERE } else { server }
}
