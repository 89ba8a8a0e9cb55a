//! Sends the commands of a call to the servers that run them. A command with a single key takes the fast path; every other one is planned.

use crate::cluster::batch::Batch;
use crate::cluster::call_options::CallOptions;
use crate::cluster::fast_path::OneServerCommand;
use crate::cluster::reply_sink::{AsReply, ReplySink};
use crate::cluster::{moving, pipeline, replica_read, scripts};
use crate::command::{Command, CommandFlags, PlacedKeys, ResponsePolicy, Strategy, ignores_database, lookup};
use crate::crossnode;
use crate::error::{Code, Error};
use crate::resp::{Args, Builder, CommandSource, Commands, Kind, Reply};
use crate::routing::{CommandResolver, CrossNodeCommand, Plan, plan_single_key};
use crate::topology::{Shard, Topology};
use crate::transport::NodePipeline;

/// The servers of one process, and the options of the handle. Passed by value and no larger, so that the fast path keeps both in registers.
#[derive(Clone, Copy)]
pub(crate) struct Router<'t> {
    pub topology: &'t Topology,
    pub options: &'t CallOptions,
}

impl Router<'_> {
    /// Runs one command by its arguments. If `request`, which consists of this command, is given, the output is that of an array of one reply.
    #[inline(always)]
    pub(crate) fn run_one<'a, T: ReplySink>(self, request: Option<&'a [u8]>, args: &[&'a [u8]], sink: &mut T) -> Result<T::Output, Error> {
        let command = lookup(args);
        match self.run_single_key(command, request, args) {
            Some(outcome) => outcome.map(|reply| sink.reply(reply)),
            None => self.run_planned(command, request, args, sink),
        }
    }

    /// Runs the commands of a request. The reply is an array with one reply per command; a failed command is a failure in its place.
    #[inline(always)]
    pub(crate) fn run_request(self, request: &[u8]) -> Result<Reply, Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        let Some(whole) = commands.next(&mut args)? else { return Ok(array_of(&[])) };
        if whole.end < request.len() {
            return self.run_many(Commands::new(request), &mut AsReply);
        }
        self.run_one(Some(request), &args, &mut AsReply).or_else(|error| Ok(array_of(&[error])))
    }

    /// Runs the commands of a source. The output is that of an array with one reply per command; a failed command is a failure in its place.
    #[inline(never)]
    pub(crate) fn run_many<'a, T: ReplySink>(self, source: impl CommandSource<'a>, sink: &mut T) -> Result<T::Output, Error> {
        match self.options.config.previous.is_some() {
            true => moving::run_many(&self.resolver(), |args| self.run_one(None, args, &mut AsReply), source, sink),
            false => pipeline::run(&self.resolver(), source, sink),
        }
    }

    /// The fast path: a command of the command table with a single key. `None` if it is another command.
    #[inline(always)]
    fn run_single_key(self, command: Option<&Command>, request: Option<&[u8]>, args: &[&[u8]]) -> Option<Result<Reply, Error>> {
        let (server, key, flags) = plan_single_key(&self.options.config, command?, args)?;
        let command = OneServerCommand { request, args, keys: std::slice::from_ref(&key), flags };
        if !command.fits() {
            return None;
        }
        let shard = self.topology.shard(server);
        // Most clusters have no replicas, so whether there may be any is tested first.
        if shard.may_have_replicas() || self.options.own_writes.is_some() {
            return Some(run_beside_replicas(&command, self.options, server, shard));
        }
        Some(command.run(shard))
    }

    /// Not inlined, to keep the fast path small.
    #[inline(never)]
    fn run_planned<'a, T: ReplySink>(
        self,
        command: Option<&Command>,
        request: Option<&'a [u8]>,
        args: &[&'a [u8]],
        sink: &mut T,
    ) -> Result<T::Output, Error> {
        self.try_planned(command, request, args, sink).or_else(|error| match error.refusal() {
            Some(text) => Ok(sink.reply(if request.is_some() { Reply::error(text).wrapped_in_array() } else { Reply::error(text) })),
            None => Err(error),
        })
    }

    fn try_planned<'a, T: ReplySink>(
        self,
        command: Option<&Command>,
        request: Option<&'a [u8]>,
        args: &[&'a [u8]],
        sink: &mut T,
    ) -> Result<T::Output, Error> {
        if args.is_empty() {
            return Err(Error::new(Code::Request, "a command without a name"));
        }
        scripts::record_source(self.topology, args);
        let resolver = self.resolver();
        if self.options.config.previous.is_some()
            && let Some(reply) = moving::read_at_old_place(&resolver, command, args)?
        {
            return Ok(sink.reply(if request.is_some() { reply.wrapped_in_array() } else { reply }));
        }
        let reply = match resolver.plan(command, args)? {
            Plan::OneServer { server, keys, flags } => return run_on_one_server(&resolver, request, args, (server, keys, flags), sink),
            plan @ Plan::Split { .. } => return run_batch(&resolver, request, args, plan, sink),
            // SCRIPT KILL, which one master may need while others fail.
            plan @ Plan::CrossNode(CrossNodeCommand { strategy: Strategy::Broadcast(ResponsePolicy::OneSucceeded), .. }) => {
                return run_batch(&resolver, request, args, plan, sink);
            }
            Plan::CrossNode(command) => {
                let outcome = crossnode::run(&self.options.config, self.topology, args, &command);
                if !command.flags.repeatable {
                    self.options.reads().record_writes();
                }
                outcome?
            }
        };
        Ok(sink.reply(if request.is_some() { reply.wrapped_in_array() } else { reply }))
    }

    fn resolver(&self) -> CommandResolver<'_> {
        CommandResolver::new(&self.options.config, self.topology).with_reads(self.options.reads()).with_partial(self.options.partial)
    }
}

/// Runs a command with a single key on a server that may have replicas, now or soon. It gets no more than it needs: the fast path, which never gets
/// here, would have to prepare it.
#[cold]
#[inline(never)]
fn run_beside_replicas(command: &OneServerCommand, options: &CallOptions, server: usize, shard: &Shard) -> Result<Reply, Error> {
    let reads = options.reads();
    if !replica_read::may_use_replica(command.args[0], command.keys, command.flags) {
        let outcome = command.run(shard);
        reads.record_write(server);
        return outcome;
    }
    if shard.may_have_replicas() && reads.may_use_replicas() {
        replica_read::run(command, shard, reads, server)
    } else {
        command.run(shard)
    }
}

/// Runs a command that goes to one server, and records that if it may write.
fn run_on_one_server<'a, T: ReplySink>(
    resolver: &CommandResolver,
    request: Option<&'a [u8]>,
    args: &[&'a [u8]],
    (server, keys, flags): (usize, PlacedKeys<'a>, CommandFlags),
    sink: &mut T,
) -> Result<T::Output, Error> {
    let only_reads = replica_read::may_use_replica(args[0], &keys, flags);
    let outcome = run_once_or_with_script(resolver, request, args, (server, keys, flags), only_reads, sink);
    if !only_reads {
        resolver.reads().record_write(server);
    }
    outcome
}

/// If the server does not have the script of an EVALSHA, it is loaded and called again.
fn run_once_or_with_script<'a, T: ReplySink>(
    resolver: &CommandResolver,
    request: Option<&'a [u8]>,
    args: &[&'a [u8]],
    (server, keys, flags): (usize, PlacedKeys<'a>, CommandFlags),
    only_reads: bool,
    sink: &mut T,
) -> Result<T::Output, Error> {
    let (shard, reads) = (resolver.topology().shard(server), resolver.reads());
    let command = OneServerCommand { request, args, keys: &keys, flags };
    let may_use_replica = only_reads && reads.may_use_replicas() && shard.may_have_replicas();
    let in_array = request.is_some();
    let ignores_database = keys.is_empty() && ignores_database(args);
    let reply = match (command.fits() && !ignores_database, may_use_replica) {
        (true, false) => command.run(shard)?,
        (true, true) => replica_read::run(&command, shard, reads, server)?,
        (false, false) => {
            let mut pipeline = NodePipeline::new(shard, &[]);
            pipeline.add(None, args, &keys, flags);
            pipeline.ignores_database = ignores_database;
            pipeline.run(in_array);
            pipeline.into_single(args[0], in_array)?
        }
        (false, true) => return run_batch(resolver, request, args, Plan::OneServer { server, keys, flags }, sink),
    };
    if scripts::is_noscript(reply.value(usize::from(in_array)))
        && let Some(outcome) = scripts::load_and_call(resolver.topology(), server, args, &keys, flags)
    {
        return outcome.map(|reply| sink.reply(if in_array { reply.wrapped_in_array() } else { reply }));
    }
    Ok(sink.reply(reply))
}

/// Runs a command as a batch of its own.
fn run_batch<'a, T: ReplySink>(
    resolver: &CommandResolver,
    request: Option<&'a [u8]>,
    args: &[&'a [u8]],
    plan: Plan<'a>,
    sink: &mut T,
) -> Result<T::Output, Error> {
    let mut batch = Batch::single(resolver, request.unwrap_or_default());
    batch.add_planned(args, request.map(|request| 0..request.len()), Ok(plan), None);
    if request.is_some() { batch.run(sink) } else { batch.run_single(sink) }
}

/// An array of failures.
fn array_of(errors: &[Error]) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, errors.len());
    errors.iter().for_each(|error| builder.failure(error));
    builder.end(root);
    builder.finish()
}
