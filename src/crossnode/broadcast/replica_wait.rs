//! WAIT and WAITAOF. A server waits for the writes of the connection that the command came from, and the caller's writes may have gone over
//! another one. So a command that is replicated precedes it: then the server waits for all writes that it has executed so far.

use crate::crossnode::broadcast::merge::{aggregate, children};
use crate::crossnode::support::ask_server::reply_of;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::Error;
use crate::resp::{Reply, Value};

/// The message has no subscribers: its channel is internal, and patterns do not match the channels of SPUBLISH. Servers before 7.0 do not have
/// SPUBLISH, but there every command, such as PING, has the same effect.
pub(crate) const PRECEDING_COMMANDS: [&[&[u8]]; 2] = [&[b"PING"], &[b"SPUBLISH", b"\0rediscluster\0wait", b""]];

/// The smallest number of several masters.
pub(crate) fn least<'r>(counts: impl Iterator<Item = &'r Reply>) -> Result<Reply, Error> {
    let counts: Vec<Reply> = counts.cloned().collect();
    let least = || {
        counts.iter().try_for_each(|count| not_error(count.root()).map(drop))?;
        aggregate(&counts, i64::min)
    };
    least().or_else(Abort::into_reply)
}

/// The smallest number. `replies` has those to the preceding commands too.
pub(super) fn merge(replies: &[Reply]) -> Outcome<Reply> {
    let counts = replies.iter().map(count).collect::<Outcome<Vec<Reply>>>()?;
    aggregate(&counts, i64::min)
}

fn count(replies: &Reply) -> Outcome<Reply> {
    let Some([_, message, count]) = children(replies).and_then(|all| <[Value; 3]>::try_from(all.collect::<Vec<_>>()).ok()) else {
        return Err(Abort::protocol_error("the number of replies to WAIT is wrong"));
    };
    not_error(count)?;
    check_message(&message)?;
    Ok(reply_of(&count))
}

/// Fails if the message was refused for another reason than the release of the server.
pub(crate) fn check_message(message: &Value) -> Outcome<()> {
    match message {
        Value::Error(text) if !text.starts_with(b"ERR unknown command") => Err(Abort::refusal(*text)),
        _ => Ok(()),
    }
}
