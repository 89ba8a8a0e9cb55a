//! The session: its state and its own connections.

use crate::cluster::Cluster;
use crate::config::Protocol;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::connection::{SessionConnection, Settings};
use crate::session::credentials::Credentials;
use crate::session::inbox::{Inbox, OwnInbox};
use crate::session::interrupt::Interrupter;
use crate::session::monitor_connection::MonitorConnection;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::queued::{Binding, Transaction};
use crate::session::reply_mode::ReplyMode;
use crate::session::stream_buffer::StreamBuffer;
use crate::session::subscriptions::Subscriptions;
use crate::session::tracking::Tracking;
use crate::topology::RegisteredSession;
use crate::transport::{ConnectionSource, explain};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The outcome of one command.
pub(crate) type Outcome = Result<Reply, Error>;

/// One client of all servers, with the state that a connection to one server has: a transaction and its watched keys, the selected database, a
/// client name, subscriptions, the protocol. It begins with the protocol of the configuration; HELLO changes it.
///
/// [`Session::execute`] takes requests and returns replies. [`Session::write`] and [`Session::read`] do the same with a stream of bytes.
/// [`Session::receive`] waits for messages.
/// Commands without state use the connections of the [`Cluster`] that the session was made from. For transactions and for subscriptions the session
/// opens connections of its own, each when it first needs one to a server, and closes them when it is dropped. They do not count against
/// `pool_size`.
///
/// A session can be moved to another thread. To use one from several threads at the same time, make it a
/// [`SharedSession`](crate::SharedSession). A session belongs to the process that made it: in a forked child all calls fail and the connections of
/// the parent are not affected.
pub struct Session {
    /// With the configured databases.
    pub(super) configured: Cluster,
    /// With the database of SELECT and the protocol of HELLO.
    pub(super) selected: Cluster,
    process: u32,
    /// The longest time that a call takes that runs commands.
    deadline: Option<Duration>,
    pub(super) is_closed: bool,
    pub(super) settings: Settings,
    pub(super) reply_mode: ReplyMode,
    /// By [`Session::require_authentication`].
    pub(super) requires_authentication: bool,
    pub(super) is_authenticated: bool,
    /// Those of clients, if they are not those of the configuration.
    pub(super) credentials: Option<Arc<Credentials>>,
    pub(super) registration: Arc<RegisteredSession>,
    /// By server: the connection for transactions.
    pub(super) connections: Vec<Option<SessionConnection>>,
    /// The server whose connection identifies the session, once CLIENT ID or another such command was run.
    pub(super) identifying_server: Option<usize>,
    /// The server of the watched keys and of the first keys of the transaction.
    pub(super) binding: Option<Binding>,
    pub(super) transaction: Option<Transaction>,
    pub(super) subscriptions: Subscriptions,
    /// By server: the connection for subscriptions.
    pub(super) pubsub_connections: BTreeMap<usize, PubSubConnection>,
    /// After MONITOR.
    pub(super) is_monitoring: bool,
    /// By server: the connection that receives the lines of MONITOR.
    pub(super) monitors: BTreeMap<usize, MonitorConnection>,
    /// After CLIENT TRACKING ON.
    pub(super) tracking: Option<Tracking>,
    /// What receives the invalidation messages that are for this session.
    pub(super) inbox: OwnInbox,
    /// By CLIENT ID: another client may redirect its invalidation messages to this session.
    pub(super) has_told_id: bool,
    /// Messages and lines that were received and not returned.
    pub(super) messages: VecDeque<Reply>,
    /// Errors of lost subscription connections that were not returned.
    pub(super) pubsub_errors: VecDeque<Error>,
    pub(super) stream: StreamBuffer,
    pub(super) interrupter: Interrupter,
}

impl Cluster {
    /// Makes a session on the same servers, for commands with state, such as MULTI, WATCH, SELECT and SUBSCRIBE.
    ///
    /// It does not connect yet. The session can outlive this handle. Each call that runs commands has the [deadline](Cluster::with_deadline) of this
    /// handle, also while a blocking command waits. [`Session::receive`] and [`Session::read`] have timeouts of their own.
    pub fn session(&self) -> Session {
        let interrupter = Interrupter::default();
        let inbox = Arc::new(Inbox::new(interrupter.clone()));
        let session = Session::new(self.for_session(), RegisteredSession::new(self.config(), inbox.clone()), OwnInbox(inbox), interrupter);
        Session { deadline: self.deadline(), ..session }
    }
}

impl Session {
    fn new(cluster: Cluster, registration: Arc<RegisteredSession>, inbox: OwnInbox, interrupter: Interrupter) -> Session {
        let servers = cluster.config().servers.len();
        let settings = Settings { protocol: cluster.config().protocol, ..Settings::default() };
        Session {
            selected: cluster.clone(),
            configured: cluster,
            process: std::process::id(),
            deadline: None,
            is_closed: false,
            settings,
            reply_mode: ReplyMode::On,
            requires_authentication: false,
            is_authenticated: true,
            credentials: None,
            registration,
            connections: (0..servers).map(|_| None).collect(),
            identifying_server: None,
            binding: None,
            transaction: None,
            subscriptions: Subscriptions::default(),
            pubsub_connections: BTreeMap::new(),
            is_monitoring: false,
            monitors: BTreeMap::new(),
            tracking: None,
            inbox,
            has_told_id: false,
            messages: VecDeque::new(),
            pubsub_errors: VecDeque::new(),
            stream: StreamBuffer::default(),
            interrupter,
        }
    }

    /// Returns an interrupter, with which another thread ends a call that waits.
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// Sets what to do when another thread closes the session, by `CLIENT KILL` in a session of this process or by
    /// [`SharedSession::close`](crate::SharedSession::close): for example, to disconnect the client.
    ///
    /// `action` runs on that thread, at once if the session is closing already. It must not wait and must not use the session.
    pub fn on_close(&self, action: impl FnOnce() + Send + 'static) {
        self.interrupter.on_close(Box::new(action));
    }

    /// The longest time that a call takes that runs commands.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The check that every call begins with.
    pub(super) fn check_open(&self) -> Result<(), Error> {
        check_process(self.process)?;
        if self.is_closed || self.interrupter.is_closing() {
            return Err(Error::new(Code::Request, "the session is closed; open a new one"));
        }
        Ok(())
    }

    pub(super) fn check_process(&self) -> Result<(), Error> {
        check_process(self.process)
    }

    pub(super) fn is_subscribed(&self) -> bool {
        !self.subscriptions.is_empty()
    }

    /// Whether servers send something that is no reply.
    pub(crate) fn receives_messages(&self) -> bool {
        self.is_subscribed() || self.is_monitoring() || self.receives_invalidations()
    }

    /// Whether only the SUBSCRIBE family and a few others may run.
    pub(super) fn allows_only_subscriptions(&self) -> bool {
        self.is_subscribed() && self.settings.protocol == Protocol::Resp2
    }

    /// Returns a handle with a database and a protocol; `None` if nodes are databases of one server.
    pub(super) fn handle(&self, db: Option<u32>, protocol: Protocol) -> Option<Cluster> {
        let configured = self.configured.config();
        let config = match db {
            Some(db) => configured.in_database(db)?.with_protocol(protocol),
            None => configured.with_protocol(protocol),
        };
        Some(match config == *configured {
            true => self.configured.clone(),
            false => Cluster::open_shared(config).with_reads_of(&self.configured),
        })
    }

    /// Returns the server for commands that need one server and have no key.
    pub(super) fn first_server(&self) -> usize {
        self.configured.config().masters[0].server
    }

    pub(super) fn is_bound_elsewhere(&self, server: usize) -> bool {
        self.binding.as_ref().is_some_and(|binding| binding.server != server)
    }

    /// Binds the session to a server, unless it is bound already.
    pub(super) fn bind(&mut self, server: usize) -> &mut Binding {
        self.binding.get_or_insert(Binding { server, has_watched_keys: false, lost: None })
    }

    /// Returns the session's own connection to a server, with the current settings. Without `may_reconnect` it must exist already, because the
    /// server keeps state for it.
    pub(super) fn own_connection(&mut self, server: usize, may_reconnect: bool) -> Result<&mut SessionConnection, Error> {
        let config = self.configured.config();
        let slot = &mut self.connections[server];
        if may_reconnect && slot.as_ref().is_some_and(|connection| !connection.is_alive()) {
            *slot = None;
        }
        self.tracking.iter().for_each(Tracking::note_use);
        let mut connection = match slot.take() {
            Some(connection) => {
                connection.check_available()?;
                connection
            }
            None if !may_reconnect => return Err(Error::new(Code::Io, "the connection of the transaction was lost")),
            None => SessionConnection::open(self.configured.topology().shard(server))?,
        };
        connection.apply(&self.settings, config.servers[server].db)?;
        if let Some(tracking) = &self.tracking {
            tracking.start_on(server, &mut connection, self.configured.topology().shard(server))?;
        }
        Ok(slot.insert(connection))
    }

    /// Runs one packed command on a server over the session's own connection.
    pub(super) fn ask(&mut self, server: usize, name: &[u8], request: &[u8]) -> Outcome {
        let may_reconnect = self.binding.as_ref().is_none_or(|binding| binding.server != server);
        let mut sent = 0;
        match self.own_connection(server, may_reconnect).and_then(|connection| connection.ask(request, 1, &mut sent)) {
            Ok(reply) => Ok(reply.extract(1)),
            Err(error) => Err(self.lose_connection(server, error, name, sent == request.len())),
        }
    }

    /// Drops the session's own connection to a server after an error and marks the binding as lost. Returns the error with the node, the command and,
    /// if it `reached` the server, that it may have been executed.
    pub(super) fn lose_connection(&mut self, server: usize, error: Error, name: &[u8], reached: bool) -> Error {
        self.connections[server] = None;
        let error = explain(self.configured.topology().shard(server).server(), error, name, reached);
        if let Some(binding) = self.binding.as_mut().filter(|binding| binding.server == server) {
            binding.lost.get_or_insert_with(|| error.clone());
        }
        if let Some(transaction) = self.transaction.as_mut().filter(|transaction| transaction.servers.contains(&server)) {
            transaction.lost.get_or_insert_with(|| error.clone());
        }
        error
    }

    /// Whether the connection to a server has watched keys or a transaction.
    pub(super) fn is_bound_to(&self, server: usize) -> bool {
        let takes_part = self.transaction.as_ref().is_some_and(|transaction| transaction.servers.contains(&server));
        takes_part || self.binding.as_ref().is_some_and(|binding| binding.server == server)
    }

    /// The error with which a server of the transaction or of the watched keys was lost.
    pub(super) fn lost(&self) -> Option<&Error> {
        let of_transaction = || self.transaction.as_ref().and_then(|transaction| transaction.lost.as_ref());
        self.binding.as_ref().and_then(|binding| binding.lost.as_ref()).or_else(of_transaction)
    }

    /// RESET: discards all state except the byte stream, the interrupter, and the connection that identifies the session, if no transaction is
    /// bound to it.
    pub(super) fn reset(&mut self) -> Reply {
        let identity = self.identifying_server.filter(|&server| !self.is_bound_to(server));
        let kept = identity.and_then(|server| Some((server, self.connections[server].take()?)));
        self.discard_state();
        if let Some((server, mut connection)) = kept {
            connection.stop_tracking();
            self.connections[server] = Some(connection);
            self.identifying_server = Some(server);
            self.register_identity(server);
            // Removes the name that CLIENT LIST shows. If the server does not reply, a later command reports that.
            let _ = self.own_connection(server, true);
        }
        Reply::status(b"RESET")
    }

    fn discard_state(&mut self) {
        let stream = std::mem::take(&mut self.stream);
        let (requires_authentication, credentials) = (self.requires_authentication, self.credentials.take());
        self.registration.set_identity(None);
        self.registration.set_subscribed(false);
        // Sessions that redirect their messages to this one continue to do so.
        let inbox = OwnInbox(Arc::new(Inbox::new(self.interrupter.clone())));
        let mut new = Session::new(self.configured.clone(), self.registration.clone(), inbox, self.interrupter.clone());
        std::mem::swap(&mut new.inbox, &mut self.inbox);
        let deadline = self.deadline;
        *self = Session { stream, requires_authentication, is_authenticated: !requires_authentication, credentials, deadline, ..new };
    }

    /// QUIT: closes the connections. Later calls fail, except that the rest of the byte stream can be read.
    pub(super) fn quit(&mut self) -> Reply {
        self.discard_state();
        self.inbox.0.close();
        self.is_closed = true;
        Reply::status(b"OK")
    }
}

/// Fails in a forked child of the process that made the session.
pub(super) fn check_process(process: u32) -> Result<(), Error> {
    if process == std::process::id() {
        return Ok(());
    }
    Err(Error::new(Code::Request, "a session belongs to the process that opened it; open a new one in the forked child"))
}
