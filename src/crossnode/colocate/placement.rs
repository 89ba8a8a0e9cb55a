//! Where a command runs whose keys live on several servers, and what must be brought there.

use crate::command::{GatherKind, SetOperation, Strategy};
use crate::crossnode::colocate::operands::Operands;
use crate::crossnode::colocate::probe::{Found, Wanted};

/// How a source gets to where the command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetch {
    /// It is there.
    Stays,
    /// It does not exist, nor does what stands in its place.
    Nothing,
    /// GET and SET, for a string: DUMP takes six times as long as GET, and RESTORE twice as long as SET.
    Get,
    /// DUMP and RESTORE.
    Dump,
    /// It is of a type that the command refuses; something else that it refuses takes its place.
    Poison,
}

pub(crate) struct Decision {
    /// The server where the command runs.
    pub work: usize,
    /// How each of the sources gets there.
    pub ways: Vec<Fetch>,
    /// The result is carried on to another server.
    pub forwards: bool,
}

/// A round trip costs about as much as carrying so many bytes.
const ROUND_TRIP: u64 = 16 << 10;

/// Decides; `found` tells of each source what it is, unless nobody asked.
pub(crate) fn decide(strategy: Strategy, wanted: Wanted, operands: &Operands, found: Option<&[Found]>) -> Decision {
    let work = work_server(strategy, operands, found);
    let ways = operands
        .sources
        .iter()
        .enumerate()
        .map(|(nth, source)| match found.map(|found| found[nth]) {
            _ if source.server == work => Fetch::Stays,
            Some(Found::Missing) => Fetch::Nothing,
            Some(Found::Wrong) => Fetch::Poison,
            _ if wanted == Wanted::Strings => Fetch::Get,
            _ => Fetch::Dump,
        })
        .collect();
    let forwards = operands.destination.is_some_and(|destination| destination.server != work);
    Decision { work, ways, forwards }
}

/// Whether the sizes of the sources say where the command runs.
pub(crate) fn depends_on_sizes(operands: &Operands, wanted: Wanted) -> bool {
    only_server(operands).is_none() && !operands.destination_is_read && wanted != Wanted::Strings
}

/// The server of all sources, where it is one.
fn only_server(operands: &Operands) -> Option<usize> {
    let first = operands.sources.first().map(|source| source.server);
    first.filter(|&first| operands.sources.iter().all(|source| source.server == first))
}

/// The cheapest; of several, the destination's, or the first source's.
fn work_server(strategy: Strategy, operands: &Operands, found: Option<&[Found]>) -> usize {
    if let Some(destination) = operands.destination.filter(|_| operands.destination_is_read) {
        // So that nothing that others write to it meanwhile is lost.
        return destination.server;
    }
    if let Some(server) = only_server(operands) {
        return server;
    }
    let size = |nth: usize| found.map_or(ROUND_TRIP, |found| found[nth].bytes());
    let sizes: Vec<u64> = (0..operands.sources.len()).map(size).collect();
    let result = operands.destination.map(|destination| (destination.server, result_size(strategy, &sizes)));
    let cost = |work: usize| {
        let moved: u64 = operands.sources.iter().zip(&sizes).filter(|(source, _)| source.server != work).map(|(_, size)| size).sum();
        moved + result.filter(|&(server, _)| server != work).map_or(0, |(_, size)| size + ROUND_TRIP)
    };
    let candidates = operands.destination.iter().chain(&operands.sources).map(|operand| operand.server);
    candidates.min_by_key(|&server| cost(server)).unwrap_or(0)
}

/// About how large a result may be.
fn result_size(strategy: Strategy, sizes: &[u64]) -> u64 {
    let least = sizes.iter().min().copied().unwrap_or(0);
    let most = sizes.iter().max().copied().unwrap_or(0);
    match strategy {
        Strategy::Gather(GatherKind::Sets(operation, _) | GatherKind::SortedSets(operation, _)) => match operation {
            SetOperation::Union => most,
            SetOperation::Intersection | SetOperation::Cardinality => least,
            SetOperation::Difference => sizes.first().copied().unwrap_or(0),
        },
        _ => most,
    }
}
