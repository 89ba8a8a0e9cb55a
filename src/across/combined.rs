//! Several operands made into one value: fetched and combined here, or brought together, whichever is cheaper.

use super::explain::Explanation;
use super::stop::Outcome;
use super::{Job, together};
use crate::command::{Combination, Destination};
use crate::reply::Reply;

pub(super) fn run(job: &Job, combination: Combination) -> Outcome<Reply> {
    together::run(job, destination(combination))
}

pub(super) fn explain(job: &Job, combination: Combination) -> Outcome<Explanation> {
    together::explain(job, destination(combination))
}

fn destination(combination: Combination) -> Destination {
    match combination {
        Combination::Sets(_, destination) | Combination::SortedSets(_, destination) => destination,
        Combination::Bits => Destination::First,
    }
}
