//! Reads served by replicas, with the master as fallback.

use crate::cluster::fast_path::OneServerCommand;
use crate::command::{CommandFlags, Key};
use crate::error::{Code, Error};
use crate::resp::{Kind, Reply};
use crate::topology::Shard;
use crate::transport::cannot_serve_reads;

/// Read-only commands that must run on the master. TOUCH updates the access time there. EVAL_RO and EVALSHA_RO need scripts that were loaded
/// on masters only. A SCAN cursor is valid only on the server that issued it, and reads rotate over replicas.
const FOR_MASTERS: [&str; 6] = ["touch", "eval_ro", "evalsha_ro", "hscan", "sscan", "zscan"];

/// Whether a replica may run a command in place of its master.
pub(crate) fn may_use_replica(name: &[u8], keys: &[Key], flags: CommandFlags) -> bool {
    flags.repeatable && !keys.is_empty() && !FOR_MASTERS.iter().any(|command| name.eq_ignore_ascii_case(command.as_bytes()))
}

/// Runs a read on a replica; if that fails, on other replicas, and at last on the master.
#[cold]
pub(crate) fn run(command: &OneServerCommand, shard: &Shard) -> Result<Reply, Error> {
    while let Some(replica) = shard.next_replica() {
        match command.run(replica.pool()) {
            Ok(reply) if !is_unavailable(&reply) => return Ok(reply),
            // The replica works, but all connections to it are in use.
            Err(error) if error.code() == Code::Pool => break,
            _ => shard.replica_failed(&replica),
        }
    }
    command.run(shard)
}

/// Whether a reply, which may be in the array of a request, is an error by which the server rejects all reads.
fn is_unavailable(reply: &Reply) -> bool {
    reply.entries().iter().take(2).any(|entry| entry.kind() == Kind::Error && cannot_serve_reads(reply.entry_bytes(entry)))
}
