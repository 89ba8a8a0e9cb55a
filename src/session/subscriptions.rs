//! The channels and patterns that a session is subscribed to.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubscriptionKind {
    /// SUBSCRIBE.
    Channel,
    /// PSUBSCRIBE.
    Pattern,
    /// SSUBSCRIBE.
    ShardChannel,
}

/// In place of a server: the subscription is on all servers.
const ALL_SERVERS: usize = usize::MAX;

#[derive(Default)]
pub(crate) struct Subscriptions {
    /// By kind: the names and the server of each.
    sets: [BTreeSet<(Vec<u8>, usize)>; 3],
}

impl SubscriptionKind {
    const ALL: [SubscriptionKind; 3] = [SubscriptionKind::Channel, SubscriptionKind::Pattern, SubscriptionKind::ShardChannel];

    /// Returns the kind that a command subscribes to or unsubscribes from, and whether it subscribes. `None` for other commands.
    pub(crate) fn from_command(command: &str) -> Option<(SubscriptionKind, bool)> {
        SubscriptionKind::ALL.into_iter().find_map(|kind| match command {
            name if name == kind.subscribe() => Some((kind, true)),
            name if name == kind.unsubscribe() => Some((kind, false)),
            _ => None,
        })
    }

    /// Whether a name of this kind is subscribed to on all servers: a pattern, and a channel of keyspace notifications, because each server announces
    /// its own keys.
    pub(crate) fn is_on_all_servers(self, name: &[u8]) -> bool {
        match self {
            SubscriptionKind::Pattern => true,
            SubscriptionKind::Channel => name.starts_with(b"__keyspace@") || name.starts_with(b"__keyevent@"),
            SubscriptionKind::ShardChannel => false,
        }
    }

    /// The command that subscribes.
    pub(crate) fn subscribe(self) -> &'static str {
        ["subscribe", "psubscribe", "ssubscribe"][self as usize]
    }

    /// The command that unsubscribes.
    pub(crate) fn unsubscribe(self) -> &'static str {
        ["unsubscribe", "punsubscribe", "sunsubscribe"][self as usize]
    }
}

impl Subscriptions {
    pub(crate) fn is_empty(&self) -> bool {
        self.sets.iter().all(BTreeSet::is_empty)
    }

    /// Returns the number for a confirmation. As on one server, channels and patterns are counted together, shard channels separately.
    pub(crate) fn count(&self, kind: SubscriptionKind) -> usize {
        let count = |kind: SubscriptionKind| self.sets[kind as usize].len();
        match kind {
            SubscriptionKind::ShardChannel => count(SubscriptionKind::ShardChannel),
            _ => count(SubscriptionKind::Channel) + count(SubscriptionKind::Pattern),
        }
    }

    pub(crate) fn insert(&mut self, kind: SubscriptionKind, name: &[u8], server: usize) {
        self.sets[kind as usize].insert((name.to_vec(), stored_server(kind, name, server)));
    }

    /// Returns whether the subscription existed.
    pub(crate) fn remove(&mut self, kind: SubscriptionKind, name: &[u8], server: usize) -> bool {
        self.sets[kind as usize].remove(&(name.to_vec(), stored_server(kind, name, server)))
    }

    pub(crate) fn contains(&self, kind: SubscriptionKind, name: &[u8], server: usize) -> bool {
        self.sets[kind as usize].contains(&(name.to_vec(), stored_server(kind, name, server)))
    }

    /// Returns the names of a kind and the server of each. The server has no meaning for a name that is on all servers.
    pub(crate) fn all(&self, kind: SubscriptionKind) -> Vec<(Vec<u8>, usize)> {
        self.sets[kind as usize].iter().cloned().collect()
    }

    /// Returns the names on a server by kind, without the kinds that have none.
    pub(crate) fn on_server(&self, server: usize) -> Vec<(SubscriptionKind, Vec<&[u8]>)> {
        let names = |kind: SubscriptionKind| -> Vec<&[u8]> {
            self.sets[kind as usize].iter().filter(|(_, stored)| is_on(*stored, server)).map(|(name, _)| name.as_slice()).collect()
        };
        SubscriptionKind::ALL.into_iter().map(|kind| (kind, names(kind))).filter(|(_, names)| !names.is_empty()).collect()
    }

    /// Returns whether a subscription is on a server.
    pub(crate) fn any_on_server(&self, server: usize) -> bool {
        self.sets.iter().flatten().any(|(_, stored)| is_on(*stored, server))
    }
}

fn stored_server(kind: SubscriptionKind, name: &[u8], server: usize) -> usize {
    if kind.is_on_all_servers(name) { ALL_SERVERS } else { server }
}

fn is_on(stored: usize, server: usize) -> bool {
    stored == server || stored == ALL_SERVERS
}
