//! What became of a submitted command.

use crate::error::Error;
use crate::resp::{Bytes, Reply, Value, push_error, push_value};

pub(crate) enum Completion<'l> {
    /// The reply as the server sent it.
    Bytes(&'l [u8]),
    /// The bytes of the merged reply of several servers.
    Merged(Bytes),
    /// The merged reply of several servers.
    Reply(Reply),
    Failure(Error),
    /// The command, which turned out to take several steps. Nothing was changed.
    Unfinished(Vec<u8>),
}

impl Completion<'_> {
    /// Appends the reply as a server would send it; an error for a failure.
    #[inline]
    pub(crate) fn push_to(&self, out: &mut Vec<u8>) {
        match self {
            Completion::Bytes(bytes) => out.extend_from_slice(bytes),
            Completion::Merged(bytes) => out.extend_from_slice(bytes),
            Completion::Reply(reply) => push_value(out, &reply.root()),
            Completion::Failure(error) => match error.refusal() {
                Some(text) => push_value(out, &Value::Error(text)),
                None => push_error(out, error),
            },
            Completion::Unfinished(_) => {}
        }
    }
}
