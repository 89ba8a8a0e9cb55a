//! Commands for several nodes inside the MULTI of a session: what each server queues, and the reply that is made of its part of EXEC's array.

use crate::command::{Access, CommandFlags, Key, PlacedKeys, ReadTimeout, ResponsePolicy, SplitKind, Strategy, lookup};
use crate::config::{Config, Protocol};
use crate::crossnode::broadcast::{has_client_ids, preceding_commands, with_client_ids};
use crate::crossnode::scan::OneStep;
use crate::crossnode::split::Split;
use crate::crossnode::support::conversation::{Words, replies};
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::crossnode::support::partial_write::{PartOutcome, partial_write};
use crate::crossnode::{Job, broadcast, random_key, resp3, split};
use crate::error::{Error, printable};
use crate::resp::{Reply, push_argument, push_count};
use crate::routing::CrossNodeCommand;
use crate::topology::Topology;
use std::borrow::Cow;

/// A command that several servers have queued.
pub(crate) struct QueuedCommand {
    strategy: Strategy,
    args: Vec<Vec<u8>>,
    split: Option<Split>,
    /// Of SCAN. `None`: the cursor is invalid, and no server gets the command.
    scan: Option<OneStep>,
}

/// The packed commands that one server queues for a command.
pub(crate) struct ServerPart {
    pub server: usize,
    pub bytes: Vec<u8>,
    pub commands: usize,
}

impl QueuedCommand {
    /// A command whose keys are divided among their servers.
    pub(crate) fn split(config: &Config, args: &[&[u8]], keys: &[Key], kind: SplitKind) -> (QueuedCommand, Vec<ServerPart>) {
        let mut split = Split::new(config, kind, keys);
        split.writes = lookup(args).is_none_or(|command| command.access != Access::Read);
        let by_part = split.keys_by_part();
        let mut rest = by_part.as_slice();
        let part = |part: &split::Part| {
            let (own_keys, following) = rest.split_at(part.keys);
            rest = following;
            let mut bytes = Vec::new();
            split::pack_part(&mut bytes, args, keys, own_keys, kind);
            ServerPart { server: part.server, bytes, commands: 1 }
        };
        let parts = split.parts.iter().map(part).collect();
        let name = vec![args[0].to_vec()];
        (QueuedCommand { strategy: Strategy::Split(kind), args: name, split: Some(split), scan: None }, parts)
    }

    /// A command without keys that concerns all servers. `None` for other strategies.
    pub(crate) fn without_keys(config: &Config, args: &[&[u8]], strategy: Strategy) -> Option<(QueuedCommand, Vec<ServerPart>)> {
        let servers = config.servers.len();
        let as_given = || args.iter().map(|&word| Cow::from(word)).collect::<Words>();
        let mut scan = None;
        // In a transaction WAIT does not wait, so no write has to precede it.
        let strategy = match strategy {
            Strategy::Broadcast(ResponsePolicy::ReplicaCount) => Strategy::Broadcast(ResponsePolicy::AggMin),
            strategy => strategy,
        };
        let parts = match strategy {
            Strategy::Broadcast(policy) => {
                let part = |server| {
                    let own = if has_client_ids(policy) { with_client_ids(args, server, servers)? } else { as_given() };
                    let preceding = preceding_commands(policy).iter().map(|words| words.iter().map(|&word| Cow::from(word)).collect());
                    Some(ServerPart::new(server, &preceding.chain([own]).collect::<Vec<Words>>()))
                };
                (0..servers).filter_map(part).collect()
            }
            Strategy::RandomKey => (0..servers).map(|server| ServerPart::new(server, &random_key::commands())).collect(),
            Strategy::Scan => {
                scan = OneStep::new(args, servers);
                scan.iter().map(|step| ServerPart::new(step.server(), &[step.command(args)])).collect()
            }
            _ => return None,
        };
        let args = args.iter().map(|word| word.to_vec()).collect();
        Some((QueuedCommand { strategy, args, split: None, scan }, parts))
    }

    /// Makes the reply. `replies` has an array for each part, with the replies to its commands. A failure becomes an error reply, because the
    /// transaction as a whole has been executed.
    pub(crate) fn reply(&self, config: &Config, topology: &Topology, replies: Vec<Reply>) -> Reply {
        let is_resp3 = config.protocol == Protocol::Resp3;
        let replies = if is_resp3 { replies.into_iter().map(resp3::untyped).collect() } else { replies };
        let reply = self.merge(config, topology, replies).or_else(Abort::into_reply);
        let reply = reply.unwrap_or_else(|error| Reply::of_error(&error));
        if is_resp3 { resp3::typed(self.strategy, &[], reply) } else { reply }
    }

    /// The error of a command whose part failed on one of these servers; `None` if none failed. That of a write names those that have executed it.
    pub(crate) fn failure(&self, config: &Config, outcomes: &[(usize, Result<Reply, Error>)]) -> Option<Error> {
        let first = outcomes.iter().find_map(|(_, outcome)| outcome.as_ref().err())?;
        if !self.split.as_ref().is_some_and(|split| split.writes) {
            return Some(first.clone());
        }
        fn part(outcome: &Result<Reply, Error>) -> PartOutcome<'_> {
            match outcome {
                Ok(reply) => PartOutcome::of(replies(reply).last()),
                Err(error) => PartOutcome::Failed(error),
            }
        }
        let parts = outcomes.iter().map(|(server, outcome)| (config.servers[*server].alias.as_str(), part(outcome)));
        let name = printable(&self.args[0].to_ascii_uppercase());
        partial_write(&name, &parts.collect::<Vec<_>>()).or_else(|| Some(first.clone()))
    }

    fn merge(&self, config: &Config, topology: &Topology, replies: Vec<Reply>) -> Outcome<Reply> {
        let args: Vec<&[u8]> = self.args.iter().map(Vec::as_slice).collect();
        let flags = CommandFlags { repeatable: false, read_timeout: ReadTimeout::Configured };
        let command = CrossNodeCommand { strategy: self.strategy, keys: PlacedKeys::new(), flags };
        let job = Job { config, topology: topology.over_resp2(), args: &args, command: &command, limit: None };
        match (self.strategy, &self.split, &self.scan) {
            (Strategy::Split(_), Some(split), _) => split::merge(&job, split, &replies),
            (Strategy::Broadcast(policy), ..) => {
                let outcomes: Vec<Result<Reply, Error>> = replies.into_iter().map(Ok).collect();
                let reply = broadcast::merge(&job, policy, outcomes, false)?;
                Ok(broadcast::with_sessions(&job, policy, reply)?)
            }
            (Strategy::RandomKey, ..) => random_key::drawn(&replies),
            (Strategy::Scan, _, Some(step)) => step.reply(&replies, config.servers.len()),
            (Strategy::Scan, _, None) => Err(Abort::refusal("ERR invalid cursor")),
            _ => Err(Abort::protocol_error("a command in a transaction has no way to make its reply")),
        }
    }
}

impl ServerPart {
    fn new(server: usize, commands: &[Words]) -> ServerPart {
        let mut bytes = Vec::new();
        for command in commands {
            push_count(&mut bytes, command.len());
            command.iter().for_each(|word| push_argument(&mut bytes, word));
        }
        ServerPart { server, bytes, commands: commands.len() }
    }
}
