//! Plans any command: from the command table, or, if that lacks the command, from a server's description.

use crate::command::{Command, CommandFlags, PlacedKeys, Positions, ReadTimeout, ServerCommand, ServerInfo, Strategy, fits, lookup};
use crate::config::{Config, Read};
use crate::error::{Code, Error, printable};
use crate::resp::{Reply, Value};
use crate::routing::plan::{Plan, arity_text, learned_positions, place_keys, placed_keys, plan, plan_learned, wrong_arity};
use crate::topology::{Replica, Topology};
use crate::transport::NodePipeline;
use std::cell::OnceCell;
use std::sync::Arc;

pub(crate) struct CommandResolver<'p> {
    config: &'p Config,
    topology: &'p Topology,
    read: Read,
    /// By server, the replica that this call reads from: the same for all commands of the call.
    replicas: OnceCell<Vec<OnceCell<Option<Arc<Replica>>>>>,
}

/// The keys of a command, for a caller that only runs it if they are on one server.
pub(crate) enum Located<'a> {
    /// Its keys, and its strategy if they are on several servers.
    Keys { keys: PlacedKeys<'a>, strategy: Strategy },
    /// A server would reply with this error.
    ServerError(String),
    /// Neither the command table nor the server has such a command.
    Unknown,
}

impl<'p> CommandResolver<'p> {
    #[inline]
    pub(crate) fn new(config: &'p Config, topology: &'p Topology) -> CommandResolver<'p> {
        CommandResolver { config, topology, read: Read::Master, replicas: OnceCell::new() }
    }

    /// Sets where reads go; by default to masters.
    #[inline]
    pub(crate) fn with_read(self, read: Read) -> CommandResolver<'p> {
        CommandResolver { read, ..self }
    }

    #[inline]
    pub(crate) fn reads_replicas(&self) -> bool {
        self.read == Read::Replica
    }

    /// The replica that this call reads from in place of a master; `None` if it reads from the master.
    pub(crate) fn replica_of(&self, server: usize) -> Option<&Replica> {
        let shard = self.topology.shard(server);
        if !self.reads_replicas() || !shard.may_have_replicas() {
            return None;
        }
        let replicas = self.replicas.get_or_init(|| vec![OnceCell::new(); self.config.servers.len()]);
        replicas[server].get_or_init(|| shard.next_replica()).as_deref()
    }

    #[inline]
    pub(crate) fn config(&self) -> &'p Config {
        self.config
    }

    #[inline]
    pub(crate) fn topology(&self) -> &'p Topology {
        self.topology
    }

    /// Plans a command. `command` is its entry in the command table, if it has one.
    #[inline]
    pub(crate) fn plan<'a>(&self, command: Option<&Command>, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        match command {
            Some(command) => plan(self.config, command, args),
            None => self.plan_unknown(args),
        }
    }

    /// Finds the keys of a command without planning it.
    pub(crate) fn locate<'a>(&self, args: &[&'a [u8]]) -> Result<Located<'a>, Error> {
        if let Some(command) = lookup(args) {
            return match command.takes(args.len()) {
                true => Ok(Located::Keys { keys: placed_keys(self.config, command, args)?, strategy: command.strategy }),
                false => Ok(Located::ServerError(arity_text(command.name))),
            };
        }
        let Some(command) = self.learn(args)? else { return Ok(Located::Unknown) };
        if !fits(command.arity, args.len()) {
            return Ok(Located::ServerError(arity_text(&printable(&args[0].to_ascii_lowercase()))));
        }
        let positions = self.positions(&command, args)?;
        Ok(Located::Keys { keys: place_keys(self.config, args, positions.iter().copied()), strategy: Strategy::Refuse })
    }

    #[cold]
    fn plan_unknown<'a>(&self, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        let Some(command) = self.learn(args)? else { return Ok(unknown_command_plan()) };
        if !fits(command.arity, args.len()) {
            return Ok(wrong_arity(&printable(&args[0].to_ascii_lowercase())));
        }
        let positions = self.positions(&command, args)?;
        plan_learned(self.config, &command, args, &positions)
    }

    fn positions(&self, command: &ServerCommand, args: &[&[u8]]) -> Result<Positions, Error> {
        learned_positions(command, args).map_or_else(|| self.ask_key_positions(args), Ok)
    }

    /// The command or subcommand as the first server describes it; `None` if the server does not have it.
    fn learn(&self, args: &[&[u8]]) -> Result<Option<Arc<ServerCommand>>, Error> {
        let subcommand = || args.get(1).map(|subcommand| [args[0], b"|", subcommand].concat());
        if let (Some(_), Some(name)) = (lookup(&args[..1]), subcommand()) {
            // The command table has the container, but not the subcommand.
            return self.learn_name(&name);
        }
        let command = self.learn_name(args[0])?;
        match (&command, subcommand()) {
            (Some(container), Some(name)) if container.container => self.learn_name(&name),
            _ => Ok(command),
        }
    }

    fn learn_name(&self, name: &[u8]) -> Result<Option<Arc<ServerCommand>>, Error> {
        let learned: &ServerInfo = self.topology.learned_commands();
        if let Some(known) = learned.get(name) {
            return Ok(Some(known));
        }
        let reply = self.ask(&[b"COMMAND", b"INFO", name])?;
        Ok(ServerCommand::from_info(&reply).map(|command| learned.remember(name, command)))
    }

    /// The positions of the keys by `COMMAND GETKEYS`. The server replies with the keys, not with their positions, so the keys are looked
    /// up among the arguments.
    fn ask_key_positions(&self, args: &[&[u8]]) -> Result<Positions, Error> {
        let request: Vec<&[u8]> = [&b"COMMAND"[..], b"GETKEYS"].into_iter().chain(args.iter().copied()).collect();
        let reply = self.ask(&request)?;
        let keys: Vec<&[u8]> = match reply.root() {
            Value::Array(keys) => keys.filter_map(|key| if let Value::String(key) = key { Some(key) } else { None }).collect(),
            // The command has no keys.
            Value::Error(text) if text.ends_with(b"no key arguments") => Vec::new(),
            Value::Error(text) => return Err(unknown_keys_error(args[0], &String::from_utf8_lossy(text))),
            _ => return Err(unknown_keys_error(args[0], "the reply is not a list")),
        };
        positions_of(args, &keys).ok_or_else(|| unknown_keys_error(args[0], "another argument is equal to a key"))
    }

    /// Asks the first server.
    fn ask(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        let mut pipeline = NodePipeline::new(self.topology.over_resp2().shard(0), &[]);
        pipeline.add(None, args, &PlacedKeys::new(), CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured });
        pipeline.run(false);
        pipeline.into_single(args[0], false)
    }
}

/// The positions of the keys among the arguments; `None` if they are ambiguous because another argument is equal to a key.
fn positions_of(args: &[&[u8]], keys: &[&[u8]]) -> Option<Positions> {
    let positions: Positions = (1..args.len()).filter(|&position| keys.contains(&args[position])).collect();
    (positions.len() == keys.len()).then_some(positions)
}

/// No server has the command. The first server replies with its own error.
fn unknown_command_plan<'a>() -> Plan<'a> {
    Plan::OneServer { server: 0, keys: PlacedKeys::new(), flags: CommandFlags { repeatable: false, read_timeout: ReadTimeout::Configured } }
}

fn unknown_keys_error(name: &[u8], reason: &str) -> Error {
    let text = format!("{}: COMMAND GETKEYS does not determine its keys: {reason}", printable(&name.to_ascii_uppercase()));
    Error::new(Code::Request, text)
}
