//! A key, an element or a member that goes to another node.
//!
//! Nothing is ever only on its way. What leaves its key does so by a command of its server's own, into a hidden key beside it, and stays there
//! until the other server has it; each step is one transaction. Whatever is interrupted, [`crate::crossnode::recover`] finds and ends.

pub(crate) mod copy;
pub(crate) mod list_element;
pub(crate) mod protocol;
pub(crate) mod record;
pub(crate) mod rename;
pub(crate) mod set_member;

pub(crate) use crate::crossnode::transfer::protocol::put_back;
pub(crate) use crate::crossnode::transfer::record::{Record, Role};

use crate::command::Move;
use crate::crossnode::Job;
use crate::crossnode::support::outcome::Outcome;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, what: Move) -> Outcome<Reply> {
    match what {
        Move::Value => rename::run(job),
        Move::Copy => copy::run(job),
        Move::Element => list_element::run(job),
        Move::Member => set_member::run(job),
    }
}
