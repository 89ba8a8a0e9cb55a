//! Pops from the first of several keys that is not empty, on whichever node it is.
//!
//! Each node is asked which of its keys exist, all at once. The first key in the caller's order that exists is the candidate. The keys before it
//! were looked at earlier than the candidate, or later: those of other nodes are looked at once more. If they are still empty, one pop is sent. If
//! another client was faster, it begins again. So nothing is popped that is not returned, and no earlier key is passed over that held an element
//! before the candidate did.

use crate::command::PopKind;
use crate::crossnode::Job;
use crate::crossnode::support::ask_server;
use crate::crossnode::support::ask_server::is_wrong_type;
use crate::crossnode::support::block_timeout::{deadline_in_seconds, parse_integer};
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::key_watch::{BlockingCommand, Phase, explain_wait, wait_until_found};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::waiting_line::TurnEnd;
use crate::resp::{Reply, Value};
use std::borrow::Cow;
use std::time::Instant;

pub(crate) fn run(job: &Job, kind: PopKind) -> Outcome<Reply> {
    let popping = Popping::parse(job, kind).ok_or_else(|| ask_server::server_refusal(job, ask_server::with_one_key(job)))?;
    let found = match popping.deadline {
        None => popping.attempt()?,
        Some(deadline) => wait_until_found(job, &popping.all(), deadline, &popping)?,
    };
    Ok(found.unwrap_or_else(Reply::nil_array))
}

/// Asks which keys exist, as the node that pops depends on that. A blocking pop without any is explained up to its timeout.
pub(crate) fn explain(job: &Job, kind: PopKind) -> Outcome<Explanation> {
    let popping = Popping::parse(job, kind).ok_or_else(|| ask_server::server_refusal(job, ask_server::with_one_key(job)))?;
    let mut connections = job.connections(job.servers())?;
    let look = popping.look(&connections);
    let explanation = Explanation::new("pop", true).round(&look);
    Ok(match (popping.first_existing(&mut connections, Phase::Start)?, popping.deadline) {
        (Some(key), _) => {
            let look_again = popping.look_before(key.index);
            let explanation = if look_again.is_empty() { explanation } else { explanation.round(&look_again) };
            explanation.round(&[popping.pop(key.index)])
        }
        (None, Some(_)) => explain_wait(job, explanation, &job.distinct_servers(), |explanation| explanation.round(&look)),
        (None, None) => explanation,
    })
}

pub(crate) fn documentation(_: PopKind) -> Documentation {
    Documentation {
        overview: "**pop**: the command pops from the first key, in the caller's order, that is not empty. A blocking form waits for all keys.",
        across_nodes: "pop",
        atomic: Atomicity::Pop,
    }
}

/// The error of every server.
const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";

struct Popping<'j, 'c, 'a> {
    job: &'j Job<'c, 'a>,
    kind: PopKind,
    /// The command that pops from one key without blocking.
    name: &'static [u8],
    /// The arguments of that command after the key.
    options: &'c [&'a [u8]],
    /// `None`: it does not block. `Some(None)`: it blocks without a time limit.
    deadline: Option<Option<Instant>>,
}

struct ExistingKey {
    index: usize,
    has_wanted_type: bool,
}

impl BlockingCommand for Popping<'_, '_, '_> {
    fn attempt(&self) -> Outcome<Option<Reply>> {
        let mut connections = self.job.connections(self.job.servers())?;
        while let Some(key) = self.first_existing(&mut connections, Phase::Start)? {
            let key = self.without_key_before(&mut connections, key)?;
            let reply = connections.send(self.pop(key.index))?;
            let popped = not_error(replies(&reply).next().unwrap_or(Value::Nil))?;
            if let Some(reply) = self.reply(key.index, popped)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    fn ready_keys(&self, phase: Phase) -> Outcome<Vec<usize>> {
        let mut connections = self.job.connections(self.job.servers())?;
        match self.first_existing(&mut connections, phase)? {
            Some(key) if !key.has_wanted_type => Err(Abort::refusal(WRONG_TYPE)),
            key => Ok(key.into_iter().map(|key| key.index).collect()),
        }
    }

    /// Pops, and asks whether there is more. A server that runs the command again rejects it if a key before this one has another type.
    fn take(&self, key: usize, on_wait: &dyn Fn()) -> Outcome<(Option<Reply>, TurnEnd)> {
        let server = self.job.server_of(key);
        if key > 0 && ask_server::runs_blocked_commands_again(self.job, server, on_wait)? {
            let keys = self.existing_keys(&mut self.job.watched_connections(self.job.servers(), on_wait)?)?;
            if !keys.iter().any(|existing| existing.index == key && existing.has_wanted_type) {
                return Ok((None, TurnEnd::Empty));
            }
            if keys.first().is_some_and(|first| !first.has_wanted_type) {
                return Err(Abort::refusal(WRONG_TYPE));
            }
        }
        let mut connections = self.job.watched_connections([server], on_wait)?;
        let mut request = self.pop(key);
        request.commands.push(words![b"EXISTS", self.job.key(key)]);
        let reply = connections.send(request)?;
        let mut replies = replies(&reply);
        let popped = match replies.next().unwrap_or(Value::Nil) {
            Value::Error(text) if is_wrong_type(text) => return Ok((None, TurnEnd::Empty)),
            popped => self.reply(key, not_error(popped)?)?,
        };
        let is_empty = popped.is_none() || replies.next() == Some(Value::Integer(0));
        let end = if is_empty { TurnEnd::Empty } else { TurnEnd::Taken };
        Ok((popped, end))
    }

    fn wanted(&self) -> Cow<'_, [u8]> {
        Cow::from(self.wanted_type())
    }
}

impl<'j, 'c, 'a> Popping<'j, 'c, 'a> {
    /// `None` when a server would reject the arguments.
    fn parse(job: &'j Job<'c, 'a>, kind: PopKind) -> Option<Popping<'j, 'c, 'a>> {
        let name = job.args[0].to_ascii_uppercase();
        let rest = &job.args[job.command.keys.last()?.position() + 1..];
        let (name, timeout, options): (&[u8], _, _) = match name.as_slice() {
            b"BLPOP" => (b"LPOP", rest.last(), &[][..]),
            b"BRPOP" => (b"RPOP", rest.last(), &[][..]),
            b"BZPOPMIN" => (b"ZPOPMIN", rest.last(), &[][..]),
            b"BZPOPMAX" => (b"ZPOPMAX", rest.last(), &[][..]),
            b"BLMPOP" => (b"LMPOP", job.args.get(1), rest),
            b"BZMPOP" => (b"ZMPOP", job.args.get(1), rest),
            b"LMPOP" => (b"LMPOP", None, rest),
            b"ZMPOP" => (b"ZMPOP", None, rest),
            _ => return None,
        };
        let is_valid = match kind {
            PopKind::ListElement | PopKind::ScoredMember => options.is_empty(),
            PopKind::ListElements => is_end_and_count(options, [b"LEFT", b"RIGHT"]),
            PopKind::ScoredMembers => is_end_and_count(options, [b"MIN", b"MAX"]),
        };
        let deadline = timeout.map(|timeout| deadline_in_seconds(timeout)).transpose().ok()?;
        is_valid.then_some(Popping { job, kind, name, options, deadline })
    }

    fn all(&self) -> Vec<usize> {
        (0..self.job.command.keys.len()).collect()
    }

    /// The first key that exists. While waiting, a key of another type counts as missing.
    fn first_existing(&self, connections: &mut Connections, phase: Phase) -> Outcome<Option<ExistingKey>> {
        let keys = self.existing_keys(connections)?;
        Ok(keys.into_iter().find(|key| key.has_wanted_type || phase == Phase::Start))
    }

    /// This key, which exists, or one before it that exists. The keys before the returned one were looked at after that, and did not exist.
    fn without_key_before(&self, connections: &mut Connections, key: ExistingKey) -> Outcome<ExistingKey> {
        let mut key = key;
        loop {
            let look = self.look_before(key.index);
            let before = if look.is_empty() { Vec::new() } else { self.existing(connections, &look, key.index)? };
            match before.into_iter().next() {
                Some(before) => key = before,
                None => return Ok(key),
            }
        }
    }

    /// The keys that exist, in the caller's order.
    fn existing_keys(&self, connections: &mut Connections) -> Outcome<Vec<ExistingKey>> {
        let look = self.look(connections);
        self.existing(connections, &look, self.job.command.keys.len())
    }

    /// The keys before `end` that exist, in the caller's order.
    fn existing(&self, connections: &mut Connections, look: &[Request], end: usize) -> Outcome<Vec<ExistingKey>> {
        let types = connections.try_round(look)?;
        let mut keys = Vec::new();
        for (request, reply) in look.iter().zip(&types) {
            for (index, kind) in self.keys_on(request.server, end).zip(replies(reply)) {
                let kind = not_error(kind)?;
                if kind != Value::Status(b"none") {
                    keys.push(ExistingKey { index, has_wanted_type: kind == Value::Status(self.wanted_type()) });
                }
            }
        }
        keys.sort_unstable_by_key(|key| key.index);
        Ok(keys)
    }

    /// The type that the command pops from, as TYPE replies.
    fn wanted_type(&self) -> &'static [u8] {
        match self.kind {
            PopKind::ListElement | PopKind::ListElements => b"list",
            PopKind::ScoredMember | PopKind::ScoredMembers => b"zset",
        }
    }

    /// The keys before `end` on a server, the last one first: a key is looked at after the later ones of its server.
    fn keys_on(&self, server: usize, end: usize) -> impl Iterator<Item = usize> {
        (0..end).rev().filter(move |&key| self.job.server_of(key) == server)
    }

    /// The requests that ask which keys exist.
    fn look(&self, connections: &Connections) -> Vec<Request<'a>> {
        connections.servers().map(|server| self.look_at(server, self.job.command.keys.len())).collect()
    }

    /// The requests that ask which keys before this one exist, on other servers.
    fn look_before(&self, key: usize) -> Vec<Request<'a>> {
        let other_servers = self.job.distinct_servers().into_iter().filter(|&server| server != self.job.server_of(key));
        other_servers.map(|server| self.look_at(server, key)).filter(|request| !request.commands.is_empty()).collect()
    }

    fn look_at(&self, server: usize, end: usize) -> Request<'a> {
        Request::read(server, self.keys_on(server, end).map(|key| words![b"TYPE", self.job.key(key)]).collect())
    }

    fn pop(&self, key: usize) -> Request<'a> {
        let mut command: Words = match self.kind {
            PopKind::ListElement | PopKind::ScoredMember => words![self.name],
            PopKind::ListElements | PopKind::ScoredMembers => words![self.name, b"1"],
        };
        command.push(self.job.key(key).into());
        command.extend(self.options.iter().map(|&word| word.into()));
        Request::write(self.job.server_of(key), vec![command])
    }

    /// The reply to the whole command when that was popped; `None` when the key was empty.
    fn reply(&self, key: usize, popped: Value) -> Outcome<Option<Reply>> {
        let key = Value::String(self.job.key(key));
        match (self.kind, popped) {
            (PopKind::ListElement, Value::Nil) | (_, Value::NilArray) => Ok(None),
            (PopKind::ListElement, element @ Value::String(_)) => Ok(Some(ask_server::array_of([key, element].into_iter()))),
            (PopKind::ScoredMember, Value::Array(popped)) if popped.len() == 0 => Ok(None),
            (PopKind::ScoredMember, Value::Array(mut popped)) => match (popped.next(), popped.next()) {
                (Some(member), Some(score)) => Ok(Some(ask_server::array_of([key, member, score].into_iter()))),
                _ => Err(Abort::protocol_error("a member was popped without a score")),
            },
            (PopKind::ListElements | PopKind::ScoredMembers, Value::Array(popped)) => Ok(Some(ask_server::array_of(popped))),
            _ => Err(Abort::protocol_error("the reply to a pop has the wrong type")),
        }
    }
}

/// `LEFT|RIGHT [COUNT count]`, or other words for the two ends.
fn is_end_and_count(arguments: &[&[u8]], ends: [&[u8]; 2]) -> bool {
    let is_end = |end: &[u8]| ends.iter().any(|word| end.eq_ignore_ascii_case(word));
    match arguments {
        [end] => is_end(end),
        [end, word, count] => is_end(end) && word.eq_ignore_ascii_case(b"COUNT") && parse_integer(count).is_some_and(|count| count > 0),
        _ => false,
    }
}
