//! MSETNX over several nodes: all keys or none.

use super::Job;
use super::stop::Outcome;

use crate::error::{Code, Error};
use crate::reply::Reply;

pub(super) fn run(job: &Job) -> Outcome<Reply> {
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {}: its keys live on several nodes", job.args[0].escape_ascii())).into())
}
