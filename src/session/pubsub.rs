//! SUBSCRIBE and its family: a channel is on one server; patterns and the channels of keyspace notifications are on all.

use crate::config::Protocol;
use crate::error::{Code, Error};
use crate::resp::{Kind, Reply};
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::session::{Outcome, Session};
use crate::session::subscriptions::SubscriptionKind;
use crate::transport::{ConnectionSource, explain};
use std::collections::BTreeMap;

/// A command that was sent and whose confirmations were not read.
pub(crate) struct Subscribing {
    kind: SubscriptionKind,
    targets: Vec<Target>,
    /// By server: the indexes of its targets, and the error if the commands could not be sent.
    sent: Vec<(usize, Vec<usize>, Option<Error>)>,
}

/// A channel or pattern of a command.
struct Target {
    name: Vec<u8>,
    servers: Vec<usize>,
    /// The first failure: the error reply of a server, or an error.
    failure: Option<Outcome>,
}

impl Session {
    /// Sends the commands that subscribe to channels or patterns, and reads no reply. Fails before anything is sent.
    pub(super) fn begin_subscribing(&mut self, kind: SubscriptionKind, names: &[&[u8]]) -> Result<Subscribing, Error> {
        let targets: Vec<Target> = names.iter().map(|name| self.target(kind, name)).collect::<Result<_, _>>()?;
        let sent = targets_by_server(&targets)
            .into_iter()
            .map(|(server, indexes)| {
                let names: Vec<&[u8]> = indexes.iter().map(|&index| targets[index].name.as_slice()).collect();
                let outcome = self.pubsub_connection(server).and_then(|connection| connection.send(kind.subscribe(), &names));
                (server, indexes, outcome.err())
            })
            .collect();
        Ok(Subscribing { kind, targets, sent })
    }

    /// Reads the confirmations of commands that were sent, in the order in which they were sent. Returns one outcome per name.
    pub(super) fn finish_subscribing(&mut self, subscribing: Subscribing) -> Vec<Outcome> {
        let Subscribing { kind, mut targets, sent } = subscribing;
        for (server, indexes, error) in sent {
            self.read_confirmations(kind, server, &indexes, error, &mut targets);
        }
        targets.into_iter().map(|target| self.record_subscription(kind, target)).collect()
    }

    /// Reads one confirmation per target from a server and records the failures. `lost` is the error if the commands could not be sent.
    fn read_confirmations(
        &mut self,
        kind: SubscriptionKind,
        server: usize,
        indexes: &[usize],
        mut lost: Option<Error>,
        targets: &mut [Target],
    ) {
        for &index in indexes {
            let outcome = match &lost {
                None => self.confirmation(server),
                Some(error) => Err(error.clone()),
            };
            let failure = match outcome {
                Ok(None) => continue,
                Ok(Some(rejection)) => Ok(rejection),
                Err(error) => {
                    lost.get_or_insert_with(|| error.clone());
                    Err(explain(self.configured.topology().shard(server).server(), error, kind.subscribe().as_bytes(), false))
                }
            };
            targets[index].failure.get_or_insert(failure);
        }
        if let Some(error) = lost {
            self.lose_pubsub_connection(server, error);
        }
    }

    /// Records a subscription and returns its confirmation. If it failed on some servers, unsubscribes from the others and returns the failure.
    fn record_subscription(&mut self, kind: SubscriptionKind, target: Target) -> Outcome {
        let server = target.servers[0];
        let Some(failure) = target.failure else {
            self.subscriptions.insert(kind, &target.name, server);
            self.registration.set_subscribed(true);
            return Ok(self.own_confirmation(kind.subscribe(), kind, Some(&target.name)));
        };
        if kind.is_on_all_servers(&target.name) && !self.subscriptions.contains(kind, &target.name, server) {
            target.servers.iter().for_each(|&server| self.unsubscribe_on(server, kind, &target.name));
        }
        target.servers.iter().for_each(|&server| self.close_if_unused(server));
        failure
    }

    /// Unsubscribes from channels or patterns, or from all of the kind if there are no names. Returns one outcome per name.
    pub(super) fn unsubscribe(&mut self, kind: SubscriptionKind, names: &[&[u8]]) -> Vec<Outcome> {
        if !names.is_empty() {
            let unsubscribe = |name: &&[u8]| {
                let Target { name, servers, .. } = self.target(kind, name)?;
                Ok(self.remove_subscription(kind, &name, &servers))
            };
            return names.iter().map(unsubscribe).collect();
        }
        let all = self.subscriptions.all(kind);
        if all.is_empty() {
            return vec![Ok(self.own_confirmation(kind.unsubscribe(), kind, None))];
        }
        let publishers = self.publishers();
        let unsubscribe = |(name, server): (Vec<u8>, usize)| {
            let servers = if kind.is_on_all_servers(&name) { publishers.clone() } else { vec![server] };
            Ok(self.remove_subscription(kind, &name, &servers))
        };
        all.into_iter().map(unsubscribe).collect()
    }

    fn remove_subscription(&mut self, kind: SubscriptionKind, name: &[u8], servers: &[usize]) -> Reply {
        if self.subscriptions.remove(kind, name, servers[0]) {
            self.registration.set_subscribed(self.is_subscribed());
            for &server in servers {
                self.unsubscribe_on(server, kind, name);
                self.close_if_unused(server);
            }
        }
        self.own_confirmation(kind.unsubscribe(), kind, Some(name))
    }

    /// Unsubscribes on a server. If that fails, closing the connection has the same effect.
    fn unsubscribe_on(&mut self, server: usize, kind: SubscriptionKind, name: &[u8]) {
        let Some(connection) = self.pubsub_connections.get_mut(&server) else { return };
        let outcome = connection.send(kind.unsubscribe(), &[name]).and_then(|()| connection.confirmation(&mut self.messages));
        if let Err(error) = outcome {
            self.lose_pubsub_connection(server, error);
        }
    }

    fn close_if_unused(&mut self, server: usize) {
        if !self.subscriptions.any_on_server(server) {
            self.pubsub_connections.remove(&server);
        }
    }

    /// Makes the confirmation for the caller: its count covers all servers.
    fn own_confirmation(&self, command: &str, kind: SubscriptionKind, name: Option<&[u8]>) -> Reply {
        let confirmation = Reply::confirmation(command.as_bytes(), name, self.subscriptions.count(kind) as i64);
        match self.settings.protocol {
            Protocol::Resp3 => confirmation.with_root_kind(Kind::Push).with_null_of_resp3(),
            Protocol::Resp2 => confirmation,
        }
    }

    /// Reads the next confirmation of a server. Returns the error reply if the server sent one instead.
    fn confirmation(&mut self, server: usize) -> Result<Option<Reply>, Error> {
        match self.pubsub_connections.get_mut(&server) {
            Some(connection) => connection.confirmation(&mut self.messages),
            None => Err(Error::new(Code::Io, "the connection was lost")),
        }
    }

    /// Returns the connection for the subscriptions on a server. A new one subscribes to all that the session is subscribed to there.
    pub(super) fn pubsub_connection(&mut self, server: usize) -> Result<&mut PubSubConnection, Error> {
        if !self.pubsub_connections.contains_key(&server) {
            let mut connection = PubSubConnection::open(self.configured.topology().shard(server), &self.settings)?;
            connection.subscribe_all(&self.subscriptions.on_server(server), &mut self.messages)?;
            self.pubsub_connections.insert(server, connection);
        }
        Ok(self.pubsub_connections.get_mut(&server).expect("the connection was just inserted"))
    }

    /// Drops a connection after an error. If subscriptions are on it, the next call that receives returns an error.
    pub(super) fn lose_pubsub_connection(&mut self, server: usize, error: Error) {
        self.pubsub_connections.remove(&server);
        if self.subscriptions.any_on_server(server) {
            self.report_lost_messages(server, error);
        }
    }

    pub(super) fn report_lost_messages(&mut self, server: usize, error: Error) {
        let server = &self.configured.config().servers[server];
        let text = format!("{} ({}): {}; messages may have been lost", server.alias, server.address, error.message());
        self.pubsub_errors.push_back(Error::new(error.code(), text).on_node(&server.alias));
    }

    /// Finds the servers of a channel or pattern. PUBLISH sends to the server of the channel's own name, so a tag of another channel has no effect.
    fn target(&self, kind: SubscriptionKind, name: &[u8]) -> Result<Target, Error> {
        if kind == SubscriptionKind::Pattern {
            return Ok(Target { name: name.to_vec(), servers: self.publishers(), failure: None });
        }
        let config = self.configured.config();
        let place = config.try_place("channel", name)?;
        if kind.is_on_all_servers(place.name) {
            return Ok(Target { name: place.name.to_vec(), servers: self.publishers(), failure: None });
        }
        let server = config.masters[place.master].server;
        Ok(Target { name: place.name.to_vec(), servers: vec![self.publisher(server)], failure: None })
    }

    /// Returns the masters. Of several that are databases of one server only one, because channels are the same in all databases.
    pub(super) fn publishers(&self) -> Vec<usize> {
        let mut publishers: Vec<usize> = self.configured.config().masters.iter().map(|master| self.publisher(master.server)).collect();
        publishers.sort_unstable();
        publishers.dedup();
        publishers
    }

    fn publisher(&self, server: usize) -> usize {
        let servers = &self.configured.config().servers;
        servers.iter().position(|other| other.address == servers[server].address).unwrap_or(server)
    }
}

/// Returns the indexes of the targets by server.
fn targets_by_server(targets: &[Target]) -> BTreeMap<usize, Vec<usize>> {
    let mut indexes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, target) in targets.iter().enumerate() {
        target.servers.iter().for_each(|&server| indexes.entry(server).or_default().push(index));
    }
    indexes
}
