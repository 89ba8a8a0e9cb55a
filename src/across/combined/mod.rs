//! Several operands made into one value: fetched and combined here, or brought together, whichever is cheaper.

mod bits;
mod crc64;
mod double;
mod members;
mod options;
pub(crate) mod payload;
mod scores;
pub(crate) mod serialised;
mod sets;
mod sorted_sets;
mod table;
mod union;

use super::Job;
use super::explain::Explanation;
use super::questions::{Answers, Questions};
use super::stop::Outcome;
use super::store::{Content, Replacement};
use super::talk::{Talk, words};
use super::together::{self, Found, Operands};
use crate::command::{Combination, Destination, SetOperation};
use crate::reply::Reply;

pub(super) fn run(job: &Job, combination: Combination) -> Outcome<Reply> {
    match combination {
        Combination::Sets(SetOperation::Union, Destination::Nowhere) => union::run(job, &Operands::of(job, Destination::Nowhere)),
        Combination::Sets(operation, destination) => sets::run(job, operation, destination),
        Combination::SortedSets(operation, destination) => sorted_sets::run(job, operation, destination),
        Combination::Bits => bits::run(job),
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

fn attempts<'a>(job: &Job<'_, 'a>, operands: &Operands<'a>, mut attempt: impl FnMut(&mut Talk) -> Outcome<Attempt>) -> Outcome<Reply> {
    let mut talk = Talk::with(job.config, job.process, job.args[0], operands.servers())?;
    let mut found = None;
    for _ in 0..ATTEMPTS {
        match attempt(&mut talk)? {
            Attempt::Answered(reply) => return Ok(reply),
            Attempt::Conflict => {}
            Attempt::Together(known) => {
                found = known;
                if let Some(destination) = operands.destination.filter(|_| operands.destination_is_read) {
                    talk.unwatch(destination.server)?;
                }
                break;
            }
        }
    }
    together::run_over(job, &mut talk, operands, found.as_deref())
}

/// Asks what an attempt begins with. Where the destination is an operand it is watched from here on, so that nothing that others write to
/// it meanwhile is lost.
fn begin<'a>(talk: &mut Talk, operands: &Operands<'a>, ask: impl FnOnce(&mut Questions<'a>)) -> Outcome<Answers> {
    let mut questions = Questions::default();
    let watched = operands.destination.filter(|_| operands.destination_is_read);
    if let Some(watched) = watched {
        questions.add(watched.server, words![b"WATCH", watched.name]);
    }
    let first = questions.len();
    ask(&mut questions);
    let answers = questions.put(talk);
    if let Some(watched) = watched {
        talk.watches(watched.server, true);
    }
    let mut answers = answers?;
    answers.forget(first);
    Ok(answers)
}

/// Replaces the destination, and answers a number.
fn stored(job: &Job, talk: &mut Talk, operands: &Operands, content: Content, old_is_large: bool, answer: i64) -> Outcome<Attempt> {
    let Some(destination) = operands.destination else { return Ok(Attempt::Answered(Reply::integer(answer))) };
    let is_done = Replacement::new(destination.name, content, old_is_large).carry_out(job, talk, destination.server)?;
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

pub(super) fn explain(job: &Job, combination: Combination) -> Outcome<Explanation> {
    match combination {
        Combination::Sets(operation, destination) => sets::explain(job, operation, destination),
        Combination::SortedSets(operation, destination) => sorted_sets::explain(job, operation, destination),
        Combination::Bits => bits::explain(job),
    }
}
