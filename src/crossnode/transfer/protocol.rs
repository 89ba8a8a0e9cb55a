//! The steps that all transfers have in common.
//!
//! 1. The target server watches the landing key, a hidden key. It does not exist yet, or it has a copy of the value that was made beforehand.
//! 2. Stage: the source server moves the value to the staging key, a hidden key, and adds a record of it, in one transaction.
//! 3. Deliver: the target server writes the value to the landing key, adds a record of the delivery, and moves the value to its destination by
//!    the command itself, in one transaction. If that command fails, the value stays in the landing key, which shows that it was not delivered.
//! 4. Clean up: the source server deletes the staging key and its record, then the target server deletes the record of the delivery.
//!
//! So the value was delivered if, and only if, the target server has a record of the delivery and no landing key. Before `recover` undoes an
//! interrupted transfer it writes to the landing key: a delivery that is still in progress then fails, because its watched key has changed.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{
    Connections, Request, TransactionResult, Words, replies, transaction_result, unix_millis, words,
};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::transfer::record::{Record, RecordState};
use crate::error::{Code, Error, printable};
use crate::resp::{Reply, Value};

pub(crate) struct Transfer {
    /// The source server.
    pub source: usize,
    /// The target server.
    pub target: usize,
    /// On the source server.
    pub staging_key: Vec<u8>,
    /// On the target server.
    pub landing_key: Vec<u8>,
    pub record: Record,
}

/// The commands of a delivery that depend on what is moved.
pub(crate) struct DeliveryCommands<'a> {
    /// Writes the value to the landing key, or its time to live if the value is there already.
    pub land: Option<Words<'a>>,
    /// Moves the value from the landing key to its destination.
    pub deliver: Words<'a>,
    /// Sets the time to live of the destination.
    pub expire: Option<Words<'a>>,
}

/// The result of a delivery to which the target server has replied.
pub(crate) enum Delivery {
    Delivered,
    /// The destination exists, but must not; nothing was delivered.
    DestinationExists,
    /// The server rejected the command; nothing was delivered.
    Rejected(Box<[u8]>),
    /// A watched key had changed; nothing was delivered.
    Conflict,
}

impl Transfer {
    /// From the first key of a command to the second. `source_end` is the end of a list that the value leaves.
    pub(crate) fn new(job: &Job, source_end: &[u8]) -> Transfer {
        let id = internal_keys::new_id();
        let alias = |key: usize| job.config.masters[job.command.keys[key].master()].alias.clone();
        Transfer {
            source: job.server_of(0),
            target: job.server_of(1),
            staging_key: internal_keys::key(&id, "staged"),
            landing_key: internal_keys::key(&id, "landing"),
            record: Record {
                state: RecordState::Staged,
                id,
                started_ms: 0,
                masters: job.config.masters.len(),
                command: job.args[0].to_ascii_uppercase(),
                from: alias(0),
                to: alias(1),
                source: job.key(0).to_vec(),
                destination: job.key(1).to_vec(),
                source_end: source_end.to_vec(),
                expires_ms: 0,
            },
        }
    }

    /// Moves the value of an interrupted transfer, which is in a staging key, to another destination, under a new id.
    pub(crate) fn resumed(interrupted: &Record, source: usize, target: usize, to: &str, destination: &[u8]) -> Transfer {
        let id = internal_keys::new_id();
        Transfer {
            source,
            target,
            staging_key: internal_keys::key(&id, "staged"),
            landing_key: internal_keys::key(&id, "landing"),
            record: Record { id, to: to.to_owned(), destination: destination.to_vec(), ..interrupted.clone() },
        }
    }

    /// Takes the time of the source server from its reply to TIME.
    pub(crate) fn set_start_time(&mut self, time: Value) -> Outcome<()> {
        self.record.started_ms = unix_millis(time)?;
        Ok(())
    }

    /// Takes the expiry of the source from the replies to PEXPIRETIME, which servers before 7.0 do not know, and to PTTL. Call
    /// [`Transfer::set_start_time`] first.
    pub(crate) fn set_source_expiry(&mut self, expire_time: Option<Value>, ttl: Option<Value>) {
        self.record.expires_ms = match (expire_time, ttl) {
            (Some(Value::Integer(millis)), _) => millis.max(0) as u64,
            (Some(Value::Error(_)), Some(Value::Integer(millis))) if millis >= 0 => self.record.started_ms + millis as u64,
            _ => 0,
        };
    }

    /// The command that adds the record of the staging key or of the landing key.
    pub(crate) fn add_record_command(&self, state: RecordState) -> Words<'_> {
        let key = if state == RecordState::Staged { &self.staging_key } else { &self.landing_key };
        words![b"HSET", REGISTRY, key.as_slice(), self.record.encode(state)]
    }

    fn remove_record_command(hidden_key: &[u8]) -> Words<'_> {
        words![b"HDEL", REGISTRY, hidden_key]
    }

    fn stage_request<'a>(&'a self, command: Words<'a>) -> Request<'a> {
        Request::transaction(self.source, vec![command, self.add_record_command(RecordState::Staged)])
    }

    /// Moves the value to the staging key by this command and returns its reply, which may be an error. `None`: a watched key had changed, and
    /// nothing was done.
    pub(crate) fn stage(&self, connections: &mut Connections, command: Words) -> Outcome<Option<Reply>> {
        let reply = connections.send(self.stage_request(command)).map_err(|error| self.staging_error(error))?;
        connections.set_watching(self.source, false);
        match transaction_result(&reply)? {
            TransactionResult::Conflict => Ok(None),
            TransactionResult::Done(_) => Ok(Some(reply_in_transaction(reply, 2, 0)?)),
        }
    }

    /// Removes the record of a staging key after the source had nothing to move.
    pub(crate) fn remove_staging_record(&self, connections: &mut Connections) -> Outcome<()> {
        connections.send(Request::write(self.source, vec![Transfer::remove_record_command(&self.staging_key)]))?;
        Ok(())
    }

    fn delivery_request<'a>(&'a self, commands: DeliveryCommands<'a>) -> Request<'a> {
        let mut all: Vec<Words> = commands.land.into_iter().collect();
        all.push(self.add_record_command(RecordState::Delivered));
        all.push(commands.deliver);
        all.extend(commands.expire);
        Request::transaction(self.target, all)
    }

    pub(crate) fn deliver(&self, connections: &mut Connections, commands: DeliveryCommands) -> Outcome<Delivery> {
        let deliver_index = usize::from(commands.land.is_some()) + 1;
        let count = deliver_index + 1 + usize::from(commands.expire.is_some());
        let reply = connections.send(self.delivery_request(commands));
        connections.set_watching(self.target, false);
        let reply = reply?;
        match transaction_result(&reply) {
            Ok(TransactionResult::Done(_)) => {}
            Ok(TransactionResult::Conflict) => return Ok(Delivery::Conflict),
            Err(Abort::Refusal(text)) => return Ok(Delivery::Rejected(text)),
            Err(abort) => return Err(abort),
        }
        let reply = reply_in_transaction(reply, count, deliver_index)?;
        match reply.root() {
            Value::Error(text) => Ok(Delivery::Rejected(text.into())),
            // Only RENAMENX can reply so: SMOVE has its member in the landing key.
            Value::Integer(0) => Ok(Delivery::DestinationExists),
            _ => Ok(Delivery::Delivered),
        }
    }

    /// Ends a transfer: cleans up if the value was delivered, undoes it by `undo` if it certainly was not. Otherwise everything stays where it
    /// is, and the error says where. Returns false if the destination exists, but must not.
    pub(crate) fn finish(&self, connections: &mut Connections, delivery: Outcome<Delivery>, undo: Words) -> Outcome<bool> {
        match delivery {
            Ok(Delivery::Delivered) => {
                self.clean_up(connections);
                Ok(true)
            }
            Ok(Delivery::DestinationExists) => {
                self.undo(connections, undo)?;
                Ok(false)
            }
            Ok(Delivery::Rejected(text)) => {
                self.undo(connections, undo)?;
                Err(Abort::Refusal(text))
            }
            Ok(Delivery::Conflict) => {
                self.undo(connections, undo)?;
                Err(self.undone_error())
            }
            Err(Abort::Error(error)) if !error.executed() => {
                self.undo(connections, undo)?;
                Err(error.into())
            }
            Err(Abort::Error(error)) => Err(self.interrupted_error(error)),
            Err(abort) => Err(abort),
        }
    }

    /// One request to the source server, then one to the target server.
    fn clean_up_requests(&self) -> [Request<'_>; 2] {
        let staged = vec![words![b"UNLINK", self.staging_key.as_slice()], Transfer::remove_record_command(&self.staging_key)];
        let delivered = vec![Transfer::remove_record_command(&self.landing_key)];
        [Request::transaction(self.source, staged), Request::write(self.target, delivered)]
    }

    /// Deletes the staging key and the records. The value has been moved, so the caller's command succeeds even if this fails; `recover` then
    /// finds the records.
    pub(crate) fn clean_up(&self, connections: &mut Connections) {
        for request in self.clean_up_requests() {
            if connections.send(request).is_err() {
                return;
            }
        }
    }

    pub(crate) fn remove_landing_key_request(&self) -> Request<'_> {
        let commands = vec![words![b"UNLINK", self.landing_key.as_slice()], Transfer::remove_record_command(&self.landing_key)];
        Request::transaction(self.target, commands)
    }

    /// Deletes the landing key of a value that was not delivered, and its record.
    pub(crate) fn remove_landing_key(&self, connections: &mut Connections) -> Result<(), Error> {
        connections.send(self.remove_landing_key_request()).map(drop)
    }

    /// Moves the value from the staging key back to the source by `undo`, after a delivery that certainly did not happen.
    fn undo(&self, connections: &mut Connections, undo: Words) -> Outcome<()> {
        self.remove_landing_key(connections).map_err(|error| self.interrupted_error(error))?;
        match restore_source(connections, self.source, &self.record, &self.staging_key, vec![undo]) {
            Ok(None) => {
                // If this fails, `recover` finds a record without a staging key and removes it.
                let _ = self.remove_staging_record(connections);
                Ok(())
            }
            Ok(Some(reason)) => Err(self.stuck_error(&reason)),
            // The source server may have become a replica meanwhile.
            Err(Abort::Refusal(text)) => Err(self.stuck_error(&String::from_utf8_lossy(&text))),
            Err(Abort::Error(error)) => Err(self.interrupted_error(error)),
        }
    }

    fn stuck_error(&self, reason: &str) -> Abort {
        let text = format!("{}: the value could not be moved back to its key: {reason}", printable(&self.record.command));
        self.interrupted_error(Error::new(Code::Io, text))
    }

    /// Appends the rounds of a transfer that succeeds: stage, deliver and clean up.
    pub(crate) fn explain(&self, explanation: Explanation, stage: Words, delivery: DeliveryCommands) -> Explanation {
        let [clean_source, clean_target] = self.clean_up_requests();
        explanation
            .round(&[self.stage_request(stage)])
            .round(&[self.delivery_request(delivery)])
            .round(&[clean_source])
            .round(&[clean_target])
    }

    /// The landing key was changed: by `recover`, or because it expired.
    pub(crate) fn undone_error(&self) -> Abort {
        let text = format!(
            "{}: the transfer took too long and was undone, because recover ran or the copy expired; try again",
            printable(&self.record.command)
        );
        Error::new(Code::Timeout, text).on_node(&self.record.to).into()
    }

    /// An error of the request that moves the value to the staging key: it may have been executed.
    fn staging_error(&self, error: Error) -> Abort {
        if error.executed() { self.interrupted_error(error) } else { error.into() }
    }

    /// An error after which the value may be in the staging key.
    pub(crate) fn interrupted_error(&self, error: Error) -> Abort {
        let text = format!(
            "; nothing is lost: the value that moves from \"{}\" to \"{}\" is kept on {}; call recover to complete or undo the move",
            printable(&self.record.source),
            printable(&self.record.destination),
            self.record.from
        );
        Abort::Error(error.with_suffix(&text).maybe_executed())
    }
}

/// Moves a staged value back to its source by some commands, and sets the expiry of the source if it no longer existed. Returns the reason if
/// that is impossible; then nothing was done. A value that is no longer in the staging key needs nothing: another client has moved it back, or it
/// has expired.
pub(crate) fn restore_source(
    connections: &mut Connections,
    server: usize,
    record: &Record,
    staging_key: &[u8],
    commands: Vec<Words>,
) -> Outcome<Option<String>> {
    let source = record.source.as_slice();
    let mut retry = Retry::new();
    while retry.next_attempt() {
        connections.set_watching(server, true);
        let reply = connections.send(Request::write(server, vec![words![b"WATCH", source], words![b"EXISTS", source]]))?;
        let is_missing = replies(&reply).nth(1) == Some(Value::Integer(0));
        let mut transaction = commands.clone();
        if is_missing && record.expires_ms > 0 {
            transaction.push(words![b"PEXPIREAT", source, record.expires_ms.to_string().into_bytes()]);
        }
        let reply = connections.send(Request::transaction(server, transaction))?;
        connections.set_watching(server, false);
        if let TransactionResult::Done(done) = transaction_result(&reply)? {
            let reason = done.take(commands.len()).find_map(|reply| match reply {
                Value::Error(text) => Some(String::from_utf8_lossy(text).into_owned()),
                Value::Integer(0) | Value::Nil => Some("the key exists again".to_owned()),
                _ => None,
            });
            if reason.is_none() {
                return Ok(None);
            }
            let exists = connections.send(Request::read(server, vec![words![b"EXISTS", staging_key]]))?;
            let is_gone = replies(&exists).next() == Some(Value::Integer(0));
            return Ok(reason.filter(|_| !is_gone));
        }
    }
    Ok(Some("other clients keep changing the key".to_owned()))
}

/// The reply to the command of this index in a transaction of so many commands.
fn reply_in_transaction(reply: Reply, commands: usize, index: usize) -> Outcome<Reply> {
    // Entry 0 is the root. Then come OK for MULTI, QUEUED for each command, and the array for EXEC.
    let exec = 2 + commands;
    let is_exec = reply.entries().get(exec).is_some_and(|entry| entry.has_children() && entry.length() == commands);
    match reply.element(exec, index) {
        Some(place) if is_exec => Ok(reply.extract(place)),
        _ => Err(Abort::protocol_error("the reply to EXEC has the wrong number of elements")),
    }
}
