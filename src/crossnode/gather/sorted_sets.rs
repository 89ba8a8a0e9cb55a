//! ZUNION, ZINTER, ZDIFF, ZINTERCARD, ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE.

use crate::command::SetOperation;
use crate::crossnode::colocate::probe::size;
use crate::crossnode::colocate::{Operands, ProbeResult};
use crate::crossnode::gather::attempt::{Attempt, explain_colocate, explain_probe, explain_store, probe, run_attempts, store};
use crate::crossnode::gather::distinct_sources::DistinctSources;
use crate::crossnode::gather::zset_ops::{ScoredMembers, WeightedSet};
use crate::crossnode::gather::zset_options::{AllowedOptions, ZsetOptions};
use crate::crossnode::gather::{zset_ops, zset_options};
use crate::crossnode::support::conversation::{Connections, Words, words};
use crate::crossnode::support::destination::{Content, is_large, memory_usage};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{List, Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::error::{Code, Error};
use crate::rdb::decode::Scored;
use crate::rdb::double::ScoreFormat;
use crate::rdb::{decode, double, encode};
use crate::resp::{Builder, Kind, Reply, Value};

/// Sorted sets of fewer members are fetched with the probe.
const SMALL: usize = 128;

/// The command is colocated if an operand that need not be fetched then is this many times as large as the others.
const WORTH_COLOCATING: u64 = 8;

struct SortedSets<'o, 'a> {
    operation: SetOperation,
    operands: &'o Operands<'a>,
    distinct: DistinctSources<'a>,
    options: ZsetOptions,
    /// Of ZINTERCARD; 0 means no limit.
    limit: u64,
}

/// What the probe found a distinct source to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Missing,
    /// A sorted set that the probe fetched.
    Small,
    /// A sorted set that is still to be fetched.
    Large,
    /// A set: its members have the score 1.
    Set,
    /// A type that the command rejects.
    WrongType,
}

/// The replies to the probe. The vectors have one element per distinct source.
struct Probed {
    sources: Vec<Source>,
    bytes: Vec<u64>,
    old_is_large: bool,
    score_format: ScoreFormat,
    replies: QueryReplies,
}

pub(crate) fn run<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>, operation: SetOperation) -> Outcome<Reply> {
    let Some(sets) = SortedSets::new(job, operands, operation) else { return colocate::run_operands(job, operands) };
    run_attempts(job, operands, |connections| sets.attempt(job, connections))
}

pub(crate) fn explain<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>, operation: SetOperation) -> Outcome<Explanation> {
    let Some(sets) = SortedSets::new(job, operands, operation) else { return colocate::explain_operands(job, operands) };
    let mut connections = job.connections(operands.servers())?;
    let (explanation, replies) = explain_probe(&mut connections, operands, |queries| sets.add_probe(queries))?;
    let probed = sets.parse_probe(replies)?;
    if sets.is_cheaper_colocated(&probed) {
        return explain_colocate(explanation, job, &mut connections, operands, &sets.probe_results(&probed));
    }
    let queries = sets.fetch_queries(&probed);
    let explanation = explanation.round(queries.0.requests());
    let fetched = Fetched::fetch(&mut connections, queries)?;
    let queries = sets.fetch_text_queries(&probed, &fetched);
    let explanation = explanation.round(queries.0.requests());
    let text = Fetched::fetch(&mut connections, queries)?;
    let members = sets.members(&probed, &fetched, &text)?;
    let result = sets.combine(&members)?;
    if operands.destination.is_none() && operation != SetOperation::Cardinality {
        return match array(&result, sets.options.with_scores, probed.score_format) {
            Some(_) => Ok(explanation),
            None => explain_colocate(explanation, job, &mut connections, operands, &sets.probe_results(&probed)),
        };
    }
    Ok(explain_store(explanation, operands, content(&result), probed.old_is_large))
}

impl<'o, 'a> SortedSets<'o, 'a> {
    /// `None`: the server reports what is wrong with the options.
    fn new(job: &Job, operands: &'o Operands<'a>, operation: SetOperation) -> Option<SortedSets<'o, 'a>> {
        let after_keys = &job.args[operands.sources.last()?.position + 1..];
        let is_cardinality = operation == SetOperation::Cardinality;
        let allowed = AllowedOptions {
            weights_and_aggregate: matches!(operation, SetOperation::Union | SetOperation::Intersection),
            with_scores: operands.destination.is_none() && !is_cardinality,
        };
        let (words, limit) = if is_cardinality { (&[][..], zset_options::parse_limit(after_keys)?) } else { (after_keys, 0) };
        let options = zset_options::parse_options(words, operands.sources.len(), allowed)?;
        Some(SortedSets { operation, operands, distinct: DistinctSources::new(operands), options, limit })
    }

    fn attempt(&self, job: &Job, connections: &mut Connections) -> Outcome<Attempt> {
        let replies = probe(connections, self.operands, |queries| self.add_probe(queries))?;
        let probed = self.parse_probe(replies)?;
        if self.is_cheaper_colocated(&probed) {
            return Ok(Attempt::Colocate(self.probe_results(&probed)));
        }
        let fetched = Fetched::fetch(connections, self.fetch_queries(&probed))?;
        let text = Fetched::fetch(connections, self.fetch_text_queries(&probed, &fetched))?;
        let members = self.members(&probed, &fetched, &text)?;
        let mut result = self.combine(&members)?;
        if self.operation == SetOperation::Cardinality {
            let count = result.len() as u64;
            let limited = if self.limit == 0 { count } else { count.min(self.limit) };
            return Ok(Attempt::Reply(Reply::integer(limited as i64)));
        }
        zset_ops::sort(&mut result);
        if self.operands.destination.is_none() {
            let reply = array(&result, self.options.with_scores, probed.score_format);
            return Ok(reply.map_or_else(|| Attempt::Colocate(self.probe_results(&probed)), Attempt::Reply));
        }
        store(job, connections, self.operands, content(&result), probed.old_is_large, result.len() as i64)
    }

    /// Type, first members and bytes of each distinct source; bytes of the old destination, or the version of a server if scores are returned.
    fn add_probe(&self, queries: &mut Queries<'a>) {
        for key in &self.distinct.keys {
            queries.add(key.server, words![b"TYPE", key.name]);
            queries.add(key.server, words![b"ZRANGE", key.name, b"0", (SMALL - 1).to_string().into_bytes(), b"WITHSCORES"]);
            queries.add(key.server, memory_usage(key.name));
        }
        if let Some(destination) = self.operands.destination {
            queries.add(destination.server, memory_usage(destination.name));
        } else if self.options.with_scores {
            queries.add(self.distinct.keys[0].server, words![b"HELLO"]);
        }
    }

    fn parse_probe(&self, replies: QueryReplies) -> Outcome<Probed> {
        let mut probed =
            Probed { sources: Vec::new(), bytes: Vec::new(), old_is_large: false, score_format: ScoreFormat::Unknown, replies };
        for key in 0..self.distinct.len() {
            let source = match not_error(probed.replies.get(3 * key))? {
                Value::Status(b"none") => Source::Missing,
                Value::Status(b"set") => Source::Set,
                Value::Status(b"zset") if probed.replies.list(3 * key + 1)?.len() < 2 * SMALL => Source::Small,
                Value::Status(b"zset") => Source::Large,
                _ => Source::WrongType,
            };
            probed.sources.push(source);
            probed.bytes.push(if source == Source::Missing { 0 } else { size(probed.replies.get(3 * key + 2)) });
        }
        let last = 3 * self.distinct.len();
        if self.operands.destination.is_some() {
            probed.old_is_large = is_large(probed.replies.get(last));
        } else if self.options.with_scores {
            probed.score_format = score_format(probed.replies.get(last));
        }
        Ok(probed)
    }

    /// Whether the operands are moved to the server of the largest one. That is also done if a type is wrong: the server reports the error.
    fn is_cheaper_colocated(&self, probed: &Probed) -> bool {
        let bytes = &probed.bytes;
        let (min, max) = (bytes.iter().min().copied().unwrap_or(0), bytes.iter().max().copied().unwrap_or(0));
        let first = bytes[self.distinct.key_of_source[0]];
        probed.sources.contains(&Source::WrongType)
            || probed.sources.iter().any(|source| matches!(source, Source::Large | Source::Set))
                && match self.operation {
                    SetOperation::Union => false,
                    SetOperation::Intersection | SetOperation::Cardinality => max > min.saturating_mul(WORTH_COLOCATING),
                    SetOperation::Difference => bytes.iter().sum::<u64>() - first > first.saturating_mul(WORTH_COLOCATING),
                }
    }

    fn probe_results(&self, probed: &Probed) -> Vec<ProbeResult> {
        self.distinct.probe_results(|key| match probed.sources[key] {
            Source::Missing => ProbeResult::Missing,
            Source::WrongType => ProbeResult::WrongType,
            Source::Small | Source::Large | Source::Set => ProbeResult::Present(probed.bytes[key]),
        })
    }

    /// The queries that `command` returns for distinct sources, and the number of the query of each.
    fn queries(&self, command: impl Fn(usize, &'a [u8]) -> Option<Words<'a>>) -> (Queries<'a>, Vec<Option<usize>>) {
        let mut queries = Queries::default();
        let add = |(index, key): (usize, &colocate::Operand<'a>)| command(index, key.name).map(|command| queries.add(key.server, command));
        let numbers = self.distinct.keys.iter().enumerate().map(add).collect();
        (queries, numbers)
    }

    fn fetch_queries(&self, probed: &Probed) -> (Queries<'a>, Vec<Option<usize>>) {
        self.queries(|key, name| match probed.sources[key] {
            Source::Large => Some(words![b"DUMP", name]),
            Source::Set => Some(words![b"SMEMBERS", name]),
            Source::Missing | Source::Small | Source::WrongType => None,
        })
    }

    /// Fetches sorted sets as text whose payloads cannot be decoded.
    fn fetch_text_queries(&self, probed: &Probed, fetched: &Fetched) -> (Queries<'a>, Vec<Option<usize>>) {
        self.queries(|key, name| {
            let is_undecodable = probed.sources[key] == Source::Large && fetched.is_undecodable(key);
            is_undecodable.then(|| words![b"ZRANGE", name, b"0", b"-1", b"WITHSCORES"])
        })
    }

    /// The members of each distinct source.
    fn members<'r>(&self, probed: &'r Probed, fetched: &'r Fetched, text: &'r Fetched) -> Outcome<Vec<Vec<Scored<'r>>>> {
        let members = |key: usize| match probed.sources[key] {
            Source::Missing | Source::WrongType => Ok(Vec::new()),
            Source::Small => scored_members(probed.replies.list(3 * key + 1)?),
            Source::Set => Ok(fetched.list(key)?.iter().map(|member| (member.into(), 1.0)).collect()),
            Source::Large => match fetched.get(key) {
                Value::Nil => Ok(Vec::new()),
                Value::String(payload) if decode::is_sorted_set(payload) => {
                    decode::sorted_set(payload).ok_or_else(|| Abort::protocol_error("the reply to DUMP is not a valid sorted set"))
                }
                _ => scored_members(text.list(key)?),
            },
        };
        (0..self.distinct.len()).map(members).collect()
    }

    fn combine<'r>(&self, members: &'r [Vec<Scored<'r>>]) -> Outcome<ScoredMembers<'r>> {
        let weighted = self.distinct.key_of_source.iter().zip(&self.options.weights);
        let mut operands: Vec<WeightedSet> = weighted.map(|(&key, &weight)| WeightedSet { members: &members[key], weight }).collect();
        match self.operation {
            SetOperation::Union => zset_ops::union(&mut operands, self.options.aggregate),
            SetOperation::Intersection | SetOperation::Cardinality => zset_ops::intersection(&mut operands, self.options.aggregate),
            SetOperation::Difference => {
                let others: Vec<&[Scored]> = operands[1..].iter().map(|operand| operand.members).collect();
                zset_ops::difference(operands[0].members, &others)
            }
        }
    }
}

/// The replies to one query per distinct source, or none.
struct Fetched {
    numbers: Vec<Option<usize>>,
    /// `None` if there were no queries.
    replies: Option<QueryReplies>,
}

impl Fetched {
    fn fetch(connections: &mut Connections, (queries, numbers): (Queries, Vec<Option<usize>>)) -> Outcome<Fetched> {
        let replies = if queries.is_empty() { None } else { Some(queries.send(connections)?) };
        Ok(Fetched { numbers, replies })
    }

    fn get(&self, key: usize) -> Value<'_> {
        match (self.numbers[key], &self.replies) {
            (Some(number), Some(replies)) => replies.get(number),
            _ => Value::Nil,
        }
    }

    fn list(&self, key: usize) -> Outcome<List<'_>> {
        match (self.numbers[key], &self.replies) {
            (Some(number), Some(replies)) => replies.list(number),
            _ => Err(Error::new(Code::Internal, "a source was not fetched").into()),
        }
    }

    /// Whether the reply to DUMP is neither a payload that can be decoded nor nil.
    fn is_undecodable(&self, key: usize) -> bool {
        match self.get(key) {
            Value::String(payload) => !decode::is_sorted_set(payload),
            Value::Nil => false,
            _ => true,
        }
    }
}

fn content<'m>(members: &ScoredMembers<'m>) -> Content<'m> {
    if members.is_empty() { Content::Nothing } else { Content::Payload(encode::sorted_set(members.iter().copied()).into()) }
}

/// From a list of member, score, member, score …
fn scored_members(list: List<'_>) -> Outcome<Vec<Scored<'_>>> {
    let mut texts = list.iter();
    let mut members = Vec::with_capacity(texts.len() / 2);
    while let (Some(member), Some(score)) = (texts.next(), texts.next()) {
        let score = double::parse(score).ok_or_else(|| Abort::protocol_error("a score is not a number"))?;
        members.push((member.into(), score));
    }
    Ok(members)
}

/// From the reply to HELLO.
fn score_format(hello: Value) -> ScoreFormat {
    let Value::Array(mut fields) = hello else { return ScoreFormat::Unknown };
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        if let (Value::String(b"version"), Value::String(version)) = (name, value) {
            return ScoreFormat::from_version(version);
        }
    }
    ScoreFormat::Unknown
}

/// `None`: it is unknown how the server would write one of the scores.
fn array(members: &ScoredMembers, with_scores: bool, score_format: ScoreFormat) -> Option<Reply> {
    let mut builder = Builder::default();
    let values = members.len() * if with_scores { 2 } else { 1 };
    builder.reserve(values + 1);
    let root = builder.begin(Kind::Array, values);
    let mut text = Vec::new();
    for (member, score) in members {
        builder.string(member);
        if with_scores {
            text.clear();
            if !score_format.write(&mut text, *score) {
                return None;
            }
            builder.string(&text);
        }
    }
    builder.end(root);
    Some(builder.finish())
}
