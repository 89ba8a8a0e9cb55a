//! Receives messages of all servers. What waits for them does not use the session meanwhile.

use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::interrupt::Interrupter;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::session::Session;
use crate::transport::ConnectionSource;
use crate::transport::clock::{self, NEVER, Time};
use crate::transport::{after_signal, explain};
use rustix::event::{PollFd, PollFlags, epoll, poll};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a call that may wait ended.
pub(super) enum Wait<T> {
    /// It is complete, or its time is up, or it was interrupted.
    Complete(T),
    /// A pause was requested: another call waits for the session.
    Paused,
    /// Nothing has arrived. The caller waits and tries again.
    Idle(Idle),
}

/// What to wait for while a session has nothing to return. The session can be used meanwhile.
pub(super) struct Idle {
    sockets: Vec<(Arc<OwnedFd>, PollFlags)>,
    interrupter: Interrupter,
    /// When the connections have to be checked.
    next_check: Time,
    /// Something has to be tried again after this time.
    retry_after: Option<Duration>,
}

impl Idle {
    /// Waits until a server has sent something, a request of the interrupter is made, or the deadline has passed.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> Result<(), Error> {
        let mut sockets: Vec<PollFd> = self.sockets.iter().map(|(socket, events)| PollFd::new(socket, *events)).collect();
        sockets.push(PollFd::new(self.interrupter.rx()?, PollFlags::IN));
        let checks = [remaining(deadline), clock::remaining(self.next_check), self.retry_after];
        poll_within(&mut sockets, checks.into_iter().flatten().min())
    }
}

fn poll_within(sockets: &mut [PollFd], timeout: Option<Duration>) -> Result<(), Error> {
    match poll(sockets, timeout.and_then(|timeout| timeout.try_into().ok()).as_ref()) {
        Ok(_) => Ok(()),
        Err(Errno::INTR) => after_signal(),
        Err(error) => Err(Error::new(Code::Io, format!("poll: {error}"))),
    }
}

impl Session {
    /// Waits for the next message of any server. Without a timeout it waits forever; with a timeout of zero it checks once.
    ///
    /// A message is an array, or a push in RESP3, as one server sends it: `message`, channel, text; `pmessage`, pattern, channel, text; or `smessage`, channel, text.
    /// After MONITOR it is also a status: a line of a server.
    /// `None` means that the time is up or that an [`Interrupter`](crate::Interrupter) ended the call.
    /// Messages of one channel arrive in the order of their publication.
    ///
    /// If the connection to a server was lost, the call fails with an error that names the node, because messages may have been lost. The next call
    /// subscribes there again. Fails with [`Code::Request`](crate::Code::Request) if the session has no subscription, after QUIT, and in a forked
    /// child.
    pub fn receive(&mut self, timeout: Option<Duration>) -> Result<Option<Reply>, Error> {
        let deadline = deadline(timeout);
        loop {
            match self.receive_until(deadline)? {
                Wait::Complete(message) => return Ok(message),
                Wait::Paused => return Ok(None),
                Wait::Idle(idle) => idle.wait(deadline)?,
            }
        }
    }

    pub(super) fn receive_until(&mut self, deadline: Option<Instant>) -> Result<Wait<Option<Reply>>, Error> {
        self.check_open()?;
        if !self.receives_messages() && self.messages.is_empty() {
            return Err(Error::new(Code::Request, "receive: the session has no subscription; SUBSCRIBE first"));
        }
        self.next_message(deadline)
    }

    /// Returns the next message or error of a subscription, without waiting for it.
    pub(super) fn next_message(&mut self, deadline: Option<Instant>) -> Result<Wait<Option<Reply>>, Error> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Ok(Wait::Complete(Some(message)));
            }
            if let Some(error) = self.pubsub_errors.pop_front() {
                return Err(error);
            }
            self.receive_messages()?;
            if !self.messages.is_empty() || !self.pubsub_errors.is_empty() {
                continue;
            }
            if self.is_monitoring && self.monitors.len() < self.publishers().len() {
                if let Some(rejection) = self.open_monitors()? {
                    return Ok(Wait::Complete(Some(rejection)));
                }
                continue;
            }
            let lost = self.lost_publishers();
            if !lost.is_empty() {
                lost.into_iter().try_for_each(|server| self.resubscribe(server))?;
                continue;
            }
            let retry_after = self.restore_tracking();
            // The bytes of earlier requests must not end the wait.
            self.interrupter.drain()?;
            self.receive_invalidations();
            if !self.messages.is_empty() {
                continue;
            }
            self.check_open()?;
            let next_check = self.check_subscriptions();
            if !self.pubsub_errors.is_empty() {
                continue;
            }
            if self.interrupter.take_interrupt() || remaining(deadline) == Some(Duration::ZERO) {
                return Ok(Wait::Complete(None));
            }
            let sockets = self.message_sockets()?;
            return Ok(Wait::Idle(Idle { sockets, interrupter: self.interrupter.clone(), next_check, retry_after }));
        }
    }

    /// Sends PING over connections that were silent for long, and drops those on which the server does not reply to it. Returns when to look again.
    fn check_subscriptions(&mut self) -> Time {
        let checks: Vec<_> = self.pubsub_connections.iter_mut().map(|(&server, connection)| (server, connection.check())).collect();
        let mut next = NEVER;
        for (server, check) in checks {
            match check {
                Ok(time) => next = next.min(time),
                Err(error) => self.lose_pubsub_connection(server, error),
            }
        }
        next
    }

    /// Returns the servers with subscriptions to which the connection was lost.
    fn lost_publishers(&self) -> Vec<usize> {
        let is_lost = |server: &usize| !self.pubsub_connections.contains_key(server) && self.subscriptions.any_on_server(*server);
        self.publishers().into_iter().filter(is_lost).collect()
    }

    /// Whether a connection with subscriptions was lost.
    pub(super) fn has_lost_publishers(&self) -> bool {
        !self.lost_publishers().is_empty()
    }

    fn resubscribe(&mut self, server: usize) -> Result<(), Error> {
        let outcome = self.pubsub_connection(server).map(drop);
        outcome.map_err(|error| explain(self.configured.topology().shard(server).server(), error, b"SUBSCRIBE", false))
    }

    /// Returns whether a call of [`Session::receive_messages`] would receive something.
    pub(super) fn has_messages(&self) -> bool {
        if self.has_invalidations() {
            return true;
        }
        let invalidations = self.invalidation_sockets();
        let subscriptions = self.pubsub_connections.values().map(|connection| PollFd::new(connection, PollFlags::IN));
        let mut sockets: Vec<PollFd> =
            subscriptions.chain(invalidations.iter().map(|(socket, events)| PollFd::new(socket, *events))).collect();
        !sockets.is_empty()
            && poll_within(&mut sockets, Some(Duration::ZERO)).is_ok()
            && sockets.iter().any(|socket| !socket.revents().is_empty())
    }

    /// Returns a descriptor that is readable when a server has sent a message or a request of the interrupter was made. `None`: the session has no
    /// subscriptions.
    pub(super) fn messages_and_requests(&self) -> Result<Option<OwnedFd>, Error> {
        let invalidations = self.invalidation_sockets();
        if self.pubsub_connections.is_empty() && invalidations.is_empty() {
            return Ok(None);
        }
        let open = || -> Result<OwnedFd, Errno> {
            let all = epoll::create(epoll::CreateFlags::CLOEXEC)?;
            for connection in self.pubsub_connections.values() {
                epoll::add(&all, connection, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
            }
            for (socket, events) in &invalidations {
                epoll::add(
                    &all,
                    socket,
                    epoll::EventData::new_u64(0),
                    epoll::EventFlags::from_bits_retain(u32::from(events.bits().unsigned_abs())),
                )?;
            }
            Ok(all)
        };
        let failed = |error: Errno| Error::new(Code::Io, format!("epoll: {error}"));
        let all = open().map_err(failed)?;
        epoll::add(&all, self.interrupter.rx()?, epoll::EventData::new_u64(0), epoll::EventFlags::IN).map_err(failed)?;
        Ok(Some(all))
    }

    /// Receives what the servers have sent.
    pub(super) fn receive_messages(&mut self) -> Result<(), Error> {
        self.receive_lines();
        self.receive_invalidations();
        self.receive_from(PubSubConnection::take_received, |_| true);
        if self.pubsub_connections.is_empty() || !self.messages.is_empty() || !self.pubsub_errors.is_empty() {
            return Ok(());
        }
        let mut sockets: Vec<PollFd> = self.pubsub_connections.values().map(|connection| PollFd::new(connection, PollFlags::IN)).collect();
        poll_within(&mut sockets, Some(Duration::ZERO))?;
        let readable: Vec<bool> = sockets.iter().map(|socket| !socket.revents().is_empty()).collect();
        drop(sockets);
        self.receive_from(PubSubConnection::receive, |nth| readable[nth]);
        Ok(())
    }

    /// Calls `receive` for the connections that `is_selected` accepts by their position in the order of the servers.
    fn receive_from(
        &mut self,
        receive: fn(&mut PubSubConnection, &mut VecDeque<Reply>) -> Result<(), Error>,
        is_selected: impl Fn(usize) -> bool,
    ) {
        let mut lost = Vec::new();
        for (_, (&server, connection)) in self.pubsub_connections.iter_mut().enumerate().filter(|(nth, _)| is_selected(*nth)) {
            if let Err(error) = receive(connection, &mut self.messages) {
                lost.push((server, error));
            }
        }
        lost.into_iter().for_each(|(server, error)| self.lose_pubsub_connection(server, error));
    }
}

/// Returns the end of a timeout that begins now; `None` if it never ends.
pub(super) fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// Returns the time to a deadline, which is zero after it; `None` if there is no deadline.
pub(super) fn remaining(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}
