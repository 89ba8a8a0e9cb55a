//! LMOVE, RPOPLPUSH, BLMOVE, BRPOPLPUSH: an element from one list to another.

use crate::crossnode::Job;
use crate::crossnode::support::block_timeout::deadline_in_seconds;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::key_watch::KeyWatch;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::transfer::protocol::Transfer;
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// What the arguments say.
struct Ends {
    from: &'static [u8],
    to: &'static [u8],
    /// The argument that says how long to block.
    timeout: Option<usize>,
}

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let Some(ends) = ends(job.args) else { return refused(job) };
    let Some(timeout) = ends.timeout else { return Ok(pass(job, &ends)?.unwrap_or_else(Reply::nil)) };
    let deadline = deadline_in_seconds(job.args[timeout])?;
    if let Some(reply) = pass(job, &ends)? {
        return Ok(reply);
    }
    let mut waiter = KeyWatch::new(job, &[(job.server_of(0), job.key(0))])?;
    loop {
        if let Some(reply) = pass(job, &ends)? {
            return Ok(reply);
        }
        if !waiter.wait(deadline)? {
            return Ok(Reply::nil_array());
        }
    }
}

fn ends(args: &[&[u8]]) -> Option<Ends> {
    let end = |word: &[u8]| [&b"LEFT"[..], b"RIGHT"].into_iter().find(|end| word.eq_ignore_ascii_case(end));
    match args[0].to_ascii_uppercase().as_slice() {
        b"RPOPLPUSH" => Some(Ends { from: b"RIGHT", to: b"LEFT", timeout: None }),
        b"BRPOPLPUSH" => Some(Ends { from: b"RIGHT", to: b"LEFT", timeout: Some(3) }),
        b"LMOVE" => Some(Ends { from: end(args[3])?, to: end(args[4])?, timeout: None }),
        _ => Some(Ends { from: end(args[3])?, to: end(args[4])?, timeout: Some(5) }),
    }
}

/// Arguments that we do not understand: the server says what is wrong with them, before it looks at any key.
fn refused(job: &Job) -> Outcome<Reply> {
    let server = job.server_of(0);
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from(job.key(0));
    command[2] = Cow::from(job.key(0));
    let mut connections = job.connections([server])?;
    let answer = connections.send(Request::write(server, vec![command]))?;
    Ok(answer.extract(1))
}

/// Moves an element if there is one.
fn pass(job: &Job, ends: &Ends) -> Outcome<Option<Reply>> {
    let mut transfer = Transfer::new(job, ends.from);
    let mut connections = job.connections(job.servers())?;
    let asks = [
        Request::read(transfer.source, vec![words![b"LLEN", job.key(0)], words![b"TIME"], words![b"PEXPIRETIME", job.key(0)]]),
        Request::write(transfer.target, vec![words![b"WATCH", transfer.landing.clone()], words![b"LLEN", job.key(1)]]),
    ];
    connections.set_watching(transfer.target, true);
    let [there, here] =
        <[Reply; 2]>::try_from(connections.try_round(&asks)?).map_err(|_| Abort::protocol_error("two servers were asked"))?;
    let mut there = replies(&there);
    let length = not_error(there.next().unwrap_or(Value::Nil))?;
    if length == Value::Integer(0) {
        connections.unwatch(transfer.target)?;
        return Ok(None);
    }
    transfer.at(there.next().unwrap_or(Value::Nil))?;
    transfer.expires(there.next().unwrap_or(Value::Nil));
    for reply in replies(&here) {
        not_error(reply)?;
    }
    transfer_element(&mut connections, &transfer, job, ends)
}

fn transfer_element(connections: &mut Connections, transfer: &Transfer, job: &Job, ends: &Ends) -> Outcome<Option<Reply>> {
    let staged = transfer.staged.as_slice();
    let claim = words![b"LMOVE", job.key(0), staged, ends.from, b"LEFT"];
    let Some(claimed) = transfer.claim(connections, claim)? else {
        return Err(Abort::protocol_error("a transaction that watched nothing was given up"));
    };
    let element = match claimed.root() {
        Value::String(element) => element,
        other => {
            transfer.unclaimed(connections)?;
            connections.unwatch(transfer.target)?;
            not_error(other)?;
            return Ok(None);
        }
    };
    let landing = transfer.landing.as_slice();
    let last = words![b"LMOVE", landing, job.key(1), b"LEFT", ends.to];
    let back = words![b"LMOVE", staged, job.key(0), b"LEFT", ends.from];
    let delivered = transfer.deliver(connections, vec![words![b"RPUSH", landing, element]], last, None);
    transfer.settle(connections, delivered, back)?;
    Ok(Some(claimed))
}
