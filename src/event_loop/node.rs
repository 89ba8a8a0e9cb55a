//! A server of a handle: the shared connection to its master, and what is known of the server's role.

use crate::cluster::Cluster;
use crate::error::Error;
use crate::resp::Reply;
use crate::topology::{ROLE, Shard};
use crate::transport::clock::Time;
use crate::transport::{Event, SharedConnection, explain};
use rustix::event::epoll::{self, EventData, EventFlags};
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};

/// The tag of ROLE.
const ROLE_TAG: u64 = u64::MAX;

pub(super) struct Node {
    pub connection: SharedConnection,
    /// Of the handle and the server, in the events of epoll.
    number: u64,
    /// What epoll waits for.
    interest: EventFlags,
    /// ROLE was sent, and its reply was not read.
    asks_role: bool,
    /// As of the last call of [`Node::refresh`].
    pub is_check_due: bool,
    pub may_have_replicas: bool,
    /// It has something to send.
    pub is_queued: bool,
}

/// A command that has failed: its tag and the error.
pub(super) type Failed = (u64, Error);

impl Node {
    pub(super) fn new(connection: SharedConnection, number: u64) -> Node {
        Node {
            connection,
            number,
            interest: EventFlags::empty(),
            asks_role: false,
            is_check_due: true,
            may_have_replicas: true,
            is_queued: false,
        }
    }

    /// Looks at what other callers have learned of the server.
    pub(super) fn refresh(&mut self, shard: &Shard, now: Time) {
        self.is_check_due = shard.is_role_check_due(now);
        self.may_have_replicas = shard.may_have_replicas();
    }

    /// Makes the connection ready for another command, which is called `name`. Connects, and asks for the role, if that is due.
    #[cold]
    pub(super) fn prepare(&mut self, epoll: &OwnedFd, cluster: &Cluster, server: usize, name: &[u8], now: Time) -> Result<(), Error> {
        let failed =
            |error: Error| if error.refusal().is_some() { error } else { explain(&cluster.config().servers[server], error, name, false) };
        let topology = cluster.topology();
        let shard = topology.shard(server);
        if self.connection.is_closed() {
            return shard.master().check_available().and_then(|()| self.open(epoll)).map_err(failed);
        }
        if !self.is_check_due || self.asks_role {
            return Ok(());
        }
        let refusal = shard.refusal();
        if shard.claims_role_check(now) {
            self.is_check_due = false;
            self.asks_role = true;
            self.connection.push(ROLE_TAG, true, now, |out| out.extend_from_slice(ROLE));
            if refusal.is_some() {
                self.connection.hold();
            }
            return Ok(());
        }
        refusal.map_or(Ok(()), |error| Err(failed(error)))
    }

    fn open(&mut self, epoll: &OwnedFd) -> Result<(), Error> {
        self.connection.open()?;
        self.interest = EventFlags::empty();
        self.watch(epoll);
        Ok(())
    }

    /// Makes epoll wait for what the connection needs next.
    pub(super) fn watch(&mut self, epoll: &OwnedFd) {
        let Some(socket) = self.connection.socket() else { return };
        let wanted = if self.connection.awaits_writable() { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
        if wanted == self.interest {
            return;
        }
        let data = EventData::new_u64(self.number);
        // If this fails the commands time out.
        let _ = match self.interest.is_empty() {
            true => epoll::add(epoll, socket.as_fd(), data, wanted),
            false => epoll::modify(epoll, socket.as_fd(), data, wanted),
        };
        self.interest = wanted;
    }

    /// Goes on when the socket is ready. Returns the commands that have failed.
    pub(super) fn advance(&mut self, epoll: &OwnedFd, cluster: &Cluster, now: Time) -> Vec<Failed> {
        match self.connection.advance(now) {
            Ok(event) => {
                if !matches!(event, Event::None | Event::OtherSocket) {
                    self.note_success(cluster);
                }
                match event {
                    Event::OtherSocket => self.interest = EventFlags::empty(),
                    Event::Opened => self.ask_role_first(cluster, now),
                    Event::None | Event::Received => {}
                }
                self.watch(epoll);
                Vec::new()
            }
            Err(error) => self.fail(epoll, cluster, error),
        }
    }

    fn server(&self, cluster: &Cluster) -> Option<usize> {
        cluster.config().servers.iter().position(|server| server == self.connection.server())
    }

    /// Tells other callers that the server replies.
    fn note_success(&self, cluster: &Cluster) {
        if let Some(server) = self.server(cluster) {
            cluster.topology().shard(server).master().succeeded();
        }
    }

    /// On a new connection nothing is sent before the server has said that it is a master.
    fn ask_role_first(&mut self, cluster: &Cluster, now: Time) {
        if cluster.config().refresh_interval.is_some() {
            self.asks_role = true;
            self.connection.push_first_and_hold(ROLE_TAG, ROLE, now);
        }
    }

    /// Sends what the kernel takes. Returns the commands that have failed.
    pub(super) fn send(&mut self, epoll: &OwnedFd, cluster: &Cluster, now: Time) -> Vec<Failed> {
        match self.connection.send(now) {
            Ok(()) => {
                self.watch(epoll);
                Vec::new()
            }
            Err(error) => self.fail(epoll, cluster, error),
        }
    }

    /// Fails the commands of a server that is silent for too long.
    pub(super) fn check_time(&mut self, epoll: &OwnedFd, cluster: &Cluster, now: Time) -> Vec<Failed> {
        match self.connection.check_time(now) {
            Ok(()) => Vec::new(),
            Err(error) => self.fail(epoll, cluster, error),
        }
    }

    /// Closes the connection. Connects again for the commands that can be repeated.
    pub(super) fn fail(&mut self, epoll: &OwnedFd, cluster: &Cluster, error: Error) -> Vec<Failed> {
        let mut failed = self.connection.fail(&error);
        (self.asks_role, self.interest) = (false, EventFlags::empty());
        if let Some(server) = self.server(cluster) {
            let topology = cluster.topology();
            topology.shard(server).connection_failed(&error);
        }
        if !self.connection.is_idle()
            && let Err(error) = self.open(epoll)
        {
            failed.extend(self.connection.fail(&error));
        }
        failed.retain(|(tag, _)| *tag != ROLE_TAG);
        failed
    }

    /// The tag and the range of the next reply to a command of a caller, and the commands that have failed meanwhile.
    #[inline]
    pub(super) fn next_reply(
        &mut self,
        epoll: &OwnedFd,
        cluster: &Cluster,
        server: usize,
        now: Time,
    ) -> Result<Option<(u64, Range<usize>)>, Vec<Failed>> {
        match self.connection.next_reply() {
            Ok(Some((ROLE_TAG, range))) => Err(self.record_role(epoll, cluster, server, range, now)),
            Ok(reply) => Ok(reply),
            Err(error) => Err(self.fail(epoll, cluster, error)),
        }
    }

    #[cold]
    fn record_role(&mut self, epoll: &OwnedFd, cluster: &Cluster, server: usize, range: Range<usize>, now: Time) -> Vec<Failed> {
        self.asks_role = false;
        let topology = cluster.topology();
        let shard = topology.shard(server);
        match Reply::parse(&self.connection.received()[range]) {
            Ok(reply) => shard.record_role(&reply),
            Err(error) => return self.fail(epoll, cluster, error),
        }
        self.refresh(shard, now);
        if let Some(refusal) = shard.refusal() {
            return self.connection.fail_held(&refusal);
        }
        if self.connection.is_holding() {
            self.connection.release(now);
        }
        self.send(epoll, cluster, now)
    }
}
