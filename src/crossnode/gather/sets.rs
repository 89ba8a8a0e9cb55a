//! SINTER, SDIFF, SINTERCARD, and SUNIONSTORE, SINTERSTORE, SDIFFSTORE.

use crate::command::{Destination, SetOperation};
use crate::crossnode::colocate::{Found, Operand, Operands, UNKNOWN};
use crate::crossnode::gather::set_ops::{difference, intersection, union};
use crate::crossnode::gather::{Attempt, attempts, begin, distinct, stored, zset_options};
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::{Content, is_large, memory_usage};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{List, Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::rdb::encode;
use crate::resp::{Builder, Kind, Reply, Value};
use std::borrow::Cow;

/// A set of about so many members is fetched with the first queries.
const SMALL: &[u8] = b"128";

/// To ask a server which members of a small set are in its own costs about as much as to fetch so many times as many members.
const WORTH_ASKING: u64 = 4;

/// Members that are asked for in one command.
const CHUNK: usize = 5000;

/// What lies on the destination's server stays there when it is so many times as large as all the rest.
const WORTH_STAYING: u64 = 8;

struct Sets<'o, 'a> {
    operation: SetOperation,
    operands: &'o Operands<'a>,
    /// The distinct operands.
    firsts: Vec<usize>,
    /// Of each source, which of the distinct operands it is.
    which: Vec<usize>,
    /// SINTERCARD counts no further; 0: to the end.
    limit: u64,
}

/// What the first queries tell.
struct Look {
    /// Of each distinct operand.
    sizes: Vec<u64>,
    bytes: Vec<u64>,
    /// Those that are small came whole.
    whole: Vec<bool>,
    old_is_large: bool,
    answers: QueryReplies,
}

/// How the operands that did not come whole are dealt with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fetch {
    Whole,
    Fetch,
    /// Its server is asked which of the members are in it.
    Request,
}

pub(crate) fn run(job: &Job, operation: SetOperation, destination: Destination) -> Outcome<Reply> {
    let operands = Operands::of(job, destination);
    let Some(sets) = Sets::of(job, &operands, operation) else { return colocate::run(job, destination) };
    attempts(job, &operands, |connections| sets.attempt(job, connections))
}

impl<'o, 'a> Sets<'o, 'a> {
    /// `None`: the server is left to judge the options.
    fn of(job: &Job, operands: &'o Operands<'a>, operation: SetOperation) -> Option<Sets<'o, 'a>> {
        let behind = operands.sources.last().map_or(1, |source| source.position + 1);
        let limit = if operation == SetOperation::Cardinality { zset_options::limit(&job.args[behind..])? } else { 0 };
        let (firsts, which) = distinct(operands);
        Some(Sets { operation, operands, firsts, which, limit })
    }

    fn attempt(&self, job: &Job, connections: &mut Connections) -> Outcome<Attempt> {
        let look = self.look(connections)?;
        if self.stays(&look) {
            return Ok(Attempt::Together(Some(self.found(&look))));
        }
        let base = self.base(&look);
        let ways = self.ways(&look, base);
        let mut queries = Queries::default();
        let numbers: Vec<usize> = (0..self.firsts.len())
            .map(|nth| match ways[nth] {
                Fetch::Fetch => queries.add(self.operand(nth).server, words![b"SMEMBERS", self.operand(nth).name]),
                Fetch::Whole | Fetch::Request => 0,
            })
            .collect();
        let fetched = if queries.is_empty() { None } else { Some(queries.send(connections)?) };
        let list = |nth: usize| match (ways[nth], &fetched) {
            (Fetch::Whole, _) => look.page(nth).map(|(list, _)| list),
            (_, Some(fetched)) => fetched.list(numbers[nth]),
            (_, None) => Err(Abort::protocol_error("an operand that was not asked for")),
        };
        let others = (0..self.firsts.len()).filter(|&nth| nth != base && ways[nth] != Fetch::Request);
        let others = others.map(list).collect::<Outcome<Vec<List>>>()?;
        let mut members = match self.operation {
            SetOperation::Union => union(list(base)?, &others)?,
            SetOperation::Difference if self.which[1..].contains(&base) => Vec::new(),
            SetOperation::Difference => difference(list(base)?, &others)?,
            SetOperation::Intersection | SetOperation::Cardinality => intersection(list(base)?, &others)?,
        };
        self.ask(connections, &ways, &mut members)?;
        self.answer(job, connections, &look, &members)
    }

    fn operand(&self, nth: usize) -> Operand<'a> {
        self.operands.sources[self.firsts[nth]]
    }

    fn look(&self, connections: &mut Connections) -> Outcome<Look> {
        let stores = self.operands.destination;
        let answers = begin(connections, self.operands, |queries| {
            for nth in 0..self.firsts.len() {
                let Operand { server, name, .. } = self.operand(nth);
                queries.add(server, words![b"SCARD", name]);
                queries.add(server, words![b"SSCAN", name, b"0", b"COUNT", SMALL]);
                // Who only reads has no use for bytes.
                queries.add(server, if stores.is_some() { memory_usage(name) } else { words![b"EXISTS", name] });
            }
            if let Some(destination) = stores {
                queries.add(destination.server, memory_usage(destination.name));
            }
        })?;
        let mut look = Look { sizes: Vec::new(), bytes: Vec::new(), whole: Vec::new(), old_is_large: false, answers };
        for nth in 0..self.firsts.len() {
            let Value::Integer(size) = not_error(look.answers.get(3 * nth))? else {
                return Err(Abort::protocol_error("SCARD was answered with something else than a number"));
            };
            let bytes = match look.answers.get(3 * nth + 2) {
                Value::Integer(bytes) if stores.is_some() => bytes.max(0) as u64,
                _ => UNKNOWN,
            };
            let (_, is_whole) = look.page(nth)?;
            look.sizes.push(size.max(0) as u64);
            look.bytes.push(if size == 0 { 0 } else { bytes });
            look.whole.push(is_whole);
        }
        look.old_is_large = stores.is_some() && is_large(look.answers.get(3 * self.firsts.len()));
        Ok(look)
    }

    /// The operand that the result is a part of, or, of a union, any.
    fn base(&self, look: &Look) -> usize {
        match self.operation {
            SetOperation::Difference => self.which[0],
            SetOperation::Union => 0,
            SetOperation::Intersection | SetOperation::Cardinality => {
                (0..self.firsts.len()).min_by_key(|&nth| look.sizes[nth]).unwrap_or(0)
            }
        }
    }

    fn ways(&self, look: &Look, base: usize) -> Vec<Fetch> {
        let way = |nth: usize| match self.operation {
            _ if look.whole[nth] => Fetch::Whole,
            SetOperation::Union => Fetch::Fetch,
            _ if nth != base && look.sizes[nth] > look.sizes[base].saturating_mul(WORTH_ASKING) => Fetch::Request,
            _ => Fetch::Fetch,
        };
        (0..self.firsts.len()).map(way).collect()
    }

    /// Whether the operands are brought to the destination's server, for nearly all of them is there.
    fn stays(&self, look: &Look) -> bool {
        let Some(destination) = self.operands.destination else { return false };
        let here = |nth: &usize| self.operand(*nth).server == destination.server;
        let bytes = |here: Vec<usize>| here.into_iter().map(|nth| look.bytes[nth]).sum::<u64>();
        let (here, elsewhere): (Vec<usize>, Vec<usize>) = (0..self.firsts.len()).partition(here);
        !look.whole.iter().all(|whole| *whole) && bytes(here) >= bytes(elsewhere).saturating_mul(WORTH_STAYING)
    }

    fn found(&self, look: &Look) -> Vec<Found> {
        let found = |&nth: &usize| if look.sizes[nth] == 0 { Found::Missing } else { Found::Value(look.bytes[nth]) };
        self.which.iter().map(found).collect()
    }

    /// Keeps the members that the operands which were not fetched have, or have not.
    fn ask(&self, connections: &mut Connections, ways: &[Fetch], members: &mut Vec<&[u8]>) -> Outcome<()> {
        let asked: Vec<usize> = (0..ways.len()).filter(|&nth| ways[nth] == Fetch::Request).collect();
        if asked.is_empty() || members.is_empty() {
            return Ok(());
        }
        let wanted = Value::Integer(i64::from(self.operation != SetOperation::Difference));
        let mut queries = Queries::default();
        for &nth in &asked {
            let Operand { server, name, .. } = self.operand(nth);
            for chunk in members.chunks(CHUNK) {
                let mut command = words![b"SMISMEMBER", name];
                command.extend(chunk.iter().map(|&member| Cow::from(member)));
                queries.add(server, command);
            }
        }
        let answers = queries.send(connections)?;
        let mut keep = vec![true; members.len()];
        let chunks = members.len().div_ceil(CHUNK);
        for nth in 0..asked.len() {
            for (chunk, keep) in keep.chunks_mut(CHUNK).enumerate() {
                let Value::Array(is_member) = not_error(answers.get(nth * chunks + chunk))? else {
                    return Err(Abort::protocol_error("SMISMEMBER was answered with something else than a list"));
                };
                if is_member.len() != keep.len() {
                    return Err(Abort::protocol_error("SMISMEMBER was answered with another number of answers"));
                }
                keep.iter_mut().zip(is_member).for_each(|(keep, is_member)| *keep &= is_member == wanted);
            }
        }
        let mut keep = keep.into_iter();
        members.retain(|_| keep.next() == Some(true));
        Ok(())
    }

    fn answer(&self, job: &Job, connections: &mut Connections, look: &Look, members: &[&[u8]]) -> Outcome<Attempt> {
        let count = members.len() as u64;
        if self.operation == SetOperation::Cardinality {
            let counted = if self.limit == 0 { count } else { count.min(self.limit) };
            return Ok(Attempt::Answered(Reply::integer(counted as i64)));
        }
        if self.operands.destination.is_none() {
            return Ok(Attempt::Answered(array(members)));
        }
        let content = if members.is_empty() { Content::Nothing } else { Content::Payload(encode::set(members.iter().copied()).into()) };
        stored(job, connections, self.operands, content, look.old_is_large, count as i64)
    }
}

impl Look {
    fn page(&self, nth: usize) -> Outcome<(List<'_>, bool)> {
        self.answers.page(3 * nth + 1)
    }
}

fn array(members: &[&[u8]]) -> Reply {
    let mut builder = Builder::default();
    builder.reserve(members.len() + 1);
    let root = builder.begin(Kind::Array, members.len());
    members.iter().for_each(|member| builder.string(member));
    builder.end(root);
    builder.finish()
}

pub(crate) fn explain(job: &Job, operation: SetOperation, destination: Destination) -> Outcome<Explanation> {
    let operands = Operands { destination_is_read: false, ..Operands::of(job, destination) };
    if operation == SetOperation::Union && destination == Destination::None {
        return Ok(Explanation::new("gather", true).step_on_each(1, colocate::distinct(operands.servers()), "SMEMBERS …"));
    }
    let Some(sets) = Sets::of(job, &operands, operation) else { return colocate::explain(job, destination) };
    let mut connections = job.connections(operands.servers())?;
    let look = sets.look(&mut connections)?;
    if sets.stays(&look) {
        return colocate::explain_over(job, &mut connections, &Operands::of(job, destination), Some(&sets.found(&look)));
    }
    let ways = sets.ways(&look, sets.base(&look));
    let servers = |way: Fetch| colocate::distinct((0..ways.len()).filter(|&nth| ways[nth] == way).map(|nth| sets.operand(nth).server));
    let strategy = if ways.contains(&Fetch::Request) { "gather by SMISMEMBER" } else { "gather" };
    let all = colocate::distinct(sets.operands.sources.iter().map(|source| source.server));
    let mut explanation = Explanation::new(strategy, true).step_on_each(1, all, "SCARD …; SSCAN …");
    let mut round = 1;
    for (way, command) in [(Fetch::Fetch, "SMEMBERS …"), (Fetch::Request, "SMISMEMBER …")] {
        let servers = servers(way);
        if !servers.is_empty() {
            round += 1;
            explanation = explanation.step_on_each(round, servers, command);
        }
    }
    Ok(match operands.destination {
        Some(destination) => explanation.step(round + 1, destination.server, "MULTI; RESTORE …; EXEC"),
        None => explanation,
    })
}
