//! The command itself on one server, as the judge of its own arguments.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Executed, Request, Words, executed};
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::{Code, Error, printable};
use crate::resp::{Builder, Kind, Reply, Value};
use std::borrow::Cow;

/// The command with one key in the place of all.
pub(crate) fn with_one_key<'a>(job: &Job<'_, 'a>) -> Words<'a> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    for key in &job.over.keys {
        command[key.position()] = Cow::from(job.key(0));
    }
    command
}

/// What the first key's server says to a command whose arguments are wrong. It is asked in a transaction, where nothing ever blocks.
pub(crate) fn refusal(job: &Job, command: Words) -> Outcome<Reply> {
    let server = job.server_of(0);
    let mut connections = Connections::with(job.config, job.process, job.args[0], [server])?;
    let reply = connections.ask(Request::transaction(server, vec![command]))?;
    let Executed::Done(mut done) = executed(&reply)? else { return Err(Abort::fault("a transaction that watched nothing was given up")) };
    match done.next() {
        Some(Value::Error(text)) => Err(Abort::refusal(text)),
        _ => Err(not_understood(job)),
    }
}

pub(crate) fn not_understood(job: &Job) -> Abort {
    let name = printable(&job.args[0].to_ascii_uppercase());
    Error::new(Code::Request, format!("{name}: its arguments are not understood")).into()
}

/// An array of these values.
pub(crate) fn list<'r>(values: impl ExactSizeIterator<Item = Value<'r>>) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, values.len());
    values.for_each(|value| builder.value(&value));
    builder.end(root);
    builder.finish()
}

/// A value as a reply of its own.
pub(crate) fn copied(value: &Value) -> Reply {
    let mut builder = Builder::default();
    builder.value(value);
    builder.finish()
}
