//! The first round where the placement depends on it: type and size of each source.

use crate::crossnode::colocate::operands::{Operands, SourceType};
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::memory_usage;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::queries::Queries;
use crate::resp::Value;

/// What is known of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProbeResult {
    Missing,
    /// The command may accept its type. The size is approximate, in bytes.
    Present(u64),
    /// The command rejects its type.
    WrongType,
}

impl ProbeResult {
    pub(crate) fn bytes(self) -> u64 {
        if let ProbeResult::Present(bytes) = self { bytes } else { 0 }
    }
}

/// The size in bytes from the reply to MEMORY USAGE. A server that does not know the command, or does not allow it, leaves only a guess.
pub(crate) fn size(memory_usage: Value) -> u64 {
    const UNKNOWN_SIZE: u64 = 1 << 10;
    if let Value::Integer(bytes) = memory_usage { bytes.max(1) as u64 } else { UNKNOWN_SIZE }
}

/// TYPE and MEMORY USAGE of each source.
pub(crate) fn queries<'a>(operands: &Operands<'a>) -> Queries<'a> {
    let mut queries = Queries::default();
    for source in &operands.sources {
        queries.add(source.server, words![b"TYPE", source.name]);
        queries.add(source.server, memory_usage(source.name));
    }
    queries
}

/// Sends [`queries`]. The results are in the order of the sources.
pub(crate) fn probe(connections: &mut Connections, operands: &Operands) -> Outcome<Vec<ProbeResult>> {
    let replies = queries(operands).send(connections)?;
    let result = |source: usize| result(operands.source_type, replies.get(2 * source), replies.get(2 * source + 1));
    Ok((0..operands.sources.len()).map(result).collect())
}

fn result(source_type: SourceType, type_name: Value, memory_usage: Value) -> ProbeResult {
    match type_name {
        Value::Status(b"none") => ProbeResult::Missing,
        Value::Status(name) if !source_type.accepts(name) => ProbeResult::WrongType,
        _ => ProbeResult::Present(size(memory_usage)),
    }
}
