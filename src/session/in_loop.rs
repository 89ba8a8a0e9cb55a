//! What a program that serves many sessions in one event loop needs: it runs the commands that concern no state itself, and calls
//! [`Session::write`] where it may wait for the others.

use crate::cluster::Cluster;
use crate::error::Error;
use crate::resp::RequestStream;
use crate::session::monitor_connection::MonitorConnection;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::reply_mode::ReplyMode;
use crate::session::session::Session;
use std::os::fd::OwnedFd;
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

    /// Whether the replies to commands without state are those of [`Session::stateless_handle`], and nothing else is to be returned.
    pub(crate) fn is_plain(&self) -> bool {
        let has_state =
            self.transaction.is_some() || self.receives_messages() || !self.messages.is_empty() || self.stream.blocked.is_some();
        self.is_authenticated && self.reply_mode == ReplyMode::On && !has_state && !self.has_ended()
    }

    /// Whether a blocking command of the byte stream waits.
    pub(crate) fn is_blocked(&self) -> bool {
        self.stream.blocked.is_some()
    }

    /// Whether the session is closed, or another thread is closing it.
    pub(crate) fn has_ended(&self) -> bool {
        self.is_closed || self.interrupter.is_closing()
    }

    /// The sockets over which messages arrive.
    pub(crate) fn message_sockets(&mut self) -> Result<Vec<Arc<OwnedFd>>, Error> {
        let subscriptions = self.pubsub_connections.values_mut().map(PubSubConnection::socket);
        let monitors = self.monitors.values_mut().map(MonitorConnection::socket);
        subscriptions.chain(monitors).collect()
    }
}
