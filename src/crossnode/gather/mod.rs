//! Several operands made into one value: fetched and combined here, or brought together, whichever is cheaper.

pub(crate) mod bits;
pub(crate) mod member_index;
pub(crate) mod set_ops;
pub(crate) mod sets;
pub(crate) mod sorted_sets;
pub(crate) mod union;
pub(crate) mod zset_ops;
pub(crate) mod zset_options;

use crate::command::{Destination, GatherKind, SetOperation};
use crate::crossnode::colocate::{Found, Operands};
use crate::crossnode::support::conversation::{Connections, words};
use crate::crossnode::support::destination::{Content, Replacement};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::queries::{Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::resp::Reply;

pub(crate) fn run(job: &Job, kind: GatherKind) -> Outcome<Reply> {
    match kind {
        GatherKind::Sets(SetOperation::Union, Destination::None) => union::run(job, &Operands::of(job, Destination::None)),
        GatherKind::Sets(operation, destination) => sets::run(job, operation, destination),
        GatherKind::SortedSets(operation, destination) => sorted_sets::run(job, operation, destination),
        GatherKind::Bits => bits::run(job),
    }
}

/// What becomes of an attempt.
enum Attempt {
    Answered(Reply),
    /// The destination, which is an operand too, was changed by somebody meanwhile.
    Conflict,
    /// It is cheaper, or surer, to bring the operands together; with what is known of them.
    Together(Option<Vec<Found>>),
}

/// So often is tried anew what somebody else thwarts; then the operands are brought together, which nobody can thwart.
const ATTEMPTS: usize = 4;

fn attempts<'a>(
    job: &Job<'_, 'a>,
    operands: &Operands<'a>,
    mut attempt: impl FnMut(&mut Connections) -> Outcome<Attempt>,
) -> Outcome<Reply> {
    let mut connections = job.connections(operands.servers())?;
    let mut found = None;
    for _ in 0..ATTEMPTS {
        match attempt(&mut connections)? {
            Attempt::Answered(reply) => return Ok(reply),
            Attempt::Conflict => {}
            Attempt::Together(known) => {
                found = known;
                if let Some(destination) = operands.destination.filter(|_| operands.destination_is_read) {
                    connections.unwatch(destination.server)?;
                }
                break;
            }
        }
    }
    colocate::run_over(job, &mut connections, operands, found.as_deref())
}

/// Asks what an attempt begins with. Where the destination is an operand it is watched from here on, so that nothing that others write to
/// it meanwhile is lost.
fn begin<'a>(connections: &mut Connections, operands: &Operands<'a>, ask: impl FnOnce(&mut Queries<'a>)) -> Outcome<QueryReplies> {
    let mut queries = Queries::default();
    let watched = operands.destination.filter(|_| operands.destination_is_read);
    if let Some(watched) = watched {
        queries.add(watched.server, words![b"WATCH", watched.name]);
    }
    let first = queries.len();
    ask(&mut queries);
    let answers = queries.send(connections);
    if let Some(watched) = watched {
        connections.set_watching(watched.server, true);
    }
    let mut answers = answers?;
    answers.skip_first(first);
    Ok(answers)
}

/// Replaces the destination, and answers a number.
fn stored(
    job: &Job,
    connections: &mut Connections,
    operands: &Operands,
    content: Content,
    old_is_large: bool,
    answer: i64,
) -> Outcome<Attempt> {
    let Some(destination) = operands.destination else { return Ok(Attempt::Answered(Reply::integer(answer))) };
    let is_done = Replacement::new(destination.name, content, old_is_large).execute(job, connections, destination.server)?;
    Ok(if is_done { Attempt::Answered(Reply::integer(answer)) } else { Attempt::Conflict })
}

/// The distinct keys among the sources: the place of the first of each, and for each source which of them it is.
fn distinct(operands: &Operands) -> (Vec<usize>, Vec<usize>) {
    let mut firsts: Vec<usize> = Vec::new();
    let mut which = Vec::with_capacity(operands.sources.len());
    for (nth, source) in operands.sources.iter().enumerate() {
        let known = firsts.iter().position(|&first| operands.sources[first].is_same(source));
        which.push(known.unwrap_or_else(|| {
            firsts.push(nth);
            firsts.len() - 1
        }));
    }
    (firsts, which)
}

pub(crate) fn documentation(kind: GatherKind) -> Documentation {
    let atomic = match kind {
        GatherKind::Sets(_, Destination::None) | GatherKind::SortedSets(_, Destination::None) => Atomicity::EachNode,
        GatherKind::Sets(..) | GatherKind::SortedSets(..) | GatherKind::Bits => Atomicity::Destination,
    };
    Documentation {
        overview: "**gather or colocate**: the operands are fetched and combined in the library, or copied to one server where the command runs, \
            whichever is cheaper; `explain` reports which. The copies exist only inside the transaction that runs the command. The destination \
            changes in one step.",
        across_nodes: "gather or colocate",
        atomic,
    }
}

pub(crate) fn explain(job: &Job, kind: GatherKind) -> Outcome<Explanation> {
    match kind {
        GatherKind::Sets(operation, destination) => sets::explain(job, operation, destination),
        GatherKind::SortedSets(operation, destination) => sorted_sets::explain(job, operation, destination),
        GatherKind::Bits => bits::explain(job),
    }
}
