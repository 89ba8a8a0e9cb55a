//! BITOP over strings of several nodes.

use crate::crossnode::colocate::{Operands, ProbeResult};
use crate::crossnode::gather::attempt::{Attempt, explain_colocate, explain_probe, explain_store, probe, run_attempts, store};
use crate::crossnode::gather::distinct_sources::DistinctSources;
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::Content;
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::resp::{Reply, Value};
use std::borrow::Cow;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    And,
    Or,
    Xor,
    Not,
}

/// Strings of at most this many bytes are fetched with the probe.
const SMALL: usize = 4096;

pub(crate) fn run<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>) -> Outcome<Reply> {
    let Some(operation) = operation(job, operands) else { return colocate::run_operands(job, operands) };
    let bits = Bits { operation, operands, distinct: DistinctSources::new(operands) };
    run_attempts(job, operands, |connections| bits.attempt(job, connections))
}

pub(crate) fn explain<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>) -> Outcome<Explanation> {
    let Some(operation) = operation(job, operands) else { return colocate::explain_operands(job, operands) };
    let bits = Bits { operation, operands, distinct: DistinctSources::new(operands) };
    let mut connections = job.connections(operands.servers())?;
    let (explanation, replies) = explain_probe(&mut connections, operands, |queries| bits.add_probe(queries))?;
    let lengths = bits.lengths(&replies)?;
    if bits.is_cheaper_colocated(&lengths) {
        return explain_colocate(explanation, job, &mut connections, operands, &bits.probe_results(&lengths));
    }
    let explanation = explanation.round(bits.large_queries(&bits.large(&lengths)).requests());
    let is_empty = lengths.iter().all(|length| *length == 0);
    let content = if is_empty { Content::Nothing } else { Content::String(Cow::from(&b""[..])) };
    Ok(explain_store(explanation, operands, content, false))
}

/// `None`: the server reports what is wrong with the operation.
fn operation(job: &Job, operands: &Operands) -> Option<Operation> {
    match job.args[1].to_ascii_uppercase().as_slice() {
        b"AND" => Some(Operation::And),
        b"OR" => Some(Operation::Or),
        b"XOR" => Some(Operation::Xor),
        b"NOT" if operands.sources.len() == 1 => Some(Operation::Not),
        _ => None,
    }
}

struct Bits<'o, 'a> {
    operation: Operation,
    operands: &'o Operands<'a>,
    distinct: DistinctSources<'a>,
}

impl<'a> Bits<'_, 'a> {
    fn attempt(&self, job: &Job, connections: &mut Connections) -> Outcome<Attempt> {
        let probed = probe(connections, self.operands, |queries| self.add_probe(queries))?;
        let lengths = self.lengths(&probed)?;
        if self.is_cheaper_colocated(&lengths) {
            return Ok(Attempt::Colocate(self.probe_results(&lengths)));
        }
        let large = self.large(&lengths);
        let mut strings = Strings::fetch(self.large_queries(&large), connections)?;
        strings.is_cancelled = large.iter().map(|&key| self.is_cancelled(key)).collect();
        for key in (0..self.distinct.len()).filter(|&key| lengths[key] <= SMALL) {
            strings.add(string(probed.get(2 * key + 1)), self.is_cancelled(key));
        }
        strings.combine(self.operation);
        let result = strings.result();
        let content = if result.is_empty() { Content::Nothing } else { Content::String(result.into()) };
        store(job, connections, self.operands, content, false, result.len() as i64)
    }

    /// The length of each distinct source, and its bytes if it is small.
    fn add_probe(&self, queries: &mut Queries<'a>) {
        for key in &self.distinct.keys {
            queries.add(key.server, words![b"STRLEN", key.name]);
            queries.add(key.server, words![b"GETRANGE", key.name, b"0", (SMALL - 1).to_string().into_bytes()]);
        }
    }

    fn lengths(&self, probed: &QueryReplies) -> Outcome<Vec<usize>> {
        let length = |key: usize| match not_error(probed.get(2 * key))? {
            Value::Integer(length) => Ok(length.max(0) as usize),
            _ => Err(Abort::protocol_error("the reply to STRLEN is not a number")),
        };
        (0..self.distinct.len()).map(length).collect()
    }

    /// Whether most bytes are on the server of the destination: then the others are moved there.
    fn is_cheaper_colocated(&self, lengths: &[usize]) -> bool {
        let Some(destination) = self.operands.destination else { return false };
        let total: usize = lengths.iter().sum();
        let local = self.distinct.keys.iter().zip(lengths).filter(|(key, _)| key.server == destination.server);
        let local: usize = local.map(|(_, length)| length).sum();
        lengths.iter().any(|length| *length > SMALL) && local >= total - local
    }

    fn probe_results(&self, lengths: &[usize]) -> Vec<ProbeResult> {
        self.distinct.probe_results(|key| if lengths[key] == 0 { ProbeResult::Missing } else { ProbeResult::Present(lengths[key] as u64) })
    }

    /// The distinct sources that the probe did not fetch.
    fn large(&self, lengths: &[usize]) -> Vec<usize> {
        (0..self.distinct.len()).filter(|&key| lengths[key] > SMALL).collect()
    }

    fn large_queries(&self, large: &[usize]) -> Queries<'a> {
        let mut queries = Queries::default();
        for &key in large {
            let key = self.distinct.keys[key];
            queries.add(key.server, words![b"GET", key.name]);
        }
        queries
    }

    /// Whether a string has no effect but for its length: XOR of an even number of occurrences is zero.
    fn is_cancelled(&self, key: usize) -> bool {
        self.operation == Operation::Xor && self.distinct.key_of_source.iter().filter(|&&other| other == key).count() % 2 == 0
    }
}

fn string(value: Value<'_>) -> &[u8] {
    if let Value::String(string) = value { string } else { b"" }
}

/// The operands. The result is computed in the place of the longest one.
#[derive(Default)]
struct Strings {
    buffers: Vec<Vec<u8>>,
    /// For each string: its buffer, and its range there.
    places: Vec<(usize, Range<usize>)>,
    is_cancelled: Vec<bool>,
}

impl Strings {
    /// Fetches the large strings. They stay in the buffers that the replies were read into.
    fn fetch(queries: Queries, connections: &mut Connections) -> Outcome<Strings> {
        if queries.is_empty() {
            return Ok(Strings::default());
        }
        let (replies, values) = queries.send(connections)?.into_parts();
        let mut places = Vec::new();
        for (reply, entry) in values {
            not_error(replies[reply].value(entry).unwrap_or(Value::Nil))?;
            let entry = replies[reply].entries()[entry];
            let start = if entry.has_bytes() { entry.data as usize } else { 0 };
            places.push((reply, start..start + entry.length()));
        }
        let buffers = replies.into_iter().map(Reply::into_bytes).collect();
        Ok(Strings { buffers, places, is_cancelled: Vec::new() })
    }

    fn add(&mut self, string: &[u8], is_cancelled: bool) {
        self.places.push((self.buffers.len(), 0..string.len()));
        self.buffers.push(string.to_vec());
        self.is_cancelled.push(is_cancelled);
    }

    fn longest(&self) -> usize {
        (0..self.places.len()).max_by_key(|&string| self.places[string].1.len()).unwrap_or(0)
    }

    fn combine(&mut self, operation: Operation) {
        let longest = self.longest();
        let Some((buffer, range)) = self.places.get(longest).cloned() else { return };
        let mut bytes = std::mem::take(&mut self.buffers[buffer]);
        if self.is_cancelled[longest] {
            bytes[range.clone()].fill(0);
        }
        if operation == Operation::Not {
            bytes[range].iter_mut().for_each(|byte| *byte = !*byte);
        } else {
            for string in (0..self.places.len()).filter(|&string| string != longest && !self.is_cancelled[string]) {
                let (other, place) = self.places[string].clone();
                if other != buffer {
                    apply(operation, &mut bytes[range.clone()], &self.buffers[other][place]);
                } else if place.end <= range.start {
                    let (before, after) = bytes.split_at_mut(range.start);
                    apply(operation, &mut after[..range.len()], &before[place]);
                } else {
                    let (before, after) = bytes.split_at_mut(place.start);
                    apply(operation, &mut before[range.clone()], &after[..place.len()]);
                }
            }
        }
        self.buffers[buffer] = bytes;
    }

    fn result(&self) -> &[u8] {
        self.places.get(self.longest()).map_or(&[], |(buffer, range)| &self.buffers[*buffer][range.clone()])
    }
}

/// Combines the target with an operand that is not longer. The operand is padded with zeros.
fn apply(operation: Operation, target: &mut [u8], operand: &[u8]) {
    let (overlap, rest) = target.split_at_mut(operand.len());
    let pairs = overlap.iter_mut().zip(operand);
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
