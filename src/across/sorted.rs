//! SORT whose patterns read keys of several nodes, or whose result goes to another.

use super::Job;
use super::explain::Explanation;
use super::stop::Outcome;

use crate::error::{Code, Error};
use crate::reply::Reply;

pub(super) fn run(job: &Job) -> Outcome<Reply> {
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {}: its keys live on several nodes", job.args[0].escape_ascii())).into())
}

pub(super) fn explain(_: &Job) -> Outcome<Explanation> {
    Ok(Explanation::of("refuse", true))
}
