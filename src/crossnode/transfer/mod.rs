//! Moves a key, a list element or a set member to another node.
//!
//! A value in transfer is always stored on some server. Its source server moves it to a hidden staging key, where it stays until the other
//! server has it; each step is one transaction. [`crate::crossnode::recover`] completes or undoes an interrupted transfer.

pub(crate) mod copy;
pub(crate) mod dumped_value;
pub(crate) mod list_element;
pub(crate) mod protocol;
pub(crate) mod record;
pub(crate) mod rename;
pub(crate) mod set_member;

pub(crate) use crate::crossnode::transfer::protocol::restore_source;
pub(crate) use crate::crossnode::transfer::record::{Record, RecordState};

use crate::command::TransferKind;
use crate::crossnode::Job;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, kind: TransferKind) -> Outcome<Reply> {
    match kind {
        TransferKind::Rename => rename::run(job),
        TransferKind::Copy => copy::run(job),
        TransferKind::ListElement => list_element::run(job),
        TransferKind::SetMember => set_member::run(job),
    }
}

/// The requests of a transfer that no other client disturbs. Servers are asked whether there is something to move.
pub(crate) fn explain(job: &Job, kind: TransferKind) -> Outcome<Explanation> {
    match kind {
        TransferKind::Rename => rename::explain(job),
        TransferKind::Copy => copy::explain(job),
        TransferKind::ListElement => list_element::explain(job),
        TransferKind::SetMember => set_member::explain(job),
    }
}

pub(crate) fn documentation(kind: TransferKind) -> Documentation {
    let (across_nodes, atomic) = match kind {
        TransferKind::Copy => ("transfer: read on one server, written on the other", Atomicity::Destination),
        TransferKind::Rename | TransferKind::ListElement | TransferKind::SetMember => ("transfer", Atomicity::EachStep),
    };
    Documentation {
        overview: "**transfer**: the value is moved to a hidden staging key on its server, copied to the other server, then deleted from the \
            staging key. If that is interrupted, nothing is lost, and `recover` completes or undoes it.",
        across_nodes,
        atomic,
    }
}
