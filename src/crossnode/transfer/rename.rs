//! RENAME and RENAMENX: a whole value, of whatever type, with its time to live.
//!
//! The copy is made and lands while the source stays as it is; only then is the source claimed, if it has not changed, and the copy moves into
//! its place. So a large value is away for a moment only, and what can be refused is refused before anything has changed.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::transfer::protocol::{Delivered, Transfer};
use crate::crossnode::transfer::record::Role;
use crate::error::{Code, Error};
use crate::resp::{Children, Reply, Value};

/// How long a copy lasts that nobody puts into its place, in milliseconds.
const LANDING: u64 = 600_000;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let only_new = job.args[0].eq_ignore_ascii_case(b"RENAMENX");
    let mut connections = job.connections(job.servers())?;
    let mut attempts = Retry::new();
    while attempts.next_attempt() {
        if let Some(reply) = attempt(job, &mut connections, only_new)? {
            return Ok(reply);
        }
    }
    let (name, times) = (job.args[0].escape_ascii(), attempts.attempts());
    let text = format!("{name}: the source was changed by others {times} times while it was copied");
    Err(Error::new(Code::Timeout, text).into())
}

/// `None`: the source was changed meanwhile, and nothing was done.
fn attempt(job: &Job, connections: &mut Connections, only_new: bool) -> Outcome<Option<Reply>> {
    let mut transfer = Transfer::new(job, b"");
    let mut look = vec![words![b"WATCH", job.key(0)]];
    look.extend(fetch(job.key(0)));
    look.push(words![b"TIME"]);
    connections.set_watching(transfer.source, true);
    let answer = connections.send(Request::write(transfer.source, look))?;
    let mut answers = replies(&answer);
    not_error(answers.next().unwrap_or(Value::Nil))?;
    let Some(carried) = Carried::from(&mut answers)? else {
        connections.unwatch(transfer.source)?;
        return Err(Abort::refusal("ERR no such key"));
    };
    transfer.at(answers.next().unwrap_or(Value::Nil))?;
    if !land(connections, &transfer, &carried, job.key(1), only_new)? {
        connections.unwatch(transfer.source)?;
        return Ok(Some(Reply::integer(0)));
    }
    put_into_place(job, connections, &transfer, &carried, only_new)
}

/// Brings the copy to the other server; false when the destination, which must be new, is not.
fn land(connections: &mut Connections, transfer: &Transfer, carried: &Carried, destination: &[u8], only_new: bool) -> Outcome<bool> {
    let landing = transfer.landing.as_slice();
    // The note comes first, so that no copy is without one; within MULTI a large value would take a fifth longer.
    let commands = vec![
        transfer.noted(Role::Landing),
        carried.restored_for(landing, LANDING),
        if only_new { words![b"WATCH", landing, destination] } else { words![b"WATCH", landing] },
        // Only what is seen under the watch is safe from whoever removes copies that seem abandoned.
        words![b"EXISTS", landing],
        words![b"EXISTS", destination],
    ];
    connections.set_watching(transfer.target, true);
    let answer = connections.send(Request::write(transfer.target, commands))?;
    let has_landed = replies(&answer).nth(3) == Some(Value::Integer(1));
    let exists = replies(&answer).nth(4) == Some(Value::Integer(1));
    let landed = replies(&answer).take(2).try_for_each(|reply| not_error(reply).map(drop));
    match landed {
        Ok(()) if !has_landed => Err(transfer.overtaken()),
        Ok(()) if !(exists && only_new) => Ok(true),
        outcome => {
            connections.unwatch(transfer.target)?;
            transfer.clear_landing(connections)?;
            outcome.map(|()| false)
        }
    }
}

fn put_into_place(
    job: &Job,
    connections: &mut Connections,
    transfer: &Transfer,
    carried: &Carried,
    only_new: bool,
) -> Outcome<Option<Reply>> {
    let (staged, landing) = (transfer.staged.as_slice(), transfer.landing.as_slice());
    let claimed = transfer.claim(connections, words![b"RENAME", job.key(0), staged]);
    match claimed {
        Ok(Some(reply)) if matches!(reply.root(), Value::Status(_)) => {}
        Ok(None) => {
            connections.unwatch(transfer.target)?;
            transfer.clear_landing(connections)?;
            return Ok(None);
        }
        Ok(Some(_)) => return Err(Abort::protocol_error("a watched key was gone and the transaction carried out all the same")),
        Err(Abort::Error(error)) if error.executed() => return Err(error.into()),
        Err(stop) => {
            connections.unwatch(transfer.target)?;
            transfer.clear_landing(connections)?;
            return Err(stop);
        }
    }
    let rename = words![if only_new { &b"RENAMENX"[..] } else { b"RENAME" }, landing, job.key(1)];
    let delivered = transfer.deliver(connections, Vec::new(), rename, Some(carried.lives(job.key(1))));
    // Where the destination was touched by others, which matters only where it must be new, the copy is still there.
    let again = matches!(&delivered, Ok(Delivered::Refused(None))) && has_landed(connections, transfer)?;
    match transfer.settle(connections, delivered, words![b"RENAMENX", staged, job.key(0)]) {
        Ok(()) if only_new => Ok(Some(Reply::integer(1))),
        Ok(()) => Ok(Some(Reply::status(b"OK"))),
        Err(Abort::Error(error)) if again && !error.executed() => Ok(None),
        Err(stop) => Err(stop),
    }
}

fn has_landed(connections: &mut Connections, transfer: &Transfer) -> Outcome<bool> {
    let answer = connections.send(Request::read(transfer.target, vec![words![b"EXISTS", transfer.landing.as_slice()]]))?;
    Ok(replies(&answer).next() == Some(Value::Integer(1)))
}

/// A value on its way: its serialised form, and when it expires.
pub(crate) struct Carried<'r> {
    payload: &'r [u8],
    expires: Expires,
}

#[derive(Clone, Copy)]
enum Expires {
    Never,
    /// In milliseconds since 1970.
    At(u64),
    /// So many milliseconds from now: all that a server before 7.0 tells.
    In(u64),
}

/// The questions that [`Carried::from`] reads the answers of.
pub(crate) fn fetch(key: &[u8]) -> Vec<Words<'_>> {
    vec![words![b"DUMP", key], words![b"PEXPIRETIME", key], words![b"PTTL", key]]
}

impl<'r> Carried<'r> {
    /// `None`: there is no such key.
    pub(crate) fn from(answers: &mut Children<'r>) -> Outcome<Option<Carried<'r>>> {
        let (payload, at, left) = (answers.next(), answers.next(), answers.next());
        let payload = match not_error(payload.unwrap_or(Value::Nil))? {
            Value::String(payload) => payload,
            _ => return Ok(None),
        };
        let expires = match (at, left) {
            (Some(Value::Integer(at)), _) if at > 0 => Expires::At(at as u64),
            // A server that does not know PEXPIRETIME.
            (Some(Value::Error(_)), Some(Value::Integer(left))) if left >= 0 => Expires::In(left.max(1) as u64),
            _ => Expires::Never,
        };
        Ok(Some(Carried { payload, expires }))
    }

    /// The command that puts it in place for good.
    pub(crate) fn restored<'a>(&self, key: &'a [u8], replace: bool) -> Words<'a>
    where
        'r: 'a,
    {
        let (when, absolute) = match self.expires {
            Expires::Never => (0, false),
            Expires::At(at) => (at, true),
            Expires::In(left) => (left, false),
        };
        let mut command = words![b"RESTORE", key, when.to_string().into_bytes(), self.payload];
        command.extend(replace.then_some(b"REPLACE".into()));
        command.extend(absolute.then_some(b"ABSTTL".into()));
        command
    }

    /// The command that lets it land for so many milliseconds.
    fn restored_for<'a>(&self, key: &'a [u8], millis: u64) -> Words<'a>
    where
        'r: 'a,
    {
        words![b"RESTORE", key, millis.to_string().into_bytes(), self.payload]
    }

    /// The command that gives the key the time to live of the value.
    fn lives<'a>(&self, key: &'a [u8]) -> Words<'a> {
        match self.expires {
            Expires::Never => words![b"PERSIST", key],
            Expires::At(at) => words![b"PEXPIREAT", key, at.to_string().into_bytes()],
            Expires::In(left) => words![b"PEXPIRE", key, left.to_string().into_bytes()],
        }
    }
}
