//! Runs a command on one server: sources of other servers are copied there under temporary names, inside the transaction that runs the command.
//!
//! The data flows one way: operands, probe, placement, transaction.

pub(crate) mod operands;
pub(crate) mod placement;
pub(crate) mod probe;
pub(crate) mod transaction;

use crate::command::Destination;
use crate::crossnode::Job;
pub(crate) use crate::crossnode::colocate::operands::{Operand, Operands, locate};
use crate::crossnode::colocate::placement::{Placement, needs_probe};
pub(crate) use crate::crossnode::colocate::probe::ProbeResult;
use crate::crossnode::support::conversation::Connections;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, destination: Destination) -> Outcome<Reply> {
    run_operands(job, &Operands::new(job, destination))
}

pub(crate) fn run_operands<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>) -> Outcome<Reply> {
    let mut connections = job.connections(operands.servers())?;
    let probed = if needs_probe(operands) { Some(probe::probe(&mut connections, operands)?) } else { None };
    run_probed(job, &mut connections, operands, probed.as_deref())
}

/// [`run_operands`] for a caller that has the connections, and knows the sources as far as the placement depends on them.
pub(crate) fn run_probed<'a>(
    job: &Job<'_, 'a>,
    connections: &mut Connections,
    operands: &Operands<'a>,
    probed: Option<&[ProbeResult]>,
) -> Outcome<Reply> {
    transaction::run(job, connections, operands, &Placement::new(operands, probed))
}

/// The requests of a command that no other client disturbs. Servers are asked for types and sizes where the plan depends on them.
pub(crate) fn explain(job: &Job, destination: Destination) -> Outcome<Explanation> {
    explain_operands(job, &Operands::new(job, destination))
}

pub(crate) fn explain_operands<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>) -> Outcome<Explanation> {
    let mut connections = job.connections(operands.servers())?;
    let explanation = Explanation::new("colocate", true);
    if !needs_probe(operands) {
        return explain_probed(explanation, job, &mut connections, operands, None);
    }
    let explanation = explanation.round(probe::queries(operands).requests());
    let probed = probe::probe(&mut connections, operands)?;
    explain_probed(explanation, job, &mut connections, operands, Some(&probed))
}

/// Appends the rounds of [`run_probed`].
pub(crate) fn explain_probed<'a>(
    explanation: Explanation,
    job: &Job<'_, 'a>,
    connections: &mut Connections,
    operands: &Operands<'a>,
    probed: Option<&[ProbeResult]>,
) -> Outcome<Explanation> {
    let explanation = Explanation { strategy: "colocate", ..explanation };
    transaction::explain(explanation, job, connections, operands, &Placement::new(operands, probed))
}

pub(crate) fn documentation(destination: Destination) -> Documentation {
    let atomic = if destination == Destination::None { Atomicity::EachNode } else { Atomicity::Destination };
    Documentation { overview: "", across_nodes: "colocate", atomic }
}
