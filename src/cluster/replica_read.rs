//! Reads that go to a replica, and to the master where that cannot answer.

use crate::cluster::fast_path::SingleKeyCommand;
use crate::command::{CommandFlags, Key};
use crate::error::{Code, Error};
use crate::resp::{Kind, Reply};
use crate::topology::turns_away;
use crate::transport::Pool;

/// What only reads, and yet is for the master: TOUCH is meant to change something there, and a replica does not know the scripts that masters
/// were told of, be it by EVAL_RO itself. A cursor means something to the server alone that gave it, and replicas take turns.
const FOR_MASTERS: [&str; 6] = ["touch", "eval_ro", "evalsha_ro", "hscan", "sscan", "zscan"];

/// Whether a replica may be asked in its master's place.
pub(crate) fn may_be_asked(name: &[u8], keys: &[Key], flags: CommandFlags) -> bool {
    flags.repeatable && !keys.is_empty() && !FOR_MASTERS.iter().any(|master| name.eq_ignore_ascii_case(master.as_bytes()))
}

/// Runs a read on a replica of the master, or on another one, or on the master itself.
#[cold]
pub(crate) fn run(single: &SingleKeyCommand, master: &Pool) -> Result<Reply, Error> {
    while let Some(replica) = master.reader() {
        match single.run(replica.pool()) {
            Ok(reply) if !is_turned_away(&reply) => return Ok(reply),
            // The replica is well, and only has too much to do.
            Err(error) if error.code() == Code::Pool => break,
            _ => master.put_out(&replica),
        }
    }
    single.run(master)
}

/// Whether it is an error, alone or under the array of a request, that says nothing of the command.
fn is_turned_away(reply: &Reply) -> bool {
    reply.entries().iter().take(2).any(|entry| entry.kind() == Kind::Error && turns_away(reply.entry_bytes(entry)))
}
