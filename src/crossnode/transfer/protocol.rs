//! The steps that all transfers have in common.
//!
//! 1. The target's server watches the landing place, a hidden key that is not there yet (or holds a copy made beforehand).
//! 2. Claim, on the source's server: what is to go moves into the staged key, and a note is made of it, in one step.
//! 3. Deliver, on the target's server: it lands in the hidden key and moves from there to its destination by the server's own command, and a
//!    note is made that it did, in one step. If that command is refused it stays in the landing place, which tells that it was not delivered.
//! 4. The staged key and its note are removed, then the note of the delivery.
//!
//! So it is delivered if, and only if, there is a note of the delivery and nothing in the landing place. Who wants to undo a transfer that seems
//! abandoned touches the landing place first: a delivery that is still under way then finds that what it watches was changed, and does nothing.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{
    Connections, Request, TransactionResult, Words, replies, transaction_result, unix_millis, words,
};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::internal_keys::REGISTRY;
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::transfer::record::{Record, Role};
use crate::error::{Code, Error, printable};
use crate::resp::{Reply, Value};

pub(crate) struct Transfer {
    pub source: usize,
    pub target: usize,
    /// The hidden key on the source's server.
    pub staged: Vec<u8>,
    /// The hidden key on the target's server.
    pub landing: Vec<u8>,
    note: Record,
}

/// What became of a delivery that was answered.
pub(crate) enum Delivered {
    Yes,
    /// The last command was refused, or what is watched was changed; nothing was delivered.
    Refused(Option<Box<[u8]>>),
}

impl Transfer {
    /// From the first key of a command to the second. `end`: which end of a list it leaves.
    pub(crate) fn new(job: &Job, end: &[u8]) -> Transfer {
        let id = internal_keys::new_id();
        let alias = |key: usize| job.config.masters[job.command.keys[key].master()].alias.clone();
        Transfer {
            source: job.server_of(0),
            target: job.server_of(1),
            staged: internal_keys::key(&id, "staged"),
            landing: internal_keys::key(&id, "landing"),
            note: Record {
                role: Role::Staged,
                id,
                since: 0,
                masters: job.config.masters.len(),
                command: job.args[0].to_ascii_uppercase(),
                from: alias(0),
                to: alias(1),
                source: job.key(0).to_vec(),
                destination: job.key(1).to_vec(),
                end: end.to_vec(),
                expires: 0,
            },
        }
    }

    /// Notes the time of the source's server, from the answer to TIME.
    pub(crate) fn at(&mut self, time: Value) -> Outcome<()> {
        self.note.since = unix_millis(time)?;
        Ok(())
    }

    /// Notes when the source expires, from the answer to PEXPIRETIME. Servers before 7.0 do not tell.
    pub(crate) fn expires(&mut self, at: Value) {
        self.note.expires = if let Value::Integer(at) = at { at.max(0) as u64 } else { 0 };
    }

    /// The command that makes a note of a hidden key.
    pub(crate) fn noted(&self, role: Role) -> Words<'_> {
        let key = if role == Role::Staged { &self.staged } else { &self.landing };
        words![b"HSET", REGISTRY, key.as_slice(), self.note.encode(role)]
    }

    fn forgotten<'a>(&self, key: &'a [u8]) -> Words<'a> {
        words![b"HDEL", REGISTRY, key]
    }

    /// Claims what is to go by a command into the staged key; answers that command's reply, which may be an error. `None`: a watched key was
    /// changed, and nothing was done.
    pub(crate) fn claim(&self, connections: &mut Connections, command: Words) -> Outcome<Option<Reply>> {
        let commands = vec![command, self.noted(Role::Staged)];
        let answer = connections.send(Request::transaction(self.source, commands)).map_err(|error| self.staged_perhaps(error))?;
        connections.set_watching(self.source, false);
        match transaction_result(&answer)? {
            TransactionResult::Conflict => Ok(None),
            TransactionResult::Done(_) => Ok(Some(nth_of_transaction(answer, 2, 0)?)),
        }
    }

    /// Takes back the note of a claim that found nothing to claim.
    pub(crate) fn unclaimed(&self, connections: &mut Connections) -> Outcome<()> {
        connections.send(Request::write(self.source, vec![self.forgotten(&self.staged)]))?;
        Ok(())
    }

    /// Lands what is to go by some commands and moves it to its destination by `last`; then perhaps something more.
    pub(crate) fn deliver(
        &self,
        connections: &mut Connections,
        landing: Vec<Words>,
        last: Words,
        more: Option<Words>,
    ) -> Result<Delivered, Abort> {
        let place = landing.len() + 1;
        let mut commands = landing;
        commands.push(self.noted(Role::Delivered));
        commands.push(last);
        commands.extend(more);
        let count = commands.len();
        let answer = connections.send(Request::transaction(self.target, commands));
        connections.set_watching(self.target, false);
        let answer = answer.map_err(Abort::Error)?;
        match transaction_result(&answer) {
            Ok(TransactionResult::Done(_)) => {}
            Ok(TransactionResult::Conflict) => return Ok(Delivered::Refused(None)),
            Err(Abort::Refusal(text)) => return Ok(Delivered::Refused(Some(text))),
            Err(error) => return Err(error),
        }
        let reply = nth_of_transaction(answer, count, place)?;
        match reply.root() {
            Value::Error(text) => Ok(Delivered::Refused(Some(text.into()))),
            _ => Ok(Delivered::Yes),
        }
    }

    /// Ends a transfer, whatever became of its delivery: cleaned up where it was delivered, undone by `back` where it certainly was not, else
    /// left as it is and told of.
    pub(crate) fn settle(&self, connections: &mut Connections, delivered: Outcome<Delivered>, back: Words) -> Outcome<()> {
        match delivered {
            Ok(Delivered::Yes) => {
                self.clean(connections);
                Ok(())
            }
            Ok(Delivered::Refused(text)) => {
                self.undo(connections, back)?;
                Err(text.map_or_else(|| self.overtaken(), Abort::Refusal))
            }
            Err(Abort::Error(error)) if !error.executed() => {
                self.undo(connections, back)?;
                Err(error.into())
            }
            Err(Abort::Error(error)) => Err(self.kept(error)),
            Err(stop) => Err(stop),
        }
    }

    /// Removes what the transfer has left on both servers. It has been carried out, so a failure here is none of the caller's; what it
    /// leaves is found by the notes.
    pub(crate) fn clean(&self, connections: &mut Connections) {
        let staged = vec![words![b"UNLINK", self.staged.as_slice()], self.forgotten(&self.staged)];
        if connections.send(Request::transaction(self.source, staged)).is_ok() {
            let _ = connections.send(Request::write(self.target, vec![self.forgotten(&self.landing)]));
        }
    }

    /// Removes what has landed and was not delivered.
    pub(crate) fn clear_landing(&self, connections: &mut Connections) -> Result<(), Error> {
        let commands = vec![words![b"UNLINK", self.landing.as_slice()], self.forgotten(&self.landing)];
        connections.send(Request::transaction(self.target, commands)).map(drop)
    }

    /// Undoes a claim after a delivery that certainly did not happen: `back` puts it where it was.
    fn undo(&self, connections: &mut Connections, back: Words) -> Outcome<()> {
        self.clear_landing(connections).map_err(|error| self.kept(error))?;
        match put_back(connections, self.source, &self.note, vec![back]) {
            Ok(None) => {
                let _ = self.unclaimed(connections);
                Ok(())
            }
            Ok(Some(reason)) => {
                let text = format!("{}: it could not be put back: {reason}", printable(&self.note.command));
                Err(self.kept(Error::new(Code::Io, text)))
            }
            Err(Abort::Error(error)) => Err(self.kept(error)),
            Err(stop) => Err(stop),
        }
    }

    /// What was landing, or its place, was changed by somebody: by `recover`, or by time.
    pub(crate) fn overtaken(&self) -> Abort {
        let text = format!("{}: it took so long that it was undone by recover, or its copy expired", printable(&self.note.command));
        Error::new(Code::Timeout, text).on_node(&self.note.to).into()
    }

    /// An error of a claim: whether it happened is not known.
    fn staged_perhaps(&self, error: Error) -> Abort {
        if error.executed() { self.kept(error) } else { error.into() }
    }

    /// An error that leaves something staged, or may.
    pub(crate) fn kept(&self, error: Error) -> Abort {
        let text = format!(
            "; nothing is lost: what is under way from \"{}\" to \"{}\" is kept on {}, and recover ends it",
            printable(&self.note.source),
            printable(&self.note.destination),
            self.note.from
        );
        Abort::Error(error.suffixed(&text).perhaps_executed())
    }
}

/// Puts what was staged back by some commands, and, where its key was gone, gives that its time to live again. ResponsePolicy why it cannot be put
/// back, if so; then nothing was done.
pub(crate) fn put_back(connections: &mut Connections, server: usize, note: &Record, back: Vec<Words>) -> Outcome<Option<String>> {
    let home = note.source.as_slice();
    let mut attempts = Retry::new();
    while attempts.next_attempt() {
        connections.set_watching(server, true);
        let answer = connections.send(Request::write(server, vec![words![b"WATCH", home], words![b"EXISTS", home]]))?;
        let is_gone = replies(&answer).nth(1) == Some(Value::Integer(0));
        let mut commands = back.clone();
        if is_gone && note.expires > 0 {
            commands.push(words![b"PEXPIREAT", home, note.expires.to_string().into_bytes()]);
        }
        let answer = connections.send(Request::transaction(server, commands))?;
        connections.set_watching(server, false);
        if let TransactionResult::Done(done) = transaction_result(&answer)? {
            return Ok(done.take(back.len()).find_map(|reply| match reply {
                Value::Error(text) => Some(String::from_utf8_lossy(text).into_owned()),
                Value::Integer(0) | Value::Nil => Some("its key is in use again, or somebody else has put it back".to_owned()),
                _ => None,
            }));
        }
    }
    Ok(Some("its key is changed again and again".to_owned()))
}

/// The reply to one command of a transaction of so many.
fn nth_of_transaction(answer: Reply, commands: usize, nth: usize) -> Outcome<Reply> {
    // Root, MULTI's OK, as many QUEUED, and then the array of EXEC.
    let exec = 2 + commands;
    let is_exec = answer.entries().get(exec).is_some_and(|entry| entry.has_children() && entry.length() == commands);
    match answer.element(exec, nth) {
        Some(place) if is_exec => Ok(answer.extract(place)),
        _ => Err(Abort::protocol_error("EXEC was answered with another number of replies")),
    }
}
