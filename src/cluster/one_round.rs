//! Commands that are one request to each of their servers, for a caller that sends these itself and must not wait: an event loop.

use crate::cluster::batch::Batch;
use crate::cluster::handle::Cluster;
use crate::cluster::replica_read::may_use_replica;
use crate::command::{
    Block, Command, CommandFlags, Destination, GatherKind, Key, PlacedKeys, ResponsePolicy, SetOperation, SplitKind, Strategy, lookup,
};
use crate::config::{Config, Protocol};
use crate::crossnode::split::{Split, pack_part};
use crate::crossnode::{Job, broadcast, gather};
use crate::error::{Code, Error};
use crate::resp::{Args, Bytes, Commands, Reply, pack, push_argument, push_count};
use crate::routing::{CommandResolver, CrossNodeCommand, Plan, plan_single_key};
use crate::topology::Topology;
use smallvec::SmallVec;

/// How a command is run.
pub(crate) enum Route<'a> {
    /// One server gets it, with the stored names of its keys, and its reply is the reply to the command.
    OneServer { server: usize, keys: PlacedKeys<'a>, flags: CommandFlags },
    /// Several servers get a part each.
    Parts { round: OneRound, parts: Parts, flags: CommandFlags, may_use_replica: bool },
    /// It has failed: nothing is sent.
    Failed(Error),
    /// It takes several steps, or may have to wait, or is not known: [`Cluster::execute`] runs it.
    Other,
}

/// A command of which several servers get a part each.
pub(crate) struct OneRound {
    /// In lower case.
    pub name: &'static str,
    request: Vec<u8>,
    merge: Merge,
}

/// The commands for each server, in one buffer. Several servers may get the same bytes.
#[derive(Default)]
pub(crate) struct Parts {
    pub bytes: Vec<u8>,
    pub parts: SmallVec<[Part; 4]>,
}

pub(crate) struct Part {
    pub server: usize,
    /// The start of its first command in the bytes, and the end of each of its commands.
    pub start: usize,
    pub ends: SmallVec<[usize; 2]>,
}

/// How the replies are merged in the usual case. The library's general rules apply to the others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// They are all the same.
    Same,
    /// They are numbers, of which the last of each server is added and the others are 0.
    Sum,
    General,
    /// The members of sets. This takes some time, so large ones are left to another thread.
    Union,
}

/// Sets of more bytes together are merged by another thread.
const MAX_UNION: usize = 256 << 10;

/// What a server, by its number, has replied to its part, or the error, which names the server and the command.
pub(crate) type PartOutcome = (usize, Result<Bytes, Error>);

impl Cluster {
    /// Decides how a command is run. `request` has its bytes, if they are spelled as this library would spell them.
    #[inline]
    pub(crate) fn route_without_waiting<'a>(&self, args: &[&'a [u8]], request: Option<&[u8]>) -> Route<'a> {
        // Single keys of a split command can fail: its usual replies are not enough to merge.
        let is_merged_here = |command: &Command| !(self.partial() && matches!(command.strategy, Strategy::Split(_)));
        let Some(command) = lookup(args).filter(|command| command.block == Block::Never && is_merged_here(command)) else {
            return Route::Other;
        };
        if let Some((server, key, flags)) = plan_single_key(self.config(), command, args) {
            return Route::OneServer { server, keys: PlacedKeys::from_slice(&[key]), flags };
        }
        match runs_in_one_round(command) && command.takes(args.len()) {
            true => self.plan_without_waiting(command, args, request),
            false => Route::Other,
        }
    }

    fn plan_without_waiting<'a>(&self, command: &'static Command, args: &[&'a [u8]], request: Option<&[u8]>) -> Route<'a> {
        let topology = self.topology();
        let (merge, parts, keys, flags) = match CommandResolver::new(self.config(), &topology).plan(Some(command), args) {
            Ok(Plan::OneServer { server, keys, flags }) => return Route::OneServer { server, keys, flags },
            Ok(Plan::Split { kind, keys, flags }) => {
                (Merge::of_split(kind), Parts::of_split(self.config(), kind, args, &keys), keys, flags)
            }
            Ok(Plan::CrossNode(command)) => {
                let Some(merge) = Merge::of_strategy(command.strategy, self.config().protocol) else { return Route::Other };
                let parts = match command.strategy {
                    Strategy::Broadcast(policy) => Parts::of_broadcast(self.config(), policy, args),
                    _ => Parts::of_union(&self.job(&topology, args, &command)),
                };
                (merge, parts, command.keys, command.flags)
            }
            Err(error) => return Route::Failed(error),
        };
        let round = OneRound { name: command.name, request: request.map_or_else(|| pack(args), <[u8]>::to_vec), merge };
        let may_use_replica = self.may_use_replica(args, &keys, flags);
        Route::Parts { round, parts, flags, may_use_replica }
    }

    fn job<'c, 'a>(&'c self, topology: &'c Topology, args: &'c [&'a [u8]], command: &'c CrossNodeCommand<'a>) -> Job<'c, 'a> {
        Job { config: self.config(), topology, args, command, limit: None }
    }

    /// Whether a replica may run a command, if there is one.
    pub(crate) fn may_use_replica(&self, args: &[&[u8]], keys: &[Key], flags: CommandFlags) -> bool {
        self.reads().may_use_replicas() && may_use_replica(args[0], keys, flags)
    }
}

/// Whether a command can be planned without asking a server, and needs one round. Subcommands are rare, and some concern the state of the handle.
fn runs_in_one_round(command: &Command) -> bool {
    let is_simple = matches!(
        command.strategy,
        Strategy::Refuse | Strategy::Split(_) | Strategy::Gather(_) | Strategy::Broadcast(_) | Strategy::AnyMaster
    );
    is_simple && !command.session && !command.may_be_missing() && !command.name.contains('|')
}

impl Parts {
    fn of_split(config: &Config, kind: SplitKind, args: &[&[u8]], keys: &PlacedKeys) -> Parts {
        let split = Split::new(config, kind, keys);
        let by_part = split.keys_by_part();
        let mut parts = Parts::default();
        let mut rest = by_part.as_slice();
        for part in &split.parts {
            let (own_keys, following) = rest.split_at(part.keys);
            rest = following;
            let start = parts.bytes.len();
            pack_part(&mut parts.bytes, args, keys, own_keys, kind);
            parts.parts.push(Part { server: part.server, start, ends: SmallVec::from_slice(&[parts.bytes.len()]) });
        }
        parts
    }

    fn of_broadcast(config: &Config, policy: ResponsePolicy, args: &[&[u8]]) -> Parts {
        let mut parts = Parts::default();
        let mut ends = SmallVec::new();
        for words in broadcast::preceding_commands(policy).iter().copied().chain([args]) {
            push_command(&mut parts.bytes, words);
            ends.push(parts.bytes.len());
        }
        parts.parts.extend((0..config.servers.len()).map(|server| Part { server, start: 0, ends: ends.clone() }));
        parts
    }

    fn of_union(job: &Job) -> Parts {
        let mut parts = Parts::default();
        for (server, commands) in gather::union::commands(job) {
            let (start, mut ends) = (parts.bytes.len(), SmallVec::new());
            for command in commands {
                push_command(&mut parts.bytes, &command.iter().map(AsRef::as_ref).collect::<Args>());
                ends.push(parts.bytes.len());
            }
            parts.parts.push(Part { server, start, ends });
        }
        parts
    }
}

fn push_command(out: &mut Vec<u8>, args: &[&[u8]]) {
    push_count(out, args.len());
    args.iter().for_each(|argument| push_argument(out, argument));
}

impl Merge {
    fn of_split(kind: SplitKind) -> Merge {
        match kind {
            SplitKind::Stored => Merge::Same,
            SplitKind::Counted => Merge::Sum,
            SplitKind::Values | SplitKind::ValuesAtPath | SplitKind::StoredWithOptions => Merge::General,
        }
    }

    /// `None`: it takes several rounds, or merging may take longer than an event loop should be kept busy.
    fn of_strategy(strategy: Strategy, protocol: Protocol) -> Option<Merge> {
        let policy = match strategy {
            Strategy::Broadcast(policy) => policy,
            // The library reads sets over RESP2.
            Strategy::Gather(GatherKind::Sets(SetOperation::Union, Destination::None)) if protocol == Protocol::Resp2 => {
                return Some(Merge::Union);
            }
            _ => return None,
        };
        match policy {
            ResponsePolicy::AllSucceeded => Some(Merge::Same),
            ResponsePolicy::AggSum | ResponsePolicy::VisibleKeyCount => Some(Merge::Sum),
            ResponsePolicy::AggMin | ResponsePolicy::AggMax | ResponsePolicy::AggLogicalAnd | ResponsePolicy::AggLogicalOr => {
                Some(Merge::General)
            }
            _ => None,
        }
    }
}

impl OneRound {
    /// Merges the replies of the servers. `None`: the servers have to be asked again, and [`Cluster::execute`] has to run the command.
    pub(crate) fn merge(&self, cluster: &Cluster, outcomes: Vec<PartOutcome>) -> Option<Result<Reply, Error>> {
        if self.merge == Merge::Union {
            return self.merge_union(cluster, outcomes);
        }
        if self.has_internal_keys(&outcomes) {
            return None;
        }
        Some(self.with_batch(cluster, |mut batch| {
            let mut outcomes = outcomes;
            batch.pipelines().for_each(|(server, pipeline)| {
                let at = outcomes.iter().position(|(other, _)| *other == server);
                match at.map(|at| outcomes.swap_remove(at).1) {
                    Some(Ok(replies)) => pipeline.set_outcome(Ok(&replies)),
                    Some(Err(error)) => pipeline.set_outcome(Err(error)),
                    None => pipeline.set_outcome(Err(Error::new(Code::Internal, "a part was not sent"))),
                }
            });
            batch.merge_single()
        }))
    }

    /// The bytes of the reply, in the usual case.
    pub(crate) fn merge_usual(&self, outcomes: &[PartOutcome]) -> Option<Bytes> {
        let mut replies = outcomes.iter().map(|(_, outcome)| outcome.as_deref().ok());
        match self.merge {
            Merge::Same => {
                let first = replies.next()??;
                let is_same = !first.starts_with(b"-") && replies.all(|other| other == Some(first));
                is_same.then(|| Bytes::from_slice(first))
            }
            Merge::Sum => {
                let sum = replies.try_fold(0, |sum: i64, numbers| sum.checked_add(last_number(numbers?)?))?;
                Some(Bytes::from_slice(format!(":{sum}\r\n").as_bytes()))
            }
            Merge::General | Merge::Union => None,
        }
    }

    fn merge_union(&self, cluster: &Cluster, outcomes: Vec<PartOutcome>) -> Option<Result<Reply, Error>> {
        let size: usize = outcomes.iter().map(|(_, outcome)| outcome.as_ref().map_or(0, |replies| replies.len())).sum();
        if size > MAX_UNION {
            return None;
        }
        let topology = cluster.topology();
        let mut args = Args::new();
        if let Err(error) = Commands::new(&self.request).next(&mut args) {
            return Some(Err(error));
        }
        let plan = CommandResolver::new(cluster.config(), &topology).plan(lookup(&args), &args);
        let Ok(Plan::CrossNode(command)) = &plan else { return Some(Err(plan_changed())) };
        Some(gather::union::merge_outcomes(&cluster.job(&topology, &args, command), &outcomes))
    }

    /// DBSIZE of a server with internal keys.
    fn has_internal_keys(&self, outcomes: &[PartOutcome]) -> bool {
        let has_two_numbers = |replies: &[u8]| replies.starts_with(b":") && replies.iter().filter(|&&byte| byte == b':').count() == 2;
        self.merge == Merge::Sum && outcomes.iter().all(|(_, outcome)| outcome.as_deref().is_ok_and(has_two_numbers))
    }

    pub(crate) fn into_request(self) -> Vec<u8> {
        self.request
    }

    /// Calls `call` with a batch that consists of the command. The plan is always the same.
    fn with_batch<T>(&self, cluster: &Cluster, call: impl FnOnce(Batch) -> Result<T, Error>) -> Result<T, Error> {
        let topology = cluster.topology();
        let resolver = CommandResolver::new(cluster.config(), &topology);
        let mut args = Args::new();
        Commands::new(&self.request).next(&mut args)?;
        let mut batch = Batch::new(&resolver, &self.request);
        match batch.add(&args, Some(0..self.request.len())) {
            None => call(batch),
            // Over RESP3 the replies to some commands have types that only `crossnode` makes.
            Some(_) => Err(plan_changed()),
        }
    }
}

#[cold]
fn plan_changed() -> Error {
    Error::new(Code::Internal, "the plan of a command has changed")
}

/// The last of some numbers, if the others are 0.
fn last_number(replies: &[u8]) -> Option<i64> {
    let mut last = 0;
    for line in replies.strip_suffix(b"\r\n")?.split(|&byte| byte == b'\r') {
        let digits = line.strip_prefix(b"\n").unwrap_or(line).strip_prefix(b":")?;
        if last != 0 {
            return None;
        }
        last = std::str::from_utf8(digits).ok()?.parse().ok()?;
    }
    Some(last)
}
