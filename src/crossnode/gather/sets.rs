//! SINTER, SDIFF, SINTERCARD, SUNIONCARD, SDIFFCARD, SUNIONSTORE, SINTERSTORE and SDIFFSTORE. SUNION has a module of its own, `union`.

use crate::command::SetOperation;
use crate::crossnode::colocate::probe::size;
use crate::crossnode::colocate::{Operands, ProbeResult};
use crate::crossnode::gather::attempt::{Attempt, explain_colocate, explain_probe, explain_store, probe, run_attempts, store};
use crate::crossnode::gather::distinct_sources::DistinctSources;
use crate::crossnode::gather::set_ops::{difference, intersection, union};
use crate::crossnode::gather::zset_options;
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::{Content, is_large, memory_usage};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{List, Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::rdb::encode;
use crate::resp::{Builder, Kind, Reply, Value};
use std::borrow::Cow;

/// Sets of about this many members are fetched with the probe.
const SMALL: &[u8] = b"128";

/// SMISMEMBER takes about as long for one member as SMEMBERS for this many.
const WORTH_SMISMEMBER: u64 = 4;

/// The number of members in one SMISMEMBER.
const CHUNK: usize = 5000;

/// The command is colocated if the server of the destination has this many times as many bytes as all others.
const WORTH_COLOCATING: u64 = 8;

/// What a command returns of the result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returned {
    Members,
    /// The number of members, up to a LIMIT.
    Count,
}

impl Returned {
    pub(crate) fn of(operation: SetOperation) -> Returned {
        if operation == SetOperation::Cardinality { Returned::Count } else { Returned::Members }
    }
}

struct Sets<'o, 'a> {
    operation: SetOperation,
    returned: Returned,
    operands: &'o Operands<'a>,
    distinct: DistinctSources<'a>,
    /// Of the number of members; 0 means no limit.
    limit: u64,
}

/// The replies to the probe. The vectors have one element per distinct source.
struct Probed {
    /// Numbers of members.
    sizes: Vec<u64>,
    bytes: Vec<u64>,
    /// Whether the probe fetched all members.
    is_complete: Vec<bool>,
    old_is_large: bool,
    replies: QueryReplies,
}

/// How the members of a distinct source are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// The probe fetched them.
    Probed,
    Smembers,
    /// The server checks which of the members found so far the source has.
    Smismember,
}

pub(crate) fn run<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>, operation: SetOperation, returned: Returned) -> Outcome<Reply> {
    let Some(sets) = Sets::new(job, operands, operation, returned) else { return colocate::run_operands(job, operands) };
    run_attempts(job, operands, |connections| sets.attempt(job, connections))
}

pub(crate) fn explain<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>, operation: SetOperation, returned: Returned) -> Outcome<Explanation> {
    let Some(sets) = Sets::new(job, operands, operation, returned) else { return colocate::explain_operands(job, operands) };
    let mut connections = job.connections(operands.servers())?;
    let (explanation, replies) = explain_probe(&mut connections, operands, |queries| sets.add_probe(queries))?;
    let probed = sets.parse_probe(replies)?;
    if sets.is_cheaper_colocated(&probed) {
        return explain_colocate(explanation, job, &mut connections, operands, &sets.probe_results(&probed));
    }
    let base = sets.base(&probed);
    let reads = sets.reads(&probed, base);
    let (queries, numbers) = sets.smembers_queries(&reads);
    let mut explanation = explanation.round(queries.requests());
    let fetched = if queries.is_empty() { None } else { Some(queries.send(&mut connections)?) };
    let mut members = sets.combine(base, &reads, |key| probed.list(key, numbers[key], fetched.as_ref()))?;
    let queries = sets.smismember_queries(&reads, &members);
    if !queries.is_empty() {
        explanation = explanation.round(queries.requests());
        explanation.strategy = "gather by SMISMEMBER";
    }
    sets.filter_by_smismember(&mut connections, &reads, &mut members)?;
    Ok(explain_store(explanation, operands, content(&members), probed.old_is_large))
}

impl<'o, 'a> Sets<'o, 'a> {
    /// `None`: the server reports what is wrong with the options.
    fn new(job: &Job, operands: &'o Operands<'a>, operation: SetOperation, returned: Returned) -> Option<Sets<'o, 'a>> {
        let after_keys = operands.sources.last().map_or(1, |source| source.position + 1);
        let limit = if returned == Returned::Count { zset_options::parse_limit(&job.args[after_keys..])? } else { 0 };
        Some(Sets { operation, returned, operands, distinct: DistinctSources::new(operands), limit })
    }

    fn attempt(&self, job: &Job, connections: &mut Connections) -> Outcome<Attempt> {
        let replies = probe(connections, self.operands, |queries| self.add_probe(queries))?;
        let probed = self.parse_probe(replies)?;
        if self.is_cheaper_colocated(&probed) {
            return Ok(Attempt::Colocate(self.probe_results(&probed)));
        }
        let base = self.base(&probed);
        let reads = self.reads(&probed, base);
        let (queries, numbers) = self.smembers_queries(&reads);
        let fetched = if queries.is_empty() { None } else { Some(queries.send(connections)?) };
        let mut members = self.combine(base, &reads, |key| probed.list(key, numbers[key], fetched.as_ref()))?;
        self.filter_by_smismember(connections, &reads, &mut members)?;
        self.finish(job, connections, &probed, &members)
    }

    /// Size, members if they are few, and bytes of each distinct source; bytes of the old destination.
    fn add_probe(&self, queries: &mut Queries<'a>) {
        let destination = self.operands.destination;
        for key in &self.distinct.keys {
            queries.add(key.server, words![b"SCARD", key.name]);
            queries.add(key.server, words![b"SSCAN", key.name, b"0", b"COUNT", SMALL]);
            // Only the placement of a result depends on bytes. EXISTS is cheap and keeps the number of queries.
            queries.add(key.server, if destination.is_some() { memory_usage(key.name) } else { words![b"EXISTS", key.name] });
        }
        if let Some(destination) = destination {
            queries.add(destination.server, memory_usage(destination.name));
        }
    }

    fn parse_probe(&self, replies: QueryReplies) -> Outcome<Probed> {
        let stores = self.operands.destination.is_some();
        let mut probed = Probed { sizes: Vec::new(), bytes: Vec::new(), is_complete: Vec::new(), old_is_large: false, replies };
        for key in 0..self.distinct.len() {
            let Value::Integer(members) = not_error(probed.replies.get(3 * key))? else {
                return Err(Abort::protocol_error("the reply to SCARD is not a number"));
            };
            let (_, is_complete) = probed.page(key)?;
            let usage = if stores { probed.replies.get(3 * key + 2) } else { Value::Nil };
            probed.sizes.push(members.max(0) as u64);
            probed.bytes.push(if members == 0 { 0 } else { size(usage) });
            probed.is_complete.push(is_complete);
        }
        probed.old_is_large = stores && is_large(probed.replies.get(3 * self.distinct.len()));
        Ok(probed)
    }

    /// The distinct source that the computation starts with: the result is a subset of it, except for a union.
    fn base(&self, probed: &Probed) -> usize {
        match self.operation {
            SetOperation::Difference => self.distinct.key_of_source[0],
            SetOperation::Union => 0,
            SetOperation::Intersection | SetOperation::Cardinality => {
                (0..self.distinct.len()).min_by_key(|&key| probed.sizes[key]).unwrap_or(0)
            }
        }
    }

    fn reads(&self, probed: &Probed, base: usize) -> Vec<Read> {
        let read = |key: usize| match self.operation {
            _ if probed.is_complete[key] => Read::Probed,
            SetOperation::Union => Read::Smembers,
            _ if key != base && probed.sizes[key] > probed.sizes[base].saturating_mul(WORTH_SMISMEMBER) => Read::Smismember,
            _ => Read::Smembers,
        };
        (0..self.distinct.len()).map(read).collect()
    }

    /// Whether nearly all bytes are on the server of the destination.
    fn is_cheaper_colocated(&self, probed: &Probed) -> bool {
        let Some(destination) = self.operands.destination else { return false };
        let is_local = |key: &usize| self.distinct.keys[*key].server == destination.server;
        let bytes = |keys: Vec<usize>| keys.into_iter().map(|key| probed.bytes[key]).sum::<u64>();
        let (local, remote): (Vec<usize>, Vec<usize>) = (0..self.distinct.len()).partition(is_local);
        !probed.is_complete.iter().all(|is_complete| *is_complete) && bytes(local) >= bytes(remote).saturating_mul(WORTH_COLOCATING)
    }

    fn probe_results(&self, probed: &Probed) -> Vec<ProbeResult> {
        let result = |key: usize| if probed.sizes[key] == 0 { ProbeResult::Missing } else { ProbeResult::Present(probed.bytes[key]) };
        self.distinct.probe_results(result)
    }

    /// Whether the first set of a difference is also subtracted.
    fn subtracts_base(&self) -> bool {
        self.distinct.key_of_source[1..].contains(&self.distinct.key_of_source[0])
    }

    /// The second value has the number of the query of each distinct source.
    fn smembers_queries(&self, reads: &[Read]) -> (Queries<'a>, Vec<Option<usize>>) {
        let mut queries = Queries::default();
        let add = |(key, &read): (usize, &Read)| {
            let key = self.distinct.keys[key];
            (read == Read::Smembers).then(|| queries.add(key.server, words![b"SMEMBERS", key.name]))
        };
        let numbers = reads.iter().enumerate().map(add).collect();
        (queries, numbers)
    }

    /// Combines all sources but those that are read by SMISMEMBER.
    fn combine<'r>(&self, base: usize, reads: &[Read], list: impl Fn(usize) -> Outcome<List<'r>>) -> Outcome<Vec<&'r [u8]>> {
        let others = (0..self.distinct.len()).filter(|&key| key != base && reads[key] != Read::Smismember);
        let others = others.map(&list).collect::<Outcome<Vec<List>>>()?;
        match self.operation {
            SetOperation::Union => union(list(base)?, &others),
            SetOperation::Difference if self.subtracts_base() => Ok(Vec::new()),
            SetOperation::Difference => difference(list(base)?, &others),
            SetOperation::Intersection | SetOperation::Cardinality => intersection(list(base)?, &others),
        }
    }

    /// The distinct sources that are read by SMISMEMBER.
    fn smismember_keys(reads: &[Read]) -> impl Iterator<Item = usize> {
        (0..reads.len()).filter(|&key| reads[key] == Read::Smismember)
    }

    /// SMISMEMBER for each of these sources and each chunk of the members.
    fn smismember_queries<'m>(&self, reads: &[Read], members: &[&'m [u8]]) -> Queries<'m>
    where
        'a: 'm,
    {
        let mut queries = Queries::default();
        for key in Sets::smismember_keys(reads) {
            let key = self.distinct.keys[key];
            for chunk in members.chunks(CHUNK) {
                let mut command = words![b"SMISMEMBER", key.name];
                command.extend(chunk.iter().map(|&member| Cow::from(member)));
                queries.add(key.server, command);
            }
        }
        queries
    }

    /// Keeps the members that all sources which are read by SMISMEMBER have, or, for a difference, that none of them has.
    fn filter_by_smismember(&self, connections: &mut Connections, reads: &[Read], members: &mut Vec<&[u8]>) -> Outcome<()> {
        let queries = self.smismember_queries(reads, members);
        if queries.is_empty() {
            return Ok(());
        }
        let replies = queries.send(connections)?;
        let wanted = Value::Integer(i64::from(self.operation != SetOperation::Difference));
        let mut keep = vec![true; members.len()];
        let chunks = members.len().div_ceil(CHUNK);
        for nth in 0..Sets::smismember_keys(reads).count() {
            for (chunk, keep) in keep.chunks_mut(CHUNK).enumerate() {
                let Value::Array(is_member) = not_error(replies.get(nth * chunks + chunk))? else {
                    return Err(Abort::protocol_error("the reply to SMISMEMBER is not an array"));
                };
                if is_member.len() != keep.len() {
                    return Err(Abort::protocol_error("the reply to SMISMEMBER has the wrong number of elements"));
                }
                keep.iter_mut().zip(is_member).for_each(|(keep, is_member)| *keep &= is_member == wanted);
            }
        }
        let mut keep = keep.into_iter();
        members.retain(|_| keep.next() == Some(true));
        Ok(())
    }

    fn finish(&self, job: &Job, connections: &mut Connections, probed: &Probed, members: &[&[u8]]) -> Outcome<Attempt> {
        let count = members.len() as u64;
        if self.returned == Returned::Count {
            let limited = if self.limit == 0 { count } else { count.min(self.limit) };
            return Ok(Attempt::Reply(Reply::integer(limited as i64)));
        }
        if self.operands.destination.is_none() {
            return Ok(Attempt::Reply(array(members)));
        }
        store(job, connections, self.operands, content(members), probed.old_is_large, count as i64)
    }
}

impl Probed {
    /// The members that the probe fetched, and whether they are all.
    fn page(&self, key: usize) -> Outcome<(List<'_>, bool)> {
        self.replies.page(3 * key + 1)
    }

    /// The members of a distinct source: from SMEMBERS, if it has a number there, or else from the probe.
    fn list<'r>(&'r self, key: usize, number: Option<usize>, fetched: Option<&'r QueryReplies>) -> Outcome<List<'r>> {
        match (number, fetched) {
            (Some(number), Some(fetched)) => fetched.list(number),
            _ => self.page(key).map(|(list, _)| list),
        }
    }
}

fn content<'m>(members: &[&'m [u8]]) -> Content<'m> {
    if members.is_empty() { Content::Nothing } else { Content::Payload(encode::set(members.iter().copied()).into()) }
}

fn array(members: &[&[u8]]) -> Reply {
    let mut builder = Builder::default();
    builder.reserve(members.len() + 1);
    let root = builder.begin(Kind::Array, members.len());
    members.iter().for_each(|member| builder.string(member));
    builder.end(root);
    builder.finish()
}
