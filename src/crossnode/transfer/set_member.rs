//! SMOVE: a member from one set to another.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, replies, words};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::transfer::protocol::Transfer;
use crate::resp::{Reply, Value};

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let member = job.args[3];
    let mut transfer = Transfer::new(job, b"");
    let mut connections = job.connections(job.servers())?;
    let look =
        vec![words![b"SISMEMBER", job.key(0), member], words![b"EXISTS", job.key(0)], words![b"TIME"], words![b"PEXPIRETIME", job.key(0)]];
    let asks = [
        Request::read(transfer.source, look),
        Request::write(transfer.target, vec![words![b"WATCH", transfer.landing.clone()], words![b"SCARD", job.key(1)]]),
    ];
    connections.set_watching(transfer.target, true);
    let [there, here] =
        <[Reply; 2]>::try_from(connections.try_round(&asks)?).map_err(|_| Abort::protocol_error("two servers were asked"))?;
    let mut there = replies(&there);
    let is_member = not_error(there.next().unwrap_or(Value::Nil))? == Value::Integer(1);
    // One server looks at the destination only where there is a source.
    if not_error(there.next().unwrap_or(Value::Nil))? == Value::Integer(1) {
        for reply in replies(&here) {
            not_error(reply)?;
        }
    }
    if !is_member {
        connections.unwatch(transfer.target)?;
        return Ok(Reply::integer(0));
    }
    transfer.at(there.next().unwrap_or(Value::Nil))?;
    transfer.expires(there.next().unwrap_or(Value::Nil));
    transfer_member(&mut connections, &transfer, job, member)
}

fn transfer_member(connections: &mut Connections, transfer: &Transfer, job: &Job, member: &[u8]) -> Outcome<Reply> {
    let (staged, landing) = (transfer.staged.as_slice(), transfer.landing.as_slice());
    let claimed = transfer.claim(connections, words![b"SMOVE", job.key(0), staged, member])?;
    let Some(claimed) = claimed else { return Err(Abort::protocol_error("a transaction that watched nothing was given up")) };
    if claimed.root() != Value::Integer(1) {
        transfer.unclaimed(connections)?;
        connections.unwatch(transfer.target)?;
        not_error(claimed.root())?;
        return Ok(Reply::integer(0));
    }
    let last = words![b"SMOVE", landing, job.key(1), member];
    let delivered = transfer.deliver(connections, vec![words![b"SADD", landing, member]], last, None);
    transfer.settle(connections, delivered, words![b"SMOVE", staged, job.key(0), member])?;
    Ok(Reply::integer(1))
}
