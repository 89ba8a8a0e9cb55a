//! Where a command runs, and how its sources get there.

use crate::command::SetOperation;
use crate::crossnode::colocate::operands::{Operand, Operands, SourceType};
use crate::crossnode::colocate::probe::ProbeResult;

/// How a source gets to the server where the command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetch {
    /// It is there already.
    Local,
    /// It does not exist. The command reads a key that does not exist either.
    Missing,
    /// GET and SET, for a string: DUMP takes six times as long as GET, and RESTORE twice as long as SET.
    Get,
    /// DUMP and RESTORE.
    Dump,
    /// The command rejects its type. The command reads a small value that it rejects, too.
    WrongType,
}

pub(crate) struct Placement {
    /// The server where the command runs.
    pub server: usize,
    /// One per source.
    pub fetches: Vec<Fetch>,
    /// The destination is on another server: the result is moved there afterwards.
    pub moves_result: bool,
}

/// A round trip costs about as much as the transfer of this many bytes.
const ROUND_TRIP: u64 = 16 << 10;

impl Placement {
    /// `probed` has one result per source; `None` if the sources were not probed.
    pub(crate) fn new(operands: &Operands, probed: Option<&[ProbeResult]>) -> Placement {
        let server = cheapest_server(operands, probed);
        let fetch = |(index, source): (usize, &Operand)| match probed.map(|probed| probed[index]) {
            _ if source.server == server => Fetch::Local,
            Some(ProbeResult::Missing) => Fetch::Missing,
            Some(ProbeResult::WrongType) => Fetch::WrongType,
            _ if operands.source_type == SourceType::String => Fetch::Get,
            _ => Fetch::Dump,
        };
        let fetches = operands.sources.iter().enumerate().map(fetch).collect();
        let moves_result = operands.destination.is_some_and(|destination| destination.server != server);
        Placement { server, fetches, moves_result }
    }
}

/// Whether the placement depends on the sizes of the sources. Strings are not worth another round trip.
pub(crate) fn needs_probe(operands: &Operands) -> bool {
    only_server(operands).is_none() && !operands.destination_is_read && operands.source_type != SourceType::String
}

/// The server of all sources, if there is only one.
fn only_server(operands: &Operands) -> Option<usize> {
    let first = operands.sources.first().map(|source| source.server);
    first.filter(|&first| operands.sources.iter().all(|source| source.server == first))
}

/// The server with the least to move. Of several, the server of the destination, or else of the first source.
fn cheapest_server(operands: &Operands, probed: Option<&[ProbeResult]>) -> usize {
    if let Some(destination) = operands.read_destination() {
        // Elsewhere a concurrent write to the destination would be lost.
        return destination.server;
    }
    if let Some(server) = only_server(operands) {
        return server;
    }
    let size = |source: usize| probed.map_or(ROUND_TRIP, |probed| probed[source].bytes());
    let sizes: Vec<u64> = (0..operands.sources.len()).map(size).collect();
    let result = operands.destination.map(|destination| (destination.server, result_size(operands.operation, &sizes)));
    let cost = |server: usize| {
        let sources = operands.sources.iter().zip(&sizes).filter(|(source, _)| source.server != server);
        let moved: u64 = sources.map(|(_, size)| size).sum();
        moved + result.filter(|&(destination, _)| destination != server).map_or(0, |(_, size)| size + ROUND_TRIP)
    };
    let candidates = operands.destination.iter().chain(&operands.sources).map(|operand| operand.server);
    candidates.min_by_key(|&server| cost(server)).unwrap_or(0)
}

/// The approximate size of the result, in bytes.
fn result_size(operation: Option<SetOperation>, sizes: &[u64]) -> u64 {
    match operation {
        Some(SetOperation::Intersection | SetOperation::Cardinality) => sizes.iter().min().copied().unwrap_or(0),
        Some(SetOperation::Difference) => sizes.first().copied().unwrap_or(0),
        Some(SetOperation::Union) | None => sizes.iter().max().copied().unwrap_or(0),
    }
}
