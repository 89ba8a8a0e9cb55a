//! Popping from the first of several keys that has something, on whichever node.
//!
//! All keys are looked at side by side, then the first one in order that exists is popped from, alone. Where somebody else was quicker the keys
//! are looked at again: nothing is popped that is not answered.

use crate::command::Pop;
use crate::crossnode::Job;
use crate::crossnode::support::ask_server;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::key_watch::{integer, until_found, until_seconds};
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::resp::{Reply, Value};
use std::time::Instant;

pub(crate) fn run(job: &Job, pop: Pop) -> Outcome<Reply> {
    match Popping::read(job, pop) {
        Some(popping) => until_found(job, popping.deadline, || popping.pass()),
        None => ask_server::refusal(job, ask_server::with_one_key(job)),
    }
}

/// What is to be popped.
struct Popping<'j, 'c, 'a> {
    job: &'j Job<'c, 'a>,
    pop: Pop,
    /// The command that pops from one key without blocking.
    name: &'static [u8],
    /// What stands behind the keys in that command.
    behind: &'c [&'a [u8]],
    /// Until when it blocks; `None` outside: it does not, inside: for ever.
    deadline: Option<Option<Instant>>,
}

impl<'j, 'c, 'a> Popping<'j, 'c, 'a> {
    /// `None` when a server would refuse the arguments.
    fn read(job: &'j Job<'c, 'a>, pop: Pop) -> Option<Popping<'j, 'c, 'a>> {
        let name = job.args[0].to_ascii_uppercase();
        let behind = &job.args[job.over.keys.last()?.position() + 1..];
        let (name, timeout, behind): (&[u8], _, _) = match name.as_slice() {
            b"BLPOP" => (b"LPOP", behind.last(), &[][..]),
            b"BRPOP" => (b"RPOP", behind.last(), &[][..]),
            b"BZPOPMIN" => (b"ZPOPMIN", behind.last(), &[][..]),
            b"BZPOPMAX" => (b"ZPOPMAX", behind.last(), &[][..]),
            b"BLMPOP" => (b"LMPOP", job.args.get(1), behind),
            b"BZMPOP" => (b"ZMPOP", job.args.get(1), behind),
            b"LMPOP" => (b"LMPOP", None, behind),
            b"ZMPOP" => (b"ZMPOP", None, behind),
            _ => return None,
        };
        let understood = match pop {
            Pop::Element | Pop::Scored => behind.is_empty(),
            Pop::Elements => is_where(behind, [b"LEFT", b"RIGHT"]),
            Pop::ScoredElements => is_where(behind, [b"MIN", b"MAX"]),
        };
        let deadline = timeout.map(|timeout| until_seconds(timeout)).transpose().ok()?;
        understood.then_some(Popping { job, pop, name, behind, deadline })
    }

    /// Looks at all keys and pops from the first that exists; `None` when none does.
    fn pass(&self) -> Outcome<Option<Reply>> {
        let mut connections = Connections::with(self.job.config, self.job.process, self.job.args[0], self.job.servers())?;
        while let Some(key) = self.first_that_exists(&mut connections)? {
            let reply = connections.ask(Request::write(self.job.server_of(key), vec![self.command(key)]))?;
            let popped = accepted(replies(&reply).next().unwrap_or(Value::Nil))?;
            if let Some(answer) = self.answer(key, popped)? {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    fn first_that_exists(&self, connections: &mut Connections) -> Outcome<Option<usize>> {
        let servers: Vec<usize> = connections.servers().collect();
        let keys = 0..self.job.over.keys.len();
        let of = |server: usize| keys.clone().filter(move |&key| self.job.server_of(key) == server);
        let asks: Vec<Request> = servers
            .iter()
            .map(|&server| Request::read(server, of(server).map(|key| words![b"TYPE", self.job.key(key)]).collect()))
            .collect();
        let mut first: Option<usize> = None;
        for (&server, reply) in servers.iter().zip(connections.all(&asks)?) {
            for (key, kind) in of(server).zip(replies(&reply)) {
                if accepted(kind)? != Value::Status(b"none") {
                    first = Some(first.map_or(key, |first| first.min(key)));
                    break;
                }
            }
        }
        Ok(first)
    }

    fn command(&self, key: usize) -> Words<'_> {
        let mut command = match self.pop {
            Pop::Element | Pop::Scored => words![self.name],
            Pop::Elements | Pop::ScoredElements => words![self.name, b"1"],
        };
        command.push(self.job.key(key).into());
        command.extend(self.behind.iter().map(|&word| word.into()));
        command
    }

    /// What the whole command answers when that was popped; `None` when it was nothing.
    fn answer(&self, key: usize, popped: Value) -> Outcome<Option<Reply>> {
        let key = Value::String(self.job.key(key));
        match (self.pop, popped) {
            (Pop::Element, Value::Nil) | (_, Value::NilArray) => Ok(None),
            (Pop::Element, element @ Value::String(_)) => Ok(Some(ask_server::list([key, element].into_iter()))),
            (Pop::Scored, Value::Array(popped)) if popped.len() == 0 => Ok(None),
            (Pop::Scored, Value::Array(mut popped)) => match (popped.next(), popped.next()) {
                (Some(member), Some(score)) => Ok(Some(ask_server::list([key, member, score].into_iter()))),
                _ => Err(Abort::fault("a member was popped without a score")),
            },
            (Pop::Elements | Pop::ScoredElements, Value::Array(popped)) => Ok(Some(ask_server::list(popped))),
            _ => Err(Abort::fault("a server answered to a pop with something else than what is popped")),
        }
    }
}

/// `LEFT|RIGHT [COUNT count]`, or other words for the two ends.
fn is_where(arguments: &[&[u8]], ends: [&[u8]; 2]) -> bool {
    let is_end = |end: &[u8]| ends.iter().any(|word| end.eq_ignore_ascii_case(word));
    match arguments {
        [end] => is_end(end),
        [end, word, count] => is_end(end) && word.eq_ignore_ascii_case(b"COUNT") && integer(count).is_some_and(|count| count > 0),
        _ => false,
    }
}
