//! XREAD and XREADGROUP over streams of several nodes.
//!
//! Each node reads its own streams, all side by side, and the answers are put in the caller's order. A read by a group consumes; so it is made
//! sure first that no node would refuse.

use crate::command::ReadTimeout;
use crate::crossnode::Job;
use crate::crossnode::support::ask_server;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::key_watch::{integer, until_found, until_millis};
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::error::Error;
use crate::resp::{Builder, Children, Kind, Reply, Value};
use std::borrow::Cow;
use std::time::Instant;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let Some(mut reading) = Reading::of(job) else { return refused(job) };
    if reading.deadline.is_some() {
        reading.resolve_last()?;
    }
    until_found(job, reading.deadline, || reading.pass())
}

/// A server says why. In its question nothing is new to anybody, so that nothing is consumed.
fn refused(job: &Job) -> Outcome<Reply> {
    let mut command = ask_server::with_one_key(job);
    let behind = job.over.keys.last().map_or(0, |key| key.position()) + 1;
    command.iter_mut().skip(behind).filter(|id| id.as_ref() == b">").for_each(|id| *id = Cow::from(&b"0"[..]));
    ask_server::refusal(job, command)
}

struct Reading<'j, 'c, 'a> {
    job: &'j Job<'c, 'a>,
    /// All that stands before the streams, but for BLOCK.
    head: Words<'a>,
    /// One for each stream.
    ids: Vec<Cow<'a, [u8]>>,
    /// Of XREADGROUP.
    group: Option<&'a [u8]>,
    /// Until when it blocks; `None` outside: it does not, inside: for ever.
    deadline: Option<Option<Instant>>,
}

/// A server with the streams that are its own, by their numbers.
type Part = (usize, Vec<usize>);

impl<'j, 'c, 'a> Reading<'j, 'c, 'a> {
    /// `None` when a server would refuse the arguments.
    fn of(job: &'j Job<'c, 'a>) -> Option<Reading<'j, 'c, 'a>> {
        let grouped = job.args[0].eq_ignore_ascii_case(b"XREADGROUP");
        let streams = job.over.keys.first()?.position();
        let mut reading = Reading { job, head: words![job.args[0]], ids: Vec::new(), group: None, deadline: None };
        let mut at = 1;
        while at + 1 < streams {
            let word = job.args[at].to_ascii_uppercase();
            let taken = match word.as_slice() {
                b"BLOCK" => 1,
                b"COUNT" => 1,
                b"GROUP" if grouped => 2,
                b"NOACK" if grouped => 0,
                _ => return None,
            };
            let option = job.args.get(at..=at + taken).filter(|_| at + taken + 1 < streams)?;
            match word.as_slice() {
                b"BLOCK" => reading.deadline = Some(until_millis(option[1]).ok()?),
                _ => reading.head.extend(option.iter().map(|&word| Cow::from(word))),
            }
            match word.as_slice() {
                b"COUNT" => drop(integer(option[1])?),
                b"GROUP" => reading.group = Some(option[1]),
                _ => {}
            }
            at += 1 + taken;
        }
        reading.head.push(Cow::from(job.args[at]));
        let ids = &job.args[streams + job.over.keys.len()..];
        reading.ids = ids.iter().map(|&id| Cow::from(id)).collect();
        (reading.group.is_some() == grouped && ids.len() == job.over.keys.len()).then_some(reading)
    }

    fn connections(&self) -> Result<Connections<'_>, Error> {
        Connections::with(self.job.config, self.job.process, self.job.args[0], self.job.servers())
    }

    fn parts(&self, connections: &Connections) -> Vec<Part> {
        let own = |server| (0..self.ids.len()).filter(|&stream| self.job.server_of(stream) == server).collect();
        connections.servers().map(|server| (server, own(server))).collect()
    }

    /// The command for some streams.
    fn command(&self, streams: &[usize]) -> Words<'_> {
        let mut command: Words = self.head.iter().map(|word| Cow::from(word.as_ref())).collect();
        command.extend(streams.iter().map(|&stream| Cow::from(self.job.key(stream))));
        command.extend(streams.iter().map(|&stream| Cow::from(self.ids[stream].as_ref())));
        command
    }

    /// `$` means what is last when the command begins, however often the streams are looked at afterwards. One that is of the wrong type is
    /// left for the read to be refused.
    fn resolve_last(&mut self) -> Outcome<()> {
        let last: Vec<usize> = (0..self.ids.len()).filter(|&stream| self.group.is_none() && self.ids[stream].as_ref() == b"$").collect();
        for (stream, answer) in self.of_each(&last, |key| words![b"XINFO", b"STREAM", key])? {
            match answer.root() {
                Value::Array(facts) => {
                    if let Some(Value::String(id)) = fact(facts, b"last-generated-id") {
                        self.ids[stream] = Cow::from(id.to_vec());
                    }
                }
                Value::Error(text) if text.starts_with(b"ERR no such key") => self.ids[stream] = Cow::from(&b"0-0"[..]),
                _ => {}
            }
        }
        Ok(())
    }

    /// The answers to a question about each of these streams, in their order.
    fn of_each(&self, streams: &[usize], question: impl Fn(&'a [u8]) -> Words<'a>) -> Outcome<Vec<(usize, Reply)>> {
        self.asked(streams, |stream| question(self.job.key(stream)))
    }

    fn asked<'w>(&self, streams: &[usize], question: impl Fn(usize) -> Words<'w>) -> Outcome<Vec<(usize, Reply)>> {
        let servers = streams.iter().map(|&stream| self.job.server_of(stream));
        let mut connections = Connections::with(self.job.config, self.job.process, self.job.args[0], servers)?;
        let parts: Vec<Part> = connections
            .servers()
            .map(|server| (server, streams.iter().copied().filter(|&stream| self.job.server_of(stream) == server).collect()))
            .collect();
        let asks: Vec<Request> =
            parts.iter().map(|(server, own)| Request::read(*server, own.iter().map(|&stream| question(stream)).collect())).collect();
        let mut answers: Vec<(usize, Reply)> = Vec::with_capacity(streams.len());
        for ((_, own), reply) in parts.iter().zip(connections.all(&asks)?) {
            answers.extend(own.iter().copied().zip(replies(&reply).map(|answer| ask_server::copied(&answer))));
        }
        answers.sort_unstable_by_key(|(stream, _)| *stream);
        Ok(answers)
    }

    /// Reads once; `None` when there is nothing.
    fn pass(&self) -> Outcome<Option<Reply>> {
        if self.group.is_some()
            && let Some(answer) = self.refused_stream()?
        {
            return Ok(Some(answer));
        }
        let mut connections = self.connections()?;
        let parts = self.parts(&connections);
        let asks: Vec<Request> = parts
            .iter()
            .map(|(server, own)| Request {
                server: *server,
                commands: vec![self.command(own)],
                repeatable: self.group.is_none(),
                read_timeout: ReadTimeout::Configured,
            })
            .collect();
        let outcomes = connections.round(&asks);
        drop(connections);
        match self.group {
            None => self.read(&parts, outcomes),
            Some(_) => self.consumed(&parts, outcomes),
        }
    }

    /// What XREAD found.
    fn read(&self, parts: &[Part], outcomes: Vec<Result<Reply, Error>>) -> Outcome<Option<Reply>> {
        let answers: Vec<Reply> = outcomes.into_iter().collect::<Result<_, _>>()?;
        match answers.iter().filter_map(refusal).next() {
            Some(refusal) => Err(self.first_refusal()?.unwrap_or(refusal)),
            None => Ok(self.merged(parts, answers.iter().map(Some))),
        }
    }

    /// Of several streams that are refused the first in the caller's order tells why.
    fn first_refusal(&self) -> Outcome<Option<Abort>> {
        let all: Vec<usize> = (0..self.ids.len()).collect();
        let answers = self.asked(&all, |stream| self.command(&[stream]))?;
        Ok(answers.iter().find_map(|(_, answer)| accepted(answer.root()).err()))
    }

    /// What XREADGROUP found. What one node delivered is answered even where another failed: it would be lost to the caller otherwise, while the
    /// failure shows again at the next call.
    fn consumed(&self, parts: &[Part], outcomes: Vec<Result<Reply, Error>>) -> Outcome<Option<Reply>> {
        let answers = outcomes.iter().map(|outcome| outcome.as_ref().ok().filter(|answer| refusal(answer).is_none()));
        if let Some(found) = self.merged(parts, answers) {
            return Ok(Some(found));
        }
        for outcome in outcomes {
            refusal(&outcome?).map_or(Ok(()), Err)?;
        }
        Ok(None)
    }

    /// Before anything is consumed: the first stream that would be refused is, by its server. An answer is what that server had to give
    /// after all, because the group was made just then.
    fn refused_stream(&self) -> Outcome<Option<Reply>> {
        let all: Vec<usize> = (0..self.ids.len()).collect();
        let groups = self.of_each(&all, |key| words![b"XINFO", b"GROUPS", key])?;
        let sound = |stream: usize, groups: &Reply| self.has_group(groups) && is_id(&self.ids[stream]);
        let Some((stream, _)) = groups.iter().find(|(stream, groups)| !sound(*stream, groups)) else { return Ok(None) };
        let mut connections = Connections::with(self.job.config, self.job.process, self.job.args[0], [self.job.server_of(*stream)])?;
        let reply = connections.ask(Request::write(self.job.server_of(*stream), vec![self.command(&[*stream])]))?;
        match replies(&reply).next().map(accepted).transpose()? {
            _ if !is_id(&self.ids[*stream]) => Err(ask_server::not_understood(self.job)),
            Some(Value::Array(_)) => Ok(Some(reply.extract(1))),
            _ => Ok(None),
        }
    }

    fn has_group(&self, groups: &Reply) -> bool {
        let Value::Array(mut groups) = groups.root() else { return false };
        groups.any(|group| {
            let name = if let Value::Array(facts) = group { fact(facts, b"name") } else { None };
            matches!((name, self.group), (Some(Value::String(name)), Some(wanted)) if name == wanted)
        })
    }

    /// The answers of the servers as one, in the caller's order; `None` when there is nothing in them.
    fn merged<'r>(&self, parts: &[Part], answers: impl Iterator<Item = Option<&'r Reply>>) -> Option<Reply> {
        let mut found: Vec<Option<(Children<'r>, Option<Value<'r>>)>> = answers.map(|answer| answer.and_then(entries)).collect();
        let count = found.iter().flatten().map(|(rest, next)| rest.len() + usize::from(next.is_some())).sum();
        if count == 0 {
            return None;
        }
        let all: Vec<Value> = found.iter().flatten().flat_map(|(rest, next)| next.iter().copied().chain(*rest)).collect();
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, count);
        for stream in (0..self.ids.len()).filter(|&stream| self.is_answered(stream, &all)) {
            let part = parts.iter().position(|(server, _)| *server == self.job.server_of(stream))?;
            if let Some((rest, next)) = &mut found[part]
                && let Some(entries) = next.as_ref().filter(|entries| is_of(entries, self.job.key(stream)))
            {
                builder.value(entries);
                *next = rest.next();
            }
        }
        builder.end(root);
        Some(builder.finish())
    }

    /// A stream that stands there several times may be answered less often, and the answers bear its name alone. They belong to the places
    /// with the least ids; of a group's, to those that ask for what is pending, and then to the first that ask for what is new.
    fn is_answered(&self, stream: usize, answers: &[Value]) -> bool {
        let (key, server) = (self.job.key(stream), self.job.server_of(stream));
        let order = |stream: usize| (place(&self.ids[stream]), stream);
        let is_before = |&other: &usize| self.job.key(other) == key && self.job.server_of(other) == server && order(other) < order(stream);
        let before = (0..self.ids.len()).filter(is_before).count();
        before == 0 || before < answers.iter().filter(|answer| is_of(answer, key)).count()
    }
}

/// An id as it is ordered: whether it stands for what is new, its time and its number.
fn place(id: &[u8]) -> (bool, u64, u64) {
    let text = String::from_utf8_lossy(id);
    let (time, number) = text.split_once('-').unwrap_or((&text, "0"));
    (id == b">" || id == b"$", time.parse().unwrap_or(0), number.parse().unwrap_or(0))
}

/// A server's refusal, if that is its answer.
fn refusal(answer: &Reply) -> Option<Abort> {
    accepted(replies(answer).next()?).err()
}

/// The streams in a server's answer: all behind the first, and the first.
fn entries(answer: &Reply) -> Option<(Children<'_>, Option<Value<'_>>)> {
    let Some(Value::Array(mut streams)) = replies(answer).next() else { return None };
    let first = streams.next();
    Some((streams, first))
}

fn is_of(entries: &Value, stream: &[u8]) -> bool {
    let Value::Array(entries) = entries else { return false };
    matches!(entries.clone().next(), Some(Value::String(name)) if name == stream)
}

/// A fact by its name, in a list of name, value, name, value, ….
fn fact<'r>(mut facts: Children<'r>, name: &[u8]) -> Option<Value<'r>> {
    while let (Some(Value::String(found)), Some(value)) = (facts.next(), facts.next()) {
        if found == name {
            return Some(value);
        }
    }
    None
}

/// `>`, or an id that stands for a place in a stream. The server reads numbers as C does: behind blanks and a plus, and up to a NUL.
fn is_id(id: &[u8]) -> bool {
    let id = id.split(|&byte| byte == 0).next().unwrap_or_default();
    let is_number = |part: &[u8]| {
        let part = part.trim_ascii_start();
        let digits = part.strip_prefix(b"+").unwrap_or(part);
        digits.iter().all(u8::is_ascii_digit) && std::str::from_utf8(digits).is_ok_and(|text| text.parse::<u64>().is_ok())
    };
    match id.iter().position(|&byte| byte == b'-') {
        _ if id == b">" => true,
        Some(dash) => is_number(&id[..dash]) && is_number(&id[dash + 1..]),
        None => is_number(id),
    }
}
