//! What a program that serves many sessions in one event loop needs: it runs the commands that concern no state itself, and calls
//! [`Session::write`] where it may wait for the others.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::resp::{Reply, RequestStream};
use crate::session::monitor_connection::MonitorConnection;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::reply_mode::ReplyMode;
use crate::session::session::Session;
use crate::transport::clock::{NEVER, Time};
use rustix::event::PollFlags;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

impl Session {
    /// The requests of the byte stream. [`Session::write`] runs those that were not taken out.
    pub(crate) fn requests(&mut self) -> &mut RequestStream {
        &mut self.stream.incoming
    }

    /// The handle that commands without state use.
    pub(crate) fn stateless_handle(&self) -> &Cluster {
        &self.selected
    }

    /// Whether a command without state has the effect and the reply here that it has on [`Session::stateless_handle`], and nothing else is to be
    /// returned.
    pub(crate) fn is_plain(&self) -> bool {
        let is_tracked = self.tracking.is_some() || !self.inbox.0.is_empty();
        let has_messages = self.receives_messages() || !self.messages.is_empty() || is_tracked;
        let has_state = self.transaction.is_some() || self.stream.blocked.is_some();
        self.is_authenticated && self.reply_mode == ReplyMode::On && !has_messages && !has_state && !self.has_ended()
    }

    /// Whether a blocking command of the byte stream waits.
    pub(crate) fn is_blocked(&self) -> bool {
        self.stream.blocked.is_some()
    }

    /// Whether the session is closed, or another thread is closing it.
    pub(crate) fn has_ended(&self) -> bool {
        self.is_closed || self.interrupter.is_closing()
    }

    /// The sockets over which messages arrive, each with the events that tell of them.
    pub(crate) fn message_sockets(&mut self) -> Result<Vec<(Arc<OwnedFd>, PollFlags)>, Error> {
        let invalidations = self.invalidation_sockets();
        let subscriptions = self.pubsub_connections.values_mut().map(PubSubConnection::socket);
        let monitors = self.monitors.values_mut().map(MonitorConnection::socket);
        let sockets = subscriptions.chain(monitors).map(|socket| Ok((socket?, PollFlags::IN)));
        sockets.chain(invalidations.into_iter().map(Ok)).collect()
    }

    /// Takes messages of subscriptions that have arrived, without waiting, at most so many. `None`: something else has to be done, and
    /// [`Session::receive`], which may wait, has to be called.
    pub(crate) fn take_messages(&mut self, most: usize) -> Option<Vec<Reply>> {
        let is_tracked = self.tracking.is_some() || !self.inbox.0.is_empty();
        let has_lost_connections = !self.pubsub_errors.is_empty() || self.has_lost_publishers();
        if is_tracked || self.is_monitoring || self.is_blocked() || self.has_ended() || has_lost_connections {
            return None;
        }
        self.receive_messages().ok()?;
        let count = most.min(self.messages.len());
        Some(self.messages.drain(..count).collect())
    }

    /// When [`Session::read`] has to be called although no socket is readable: it looks after the servers of subscriptions.
    pub(crate) fn next_check(&self) -> Option<Time> {
        self.pubsub_connections.values().map(PubSubConnection::next_check).min().filter(|time| *time < NEVER)
    }

    /// A socket that becomes readable when another session or thread has something for this session.
    pub(crate) fn wake_up_socket(&self) -> Result<Arc<OwnedFd>, Error> {
        let socket = self.interrupter.rx()?.as_fd().try_clone_to_owned();
        socket.map(Arc::new).map_err(|error| Error::new(Code::Io, format!("cannot duplicate a socket: {error}")))
    }
}
