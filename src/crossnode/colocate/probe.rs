//! How large the sources are, and of which type.

use crate::command::{GatherKind, Strategy};
use crate::crossnode::Job;
use crate::crossnode::colocate::operands::Operand;
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::memory_usage;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::queries::Queries;
use crate::resp::Value;

/// What a source was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Missing,
    /// Of a type that the command takes, or one that is not known; and about how many bytes.
    Value(u64),
    /// Of a type that the command refuses.
    Wrong,
}

/// What is taken for the size of something that a server does not tell the size of.
pub(crate) const UNKNOWN: u64 = 1 << 10;

impl Found {
    pub(crate) fn bytes(self) -> u64 {
        if let Found::Value(bytes) = self { bytes } else { 0 }
    }
}

/// The type of all that a command reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Strings,
    Sets,
    /// Sorted sets, or sets.
    SortedSets,
    /// It is for the server to say.
    Any,
}

impl Wanted {
    pub(crate) fn by(job: &Job) -> Wanted {
        match job.command.strategy {
            Strategy::Gather(GatherKind::Sets(..)) => Wanted::Sets,
            Strategy::Gather(GatherKind::SortedSets(..)) => Wanted::SortedSets,
            Strategy::Gather(GatherKind::Bits) => Wanted::Strings,
            _ => match job.args[0].to_ascii_lowercase().as_slice() {
                b"pfcount" | b"pfmerge" | b"lcs" => Wanted::Strings,
                _ => Wanted::Any,
            },
        }
    }

    fn takes(self, name: &[u8]) -> bool {
        match self {
            Wanted::Strings => name == b"string",
            Wanted::Sets => name == b"set",
            Wanted::SortedSets => name == b"zset" || name == b"set",
            Wanted::Any => true,
        }
    }
}

/// Asks in one round.
pub(crate) fn survey(job: &Job, connections: &mut Connections, sources: &[Operand]) -> Outcome<Vec<Found>> {
    let wanted = Wanted::by(job);
    let mut queries = Queries::default();
    let numbers: Vec<(usize, usize)> = sources
        .iter()
        .map(|source| (queries.add(source.server, words![b"TYPE", source.name]), queries.add(source.server, memory_usage(source.name))))
        .collect();
    let answers = queries.send(connections)?;
    Ok(numbers.iter().map(|&(kind, size)| found(wanted, answers.get(kind), answers.get(size))).collect())
}

/// A server that will not tell, be it that it does not know the command or that it does not allow it, leaves us with guesses.
fn found(wanted: Wanted, kind: Value, size: Value) -> Found {
    match (kind, size) {
        (Value::Status(b"none"), _) => Found::Missing,
        (Value::Status(kind), _) if !wanted.takes(kind) => Found::Wrong,
        (_, Value::Integer(bytes)) => Found::Value(bytes.max(1) as u64),
        _ => Found::Value(UNKNOWN),
    }
}
