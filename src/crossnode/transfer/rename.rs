//! RENAME and RENAMENX: moves a value of any type, with its time to live.
//!
//! The value is first copied to the landing key while the source stays as it is. Only then is the source staged, if it has not changed, and the
//! copy moved to its destination. So even a large value is missing for a moment only, and most errors occur before anything has changed.
//!
//! RENAMENX looks at the destination when the copy lands, and nothing is staged if it exists. The server's own RENAMENX, from the landing key to
//! the destination, decides: a destination that was created in between makes the source missing for a moment, other writes to it do not matter.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::Queries;
use crate::crossnode::support::retry::Retry;
use crate::crossnode::transfer::dumped_value::{DumpedValue, dump_commands, expiry_commands};
use crate::crossnode::transfer::protocol::{Delivery, DeliveryCommands, Transfer};
use crate::crossnode::transfer::record::RecordState;
use crate::error::{Code, Error};
use crate::resp::{Reply, Value};

/// The time to live of the landing key, in milliseconds: a copy that is never delivered must not stay for ever.
const LANDING_TTL: u64 = 600_000;

pub(crate) struct Rename<'a> {
    pub source: &'a [u8],
    pub destination: &'a [u8],
    /// Fail if the destination exists.
    pub only_new: bool,
}

/// How an attempt ended.
pub(crate) enum Attempt {
    /// Another client changed the source, and nothing was done.
    SourceChanged,
    /// The destination exists, but must not. Nothing was done.
    DestinationExists,
    /// The source is in the staging key.
    Staged(Outcome<Delivery>),
}

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = job.connections(job.servers())?;
    let rename = Rename::new(job);
    let mut retry = Retry::new();
    while retry.next_attempt() {
        let mut transfer = Transfer::new(job, b"");
        let is_delivered = match rename.attempt(&mut connections, &mut transfer)? {
            Attempt::SourceChanged => continue,
            Attempt::DestinationExists => false,
            Attempt::Staged(delivery) => {
                let undo = words![b"RENAMENX", transfer.staging_key.as_slice(), job.key(0)];
                transfer.finish(&mut connections, delivery, undo)?
            }
        };
        return Ok(if rename.only_new { Reply::integer(i64::from(is_delivered)) } else { Reply::status(b"OK") });
    }
    let text = format!("{}: other clients changed the source in each of {} attempts to copy it; try again", job.name(), retry.attempts());
    Err(Error::new(Code::Timeout, text).into())
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let rename = Rename::new(job);
    let transfer = Transfer::new(job, b"");
    let mut queries = Queries::default();
    queries.add(transfer.source, words![b"EXISTS", job.key(0)]);
    for command in expiry_commands(job.key(0)) {
        queries.add(transfer.source, command);
    }
    queries.add(transfer.target, words![b"EXISTS", job.key(1)]);
    let replies = queries.send(&mut job.connections(job.servers())?)?;
    let explanation = Explanation::new("transfer", false).round(&[rename.dump_request(&transfer)]);
    if replies.get(0) == Value::Integer(0) {
        return Ok(explanation.round(&[Request::unwatch(transfer.source)]));
    }
    let value = DumpedValue::without_payload(replies.get(1), replies.get(2));
    let explanation = explanation.round(&[rename.landing_request(&transfer, &value)]);
    if rename.only_new && replies.get(3) == Value::Integer(1) {
        return Ok(explanation
            .round(&[Request::unwatch(transfer.target)])
            .round(&[transfer.remove_landing_key_request()])
            .round(&[Request::unwatch(transfer.source)]));
    }
    Ok(transfer.explain(explanation, rename.stage_command(&transfer), rename.delivery_commands(&transfer, &value)))
}

impl<'a> Rename<'a> {
    fn new(job: &Job<'_, 'a>) -> Rename<'a> {
        Rename { source: job.key(0), destination: job.key(1), only_new: job.args[0].eq_ignore_ascii_case(b"RENAMENX") }
    }

    fn dump_request(&self, transfer: &Transfer) -> Request<'a> {
        let mut commands = vec![words![b"WATCH", self.source]];
        commands.extend(dump_commands(self.source));
        commands.push(words![b"TIME"]);
        Request::write(transfer.source, commands)
    }

    fn landing_request<'t>(&self, transfer: &'t Transfer, value: &DumpedValue<'t>) -> Request<'t>
    where
        'a: 't,
    {
        let (landing_key, destination) = (transfer.landing_key.as_slice(), self.destination);
        // The record comes first, so that no copy is without one; inside MULTI a large value would take a fifth longer.
        let commands = vec![
            transfer.add_record_command(RecordState::Landing),
            value.restore_with_ttl_command(landing_key, LANDING_TTL),
            words![b"WATCH", landing_key],
            // `recover` may have deleted the copy before WATCH.
            words![b"EXISTS", landing_key],
            words![b"EXISTS", destination],
        ];
        Request::write(transfer.target, commands)
    }

    fn stage_command<'t>(&self, transfer: &'t Transfer) -> Words<'t>
    where
        'a: 't,
    {
        words![b"RENAME", self.source, transfer.staging_key.as_slice()]
    }

    fn delivery_commands<'t>(&self, transfer: &'t Transfer, value: &DumpedValue) -> DeliveryCommands<'t>
    where
        'a: 't,
    {
        let (landing_key, destination) = (transfer.landing_key.as_slice(), self.destination);
        if self.only_new {
            // The expiry comes first: it must not reach a destination that exists.
            let land = Some(value.expire_command(landing_key));
            return DeliveryCommands { land, deliver: words![b"RENAMENX", landing_key, destination], expire: None };
        }
        let expire = Some(value.expire_command(destination));
        DeliveryCommands { land: None, deliver: words![b"RENAME", landing_key, destination], expire }
    }

    /// Copies the source, then stages it if it has not changed, and delivers the copy. The error of a source that does not exist is the server's.
    pub(crate) fn attempt(&self, connections: &mut Connections, transfer: &mut Transfer) -> Outcome<Attempt> {
        connections.set_watching(transfer.source, true);
        let dump = connections.send(self.dump_request(transfer))?;
        let mut dump = replies(&dump);
        not_error(dump.next().unwrap_or(Value::Nil))?;
        let Some(value) = DumpedValue::from_replies(&mut dump)? else {
            connections.unwatch(transfer.source)?;
            return Err(Abort::refusal("ERR no such key"));
        };
        transfer.set_start_time(dump.next().unwrap_or(Value::Nil))?;
        if !self.land(connections, transfer, &value)? {
            connections.unwatch(transfer.source)?;
            return Ok(Attempt::DestinationExists);
        }
        if !self.stage(connections, transfer)? {
            return Ok(Attempt::SourceChanged);
        }
        Ok(Attempt::Staged(transfer.deliver(connections, self.delivery_commands(transfer, &value))))
    }

    /// Copies the value to the landing key. False: the destination exists, but must not.
    fn land(&self, connections: &mut Connections, transfer: &Transfer, value: &DumpedValue) -> Outcome<bool> {
        connections.set_watching(transfer.target, true);
        let reply = connections.send(self.landing_request(transfer, value))?;
        let has_landed = replies(&reply).nth(3) == Some(Value::Integer(1));
        let exists = replies(&reply).nth(4) == Some(Value::Integer(1));
        let landing = replies(&reply).take(2).try_for_each(|reply| not_error(reply).map(drop));
        match landing {
            Ok(()) if !has_landed => Err(transfer.undone_error()),
            Ok(()) if !(exists && self.only_new) => Ok(true),
            outcome => {
                connections.unwatch(transfer.target)?;
                transfer.remove_landing_key(connections)?;
                outcome.map(|()| false)
            }
        }
    }

    /// Moves the source to the staging key. False: it has changed since it was copied, and the copy is removed.
    fn stage(&self, connections: &mut Connections, transfer: &Transfer) -> Outcome<bool> {
        let outcome = match transfer.stage(connections, self.stage_command(transfer)) {
            Ok(Some(reply)) if matches!(reply.root(), Value::Status(_)) => return Ok(true),
            Ok(Some(_)) => return Err(Abort::protocol_error("a watched key vanished, but the transaction was executed")),
            // It may have been executed: the copy must stay for `recover`.
            Err(Abort::Error(error)) if error.executed() => return Err(error.into()),
            Ok(None) => Ok(false),
            Err(abort) => Err(abort),
        };
        connections.unwatch(transfer.target)?;
        transfer.remove_landing_key(connections)?;
        outcome
    }
}
