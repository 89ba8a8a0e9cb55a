//! COPY: the value is read on one node and put on the other in one step.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, Words, replies, words};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::transfer::rename::{Carried, fetch};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

#[derive(Default)]
struct Options<'a> {
    db: Option<&'a [u8]>,
    replace: bool,
}

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let Some(options) = options(&job.args[3..]) else { return of_nothing(job) };
    let (source, target) = (job.server_of(0), job.server_of(1));
    let mut connections = job.connections([source, target])?;
    let answer = connections.send(Request::read(source, fetch(job.key(0))))?;
    let Some(carried) = Carried::from(&mut replies(&answer))? else { return of_nothing(job) };
    let restore = carried.restored(job.key(1), options.replace);
    let answer = match options.db {
        None => connections.send(Request::write(target, vec![restore]))?,
        Some(db) => {
            // Until it is back in its own database nobody else may have the connection.
            connections.set_watching(target, true);
            let selected = connections.send(Request::write(target, vec![words![b"SELECT", db]]))?;
            if let Some(Value::Error(text)) = replies(&selected).next() {
                connections.set_watching(target, false);
                return Err(Abort::refusal(out_of_range(text)));
            }
            let own = job.config.servers[target].db.to_string();
            let answer = connections.send(Request::write(target, vec![restore, words![b"SELECT", own.into_bytes()]]))?;
            connections.set_watching(target, replies(&answer).nth(1) != Some(Value::Status(b"OK")));
            answer
        }
    };
    match replies(&answer).next() {
        Some(Value::Error(text)) if text.starts_with(b"BUSYKEY") => Ok(Reply::integer(0)),
        Some(reply) => not_error(reply).map(|_| Reply::integer(1)),
        None => Err(Abort::protocol_error("RESTORE was not answered")),
    }
}

/// COPY says of a number that is none what SELECT says in other words.
fn out_of_range(text: &[u8]) -> &[u8] {
    if text.starts_with(b"ERR invalid DB index") { b"ERR value is not an integer or out of range" } else { text }
}

/// `None`: there is something that we do not know.
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

/// The server says what is wrong with the options, before it looks at any key; or that nothing was copied, if nothing is.
fn of_nothing(job: &Job) -> Outcome<Reply> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from(internal_keys::key(&internal_keys::new_id(), "nothing"));
    command[2] = Cow::from(internal_keys::key(&internal_keys::new_id(), "nothing"));
    let server = job.server_of(0);
    let mut connections = job.connections([server])?;
    Ok(connections.send(Request::write(server, vec![command]))?.extract(1))
}
