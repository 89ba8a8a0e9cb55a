//! Combines several operands into one result: they are fetched and combined in the library, or colocated, whichever is cheaper.
//!
//! The data flows one way: operands, probe, placement (gather or colocate), destination.

pub(crate) mod attempt;
pub(crate) mod bits;
pub(crate) mod distinct_sources;
pub(crate) mod member_index;
pub(crate) mod set_ops;
pub(crate) mod sets;
pub(crate) mod sorted_sets;
pub(crate) mod union;
pub(crate) mod zset_ops;
pub(crate) mod zset_options;

use crate::command::{Destination, GatherKind, SetOperation};
use crate::crossnode::Job;
use crate::crossnode::colocate::Operands;
use crate::crossnode::gather::sets::Returned;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, kind: GatherKind) -> Outcome<Reply> {
    let operands = Operands::new(job, destination(kind));
    match kind {
        GatherKind::Sets(SetOperation::Union, Destination::None) => union::run(job, &operands),
        GatherKind::Sets(operation, _) => sets::run(job, &operands, operation, Returned::of(operation)),
        GatherKind::SetSize(operation) => sets::run(job, &operands, operation, Returned::Count),
        GatherKind::SortedSets(operation, _) => sorted_sets::run(job, &operands, operation),
        GatherKind::Bits => bits::run(job, &operands),
    }
}

/// The requests of a command that no other client disturbs. Because they depend on the data, the operands are read and combined as in [`run`].
pub(crate) fn explain(job: &Job, kind: GatherKind) -> Outcome<Explanation> {
    let operands = Operands::new(job, destination(kind));
    match kind {
        GatherKind::Sets(SetOperation::Union, Destination::None) => Ok(union::explain(&operands)),
        GatherKind::Sets(operation, _) => sets::explain(job, &operands, operation, Returned::of(operation)),
        GatherKind::SetSize(operation) => sets::explain(job, &operands, operation, Returned::Count),
        GatherKind::SortedSets(operation, _) => sorted_sets::explain(job, &operands, operation),
        GatherKind::Bits => bits::explain(job, &operands),
    }
}

fn destination(kind: GatherKind) -> Destination {
    match kind {
        GatherKind::Sets(_, destination) | GatherKind::SortedSets(_, destination) => destination,
        GatherKind::SetSize(_) => Destination::None,
        GatherKind::Bits => Destination::FirstKey,
    }
}

pub(crate) fn documentation(kind: GatherKind) -> Documentation {
    let atomic = if destination(kind) == Destination::None { Atomicity::EachNode } else { Atomicity::Destination };
    Documentation {
        overview: "**gather or colocate**: the operands are fetched and combined in the library, or copied to one server where the command runs, \
            whichever is cheaper; `explain` reports which. The copies exist only inside the transaction that runs the command. The destination \
            changes in one step.",
        across_nodes: "gather or colocate",
        atomic,
    }
}
