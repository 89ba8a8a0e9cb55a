//! A server of a handle: the shared connection to its master, and what is known of the server's role.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::topology::Shard;
use crate::transport::clock::Time;
use crate::transport::{Errand, Event, ROLE, Role, SharedConnection, explain, is_rejected_by_replica};
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::net::{RecvFlags, recv};
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::mpsc::Sender;

/// The tag of ROLE.
const ROLE_TAG: u64 = u64::MAX;

pub(super) struct Node {
    pub connection: SharedConnection,
    /// Its number in the configuration.
    server: usize,
    /// The data of its events.
    data: u64,
    /// Where lookups of its host name go.
    errands: Sender<Errand>,
    /// What epoll waits for.
    interest: EventFlags,
    /// ROLE was sent, and its reply was not read, or the check is not complete.
    asks_role: bool,
    /// Another thread looks whether the server, which was restarted, has its data.
    restart_check: Option<RestartCheck>,
    /// As of the last call of [`Node::refresh`].
    pub is_check_due: bool,
    /// Replicas are known. Until its master has said whether there are any, that gets the reads: they stay in the order of submission.
    pub has_replicas: bool,
    /// Its master has moved, or may have: commands for it have to find it, and so may wait.
    pub has_moved: bool,
    /// It may have something to send.
    pub is_queued: bool,
    /// What it has to send may wait.
    pub is_waiting: bool,
}

struct RestartCheck {
    /// Readable when the other thread has ended.
    ended: OwnedFd,
    /// It has called [`Shard::check_restarted_master`].
    is_done: Arc<AtomicBool>,
}

/// A command that has failed: its tag and the error.
pub(super) type Failed = (u64, Error);

impl Node {
    pub(super) fn new(connection: SharedConnection, server: usize, data: u64, errands: Sender<Errand>) -> Node {
        Node {
            connection,
            server,
            data,
            errands,
            interest: EventFlags::empty(),
            asks_role: false,
            restart_check: None,
            is_check_due: true,
            has_replicas: false,
            has_moved: false,
            is_queued: false,
            is_waiting: false,
        }
    }

    /// Looks at what other callers have learned of the server.
    pub(super) fn refresh(&mut self, shard: &Shard, now: Time) {
        self.is_check_due = shard.is_role_check_due(now);
        self.has_replicas = shard.may_have_replicas() && !shard.known_replicas().is_empty();
        self.has_moved = shard.has_moved();
        if self.has_moved && self.connection.is_idle() && !self.connection.is_closed() {
            self.connection.close();
            self.forget_connection();
        }
    }

    fn forget_connection(&mut self) {
        (self.asks_role, self.restart_check, self.interest) = (false, None, EventFlags::empty());
    }

    /// Makes the connection ready for another command, which is called `name`. Connects, and asks for the role, if that is due.
    #[cold]
    pub(super) fn prepare(&mut self, epoll: &OwnedFd, cluster: &Cluster, name: &[u8], now: Time) -> Result<(), Error> {
        let server = &cluster.config().servers[self.server];
        let failed = |error: Error| if error.refusal().is_some() { error } else { explain(server, error, name, false) };
        let topology = cluster.topology();
        let shard = topology.shard(self.server);
        if self.connection.is_closed() {
            return shard.master().check_available_soon().and_then(|()| self.open(epoll)).map_err(failed);
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
        if let Some(errand) = self.connection.take_errand() {
            // Fails if the loop has ended.
            let _ = self.errands.send(errand);
        }
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
        let data = EventData::new_u64(self.data);
        // If this fails the commands time out.
        let _ = match self.interest.is_empty() {
            true => epoll::add(epoll, socket.as_fd(), data, wanted),
            false => epoll::modify(epoll, socket.as_fd(), data, wanted),
        };
        self.interest = wanted;
    }

    /// Goes on when the socket is ready. Returns the commands that have failed.
    pub(super) fn advance(&mut self, epoll: &OwnedFd, cluster: &Cluster, now: Time) -> Vec<Failed> {
        if let Some(check) = self.restart_check.take_if(|check| matches!(recv(&check.ended, &mut [0; 1], RecvFlags::DONTWAIT), Ok((0, _))))
        {
            return match check.is_done.load(Acquire) {
                true => self.finish_role_check(epoll, cluster, now),
                false => self.fail(epoll, cluster, Error::new(Code::Io, "no thread has checked the restarted server")),
            };
        }
        match self.connection.advance(now) {
            Ok(event) => {
                // A server that hangs accepts connections.
                if matches!(event, Event::Received) {
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

    /// Tells other callers that the server replies.
    fn note_success(&self, cluster: &Cluster) {
        cluster.topology().shard(self.server).master().succeeded();
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
        self.forget_connection();
        cluster.topology().shard(self.server).connection_failed(&error);
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
    pub(super) fn next_reply(&mut self, epoll: &OwnedFd, cluster: &Cluster, now: Time) -> Result<Option<(u64, Range<usize>)>, Vec<Failed>> {
        match self.connection.next_reply() {
            Ok(Some((ROLE_TAG, range))) => Err(self.record_role(epoll, cluster, range, now)),
            Ok(Some((tag, range))) => {
                if self.connection.received().get(range.start) == Some(&b'-') {
                    self.check_rejection(cluster, &range);
                }
                Ok(Some((tag, range)))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(self.fail(epoll, cluster, error)),
        }
    }

    /// A server that rejects a write as a replica does is asked for its role soon.
    #[cold]
    fn check_rejection(&mut self, cluster: &Cluster, range: &Range<usize>) {
        if is_rejected_by_replica(&self.connection.received()[range.clone()]) {
            cluster.topology().shard(self.server).doubt_master();
            self.is_check_due = true;
        }
    }

    #[cold]
    fn record_role(&mut self, epoll: &OwnedFd, cluster: &Cluster, range: Range<usize>, now: Time) -> Vec<Failed> {
        let reply = match Reply::parse(&self.connection.received()[range]) {
            Ok(reply) => reply,
            Err(error) => return self.fail(epoll, cluster, error),
        };
        let restarted = cluster.topology().shard(self.server).record_role(&reply);
        match restarted.map(|role| self.begin_restart_check(epoll, cluster, role)) {
            None => self.finish_role_check(epoll, cluster, now),
            Some(Ok(())) => Vec::new(),
            Some(Err(error)) => self.fail(epoll, cluster, error),
        }
    }

    /// Makes another thread look at the server, because that may wait. Until then nothing more is sent.
    fn begin_restart_check(&mut self, epoll: &OwnedFd, cluster: &Cluster, role: Role) -> Result<(), Error> {
        if !self.connection.is_holding() {
            self.connection.hold();
        }
        let is_done = Arc::new(AtomicBool::new(false));
        let (cluster, server, done) = (cluster.clone(), self.server, is_done.clone());
        let (errand, ended) = Errand::new(move || {
            cluster.topology().shard(server).check_restarted_master(role);
            done.store(true, Release);
        })?;
        let watched = epoll::add(epoll, ended.as_fd(), EventData::new_u64(self.data), EventFlags::IN);
        watched.map_err(|error| Error::new(Code::Io, format!("epoll: {}", std::io::Error::from(error))))?;
        // Fails if the loop has ended.
        let _ = self.errands.send(errand);
        self.restart_check = Some(RestartCheck { ended, is_done });
        Ok(())
    }

    fn finish_role_check(&mut self, epoll: &OwnedFd, cluster: &Cluster, now: Time) -> Vec<Failed> {
        self.asks_role = false;
        let topology = cluster.topology();
        let shard = topology.shard(self.server);
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
