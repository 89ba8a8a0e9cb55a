//! Waits for messages of all servers, and for an interrupt.

use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::session::Session;
use crate::transport::explain;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How a call that may wait ended.
pub(super) enum Wait<T> {
    /// It is complete, or its time is up, or it was interrupted.
    Complete(T),
    /// A pause was requested: another call waits for the session.
    Paused,
}

impl Session {
    /// Waits for the next message of any server. Without a timeout it waits forever; with a timeout of zero it checks once.
    ///
    /// A message is an array, or a push in RESP3, as one server sends it: `message`, channel, text; `pmessage`, pattern, channel, text; or `smessage`, channel, text.
    /// `None` means that the time is up or that an [`Interrupter`](crate::Interrupter) ended the call.
    /// Messages of one channel arrive in the order of their publication.
    ///
    /// If the connection to a server was lost, the call fails with an error that names the node, because messages may have been lost. The next call
    /// subscribes there again. Fails with [`Code::Request`](crate::Code::Request) if the session has no subscription, after QUIT, and in a forked
    /// child.
    pub fn receive(&mut self, timeout: Option<Duration>) -> Result<Option<Reply>, Error> {
        match self.receive_until(deadline(timeout))? {
            Wait::Complete(message) => Ok(message),
            Wait::Paused => Ok(None),
        }
    }

    pub(super) fn receive_until(&mut self, deadline: Option<Instant>) -> Result<Wait<Option<Reply>>, Error> {
        self.check_open()?;
        if !self.is_subscribed() && self.messages.is_empty() {
            return Err(Error::new(Code::Request, "receive: the session has no subscription; SUBSCRIBE first"));
        }
        self.next_message(deadline)
    }

    /// Waits for a message or an error of a subscription. If the deadline has passed, it does not pause, because it does not wait.
    pub(super) fn next_message(&mut self, deadline: Option<Instant>) -> Result<Wait<Option<Reply>>, Error> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Ok(Wait::Complete(Some(message)));
            }
            if let Some(error) = self.pubsub_errors.pop_front() {
                return Err(error);
            }
            self.check_open()?;
            let left = remaining(deadline);
            if left != Some(Duration::ZERO) && self.interrupter.is_pause_requested() {
                return Ok(Wait::Paused);
            }
            let lost = self.lost_publishers();
            if !lost.is_empty() {
                // If a server cannot be reached, the messages of the others are returned first.
                self.wait_for_messages(Some(Duration::ZERO))?;
                if self.messages.is_empty() {
                    lost.into_iter().try_for_each(|server| self.resubscribe(server))?;
                }
                continue;
            }
            if self.interrupter.take_interrupt() {
                return Ok(Wait::Complete(None));
            }
            self.wait_for_messages(left)?;
            if left == Some(Duration::ZERO) && self.messages.is_empty() && self.pubsub_errors.is_empty() {
                return Ok(Wait::Complete(None));
            }
        }
    }

    /// Returns the servers with subscriptions to which the connection was lost.
    fn lost_publishers(&self) -> Vec<usize> {
        let is_lost = |server: &usize| !self.pubsub_connections.contains_key(server) && self.subscriptions.any_on_server(*server);
        self.publishers().into_iter().filter(is_lost).collect()
    }

    fn resubscribe(&mut self, server: usize) -> Result<(), Error> {
        let outcome = self.pubsub_connection(server).map(drop);
        outcome.map_err(|error| explain(&self.configured.config().servers[server], error, b"SUBSCRIBE", false))
    }

    /// Waits until a server has sent something or a request of the interrupter is made, and receives what was sent.
    fn wait_for_messages(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.receive_from(PubSubConnection::take_received, |_| true);
        if !self.messages.is_empty() || !self.pubsub_errors.is_empty() {
            return Ok(());
        }
        let wake_up = self.interrupter.rx()?;
        if timeout != Some(Duration::ZERO) && self.interrupter.is_requested() {
            return Ok(());
        }
        let connections = self.pubsub_connections.values();
        let mut sockets: Vec<PollFd> = connections.map(|connection| PollFd::new(connection, PollFlags::IN)).collect();
        sockets.push(PollFd::new(wake_up, PollFlags::IN));
        let timeout = timeout.and_then(|timeout| timeout.try_into().ok());
        match poll(&mut sockets, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(Error::new(Code::Io, format!("poll: {error}"))),
        }
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
