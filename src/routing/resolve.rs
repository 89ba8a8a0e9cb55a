//! What a command means here: from the table, or, where that has no such command, from a server.

use crate::command::{CommandFlags, PlacedKeys, Positions, ReadTimeout, ServerCommand, ServerInfo, Strategy, fits, lookup};
use crate::config::{Config, Read};
use crate::error::{Code, Error, printable};
use crate::resp::{Reply, Value};
use crate::routing::{Plan, arity_text, keys_of, learned_positions, place, plan, plan_learned, wrong_arity};
use crate::topology::{Process, Replica};
use crate::transport::NodePipeline;
use std::cell::OnceCell;
use std::sync::Arc;

pub(crate) struct CommandResolver<'p> {
    config: &'p Config,
    process: &'p Process,
    read: Read,
    /// For each server the replica that this call reads from, if any: the same for all its commands.
    readers: OnceCell<Vec<OnceCell<Option<Arc<Replica>>>>>,
}

/// What a command is about, for a caller who runs it on one server or not at all.
pub(crate) enum Located<'a> {
    /// Its keys, and what the table says of it where several servers are concerned.
    Keys { keys: PlacedKeys<'a>, strategy: Strategy },
    /// The server would refuse it, with this error.
    Answer(String),
    /// No server knows it.
    Unknown,
}

impl<'p> CommandResolver<'p> {
    #[inline]
    pub(crate) fn new(config: &'p Config, process: &'p Process) -> CommandResolver<'p> {
        CommandResolver { config, process, read: Read::Master, readers: OnceCell::new() }
    }

    /// With reads from there.
    #[inline]
    pub(crate) fn reading(self, read: Read) -> CommandResolver<'p> {
        CommandResolver { read, ..self }
    }

    #[inline]
    pub(crate) fn reads_replicas(&self) -> bool {
        self.read == Read::Replica
    }

    /// The replica that this call reads from in place of a server, if there is one.
    pub(crate) fn reader(&self, server: usize) -> Option<&Replica> {
        let pool = self.process.pool(server);
        if !self.reads_replicas() || !pool.may_have_replicas() {
            return None;
        }
        let readers = self.readers.get_or_init(|| vec![OnceCell::new(); self.config.servers.len()]);
        readers[server].get_or_init(|| pool.reader()).as_deref()
    }

    #[inline]
    pub(crate) fn config(&self) -> &'p Config {
        self.config
    }

    #[inline]
    pub(crate) fn process(&self) -> &'p Process {
        self.process
    }

    #[inline]
    pub(crate) fn plan<'a>(&self, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        match lookup(args) {
            Some(command) => plan(self.config, command, args),
            None => self.plan_unknown(args),
        }
    }

    /// Finds the keys of a command, and plans nothing.
    pub(crate) fn locate<'a>(&self, args: &[&'a [u8]]) -> Result<Located<'a>, Error> {
        if let Some(command) = lookup(args) {
            return match command.takes(args.len()) {
                true => Ok(Located::Keys { keys: keys_of(self.config, command, args)?, strategy: command.strategy }),
                false => Ok(Located::Answer(arity_text(command.name))),
            };
        }
        let Some(command) = self.learn(args)? else { return Ok(Located::Unknown) };
        if !fits(command.arity, args.len()) {
            return Ok(Located::Answer(arity_text(&printable(&args[0].to_ascii_lowercase()))));
        }
        let positions = self.positions(&command, args)?;
        Ok(Located::Keys { keys: place(self.config, args, positions.iter().copied()), strategy: Strategy::Refuse })
    }

    #[cold]
    fn plan_unknown<'a>(&self, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        let Some(command) = self.learn(args)? else { return Ok(to_be_refused()) };
        if !fits(command.arity, args.len()) {
            return Ok(wrong_arity(&printable(&args[0].to_ascii_lowercase())));
        }
        let positions = self.positions(&command, args)?;
        plan_learned(self.config, &command, args, &positions)
    }

    fn positions(&self, command: &ServerCommand, args: &[&[u8]]) -> Result<Positions, Error> {
        learned_positions(command, args).map_or_else(|| self.ask_for_keys(args), Ok)
    }

    /// The command, or subcommand, as the first server describes it; `None` when that does not know it either.
    fn learn(&self, args: &[&[u8]]) -> Result<Option<Arc<ServerCommand>>, Error> {
        let subcommand = || args.get(1).map(|subcommand| [args[0], b"|", subcommand].concat());
        if let (Some(_), Some(name)) = (lookup(&args[..1]), subcommand()) {
            // A container that the table has, with a subcommand that it lacks.
            return self.learn_name(&name);
        }
        let command = self.learn_name(args[0])?;
        match (&command, subcommand()) {
            (Some(container), Some(name)) if container.container => self.learn_name(&name),
            _ => Ok(command),
        }
    }

    fn learn_name(&self, name: &[u8]) -> Result<Option<Arc<ServerCommand>>, Error> {
        let learned: &ServerInfo = self.process.learned();
        if let Some(known) = learned.get(name) {
            return Ok(Some(known));
        }
        let reply = self.ask(&[b"COMMAND", b"INFO", name])?;
        Ok(ServerCommand::from_info(&reply).map(|command| learned.remember(name, command)))
    }

    /// Where the keys stand, by `COMMAND GETKEYS`. The server answers with the keys and not with their places, which are needed only
    /// where a key has a tag to be stripped.
    fn ask_for_keys(&self, args: &[&[u8]]) -> Result<Positions, Error> {
        let question: Vec<&[u8]> = [&b"COMMAND"[..], b"GETKEYS"].into_iter().chain(args.iter().copied()).collect();
        let reply = self.ask(&question)?;
        let keys: Vec<&[u8]> = match reply.root() {
            Value::Array(keys) => keys.filter_map(|key| if let Value::String(key) = key { Some(key) } else { None }).collect(),
            // The server's way of saying that there are none.
            Value::Error(text) if text.ends_with(b"no key arguments") => Vec::new(),
            Value::Error(text) => return Err(untold(args[0], &String::from_utf8_lossy(text))),
            _ => return Err(untold(args[0], "the server's answer to COMMAND GETKEYS is not a list")),
        };
        places(args, &keys).ok_or_else(|| untold(args[0], "a key stands among its other arguments too"))
    }

    fn ask(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        let mut pipeline = NodePipeline::new(self.process.pool(0), &[]);
        pipeline.add(None, args, &PlacedKeys::new(), CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured });
        pipeline.run(false);
        pipeline.into_single(args[0], false)
    }
}

/// The places of the keys among the arguments, if there is no doubt: as many arguments as keys have the bytes of each.
fn places(args: &[&[u8]], keys: &[&[u8]]) -> Option<Positions> {
    let positions: Positions = (1..args.len()).filter(|&at| keys.contains(&args[at])).collect();
    (positions.len() == keys.len()).then_some(positions)
}

/// No server knows the command; the first one may say so in its own words.
fn to_be_refused<'a>() -> Plan<'a> {
    Plan::One { server: 0, keys: PlacedKeys::new(), flags: CommandFlags { repeatable: false, read_timeout: ReadTimeout::Configured } }
}

fn untold(name: &[u8], why: &str) -> Error {
    let text = format!("{}: its keys cannot be told: {why} (COMMAND GETKEYS was asked)", printable(&name.to_ascii_uppercase()));
    Error::new(Code::Request, text)
}
