//! Reservations: an MSETNX reserves its keys on all nodes before it stores any, so that several of them do not undo each other.
//!
//! Only MSETNX looks at reservations; all other commands write reserved keys as ever. No outcome depends on them: what makes an MSETNX store all
//! keys or none is that its transactions watch the keys. So a reservation may be ignored, or deleted, at any time.

use crate::crossnode::msetnx::part::Part;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, unix_millis, words};
use crate::crossnode::support::internal_keys::{PREFIX, REGISTRY, new_id, random_below};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::resp::{Args, Commands, Reply, Value, pack};
use std::borrow::Cow;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const KIND: &[u8] = b"reserved";

/// How long a call waits for the reservations of others, which are then those of clients that have died.
const PATIENCE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_millis(20);

/// The record of a reservation, in the field [`field`] of a node's registry.
pub(crate) struct ReservationRecord {
    /// When it was made, in milliseconds since 1970, by the clock of the client.
    pub since: u64,
}

impl ReservationRecord {
    /// `None`: this is not the record of a reservation.
    pub(crate) fn decode(bytes: &[u8]) -> Option<ReservationRecord> {
        let mut args = Args::new();
        Commands::new(bytes).next(&mut args).ok()??;
        match args.as_slice() {
            [kind, _, since] if *kind == KIND => Some(ReservationRecord { since: std::str::from_utf8(since).ok()?.parse().ok()? }),
            _ => None,
        }
    }
}

/// The field of a node's registry for the reservation of a key.
fn field(key: &[u8]) -> Vec<u8> {
    [PREFIX, b"reserved\0", key].concat()
}

/// The fields of all keys of a part.
pub(super) fn fields<'a>(part: &Part) -> impl Iterator<Item = Cow<'a, [u8]>> {
    part.pairs.iter().map(|(key, _)| Cow::from(field(key)))
}

/// The reservations of one call.
pub(super) struct Reservations {
    record: Vec<u8>,
    /// Of each part, the fields that belong to this call.
    held: Vec<Vec<Vec<u8>>>,
    /// When it first found a key reserved by another call.
    waiting_since: Option<Instant>,
    waits: u32,
}

/// What a node has looked up.
pub(super) enum Looked {
    KeyExists,
    /// No key exists, all are reserved and watched. The time of the first server, in milliseconds.
    Reserved(u64),
}

impl Reservations {
    pub(super) fn new(parts: &[Part]) -> Reservations {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
        let record = pack(&[KIND, new_id().as_bytes(), since.to_string().as_bytes()]);
        Reservations { record, held: vec![Vec::new(); parts.len()], waiting_since: None, waits: 0 }
    }

    /// Reserves and watches all keys, and looks whether one exists. Waits while they are reserved by others.
    pub(super) fn acquire(&mut self, connections: &mut Connections, parts: &[Part]) -> Outcome<Looked> {
        loop {
            let begin = Instant::now();
            let outcomes = connections.round(&self.requests(parts));
            parts.iter().for_each(|part| connections.set_watching(part.server, true));
            let looked: Vec<Outcome<(bool, u64)>> = outcomes
                .into_iter()
                .zip(&mut self.held)
                .zip(parts)
                .map(|((outcome, held), part)| read(&outcome?, &self.record, part, held))
                .collect();
            let looked = looked.into_iter().collect::<Outcome<Vec<(bool, u64)>>>()?;
            let none_exists = looked.iter().all(|(none_exists, _)| *none_exists);
            let are_all_held = self.held.iter().zip(parts).all(|(held, part)| held.len() == part.pairs.len());
            if none_exists && are_all_held {
                return Ok(Looked::Reserved(looked[0].1));
            }
            self.release(connections, parts)?;
            if !none_exists {
                return Ok(Looked::KeyExists);
            }
            self.pause(begin.elapsed());
        }
    }

    /// Of a part, these commands can be sent twice: a reservation of this call stays one.
    fn requests<'a>(&self, parts: &[Part<'a>]) -> Vec<Request<'a>> {
        let is_patient = self.waiting_since.is_none_or(|since| since.elapsed() < PATIENCE);
        let commands = |part: &Part<'a>| {
            let reserve: &[u8] = if is_patient { b"HSETNX" } else { b"HSET" };
            // Reserved first: a key that is missing after that is not stored by another MSETNX any more.
            let mut commands: Vec<Words> =
                fields(part).map(|field| words![reserve.to_vec(), REGISTRY, field, self.record.clone()]).collect();
            let mut owners = words![b"HMGET", REGISTRY];
            owners.extend(fields(part));
            commands.extend([owners, part.with_keys(b"WATCH"), part.with_keys(b"EXISTS"), words![b"TIME"]]);
            commands
        };
        parts.iter().map(|part| Request::read(part.server, commands(part))).collect()
    }

    /// Waits for a random time that grows with each attempt, in proportion to the duration of a round trip.
    fn pause(&mut self, round_trip: Duration) {
        self.waiting_since.get_or_insert_with(Instant::now);
        self.waits += 1;
        let longest = round_trip.saturating_mul(1 << self.waits.min(6)).min(MAX_PAUSE);
        std::thread::sleep(Duration::from_micros(random_below(longest.as_micros() as u64 + 1)));
    }

    /// The part is stored, and its reservations were deleted in the same transaction.
    pub(super) fn set_released(&mut self, part: usize) {
        self.held[part].clear();
    }

    /// Deletes what this call has reserved, and ends the watches.
    pub(super) fn release(&mut self, connections: &mut Connections, parts: &[Part]) -> Outcome<()> {
        let mut requests = Vec::new();
        for (held, part) in self.held.iter_mut().zip(parts) {
            let is_watching = connections.is_watching(part.server);
            let mut commands: Vec<Words> = is_watching.then(|| words![b"UNWATCH"]).into_iter().collect();
            if !held.is_empty() {
                let mut release = words![b"HDEL", REGISTRY];
                release.extend(std::mem::take(held).into_iter().map(Cow::from));
                commands.push(release);
            }
            if !commands.is_empty() {
                requests.push(Request::read(part.server, commands));
            }
        }
        if !requests.is_empty() {
            connections.try_round(&requests)?;
            requests.iter().for_each(|request| connections.set_watching(request.server, false));
        }
        Ok(())
    }
}

/// The requests that end watches and reservations of all parts, for `explain`.
pub(super) fn release_requests<'a>(parts: &[Part<'a>]) -> Vec<Request<'a>> {
    let commands = |part: &Part| {
        let mut release = words![b"HDEL", REGISTRY];
        release.extend(fields(part));
        vec![words![b"UNWATCH"], release]
    };
    parts.iter().map(|part| Request::read(part.server, commands(part))).collect()
}

/// The requests of [`Reservations::acquire`], for `explain`.
pub(super) fn acquire_requests<'a>(parts: &[Part<'a>]) -> Vec<Request<'a>> {
    Reservations::new(parts).requests(parts)
}

/// Reads what a node replies: whether none of its keys exists, and its time. Notes which keys are reserved by this call.
fn read(reply: &Reply, record: &[u8], part: &Part, held: &mut Vec<Vec<u8>>) -> Outcome<(bool, u64)> {
    let mut values = replies(reply);
    values.by_ref().take(part.pairs.len()).try_for_each(|value| not_error(value).map(drop))?;
    let Value::Array(owners) = not_error(values.next().unwrap_or(Value::Nil))? else {
        return Err(Abort::protocol_error("the reply to HMGET is not an array"));
    };
    *held = fields(part).zip(owners).filter(|(_, owner)| *owner == Value::String(record)).map(|(field, _)| field.into_owned()).collect();
    not_error(values.next().unwrap_or(Value::Nil))?;
    let none_exists = not_error(values.next().unwrap_or(Value::Nil))? == Value::Integer(0);
    Ok((none_exists, unix_millis(values.next().unwrap_or(Value::Nil))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_tells_when_the_reservation_was_made() {
        let record = Reservations::new(&[]).record;
        assert!(ReservationRecord::decode(&record).is_some_and(|record| record.since > 1_700_000_000_000));
        assert!(ReservationRecord::decode(b"*1\r\n$1\r\nx\r\n").is_none());
    }
}
