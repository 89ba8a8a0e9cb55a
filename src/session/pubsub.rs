//! SUBSCRIBE and its family: each channel on its own server, each pattern on all.

use crate::error::Error;
use crate::resp::Reply;
use crate::routing::master_of;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::subscriptions::Kind;
use crate::session::{Outcome, Session};
use crate::transport::explain;
use std::collections::BTreeMap;

/// A channel or pattern of a command, and the servers that it goes to.
struct Target<'a> {
    name: &'a [u8],
    servers: Vec<usize>,
    /// Why it did not come about.
    failure: Option<Outcome>,
}

impl Session {
    /// One confirmation a name, or what keeps it from being confirmed.
    pub(crate) fn subscribe(&mut self, kind: Kind, names: &[&[u8]]) -> Vec<Outcome> {
        let mut targets: Vec<Target> = names.iter().map(|name| self.target(kind, name)).collect();
        let orders = orders(&targets);
        let sent: Vec<(usize, &Vec<usize>, Result<(), Error>)> = orders
            .iter()
            .map(|(&server, order)| {
                let names: Vec<&[u8]> = order.iter().map(|&at| targets[at].name).collect();
                (server, order, self.link(server).and_then(|link| link.send(kind.subscribe(), &names)))
            })
            .collect();
        for (server, order, outcome) in sent {
            let mut lost = outcome.err();
            for &at in order {
                let refusal = match &lost {
                    None => self.confirmation(server),
                    Some(error) => Err(error.clone()),
                };
                let failure = match refusal {
                    Ok(None) => continue,
                    Ok(Some(refusal)) => Ok(refusal),
                    Err(error) => {
                        lost.get_or_insert_with(|| error.clone());
                        Err(explain(&self.cluster.config().servers[server], error, kind.subscribe().as_bytes(), false))
                    }
                };
                targets[at].failure.get_or_insert(failure);
            }
            if let Some(error) = lost {
                self.lose_link(server, error);
            }
        }
        targets.into_iter().map(|target| self.settle(kind, target)).collect()
    }

    /// Takes a subscription in, or takes back what came about of it.
    fn settle(&mut self, kind: Kind, target: Target) -> Outcome {
        let Some(failure) = target.failure else {
            let server = target.servers[0];
            self.subscriptions.insert(kind, target.name, server);
            return Ok(self.confirm(kind.subscribe(), kind, Some(target.name)));
        };
        if kind == Kind::Pattern && !self.subscriptions.of(kind).iter().any(|(name, _)| name == target.name) {
            target.servers.iter().for_each(|&server| self.leave(kind, server, target.name));
        }
        target.servers.iter().for_each(|&server| self.close_idle(server));
        failure
    }

    /// One confirmation a name; without names, one for each that there is.
    pub(crate) fn unsubscribe(&mut self, kind: Kind, names: &[&[u8]]) -> Vec<Outcome> {
        if !names.is_empty() {
            return names
                .iter()
                .map(|name| {
                    let Target { name, servers, .. } = self.target(kind, name);
                    Ok(self.drop_topic(kind, name, &servers))
                })
                .collect();
        }
        let all = self.subscriptions.of(kind);
        if all.is_empty() {
            return vec![Ok(self.confirm(kind.unsubscribe(), kind, None))];
        }
        let homes = self.homes();
        let drop = |(name, server): (Vec<u8>, usize)| {
            let servers = if kind == Kind::Pattern { homes.clone() } else { vec![server] };
            Ok(self.drop_topic(kind, &name, &servers))
        };
        all.into_iter().map(drop).collect()
    }

    fn drop_topic(&mut self, kind: Kind, name: &[u8], servers: &[usize]) -> Reply {
        if self.subscriptions.remove(kind, name, servers[0]) {
            for &server in servers {
                self.leave(kind, server, name);
                self.close_idle(server);
            }
        }
        self.confirm(kind.unsubscribe(), kind, Some(name))
    }

    /// Tells a server; one that cannot be told forgets it with the connection.
    fn leave(&mut self, kind: Kind, server: usize, name: &[u8]) {
        let Some(link) = self.pubsub_connections.get_mut(&server) else { return };
        let outcome = link.send(kind.unsubscribe(), &[name]).and_then(|()| link.confirmation(&mut self.messages));
        if let Err(error) = outcome {
            self.lose_link(server, error);
        }
    }

    /// A connection over which nothing can come any more is not kept.
    fn close_idle(&mut self, server: usize) {
        if !self.subscriptions.concern(server) {
            self.pubsub_connections.remove(&server);
        }
    }

    fn confirm(&self, word: &str, kind: Kind, name: Option<&[u8]>) -> Reply {
        Reply::confirmation(word.as_bytes(), name, self.subscriptions.count(kind) as i64)
    }

    fn confirmation(&mut self, server: usize) -> Result<Option<Reply>, Error> {
        match self.pubsub_connections.get_mut(&server) {
            Some(link) => link.confirmation(&mut self.messages),
            None => Ok(None),
        }
    }

    /// The connection that messages of a server come over; a new one is told of all that the session is subscribed to there.
    pub(crate) fn link(&mut self, server: usize) -> Result<&mut PubSubConnection, Error> {
        if !self.pubsub_connections.contains_key(&server) {
            let config = self.cluster.config();
            let mut link = PubSubConnection::open(&config.servers[server], config, &self.setup)?;
            link.renew(&self.subscriptions.on(server), &mut self.messages)?;
            self.pubsub_connections.insert(server, link);
        }
        Ok(self.pubsub_connections.get_mut(&server).expect("it is there now"))
    }

    /// Notes that messages of a server may have been lost.
    pub(crate) fn lose_link(&mut self, server: usize, error: Error) {
        self.pubsub_connections.remove(&server);
        if self.subscriptions.concern(server) {
            let server = &self.cluster.config().servers[server];
            let text = format!("{} ({}): {}; messages may have been lost", server.alias, server.address, error.message());
            self.troubles.push_back(Error::new(error.code(), text).on_node(&server.alias));
        }
    }

    /// Where a channel is published: by its own name, whatever stands beside it.
    fn target<'a>(&self, kind: Kind, name: &'a [u8]) -> Target<'a> {
        if kind == Kind::Pattern {
            return Target { name, servers: self.homes(), failure: None };
        }
        let config = self.cluster.config();
        let tagged = config.hash_tag.split(name);
        let server = config.masters[master_of(config, tagged.hashed)].server;
        Target { name: tagged.name, servers: vec![self.home(server)], failure: None }
    }

    /// The servers that publish. Several that are databases of one would each send what that one publishes.
    pub(crate) fn homes(&self) -> Vec<usize> {
        let mut homes: Vec<usize> = self.cluster.config().masters.iter().map(|master| self.home(master.server)).collect();
        homes.sort_unstable();
        homes.dedup();
        homes
    }

    fn home(&self, server: usize) -> usize {
        let servers = &self.cluster.config().servers;
        servers.iter().position(|other| other.address == servers[server].address).unwrap_or(server)
    }
}

/// By server, the targets that concern it.
fn orders(targets: &[Target]) -> BTreeMap<usize, Vec<usize>> {
    let mut orders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, target) in targets.iter().enumerate() {
        target.servers.iter().for_each(|&server| orders.entry(server).or_default().push(at));
    }
    orders
}
