//! XREAD and XREADGROUP over streams of several nodes.
//!
//! Each node reads its own streams, all at once, and the replies are merged in the order of the caller's streams. A read by a group consumes
//! entries, so it is checked first that no node would reject it.

mod merged;

use crate::command::ReadTimeout;
use crate::crossnode::Job;
use crate::crossnode::support::ask_server;
use crate::crossnode::support::ask_server::is_wrong_type;
use crate::crossnode::support::block_timeout::{deadline_in_millis, parse_integer};
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::key_watch::{BlockingCommand, MAX_SILENCE, Phase, explain_wait, wait_until_found};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::waiting_line::TurnEnd;
use crate::error::Error;
use crate::resp::{Children, Reply, Value};
use std::borrow::Cow;
use std::time::{Duration, Instant};

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut reading = Reading::parse(job).ok_or_else(|| server_refusal(job))?;
    if reading.deadline.is_some() {
        reading.resolve_last_once()?;
    }
    let found = match reading.deadline {
        None => reading.attempt()?,
        Some(deadline) => wait_until_found(job, &reading.all(), deadline, &reading)?,
    };
    Ok(found.unwrap_or_else(Reply::nil_array))
}

/// Reads, unless the read is by a group, which would consume entries. A blocking read that finds nothing is explained up to its timeout.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let mut reading = Reading::parse(job).ok_or_else(|| server_refusal(job))?;
    let mut explanation = Explanation::new("split", false);
    if reading.deadline.is_some() {
        let last = reading.streams_at_last();
        explanation = explanation.round(&reading.queries(&last, |stream| reading.info(stream)));
        reading.resolve_last()?;
    }
    match reading.group {
        None => reading.explain_read(explanation),
        Some(_) => reading.explain_consuming(explanation),
    }
}

pub(crate) fn documentation() -> Documentation {
    Documentation { overview: "", across_nodes: "split: each node reads its own streams", atomic: Atomicity::EachNode }
}

/// A server's error for invalid arguments. It gets a command that asks for no new entries, so that nothing is consumed.
fn server_refusal(job: &Job) -> Abort {
    let mut command = ask_server::with_one_key(job);
    let ids = job.command.keys.last().map_or(0, |key| key.position()) + 1;
    command.iter_mut().skip(ids).filter(|id| id.as_ref() == b">").for_each(|id| *id = Cow::from(&b"0"[..]));
    ask_server::server_refusal(job, command)
}

/// How often the groups are looked at while a read waits: servers do not announce XGROUP DESTROY.
const GROUP_INTERVAL: Duration = Duration::from_millis(50);

/// The errors of servers before 7.2 when a stream that a group waits for goes.
const GROUP_DESTROYED: &str = "NOGROUP the consumer group this client was blocked on no longer exists";
const STREAM_DELETED: &str = "UNBLOCKED the stream key no longer exists";

struct Reading<'j, 'c, 'a> {
    job: &'j Job<'c, 'a>,
    /// All arguments before the streams, without BLOCK.
    head: Words<'a>,
    /// One per stream.
    ids: Vec<Cow<'a, [u8]>>,
    /// The group of XREADGROUP.
    group: Option<&'a [u8]>,
    /// `None`: it does not block. `Some(None)`: it blocks without a time limit.
    deadline: Option<Option<Instant>>,
}

/// A server, and the numbers of its streams.
type Part = (usize, Vec<usize>);

impl BlockingCommand for Reading<'_, '_, '_> {
    fn attempt(&self) -> Outcome<Option<Reply>> {
        if self.group.is_some()
            && let Some(reply) = self.refused_stream()?
        {
            return Ok(Some(reply));
        }
        let parts = self.parts();
        let outcomes = {
            let mut connections: Connections = self.job.connections(self.job.servers())?;
            connections.round(&self.read_all(&parts))
        };
        match self.group {
            None => self.merge_read(&parts, outcomes),
            Some(_) => self.merge_consumed(&parts, outcomes),
        }
    }

    fn ready_keys(&self, phase: Phase) -> Outcome<Vec<usize>> {
        if self.group.is_none() {
            let all = self.ask(&self.all(), |stream| self.command(&[stream]))?;
            return Ok(all.iter().filter(|(_, reply)| matches!(reply.root(), Value::Array(_))).map(|(stream, _)| *stream).collect());
        }
        if phase == Phase::Start
            && let Some(stream) = self.first_invalid()?
        {
            let server = self.job.server_of(stream);
            let reply = self.job.connections([server])?.send(self.read(server, &[stream]))?;
            refusal(&reply).map_or(Ok(()), Err)?;
        }
        // Only a read tells whether there are new entries; it also finds out that a group no longer exists.
        Ok(self.all())
    }

    /// A read by a group that is rejected ends, a read without a group waits for the other streams. Some servers read all streams once one has
    /// new entries.
    fn take(&self, key: usize, on_wait: &dyn Fn()) -> Outcome<(Option<Reply>, TurnEnd)> {
        on_wait();
        let server = self.job.server_of(key);
        let reply = self.job.connections([server])?.send(self.read(server, &[key]))?;
        match replies(&reply).next() {
            Some(Value::Array(_)) if self.group.is_none() && ask_server::runs_blocked_commands_again(self.job, server, on_wait)? => {
                Ok((self.attempt()?, TurnEnd::NotTaken))
            }
            Some(Value::Array(_)) if self.group.is_none() => Ok((Some(reply.extract(1)), TurnEnd::NotTaken)),
            Some(Value::Array(_)) => {
                // The entries are consumed: a server that does not tell its release must not lose them.
                let runs_again = ask_server::runs_blocked_commands_again(self.job, server, on_wait).unwrap_or(false);
                let found = if runs_again { self.with_other_streams(key, reply) } else { reply.extract(1) };
                Ok((Some(found), TurnEnd::Taken))
            }
            Some(Value::Error(text)) if self.group.is_some() && (is_wrong_type(text) || text.starts_with(b"NOGROUP ")) => {
                Err(self.group_error(key, text)?)
            }
            Some(Value::Error(text)) if !is_wrong_type(text) => Err(Abort::refusal(text)),
            _ => Ok((None, if self.group.is_some() { TurnEnd::Empty } else { TurnEnd::NotTaken })),
        }
    }

    fn wanted(&self) -> Cow<'_, [u8]> {
        match self.group {
            None => Cow::from(&b"stream"[..]),
            Some(group) => Cow::from([b"group ", group].concat()),
        }
    }

    fn consumes(&self) -> bool {
        self.group.is_some() && self.ids.iter().all(|id| id.as_ref() == b">")
    }

    fn max_silence(&self) -> Duration {
        if self.group.is_some() { GROUP_INTERVAL } else { MAX_SILENCE }
    }
}

impl<'j, 'c, 'a> Reading<'j, 'c, 'a> {
    /// `None` when a server would reject the arguments.
    fn parse(job: &'j Job<'c, 'a>) -> Option<Reading<'j, 'c, 'a>> {
        let is_by_group = job.args[0].eq_ignore_ascii_case(b"XREADGROUP");
        let streams = job.command.keys.first()?.position();
        let mut reading = Reading { job, head: words![job.args[0]], ids: Vec::new(), group: None, deadline: None };
        let mut at = 1;
        while at + 1 < streams {
            let word = job.args[at].to_ascii_uppercase();
            let taken = match word.as_slice() {
                b"BLOCK" => 1,
                b"COUNT" => 1,
                b"GROUP" if is_by_group => 2,
                b"NOACK" if is_by_group => 0,
                b"CLAIM" if is_by_group => 1,
                _ => return None,
            };
            let option = job.args.get(at..=at + taken).filter(|_| at + taken + 1 < streams)?;
            match word.as_slice() {
                b"BLOCK" => reading.deadline = Some(deadline_in_millis(option[1]).ok()?),
                _ => reading.head.extend(option.iter().map(|&word| Cow::from(word))),
            }
            match word.as_slice() {
                b"COUNT" => drop(parse_integer(option[1])?),
                b"CLAIM" => drop(parse_integer(option[1]).filter(|&idle| idle >= 0)?),
                b"GROUP" => reading.group = Some(option[1]),
                _ => {}
            }
            at += 1 + taken;
        }
        reading.head.push(Cow::from(job.args[at]));
        let ids = &job.args[streams + job.command.keys.len()..];
        reading.ids = ids.iter().map(|&id| Cow::from(id)).collect();
        (reading.group.is_some() == is_by_group && ids.len() == job.command.keys.len()).then_some(reading)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.ids.len()).collect()
    }

    /// The servers of these streams, in order, each with its own.
    fn parts_of(&self, streams: &[usize]) -> Vec<Part> {
        let own = |server: usize| streams.iter().copied().filter(|&stream| self.job.server_of(stream) == server).collect();
        let parts = self.job.distinct_servers().into_iter().map(|server| (server, own(server)));
        parts.filter(|(_, own): &Part| !own.is_empty()).collect()
    }

    fn parts(&self) -> Vec<Part> {
        self.parts_of(&self.all())
    }

    /// The command for some streams.
    fn command(&self, streams: &[usize]) -> Words<'_> {
        let mut command: Words = self.head.iter().map(|word| Cow::from(word.as_ref())).collect();
        command.extend(streams.iter().map(|&stream| Cow::from(self.job.key(stream))));
        command.extend(streams.iter().map(|&stream| Cow::from(self.ids[stream].as_ref())));
        command
    }

    fn read(&self, server: usize, streams: &[usize]) -> Request<'_> {
        let repeatable = self.group.is_none();
        Request { server, commands: vec![self.command(streams)], repeatable, read_timeout: ReadTimeout::Configured }
    }

    fn read_all(&self, parts: &[Part]) -> Vec<Request<'_>> {
        parts.iter().map(|(server, own)| self.read(*server, own)).collect()
    }

    fn info(&self, stream: usize) -> Words<'a> {
        words![b"XINFO", b"STREAM", self.job.key(stream)]
    }

    fn group_info(&self, stream: usize) -> Words<'a> {
        words![b"XINFO", b"GROUPS", self.job.key(stream)]
    }

    /// The streams that are read from `$`, their last entry.
    fn streams_at_last(&self) -> Vec<usize> {
        self.all().into_iter().filter(|&stream| self.group.is_none() && self.ids[stream].as_ref() == b"$").collect()
    }

    /// `$` means the last entry at the time when the command begins, however often the streams are read after that. A key of the wrong type keeps
    /// its `$`: the read is rejected anyway.
    fn resolve_last(&mut self) -> Outcome<()> {
        for (stream, reply) in self.ask(&self.streams_at_last(), |stream| self.info(stream))? {
            match reply.root() {
                Value::Array(fields) => {
                    if let Some(Value::String(id)) = field(fields, b"last-generated-id") {
                        self.ids[stream] = Cow::from(id.to_vec());
                    }
                }
                Value::Error(text) if text.starts_with(b"ERR no such key") => self.ids[stream] = Cow::from(&b"0-0"[..]),
                _ => {}
            }
        }
        Ok(())
    }

    /// [`Reading::resolve_last`], unless the command was begun before and is continued.
    fn resolve_last_once(&mut self) -> Outcome<()> {
        let Some(limit) = self.job.limit else { return self.resolve_last() };
        match limit.stream_ids.take() {
            Some(ids) => self.ids = ids.into_iter().map(Cow::from).collect(),
            None => self.resolve_last()?,
        }
        limit.stream_ids.replace(Some(self.ids.iter().map(|id| id.to_vec()).collect()));
        Ok(())
    }

    fn queries<'w>(&self, streams: &[usize], query: impl Fn(usize) -> Words<'w>) -> Vec<Request<'w>> {
        let request = |(server, own): &Part| Request::read(*server, own.iter().map(|&stream| query(stream)).collect());
        self.parts_of(streams).iter().map(request).collect()
    }

    /// Sends a query about each of these streams; returns the replies in the order of the streams.
    fn ask<'w>(&self, streams: &[usize], query: impl Fn(usize) -> Words<'w>) -> Outcome<Vec<(usize, Reply)>> {
        let parts = self.parts_of(streams);
        let mut connections = self.job.connections(parts.iter().map(|(server, _)| *server))?;
        let mut all: Vec<(usize, Reply)> = Vec::with_capacity(streams.len());
        for ((_, own), reply) in parts.iter().zip(connections.try_round(&self.queries(streams, query))?) {
            all.extend(own.iter().copied().zip(replies(&reply).map(|value| ask_server::reply_of(&value))));
        }
        all.sort_unstable_by_key(|(stream, _)| *stream);
        Ok(all)
    }

    fn explain_read(&self, explanation: Explanation) -> Outcome<Explanation> {
        let reads = self.read_all(&self.parts());
        let explanation = explanation.round(&reads);
        match self.attempt() {
            Ok(None) if self.deadline.is_some() => {
                let servers = self.job.distinct_servers();
                Ok(explain_wait(self.job, explanation, &servers, |explanation| {
                    explanation.round(&self.queries(&self.all(), |stream| self.command(&[stream])))
                }))
            }
            Ok(_) => Ok(explanation),
            Err(Abort::Refusal(_)) => Ok(explanation.round(&self.queries(&self.all(), |stream| self.command(&[stream])))),
            Err(error) => Err(error),
        }
    }

    fn explain_consuming(&self, explanation: Explanation) -> Outcome<Explanation> {
        let groups = self.queries(&self.all(), |stream| self.group_info(stream));
        if let Some(stream) = self.first_invalid()? {
            return Ok(explanation.round(&groups).round(&[self.read(self.job.server_of(stream), &[stream])]));
        }
        let reads = self.read_all(&self.parts());
        let explanation = explanation.round(&groups).round(&reads);
        if self.deadline.is_none() || self.has_new_entries()? {
            return Ok(explanation);
        }
        let servers = self.job.distinct_servers();
        Ok(explain_wait(self.job, explanation, &servers, |explanation| {
            let read = |explanation: Explanation, stream| explanation.round(&[self.read(self.job.server_of(stream), &[stream])]);
            self.all().into_iter().fold(explanation, read)
        }))
    }

    /// Whether a read by the group returns at once: it asks for pending entries, or a stream has an entry that was not delivered.
    fn has_new_entries(&self) -> Outcome<bool> {
        if self.ids.iter().any(|id| id.as_ref() != b">") {
            return Ok(true);
        }
        let groups = self.ask(&self.all(), |stream| self.group_info(stream))?;
        let delivered: Vec<Vec<u8>> = groups.iter().map(|(_, groups)| self.last_delivered(groups)).collect();
        let first_new = |stream: usize| {
            let after = [b"(", delivered[stream].as_slice()].concat();
            words![b"XRANGE", self.job.key(stream), after, b"+", b"COUNT", b"1"]
        };
        let found = self.ask(&self.all(), first_new)?;
        Ok(found.iter().any(|(_, entries)| matches!(entries.root(), Value::Array(entries) if entries.len() > 0)))
    }

    /// The reply of XREAD.
    fn merge_read(&self, parts: &[Part], outcomes: Vec<Result<Reply, Error>>) -> Outcome<Option<Reply>> {
        let all: Vec<Reply> = outcomes.into_iter().collect::<Result<_, _>>()?;
        match all.iter().filter_map(refusal).next() {
            Some(refusal) => Err(self.first_refusal()?.unwrap_or(refusal)),
            None => Ok(self.merge(parts, all.iter().map(Some), None)),
        }
    }

    /// The error of a group read that waits, from that of the server for a read that begins.
    fn group_error(&self, stream: usize, error: &[u8]) -> Outcome<Abort> {
        let server = self.job.server_of(stream);
        if ask_server::runs_blocked_commands_again(self.job, server, &|| {})? {
            return Ok(self.first_group_error()?.unwrap_or_else(|| Abort::refusal(error)));
        }
        let mut connections = self.job.connections([server])?;
        let reply = connections.send(Request::read(server, vec![words![b"TYPE", self.job.key(stream)]]))?;
        let is_stream = replies(&reply).next() == Some(Value::Status(b"stream"));
        Ok(Abort::refusal(if is_stream { GROUP_DESTROYED } else { STREAM_DELETED }))
    }

    /// The error for the first stream that has no such group.
    fn first_group_error(&self) -> Outcome<Option<Abort>> {
        let Some(stream) = self.first_invalid()? else { return Ok(None) };
        let server = self.job.server_of(stream);
        Ok(refusal(&self.job.connections([server])?.send(self.read(server, &[stream]))?))
    }

    /// The error for the first stream, in the caller's order, that a server rejects.
    fn first_refusal(&self) -> Outcome<Option<Abort>> {
        let all = self.ask(&self.all(), |stream| self.command(&[stream]))?;
        Ok(all.iter().find_map(|(_, reply)| not_error(reply.root()).err()))
    }

    /// The reply of XREADGROUP. Entries that one node delivered are returned even if another node failed: they are consumed, while the failure
    /// shows again at the next call.
    fn merge_consumed(&self, parts: &[Part], outcomes: Vec<Result<Reply, Error>>) -> Outcome<Option<Reply>> {
        let delivered = outcomes.iter().map(|outcome| outcome.as_ref().ok().filter(|reply| refusal(reply).is_none()));
        if let Some(found) = self.merge(parts, delivered, None) {
            return Ok(Some(found));
        }
        for outcome in outcomes {
            refusal(&outcome?).map_or(Ok(()), Err)?;
        }
        Ok(None)
    }

    /// The first stream without the group, or with an invalid id.
    fn first_invalid(&self) -> Outcome<Option<usize>> {
        let groups = self.ask(&self.all(), |stream| self.group_info(stream))?;
        let is_valid = |stream: usize, groups: &Reply| self.group_in(groups).is_some() && is_id(&self.ids[stream]);
        Ok(groups.iter().find(|(stream, groups)| !is_valid(*stream, groups)).map(|(stream, _)| *stream))
    }

    /// Before anything is consumed: reads the first stream that its server would reject, to get the error. It returns a reply if the group was
    /// created just then.
    fn refused_stream(&self) -> Outcome<Option<Reply>> {
        let Some(stream) = self.first_invalid()? else { return Ok(None) };
        let server = self.job.server_of(stream);
        let reply = self.job.connections([server])?.send(self.read(server, &[stream]))?;
        match replies(&reply).next().map(not_error).transpose()? {
            _ if !is_id(&self.ids[stream]) => Err(ask_server::invalid_arguments(self.job)),
            Some(Value::Array(_)) => Ok(Some(reply.extract(1))),
            _ => Ok(None),
        }
    }

    /// The fields of the group in a reply to XINFO GROUPS.
    fn group_in<'r>(&self, groups: &'r Reply) -> Option<Children<'r>> {
        let Value::Array(groups) = groups.root() else { return None };
        let mut groups = groups.filter_map(|group| if let Value::Array(fields) = group { Some(fields) } else { None });
        groups.find(|fields| matches!((field(*fields, b"name"), self.group), (Some(Value::String(name)), Some(wanted)) if name == wanted))
    }

    fn last_delivered(&self, groups: &Reply) -> Vec<u8> {
        match self.group_in(groups).and_then(|fields| field(fields, b"last-delivered-id")) {
            Some(Value::String(id)) => id.to_vec(),
            _ => b"0-0".to_vec(),
        }
    }
}

/// The server's error, if its reply is one.
fn refusal(reply: &Reply) -> Option<Abort> {
    not_error(replies(reply).next()?).err()
}

/// A field by its name, in an array of name, value, name, value ….
fn field<'r>(mut fields: Children<'r>, name: &[u8]) -> Option<Value<'r>> {
    while let (Some(Value::String(found)), Some(value)) = (fields.next(), fields.next()) {
        if found == name {
            return Some(value);
        }
    }
    None
}

/// `>`, or the id of an entry. The server parses numbers as C does: it skips blanks and a plus, and ends at a NUL.
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
