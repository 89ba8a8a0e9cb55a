//! COPY: the value is read on one node and written on the other, each in one step.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::transfer::dumped_value::{DumpedValue, dump_commands};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

#[derive(Default)]
struct Options<'a> {
    db: Option<&'a [u8]>,
    replace: bool,
}

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let Some(options) = options(&job.args[3..]) else { return copy_missing_key(job) };
    let (source, target) = (job.server_of(0), job.server_of(1));
    let mut connections = job.connections([source, target])?;
    let dump = connections.send(Request::read(source, dump_commands(job.key(0))))?;
    let Some(value) = DumpedValue::from_replies(&mut replies(&dump))? else { return copy_missing_key(job) };
    if value.is_of_module()
        && let Some(text) = copy_refusal(&mut connections, job, &options)?
    {
        return Ok(text);
    }
    let restore = value.restore_command(job.key(1), options.replace);
    let reply = match options.db {
        None => connections.send(Request::write(target, vec![restore]))?,
        Some(db) => {
            select(&mut connections, target, db)?;
            let reply = connections.send(restore_and_select_request(job, target, restore))?;
            connections.set_watching(target, replies(&reply).nth(1) != Some(Value::Status(b"OK")));
            reply
        }
    };
    match replies(&reply).next() {
        Some(Value::Error(text)) if text.starts_with(b"BUSYKEY") => Ok(Reply::integer(0)),
        Some(reply) => not_error(reply).map(|_| Reply::integer(1)),
        None => Err(Abort::protocol_error("no reply to RESTORE")),
    }
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let (source, target) = (job.server_of(0), job.server_of(1));
    let explanation = Explanation::new("transfer", true);
    let Some(options) = options(&job.args[3..]) else { return Ok(explanation.round(&[copy_missing_key_request(job)])) };
    let explanation = explanation.round(&[Request::read(source, dump_commands(job.key(0)))]);
    let type_name = job.connections([source])?.send(Request::read(source, vec![words![b"TYPE", job.key(0)]]))?;
    let explanation = match replies(&type_name).next() {
        Some(Value::Status(b"none")) => return Ok(explanation.round(&[copy_missing_key_request(job)])),
        Some(Value::Status(b"string" | b"list" | b"set" | b"zset" | b"hash" | b"stream")) => explanation,
        _ => explanation.round(&copy_refusal_requests(job)),
    };
    let restore = DumpedValue::default().restore_command(job.key(1), options.replace);
    Ok(match options.db {
        None => explanation.round(&[Request::write(target, vec![restore])]),
        Some(db) => {
            // Only the server knows whether it has this database.
            select(&mut job.connections([target])?, target, db)?;
            explanation.round(&[select_request(target, db)]).round(&[restore_and_select_request(job, target, restore)])
        }
    })
}

/// The reply to a COPY of a value whose module does not support COPY, although it can be dumped and restored. To find that out, the source server
/// copies the value to a hidden key and deletes it.
fn copy_refusal(connections: &mut Connections, job: &Job, options: &Options) -> Outcome<Option<Reply>> {
    let mut outcomes = connections.round(&copy_refusal_requests(job)).into_iter();
    let (Some(copied), Some(exists)) = (outcomes.next().transpose()?, outcomes.next().transpose()?) else {
        return Err(Abort::protocol_error("no reply to COPY"));
    };
    let Some(Value::Error(text)) = replies(&copied).next() else { return Ok(None) };
    let is_taken = !options.replace && options.db.is_none() && replies(&exists).next() == Some(Value::Integer(1));
    Ok(Some(if is_taken { Reply::integer(0) } else { Reply::error(text) }))
}

fn copy_refusal_requests<'a>(job: &Job<'_, 'a>) -> [Request<'a>; 2] {
    let hidden = internal_keys::key(&internal_keys::new_id(), "nothing");
    let copy = vec![words![b"COPY", job.key(0), hidden.clone()], words![b"UNLINK", hidden]];
    [Request::write(job.server_of(0), copy), Request::read(job.server_of(1), vec![words![b"EXISTS", job.key(1)]])]
}

/// Switches the connection to another database. Marked as watching, it is closed unless it is switched back: other callers must not get it in
/// this database.
fn select(connections: &mut Connections, target: usize, db: &[u8]) -> Outcome<()> {
    connections.set_watching(target, true);
    let selected = connections.send(select_request(target, db))?;
    if let Some(Value::Error(text)) = replies(&selected).next() {
        connections.set_watching(target, false);
        return Err(Abort::refusal(invalid_db(text)));
    }
    Ok(())
}

fn select_request(target: usize, db: &[u8]) -> Request<'_> {
    Request::write(target, vec![words![b"SELECT", db]])
}

/// Writes the value and switches the connection back to the database of its node.
fn restore_and_select_request<'a>(job: &Job, target: usize, restore: Words<'a>) -> Request<'a> {
    let own_db = job.config.servers[target].db.to_string();
    Request::write(target, vec![restore, words![b"SELECT", own_db.into_bytes()]])
}

/// SELECT and COPY report a database that is not a number in different words.
fn invalid_db(text: &[u8]) -> &[u8] {
    if text.starts_with(b"ERR invalid DB index") { b"ERR value is not an integer or out of range" } else { text }
}

/// `None` if an option is unknown.
fn options<'a>(args: &[&'a [u8]]) -> Option<Options<'a>> {
    let mut options = Options::default();
    let mut rest = args.iter();
    while let Some(word) = rest.next() {
        match word.to_ascii_uppercase().as_slice() {
            b"REPLACE" => options.replace = true,
            b"DB" => options.db = Some(rest.next()?),
            _ => return None,
        }
    }
    Some(options)
}

/// The server's reply to a COPY of a key that does not exist: an error if the options are invalid, else 0.
fn copy_missing_key(job: &Job) -> Outcome<Reply> {
    let request = copy_missing_key_request(job);
    let mut connections = job.connections([request.server])?;
    Ok(connections.send(request)?.extract(1))
}

fn copy_missing_key_request<'a>(job: &Job<'_, 'a>) -> Request<'a> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from(internal_keys::key(&internal_keys::new_id(), "nothing"));
    command[2] = Cow::from(internal_keys::key(&internal_keys::new_id(), "nothing"));
    Request::write(job.server_of(0), vec![command])
}
