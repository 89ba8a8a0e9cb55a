//! Several operands made into one value: fetched and combined here, or brought together, whichever is cheaper.

use super::Job;
use super::explain::Explanation;
use super::stop::Outcome;
use crate::command::Combination;
use crate::error::{Code, Error};
use crate::reply::Reply;

pub(super) fn run(job: &Job, _combination: Combination) -> Outcome<Reply> {
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {}: its keys live on several nodes", job.args[0].escape_ascii())).into())
}

pub(super) fn explain(_: &Job, _: Combination) -> Outcome<Explanation> {
    Ok(Explanation::of("refuse", true))
}
