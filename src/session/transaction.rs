//! MULTI, EXEC, DISCARD, WATCH, UNWATCH. The first key decides on the server; the commands before it are deferred.

use crate::command::{Access, Key, Strategy, lookup};
use crate::crossnode::in_transaction::{QueuedCommand, ServerPart};
use crate::error::{Code, Error};
use crate::resp::{Reply, Value, pack};
use crate::routing::CommandResolver;
use crate::session::connection::SessionConnection;
use crate::session::dispatch::Dispatcher;
use crate::session::queued::{Binding, PipelinePart, Queued, SentCommand, Setting, push_command};
use crate::session::routing::Route;
use crate::session::select::{parse_number, shared_databases};
use crate::session::session::{Outcome, Session};
use crate::session::state_command::{is_never_supported, state_command, unsupported, unsupported_in_transaction};
use crate::session::subscriptions::SubscriptionKind;
use crate::session::transaction_scripts::QueuedOn;
use crate::transport::{ConnectionSource, explain};
use smallvec::smallvec;
use std::sync::Arc;

const EXECABORT: &[u8] = b"EXECABORT Transaction discarded because of previous errors.";
const EXECABORT_ARITY: &[u8] = b"EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command";

impl Session {
    /// Runs a transaction of one command on the server of the session, or on the first one, over a new connection. Returns the reply to the command,
    /// and whether EXEC succeeded.
    fn try_in_transaction(&self, args: &[&[u8]]) -> Result<(Reply, bool), Error> {
        let topology = self.configured.topology();
        let shard = topology.shard(self.anchor().unwrap_or_else(|| self.first_server()));
        let server = shard.server();
        let run = || {
            let mut connection = SessionConnection::open(shard)?;
            connection.apply(&self.settings, server.db)?;
            // Outside a transaction the server could accept the command.
            connection.check_multi()?;
            let replies = connection.ask(&[pack(args), pack(&[b"EXEC"])].concat(), 2, &mut 0)?;
            let (reply, exec) = (replies.element(0, 0).unwrap_or(0), replies.element(0, 1).unwrap_or(0));
            let succeeded = !matches!(replies.value(exec), Some(Value::Error(_)));
            Ok((replies.extract(reply), succeeded))
        };
        run().map_err(|error| explain(server, error, args[0], false))
    }

    /// The server that commands without keys go to; `None`: no server takes part in the transaction yet.
    fn anchor(&self) -> Option<usize> {
        let first = self.transaction.as_ref().and_then(|transaction| transaction.servers.first().copied());
        first.or(self.binding.as_ref().map(|binding| binding.server))
    }

    /// Whether the connection to a server watches keys.
    fn is_watching(&self, server: usize) -> bool {
        self.binding.as_ref().is_some_and(|binding| binding.server == server && binding.has_watched_keys)
    }
}

impl<'r> Dispatcher<'_, 'r> {
    /// Runs a command after MULTI.
    pub(crate) fn run_in_transaction(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let has_wrong_arity = lookup(args).is_some_and(|command| !command.takes(args.len()));
        match state_command(args) {
            Some(name) if has_wrong_arity => self.reject_arity(name, args),
            Some("exec") => self.exec(),
            Some("discard") => self.end(Ok(Reply::status(b"OK"))),
            Some("multi" | "watch") => self.try_in_transaction(args),
            Some("reset") => {
                self.flush()?;
                let reply = self.session.reset();
                self.reply(Ok(reply))
            }
            Some("quit") => {
                self.flush()?;
                let reply = self.session.quit();
                self.reply(Ok(reply))
            }
            None => self.queue(args),
            Some("client|id" | "client|info") => {
                let server = self.session.identifying_server();
                self.append(server, args, &[], Queued::ClientId(server))
            }
            Some("unwatch" | "client|getname" | "client|setname" | "client|setinfo" | "client|no-evict") => self.queue_without_keys(args),
            Some("client|caching") if !self.session.may_use_several_nodes() => self.queue_without_keys(args),
            Some("select") => self.queue_select(args),
            Some("hello") => self.queue_hello(args),
            Some("auth") => {
                let reply = self.session.auth(args);
                self.queue_locally(Queued::Local(reply))
            }
            Some(name) if SubscriptionKind::from_command(name).is_some() => self.queue_subscription(name, args),
            Some(name) if is_never_supported(name) => self.reject_for(args, unsupported(name)),
            Some(name) => self.reject_for(args, unsupported_in_transaction(name)),
        }
    }

    /// Rejects a command of the session itself that has a wrong number of arguments. Such an EXEC ends the transaction and the watch, even outside a
    /// transaction.
    pub(crate) fn reject_arity(&mut self, name: &str, args: &[&'r [u8]]) -> Result<(), Error> {
        if name == "exec" {
            return self.end(Ok(Reply::error(EXECABORT_ARITY)));
        }
        self.flush()?;
        let outcome = self.session.selected.command(args);
        self.reject(outcome)
    }

    fn queue(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        match self.session.route(args) {
            Ok(Route::Server(server, keys)) if self.session.conflicts_with(server) => {
                let error = self.session.bound_elsewhere(args, &keys);
                self.reject(Err(error))
            }
            Ok(Route::Server(server, keys)) => {
                self.session.note_names(args, &keys);
                self.session.bind(server);
                self.append(server, args, &keys, queued_as(args, Some(server)))
            }
            Ok(Route::Split(kind, keys)) => {
                self.session.note_names(args, &keys);
                let selected = self.session.selected.clone();
                let first = selected.config().masters[keys[0].master()].server;
                self.session.bind(first);
                self.append_parts(args[0], Some(first), QueuedCommand::split(selected.config(), args, &keys, kind))
            }
            Ok(Route::AllServers(strategy)) => self.queue_on_all_servers(args, strategy),
            Ok(Route::AnyServer) => self.queue_without_keys(args),
            Ok(Route::Script(named)) => self.queue_script(args, named),
            // It is queued, and fails when it is executed.
            Ok(Route::Rejected) if lookup(args).is_some_and(|command| command.takes(args.len())) => self.queue_without_keys(args),
            Ok(Route::Rejected) => self.reject_by_server(args),
            Err(error) => self.reject_for(args, error),
        }
    }

    /// Queues a command without keys on the first server of the transaction. Until that is known, it is deferred.
    fn queue_without_keys(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        match self.session.anchor() {
            Some(server) => self.append(server, args, &[], queued_as(args, Some(server))),
            None => self.defer(args),
        }
    }

    /// Queues a script without keys. It runs on the server that the configuration names, or else on that of the keys of the transaction: from here on
    /// keys on another node conflict with it.
    fn queue_script(&mut self, args: &[&'r [u8]], named: Option<usize>) -> Result<(), Error> {
        let bound = self.session.binding.as_ref().map(|binding| binding.server);
        let Some(server) = named.or(bound).or(self.session.anchor()) else {
            self.session.transaction.iter_mut().for_each(|transaction| transaction.has_deferred_script = true);
            return self.defer(args);
        };
        if self.session.conflicts_with(server) {
            let error = self.session.bound_elsewhere(args, &[]);
            return self.reject(Err(error));
        }
        self.session.bind(server);
        self.append(server, args, &[], Queued::Reply(Some(server)))
    }

    fn queue_on_all_servers(&mut self, args: &[&'r [u8]], strategy: Strategy) -> Result<(), Error> {
        let selected = self.session.selected.clone();
        let Some((command, parts)) = QueuedCommand::without_keys(selected.config(), args, strategy) else {
            return self.reject(Err(Error::new(Code::Internal, "a command without keys has no parts")));
        };
        self.note_script(args, QueuedOn::All, None);
        let first = parts.iter().map(|part| part.server).min().map(|server| match strategy {
            Strategy::Scan => server,
            _ => self.session.first_server(),
        });
        self.append_parts(args[0], self.session.anchor().or(first), (command, parts))
    }

    /// Queues SELECT on all servers, so that every later command of the transaction runs in the database.
    fn queue_select(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let number = parse_number(args[1]).and_then(|number| u32::try_from(number).ok()).filter(|&db| i32::try_from(db).is_ok());
        if number.is_some_and(|db| self.session.handle(Some(db), self.session.settings.protocol).is_none()) {
            return self.reject(Err(shared_databases()));
        }
        // The servers reject another number when they execute it, and no server selects it.
        self.append_to_all(args, Queued::Select(number.unwrap_or(u32::MAX)))
    }

    /// Queues HELLO on all servers, so that every later command of the transaction has replies of the protocol. The session itself checks the
    /// credentials, as outside a transaction.
    fn queue_hello(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        match self.session.parse_hello(args) {
            Ok(hello) => {
                let words = hello.without_credentials();
                self.append_to_all(&words.iter().map(Vec::as_slice).collect::<Vec<_>>(), Queued::Hello(hello))
            }
            Err(refusal) => self.queue_locally(Queued::Local(refusal)),
        }
    }

    fn append_to_all(&mut self, args: &[&[u8]], queued: Queued) -> Result<(), Error> {
        let first = self.session.anchor().unwrap_or_else(|| self.session.first_server());
        let part = |server| ServerPart { server, bytes: pack(args), commands: 1 };
        let parts: Vec<ServerPart> = (0..self.session.connections.len()).map(part).collect();
        self.append_queued(args[0], Some(first), queued, parts)
    }

    /// Queues a command of the SUBSCRIBE family, which the session runs after EXEC.
    fn queue_subscription(&mut self, name: &str, args: &[&'r [u8]]) -> Result<(), Error> {
        let Some((kind, subscribes)) = SubscriptionKind::from_command(name) else {
            return self.reject(Err(Error::new(Code::Internal, format!("{name} is not of the SUBSCRIBE family"))));
        };
        if kind == SubscriptionKind::ShardChannel && subscribes {
            let refusal = Reply::error(b"ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
            return self.queue_locally(Queued::Local(refusal));
        }
        self.queue_locally(Queued::Subscription { kind, subscribes, names: args[1..].iter().map(|name| name.to_vec()).collect() })
    }

    /// Queues a command that no server gets.
    fn queue_locally(&mut self, queued: Queued) -> Result<(), Error> {
        self.flush()?;
        if let Some(transaction) = &mut self.session.transaction {
            transaction.queued.push(queued);
        }
        self.reply(Ok(Reply::status(b"QUEUED")))
    }

    /// Rejects a command that sessions do not support in a transaction. If a server does not either, the reply is the server's, else the error.
    fn reject_for(&mut self, args: &[&'r [u8]], error: Error) -> Result<(), Error> {
        let (config, topology) = (self.session.selected.config(), self.session.selected.topology());
        match CommandResolver::new(config, &topology).is_refused_in_transactions(args) {
            Ok(true) => self.try_in_transaction(args),
            _ => self.reject(Err(error)),
        }
    }

    /// Rejects a command by letting a server do it: the one of the transaction if it is known, else the first one.
    fn reject_by_server(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        match self.session.anchor() {
            Some(server) => self.append(server, args, &[], Queued::Reply(Some(server))),
            None => self.try_in_transaction(args),
        }
    }

    /// Sends a command that is certainly rejected to a server, in a transaction of its own on a connection of its own. If it makes that transaction
    /// fail, the caller's fails as well. Redis 6.2 queues a subcommand with a wrong number of arguments and rejects it when it is executed.
    fn try_in_transaction(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        self.flush()?;
        let outcome = self.session.try_in_transaction(args);
        if let (Ok((_, false)), Some(transaction)) = (&outcome, &mut self.session.transaction) {
            transaction.has_error = true;
        }
        match outcome {
            Ok((reply, _)) if reply.root() == Value::Status(b"QUEUED") => self.defer(args),
            Ok((reply, _)) => self.reply(Ok(reply)),
            Err(error) => self.reject(Err(error)),
        }
    }

    /// Replies to a command that was not queued, so that EXEC must fail.
    fn reject(&mut self, outcome: Outcome) -> Result<(), Error> {
        if let Some(transaction) = &mut self.session.transaction {
            transaction.has_error = true;
        }
        self.reply(outcome)
    }

    /// Keeps a command without keys until the server is known.
    fn defer(&mut self, args: &[&[u8]]) -> Result<(), Error> {
        self.note_script(args, QueuedOn::First, None);
        if let Some(transaction) = &mut self.session.transaction {
            push_command(&mut transaction.deferred, args, &[]);
            transaction.deferred_count += 1;
            transaction.queued.push(queued_as(args, None));
        }
        self.reply(Ok(Reply::status(b"QUEUED")))
    }

    /// Appends a command for one server to the pipeline.
    fn append(&mut self, server: usize, args: &[&[u8]], keys: &[Key], queued: Queued) -> Result<(), Error> {
        if let Some(error) = self.session.lost().cloned() {
            return self.reject(Err(error));
        }
        let script = self.note_script(args, QueuedOn::One(server), Some(server));
        let commands = 1 + usize::from(script.is_some());
        if let Some(part) = self.part(server) {
            script.iter().for_each(|source| push_command(&mut part.bytes, &[b"SCRIPT", b"LOAD", source], &[]));
            push_command(&mut part.bytes, args, keys);
            part.commands += commands;
        }
        let queued = if script.is_some() { Queued::AfterScriptLoad(server) } else { queued };
        let command = SentCommand { name: args[0].to_vec(), servers: smallvec![(server, commands)], queued };
        self.pipeline.get_or_insert_default().commands.push(command);
        Ok(())
    }

    /// Takes note of what a command does with scripts, see [`TransactionScripts::note`]. `joining` is the server that joins with it.
    fn note_script(&mut self, args: &[&[u8]], on: QueuedOn, joining: Option<usize>) -> Option<Arc<[u8]>> {
        let transaction = self.session.transaction.as_mut()?;
        let first = transaction.servers.first().copied().or(joining);
        transaction.scripts.note(args, on, self.session.selected.topology().script_sources(), first)
    }

    /// Appends the parts of a command. `first` is the first server of the transaction, if none takes part yet.
    fn append_parts(&mut self, name: &[u8], first: Option<usize>, (command, parts): (QueuedCommand, Vec<ServerPart>)) -> Result<(), Error> {
        let counts = parts.iter().map(|part| (part.server, part.commands)).collect();
        self.append_queued(name, first, Queued::Several(Box::new(command), counts), parts)
    }

    fn append_queued(&mut self, name: &[u8], first: Option<usize>, queued: Queued, parts: Vec<ServerPart>) -> Result<(), Error> {
        if let Some(error) = self.session.lost().cloned() {
            return self.reject(Err(error));
        }
        if let Some(server) = first {
            self.part(server);
        }
        for part in &parts {
            if let Some(own) = self.part(part.server) {
                own.bytes.extend_from_slice(&part.bytes);
                own.commands += part.commands;
            }
        }
        let servers = parts.iter().map(|part| (part.server, part.commands)).collect();
        self.pipeline.get_or_insert_default().commands.push(SentCommand { name: name.to_vec(), servers, queued });
        Ok(())
    }

    /// The part of the pipeline for a server, which joins the transaction.
    fn part(&mut self, server: usize) -> Option<&mut PipelinePart> {
        let is_watching = self.session.is_watching(server);
        let transaction = self.session.transaction.as_mut()?;
        if std::mem::take(&mut transaction.has_deferred_script) && self.session.binding.is_none() {
            // The script runs on the first server of the transaction.
            self.session.binding = Some(Binding { server, has_watched_keys: false, lost: None });
        }
        Some(self.pipeline.get_or_insert_default().part(server, transaction, is_watching))
    }

    fn exec(&mut self) -> Result<(), Error> {
        if self.session.transaction.as_ref().is_some_and(|transaction| transaction.has_error) {
            return self.end(Ok(Reply::error(EXECABORT)));
        }
        if let Some(error) = self.session.lost() {
            let error = lost_before_exec(error);
            return self.end(Err(error));
        }
        let watched = self.session.binding.as_ref().filter(|binding| binding.has_watched_keys).map(|binding| binding.server);
        let has_no_server = self.session.transaction.as_ref().is_some_and(|transaction| transaction.servers.is_empty());
        if let Some(server) = watched.or(has_no_server.then(|| self.session.anchor().unwrap_or_else(|| self.session.first_server()))) {
            self.part(server);
        }
        let servers = self.session.transaction.as_ref().map_or_else(Default::default, |transaction| transaction.servers.clone());
        self.session.note_write(Some(Access::Write), servers, true);
        let is_plain = self.session.transaction.as_ref().is_some_and(|transaction| transaction.is_plain(self.pipeline.as_ref()));
        if is_plain && let Some(server) = self.session.anchor() {
            if let Err(error) = self.session.load_scripts() {
                return self.end(Err(without_scripts(&error)));
            }
            self.append(server, &[b"EXEC"], &[], Queued::Reply(Some(server)))?;
            let scripts = self.session.transaction.take().unwrap_or_default().scripts;
            if let Some(pipeline) = &mut self.pipeline {
                pipeline.exec = Some(scripts);
            }
            self.session.binding = None;
            return Ok(());
        }
        self.flush()?;
        if let Some(error) = self.session.lost() {
            let error = lost_before_exec(error);
            return self.end(Err(error));
        }
        if self.session.transaction.as_ref().is_some_and(|transaction| transaction.was_rejected) {
            return self.end(Ok(Reply::error(EXECABORT)));
        }
        if let Err(error) = self.session.load_scripts() {
            return self.end(Err(without_scripts(&error)));
        }
        let outcomes = self.session.exec_on_servers(watched);
        self.flush()?;
        outcomes.into_iter().for_each(|outcome| self.replies.push(outcome));
        Ok(())
    }

    /// Ends the transaction without executing it, and the watch.
    fn end(&mut self, outcome: Outcome) -> Result<(), Error> {
        self.unbind()?;
        self.reply(outcome)
    }

    /// Ends the transaction and releases the session from its servers: sends DISCARD where the transaction has begun, and UNWATCH where only keys are
    /// watched.
    pub(crate) fn unbind(&mut self) -> Result<(), Error> {
        self.flush()?;
        let servers = self.session.transaction.take().map_or_else(Default::default, |transaction| transaction.servers);
        servers.iter().for_each(|&server| self.session.release(server, b"DISCARD"));
        if let Some(binding) = self.session.binding.take().filter(|binding| binding.has_watched_keys && !servers.contains(&binding.server))
        {
            self.session.release(binding.server, b"UNWATCH");
        }
        Ok(())
    }

    pub(crate) fn watch(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let outcome = self.try_watch(args);
        self.reply(outcome)
    }

    fn try_watch(&mut self, args: &[&'r [u8]]) -> Outcome {
        let Route::Server(server, keys) = self.session.route(args)? else {
            return Err(Error::new(Code::Internal, "WATCH has no keys"));
        };
        if self.session.is_bound_elsewhere(server) {
            return Err(self.session.bound_elsewhere(args, &keys));
        }
        if let Some(error) = self.session.binding.as_ref().and_then(|binding| binding.lost.clone()) {
            return Err(error);
        }
        let mut request = Vec::new();
        push_command(&mut request, args, &keys);
        let reply = self.session.ask(server, args[0], &request)?;
        if !matches!(reply.root(), Value::Error(_)) {
            self.session.bind(server).has_watched_keys = true;
        }
        Ok(reply)
    }
}

/// What becomes of a command that one server queues.
fn queued_as(args: &[&[u8]], server: Option<usize>) -> Queued {
    let is = |at: usize, word: &str| args.get(at).is_some_and(|argument| argument.eq_ignore_ascii_case(word.as_bytes()));
    if is(0, "PING") {
        return Queued::Ping(server, args.get(1).copied().unwrap_or_default().to_vec());
    }
    let setting = match args {
        [_, _, name] if is(0, "CLIENT") && is(1, "SETNAME") => Setting::Name(name.to_vec()),
        [_, _, _] if is(0, "CLIENT") && is(1, "NO-EVICT") => Setting::NoEvict(is(2, "ON")),
        [_, _, attribute, value] if is(0, "CLIENT") && is(1, "SETINFO") => Setting::Info(attribute.to_ascii_lowercase(), value.to_vec()),
        _ => return Queued::Reply(server),
    };
    Queued::Setting(server, setting)
}

/// The error of EXEC after the connection was lost.
fn lost_before_exec(lost: &Error) -> Error {
    nothing_executed("the connection of the transaction was lost", lost)
}

/// The error of EXEC if a server cannot get a script.
fn without_scripts(failure: &Error) -> Error {
    nothing_executed("a script could not be loaded", failure)
}

fn nothing_executed(why: &str, failure: &Error) -> Error {
    let error = Error::new(failure.code(), format!("EXEC: nothing was executed, because {why}: {}", failure.message()));
    if let Some(node) = failure.node() { error.on_node(node) } else { error }
}
