//! SMOVE: moves a member from one set to another.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::Queries;
use crate::crossnode::transfer::dumped_value::expiry_commands;
use crate::crossnode::transfer::protocol::{DeliveryCommands, Transfer};
use crate::resp::{Reply, Value};

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut transfer = Transfer::new(job, b"");
    let mut connections = job.connections(job.servers())?;
    connections.set_watching(transfer.target, true);
    let probed = connections.try_round(&probe_requests(job, &transfer))?;
    let [source, target] = <[Reply; 2]>::try_from(probed).map_err(|_| Abort::protocol_error("two requests, but not two replies"))?;
    let mut source = replies(&source);
    let is_member = not_error(source.next().unwrap_or(Value::Nil))? == Value::Integer(1);
    // A single server checks the type of the destination only if the source exists.
    if not_error(source.next().unwrap_or(Value::Nil))? == Value::Integer(1) {
        for reply in replies(&target) {
            not_error(reply)?;
        }
    }
    if !is_member {
        connections.unwatch(transfer.target)?;
        return Ok(Reply::integer(0));
    }
    transfer.set_start_time(source.next().unwrap_or(Value::Nil))?;
    transfer.set_source_expiry(source.next(), source.next());
    move_member(job, &mut connections, &transfer)
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let transfer = Transfer::new(job, b"");
    let explanation = Explanation::new("transfer", false).round(&probe_requests(job, &transfer));
    let mut queries = Queries::default();
    queries.add(transfer.source, words![b"SISMEMBER", job.key(0), job.args[3]]);
    queries.add(transfer.source, words![b"EXISTS", job.key(0)]);
    queries.add(transfer.target, words![b"SCARD", job.key(1)]);
    let replies = queries.send(&mut job.connections(job.servers())?)?;
    Ok(match (replies.get(0), replies.get(1), replies.get(2)) {
        // A key is not a set: the server's error is returned.
        (Value::Error(_), ..) | (_, Value::Integer(1), Value::Error(_)) => explanation,
        (Value::Integer(1), ..) => transfer.explain(explanation, stage_command(job, &transfer), delivery_commands(job, &transfer)),
        _ => explanation.round(&[Request::unwatch(transfer.target)]),
    })
}

fn probe_requests<'t, 'a: 't>(job: &Job<'_, 'a>, transfer: &'t Transfer) -> [Request<'t>; 2] {
    let (source, member) = (job.key(0), job.args[3]);
    let [expire_time, ttl] = expiry_commands(source);
    let probe = vec![words![b"SISMEMBER", source, member], words![b"EXISTS", source], words![b"TIME"], expire_time, ttl];
    let watch = vec![words![b"WATCH", transfer.landing_key.as_slice()], words![b"SCARD", job.key(1)]];
    [Request::read(transfer.source, probe), Request::write(transfer.target, watch)]
}

fn stage_command<'t, 'a: 't>(job: &Job<'_, 'a>, transfer: &'t Transfer) -> Words<'t> {
    words![b"SMOVE", job.key(0), transfer.staging_key.as_slice(), job.args[3]]
}

fn delivery_commands<'t, 'a: 't>(job: &Job<'_, 'a>, transfer: &'t Transfer) -> DeliveryCommands<'t> {
    let (landing_key, member) = (transfer.landing_key.as_slice(), job.args[3]);
    DeliveryCommands {
        land: Some(words![b"SADD", landing_key, member]),
        deliver: words![b"SMOVE", landing_key, job.key(1), member],
        expire: None,
    }
}

fn move_member(job: &Job, connections: &mut Connections, transfer: &Transfer) -> Outcome<Reply> {
    let staged = transfer.stage(connections, stage_command(job, transfer))?;
    let Some(staged) = staged else { return Err(Abort::protocol_error("a transaction without watched keys was discarded")) };
    if staged.root() != Value::Integer(1) {
        transfer.remove_staging_record(connections)?;
        connections.unwatch(transfer.target)?;
        not_error(staged.root())?;
        return Ok(Reply::integer(0));
    }
    let delivery = transfer.deliver(connections, delivery_commands(job, transfer));
    let undo = words![b"SMOVE", transfer.staging_key.as_slice(), job.key(0), job.args[3]];
    transfer.finish(connections, delivery, undo)?;
    Ok(Reply::integer(1))
}
