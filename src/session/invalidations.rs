//! Receives the invalidation messages for a session and turns them into messages of its protocol.

use crate::config::Protocol;
use crate::resp::{Builder, Kind, Reply};
use crate::session::invalidation_queue::Invalidation;
use crate::session::invalidation_source::{InvalidationSource, RETRY_INTERVAL};
use crate::session::session::Session;
use crate::topology::INVALIDATIONS;
use rustix::event::PollFlags;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

impl Session {
    /// Whether invalidation messages may come. In RESP2 only a subscribed session receives them.
    pub(super) fn receives_invalidations(&self) -> bool {
        match self.settings.protocol {
            // Also that the session which REDIRECT names is gone.
            Protocol::Resp3 => self.tracking.is_some() || self.has_told_id || !self.inbox.0.is_empty(),
            Protocol::Resp2 => self.is_subscribed() && !self.inbox.0.is_empty(),
        }
    }

    /// The sources of messages: those of the inbox, and the session's own if the session that REDIRECT names is gone.
    fn invalidation_sources(&self) -> Vec<Arc<InvalidationSource>> {
        let mut sources = self.inbox.0.sources();
        sources.extend(self.orphaned_source());
        sources
    }

    fn orphaned_source(&self) -> Option<Arc<InvalidationSource>> {
        self.tracking.as_ref().filter(|tracking| tracking.has_lost_receiver()).map(|tracking| tracking.source.clone())
    }

    /// Receives what has arrived, without waiting.
    pub(super) fn receive_invalidations(&mut self) {
        for source in self.inbox.0.sources() {
            let is_own = source.is_owned_by(&self.interrupter);
            let is_redirected = !is_own || self.tracking.as_ref().is_some_and(|tracking| tracking.redirect.is_some());
            for invalidation in source.receive() {
                self.messages.extend(self.invalidation_message(invalidation, is_redirected));
            }
            if source.has_ended() {
                self.inbox.0.remove_ended();
            }
            if !is_own && !source.silent_servers().is_empty() {
                // Only that session can make the servers announce keys again, and nothing else would tell its client.
                source.close_owner();
            }
        }
        if let Some(source) = self.orphaned_source() {
            for _ in source.receive() {
                self.report_broken_redirect();
            }
        }
    }

    /// The message as one server sends it; `None` if the protocol has none.
    fn invalidation_message(&self, invalidation: Invalidation, is_redirected: bool) -> Option<Reply> {
        let mut builder = Builder::default();
        let root = match self.settings.protocol {
            Protocol::Resp3 => {
                let root = builder.begin(Kind::Push, 2);
                builder.string(b"invalidate");
                root
            }
            Protocol::Resp2 if is_redirected && self.is_subscribed() => {
                let root = builder.begin(Kind::Array, 3);
                builder.string(b"message");
                builder.string(INVALIDATIONS);
                root
            }
            Protocol::Resp2 => return None,
        };
        match (invalidation, self.settings.protocol) {
            (Invalidation::Keys(keys), _) => {
                let list = builder.begin(Kind::Array, keys.len());
                keys.iter().for_each(|key| builder.string(key));
                builder.end(list);
            }
            (Invalidation::All, Protocol::Resp3) => builder.null(),
            (Invalidation::All, Protocol::Resp2) => builder.nil(),
        }
        builder.end(root);
        Some(builder.finish())
    }

    fn report_broken_redirect(&mut self) {
        let Some(tracking) = &mut self.tracking else { return };
        tracking.is_redirect_broken = true;
        if self.settings.protocol == Protocol::Resp3 {
            let mut builder = Builder::default();
            let root = builder.begin(Kind::Push, 2);
            builder.string(b"tracking-redir-broken");
            builder.integer(tracking.redirect.unwrap_or(0));
            builder.end(root);
            self.messages.push_back(builder.finish());
        }
    }

    /// After commands: the messages that they caused follow their replies, as on one server. Other messages may follow too.
    pub(super) fn settle_invalidations(&mut self) {
        let written: Vec<usize> = self.tracking.iter_mut().flat_map(|tracking| std::mem::take(&mut tracking.written)).collect();
        if !written.is_empty() && self.receives_invalidations() {
            self.fence_invalidations(&written);
        }
        if self.tracking.is_some() || !self.inbox.0.is_empty() {
            self.receive_invalidations();
        }
    }

    /// Waits until everything has arrived that some servers announced before this call.
    pub(super) fn fence_invalidations(&self, servers: &[usize]) {
        if let Some(tracking) = &self.tracking
            && tracking.inbox.is_of(&self.interrupter)
        {
            tracking.source.fence(|server| servers.contains(&server));
        }
    }

    /// Whether messages were received that [`Session::receive_invalidations`] has not taken.
    pub(super) fn has_invalidations(&self) -> bool {
        self.receives_invalidations() && self.invalidation_sources().iter().any(|source| source.has_messages())
    }

    /// Makes servers announce keys again that announce all keys and were lost. Returns after which time to try again.
    pub(super) fn restore_tracking(&mut self) -> Option<Duration> {
        let silent = self.tracking.as_ref()?.source.silent_servers();
        let is_silent = |&server: &usize| self.own_connection(server, !self.is_bound_to(server)).is_err();
        let still_silent = silent.into_iter().filter(is_silent).count();
        (still_silent > 0).then_some(RETRY_INTERVAL)
    }

    /// What to wait for.
    pub(super) fn invalidation_sockets(&self) -> Vec<(Arc<OwnedFd>, PollFlags)> {
        if !self.receives_invalidations() {
            return Vec::new();
        }
        self.invalidation_sources().iter().flat_map(|source| source.sockets()).collect()
    }
}
