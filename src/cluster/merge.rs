//! Merges the replies of several servers into one reply, in the order of the caller's commands and keys.

use crate::cluster::slot::{Broadcast, ExpectedReply, Slot};
use crate::command::{ResponsePolicy, SplitKind};
use crate::config::Config;
use crate::crossnode::split::Split;
use crate::crossnode::support::partial_write::{PartOutcome, partial_write};
use crate::crossnode::{Job, broadcast};
use crate::error::{Code, Error, printable};
use crate::resp::{Builder, Entry, Kind, Reply};
use crate::routing::CommandResolver;
use crate::topology::Topology;
use crate::transport::{MAX_KEPT_BUFFER, NodePipeline};

/// Merges the replies that pipelines have read.
pub(crate) struct Merger<'l, 'p, 'a> {
    config: &'l Config,
    topology: &'l Topology,
    /// By server.
    pipelines: &'l [Option<NodePipeline<'p, 'a>>],
    /// For each pipeline, the offset of its bytes in the merged reply.
    bases: Vec<usize>,
    /// For each pipeline, the next entry of its index.
    next: Vec<usize>,
    /// The last DBSIZE found no internal keys, so the replies to those that follow it are only added.
    adds_key_counts: bool,
    builder: Builder,
}

impl<'l, 'p, 'a> Merger<'l, 'p, 'a> {
    pub(crate) fn new(resolver: &CommandResolver<'l>, pipelines: &'l mut [Option<NodePipeline<'p, 'a>>]) -> Result<Self, Error> {
        let mut builder = Builder::default();
        let mut left: usize = pipelines.iter().flatten().map(|pipeline| pipeline.bytes().len()).sum();
        let mut bases = Vec::with_capacity(pipelines.len());
        for pipeline in pipelines.iter_mut() {
            let length = pipeline.as_ref().map_or(0, |pipeline| pipeline.bytes().len());
            left -= length;
            bases.push(match pipeline {
                // Moved, so that a large reply is not twice in memory.
                Some(pipeline) if length > MAX_KEPT_BUFFER => builder.append_vec_and_reserve(pipeline.take_bytes(), left)?,
                Some(pipeline) => builder.append_bytes_and_reserve(pipeline.bytes(), left)?,
                None => 0,
            });
        }
        let pipelines = &*pipelines;
        // Entry 0 of a pipeline's index is reserved for an array around its replies, which is not used here.
        Ok(Merger {
            config: resolver.config(),
            topology: resolver.topology(),
            pipelines,
            bases,
            next: vec![1; pipelines.len()],
            adds_key_counts: false,
            builder,
        })
    }

    /// The reply to the only command.
    pub(crate) fn single(mut self, slot: &Slot<'a>) -> Result<Reply, Error> {
        self.append(slot)?;
        Ok(self.builder.finish())
    }

    /// An array with the replies to all commands; a failed command is a failure in its place.
    pub(crate) fn all(mut self, slots: &[Slot<'a>]) -> Reply {
        let root = self.builder.begin(Kind::Array, slots.len());
        self.builder.reserve(slots.len());
        for slot in slots {
            if let Err(error) = self.append(slot) {
                self.builder.failure(&error);
            }
        }
        self.builder.end(root);
        self.builder.finish()
    }

    /// A map from each alias to the first reply of its pipeline. Several aliases may share a pipeline.
    pub(crate) fn by_alias(mut self, aliases: &[(String, usize)], name: &[u8]) -> Reply {
        let root = self.builder.begin(Kind::Map, aliases.len() * 2);
        for &(ref alias, pipeline) in aliases {
            self.builder.string(alias.as_bytes());
            self.next[pipeline] = 1;
            match self.next_reply(pipeline, 0, name) {
                Ok(entries) => {
                    self.builder.copy(entries, self.bases[pipeline]);
                    if entries[0].is_error() {
                        self.set_origin(pipeline, name);
                    }
                }
                Err(error) => self.builder.failure(&error),
            }
        }
        self.builder.end(root);
        self.builder.finish()
    }

    /// Appends the reply to a command, and nothing if the command failed.
    fn append(&mut self, slot: &Slot<'a>) -> Result<(), Error> {
        match &slot.reply {
            ExpectedReply::OneServer { server, index } => {
                let server = *server as usize;
                let entries = self.next_entries(server, *index, slot.name)?;
                self.next[server] += self.builder.copy_one(entries, self.bases[server]);
                if entries[0].is_error() {
                    self.set_origin(server, slot.name);
                }
                Ok(())
            }
            ExpectedReply::AfterScriptLoad { server, index } => {
                self.next_reply(*server as usize, *index - 1, slot.name)?;
                self.append(&Slot { name: slot.name, reply: ExpectedReply::OneServer { server: *server, index: *index } })
            }
            ExpectedReply::Split(split) => self.append_split(split, slot.name),
            ExpectedReply::Broadcast(broadcast) => self.append_broadcast(broadcast, slot.name),
            ExpectedReply::Failure(error) => Err(error.clone()),
        }
    }

    /// Says where the error reply comes from that was appended last.
    #[cold]
    fn set_origin(&mut self, server: usize, name: &[u8]) {
        if let Some(pipeline) = &self.pipelines[server] {
            self.builder.origin(pipeline.origin(name));
        }
    }

    /// The entries of a pipeline from its next reply on.
    #[inline]
    fn next_entries(&self, server: usize, index: u32, name: &[u8]) -> Result<&'l [Entry], Error> {
        let Some(pipeline) = &self.pipelines[server] else {
            return Err(Error::new(Code::Internal, "a reply is expected from a server without a pipeline"));
        };
        pipeline.outcome(index, name)?;
        Ok(&pipeline.entries()[self.next[server]..])
    }

    /// The entries of a pipeline's next reply. Advances to the reply after it.
    fn next_reply(&mut self, server: usize, index: u32, name: &[u8]) -> Result<&'l [Entry], Error> {
        let entries = self.next_entries(server, index, name)?;
        let span = entries[0].span();
        self.next[server] += span;
        Ok(&entries[..span])
    }

    fn append_broadcast(&mut self, broadcast: &Broadcast, name: &[u8]) -> Result<(), Error> {
        if broadcast.policy == ResponsePolicy::VisibleKeyCount {
            let count = self.added_key_counts(broadcast);
            self.adds_key_counts = count.is_some();
            if let Some(count) = count {
                self.builder.integer(count);
                return Ok(());
            }
        }
        let outcomes = broadcast.indexes.iter().enumerate().filter_map(|(server, index)| Some((server, (*index)?)));
        let outcomes = outcomes.map(|(server, index)| self.replies(server, index, broadcast.commands, name)).collect();
        let topology = self.topology.over_resp2();
        let job = Job { config: self.config, topology, args: &broadcast.args, command: &broadcast.command, limit: None };
        let reply = broadcast::merge(&job, broadcast.policy, outcomes, false)?;
        self.builder.append(&reply, 0..reply.entries().len());
        Ok(())
    }

    /// The reply to DBSIZE, if all servers replied and have no internal keys: the usual case, which takes no copies. Otherwise nothing has
    /// been taken from the pipelines.
    fn added_key_counts(&mut self, broadcast: &Broadcast) -> Option<i64> {
        let commands = broadcast.commands as usize;
        if commands == 1 && !self.adds_key_counts {
            return None;
        }
        let mut sum = 0;
        for (server, pipeline) in self.pipelines.iter().enumerate() {
            let replies = pipeline.as_ref()?.entries().get(self.next[server]..self.next[server] + commands)?;
            let (count, internal) = replies.split_last()?;
            let has_internal_keys = internal.iter().any(|entry| entry.data != 0);
            if has_internal_keys || replies.iter().any(|entry| entry.kind() != Kind::Integer) {
                return None;
            }
            sum += count.data;
        }
        self.next.iter_mut().for_each(|next| *next += commands);
        Some(sum)
    }

    /// A copy of the next replies of a pipeline, in an array.
    fn replies(&mut self, server: usize, first: u32, count: u32, name: &[u8]) -> Result<Reply, Error> {
        let start = self.next[server];
        (first..first + count).try_for_each(|index| self.next_reply(server, index, name).map(drop))?;
        let entries = self.pipelines[server].as_ref().map(|pipeline| &pipeline.entries()[start..self.next[server]]);
        Ok(Reply::array_of_copies(count as usize, entries.unwrap_or_default(), &self.builder.bytes()[self.bases[server]..]))
    }

    fn append_split(&mut self, split: &Split, name: &[u8]) -> Result<(), Error> {
        if split.partial {
            return self.append_partial(split, name);
        }
        let parts: Vec<Result<&[Entry], Error>> = split.parts.iter().map(|part| self.next_reply(part.server, part.index, name)).collect();
        let is_executed = |part: &Result<&[Entry], Error>| part.as_ref().is_ok_and(|reply| !reply[0].is_error());
        if split.writes
            && !parts.iter().all(is_executed)
            && let Some(error) = self.partial_write(split, &parts, name)
        {
            return Err(error);
        }
        let parts: Vec<&[Entry]> = parts.into_iter().collect::<Result<_, _>>()?;
        if let Some(failed) = parts.iter().position(|part| part[0].is_error()) {
            let server = split.parts[failed].server;
            self.builder.copy(parts[failed], self.bases[server]);
            self.set_origin(server, name);
            return Ok(());
        }
        parts.iter().zip(&split.parts).try_for_each(|(reply, part)| check_form(split.kind, reply[0], part.keys))?;
        self.append_merged(split, &parts);
        Ok(())
    }

    /// Appends what the replies to all parts make together.
    fn append_merged(&mut self, split: &Split, parts: &[&[Entry]]) {
        match split.kind {
            SplitKind::Values | SplitKind::ValuesAtPath => self.append_values(split, parts),
            SplitKind::Counted => self.builder.integer(parts.iter().map(|part| part[0].data).sum()),
            SplitKind::Stored | SplitKind::StoredWithOptions => self.builder.copy(parts[0], self.bases[split.parts[0].server]),
        }
    }

    /// Appends an array with one value per key, each from the part of the key.
    fn append_values(&mut self, split: &Split, parts: &[&[Entry]]) {
        let root = self.builder.begin(Kind::Array, split.part_of_key.len());
        self.builder.reserve(split.part_of_key.len());
        let bases: Vec<usize> = split.parts.iter().map(|part| self.bases[part.server]).collect();
        let mut next = vec![1; parts.len()];
        for &part in &split.part_of_key {
            let part = part as usize;
            let start = next[part];
            next[part] = start + self.builder.copy_one(&parts[part][start..], bases[part]);
        }
        self.builder.end(root);
    }

    /// Appends the reply to a command that may fail for single keys. If none has failed it is the usual one, else an array with the result of each
    /// key.
    fn append_partial(&mut self, split: &Split, name: &[u8]) -> Result<(), Error> {
        let mut results: Vec<Vec<Result<&[Entry], Error>>> = Vec::with_capacity(split.parts.len());
        for part in &split.parts {
            let indexes = part.index..part.index + split.commands(part);
            results.push(indexes.map(|index| self.next_reply(part.server, index, name)).collect());
        }
        for (replies, part) in results.iter_mut().zip(&split.parts) {
            for reply in replies {
                if let Ok(entries) = reply
                    && !entries[0].is_error()
                    && let Err(error) = check_form(split.kind, entries[0], part.keys)
                {
                    *reply = Err(error.on_node(&self.config.servers[part.server].alias));
                }
            }
        }
        let succeeded: Option<Vec<&[Entry]>> =
            results.iter().flatten().map(|reply| reply.as_ref().ok().copied().filter(|entries| !entries[0].is_error())).collect();
        match succeeded {
            Some(replies) => self.append_merged(split, &replies),
            None => self.append_results(split, &results, name),
        }
        Ok(())
    }

    /// Appends an array with the result of each key: from the replies to its part, which are one for each key or one for all.
    fn append_results(&mut self, split: &Split, results: &[Vec<Result<&[Entry], Error>>], name: &[u8]) {
        let root = self.builder.begin(Kind::Array, split.part_of_key.len());
        let has_values = matches!(split.kind, SplitKind::Values | SplitKind::ValuesAtPath);
        let mut next = vec![(0, 1); results.len()];
        for &part in &split.part_of_key {
            let (part, server) = (part as usize, split.parts[part as usize].server);
            let (nth, value) = &mut next[part];
            let replies = &results[part];
            match &replies[(*nth).min(replies.len() - 1)] {
                Err(error) => self.builder.failure(error),
                Ok(reply) if reply[0].is_error() => {
                    self.builder.copy(reply, self.bases[server]);
                    self.set_origin(server, name);
                }
                Ok(reply) if has_values => *value += self.builder.copy_one(&reply[*value..], self.bases[server]),
                Ok(reply) => self.builder.copy(reply, self.bases[server]),
            }
            *nth += 1;
        }
        self.builder.end(root);
    }

    /// The error of a write of which not all parts were executed, see [`partial_write`].
    #[cold]
    fn partial_write(&self, split: &Split, parts: &[Result<&[Entry], Error>], name: &[u8]) -> Option<Error> {
        let text = |nth: usize, reply: &[Entry]| {
            let start = self.bases[split.parts[nth].server] + reply[0].data as usize;
            self.builder.bytes().get(start..start + reply[0].length()).unwrap_or_default()
        };
        let alias = |nth: usize| self.config.servers[split.parts[nth].server].alias.as_str();
        let mut outcomes = Vec::with_capacity(parts.len());
        for (nth, part) in parts.iter().enumerate() {
            outcomes.push((
                alias(nth),
                match part {
                    Ok(reply) if reply[0].is_error() => PartOutcome::Refused(text(nth, reply)),
                    Ok(_) => PartOutcome::Executed,
                    Err(error) => PartOutcome::Failed(error),
                },
            ));
        }
        partial_write(&printable(&name.to_ascii_uppercase()), &outcomes)
    }
}

/// Checks the form of a reply to a part of a split command with so many keys.
fn check_form(kind: SplitKind, reply: Entry, keys: usize) -> Result<(), Error> {
    let has_form = match kind {
        SplitKind::Values | SplitKind::ValuesAtPath => reply.kind() == Kind::Array && reply.length() == keys,
        SplitKind::Counted => reply.kind() == Kind::Integer,
        SplitKind::Stored | SplitKind::StoredWithOptions => true,
    };
    if has_form {
        return Ok(());
    }
    Err(Error::new(
        Code::Protocol,
        match kind {
            SplitKind::Counted => "a server replied with something other than a number",
            _ => "a server replied with a number of values other than the number of keys",
        },
    ))
}
