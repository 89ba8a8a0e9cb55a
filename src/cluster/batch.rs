//! The commands of one call, each added to the pipelines of the servers that run it.

use crate::cluster::merge::Merger;
use crate::cluster::reads_elsewhere;
use crate::cluster::replica_read::may_use_replica;
use crate::cluster::reply_sink::{ReplySink, Strings};
use crate::cluster::scripts;
use crate::cluster::slot::{Broadcast, ExpectedReply, Slot};
use crate::command::{CommandFlags, PlacedKeys, ResponsePolicy, SplitKind, Strategy, ignores_database, lookup};
use crate::config::Protocol;
use crate::crossnode::broadcast;
use crate::crossnode::split::{Split, arguments_after_keys};
use crate::error::Error;
use crate::resp::Reply;
use crate::routing::{CommandResolver, CrossNodeCommand, Plan, plan_single_key};
use crate::topology::Topology;
use crate::transport::{MIN_BORROWED, NodePipeline, exchange};
use std::ops::Range;
use std::sync::Arc;

pub(crate) struct Batch<'p, 'a> {
    resolver: &'p CommandResolver<'p>,
    request: &'a [u8],
    /// By server.
    pipelines: Vec<Option<NodePipeline<'p, 'a>>>,
    slots: Vec<Slot<'a>>,
    /// The scripts that it loads, each with the server.
    loaded_scripts: Vec<(usize, Arc<[u8]>)>,
    /// It consists of one command: the part of each server is sent as soon as it is complete.
    is_single: bool,
    /// Reads do not go to replicas.
    masters_only: bool,
    /// Merging its replies may take another round, which must not wait for the connections of this one.
    needs_connections_to_merge: bool,
}

impl<'p, 'a> Batch<'p, 'a> {
    /// A batch for the commands of a request.
    pub(crate) fn new(resolver: &'p CommandResolver<'p>, request: &'a [u8]) -> Batch<'p, 'a> {
        let servers = resolver.config().servers.len();
        Batch {
            resolver,
            request,
            pipelines: (0..servers).map(|_| None).collect(),
            slots: Vec::new(),
            loaded_scripts: Vec::new(),
            is_single: false,
            masters_only: false,
            needs_connections_to_merge: false,
        }
    }

    /// A batch for one command.
    pub(crate) fn single(resolver: &'p CommandResolver<'p>, request: &'a [u8]) -> Batch<'p, 'a> {
        Batch { is_single: true, ..Batch::new(resolver, request) }
    }

    /// Sends all commands to masters, so that their replies include earlier writes.
    pub(crate) fn masters_only(self) -> Batch<'p, 'a> {
        Batch { masters_only: true, ..self }
    }

    /// Reserves memory for about that many commands.
    pub(crate) fn reserve(&mut self, commands: usize) {
        self.slots.reserve(commands);
    }

    /// Adds a command, the range `whole` of the request if it is part of it. A command that is rejected does not affect the others. A command
    /// that takes several steps cannot be part of a batch; it is returned.
    pub(crate) fn add(&mut self, args: &[&'a [u8]], whole: Option<Range<usize>>) -> Option<CrossNodeCommand<'a>> {
        let command = lookup(args);
        if let Some((server, key, flags)) = command.and_then(|command| plan_single_key(self.resolver.config(), command, args)) {
            let keys = std::slice::from_ref(&key);
            let pipeline = self.pipeline(server);
            let index = pipeline.add(whole, args, keys, flags);
            pipeline.requires_master |= !may_use_replica(args[0], keys, flags);
            self.slots.push(Slot { name: args[0], reply: ExpectedReply::OneServer { server: server as u32, index } });
            return None;
        }
        let source = scripts::record_source(self.resolver.topology(), args);
        self.add_planned(args, whole, self.resolver.plan(command, args), source)
    }

    /// Adds a command according to its plan. `script` is the source of the script that it calls, if it is to be loaded before.
    pub(crate) fn add_planned(
        &mut self,
        args: &[&'a [u8]],
        whole: Option<Range<usize>>,
        plan: Result<Plan<'a>, Error>,
        script: Option<Arc<[u8]>>,
    ) -> Option<CrossNodeCommand<'a>> {
        let reply = match plan {
            Ok(Plan::OneServer { server, keys, flags }) => {
                let loads_script = script.is_some_and(|source| self.load_script(server, source));
                let pipeline = self.pipeline(server);
                let index = pipeline.add(whole, args, &keys, flags);
                pipeline.requires_master |= !may_use_replica(args[0], &keys, flags);
                let server = server as u32;
                match loads_script {
                    true => ExpectedReply::AfterScriptLoad { server, index },
                    false => ExpectedReply::OneServer { server, index },
                }
            }
            Ok(Plan::Split { kind, keys, flags }) => ExpectedReply::Split(Box::new(self.split(args, kind, &keys, flags))),
            Ok(Plan::CrossNode(command)) => match command.strategy {
                // Over RESP3 these replies have other types, which `crossnode` makes of those of RESP2.
                Strategy::Broadcast(policy)
                    if self.resolver.config().protocol == Protocol::Resp3 && !policy.is_independent_of_protocol() =>
                {
                    return Some(command);
                }
                Strategy::Broadcast(policy) if broadcast::concerns_sessions(policy) => return Some(command),
                Strategy::Broadcast(policy) => ExpectedReply::Broadcast(Box::new(self.broadcast(args, whole, command, policy))),
                _ => return Some(command),
            },
            Err(error) => ExpectedReply::Failure(error),
        };
        self.slots.push(Slot { name: args[0], reply });
        None
    }

    /// Loads a script on a server, unless the batch has loaded it there already. Returns whether it adds the command for that.
    fn load_script(&mut self, server: usize, source: Arc<[u8]>) -> bool {
        if self.loaded_scripts.iter().any(|(on, loaded)| *on == server && Arc::ptr_eq(loaded, &source)) {
            return false;
        }
        scripts::add_load(self.pipeline(server), &source);
        self.loaded_scripts.push((server, source));
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    #[inline]
    fn pipeline(&mut self, server: usize) -> &mut NodePipeline<'p, 'a> {
        let topology: &'p Topology = self.resolver.topology();
        self.pipelines[server].get_or_insert_with(|| NodePipeline::new(topology.shard(server), self.request))
    }

    /// Splits a command: each server gets its keys in the caller's order, with the arguments that belong to them.
    ///
    /// All callers go through the servers in the same order. A single command takes connections on the way, and callers must not wait for
    /// each other's connections in a cycle.
    fn split(&mut self, args: &[&'a [u8]], kind: SplitKind, keys: &PlacedKeys<'a>, flags: CommandFlags) -> Split {
        let mut split = Split::new(self.resolver.config(), kind, keys).with_partial(self.resolver.is_partial());
        split.writes = !flags.repeatable;
        let keys_per_command = split.keys_per_command();
        let width = kind.arguments_per_key();
        let after = arguments_after_keys(kind, args, keys);
        let has_number = kind == SplitKind::StoredWithOptions;
        let by_part = split.keys_by_part();
        let requires_master = !may_use_replica(args[0], keys, flags);
        let mut rest = by_part.as_slice();
        for part in &mut split.parts {
            let (own_keys, following) = rest.split_at(part.keys);
            rest = following;
            let pipeline = self.pipeline(part.server);
            let arguments = own_keys.iter().map(|&key| &keys[key as usize]).flat_map(|key| &args[key.position()..key.position() + width]);
            pipeline.write_buffer.reserve(estimated_bytes(arguments));
            part.index = pipeline.commands() as u32;
            for own_keys in own_keys.chunks(keys_per_command) {
                pipeline.write_buffer.push_array_header(1 + usize::from(has_number) + own_keys.len() * width + after.len());
                pipeline.write_buffer.push_argument(args[0]);
                if has_number {
                    pipeline.write_buffer.push_number(own_keys.len());
                }
                for &key in own_keys {
                    let key = &keys[key as usize];
                    pipeline.write_buffer.push_argument(key.name);
                    args[key.position() + 1..key.position() + width]
                        .iter()
                        .for_each(|argument| pipeline.write_buffer.push_argument(argument));
                }
                after.iter().for_each(|argument| pipeline.write_buffer.push_argument(argument));
                pipeline.finish_command(flags);
            }
            pipeline.requires_master |= requires_master;
            if self.is_single {
                self.redirect_to_replica(part.server);
                self.pipeline(part.server).start();
            }
        }
        split
    }

    /// Adds a command to the pipeline of every server. The rest of each pipeline goes to the master too, because a broadcast may change
    /// what later commands read.
    fn broadcast(
        &mut self,
        args: &[&'a [u8]],
        whole: Option<Range<usize>>,
        command: CrossNodeCommand<'a>,
        policy: ResponsePolicy,
    ) -> Broadcast<'a> {
        // A SCRIPT FLUSH drops the scripts that the batch has loaded.
        self.loaded_scripts.clear();
        let counts_keys = policy == ResponsePolicy::VisibleKeyCount;
        self.needs_connections_to_merge |= counts_keys;
        let follows_itself = |slot: &Slot| matches!(&slot.reply, ExpectedReply::Broadcast(broadcast) if broadcast.policy == policy);
        let is_covered = counts_keys && self.slots.last().is_some_and(follows_itself);
        let preceding = if is_covered { &[] } else { broadcast::preceding_commands(policy) };
        let ignores_database = ignores_database(args);
        let servers = self.pipelines.len();
        let indexes = (0..servers).map(|server| {
            let changed = match broadcast::has_client_ids(policy) {
                true => Some(broadcast::with_client_ids(args, server, servers)?),
                false => None,
            };
            let pipeline = self.pipeline(server);
            pipeline.ignores_database = ignores_database;
            pipeline.requires_master = true;
            let before = preceding.iter().map(|words| pipeline.add(None, words, &[], command.flags)).min();
            let index = match changed {
                Some(words) => pipeline.add_copied(&words.iter().map(AsRef::as_ref).collect::<Vec<&[u8]>>(), command.flags),
                None => pipeline.add(whole.clone(), args, &[], command.flags),
            };
            Some(before.unwrap_or(index))
        });
        let indexes = indexes.collect();
        Broadcast { args: args.into(), command, policy, indexes, commands: 1 + preceding.len() as u32 }
    }

    /// Runs all commands. The reply is an array with one reply per command.
    pub(crate) fn run<T: ReplySink>(mut self, sink: &mut T) -> Result<T::Output, Error> {
        self.exchange();
        if let Some(server) = self.only_pipeline() {
            let pipeline = self.pipelines.swap_remove(server).expect("only_pipeline returns the index of a pipeline");
            let reply = pipeline.into_all(|nth| self.slots[nth].name);
            return Ok(sink.reply(reply));
        }
        match sink.strings(&Strings::new(&self.pipelines, &self.slots, false)) {
            Some(output) => Ok(output),
            None => Ok(sink.reply(Merger::new(self.resolver, &mut self.pipelines)?.all(&self.slots))),
        }
    }

    /// Runs the only command. The reply is the reply to that command, without an array.
    pub(crate) fn run_single<T: ReplySink>(mut self, sink: &mut T) -> Result<T::Output, Error> {
        self.exchange();
        match sink.strings(&Strings::new(&self.pipelines, &self.slots, true)) {
            Some(output) => Ok(output),
            None => Ok(sink.reply(Merger::new(self.resolver, &mut self.pipelines)?.single(&self.slots[0])?)),
        }
    }

    /// The pipelines of the servers that get something, for a caller that sends the commands itself.
    pub(crate) fn pipelines(&mut self) -> impl Iterator<Item = (usize, &mut NodePipeline<'p, 'a>)> {
        self.pipelines.iter_mut().enumerate().filter_map(|(server, pipeline)| Some((server, pipeline.as_mut()?)))
    }

    /// The reply to the only command, from what the pipelines have received.
    pub(crate) fn merge_single(mut self) -> Result<Reply, Error> {
        Merger::new(self.resolver, &mut self.pipelines)?.single(&self.slots[0])
    }

    /// Redirects a pipeline to a replica if it only reads. In a pipeline that also writes, reads must see the writes before them.
    fn redirect_to_replica(&mut self, server: usize) {
        if let Some(pipeline) = self.pipelines[server].as_mut().filter(|pipeline| !self.masters_only && pipeline.may_use_replica())
            && let Some(replica) = self.resolver.replica_of(server)
        {
            pipeline.redirect_to_replica(replica.pool());
        }
    }

    fn exchange(&mut self) {
        if self.slots.len() > 1 {
            self.pipelines.iter_mut().flatten().for_each(|pipeline| pipeline.ignores_database = false);
        }
        (0..self.pipelines.len()).for_each(|server| self.redirect_to_replica(server));
        let mut pipelines: Vec<&mut NodePipeline> = self.pipelines.iter_mut().flatten().collect();
        exchange(&mut pipelines);
        if !self.masters_only {
            reads_elsewhere::retry(self.resolver, &mut self.pipelines);
        }
        self.record_writes();
        if self.needs_connections_to_merge {
            self.pipelines.iter_mut().flatten().for_each(NodePipeline::release_connection);
        }
    }

    fn record_writes(&self) {
        let reads = self.resolver.reads();
        if reads.sees_own_writes() {
            let written =
                self.pipelines.iter().enumerate().filter(|(_, pipeline)| pipeline.as_ref().is_some_and(|one| one.requires_master));
            written.for_each(|(server, _)| reads.record_write(server));
        }
    }

    /// The server whose pipeline has the replies to all commands, in order, so that nothing has to be merged.
    fn only_pipeline(&self) -> Option<usize> {
        let mut used =
            self.pipelines.iter().enumerate().filter_map(|(server, pipeline)| pipeline.as_ref().map(|pipeline| (server, pipeline)));
        let (server, pipeline) = used.next()?;
        let is_complete = !pipeline.has_failed() && pipeline.commands() == self.slots.len();
        let is_unmerged = self.slots.iter().all(|slot| matches!(slot.reply, ExpectedReply::OneServer { .. }));
        (used.next().is_none() && is_complete && is_unmerged).then_some(server)
    }
}

/// About the number of bytes that arguments take in a request, without those that are too large to be copied.
fn estimated_bytes<'x>(arguments: impl Iterator<Item = &'x &'x [u8]>) -> usize {
    const HEADER: usize = 16;
    arguments.map(|argument| HEADER + if argument.len() < MIN_BORROWED { argument.len() } else { 0 }).sum::<usize>() + HEADER
}
