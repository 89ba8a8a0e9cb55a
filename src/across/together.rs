//! Keys of several nodes brought to one, where the command runs.

use super::Job;
use super::explain::Explanation;
use super::stop::Outcome;
use crate::command::Destination;
use crate::error::{Code, Error};
use crate::reply::Reply;

pub(super) fn run(job: &Job, _destination: Destination) -> Outcome<Reply> {
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {}: its keys live on several nodes", job.args[0].escape_ascii())).into())
}

pub(super) fn explain(_: &Job, _: Destination) -> Outcome<Explanation> {
    Ok(Explanation::of("refuse", true))
}
