//! ZUNION, ZINTER, ZDIFF, ZINTERCARD and those that store.

use crate::command::{Destination, SetOperation};
use crate::crossnode::colocate::{Found, Operand, Operands, UNKNOWN};
use crate::crossnode::gather::zset_ops::Weighed;
use crate::crossnode::gather::zset_options::{Allowed, Options};
use crate::crossnode::gather::{Attempt, attempts, begin, distinct, stored, zset_ops, zset_options};
use crate::crossnode::support::conversation::{Connections, Words, words};
use crate::crossnode::support::destination::{Content, is_large, memory_usage};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{List, Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::rdb::decode::Scored;
use crate::rdb::double::Style;
use crate::rdb::{decode, double, encode};
use crate::resp::{Builder, Kind, Reply, Value};

/// A sorted set of fewer members is fetched with the first queries.
const SMALL: usize = 128;

/// So many times as large as the others must an operand be to stay where it is.
const WORTH_STAYING: u64 = 8;

struct SortedSets<'o, 'a> {
    operation: SetOperation,
    operands: &'o Operands<'a>,
    /// The distinct operands.
    firsts: Vec<usize>,
    /// Of each source, which of the distinct operands it is.
    which: Vec<usize>,
    options: Options,
    /// ZINTERCARD counts no further; 0: to the end.
    limit: u64,
}

/// What a distinct operand is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Missing,
    /// A sorted set that came whole.
    Small,
    Large,
    /// A set, whose members count as having the score 1.
    Set,
    /// Something that the command refuses.
    Wrong,
}

struct Look {
    are: Vec<Is>,
    bytes: Vec<u64>,
    old_is_large: bool,
    style: Style,
    answers: QueryReplies,
}

pub(crate) fn run(job: &Job, operation: SetOperation, destination: Destination) -> Outcome<Reply> {
    let operands = Operands::of(job, destination);
    let Some(sets) = SortedSets::of(job, &operands, operation) else { return colocate::run(job, destination) };
    attempts(job, &operands, |connections| sets.attempt(job, connections))
}

impl<'o, 'a> SortedSets<'o, 'a> {
    /// `None`: the server is left to judge the options.
    fn of(job: &Job, operands: &'o Operands<'a>, operation: SetOperation) -> Option<SortedSets<'o, 'a>> {
        let behind = &job.args[operands.sources.last()?.position + 1..];
        let is_count = operation == SetOperation::Cardinality;
        let allowed = Allowed {
            weights_and_aggregate: matches!(operation, SetOperation::Union | SetOperation::Intersection),
            with_scores: operands.destination.is_none() && !is_count,
        };
        let (words, limit) = if is_count { (&[][..], zset_options::limit(behind)?) } else { (behind, 0) };
        let options = zset_options::scores(words, operands.sources.len(), allowed)?;
        let (firsts, which) = distinct(operands);
        Some(SortedSets { operation, operands, firsts, which, options, limit })
    }

    fn attempt(&self, job: &Job, connections: &mut Connections) -> Outcome<Attempt> {
        let look = self.look(connections)?;
        if self.stays(&look) {
            return Ok(Attempt::Together(Some(self.found(&look))));
        }
        let fetched = self.fetch(connections, &look)?;
        let plain = self.fetch_plain(connections, &look, &fetched)?;
        let members = self.members(&look, &fetched, plain.as_ref())?;
        let mut result = self.combine(&members)?;
        if self.operation == SetOperation::Cardinality {
            let count = result.len() as u64;
            let counted = if self.limit == 0 { count } else { count.min(self.limit) };
            return Ok(Attempt::Answered(Reply::integer(counted as i64)));
        }
        zset_ops::sort(&mut result);
        if self.operands.destination.is_none() {
            let reply = array(&result, self.options.with_scores, look.style);
            return Ok(reply.map_or_else(|| Attempt::Together(Some(self.found(&look))), Attempt::Answered));
        }
        let payload = || Content::Payload(encode::sorted_set(result.iter().copied()).into());
        let content = if result.is_empty() { Content::Nothing } else { payload() };
        stored(job, connections, self.operands, content, look.old_is_large, result.len() as i64)
    }

    fn operand(&self, nth: usize) -> Operand<'a> {
        self.operands.sources[self.firsts[nth]]
    }

    fn look(&self, connections: &mut Connections) -> Outcome<Look> {
        let answers = begin(connections, self.operands, |queries| {
            for nth in 0..self.firsts.len() {
                let Operand { server, name, .. } = self.operand(nth);
                queries.add(server, words![b"TYPE", name]);
                queries.add(server, words![b"ZRANGE", name, b"0", (SMALL - 1).to_string().into_bytes(), b"WITHSCORES"]);
                queries.add(server, memory_usage(name));
            }
            if let Some(destination) = self.operands.destination {
                queries.add(destination.server, memory_usage(destination.name));
            } else if self.options.with_scores {
                queries.add(self.operand(0).server, words![b"HELLO"]);
            }
        })?;
        let mut look = Look { are: Vec::new(), bytes: Vec::new(), old_is_large: false, style: Style::Unknown, answers };
        for nth in 0..self.firsts.len() {
            let is = match not_error(look.answers.get(3 * nth))? {
                Value::Status(b"none") => Is::Missing,
                Value::Status(b"set") => Is::Set,
                Value::Status(b"zset") if look.answers.list(3 * nth + 1)?.len() < 2 * SMALL => Is::Small,
                Value::Status(b"zset") => Is::Large,
                _ => Is::Wrong,
            };
            let bytes = if let Value::Integer(bytes) = look.answers.get(3 * nth + 2) { bytes.max(0) as u64 } else { UNKNOWN };
            look.are.push(is);
            look.bytes.push(if is == Is::Missing { 0 } else { bytes });
        }
        let last = 3 * self.firsts.len();
        if self.operands.destination.is_some() {
            look.old_is_large = is_large(look.answers.get(last));
        } else if self.options.with_scores {
            look.style = style(look.answers.get(last));
        }
        Ok(look)
    }

    /// Whether the operands are brought to where the largest is; and so they are when one of them is refused, which the server is left to
    /// say.
    fn stays(&self, look: &Look) -> bool {
        let (least, most) = (look.bytes.iter().min().copied().unwrap_or(0), look.bytes.iter().max().copied().unwrap_or(0));
        let first = look.bytes[self.which[0]];
        look.are.contains(&Is::Wrong)
            || look.are.iter().any(|is| matches!(is, Is::Large | Is::Set))
                && match self.operation {
                    SetOperation::Union => false,
                    SetOperation::Intersection | SetOperation::Cardinality => most > least.saturating_mul(WORTH_STAYING),
                    SetOperation::Difference => look.bytes.iter().sum::<u64>() - first > first.saturating_mul(WORTH_STAYING),
                }
    }

    fn found(&self, look: &Look) -> Vec<Found> {
        let found = |&nth: &usize| match look.are[nth] {
            Is::Missing => Found::Missing,
            Is::Wrong => Found::Wrong,
            Is::Small | Is::Large | Is::Set => Found::Value(look.bytes[nth]),
        };
        self.which.iter().map(found).collect()
    }

    /// Asks for those that one of the commands suits.
    fn ask(&self, connections: &mut Connections, command: impl Fn(usize, &'a [u8]) -> Option<Words<'a>>) -> Outcome<Option<Fetched>> {
        let mut queries = Queries::default();
        let numbers = (0..self.firsts.len())
            .map(|nth| {
                let Operand { server, name, .. } = self.operand(nth);
                command(nth, name).map(|command| queries.add(server, command))
            })
            .collect();
        Ok(if queries.is_empty() { None } else { Some(Fetched { numbers, answers: queries.send(connections)? }) })
    }

    fn fetch(&self, connections: &mut Connections, look: &Look) -> Outcome<Option<Fetched>> {
        self.ask(connections, |nth, name| match look.are[nth] {
            Is::Large => Some(words![b"DUMP", name]),
            Is::Set => Some(words![b"SMEMBERS", name]),
            Is::Missing | Is::Small | Is::Wrong => None,
        })
    }

    /// Asks again, in plain text, for those whose serialised form we cannot read.
    fn fetch_plain(&self, connections: &mut Connections, look: &Look, fetched: &Option<Fetched>) -> Outcome<Option<Fetched>> {
        let is_strange = |nth: usize| match fetched.as_ref().map(|fetched| fetched.get(nth)) {
            Some(Value::String(payload)) => !decode::is_sorted_set(payload),
            Some(Value::Nil) => false,
            _ => true,
        };
        self.ask(connections, |nth, name| {
            let again = look.are[nth] == Is::Large && is_strange(nth);
            again.then(|| words![b"ZRANGE", name, b"0", b"-1", b"WITHSCORES"])
        })
    }

    /// The members of the distinct operands.
    fn members<'r>(&self, look: &'r Look, fetched: &'r Option<Fetched>, plain: Option<&'r Fetched>) -> Outcome<Vec<Vec<Scored<'r>>>> {
        let members = |nth: usize| match (look.are[nth], fetched) {
            (Is::Missing | Is::Wrong, _) => Ok(Vec::new()),
            (Is::Small, _) => pairs(look.answers.list(3 * nth + 1)?),
            (Is::Set, Some(fetched)) => Ok(fetched.list(nth)?.iter().map(|member| (member.into(), 1.0)).collect()),
            (Is::Large, Some(fetched)) => match (fetched.get(nth), plain) {
                (Value::Nil, _) => Ok(Vec::new()),
                (Value::String(payload), _) if decode::is_sorted_set(payload) => {
                    decode::sorted_set(payload).ok_or_else(|| Abort::protocol_error("DUMP was answered with what is no sorted set"))
                }
                (_, Some(plain)) => pairs(plain.list(nth)?),
                (_, None) => Err(Abort::protocol_error("an operand that was not asked for")),
            },
            (_, None) => Err(Abort::protocol_error("an operand that was not asked for")),
        };
        (0..self.firsts.len()).map(members).collect()
    }

    fn combine<'r>(&self, members: &'r [Vec<Scored<'r>>]) -> Outcome<zset_ops::Result<'r>> {
        let weighed = self.which.iter().zip(&self.options.weights);
        let mut operands: Vec<Weighed> = weighed.map(|(&nth, &weight)| Weighed { members: &members[nth], weight }).collect();
        match self.operation {
            SetOperation::Union => zset_ops::union(&mut operands, self.options.aggregate),
            SetOperation::Intersection | SetOperation::Cardinality => zset_ops::intersection(&mut operands, self.options.aggregate),
            SetOperation::Difference => {
                let others: Vec<&[Scored]> = operands[1..].iter().map(|operand| operand.members).collect();
                zset_ops::difference(&members[self.which[0]], &others)
            }
        }
    }
}

/// What was asked for, by the number of the operand.
struct Fetched {
    numbers: Vec<Option<usize>>,
    answers: QueryReplies,
}

impl Fetched {
    fn get(&self, nth: usize) -> Value<'_> {
        self.numbers[nth].map_or(Value::Nil, |number| self.answers.get(number))
    }

    fn list(&self, nth: usize) -> Outcome<List<'_>> {
        let number = self.numbers[nth].ok_or_else(|| Abort::protocol_error("an operand that was not asked for"))?;
        self.answers.list(number)
    }
}

/// member, score, member, score, …
fn pairs(list: List<'_>) -> Outcome<Vec<Scored<'_>>> {
    let mut texts = list.iter();
    let mut pairs = Vec::with_capacity(texts.len() / 2);
    while let (Some(member), Some(score)) = (texts.next(), texts.next()) {
        let score = double::parse(score).ok_or_else(|| Abort::protocol_error("a score that is no number"))?;
        pairs.push((member.into(), score));
    }
    Ok(pairs)
}

/// From the answer to HELLO.
fn style(hello: Value) -> Style {
    let Value::Array(mut facts) = hello else { return Style::Unknown };
    while let (Some(name), Some(fact)) = (facts.next(), facts.next()) {
        if let (Value::String(b"version"), Value::String(version)) = (name, fact) {
            return Style::of(version);
        }
    }
    Style::Unknown
}

/// `None`: it cannot be told how the server would write one of the scores.
fn array(members: &zset_ops::Result, with_scores: bool, style: Style) -> Option<Reply> {
    let mut builder = Builder::default();
    let values = members.len() * if with_scores { 2 } else { 1 };
    builder.reserve(values + 1);
    let root = builder.begin(Kind::Array, values);
    let mut text = Vec::new();
    for (member, score) in members {
        builder.string(member);
        if with_scores {
            text.clear();
            if !style.write(&mut text, *score) {
                return None;
            }
            builder.string(&text);
        }
    }
    builder.end(root);
    Some(builder.finish())
}

pub(crate) fn explain(job: &Job, operation: SetOperation, destination: Destination) -> Outcome<Explanation> {
    let operands = Operands { destination_is_read: false, ..Operands::of(job, destination) };
    let Some(sets) = SortedSets::of(job, &operands, operation) else { return colocate::explain(job, destination) };
    let mut connections = job.connections(operands.servers())?;
    let look = sets.look(&mut connections)?;
    if sets.stays(&look) {
        return colocate::explain_over(job, &mut connections, &Operands::of(job, destination), Some(&sets.found(&look)));
    }
    let servers = |is: Is| {
        let operands = (0..look.are.len()).filter(|&nth| look.are[nth] == is);
        colocate::distinct(operands.map(|nth| sets.operand(nth).server))
    };
    let all = colocate::distinct(operands.sources.iter().map(|source| source.server));
    let mut explanation = Explanation::new("gather", true).step_on_each(1, all, "TYPE …; ZRANGE …; MEMORY USAGE …");
    let (large, plain) = (servers(Is::Large), servers(Is::Set));
    let mut round = 2;
    if !large.is_empty() || !plain.is_empty() {
        explanation = explanation.step_on_each(round, large, "DUMP …").step_on_each(round, plain, "SMEMBERS …");
        round += 1;
    }
    Ok(match operands.destination {
        Some(destination) => explanation.step(round, destination.server, "MULTI; RESTORE …; EXEC"),
        None => explanation,
    })
}
