//! Commands of a session with CLIENT TRACKING. They run over the session's own connections, because a server tracks what one connection reads.
//!
//! A command that takes several steps on several servers runs over the connections of the handle; before it reads, its keys are tracked by a
//! command that reads them over the session's own connections.

use crate::cluster::record_source;
use crate::command::{Access, Key, SplitKind, lookup};
use crate::crossnode::in_transaction::QueuedCommand;
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Reply, ReplyList, push_argument, push_count};
use crate::routing::{CommandResolver, Plan};
use crate::session::exec_reply::Elements;
use crate::session::queued::push_command;
use crate::session::session::{Outcome, Session};
use crate::transport::{ConnectionSource, explain, may_retry};
use std::collections::BTreeMap;

const CACHING_YES: &[u8] = b"*3\r\n$6\r\nCLIENT\r\n$7\r\nCACHING\r\n$3\r\nYES\r\n";
const CACHING_NO: &[u8] = b"*3\r\n$6\r\nCLIENT\r\n$7\r\nCACHING\r\n$2\r\nNO\r\n";

/// Commands that are sent together, each to one server or divided among several.
#[derive(Default)]
struct OwnPipeline {
    parts: BTreeMap<usize, Part>,
    commands: Vec<Sent>,
}

/// The commands for one server.
struct Part {
    bytes: Vec<u8>,
    /// The number of commands.
    commands: usize,
    /// All may be sent a second time.
    is_repeatable: bool,
}

struct Sent {
    name: Vec<u8>,
    to: Recipients,
}

enum Recipients {
    /// The server, and the number of commands before it whose replies the caller does not receive.
    One(usize, usize),
    Several(Box<QueuedCommand>, Vec<(usize, usize)>),
}

impl OwnPipeline {
    fn part(&mut self, server: usize, is_repeatable: bool) -> &mut Part {
        let part = self.parts.entry(server).or_insert_with(|| Part { bytes: Vec::new(), commands: 0, is_repeatable: true });
        part.is_repeatable &= is_repeatable;
        part
    }
}

impl Part {
    /// Adds what has to precede a command. Returns the number of commands.
    fn push_preceding(&mut self, commands: &[&[u8]]) -> usize {
        commands.iter().for_each(|command| self.bytes.extend_from_slice(command));
        self.commands += commands.len();
        commands.len()
    }
}

impl Session {
    /// Runs commands without state. Returns an array of their replies.
    pub(super) fn execute_tracked(&mut self, request: &[u8]) -> Result<Reply, Error> {
        let mut replies = ReplyList::default();
        let mut pipeline = OwnPipeline::default();
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        while commands.next(&mut args)?.is_some() {
            self.add_tracked(&args, &mut pipeline, &mut replies);
        }
        self.run_pipeline(pipeline, &mut replies);
        Ok(replies.into_reply())
    }

    /// Adds a command to the pipeline, or runs the pipeline and then the command.
    fn add_tracked(&mut self, args: &[&[u8]], pipeline: &mut OwnPipeline, replies: &mut ReplyList) {
        let selected = self.selected.clone();
        let topology = selected.topology();
        let source = record_source(&topology, args);
        let command = lookup(args);
        let access = command.map(|command| command.access);
        match CommandResolver::new(selected.config(), &topology).plan(command, args) {
            Ok(Plan::OneServer { server, keys, flags }) => {
                self.note_write(access, (!keys.is_empty()).then_some(server), true);
                self.note_names(args, &keys);
                let load = source.map(|source| packed_load(&source));
                let preceding: Vec<&[u8]> = load.as_deref().into_iter().chain(self.packed_caching()).collect();
                let part = pipeline.part(server, flags.repeatable);
                let hidden = part.push_preceding(&preceding);
                push_command(&mut part.bytes, args, &keys);
                part.commands += 1;
                pipeline.commands.push(Sent { name: args[0].to_vec(), to: Recipients::One(server, hidden) });
            }
            Ok(Plan::Split { kind, keys, flags }) => {
                self.note_write(access, self.servers_of(&keys), true);
                self.note_names(args, &keys);
                self.add_split(args, kind, &keys, flags.repeatable, pipeline);
            }
            Ok(Plan::CrossNode(planned)) => {
                self.run_pipeline(std::mem::take(pipeline), replies);
                let tracked = if access == Some(Access::Read) { self.track_keys(args, &planned.keys) } else { Ok(()) };
                self.note_write(access, self.servers_of(&planned.keys), false);
                replies.push(tracked.and_then(|()| self.selected.command(args)));
            }
            Err(error) => {
                self.run_pipeline(std::mem::take(pipeline), replies);
                replies.push(error.refusal().map(Reply::error).ok_or(error));
            }
        }
    }

    fn add_split(&self, args: &[&[u8]], kind: SplitKind, keys: &[Key], is_repeatable: bool, pipeline: &mut OwnPipeline) {
        let (command, parts) = QueuedCommand::split(self.selected.config(), args, keys, kind);
        let mut sent = Vec::new();
        for own in &parts {
            let part = pipeline.part(own.server, is_repeatable);
            let hidden = part.push_preceding(self.packed_caching().as_slice());
            part.bytes.extend_from_slice(&own.bytes);
            part.commands += own.commands;
            sent.push((own.server, hidden));
        }
        pipeline.commands.push(Sent { name: args[0].to_vec(), to: Recipients::Several(Box::new(command), sent) });
    }

    /// Makes the servers track keys that are about to be read over other connections.
    pub(super) fn track_keys(&mut self, args: &[&[u8]], keys: &[Key]) -> Result<(), Error> {
        let is_tracked = self.tracking.as_ref().is_some_and(|tracking| tracking.options.tracks_reads(tracking.is_caching_given));
        if !is_tracked || keys.is_empty() {
            return Ok(());
        }
        self.note_names(args, keys);
        let servers = self.servers_of(keys);
        let mut pipeline = OwnPipeline::default();
        for &server in &servers {
            if pipeline.parts.contains_key(&server) {
                continue;
            }
            let own: Vec<&[u8]> = keys.iter().zip(&servers).filter(|(_, other)| **other == server).map(|(key, _)| key.name).collect();
            let part = pipeline.part(server, true);
            let hidden = part.push_preceding(self.packed_caching().as_slice());
            push_count(&mut part.bytes, 1 + own.len());
            push_argument(&mut part.bytes, b"EXISTS");
            own.iter().for_each(|key| push_argument(&mut part.bytes, key));
            part.commands += 1;
            pipeline.commands.push(Sent { name: args[0].to_vec(), to: Recipients::One(server, hidden) });
        }
        let mut replies = ReplyList::default();
        self.run_pipeline(pipeline, &mut replies);
        let replies = replies.into_reply();
        (0..replies.entries()[0].length()).try_for_each(|nth| match replies.element(0, nth).and_then(|at| replies.failure(at)) {
            Some(error) => Err(error),
            None => Ok(()),
        })
    }

    /// Sends the commands to their servers, then receives the replies.
    fn run_pipeline(&mut self, pipeline: OwnPipeline, replies: &mut ReplyList) {
        let begun: Vec<Result<(), (Error, usize)>> = pipeline.parts.iter().map(|(&server, part)| self.send_own(server, part)).collect();
        let mut outcomes = BTreeMap::new();
        for ((&server, part), begun) in pipeline.parts.iter().zip(begun) {
            let outcome = begun.and_then(|()| self.receive_own(server, part.commands).map_err(|error| (error, part.bytes.len())));
            outcomes.insert(server, outcome.or_else(|(error, sent)| self.send_again(server, part, error, sent)).map(Elements::new));
        }
        for command in pipeline.commands {
            replies.push(self.reply_to(command, &mut outcomes));
        }
    }

    /// On failure also returns how many bytes the kernel took.
    fn send_own(&mut self, server: usize, part: &Part) -> Result<(), (Error, usize)> {
        let may_reconnect = !self.is_bound_to(server);
        let mut sent = 0;
        let outcome = self.own_connection(server, may_reconnect).and_then(|connection| connection.send(&part.bytes, &mut sent));
        outcome.map_err(|error| (error, sent))
    }

    fn receive_own(&mut self, server: usize, count: usize) -> Outcome {
        match &mut self.connections[server] {
            Some(connection) => connection.receive(count),
            None => Err(Error::new(Code::Io, "the connection was lost")),
        }
    }

    /// After a failure: sends the commands once more if they only read, or if nothing was sent. Otherwise returns the error, and whether all of the
    /// commands had been sent.
    fn send_again(&mut self, server: usize, part: &Part, error: Error, sent: usize) -> Result<Reply, (Error, bool)> {
        let may_retry = !self.is_bound_to(server) && may_retry(&error, part.is_repeatable, sent == 0);
        self.lose_connection(server, error.clone(), b"", false);
        if !may_retry {
            return Err((error, sent == part.bytes.len()));
        }
        let mut sent = 0;
        let outcome = self.own_connection(server, true).and_then(|connection| connection.ask(&part.bytes, part.commands, &mut sent));
        outcome.map_err(|error| {
            self.lose_connection(server, error.clone(), b"", false);
            (error, sent == part.bytes.len())
        })
    }

    fn reply_to(&self, command: Sent, outcomes: &mut BTreeMap<usize, Result<Elements, (Error, bool)>>) -> Outcome {
        let mut take = |server: usize, hidden: usize| match outcomes.get_mut(&server) {
            Some(Ok(elements)) => {
                elements.take(hidden)?;
                elements.take(1)
            }
            Some(Err((error, was_sent))) => {
                let error = match error.refusal() {
                    Some(_) => error.clone(),
                    None => explain(self.configured.topology().shard(server).server(), error.clone(), &command.name, *was_sent),
                };
                Err(error)
            }
            None => Err(Error::new(Code::Internal, "a command was sent to no server")),
        };
        match command.to {
            Recipients::One(server, hidden) => {
                take(server, hidden).map(|reply| reply.extract(1)).or_else(|error| error.refusal().map(Reply::error).ok_or(error))
            }
            Recipients::Several(queued, servers) => {
                let outcomes: Vec<_> = servers.into_iter().map(|(server, hidden)| (server, take(server, hidden))).collect();
                if let Some(error) = queued.failure(self.selected.config(), &outcomes) {
                    return Err(error);
                }
                let replies = outcomes.into_iter().filter_map(|(_, outcome)| outcome.ok()).collect();
                Ok(queued.reply(self.selected.config(), &self.selected.topology(), replies))
            }
        }
    }

    /// CLIENT CACHING, if the session has received it for the next command.
    pub(super) fn packed_caching(&self) -> Option<&'static [u8]> {
        let tracking = self.tracking.as_ref().filter(|tracking| tracking.is_caching_given)?;
        Some(if tracking.options.opts_in { CACHING_YES } else { CACHING_NO })
    }

    /// Records that a command may change keys on these servers. A server does not announce what a connection with NOLOOP writes itself, except that
    /// all keys were deleted; `is_own`: the command runs over such connections.
    pub(super) fn note_write(&mut self, access: Option<Access>, servers: impl IntoIterator<Item = usize>, is_own: bool) {
        if let Some(tracking) = &mut self.tracking
            && access != Some(Access::Read)
            && !(is_own && tracking.options.ignores_own_writes)
        {
            tracking.written.extend(servers);
        }
    }

    /// The servers of the keys of a command; without keys all.
    pub(super) fn servers_of(&self, keys: &[Key]) -> Vec<usize> {
        match keys.is_empty() {
            true => (0..self.connections.len()).collect(),
            false => keys.iter().map(|key| self.selected.config().masters[key.master()].server).collect(),
        }
    }

    /// Records the keys whose names on their servers are others.
    pub(super) fn note_names(&self, args: &[&[u8]], keys: &[Key]) {
        let Some(tracking) = &self.tracking else { return };
        for key in keys {
            let given = args[key.position()];
            if given.len() != key.name.len() {
                tracking.source.note_name(self.selected.config().masters[key.master()].server, key.name, given);
            }
        }
    }
}

fn packed_load(source: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    push_count(&mut bytes, 3);
    [&b"SCRIPT"[..], b"LOAD", source].iter().for_each(|word| push_argument(&mut bytes, word));
    bytes
}
