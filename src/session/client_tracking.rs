//! CLIENT TRACKING, CACHING, GETREDIR and TRACKINGINFO: the session's own connections to all masters are tracked clients, and their messages are
//! one stream.

use crate::config::Protocol;
use crate::crossnode::broadcast::client_ids::of_server;
use crate::error::Error;
use crate::resp::{Builder, Kind, Reply, pack};
use crate::session::inbox::Inbox;
use crate::session::invalidation_source::InvalidationSource;
use crate::session::select::parse_number;
use crate::session::session::{Outcome, Session};
use crate::session::tracking::Tracking;
use crate::session::tracking_options::{TrackingOptions, redirect_positions};
use crate::topology::RegisteredSession;
use std::sync::Arc;

/// An id that no client has.
const NO_CLIENT: &[u8] = b"9223372036854775807";

impl Session {
    /// CLIENT TRACKING. The first server checks the arguments; the others then get the same.
    pub(super) fn client_tracking(&mut self, args: &[&[u8]]) -> Outcome {
        let first = self.identify()?;
        let is_on = args[2].eq_ignore_ascii_case(b"ON");
        let redirects = redirect_positions(args);
        let target = redirects.first().and_then(|&at| self.inbox_of(args[at]));
        let source = match &self.tracking {
            Some(tracking) => tracking.source.clone(),
            None => Arc::new(InvalidationSource::new(self.interrupter.clone())),
        };
        if !is_on {
            let rejection = self.track_on(first, args, &source, (false, target.is_some()))?;
            return Ok(rejection.unwrap_or_else(|| {
                self.stop_tracking();
                Reply::status(b"OK")
            }));
        }
        let options = TrackingOptions::parse(&args[3..], self.tracking.as_ref().map(|tracking| &tracking.options));
        let servers = if options.is_broadcast { self.publishers() } else { (0..self.connections.len()).collect() };
        let first = if servers.contains(&first) { first } else { servers[0] };
        for server in [first].into_iter().chain(servers.into_iter().filter(|&server| server != first)) {
            match self.track_on(server, args, &source, (true, target.is_some())) {
                Ok(None) => {}
                Ok(Some(rejection)) if server == first => return Ok(rejection),
                Ok(Some(rejection)) => {
                    self.stop_tracking();
                    return Ok(rejection);
                }
                Err(error) => {
                    self.stop_tracking();
                    return Err(error);
                }
            }
        }
        self.keep_tracking(source, options, target);
        Ok(Reply::status(b"OK"))
    }

    /// Sends the command to a server, with the receiver of the messages there for the client that REDIRECT names. Returns its error reply.
    fn track_on(
        &mut self,
        server: usize,
        args: &[&[u8]],
        source: &InvalidationSource,
        (is_on, has_target): (bool, bool),
    ) -> Result<Option<Reply>, Error> {
        let configured = self.configured.clone();
        let receiver = if is_on || has_target { source.receiver(server, configured.topology().shard(server)) } else { Ok(Vec::new()) };
        let may_reconnect = !self.is_bound_to(server);
        let outcome = receiver.and_then(|receiver| {
            let mut words = args.to_vec();
            let redirects = redirect_positions(args);
            for &at in &redirects {
                // The server itself reports a word that is no number.
                if parse_number(args[at]).is_some() {
                    words[at] = if has_target { &receiver } else { NO_CLIENT };
                }
            }
            if is_on && redirects.is_empty() {
                // Before the other options, because one of them may lack its value.
                words.splice(3..3, [&b"REDIRECT"[..], &receiver]);
            }
            let connection = self.own_connection(server, may_reconnect)?;
            let is_new = connection.receiver_id() != Some(&receiver);
            let rejection = connection.track(&pack(&words), is_on.then_some(&receiver))?;
            if is_on && is_new && rejection.is_none() {
                source.attach(server, &*connection)?;
            }
            Ok(rejection)
        });
        outcome.map_err(|error| self.lose_connection(server, error, b"CLIENT", false))
    }

    /// Records the mode after all servers have accepted it.
    fn keep_tracking(&mut self, source: Arc<InvalidationSource>, options: TrackingOptions, target: Option<(i64, Arc<Inbox>)>) {
        source.set_broadcast(options.is_broadcast);
        let (redirect, inbox) = match target {
            Some((id, inbox)) => (Some(id), inbox),
            None => (None, self.inbox.0.clone()),
        };
        if let Some(tracking) = &mut self.tracking {
            // The connections stay; their messages may have another receiver.
            tracking.inbox.remove(&source);
            inbox.add(source);
            tracking.set_mode(options, redirect, inbox);
        } else {
            inbox.add(source.clone());
            self.tracking = Some(Tracking::new(source, options, redirect, inbox));
        }
    }

    fn stop_tracking(&mut self) {
        if let Some(tracking) = &self.tracking {
            // What was announced before is still delivered.
            tracking.source.fence(|_| true);
        }
        self.tracking = None;
        self.connections.iter_mut().flatten().for_each(|connection| connection.stop_tracking());
    }

    /// The session of this process that has an id, and where it receives messages. No other client can receive those of all servers.
    fn inbox_of(&self, id: &[u8]) -> Option<(i64, Arc<Inbox>)> {
        let id = parse_number(id)?;
        let (server, own_id) = of_server(id, self.connections.len());
        let identity = (self.configured.config().servers[server].address.clone(), own_id);
        let sessions = RegisteredSession::on_servers(self.configured.config());
        let session = sessions.into_iter().find(|session| session.identity().is_some_and(|own| *own == identity))?;
        let inbox = session.control().as_any().downcast_ref::<Arc<Inbox>>()?;
        (!inbox.is_closed()).then(|| (id, inbox.clone()))
    }

    /// CLIENT CACHING.
    pub(super) fn client_caching(&mut self, word: &[u8]) -> Reply {
        let text = match &mut self.tracking {
            Some(tracking) => {
                let (yes, no) = (word.eq_ignore_ascii_case(b"YES"), word.eq_ignore_ascii_case(b"NO"));
                if (yes && tracking.options.opts_in) || (no && tracking.options.opts_out) {
                    tracking.is_caching_given = true;
                    return Reply::status(b"OK");
                }
                match (yes, no) {
                    (true, _) => "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
                    (_, true) => "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
                    _ => "ERR syntax error",
                }
            }
            None => "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
        };
        Reply::error(text.as_bytes())
    }

    /// CLIENT GETREDIR.
    pub(super) fn redirect(&self) -> i64 {
        self.tracking.as_ref().map_or(-1, |tracking| tracking.redirect.unwrap_or(0))
    }

    /// CLIENT TRACKINGINFO.
    pub(super) fn tracking_info(&mut self) -> Reply {
        self.receive_invalidations();
        let is_resp3 = self.settings.protocol == Protocol::Resp3;
        let (map, set, fields) = if is_resp3 { (Kind::Map, Kind::Set, 6) } else { (Kind::Array, Kind::Array, 6) };
        let (mut flags, mut prefixes) = (vec!["off"], Vec::new());
        if let Some(tracking) = &self.tracking {
            flags = tracking.options.flags(tracking.is_caching_given);
            flags.extend(tracking.is_redirect_broken.then_some("broken_redirect"));
            prefixes = tracking.options.prefixes.iter().map(Vec::as_slice).collect();
            if tracking.options.is_broadcast && prefixes.is_empty() {
                prefixes.push(b"");
            }
        }
        let mut builder = Builder::default();
        let root = builder.begin(map, fields);
        builder.string(b"flags");
        push_strings(&mut builder, set, flags.into_iter().map(str::as_bytes));
        builder.string(b"redirect");
        builder.integer(self.redirect());
        builder.string(b"prefixes");
        push_strings(&mut builder, Kind::Array, prefixes.into_iter());
        builder.end(root);
        builder.finish()
    }
}

fn push_strings<'a>(builder: &mut Builder, kind: Kind, strings: impl ExactSizeIterator<Item = &'a [u8]>) {
    let list = builder.begin(kind, strings.len());
    strings.for_each(|string| builder.string(string));
    builder.end(list);
}
