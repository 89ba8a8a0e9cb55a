//! Keys of several nodes brought to one, where the command runs.

pub(crate) mod operands;
pub(crate) mod placement;
pub(crate) mod probe;
pub(crate) mod transaction;

use crate::command::Destination;
use crate::crossnode::Job;
pub(crate) use crate::crossnode::colocate::operands::{Operand, Operands, located};
use crate::crossnode::colocate::placement::{Decision, Fetch, decide, depends_on_sizes};
pub(crate) use crate::crossnode::colocate::probe::{Found, UNKNOWN, Wanted};
use crate::crossnode::support::conversation::Connections;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, destination: Destination) -> Outcome<Reply> {
    let operands = Operands::of(job, destination);
    let mut connections = job.connections(operands.servers())?;
    run_over(job, &mut connections, &operands, None)
}

/// The same over connections that the caller has; `found` is what it knows of the sources.
pub(crate) fn run_over<'a>(
    job: &Job<'_, 'a>,
    connections: &mut Connections,
    operands: &Operands<'a>,
    found: Option<&[Found]>,
) -> Outcome<Reply> {
    let decision = decided(job, connections, operands, found)?;
    transaction::carry_out(job, connections, operands, &decision)
}

fn decided(job: &Job, connections: &mut Connections, operands: &Operands, found: Option<&[Found]>) -> Outcome<Decision> {
    let wanted = Wanted::by(job);
    let surveyed = match found {
        None if depends_on_sizes(operands, wanted) => Some(probe::survey(job, connections, &operands.sources)?),
        _ => None,
    };
    Ok(decide(job.command.strategy, wanted, operands, found.or(surveyed.as_deref())))
}

pub(crate) fn explain(job: &Job, destination: Destination) -> Outcome<Explanation> {
    let operands = Operands::of(job, destination);
    let mut connections = job.connections(operands.servers())?;
    explain_over(job, &mut connections, &operands, None)
}

pub(crate) fn explain_over(job: &Job, connections: &mut Connections, operands: &Operands, found: Option<&[Found]>) -> Outcome<Explanation> {
    let wanted = Wanted::by(job);
    let mut explanation = Explanation::new("colocate", true);
    let mut round = 1;
    if found.is_some() || depends_on_sizes(operands, wanted) {
        explanation =
            explanation.step_on_each(round, distinct(operands.sources.iter().map(|source| source.server)), "TYPE …; MEMORY USAGE …");
        round += 1;
    }
    let decision = decided(job, connections, operands, found)?;
    let moved = |way: Fetch| {
        let sources = operands.sources.iter().zip(&decision.ways).filter(move |(_, one)| **one == way);
        distinct(sources.map(|(source, _)| source.server))
    };
    let (gets, dumps) = (moved(Fetch::Get), moved(Fetch::Dump));
    if !gets.is_empty() || !dumps.is_empty() {
        explanation = explanation.step_on_each(round, gets.iter().copied(), "GET …").step_on_each(round, dumps.iter().copied(), "DUMP …");
        round += 1;
    }
    let name = String::from_utf8_lossy(job.args[0]).to_uppercase();
    let (carried, put) = if wanted == Wanted::Strings { ("GET …", "SET …") } else { ("DUMP …", "RESTORE …") };
    let mut commands = vec!["MULTI"];
    if !gets.is_empty() {
        commands.push("SET …");
    }
    if !dumps.is_empty() {
        commands.push("RESTORE …");
    }
    let native = format!("{name} …");
    commands.push(&native);
    if decision.forwards {
        commands.push(carried);
    }
    if decision.forwards || decision.ways.iter().any(|way| *way != Fetch::Stays) {
        commands.push("UNLINK …");
    }
    commands.push("EXEC");
    explanation = explanation.step(round, decision.work, commands.join("; "));
    if let Some(destination) = operands.destination.filter(|_| decision.forwards) {
        explanation = explanation.step(round + 1, destination.server, format!("MULTI; {put}; EXEC"));
    }
    Ok(explanation)
}

pub(crate) fn documentation(destination: Destination) -> Documentation {
    let atomic = if destination == Destination::None { Atomicity::EachNode } else { Atomicity::Destination };
    Documentation { overview: "", across_nodes: "colocate", atomic }
}

/// Each of these servers once, in order.
pub(crate) fn distinct(servers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut servers: Vec<usize> = servers.collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}
