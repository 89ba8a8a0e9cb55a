//! Replaces a destination key with a result, in one step.

use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, Words, transaction_result, words};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::job::Job;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::resp::Value;
use std::borrow::Cow;

/// What replaces the destination.
pub(crate) enum Content<'a> {
    /// An empty result: the destination is deleted.
    Nothing,
    String(Cow<'a, [u8]>),
    /// A payload of DUMP.
    Payload(Cow<'a, [u8]>),
}

/// The server frees an old value of more bytes in the background, which takes some more commands.
const LARGE: i64 = 64 << 10;

/// Whether a reply to MEMORY USAGE is about a value that takes long to free.
pub(crate) fn is_large(usage: Value) -> bool {
    matches!(usage, Value::Integer(bytes) if bytes > LARGE)
}

pub(crate) fn memory_usage(key: &[u8]) -> Words<'_> {
    words![b"MEMORY", b"USAGE", key]
}

/// The commands that replace the value of a key.
pub(crate) struct Replacement<'a> {
    commands: Vec<Words<'a>>,
    /// The number of the command that a server may reject while it carries out the others. Then the key keeps its value.
    decisive: usize,
}

impl<'a> Replacement<'a> {
    pub(crate) fn new(key: &'a [u8], content: Content<'a>, old_is_large: bool) -> Replacement<'a> {
        match content {
            Content::Nothing => Replacement { commands: vec![words![b"UNLINK", key]], decisive: 0 },
            Content::String(value) => Replacement { commands: vec![words![b"SET", key, value]], decisive: 0 },
            Content::Payload(payload) if old_is_large => {
                let old = internal_keys::key(&internal_keys::new_id(), "old");
                let commands = vec![
                    words![b"RENAME", key, old.clone()],
                    words![b"RESTORE", key, b"0", payload],
                    // Restores the old value if RESTORE was rejected; otherwise does nothing.
                    words![b"RENAMENX", old.clone(), key],
                    words![b"UNLINK", old],
                ];
                Replacement { commands, decisive: 1 }
            }
            Content::Payload(payload) => Replacement { commands: vec![words![b"RESTORE", key, b"0", payload, b"REPLACE"]], decisive: 0 },
        }
    }

    /// The request that [`Replacement::execute`] sends.
    pub(crate) fn request(self, server: usize) -> Request<'a> {
        Request::transaction(server, self.commands)
    }

    /// Returns false when a watched key was changed; then nothing was done.
    pub(crate) fn execute(self, job: &Job, connections: &mut Connections, server: usize) -> Outcome<bool> {
        let decisive = self.decisive;
        let reply = connections.send(self.request(server))?;
        connections.set_watching(server, false);
        match transaction_result(&reply)? {
            TransactionResult::Conflict => Ok(false),
            TransactionResult::Done(mut replies) => match replies.nth(decisive) {
                Some(Value::Error(text)) => Err(placement_refused(job, "the result", server, text)),
                Some(reply) => not_error(reply).map(|_| true),
                None => Err(Abort::protocol_error("the reply to EXEC has too few elements")),
            },
        }
    }
}

/// A server rejected a value that was copied to it.
pub(crate) fn placement_refused(job: &Job, what: &str, server: usize, text: &[u8]) -> Abort {
    let prefix = format!("ERR {}: {what} could not be copied to {}: ", job.name(), job.config.servers[server].alias);
    Abort::refusal([prefix.as_bytes(), text].concat())
}
