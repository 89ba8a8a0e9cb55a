//! A key, an element or a member that goes to another node.

use super::Job;
use super::stop::Outcome;
use crate::command::Move;
use crate::error::{Code, Error};
use crate::reply::Reply;

pub(super) fn run(job: &Job, _what: Move) -> Outcome<Reply> {
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {}: its keys live on several nodes", job.args[0].escape_ascii())).into())
}
