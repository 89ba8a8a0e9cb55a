//! The handle: N servers that answer like one.

mod batch;
mod each;
mod explain;
mod fast_path;
mod merge;
mod node_for;
mod per_process;
mod pipeline;
mod registry;
mod replica_read;
mod reply_sink;
mod scripts;

use crate::cluster::batch::Batch;
pub use crate::cluster::each::Nodes;
use crate::cluster::fast_path::SingleKeyCommand;
pub(crate) use crate::cluster::per_process::CurrentProcess;
use crate::cluster::per_process::PerProcess;
use crate::cluster::reply_sink::AsReply;
pub(crate) use crate::cluster::reply_sink::{ReplySink, Strings};
use crate::command::lookup;
use crate::config::{Config, Read};
use crate::crossnode;
use crate::error::{Code, Error};
use crate::resp::{Args, Builder, CommandSource, Commands, Kind, Reply};
use crate::routing::{CommandResolver, Plan, plan_single};
use crate::topology::Process;
use crate::transport::NodePipeline;
use std::sync::Arc;
use std::time::Duration;

/// A handle on the servers of a configuration.
///
/// It may be used from many threads at once, and from forked children beside their parent: each process makes connections of its own.
/// Connections are made when a command first needs them and kept until the handle goes.
///
/// A clone, like [`Cluster::with_read`], is another view of the same handle, with the same connections; they go with the last of them.
#[derive(Clone)]
pub struct Cluster {
    handle: Arc<PerProcess>,
    read: Read,
}

impl Cluster {
    /// A handle of its own. Connects to nothing yet.
    pub fn open(config: Config) -> Cluster {
        let read = config.read;
        Cluster { handle: Arc::new(PerProcess::new(config)), read }
    }

    /// The handle that this process shares for that configuration; made when first asked for, and kept until the process ends.
    pub fn open_shared(config: Config) -> Arc<Cluster> {
        registry::open(config)
    }

    pub fn config(&self) -> &Config {
        &self.handle.config
    }

    /// The same handle, with the same connections, which reads from elsewhere than the configuration says. It costs next to nothing.
    pub fn with_read(&self, read: Read) -> Cluster {
        Cluster { handle: self.handle.clone(), read }
    }

    /// Where it reads from.
    pub fn read(&self) -> Read {
        self.read
    }

    /// Runs one command, its name first, and answers its reply. A server's own error is a reply.
    #[inline]
    pub fn command(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        match self.handle.first() {
            Some(process) => self.command_in(process, args),
            None => self.command_forked(args),
        }
    }

    #[cold]
    fn command_forked(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        self.command_in(&self.process(), args)
    }

    #[inline(always)]
    fn command_in(&self, process: &Process, args: &[&[u8]]) -> Result<Reply, Error> {
        if let Some(outcome) = self.single(process, None, args) {
            return outcome;
        }
        self.command_planned(process, args, &mut AsReply)
    }

    /// [`Cluster::command`], for a caller who may make something else of the answer than a reply.
    #[inline]
    pub(crate) fn command_for<T: ReplySink>(&self, args: &[&[u8]], take: &mut T) -> Result<T::Output, Error> {
        let process = self.process();
        match self.single(&process, None, args) {
            Some(outcome) => outcome.map(|reply| take.reply(reply)),
            None => self.command_planned(&process, args, take),
        }
    }

    /// What is not the shortest way is kept out of it, so that this can be part of its caller.
    #[inline(never)]
    fn command_planned<T: ReplySink>(&self, process: &Process, args: &[&[u8]], take: &mut T) -> Result<T::Output, Error> {
        if args.is_empty() {
            return Err(Error::new(Code::Request, "a command without a name"));
        }
        scripts::note(process, args);
        let resolver = CommandResolver::new(self.config(), process).reading(self.read);
        let reply = match resolver.plan(args)? {
            plan @ Plan::One { .. } => one(&resolver, None, args, plan)?,
            Plan::CrossNode(over) => crossnode::run(self.config(), process, args, &over)?,
            Plan::Answer(text) => Reply::error(text.as_bytes()),
            plan @ Plan::Split { .. } => {
                let mut batch = Batch::alone(&resolver, &[]);
                batch.add_planned(args, None, Ok(plan));
                return batch.run_single(take);
            }
        };
        Ok(take.reply(reply))
    }

    /// Runs the commands of a request, RESP arrays of bulk strings, and answers an array with one reply a command, in order.
    ///
    /// A command that fails is a failure in its place and leaves the others alone. When the request is not RESP nothing is sent. No commands
    /// have no replies.
    #[inline]
    pub fn execute(&self, request: &[u8]) -> Result<Reply, Error> {
        match self.handle.first() {
            Some(process) => self.execute_in(process, request),
            None => self.execute_forked(request),
        }
    }

    #[cold]
    fn execute_forked(&self, request: &[u8]) -> Result<Reply, Error> {
        self.execute_in(&self.process(), request)
    }

    #[inline(always)]
    fn execute_in(&self, process: &Process, request: &[u8]) -> Result<Reply, Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        let Some(whole) = commands.next(&mut args)? else { return Ok(no_replies()) };
        if whole.end < request.len() {
            return self.execute_many(process, Commands::new(request), &mut AsReply);
        }
        match self.single(process, Some(request), &args) {
            Some(outcome) => outcome.or_else(|error| Ok(failed(&error))),
            None => self.execute_alone(process, request, &args),
        }
    }

    /// [`Cluster::execute`], for commands from elsewhere, and a caller who may make something else of the answers than a reply.
    pub(crate) fn execute_for<'a, T: ReplySink>(&self, source: impl CommandSource<'a>, take: &mut T) -> Result<T::Output, Error> {
        self.execute_many(&self.process(), source, take)
    }

    #[inline(never)]
    fn execute_many<'a, T: ReplySink>(&self, process: &Process, source: impl CommandSource<'a>, take: &mut T) -> Result<T::Output, Error> {
        pipeline::run(&CommandResolver::new(self.config(), process).reading(self.read), source, take)
    }

    /// The one command of a request.
    #[inline(never)]
    fn execute_alone<'a>(&self, process: &Process, request: &'a [u8], args: &[&'a [u8]]) -> Result<Reply, Error> {
        let resolver = CommandResolver::new(self.config(), process).reading(self.read);
        scripts::note(process, args);
        match resolver.plan(args) {
            Ok(plan @ Plan::One { .. }) => one(&resolver, Some(request), args, plan).or_else(|error| Ok(failed(&error))),
            Ok(Plan::CrossNode(over)) => {
                let outcome = crossnode::run(self.config(), process, args, &over);
                Ok(outcome.map_or_else(|error| failed(&error), Reply::wrapped_in_array))
            }
            plan => {
                let mut batch = Batch::alone(&resolver, request);
                batch.add_planned(args, Some(0..request.len()), plan);
                batch.run(&mut AsReply)
            }
        }
    }

    /// Runs the one command of a request on every master, and answers a map: alias, reply. A server with several aliases is asked once.
    pub fn each(&self, request: &[u8]) -> Result<Reply, Error> {
        self.each_on(Nodes::Masters, request)
    }

    /// The same on masters, replicas or all. The replicas of node_1 are called `node_1_slave`, `node_1_slave_2` and so on; the masters are
    /// asked for theirs first, unless the configuration names them.
    pub fn each_on(&self, nodes: Nodes, request: &[u8]) -> Result<Reply, Error> {
        each::each(self.config(), &self.process(), nodes, request)
    }

    /// Tells what the one command of a request would do, and does not do it. Where that depends on the size of the operands, they are looked at.
    ///
    /// A map: command, strategy (`one node`, `split`, `colocate`, `gather`, `transfer`, `refuse` …), atomic (1 or 0), round_trips, nodes, keys
    /// (each a map of position, key as it is stored, node, pinned: whether the tag of the first key drew it there), steps (each a map of round,
    /// node, command; those of one round are under way at the same time), and the reason where the command is refused.
    pub fn explain(&self, request: &[u8]) -> Result<Reply, Error> {
        explain::explain(&CommandResolver::new(self.config(), &self.process()), request)
    }

    /// Finds what interrupted moves between nodes (RENAME, SMOVE, LMOVE and the like) have left on the servers, and brings it to an end: what
    /// had arrived is removed from where it came from, what had not is put back there. Nothing is lost in between; it only is not seen.
    ///
    /// A move that began less than `min_age` ago is left alone, for it may be under way; it should be longer than any call may take. ResponsePolicy an
    /// array with a map for each thing found: node, key, command, source, destination, age (milliseconds), outcome (`finished`, `undone`,
    /// `removed`: an unneeded copy, `young`, `waiting`) and the reason where it waits.
    pub fn recover(&self, min_age: Duration) -> Result<Reply, Error> {
        crossnode::recover(self.config(), &self.process(), min_age)
    }

    /// Where a key lives, and under which name: a map of alias, host, port, unix, key. Asks nobody.
    pub fn node_for(&self, key: &[u8]) -> Reply {
        node_for::node_for(self.config(), key)
    }

    #[inline]
    pub(crate) fn process(&self) -> CurrentProcess<'_> {
        self.handle.process()
    }

    /// The shortest way, for a command with a single key; `None` when it is another.
    #[inline]
    fn single(&self, process: &Process, request: Option<&[u8]>, args: &[&[u8]]) -> Option<Result<Reply, Error>> {
        let (server, key, flags) = plan_single(self.config(), lookup(args)?, args)?;
        let single = SingleKeyCommand { whole: request, args, keys: std::slice::from_ref(&key), flags };
        if !single.fits() {
            return None;
        }
        let pool = process.pool(server);
        // Most clusters have no replicas: what tells whether there may be any is asked first.
        if pool.may_have_replicas() && self.goes_elsewhere(&single) {
            return Some(replica_read::run(&single, pool));
        }
        Some(single.run(pool))
    }

    #[cold]
    fn goes_elsewhere(&self, single: &SingleKeyCommand) -> bool {
        self.read == Read::Replica && replica_read::may_be_asked(single.args[0], single.keys, single.flags)
    }
}

/// Runs a command that goes to one server. In a request it stands alone, and its reply under an array.
#[inline]
fn one<'a>(resolver: &CommandResolver, request: Option<&'a [u8]>, args: &[&'a [u8]], plan: Plan<'a>) -> Result<Reply, Error> {
    let Plan::One { server, keys, flags } = plan else { return Err(Error::new(Code::Internal, "a plan for several servers")) };
    let pool = resolver.process().pool(server);
    let single = SingleKeyCommand { whole: request, args, keys: &keys, flags };
    let may_go_elsewhere = resolver.reads_replicas() && pool.may_have_replicas() && replica_read::may_be_asked(args[0], &keys, flags);
    let rooted = request.is_some();
    let reply = match (single.fits(), may_go_elsewhere) {
        (true, false) => single.run(pool)?,
        (true, true) => replica_read::run(&single, pool)?,
        (false, false) => {
            let mut pipeline = NodePipeline::new(pool, &[]);
            pipeline.add(None, args, &keys, flags);
            pipeline.run(rooted);
            pipeline.into_single(args[0], rooted)?
        }
        (false, true) => {
            let mut batch = Batch::alone(resolver, &[]);
            batch.add_planned(args, None, Ok(Plan::One { server, keys, flags }));
            return if rooted { batch.run(&mut AsReply) } else { batch.run_single(&mut AsReply) };
        }
    };
    if scripts::is_unknown(reply.value(usize::from(rooted)))
        && let Some(outcome) = scripts::call_again(resolver.process(), server, args, &keys, flags)
    {
        return outcome.map(|reply| if rooted { reply.wrapped_in_array() } else { reply });
    }
    Ok(reply)
}

fn no_replies() -> Reply {
    let mut builder = Builder::default();
    builder.begin(Kind::Array, 0);
    builder.finish()
}

fn failed(error: &Error) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 1);
    builder.failure(error);
    builder.end(root);
    builder.finish()
}
