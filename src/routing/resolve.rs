//! Plans any command: from the command table, or, if that lacks the command, from a server's description.

use crate::command::{
    Command, CommandFlags, Key, Keys, ModuleCommand, PlacedKeys, Positions, ReadTimeout, ServerCommand, ServerInfo, Strategy,
    UndeclaredUse, fits, lookup, module_command, undeclared_use,
};
use crate::config::{Config, KeylessScripts};
use crate::error::{Code, Error, printable};
use crate::resharding::{SettledKeys, read_at_old_place, settle};
use crate::resp::{Reply, Value};
use crate::routing::plan::{
    Plan, keyless_error, lacks_keys, learned_positions, needs_session, place_keys, placed_keys, plan, plan_for_rejection, plan_learned,
    upper,
};
use crate::topology::{ReadChoice, Reads, Replica, Topology};
use crate::transport::NodePipeline;
use std::cell::OnceCell;
use std::sync::Arc;

pub(crate) struct CommandResolver<'p> {
    config: &'p Config,
    topology: &'p Topology,
    reads: Reads<'p>,
    partial: bool,
    /// By server, the replicas that this call reads from: the same for all commands of the call.
    replicas: OnceCell<Vec<ReplicaList>>,
    /// The keys of this call that are not at their places of the previous layout.
    settled: SettledKeys,
}

/// The replicas that a call reads from in place of one master: the next one if one of them fails. Grows only, so that what is in it can be borrowed.
#[derive(Default)]
struct ReplicaList {
    /// `None`: it reads from the master.
    replica: OnceCell<Option<Arc<Replica>>>,
    next: OnceCell<Box<ReplicaList>>,
}

/// The keys of a command, for a caller that only runs it if they are on one server.
pub(crate) enum Located<'a> {
    /// Its keys, and its strategy if they are on several servers.
    Keys { keys: PlacedKeys<'a>, strategy: Strategy },
    /// A server certainly rejects the command.
    Rejected,
}

impl<'p> CommandResolver<'p> {
    #[inline]
    pub(crate) fn new(config: &'p Config, topology: &'p Topology) -> CommandResolver<'p> {
        CommandResolver {
            config,
            topology,
            reads: Reads::MASTERS,
            partial: false,
            replicas: OnceCell::new(),
            settled: SettledKeys::default(),
        }
    }

    /// Sets where reads go; by default to masters.
    #[inline]
    pub(crate) fn with_reads(self, reads: Reads<'p>) -> CommandResolver<'p> {
        CommandResolver { reads, ..self }
    }

    /// Sets whether a command that is split by its keys may fail for single keys; by default it fails as a whole.
    #[inline]
    pub(crate) fn with_partial(self, partial: bool) -> CommandResolver<'p> {
        CommandResolver { partial, ..self }
    }

    #[inline]
    pub(crate) fn is_partial(&self) -> bool {
        self.partial
    }

    #[inline]
    pub(crate) fn reads(&self) -> Reads<'p> {
        self.reads
    }

    /// The replica that this call reads from in place of a master; `None` if it reads from the master.
    pub(crate) fn replica_of(&self, server: usize) -> Option<&Replica> {
        self.nth_replica_of(server, 0, self.reads.choice(server))
    }

    /// The replica that serves the `nth` attempt of this call, counted from 0, to read in place of a master: each call with an `nth` returns the same,
    /// whatever its choice.
    pub(crate) fn nth_replica_of(&self, server: usize, nth: usize, choice: ReadChoice) -> Option<&Replica> {
        let shard = self.topology.shard(server);
        if !self.reads.may_use_replicas() || !shard.may_have_replicas() {
            return None;
        }
        let by_server = self.replicas.get_or_init(|| self.config.servers.iter().map(|_| ReplicaList::default()).collect());
        let list = (0..nth).fold(&by_server[server], |list, _| list.next.get_or_init(Box::default));
        list.replica.get_or_init(|| shard.next_replica(choice)).as_deref()
    }

    #[inline]
    pub(crate) fn config(&self) -> &'p Config {
        self.config
    }

    #[inline]
    pub(crate) fn topology(&self) -> &'p Topology {
        self.topology
    }

    /// Plans a command. `command` is its entry in the command table, if it has one. Keys that are still at their places of a previous layout are
    /// moved.
    #[inline]
    pub(crate) fn plan<'a>(&self, command: Option<&Command>, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        let plan = self.plan_without_moving(command, args)?;
        if self.config.previous.is_some() {
            self.settle(args[0], plan.keys())?;
        }
        Ok(plan)
    }

    /// Plans a command, for a caller that does not run it.
    #[inline]
    pub(crate) fn plan_without_moving<'a>(&self, command: Option<&Command>, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        match command {
            Some(command) if command.takes(args.len()) => {
                let plan = plan(self.config, command, args);
                if command.strategy == Strategy::Script {
                    self.check_keyless_script(args)?;
                }
                match plan {
                    Ok(plan @ Plan::OneServer { .. }) => Ok(self.split_if_partial(plan, command.strategy)),
                    _ if self.is_missing(command) => Ok(plan_for_rejection()),
                    plan => plan,
                }
            }
            _ => self.plan_as_described(command, args),
        }
    }

    /// With `partial` a command that can be split is, also if all of its keys are on one server: each of them can fail then.
    #[inline]
    fn split_if_partial<'a>(&self, plan: Plan<'a>, strategy: Strategy) -> Plan<'a> {
        if self.partial { plan.split_by(strategy) } else { plan }
    }

    /// Moves keys that are still at their places of a previous layout.
    #[cold]
    fn settle(&self, name: &[u8], keys: &[Key]) -> Result<(), Error> {
        settle(self.config, self.topology, name, keys, &self.settled)
    }

    /// Moves the keys of several commands together, as far as the commands are valid. An error says that a key could not be moved.
    #[cold]
    pub(crate) fn move_keys_of<'c, 'a: 'c>(&self, commands: impl Iterator<Item = &'c [&'a [u8]]>) -> Result<(), Error> {
        let mut keys: Vec<Key> = Vec::new();
        for args in commands.filter(|args| !args.is_empty()) {
            if let Ok(plan) = self.plan_without_moving(lookup(args), args) {
                keys.extend_from_slice(plan.keys());
            }
        }
        self.settle(b"EXISTS", &keys)
    }

    /// Runs a command that only reads one key at the place of the key in the previous layout. `None`: the key is not there.
    #[cold]
    pub(crate) fn read_at_old_place(&self, args: &[&[u8]], key: &Key) -> Result<Option<Reply>, Error> {
        read_at_old_place(self.config, self.topology, args, key, &self.settled)
    }

    /// Finds the keys of a command that will run where they are, without planning it. Keys that are still at their places of a previous layout
    /// are moved.
    pub(crate) fn locate<'a>(&self, args: &[&'a [u8]]) -> Result<Located<'a>, Error> {
        let located = self.locate_without_moving(args)?;
        if self.config.previous.is_some()
            && let Located::Keys { keys, .. } = &located
        {
            self.settle(args[0], keys)?;
        }
        Ok(located)
    }

    fn locate_without_moving<'a>(&self, args: &[&'a [u8]]) -> Result<Located<'a>, Error> {
        if let Some(command) = lookup(args).filter(|command| command.takes(args.len())) {
            if command.strategy == Strategy::Script {
                self.check_keyless_script(args)?;
            }
            return Ok(match placed_keys(self.config, command, args)? {
                Some(keys) if lacks_keys(command, &keys) => Located::Rejected,
                Some(keys) => Located::Keys { keys, strategy: command.strategy },
                None => Located::Rejected,
            });
        }
        let Some(command) = self.learn(args)?.filter(|described| may_accept(described, args)) else { return Ok(Located::Rejected) };
        let (positions, strategy) = match self.module_command(args)? {
            Some(ModuleCommand::Malformed) => return Ok(Located::Rejected),
            Some(ModuleCommand::Keys(positions, strategy)) => (positions, strategy),
            Some(ModuleCommand::AllNodes(policy)) => (Positions::new(), Strategy::Broadcast(policy)),
            None | Some(ModuleCommand::OneNodeOnly(_)) => (self.positions(&command, args)?, Strategy::Refuse),
        };
        Ok(Located::Keys { keys: place_keys(self.config, args, positions.iter().copied())?, strategy })
    }

    /// Refuses a script or function without keys if there are several servers and the configuration does not let it run on one of them.
    #[cold]
    fn check_keyless_script(&self, args: &[&[u8]]) -> Result<(), Error> {
        if args[2] != b"0" || self.config.servers.len() == 1 {
            return Ok(());
        }
        match self.config.keyless_scripts {
            KeylessScripts::Run | KeylessScripts::Node(_) => Ok(()),
            KeylessScripts::Refuse => Err(keyless_error(args[0])),
            KeylessScripts::Check if is_function_call(args[0]) => Ok(()),
            KeylessScripts::Check if args[0].eq_ignore_ascii_case(b"EVAL") || args[0].eq_ignore_ascii_case(b"EVAL_RO") => {
                check_source(args[0], args[1])
            }
            KeylessScripts::Check => self.topology.script_sources().get(args[1]).map_or(Ok(()), |source| check_source(args[0], &source)),
        }
    }

    /// Whether the first server lacks a command with keys, which the library could nevertheless carry out across nodes.
    fn is_missing(&self, command: &Command) -> bool {
        command.keys != Keys::Specs(&[]) && command.may_be_missing() && matches!(self.learn_name(command.name.as_bytes()), Ok(None))
    }

    /// Whether the server says that it rejects the command in a transaction.
    pub(crate) fn is_refused_in_transactions(&self, args: &[&[u8]]) -> Result<bool, Error> {
        Ok(self.learn(args)?.is_some_and(|command| command.no_multi))
    }

    /// Plans a command that the command table lacks, or that has a number of arguments which no release in the table accepts. A newer server
    /// may accept it.
    #[cold]
    fn plan_as_described<'a>(&self, command: Option<&Command>, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
        if command.is_some_and(|command| !command.session) && self.is_one_server_without_tags(args) {
            return Ok(plan_for_rejection());
        }
        let Some(described) = self.learn(args)?.filter(|described| may_accept(described, args)) else {
            return Ok(plan_for_rejection());
        };
        if let Some(command) = command.filter(|command| command.session) {
            return Err(needs_session(command.name));
        }
        match self.module_command(args)? {
            Some(ModuleCommand::Malformed) => Ok(plan_for_rejection()),
            Some(ModuleCommand::Keys(positions, strategy)) => {
                plan_learned(self.config, &described, args, &positions, strategy).map(|plan| self.split_if_partial(plan, strategy))
            }
            Some(ModuleCommand::AllNodes(policy)) => plan_learned(self.config, &described, args, &[], Strategy::Broadcast(policy)),
            None | Some(ModuleCommand::OneNodeOnly(_)) => {
                plan_learned(self.config, &described, args, &self.positions(&described, args)?, Strategy::Refuse)
            }
        }
    }

    /// What the library knows of a module's command; an error if it cannot run on the servers.
    fn module_command(&self, args: &[&[u8]]) -> Result<Option<ModuleCommand>, Error> {
        match module_command(args) {
            Some(ModuleCommand::OneNodeOnly(reason)) if self.config.servers.len() > 1 => {
                let name = upper(args[0]);
                Err(Error::new(Code::CrossNode, format!("CROSSNODE {name}: {reason}; use `each` to run it on every master")))
            }
            known => Ok(known),
        }
    }

    /// Whether the command can be sent as it is although its keys are unknown: there is one server, and no argument has a tag to be removed.
    fn is_one_server_without_tags(&self, args: &[&[u8]]) -> bool {
        self.config.servers.len() == 1
            && args.iter().all(|argument| self.config.try_place("key", argument).is_ok_and(|place| !place.is_stripped))
    }

    fn positions(&self, command: &ServerCommand, args: &[&[u8]]) -> Result<Positions, Error> {
        learned_positions(command, args).map_or_else(|| self.ask_key_positions(args), Ok)
    }

    /// The command or subcommand as the first server describes it; `None` if the server does not have it.
    fn learn(&self, args: &[&[u8]]) -> Result<Option<Arc<ServerCommand>>, Error> {
        if args[0].contains(&b'|') {
            // `COMMAND INFO` describes a subcommand by such a name, but no server runs it by that name.
            return Ok(None);
        }
        let subcommand = || args.get(1).map(|subcommand| [args[0], b"|", subcommand].concat());
        if let (Some(_), Some(name)) = (lookup(&args[..1]).filter(|command| command.container), subcommand()) {
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
        if let Value::Error(text) = reply.root() {
            let (name, text) = (printable(&name.to_ascii_uppercase()).replace('|', " "), String::from_utf8_lossy(text));
            let reason = "the library does not know the command with these arguments, and the server does not describe it";
            return Err(Error::new(Code::Request, format!("{name}: {reason}: {text}")));
        }
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

/// Whether a server can accept so many arguments. A command of the table whose key is missing is rejected, also by a module that accepts any
/// number of arguments according to its description.
fn may_accept(described: &ServerCommand, args: &[&[u8]]) -> bool {
    let requires_key = lookup(&args[..1]).is_some_and(|command| command.keys != Keys::Specs(&[]));
    fits(described.arity, args.len()) && (!requires_key || described.has_room_for_key(args.len()))
}

/// The positions of the keys among the arguments; `None` if they are ambiguous because another argument is equal to a key.
fn positions_of(args: &[&[u8]], keys: &[&[u8]]) -> Option<Positions> {
    let positions: Positions = (1..args.len()).filter(|&position| keys.contains(&args[position])).collect();
    (positions.len() == keys.len()).then_some(positions)
}

/// The text of a function is not known.
fn is_function_call(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"FCALL") || name.eq_ignore_ascii_case(b"FCALL_RO")
}

/// Refuses a script without keys that depends on the node it runs on.
fn check_source(name: &[u8], source: &[u8]) -> Result<(), Error> {
    let (command, what) = match undeclared_use(source) {
        None => return Ok(()),
        Some(UndeclaredUse::Key(command, key)) => (command, format!("with the key \"{}\", which may live on another node", printable(key))),
        Some(UndeclaredUse::AllKeys(command)) => (command, "which concerns the keys of all nodes".into()),
    };
    let (name, command) = (upper(name), command.replace('|', " ").to_uppercase());
    let advice = "pass the keys that it uses as keys, or set keyless_scripts to \"run\"";
    Err(Error::new(Code::CrossNode, format!("CROSSNODE {name}: the script has no keys, but it calls {command} {what}; {advice}")))
}

fn unknown_keys_error(name: &[u8], reason: &str) -> Error {
    let text = format!("{}: COMMAND GETKEYS does not determine its keys: {reason}", printable(&name.to_ascii_uppercase()));
    Error::new(Code::Request, text)
}
