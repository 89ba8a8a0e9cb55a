//! Sends a command with invalid arguments to one server, so that the caller gets the server's own error text.

use crate::crossnode::support::conversation::{Request, TransactionResult, Words, replies, transaction_result, words};
use crate::crossnode::support::job::Job;
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::{Code, Error};
use crate::resp::{Builder, Kind, Reply, Value};
use crate::topology::release;
use std::borrow::Cow;

/// The command with its first key in the place of every key.
pub(crate) fn with_one_key<'a>(job: &Job<'_, 'a>) -> Words<'a> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    for key in &job.command.keys {
        command[key.position()] = Cow::from(job.key(0));
    }
    command
}

/// The error that the first key's server returns for a command with invalid arguments. The command is sent in a transaction, where nothing
/// blocks.
pub(crate) fn server_refusal(job: &Job, command: Words) -> Abort {
    ask(job, command).unwrap_or_else(|abort| abort)
}

fn ask(job: &Job, command: Words) -> Outcome<Abort> {
    let server = job.server_of(0);
    let mut connections = job.connections([server])?;
    let reply = connections.send(Request::transaction(server, vec![command]))?;
    let TransactionResult::Done(mut done) = transaction_result(&reply)? else {
        return Err(Abort::protocol_error("a transaction without watched keys was aborted"));
    };
    match done.next() {
        Some(Value::Error(text)) => Ok(Abort::refusal(text)),
        _ => Ok(invalid_arguments(job)),
    }
}

/// The arguments are neither understood here nor rejected by the server.
pub(crate) fn invalid_arguments(job: &Job) -> Abort {
    Error::new(Code::Request, format!("{}: these arguments are not supported for keys on several nodes", job.name())).into()
}

/// Whether a server runs a blocked command again, from its start, when one of its keys is ready. Older servers only look at that key.
/// Calls `on_wait` before it asks the server.
pub(crate) fn runs_blocked_commands_again(job: &Job, server: usize, on_wait: &dyn Fn()) -> Outcome<bool> {
    const SINCE: (u32, u32) = (7, 2);
    let mut known = job.topology.shard(server).key_listener().release();
    if known.is_none() {
        let reply = job.watched_connections([server], on_wait)?.send(Request::read(server, vec![words![b"INFO", b"server"]]))?;
        known = if let Some(Value::String(info)) = replies(&reply).next() { release(info) } else { None };
    }
    Ok(known.is_none_or(|release| release >= SINCE))
}

/// A server's error about a key of the wrong type.
pub(crate) fn is_wrong_type(text: &[u8]) -> bool {
    text.starts_with(b"WRONGTYPE ")
}

/// An array of these values.
pub(crate) fn array_of<'r>(values: impl ExactSizeIterator<Item = Value<'r>>) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, values.len());
    values.for_each(|value| builder.value(&value));
    builder.end(root);
    builder.finish()
}

/// A reply of its own with a copy of the value.
pub(crate) fn reply_of(value: &Value) -> Reply {
    let mut builder = Builder::default();
    builder.value(value);
    builder.finish()
}
