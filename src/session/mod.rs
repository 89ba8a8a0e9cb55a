//! A handle for what has a state: MULTI and WATCH, SELECT, SUBSCRIBE, and what else one connection to one server would remember.

mod client;
mod connection;
mod dispatch;
mod encode;
mod framing;
mod interrupt;
mod pubsub;
mod pubsub_connection;
mod receive;
mod replies;
mod routing;
mod select;
mod stream;
mod subscriptions;
mod transaction;

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::connection::{SessionConnection, Setup};
pub use crate::session::interrupt::Interrupter;
use crate::session::pubsub_connection::PubSubConnection;
use crate::session::stream::Stream;
use crate::session::subscriptions::Subscriptions;
use crate::session::transaction::{Pin, Transaction};
use crate::transport::explain;
use std::collections::{BTreeMap, VecDeque};

/// What becomes of one command.
type Outcome = Result<Reply, Error>;

/// One client of all servers, with what a connection to a single one would remember: a transaction and the keys it watches, the database, a
/// name, subscriptions.
///
/// Commands go in as RESP, and RESP comes out: from [`Session::execute`] as replies, from [`Session::write`] and [`Session::read`] as bytes.
/// Ordinary commands go over the connections of the [`Cluster`] that it was made of. For transactions the session opens a connection of its own
/// to a server when it first needs one there, for subscriptions another, and closes them when it goes; they do not count against `pool_size`.
///
/// A session may be moved from thread to thread, and is used by one at a time. It belongs to the process that made it: in a forked child all
/// its calls fail, and none touches a connection of the parent's.
pub struct Session {
    /// As configured.
    cluster: Cluster,
    /// In the database that was selected.
    view: Cluster,
    process: u32,
    closed: bool,
    setup: Setup,
    /// By server, the connections of its own.
    connections: Vec<Option<SessionConnection>>,
    /// The server that its watched keys and its transaction are on.
    pin: Option<Pin>,
    transaction: Option<Transaction>,
    subscriptions: Subscriptions,
    /// By server, the connections that messages come over.
    pubsub_connections: BTreeMap<usize, PubSubConnection>,
    /// What came and was not yet handed out.
    messages: VecDeque<Reply>,
    /// Links that were lost, of which nobody was told yet.
    troubles: VecDeque<Error>,
    stream: Stream,
    interrupter: Interrupter,
}

impl Cluster {
    /// A session on the same servers, for commands that change the state of a connection, such as MULTI, WATCH, SELECT and SUBSCRIBE. It does
    /// not connect to any server yet, and may outlive this handle.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }
}

impl Session {
    pub(crate) fn new(cluster: Cluster) -> Session {
        let servers = cluster.config().servers.len();
        Session {
            view: cluster.clone(),
            cluster,
            process: std::process::id(),
            closed: false,
            setup: Setup::default(),
            connections: (0..servers).map(|_| None).collect(),
            pin: None,
            transaction: None,
            subscriptions: Subscriptions::default(),
            pubsub_connections: BTreeMap::new(),
            messages: VecDeque::new(),
            troubles: VecDeque::new(),
            stream: Stream::default(),
            interrupter: Interrupter::default(),
        }
    }

    /// Runs the commands of a request, RESP arrays of bulk strings, and answers an array of replies, in order.
    ///
    /// There is one reply a command, but, as with one server, the SUBSCRIBE family answers one a channel or pattern, and nothing behind a QUIT
    /// is answered. A command that fails is a failure in its place. The call fails when the request is not RESP (nothing is done then), after
    /// QUIT, and in a child of the session's process.
    pub fn execute(&mut self, request: &[u8]) -> Result<Reply, Error> {
        self.enter()?;
        dispatch::run(self, request)
    }

    /// What ends, from another thread, a call that waits in [`Session::receive`] or [`Session::read`].
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// What every call begins with.
    fn enter(&self) -> Result<(), Error> {
        if self.process != std::process::id() {
            return Err(Error::new(Code::Request, "a session belongs to the process that made it; a forked child makes one of its own"));
        }
        if self.closed {
            return Err(Error::new(Code::Request, "the session is closed"));
        }
        Ok(())
    }

    fn is_subscribed(&self) -> bool {
        !self.subscriptions.is_empty()
    }

    /// The server that speaks for all where one must.
    fn first_server(&self) -> usize {
        self.cluster.config().masters[0].server
    }

    /// The session's own connection to a server; with `bound` that which holds its state, and no other.
    fn seat(&mut self, server: usize, bound: bool) -> Result<&mut SessionConnection, Error> {
        let config = self.cluster.config();
        let place = &mut self.connections[server];
        if !bound && place.as_ref().is_some_and(|seat| !seat.is_alive()) {
            *place = None;
        }
        let mut seat = match place.take() {
            Some(seat) => seat,
            None if bound => return Err(Error::new(Code::Io, "the connection of the transaction was lost")),
            None => SessionConnection::open(&config.servers[server], config)?,
        };
        seat.prepare(&self.setup, config.servers[server].db)?;
        Ok(place.insert(seat))
    }

    /// Asks one server, over the session's own connection, what does not change its state.
    fn ask(&mut self, server: usize, name: &[u8], request: &[u8]) -> Outcome {
        let bound = self.pin.as_ref().is_some_and(|pin| pin.server == server);
        let mut sent = 0;
        match self.seat(server, bound).and_then(|seat| seat.ask(request, 1, &mut sent)) {
            Ok(reply) => Ok(reply.extract(1)),
            Err(error) => Err(self.lose(server, error, name, sent == request.len())),
        }
    }

    /// Notes that the session's own connection to a server is lost, and what depended on it; answers the error with all there is to tell.
    fn lose(&mut self, server: usize, error: Error, name: &[u8], reached: bool) -> Error {
        self.connections[server] = None;
        let error = explain(&self.cluster.config().servers[server], error, name, reached);
        if let Some(pin) = self.pin.as_mut().filter(|pin| pin.server == server) {
            pin.lost.get_or_insert_with(|| error.clone());
        }
        error
    }

    /// RESET: as a session that was just made.
    fn reset(&mut self) -> Reply {
        let stream = std::mem::take(&mut self.stream);
        let interrupter = self.interrupter.clone();
        *self = Session { stream, interrupter, ..Session::new(self.cluster.clone()) };
        Reply::status(b"RESET")
    }
}
