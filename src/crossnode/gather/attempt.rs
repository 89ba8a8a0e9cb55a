//! Attempts to compute a result from fetched operands. Concurrent writes to a destination that is also an operand make an attempt fail.

use crate::crossnode::colocate::{Operands, ProbeResult};
use crate::crossnode::support::conversation::{Connections, Request, words};
use crate::crossnode::support::destination::{Content, Replacement};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::queries::{Queries, QueryReplies};
use crate::crossnode::{Job, colocate};
use crate::resp::Reply;

pub(crate) enum Attempt {
    Reply(Reply),
    /// Another client changed the destination, which is also an operand.
    Conflict,
    /// To colocate is cheaper, or leaves a decision to the server. One result per source.
    Colocate(Vec<ProbeResult>),
}

/// After so many conflicts the command is colocated: on the server of the destination it cannot conflict.
const MAX_ATTEMPTS: usize = 4;

/// Repeats the attempt while it conflicts, then colocates.
pub(crate) fn run_attempts<'a>(
    job: &Job<'_, 'a>,
    operands: &Operands<'a>,
    mut attempt: impl FnMut(&mut Connections) -> Outcome<Attempt>,
) -> Outcome<Reply> {
    let mut connections = job.connections(operands.servers())?;
    for _ in 0..MAX_ATTEMPTS {
        match attempt(&mut connections)? {
            Attempt::Reply(reply) => return Ok(reply),
            Attempt::Conflict => {}
            Attempt::Colocate(probed) => {
                if let Some(destination) = operands.read_destination() {
                    connections.unwatch(destination.server)?;
                }
                return colocate::run_probed(job, &mut connections, operands, Some(&probed));
            }
        }
    }
    colocate::run_probed(job, &mut connections, operands, None)
}

/// Appends the rounds after an attempt that ended with [`Attempt::Colocate`].
pub(crate) fn explain_colocate<'a>(
    explanation: Explanation,
    job: &Job<'_, 'a>,
    connections: &mut Connections,
    operands: &Operands<'a>,
    probed: &[ProbeResult],
) -> Outcome<Explanation> {
    let explanation = match operands.read_destination() {
        Some(destination) => explanation.round(&[Request::unwatch(destination.server)]),
        None => explanation,
    };
    colocate::explain_probed(explanation, job, connections, operands, Some(probed))
}

/// Sends the first queries of an attempt, which `add` adds. A destination that is also an operand is watched from here on, so that no concurrent
/// write to it is lost.
pub(crate) fn probe<'a>(
    connections: &mut Connections,
    operands: &Operands<'a>,
    add: impl FnOnce(&mut Queries<'a>),
) -> Outcome<QueryReplies> {
    let mut queries = Queries::default();
    let watches = add_watch(&mut queries, operands);
    add(&mut queries);
    let replies = queries.send(connections);
    if let Some(destination) = operands.read_destination() {
        connections.set_watching(destination.server, true);
    }
    let mut replies = replies?;
    replies.skip_first(watches);
    Ok(replies)
}

/// Adds WATCH if the destination is also an operand. Returns the number of queries that were added.
fn add_watch<'a>(queries: &mut Queries<'a>, operands: &Operands<'a>) -> usize {
    if let Some(destination) = operands.read_destination() {
        queries.add(destination.server, words![b"WATCH", destination.name]);
    }
    queries.len()
}

/// The round of [`probe`], and its replies, but without watching anything.
pub(crate) fn explain_probe<'a>(
    connections: &mut Connections,
    operands: &Operands<'a>,
    add: impl Fn(&mut Queries<'a>),
) -> Outcome<(Explanation, QueryReplies)> {
    let mut sent_by_run = Queries::default();
    add_watch(&mut sent_by_run, operands);
    add(&mut sent_by_run);
    let mut queries = Queries::default();
    add(&mut queries);
    let explanation = Explanation::new("gather", true).round(sent_by_run.requests());
    Ok((explanation, queries.send(connections)?))
}

/// Replaces the destination by the content, and returns the number as the reply.
pub(crate) fn store(
    job: &Job,
    connections: &mut Connections,
    operands: &Operands,
    content: Content,
    old_is_large: bool,
    reply: i64,
) -> Outcome<Attempt> {
    let Some(destination) = operands.destination else { return Ok(Attempt::Reply(Reply::integer(reply))) };
    let is_stored = Replacement::new(destination.name, content, old_is_large).execute(job, connections, destination.server)?;
    Ok(if is_stored { Attempt::Reply(Reply::integer(reply)) } else { Attempt::Conflict })
}

/// Appends the round of [`store`].
pub(crate) fn explain_store(explanation: Explanation, operands: &Operands, content: Content, old_is_large: bool) -> Explanation {
    match operands.destination {
        Some(destination) => explanation.round(&[Replacement::new(destination.name, content, old_is_large).request(destination.server)]),
        None => explanation,
    }
}
