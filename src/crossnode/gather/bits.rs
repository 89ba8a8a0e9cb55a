//! BITOP over strings of several nodes.

use crate::command::Destination;
use crate::crossnode::colocate::{Found, Operands};
use crate::crossnode::gather::{Attempt, attempts, begin, distinct, stored};
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::Content;
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::resp::{Reply, Value};
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    And,
    Or,
    Xor,
    Not,
}

/// A string of at most so many bytes is fetched with the first queries.
const SMALL: usize = 4096;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let operands = Operands::of(job, Destination::FirstKey);
    let Some(operation) = operation(job, &operands) else { return colocate::run(job, Destination::FirstKey) };
    attempts(job, &operands, |connections| attempt(job, connections, &operands, operation))
}

/// `None`: the server is left to judge.
fn operation(job: &Job, operands: &Operands) -> Option<Operation> {
    match job.args[1].to_ascii_uppercase().as_slice() {
        b"AND" => Some(Operation::And),
        b"OR" => Some(Operation::Or),
        b"XOR" => Some(Operation::Xor),
        b"NOT" if operands.sources.len() == 1 => Some(Operation::Not),
        _ => None,
    }
}

/// The lengths of the distinct operands, and, where those are small, the operands.
struct Look {
    lengths: Vec<usize>,
    answers: QueryReplies,
}

fn look(connections: &mut Connections, operands: &Operands, firsts: &[usize]) -> Outcome<Look> {
    let answers = begin(connections, operands, |queries| {
        for &first in firsts {
            let source = operands.sources[first];
            queries.add(source.server, words![b"STRLEN", source.name]);
            queries.add(source.server, words![b"GETRANGE", source.name, b"0", (SMALL - 1).to_string().into_bytes()]);
        }
    })?;
    let length = |nth: usize| match not_error(answers.get(2 * nth))? {
        Value::Integer(length) => Ok(length.max(0) as usize),
        _ => Err(Abort::protocol_error("STRLEN was answered with something else than a number")),
    };
    let lengths = (0..firsts.len()).map(length).collect::<Outcome<Vec<usize>>>()?;
    Ok(Look { lengths, answers })
}

/// The bytes at the destination's server are not worth carrying away when they are the larger part.
fn stays(operands: &Operands, firsts: &[usize], lengths: &[usize]) -> bool {
    let Some(destination) = operands.destination else { return false };
    let all: usize = lengths.iter().sum();
    let here = firsts.iter().zip(lengths).filter(|(first, _)| operands.sources[**first].server == destination.server);
    let here: usize = here.map(|(_, length)| length).sum();
    lengths.iter().any(|length| *length > SMALL) && here >= all - here
}

fn attempt(job: &Job, connections: &mut Connections, operands: &Operands, operation: Operation) -> Outcome<Attempt> {
    let (firsts, which) = distinct(operands);
    let look = look(connections, operands, &firsts)?;
    if stays(operands, &firsts, &look.lengths) {
        return Ok(Attempt::Together(Some(which.iter().map(|&nth| found(look.lengths[nth])).collect())));
    }
    // What is named twice is nothing but zeros under XOR, as long as it is.
    let vanishes = |nth: usize| operation == Operation::Xor && which.iter().filter(|&&of| of == nth).count() % 2 == 0;
    let (large, small): (Vec<usize>, Vec<usize>) = (0..firsts.len()).partition(|&nth| look.lengths[nth] > SMALL);
    let mut queries = Queries::default();
    for &nth in &large {
        let source = operands.sources[firsts[nth]];
        queries.add(source.server, words![b"GET", source.name]);
    }
    let mut parts = Parts::fetched(queries, connections)?;
    parts.vanishing = large.iter().map(|&nth| vanishes(nth)).collect();
    for nth in small {
        parts.add(text(look.answers.get(2 * nth + 1)), vanishes(nth));
    }
    parts.combine(operation);
    let result = parts.result();
    let content = if result.is_empty() { Content::Nothing } else { Content::String(result.into()) };
    stored(job, connections, operands, content, false, result.len() as i64)
}

fn found(length: usize) -> Found {
    if length == 0 { Found::Missing } else { Found::Value(length as u64) }
}

fn text(value: Value<'_>) -> &[u8] {
    if let Value::String(text) = value { text } else { b"" }
}

/// The operands, which the result is made of in the place of the longest.
#[derive(Default)]
struct Parts {
    buffers: Vec<Vec<u8>>,
    /// In which buffer each operand lies, and where.
    places: Vec<(usize, Range<usize>)>,
    vanishing: Vec<bool>,
}

impl Parts {
    /// Fetches the large ones; they stay in the memory that they were read into.
    fn fetched(queries: Queries, connections: &mut Connections) -> Outcome<Parts> {
        if queries.is_empty() {
            return Ok(Parts::default());
        }
        let (replies, found) = queries.send(connections)?.into_parts();
        let mut places = Vec::new();
        for (reply, place) in found {
            not_error(replies[reply].value(place).unwrap_or(Value::Nil))?;
            let entry = replies[reply].entries()[place];
            let start = if entry.has_bytes() { entry.data as usize } else { 0 };
            places.push((reply, start..start + entry.length()));
        }
        let buffers = replies.into_iter().map(Reply::into_bytes).collect();
        Ok(Parts { buffers, places, vanishing: Vec::new() })
    }

    fn add(&mut self, part: &[u8], vanishes: bool) {
        self.places.push((self.buffers.len(), 0..part.len()));
        self.buffers.push(part.to_vec());
        self.vanishing.push(vanishes);
    }

    fn longest(&self) -> usize {
        (0..self.places.len()).max_by_key(|&part| self.places[part].1.len()).unwrap_or(0)
    }

    fn combine(&mut self, operation: Operation) {
        let base = self.longest();
        let Some((buffer, range)) = self.places.get(base).cloned() else { return };
        let mut own = std::mem::take(&mut self.buffers[buffer]);
        if self.vanishing[base] {
            own[range.clone()].fill(0);
        }
        if operation == Operation::Not {
            own[range].iter_mut().for_each(|byte| *byte = !*byte);
        } else {
            for part in (0..self.places.len()).filter(|&part| part != base && !self.vanishing[part]) {
                let (other, place) = self.places[part].clone();
                if other != buffer {
                    apply(operation, &mut own[range.clone()], &self.buffers[other][place]);
                } else if place.end <= range.start {
                    let (before, behind) = own.split_at_mut(range.start);
                    apply(operation, &mut behind[..range.len()], &before[place]);
                } else {
                    let (before, behind) = own.split_at_mut(place.start);
                    apply(operation, &mut before[range.clone()], &behind[..place.len()]);
                }
            }
        }
        self.buffers[buffer] = own;
    }

    fn result(&self) -> &[u8] {
        self.places.get(self.longest()).map_or(&[], |(buffer, range)| &self.buffers[*buffer][range.clone()])
    }
}

/// Takes an operand in that is no longer; what it lacks are zeros.
fn apply(operation: Operation, target: &mut [u8], operand: &[u8]) {
    let (both, rest) = target.split_at_mut(operand.len());
    let pairs = both.iter_mut().zip(operand);
    match operation {
        Operation::And => {
            pairs.for_each(|(byte, other)| *byte &= other);
            rest.fill(0);
        }
        Operation::Or => pairs.for_each(|(byte, other)| *byte |= other),
        Operation::Xor => pairs.for_each(|(byte, other)| *byte ^= other),
        Operation::Not => {}
    }
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let operands = Operands::of(job, Destination::FirstKey);
    let mut connections = job.connections(operands.servers())?;
    let (firsts, which) = distinct(&operands);
    let unwatched = Operands { destination_is_read: false, ..operands };
    let look = look(&mut connections, &unwatched, &firsts)?;
    if operation(job, &unwatched).is_none() || stays(&unwatched, &firsts, &look.lengths) {
        let found: Vec<Found> = which.iter().map(|&nth| found(look.lengths[nth])).collect();
        return colocate::explain_over(job, &mut connections, &Operands::of(job, Destination::FirstKey), Some(&found));
    }
    let servers = |least: usize| {
        let large = firsts.iter().zip(&look.lengths).filter(move |(_, length)| **length >= least);
        colocate::distinct(large.map(|(&first, _)| unwatched.sources[first].server))
    };
    let mut explanation = Explanation::new("gather", true).step_on_each(1, servers(0), "STRLEN …; GETRANGE …");
    let large = servers(SMALL + 1);
    let mut round = 2;
    if !large.is_empty() {
        explanation = explanation.step_on_each(round, large, "GET …");
        round += 1;
    }
    Ok(match unwatched.destination {
        Some(destination) => explanation.step(round, destination.server, "MULTI; SET …; EXEC"),
        None => explanation,
    })
}
