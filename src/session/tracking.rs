//! The state of CLIENT TRACKING in a session.

use crate::error::{Code, Error};
use crate::resp::{Value, pack};
use crate::session::connection::SessionConnection;
use crate::session::inbox::Inbox;
use crate::session::invalidation_source::InvalidationSource;
use crate::session::tracking_options::TrackingOptions;
use crate::topology::Shard;
use std::collections::BTreeSet;
use std::sync::Arc;

/// While it exists, the session's own connections to all masters are tracked.
pub(crate) struct Tracking {
    pub source: Arc<InvalidationSource>,
    pub options: TrackingOptions,
    /// The id after REDIRECT.
    pub redirect: Option<i64>,
    /// Of the session that gets the messages: this one, or the one that REDIRECT names.
    pub inbox: Arc<Inbox>,
    /// A message could not be delivered, because the session that REDIRECT names was closed.
    pub is_redirect_broken: bool,
    /// CLIENT CACHING has been given for the next command.
    pub is_caching_given: bool,
    /// The servers on which a command may have changed tracked keys. Its messages follow its reply.
    pub written: BTreeSet<usize>,
    pub process: u32,
}

impl Tracking {
    pub(crate) fn new(source: Arc<InvalidationSource>, options: TrackingOptions, redirect: Option<i64>, inbox: Arc<Inbox>) -> Tracking {
        Tracking {
            source,
            options,
            redirect,
            inbox,
            is_redirect_broken: false,
            is_caching_given: false,
            written: BTreeSet::new(),
            process: std::process::id(),
        }
    }

    /// CLIENT TRACKING ON, while it is on.
    pub(crate) fn set_mode(&mut self, options: TrackingOptions, redirect: Option<i64>, inbox: Arc<Inbox>) {
        (self.options, self.redirect, self.inbox) = (options, redirect, inbox);
        self.is_redirect_broken = false;
    }

    /// Makes sure that a connection to a server is tracked.
    pub(crate) fn start_on(&self, server: usize, connection: &mut SessionConnection, shard: &Shard) -> Result<(), Error> {
        let receiver = self.source.receiver(server, shard)?;
        if connection.receiver_id() == Some(&receiver) {
            return Ok(());
        }
        connection.stop_tracking();
        let words = [&b"CLIENT"[..], b"TRACKING", b"ON", b"REDIRECT", &receiver];
        let request = pack(&words.into_iter().chain(self.options.words()).collect::<Vec<_>>());
        match connection.track(&request, Some(&receiver))? {
            None => {
                self.source.attach(server, &*connection)?;
                self.inbox.wake();
                Ok(())
            }
            Some(rejection) => {
                let text =
                    if let Value::Error(text) = rejection.root() { String::from_utf8_lossy(text).into_owned() } else { String::new() };
                Err(Error::new(Code::Connect, format!("CLIENT TRACKING ON: {text}")))
            }
        }
    }

    /// Records that the session uses its tracked connections.
    pub(crate) fn note_use(&self) {
        if self.source.note_use() {
            self.inbox.wake();
        }
    }

    /// Whether the session that gets the messages is gone.
    pub(crate) fn has_lost_receiver(&self) -> bool {
        self.inbox.is_closed()
    }
}

impl Drop for Tracking {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            self.source.end();
            self.inbox.wake();
        }
    }
}
