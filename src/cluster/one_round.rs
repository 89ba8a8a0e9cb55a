//! Commands that are one request to each of their servers, for a caller that sends these itself and must not wait: an event loop.

use crate::cluster::batch::Batch;
use crate::cluster::handle::Cluster;
use crate::cluster::replica_read::may_use_replica;
use crate::command::{
    Block, Command, CommandFlags, Destination, GatherKind, PlacedKeys, ResponsePolicy, SetOperation, SplitKind, Strategy, lookup,
};
use crate::config::{Protocol, Read};
use crate::crossnode::{Job, gather};
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Reply, pack};
use crate::routing::{CommandResolver, CrossNodeCommand, Plan, plan_single_key};
use crate::topology::Topology;
use smallvec::SmallVec;

/// How a command is run.
pub(crate) enum Route<'a> {
    /// One server gets it, with the stored names of its keys, and its reply is the reply to the command.
    OneServer { server: usize, keys: PlacedKeys<'a>, flags: CommandFlags, may_use_replica: bool },
    /// Several servers get a part each.
    Parts { round: OneRound, parts: Vec<Part>, flags: CommandFlags, may_use_replica: bool },
    /// It has failed: nothing is sent.
    Failed(Error),
    /// It takes several steps, or may have to wait, or is not known: [`Cluster::execute`] runs it.
    Other,
}

/// A command of which several servers get a part each.
pub(crate) struct OneRound {
    request: Vec<u8>,
    merge: Merge,
}

/// What a server gets: the bytes of its commands, and the end of each in them.
pub(crate) struct Part {
    pub server: usize,
    pub bytes: Vec<u8>,
    pub ends: SmallVec<[usize; 1]>,
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
pub(crate) type PartOutcome = (usize, Result<Vec<u8>, Error>);

impl Cluster {
    /// Decides how a command is run.
    #[inline]
    pub(crate) fn route_without_waiting<'a>(&self, args: &[&'a [u8]]) -> Route<'a> {
        let Some(command) = lookup(args).filter(|command| command.block == Block::Never) else { return Route::Other };
        if let Some((server, key, flags)) = plan_single_key(self.config(), command, args) {
            let keys = PlacedKeys::from_slice(&[key]);
            return Route::OneServer { server, may_use_replica: self.may_use_replica(args, &keys, flags), keys, flags };
        }
        match runs_in_one_round(command) && command.takes(args.len()) {
            true => self.plan_without_waiting(command, args),
            false => Route::Other,
        }
    }

    fn plan_without_waiting<'a>(&self, command: &Command, args: &[&'a [u8]]) -> Route<'a> {
        let topology = self.topology();
        let resolver = CommandResolver::new(self.config(), &topology);
        let plan = match resolver.plan(Some(command), args) {
            Ok(Plan::OneServer { server, keys, flags }) => {
                return Route::OneServer { server, may_use_replica: self.may_use_replica(args, &keys, flags), keys, flags };
            }
            Ok(plan) => plan,
            Err(error) => return Route::Failed(error),
        };
        let (merge, flags, may_use_replica) = match &plan {
            Plan::Split { kind, keys, flags } => (Merge::of_split(*kind), *flags, self.may_use_replica(args, keys, *flags)),
            Plan::CrossNode(command @ CrossNodeCommand { strategy, flags, .. }) => {
                match Merge::of_strategy(*strategy, self.config().protocol) {
                    Some(Merge::Union) => {
                        let parts = gather::union::packed(&self.job(&topology, args, command)).into_iter();
                        let parts = parts.map(|(server, bytes, ends)| Part { server, bytes, ends }).collect();
                        let may_use_replica = self.may_use_replica(args, &command.keys, *flags);
                        return Route::Parts {
                            round: OneRound { request: pack(args), merge: Merge::Union },
                            parts,
                            flags: *flags,
                            may_use_replica,
                        };
                    }
                    Some(merge) => (merge, *flags, false),
                    None => return Route::Other,
                }
            }
            Plan::OneServer { .. } => return Route::Other,
        };
        let request = pack(args);
        let mut batch = Batch::new(&resolver, &[]);
        if batch.add_planned(args, None, Ok(plan), None).is_some() {
            return Route::Other;
        }
        let parts = batch.into_packed().map(|(server, (bytes, ends))| Part { server, bytes, ends }).collect();
        Route::Parts { round: OneRound { request, merge }, parts, flags, may_use_replica }
    }

    fn job<'c, 'a>(&'c self, topology: &'c Topology, args: &'c [&'a [u8]], command: &'c CrossNodeCommand<'a>) -> Job<'c, 'a> {
        Job { config: self.config(), topology, args, command, limit: None }
    }

    #[inline]
    fn may_use_replica(&self, args: &[&[u8]], keys: &PlacedKeys, flags: CommandFlags) -> bool {
        self.read() == Read::Replica && may_use_replica(args[0], keys, flags)
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
        if let Some(reply) = self.merge_usual(&outcomes) {
            return Some(Ok(reply));
        }
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

    fn merge_usual(&self, outcomes: &[PartOutcome]) -> Option<Reply> {
        let mut replies = outcomes.iter().map(|(_, outcome)| outcome.as_deref().ok());
        match self.merge {
            Merge::Same => {
                let first = replies.next()??;
                let is_same = !first.starts_with(b"-") && replies.all(|other| other == Some(first));
                Reply::parse(first).ok().filter(|_| is_same)
            }
            Merge::Sum => replies.try_fold(0, |sum: i64, numbers| sum.checked_add(last_number(numbers?)?)).map(Reply::integer),
            Merge::General | Merge::Union => None,
        }
    }

    fn merge_union(&self, cluster: &Cluster, outcomes: Vec<PartOutcome>) -> Option<Result<Reply, Error>> {
        let size: usize = outcomes.iter().map(|(_, outcome)| outcome.as_ref().map_or(0, Vec::len)).sum();
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
        Some(gather::union::merge_packed(&cluster.job(&topology, &args, command), outcomes))
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
