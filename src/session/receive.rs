//! Waiting for messages: from all servers at once, and for whoever interrupts.

use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::Session;
use crate::session::pubsub_connection::PubSubConnection;
use crate::transport::explain;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

impl Session {
    /// The next message of any server, as one server would send it: an array of `message`, channel and text, of `pmessage`, pattern, channel
    /// and text, or of `smessage`, channel and text. `None`: the time is up, or somebody interrupted. Without a timeout it waits for ever.
    ///
    /// What is published on one channel comes in its order. When the connection to a server was lost, the call fails and names the node, as
    /// messages may have been lost with it; the next call subscribes there again.
    pub fn receive(&mut self, timeout: Option<Duration>) -> Result<Option<Reply>, Error> {
        self.enter()?;
        if !self.is_subscribed() && self.messages.is_empty() {
            return Err(Error::new(Code::Request, "receive: the session is subscribed to nothing"));
        }
        self.next_message(timeout)
    }

    pub(crate) fn next_message(&mut self, timeout: Option<Duration>) -> Result<Option<Reply>, Error> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Ok(Some(message));
            }
            if let Some(error) = self.troubles.pop_front() {
                return Err(error);
            }
            let missing = self.missing();
            if !missing.is_empty() {
                // Whatever becomes of that server, the others are heard.
                self.listen(Some(Duration::ZERO))?;
                if self.messages.is_empty() {
                    missing.into_iter().try_for_each(|server| self.renew(server))?;
                }
                continue;
            }
            if self.interrupter.take() {
                return Ok(None);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            self.listen(left)?;
            if left == Some(Duration::ZERO) && self.messages.is_empty() && self.troubles.is_empty() {
                return Ok(None);
            }
        }
    }

    /// The servers that the session is subscribed on and has lost.
    fn missing(&self) -> Vec<usize> {
        self.homes()
            .into_iter()
            .filter(|server| !self.pubsub_connections.contains_key(server) && self.subscriptions.concern(*server))
            .collect()
    }

    fn renew(&mut self, server: usize) -> Result<(), Error> {
        let outcome = self.link(server).map(drop);
        outcome.map_err(|error| explain(&self.cluster.config().servers[server], error, b"SUBSCRIBE", false))
    }

    /// Waits until there is something to hear, and takes it in.
    fn listen(&mut self, left: Option<Duration>) -> Result<(), Error> {
        self.hear(PubSubConnection::read, |_| true);
        if !self.messages.is_empty() || !self.troubles.is_empty() {
            return Ok(());
        }
        let ear = self.interrupter.ear()?;
        if left != Some(Duration::ZERO) && self.interrupter.is_raised() {
            return Ok(());
        }
        let mut sockets: Vec<PollFd> = self.pubsub_connections.values().map(|link| PollFd::new(link, PollFlags::IN)).collect();
        sockets.push(PollFd::new(ear, PollFlags::IN));
        let timeout = left.and_then(|left| left.try_into().ok());
        match poll(&mut sockets, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(Error::new(Code::Io, format!("poll: {error}"))),
        }
        let ready: Vec<bool> = sockets.iter().map(|socket| !socket.revents().is_empty()).collect();
        drop(sockets);
        self.hear(PubSubConnection::receive, |link| ready[link]);
        Ok(())
    }

    /// Takes in what some of the connections have, each known by its place among them.
    fn hear(&mut self, take: fn(&mut PubSubConnection, &mut VecDeque<Reply>) -> Result<(), Error>, has: impl Fn(usize) -> bool) {
        let mut lost = Vec::new();
        for (_, (&server, link)) in self.pubsub_connections.iter_mut().enumerate().filter(|(place, _)| has(*place)) {
            if let Err(error) = take(link, &mut self.messages) {
                lost.push((server, error));
            }
        }
        lost.into_iter().for_each(|(server, error)| self.lose_link(server, error));
    }
}
