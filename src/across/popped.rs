//! Popping from the first of several keys that has something, on whichever node.

use super::Job;
use super::stop::Outcome;
use crate::command::Pop;
use crate::error::{Code, Error};
use crate::reply::Reply;

pub(super) fn run(job: &Job, _pop: Pop) -> Outcome<Reply> {
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {}: its keys live on several nodes", job.args[0].escape_ascii())).into())
}
