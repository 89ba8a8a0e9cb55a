//! Reads served by replicas, with the master as fallback.

use crate::cluster::fast_path::OneServerCommand;
use crate::command::{CommandFlags, Key};
use crate::config::Read;
use crate::error::{Code, Error};
use crate::resp::{Kind, Reply};
use crate::topology::{ReadChoice, Reads, Shard};
use crate::transport::{cannot_serve_reads, deadline};

/// Read-only commands that must run on the master. TOUCH updates the access time there. EVAL_RO and EVALSHA_RO need scripts that were loaded
/// on masters only. A SCAN cursor is valid only on the server that issued it, and reads rotate over replicas.
const FOR_MASTERS: [&str; 6] = ["touch", "eval_ro", "evalsha_ro", "hscan", "sscan", "zscan"];

/// Whether a replica may run a command in place of its master.
pub(crate) fn may_use_replica(name: &[u8], keys: &[Key], flags: CommandFlags) -> bool {
    flags.repeatable && !keys.is_empty() && !FOR_MASTERS.iter().any(|command| name.eq_ignore_ascii_case(command.as_bytes()))
}

/// Runs a read on a replica; if that fails, on other replicas, and at last on the master. If it is the turn of the master, and that fails, the
/// replicas serve the read.
#[cold]
pub(crate) fn run(command: &OneServerCommand, shard: &Shard, reads: Reads, server: usize) -> Result<Reply, Error> {
    match run_on_replicas(command, shard, reads.choice(server)) {
        Ok(Some(reply)) => return Ok(reply),
        Ok(None) => {}
        Err(error) => return Err(error),
    }
    let outcome = command.run(shard);
    if reads.may_choose_master() && outcome.as_ref().is_err_and(may_read_elsewhere) {
        // The error of the master says more than that of a replica.
        if let Ok(Some(reply)) = run_on_replicas(command, shard, without_master(reads.choice(server))) {
            return Ok(reply);
        }
    }
    outcome
}

/// Runs a read on one replica after the other. `None`: it is for the master. Fails if the deadline of the call has passed.
fn run_on_replicas(command: &OneServerCommand, shard: &Shard, choice: ReadChoice) -> Result<Option<Reply>, Error> {
    while let Some(replica) = shard.next_replica(choice) {
        match command.run(replica.pool()) {
            Ok(reply) if !is_unavailable(&reply) => return Ok(Some(reply)),
            // The replica works, but all connections to it are in use.
            Err(error) if error.code() == Code::Pool => break,
            Err(error) if deadline::has_passed() => return Err(error),
            _ => shard.replica_failed(&replica),
        }
    }
    Ok(None)
}

/// The same choice among the replicas only.
pub(crate) fn without_master(choice: ReadChoice) -> ReadChoice {
    ReadChoice { read: Read::Replica, ..choice }
}

/// Whether a replica may serve a read that has failed with this error on the master: it could not be reached, or did not reply.
pub(crate) fn may_read_elsewhere(error: &Error) -> bool {
    matches!(error.code(), Code::Connect | Code::Io | Code::Timeout) && !deadline::has_passed()
}

/// Whether a reply, which may be in the array of a request, is an error by which the server rejects all reads.
fn is_unavailable(reply: &Reply) -> bool {
    reply.entries().iter().take(2).any(|entry| entry.kind() == Kind::Error && cannot_serve_reads(reply.entry_bytes(entry)))
}
