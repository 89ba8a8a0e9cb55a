//! A destination replaced by a result, in one step.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Executed, Request, Words, executed, words};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::resp::Value;
use std::borrow::Cow;

/// What a destination is replaced by.
pub(crate) enum Content<'a> {
    /// An empty result: the destination goes.
    Nothing,
    String(Cow<'a, [u8]>),
    /// As DUMP has it.
    Payload(Cow<'a, [u8]>),
}

/// An old value that takes more memory, in bytes, is freed by the server in the background, which costs a few commands more.
const LARGE: i64 = 64 << 10;

/// Whether an answer to MEMORY USAGE tells of an old value that takes long to free.
pub(crate) fn is_large(usage: Value) -> bool {
    matches!(usage, Value::Integer(bytes) if bytes > LARGE)
}

pub(crate) fn usage(key: &[u8]) -> Words<'_> {
    words![b"MEMORY", b"USAGE", key]
}

/// What puts a content in the place of a key that has an old value, which may be large.
pub(crate) struct Replacement<'a> {
    commands: Vec<Words<'a>>,
    /// The command that may be refused while the others are carried out: then the key is as it was.
    decisive: usize,
}

impl<'a> Replacement<'a> {
    pub(crate) fn new(key: &'a [u8], content: Content<'a>, old_is_large: bool) -> Replacement<'a> {
        match content {
            Content::Nothing => Replacement { commands: vec![words![b"UNLINK", key]], decisive: 0 },
            Content::String(value) => Replacement { commands: vec![words![b"SET", key, value]], decisive: 0 },
            Content::Payload(payload) if old_is_large => {
                let old = internal_keys::key(&internal_keys::fresh_id(), "old");
                let commands = vec![
                    words![b"RENAME", key, old.clone()],
                    words![b"RESTORE", key, b"0", payload],
                    // Back to its place if RESTORE was refused; if it was not, nothing.
                    words![b"RENAMENX", old.clone(), key],
                    words![b"UNLINK", old],
                ];
                Replacement { commands, decisive: 1 }
            }
            Content::Payload(payload) => Replacement { commands: vec![words![b"RESTORE", key, b"0", payload, b"REPLACE"]], decisive: 0 },
        }
    }

    /// Carries it out. False: a watched key was changed, and nothing was done.
    pub(crate) fn carry_out(self, job: &Job, connections: &mut Connections, server: usize) -> Outcome<bool> {
        let answer = connections.ask(Request::transaction(server, self.commands))?;
        connections.watches(server, false);
        match executed(&answer)? {
            Executed::Conflict => Ok(false),
            Executed::Done(mut replies) => match replies.nth(self.decisive) {
                Some(Value::Error(text)) => Err(not_brought(job, "the result", server, text)),
                Some(reply) => accepted(reply).map(|_| true),
                None => Err(Abort::fault("EXEC was answered with too few replies")),
            },
        }
    }
}

/// A server would not take what was brought to it.
pub(crate) fn not_brought(job: &Job, what: &str, server: usize, text: &[u8]) -> Abort {
    let name = job.args[0].to_ascii_uppercase();
    let said = format!("ERR {}: {what} could not be brought to {}: ", name.escape_ascii(), job.config.servers[server].alias);
    Abort::refusal([said.as_bytes(), text].concat())
}
