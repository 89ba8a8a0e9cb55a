//! The public handle.

use crate::cluster::call_options::CallOptions;
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
use crate::resp::{CommandSource, Reply, check_memory, check_memory_for_request, is_memory_limited};
use crate::routing::CommandResolver;
use crate::topology::{Reads, Topology};
use crate::transport::Interrupt;
use crate::transport::deadline::Deadline;
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
    options: CallOptions,
    deadline: Option<Duration>,
    interrupt: Option<Interrupt>,
    /// Calls have a deadline, can be interrupted, may lack memory, or their writes are remembered. Most handles have none of these, and the fast path
    /// of their calls looks at this alone.
    is_limited: bool,
}

impl Cluster {
    /// Opens a handle. It does not connect to any server yet.
    pub fn open(config: Config) -> Cluster {
        let deadline = config.deadline;
        let handle = Arc::new(PerProcess::new(config));
        let options = CallOptions::of(handle.config.clone());
        Cluster { handle, options, deadline, interrupt: None, is_limited: false }.with_limits()
    }

    /// The configuration that it was opened with.
    pub fn config(&self) -> &Config {
        &self.handle.config
    }

    /// A handle that shares the connections of this one, but sends reads elsewhere than the configuration says. This is as cheap as a clone.
    pub fn with_read(&self, read: Read) -> Cluster {
        // While keys move, a replica may have a key too early or too late.
        let read = if self.config().previous.is_some() { Read::Master } else { read };
        self.with_options(CallOptions { read, ..self.options.clone() })
    }

    /// A handle that shares the connections of this one, and says whether its reads see its own writes, whatever the configuration says. This is as
    /// cheap as a clone.
    ///
    /// After a command of the handle that may write to a node, its reads of this node go to the master, until a replica is known to have everything
    /// that was acknowledged before that command ended. The writes of other handles do not count; clones of the handle, and handles that are derived
    /// from it, share its memory. A session that is opened on the handle reads from masters.
    pub fn with_read_your_writes(&self, read_your_writes: bool) -> Cluster {
        self.with_options(self.options.clone().with_read_your_writes(read_your_writes))
    }

    /// Whether reads of this handle see its own writes.
    pub fn read_your_writes(&self) -> bool {
        self.options.own_writes.is_some()
    }

    fn with_options(&self, options: CallOptions) -> Cluster {
        Cluster { options, ..self.clone() }.with_limits()
    }

    /// The same reads as those of another handle of these servers.
    pub(crate) fn with_reads_of(&self, other: &Cluster) -> Cluster {
        let own_writes = other.options.own_writes.clone();
        self.with_options(CallOptions { read: other.read(), own_writes, ..self.options.clone() })
    }

    /// A handle that shares the connections of this one, and each call of which ends after `limit` at the latest; `None`: calls have no such
    /// limit, whatever the configuration says. This is as cheap as a clone.
    ///
    /// The limit is for the call as a whole, with all of its rounds and retries. A call that it ends fails with [`Code::Timeout`](crate::Code)
    /// and says in which round it was, on which node, and whether the command may have been executed.
    ///
    /// A session that is opened on the handle has this limit for each of its calls that runs commands.
    pub fn with_deadline(&self, limit: Option<Duration>) -> Cluster {
        Cluster { deadline: limit, ..self.clone() }.with_limits()
    }

    /// A handle that shares the connections of this one, and an interrupt, with which another thread ends its calls. This is as cheap as a clone.
    ///
    /// A call that is interrupted fails as if its [deadline](Cluster::with_deadline) had passed. All later calls of the handle, and of handles that
    /// were made from it, fail too. Sessions have [interrupters of their
    /// own](crate::Interrupter).
    pub fn with_interrupt(&self) -> (Cluster, Interrupt) {
        let interrupt = Interrupt::new();
        (Cluster { interrupt: Some(interrupt.clone()), is_limited: true, ..self.clone() }, interrupt)
    }

    /// The handle for a session that is opened on this one. The connections of the session itself take no part in the memory of writes.
    pub(crate) fn for_session(&self) -> Cluster {
        let read = if self.read_your_writes() { Read::Master } else { self.read() };
        self.without_limits().with_read(read)
    }

    /// The same handle for calls that are limited by what calls them.
    pub(crate) fn without_limits(&self) -> Cluster {
        Cluster { deadline: None, interrupt: None, ..self.clone() }.with_limits()
    }

    /// A handle that shares the connections of this one, and says whether commands that are split by their keys (MGET, EXISTS, DEL, MSET and their
    /// kind) may fail for single keys, whatever the configuration says. This is as cheap as a clone.
    ///
    /// If a node fails, the reply of such a command is then an array with the result of each key in the caller's order: a
    /// [failure](crate::Value::Failure) for each key of that node; for the others the value (MGET), the number for this key (EXISTS, DEL) or the
    /// status (MSET). If no node fails, the reply is as usual. Transactions are not affected.
    pub fn with_partial(&self, partial: bool) -> Cluster {
        self.with_options(CallOptions { partial, ..self.options.clone() })
    }

    /// Whether commands that are split by their keys may fail for single keys.
    pub fn partial(&self) -> bool {
        self.options.partial
    }

    /// The longest time that a call of this handle takes.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    fn with_limits(self) -> Cluster {
        let has_deadline = self.deadline.is_some() || self.interrupt.is_some();
        Cluster { is_limited: has_deadline || self.read_your_writes() || is_memory_limited(), ..self }
    }

    /// Begins a call, which ends when the result is dropped.
    #[inline]
    pub(super) fn begin_call(&self) -> Option<Deadline> {
        (self.deadline.is_some() || self.interrupt.is_some()).then(|| Deadline::begin_call(self.deadline, self.interrupt.as_ref()))
    }

    /// Whether both handles share their connections and options.
    pub(crate) fn is_same(&self, other: &Cluster) -> bool {
        Arc::ptr_eq(&self.handle, &other.handle) && self.options.are_same(&other.options) && self.deadline == other.deadline
    }

    /// Whether both handles share their connections. Their options may differ.
    pub(crate) fn shares_connections(&self, other: &Cluster) -> bool {
        Arc::ptr_eq(&self.handle, &other.handle)
    }

    /// Where this handle sends reads.
    pub fn read(&self) -> Read {
        self.options.read
    }

    pub(crate) fn reads(&self) -> Reads<'_> {
        self.options.reads()
    }

    /// Runs one command, the name of which is the first argument, and returns its reply. An error reply of a server is a reply too.
    ///
    /// # Errors
    ///
    /// The command is invalid, its keys are on several nodes and it cannot run there, or a server failed. The error of a server names the node
    /// and says whether the command may have been executed.
    #[inline]
    pub fn command(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        self.route(|| memory_for_arguments(args), |router| router.run_one(None, args, &mut AsReply))
    }

    /// [`Cluster::command`] with a sink for the reply.
    #[inline]
    pub(crate) fn command_for<T: ReplySink>(&self, args: &[&[u8]], sink: &mut T) -> Result<T::Output, Error> {
        self.route(|| memory_for_arguments(args), |router| router.run_one(None, args, sink))
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
        self.route(|| check_memory_for_request(request), |router| router.run_request(request))
    }

    /// [`Cluster::execute`] with commands from any source and a sink for the replies.
    pub(crate) fn execute_for<'a, T: ReplySink>(&self, source: impl CommandSource<'a>, sink: &mut T) -> Result<T::Output, Error> {
        let (bytes, commands) = (source.request().len(), source.estimate());
        self.route(|| check_memory(bytes, 4 * commands), |router| router.run_many(source, sink))
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
        let _call = self.begin_call();
        let outcome = each(self.config(), &self.topology(), nodes, request);
        self.reads().record_writes();
        outcome
    }

    /// Reports what the only command of a request would do, without running it. If that depends on the sizes of the operands, it asks the
    /// servers for these.
    ///
    /// The reply is a map: `command`, `strategy` (`one node`, `split`, `colocate`, `gather`, `transfer`, `refuse` …), `atomic` (1 or 0),
    /// `round_trips`, `nodes`, `keys` (maps of `position`, `key` as it is stored, `node`, and `pinned`: 1 if the hash tag of the first key
    /// or a rule of `pin` determines the node), `served_by` (which servers of a node may run it, as the option `read` names them: `master`,
    /// `replica`, `any` or `nearest`; nil if the command is rejected), `steps` (maps of `round`, `node`, `command`; the steps of one round run in parallel),
    /// `others_see` (the intermediate states that other clients can see: `nothing`, `parts` …), `meanwhile` and `when_it_fails` (these states,
    /// and what a failure can leave, in words; nil if the command is rejected), and `reason` (why the command is rejected, or nil).
    ///
    /// # Errors
    ///
    /// The request does not consist of one command, or a server failed.
    pub fn explain(&self, request: &[u8]) -> Result<Reply, Error> {
        let _call = self.begin_call();
        explain(&CommandResolver::new(self.config(), &self.topology()).with_reads(self.reads()).with_partial(self.partial()), request)
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
        let _call = self.begin_call();
        let outcome = crossnode::recover(self.config(), &self.topology(), min_age);
        self.reads().record_writes();
        outcome
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
        let _call = self.begin_call();
        let outcome = crossnode::recover_to(self.config(), &self.topology(), hidden_key, key);
        self.reads().record_writes();
        outcome
    }

    /// Returns the master of a key as a map: `alias`, `host`, `port`, `unix` (the path of the socket), and `key` (the name under which it is
    /// stored). If the configuration has a previous layout, `previous` is the alias of the server where the key is until it is moved. No server is
    /// asked.
    ///
    /// # Errors
    ///
    /// The key has a hash tag, and the configuration has no `hash_tag`.
    pub fn node_for(&self, key: &[u8]) -> Result<Reply, Error> {
        node_for(self.config(), &self.topology(), key)
    }

    /// All masters and their replicas, as a map from alias to a map of role, master, host, port, unix, db, server, replicas.
    ///
    /// With `discover` the masters are first asked for their replicas, unless the configuration names them or forbids it; otherwise no server is
    /// contacted, and the replicas are those that are known already. Each master is followed by its replicas, whose aliases are those of
    /// [`Cluster::each_on`]. `role` is `master` or `replica`; `master` the alias of the master (of a master, its own); `server` the first alias
    /// in the list with the same address, so that equal values name the same server; `replicas` an array of aliases.
    pub fn node_list(&self, discover: bool) -> Reply {
        let _call = self.begin_call();
        node_list(self.config(), &self.topology(), discover)
    }

    /// The topology of the calling process.
    #[inline]
    pub(crate) fn topology(&self) -> CurrentTopology<'_> {
        self.handle.topology()
    }

    /// Runs a call on the servers of the calling process. `check` fails if there is not enough memory for it.
    #[inline(always)]
    fn route<R>(&self, check: impl FnOnce() -> Result<(), Error>, call: impl FnOnce(Router) -> Result<R, Error>) -> Result<R, Error> {
        if self.is_limited {
            return self.route_within_limits(check, call);
        }
        self.handle.with(|topology: &Topology| call(self.router(topology)))
    }

    #[inline(always)]
    fn router<'t>(&'t self, topology: &'t Topology) -> Router<'t> {
        Router { topology, options: &self.options }
    }

    #[cold]
    #[inline(never)]
    fn route_within_limits<R>(
        &self,
        check: impl FnOnce() -> Result<(), Error>,
        call: impl FnOnce(Router) -> Result<R, Error>,
    ) -> Result<R, Error> {
        check()?;
        let _call = self.begin_call();
        self.handle.with(|topology: &Topology| call(self.router(topology)))
    }
}

fn memory_for_arguments(args: &[&[u8]]) -> Result<(), Error> {
    check_memory(args.iter().map(|argument| argument.len()).sum(), args.len())
}
