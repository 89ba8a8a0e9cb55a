//! The public handle.

use crate::cluster::each::{Nodes, each};
use crate::cluster::explain::explain;
use crate::cluster::node_for::node_for;
use crate::cluster::node_list::node_list;
use crate::cluster::per_process::{CurrentTopology, PerProcess};
use crate::cluster::reply_sink::{AsReply, ReplySink};
use crate::cluster::router::Router;
use crate::config::{Config, Read};
use crate::crossnode;
use crate::error::Error;
use crate::resp::{CommandSource, Reply};
use crate::routing::CommandResolver;
use crate::topology::Topology;
use std::sync::Arc;
use std::time::Duration;

/// A minimum age for [`Cluster::recover`] that is longer than almost any call takes.
pub const RECOVER_MIN_AGE: Duration = Duration::from_secs(60);

/// A handle on the servers of a configuration, which makes them behave like one server.
///
/// Many threads may use it at once, and so may forked children beside their parent: each process has its own connections. A connection is
/// opened when a command first needs it, and kept until the handle is dropped.
///
/// A clone, and the result of [`Cluster::with_read`], share the connections of the original. They are closed when the last of these handles is
/// dropped.
#[derive(Clone)]
pub struct Cluster {
    handle: Arc<PerProcess>,
    read: Read,
}

impl Cluster {
    /// Opens a handle. It does not connect to any server yet.
    pub fn open(config: Config) -> Cluster {
        let read = config.read;
        Cluster { handle: Arc::new(PerProcess::new(config)), read }
    }

    /// The configuration that it was opened with.
    pub fn config(&self) -> &Config {
        &self.handle.config
    }

    /// A handle that shares the connections of this one, but sends reads elsewhere than the configuration says. This is as cheap as a clone.
    pub fn with_read(&self, read: Read) -> Cluster {
        Cluster { handle: self.handle.clone(), read }
    }

    /// Whether both handles share their connections and send reads to the same servers.
    pub(crate) fn is_same(&self, other: &Cluster) -> bool {
        Arc::ptr_eq(&self.handle, &other.handle) && self.read == other.read
    }

    /// Where this handle sends reads.
    pub fn read(&self) -> Read {
        self.read
    }

    /// Runs one command, the name of which is the first argument, and returns its reply. An error reply of a server is a reply too.
    ///
    /// # Errors
    ///
    /// The command is invalid, its keys are on several nodes and it cannot run there, or a server failed. The error of a server names the node
    /// and says whether the command may have been executed.
    #[inline]
    pub fn command(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        self.route(|router| router.run_one(None, args, &mut AsReply))
    }

    /// [`Cluster::command`] with a sink for the reply.
    #[inline]
    pub(crate) fn command_for<T: ReplySink>(&self, args: &[&[u8]], sink: &mut T) -> Result<T::Output, Error> {
        self.route(|router| router.run_one(None, args, sink))
    }

    /// Runs the commands of a request (RESP arrays of bulk strings) and returns an array with one reply per command, in order.
    ///
    /// A command that fails has a failure in its place and does not affect the others. An empty request returns an empty array.
    ///
    /// # Errors
    ///
    /// The request is not valid RESP. No command is sent then.
    #[inline]
    pub fn execute(&self, request: &[u8]) -> Result<Reply, Error> {
        self.route(|router| router.run_request(request))
    }

    /// [`Cluster::execute`] with commands from any source and a sink for the replies.
    pub(crate) fn execute_for<'a, T: ReplySink>(&self, source: impl CommandSource<'a>, sink: &mut T) -> Result<T::Output, Error> {
        self.route(|router| router.run_many(source, sink))
    }

    /// Runs the only command of a request on every master and returns a map from each alias to its reply. A server with several aliases runs
    /// it once.
    ///
    /// # Errors
    ///
    /// The request does not consist of one command, or the command requires a session. A server that fails has a failure in its place.
    pub fn each(&self, request: &[u8]) -> Result<Reply, Error> {
        self.each_on(Nodes::Masters, request)
    }

    /// [`Cluster::each`] on masters, on replicas or on both. The replicas of `node_1` have the aliases `node_1_slave`, `node_1_slave_2` and so
    /// on. Unless the configuration names the replicas, the masters are asked for them first.
    pub fn each_on(&self, nodes: Nodes, request: &[u8]) -> Result<Reply, Error> {
        each(self.config(), &self.topology(), nodes, request)
    }

    /// Reports what the only command of a request would do, without running it. If that depends on the sizes of the operands, it asks the
    /// servers for these.
    ///
    /// The reply is a map: `command`, `strategy` (`one node`, `split`, `colocate`, `gather`, `transfer`, `refuse` …), `atomic` (1 or 0),
    /// `round_trips`, `nodes`, `keys` (maps of `position`, `key` as it is stored, `node`, and `pinned`: 1 if the hash tag of the first key
    /// or a rule of `pin` determines the node), `steps` (maps of `round`, `node`, `command`; the steps of one round run in parallel), and
    /// `reason` (why the command is rejected, or nil).
    ///
    /// # Errors
    ///
    /// The request does not consist of one command, or a server failed.
    pub fn explain(&self, request: &[u8]) -> Result<Reply, Error> {
        explain(&CommandResolver::new(self.config(), &self.topology()), request)
    }

    /// Finds interrupted moves between nodes (RENAME, SMOVE, LMOVE and similar commands) on all servers. If the copy of a value has arrived,
    /// the move is completed; otherwise the source is restored. Until then the value is stored, but not visible under either key.
    ///
    /// A move that began less than `min_age` ago is skipped, because it may still be in progress. No age is unsafe, but a move that `recover`
    /// overtakes fails: pass [`RECOVER_MIN_AGE`](crate::RECOVER_MIN_AGE), or a time longer than any call may take.
    ///
    /// The reply is an array of maps, one for each value found: `node`, `key`, `command`, `source`, `destination`, `age` (milliseconds),
    /// `outcome` (`finished`, `undone`, `removed`: a superfluous copy, `young`: skipped, `waiting`), and `reason` (why it is waiting).
    ///
    /// # Errors
    ///
    /// A server failed. Calling it again is safe.
    pub fn recover(&self, min_age: Duration) -> Result<Reply, Error> {
        crossnode::recover(self.config(), &self.topology(), min_age)
    }

    /// Moves a value that [`Cluster::recover`] reports as `waiting`, because its source key is in use again, to another key, which must not
    /// exist. `hidden_key` is the `key` of that report.
    ///
    /// The reply is a map as in the reply of `recover`. `outcome` is `moved`; `finished` if the value had arrived at its destination after all;
    /// or `waiting`, with the reason: then the value is in the hidden key `key`, which may be another one than before.
    ///
    /// It is an error reply if no interrupted move has its value in this hidden key.
    ///
    /// # Errors
    ///
    /// A server failed. If the value may be on its way, the error says that `recover` ends that.
    pub fn recover_to(&self, hidden_key: &[u8], key: &[u8]) -> Result<Reply, Error> {
        crossnode::recover_to(self.config(), &self.topology(), hidden_key, key)
    }

    /// Returns the master of a key as a map: `alias`, `host`, `port`, `unix` (the path of the socket), and `key` (the name under which it is
    /// stored). No server is asked.
    ///
    /// # Errors
    ///
    /// The key has a hash tag, and the configuration has no `hash_tag`.
    pub fn node_for(&self, key: &[u8]) -> Result<Reply, Error> {
        node_for(self.config(), key)
    }

    /// All masters and their replicas, as a map from alias to a map of role, master, host, port, unix, db, server, replicas.
    ///
    /// With `discover` the masters are first asked for their replicas, unless the configuration names them or forbids it; otherwise no server is
    /// contacted, and the replicas are those that are known already. Each master is followed by its replicas, whose aliases are those of
    /// [`Cluster::each_on`]. `role` is `master` or `replica`; `master` the alias of the master (of a master, its own); `server` the first alias
    /// in the list with the same address, so that equal values name the same server; `replicas` an array of aliases.
    pub fn node_list(&self, discover: bool) -> Reply {
        node_list(self.config(), &self.topology(), discover)
    }

    /// The topology of the calling process.
    #[inline]
    pub(crate) fn topology(&self) -> CurrentTopology<'_> {
        self.handle.topology()
    }

    /// Runs a call on the servers of the calling process.
    #[inline(always)]
    fn route<R>(&self, call: impl FnOnce(Router) -> R) -> R {
        self.handle.with(|topology: &Topology| call(Router { config: self.config(), topology, read: self.read }))
    }
}
