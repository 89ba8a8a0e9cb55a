//! MULTI, EXEC, DISCARD, WATCH, UNWATCH. The first key decides on the server; the commands before it are deferred.

use crate::command::{Key, lookup};
use crate::error::{Code, Error};
use crate::resp::{Reply, Value, pack};
use crate::routing::CommandResolver;
use crate::session::connection::{MULTI, SessionConnection};
use crate::session::dispatch::Dispatcher;
use crate::session::queued::{TransactionPipeline, push_command};
use crate::session::routing::Route;
use crate::session::session::{Outcome, Session};
use crate::session::state_command::{is_never_supported, state_command, unsupported, unsupported_in_transaction};
use crate::transport::explain;

const EXECABORT: &[u8] = b"EXECABORT Transaction discarded because of previous errors.";
const EXECABORT_ARITY: &[u8] = b"EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command";

impl Session {
    /// Sends the pipeline. Returns an array of replies, and the number of hidden ones at its beginning.
    fn send_pipeline(&mut self, pipeline: &TransactionPipeline, sent: &mut usize) -> Result<(Reply, usize), Error> {
        let connection = self.own_connection(pipeline.server, pipeline.may_reconnect)?;
        let (mut bytes, mut hidden) = (pipeline.bytes.as_slice(), pipeline.hidden);
        if pipeline.begins_with_multi && connection.check_multi()? {
            bytes = &bytes[MULTI.len()..];
            hidden -= 1;
            *sent += MULTI.len();
        }
        let reply = connection.ask(bytes, hidden + pipeline.names.len(), sent)?;
        Ok((reply, hidden))
    }

    /// Runs a transaction of one command on the server of the session, or on the first one, over a new connection. Returns the reply to the command,
    /// and whether EXEC succeeded.
    fn try_in_transaction(&self, args: &[&[u8]]) -> Result<(Reply, bool), Error> {
        let config = self.configured.config();
        let server = &config.servers[self.binding.as_ref().map_or_else(|| self.first_server(), |binding| binding.server)];
        let run = || {
            let mut connection = SessionConnection::open(server, config)?;
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

    fn has_begun(&self) -> bool {
        self.transaction.as_ref().is_some_and(|transaction| transaction.has_begun)
    }
}

impl<'r> Dispatcher<'_, 'r> {
    /// Runs a command after MULTI.
    pub(crate) fn run_in_transaction(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let has_wrong_arity = lookup(args).is_some_and(|command| !command.takes(args.len()));
        match state_command(args) {
            Some(name) if has_wrong_arity => self.reject_arity(name, args),
            Some("exec") => self.exec(),
            Some("discard") => self.end(Reply::status(b"OK")),
            Some("multi" | "watch") => self.reject_by_server(args),
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
            None | Some("unwatch" | "client|id" | "client|getname" | "client|info") => self.queue(args),
            Some(name) if is_never_supported(name) => self.reject_for(args, unsupported(name)),
            Some(name) => self.reject_for(args, unsupported_in_transaction(name)),
        }
    }

    /// Rejects a command of the session itself that has a wrong number of arguments. Such an EXEC ends the transaction and the watch, even outside a
    /// transaction.
    pub(crate) fn reject_arity(&mut self, name: &str, args: &[&'r [u8]]) -> Result<(), Error> {
        if name == "exec" {
            return self.end(Reply::error(EXECABORT_ARITY));
        }
        self.flush()?;
        let outcome = self.session.selected.command(args);
        self.reject(outcome)
    }

    fn queue(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        match self.session.route(args) {
            Ok(Route::Server(server, keys)) if self.session.is_bound_elsewhere(server) => {
                let error = self.session.bound_elsewhere(args, &keys);
                self.reject(Err(error))
            }
            Ok(Route::Server(server, keys)) => {
                self.session.bind(server);
                self.append(args, &keys)
            }
            Ok(Route::AnyServer) if self.session.binding.is_some() => self.append(args, &[]),
            Ok(Route::AnyServer) => self.defer(args),
            Ok(Route::Rejected) => self.reject_by_server(args),
            Err(error) => self.reject_for(args, error),
        }
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
        if self.session.binding.is_some() { self.append(args, &[]) } else { self.try_in_transaction(args) }
    }

    /// Sends a command that is certainly rejected to a server, in a transaction of its own on a connection of its own. If it makes that transaction
    /// fail, the caller's fails as well.
    fn try_in_transaction(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        self.flush()?;
        let outcome = self.session.try_in_transaction(args);
        if let (Ok((_, false)), Some(transaction)) = (&outcome, &mut self.session.transaction) {
            transaction.has_error = true;
        }
        match outcome {
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
        if let Some(transaction) = &mut self.session.transaction {
            push_command(&mut transaction.deferred, args, &[]);
            transaction.deferred_count += 1;
        }
        self.reply(Ok(Reply::status(b"QUEUED")))
    }

    /// Appends a command to the pipeline, after MULTI and the deferred commands.
    fn append(&mut self, args: &[&[u8]], keys: &[Key]) -> Result<(), Error> {
        let (Some(binding), Some(transaction)) = (&self.session.binding, &mut self.session.transaction) else {
            return Err(Error::new(Code::Internal, "a command outside a transaction was queued"));
        };
        if let Some(error) = &binding.lost {
            let error = error.clone();
            return self.reject(Err(error));
        }
        let may_reconnect = !binding.has_watched_keys && !transaction.has_begun;
        let pipeline = self.pipeline.get_or_insert_with(|| TransactionPipeline::new(binding.server, may_reconnect));
        if !transaction.has_begun {
            pipeline.begin(transaction);
        }
        pipeline.push(args, keys);
        Ok(())
    }

    /// Sends the pipeline and adds its replies.
    pub(crate) fn flush_pipeline(&mut self) {
        let Some(pipeline) = self.pipeline.take() else { return };
        let (server, mut sent) = (pipeline.server, 0);
        match self.session.send_pipeline(&pipeline, &mut sent) {
            Ok((reply, hidden)) => {
                if let (true, Some(Value::Error(_))) = (pipeline.begins_with_multi && hidden > 0, reply.value(1)) {
                    // The server rejected MULTI, which it accepted before, and executed the commands at once. The replies report that;
                    // the transaction must not go on.
                    let error = Error::new(Code::Request, "MULTI was refused");
                    self.session.lose_connection(server, error, b"MULTI", false);
                }
                self.replies.extend(reply, hidden);
            }
            Err(error) => {
                // Without EXEC, a server discards the queued commands when it loses the connection.
                let reached = pipeline.has_exec && sent == pipeline.bytes.len();
                let node = &self.session.selected.config().servers[server];
                pipeline.names.iter().for_each(|name| self.replies.push(Err(explain(node, error.clone(), name, reached))));
                let name = pipeline.names.last().map_or(&b"MULTI"[..], Vec::as_slice);
                self.session.lose_connection(server, error, name, reached);
            }
        }
    }

    fn exec(&mut self) -> Result<(), Error> {
        if self.session.transaction.as_ref().is_some_and(|transaction| transaction.has_error) {
            return self.end(Reply::error(EXECABORT));
        }
        let first = self.session.first_server();
        if let Some(error) = &self.session.bind(first).lost {
            let error = lost_before_exec(error);
            (self.session.transaction, self.session.binding) = (None, None);
            return self.reply(Err(error));
        }
        self.append(&[b"EXEC"], &[])?;
        self.pipeline.iter_mut().for_each(|pipeline| pipeline.has_exec = true);
        (self.session.transaction, self.session.binding) = (None, None);
        Ok(())
    }

    /// Ends the transaction without executing it, and the watch.
    fn end(&mut self, reply: Reply) -> Result<(), Error> {
        let has_begun = self.session.has_begun();
        self.session.transaction = None;
        self.unbind(has_begun)?;
        self.reply(Ok(reply))
    }

    /// Releases the session from its server: sends DISCARD if a transaction has begun there, else UNWATCH if keys are watched. If that fails,
    /// closing the connection has the same effect.
    pub(crate) fn unbind(&mut self, has_begun: bool) -> Result<(), Error> {
        self.flush()?;
        let Some(binding) = self.session.binding.take() else { return Ok(()) };
        let command: &[u8] = match has_begun {
            true => b"DISCARD",
            false if binding.has_watched_keys => b"UNWATCH",
            false => return Ok(()),
        };
        if let Some(connection) = &mut self.session.connections[binding.server]
            && connection.ask(&pack(&[command]), 1, &mut 0).is_err()
        {
            self.session.connections[binding.server] = None;
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

/// The error of EXEC after the connection was lost.
fn lost_before_exec(lost: &Error) -> Error {
    let text = format!("EXEC: nothing was executed, because the connection of the transaction was lost: {}", lost.message());
    let error = Error::new(lost.code(), text);
    if let Some(node) = lost.node() { error.on_node(node) } else { error }
}
