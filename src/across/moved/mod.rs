//! A key, an element or a member that goes to another node.
//!
//! Nothing is ever only on its way. What leaves its key does so by a command of its server's own, into a hidden key beside it, and stays there
//! until the other server has it; each step is one transaction. Whatever is interrupted, [`crate::across::recover`] finds and ends.

mod copy;
mod element;
mod member;
mod note;
mod transfer;
mod value;

pub(crate) use crate::across::moved::note::{Note, Role};
pub(crate) use crate::across::moved::transfer::put_back;

use crate::across::Job;
use crate::across::stop::Outcome;
use crate::command::Move;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, what: Move) -> Outcome<Reply> {
    match what {
        Move::Value => value::run(job),
        Move::Copy => copy::run(job),
        Move::Element => element::run(job),
        Move::Member => member::run(job),
    }
}
