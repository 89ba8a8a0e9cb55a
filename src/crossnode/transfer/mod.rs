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

use crate::command::TransferKind;
use crate::crossnode::Job;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::resp::Reply;

pub(crate) fn run(job: &Job, kind: TransferKind) -> Outcome<Reply> {
    match kind {
        TransferKind::Rename => rename::run(job),
        TransferKind::Copy => copy::run(job),
        TransferKind::ListElement => list_element::run(job),
        TransferKind::SetMember => set_member::run(job),
    }
}

pub(crate) fn explain(job: &Job, kind: TransferKind) -> Outcome<Explanation> {
    let (source, target) = (job.server_of(0), job.server_of(1));
    Ok(match kind {
        TransferKind::Copy => Explanation::new("copy", true).step(1, source, "DUMP …; PEXPIRETIME …").step(2, target, "RESTORE …"),
        TransferKind::Rename => Explanation::new("transfer", false)
            .step(1, source, "WATCH …; DUMP …; PEXPIRETIME …; TIME")
            .step(2, target, "HSET …; RESTORE …; WATCH …; EXISTS …")
            .step(3, source, "MULTI; RENAME …; HSET …; EXEC")
            .step(4, target, format!("MULTI; HSET …; {} …; PEXPIREAT …; EXEC", job.name()))
            .step(5, source, "MULTI; UNLINK …; HDEL …; EXEC")
            .step(6, target, "HDEL …"),
        TransferKind::ListElement | TransferKind::SetMember => {
            let (read, native, add) =
                if kind == TransferKind::SetMember { ("SISMEMBER", "SMOVE", "SADD") } else { ("LLEN", "LMOVE", "RPUSH") };
            Explanation::new("transfer", false)
                .step(1, source, format!("{read} …; TIME"))
                .step(1, target, "WATCH …")
                .step(2, source, format!("MULTI; {native} …; HSET …; EXEC"))
                .step(3, target, format!("MULTI; {add} …; HSET …; {native} …; EXEC"))
                .step(4, source, "MULTI; UNLINK …; HDEL …; EXEC")
                .step(5, target, "HDEL …")
        }
    })
}

pub(crate) fn documentation(kind: TransferKind) -> Documentation {
    let (across_nodes, atomic) = match kind {
        TransferKind::Copy => ("transfer: read on one server, written on the other", Atomicity::Destination),
        TransferKind::Rename | TransferKind::ListElement | TransferKind::SetMember => ("transfer", Atomicity::EachStep),
    };
    Documentation {
        overview: "**transfer**: the value is moved to a hidden key on its server, copied to the other server, then deleted. If that is interrupted, \
            nothing is lost, and `recover` completes or undoes it.",
        across_nodes,
        atomic,
    }
}
