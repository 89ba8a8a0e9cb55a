//! MULTI, EXEC, DISCARD, WATCH, UNWATCH. The first key decides on a server; what came before it waits.

use crate::command::{Key, as_sent, lookup};
use crate::error::{Code, Error};
use crate::resp::{Reply, Value, pack, push_argument, push_count};
use crate::routing::arity_text;
use crate::session::connection::MULTI;
use crate::session::dispatch::{Dispatcher, refused, state_command};
use crate::session::routing::Route;
use crate::session::{Outcome, Session};
use crate::transport::explain;

/// A transaction that was begun by the caller.
#[derive(Default)]
pub(crate) struct Transaction {
    /// A command was refused here, and EXEC must be.
    dirty: bool,
    /// The server was told.
    begun: bool,
    /// Commands without keys that came before one with a key, and how many they are.
    waiting: Vec<u8>,
    commands: usize,
}

/// What binds the session to one server.
pub(crate) struct Pin {
    pub server: usize,
    /// Keys are watched there.
    watches: bool,
    /// The connection is lost, and with it what was watched or queued.
    pub lost: Option<Error>,
}

/// Commands for a connection of the session's own.
pub(crate) struct Batch {
    server: usize,
    bytes: Vec<u8>,
    /// The first is MULTI.
    begins: bool,
    /// So many at the beginning are none of the caller's, or were answered.
    silent: usize,
    /// Of the others, for messages.
    names: Vec<Vec<u8>>,
    /// No other connection will do.
    bound: bool,
    /// EXEC is among them.
    executes: bool,
}

const ABORTED: &[u8] = b"EXECABORT Transaction discarded because of previous errors.";
const ABORTED_BY_EXEC: &[u8] = b"EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command";

impl Batch {
    fn push(&mut self, args: &[&[u8]], keys: &[Key]) {
        push(&mut self.bytes, args, keys);
        self.names.push(args[0].to_vec());
    }
}

fn push(out: &mut Vec<u8>, args: &[&[u8]], keys: &[Key]) {
    push_count(out, args.len());
    as_sent(args, keys, |argument| push_argument(out, argument));
}

impl Session {
    fn is_pinned_elsewhere(&self, server: usize) -> bool {
        self.pin.as_ref().is_some_and(|pin| pin.server != server)
    }

    /// The replies to a batch under one array, and how many at its beginning are nobody's.
    fn transact(&mut self, batch: &Batch, sent: &mut usize) -> Result<(Reply, usize), Error> {
        let seat = self.seat(batch.server, batch.bound)?;
        let (mut bytes, mut silent) = (batch.bytes.as_slice(), batch.silent);
        if batch.begins && seat.begin()? {
            bytes = &bytes[MULTI.len()..];
            silent -= 1;
            *sent += MULTI.len();
        }
        let reply = seat.ask(bytes, silent + batch.names.len(), sent)?;
        Ok((reply, silent))
    }

    fn pin_to(&mut self, server: usize) -> &mut Pin {
        self.pin.get_or_insert(Pin { server, watches: false, lost: None })
    }
}

impl<'r> Dispatcher<'_, 'r> {
    /// A command behind MULTI.
    pub(crate) fn in_transaction(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        if let Some(command) = lookup(args).filter(|command| !command.takes(args.len())) {
            return self.wrong_arity(command.name);
        }
        match state_command(args) {
            Some("exec") => self.exec(),
            Some("discard") => self.discard(),
            Some("multi") => self.nested(args, b"ERR MULTI calls can not be nested"),
            Some("watch") => self.nested(args, b"ERR WATCH inside MULTI is not allowed"),
            Some("reset") => {
                self.flush()?;
                let reply = self.session.reset();
                self.answer(Ok(reply))
            }
            Some("quit") => {
                self.flush()?;
                let reply = self.session.quit();
                self.answer(Ok(reply))
            }
            None | Some("unwatch" | "client|id" | "client|getname" | "client|info") => self.queue(args),
            Some(name @ ("sync" | "psync" | "monitor" | "auth" | "asking" | "readonly" | "readwrite" | "replconf")) => {
                self.spoil(Err(refused(name)))
            }
            Some(name) => self.spoil(Err(not_inside(name))),
        }
    }

    /// A command with too many arguments or too few. Such an EXEC ends a transaction, and a watch, even where there is none.
    pub(crate) fn wrong_arity(&mut self, name: &str) -> Result<(), Error> {
        match name {
            "exec" => self.abort(ABORTED_BY_EXEC),
            _ => self.spoil(Ok(Reply::error(arity_text(name).as_bytes()))),
        }
    }

    fn queue(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        match self.session.place(args) {
            Ok(Route::On(server, keys)) if self.session.is_pinned_elsewhere(server) => {
                let error = self.session.elsewhere(args, &keys);
                self.spoil(Err(error))
            }
            Ok(Route::On(server, keys)) => {
                self.session.pin_to(server);
                self.send(args, &keys)
            }
            Ok(Route::Anywhere | Route::Unknown) if self.session.pin.is_some() => self.send(args, &[]),
            Ok(Route::Anywhere) => self.remember(args),
            // It cannot be carried out, but be refused in the server's words.
            Ok(Route::Unknown) => {
                self.flush()?;
                let outcome = self.session.view.command(args);
                self.spoil(outcome)
            }
            Ok(Route::Answer(text)) => self.spoil(Ok(Reply::error(text.as_bytes()))),
            Err(error) => self.spoil(Err(error)),
        }
    }

    /// The answer to a command that makes EXEC fail.
    fn spoil(&mut self, outcome: Outcome) -> Result<(), Error> {
        if let Some(transaction) = &mut self.session.transaction {
            transaction.dirty = true;
        }
        self.answer(outcome)
    }

    fn remember(&mut self, args: &[&[u8]]) -> Result<(), Error> {
        if let Some(transaction) = &mut self.session.transaction {
            push(&mut transaction.waiting, args, &[]);
            transaction.commands += 1;
        }
        self.answer(Ok(Reply::status(b"QUEUED")))
    }

    /// What a server that knows of the transaction refuses itself; without it the transaction stays as it is, too.
    fn nested(&mut self, args: &[&'r [u8]], words: &[u8]) -> Result<(), Error> {
        match self.session.transaction.as_ref().is_some_and(|transaction| transaction.begun) {
            true => self.send(args, &[]),
            false => self.answer(Ok(Reply::error(words))),
        }
    }

    /// Gathers a command for the server of the transaction, behind MULTI and what waited.
    fn send(&mut self, args: &[&[u8]], keys: &[Key]) -> Result<(), Error> {
        let (Some(pin), Some(transaction)) = (&self.session.pin, &mut self.session.transaction) else {
            return Err(Error::new(Code::Internal, "a command of no transaction"));
        };
        if let Some(error) = &pin.lost {
            let error = error.clone();
            return self.spoil(Err(error));
        }
        let (server, bound) = (pin.server, pin.watches || transaction.begun);
        let empty = || Batch { server, bytes: Vec::new(), begins: false, silent: 0, names: Vec::new(), bound, executes: false };
        let batch = self.batch.get_or_insert_with(empty);
        if !transaction.begun {
            transaction.begun = true;
            batch.begins = true;
            batch.bytes.extend_from_slice(MULTI);
            batch.bytes.append(&mut transaction.waiting);
            batch.silent = 1 + transaction.commands;
        }
        batch.push(args, keys);
        Ok(())
    }

    /// Sends what was gathered for the transaction, and takes the answers.
    pub(crate) fn flush_batch(&mut self) {
        let Some(batch) = self.batch.take() else { return };
        let (server, mut sent) = (batch.server, 0);
        match self.session.transact(&batch, &mut sent) {
            Ok((reply, silent)) => {
                if let (true, Some(Value::Error(_))) = (batch.begins && silent > 0, reply.value(1)) {
                    // Granted before and refused now: the answers tell what was done, and nothing more must be.
                    let refused = Error::new(Code::Request, "MULTI was refused");
                    self.session.lose(server, refused, b"MULTI", false);
                }
                self.replies.many(reply, silent);
            }
            Err(error) => {
                // Without EXEC a server forgets what it queued.
                let reached = batch.executes && sent == batch.bytes.len();
                let node = &self.session.view.config().servers[server];
                batch.names.iter().for_each(|name| self.replies.one(Err(explain(node, error.clone(), name, reached))));
                let name = batch.names.last().map_or(&b"MULTI"[..], Vec::as_slice);
                self.session.lose(server, error, name, reached);
            }
        }
    }

    fn exec(&mut self) -> Result<(), Error> {
        if self.session.transaction.as_ref().is_some_and(|transaction| transaction.dirty) {
            return self.abort(ABORTED);
        }
        let first = self.session.first_server();
        if let Some(error) = &self.session.pin_to(first).lost {
            let error = not_executed(error);
            (self.session.transaction, self.session.pin) = (None, None);
            return self.answer(Err(error));
        }
        self.send(&[b"EXEC"], &[])?;
        self.batch.iter_mut().for_each(|batch| batch.executes = true);
        (self.session.transaction, self.session.pin) = (None, None);
        Ok(())
    }

    fn abort(&mut self, words: &[u8]) -> Result<(), Error> {
        let begun = self.session.transaction.take().is_some_and(|transaction| transaction.begun);
        self.release(begun)?;
        self.answer(Ok(Reply::error(words)))
    }

    fn discard(&mut self) -> Result<(), Error> {
        let begun = self.session.transaction.take().is_some_and(|transaction| transaction.begun);
        self.release(begun)?;
        self.answer(Ok(Reply::status(b"OK")))
    }

    /// Ends what binds the session to a server: the transaction if that was told of one, and in any case the watch. A server that cannot be
    /// told forgets both with the connection.
    pub(crate) fn release(&mut self, begun: bool) -> Result<(), Error> {
        self.flush()?;
        let Some(pin) = self.session.pin.take() else { return Ok(()) };
        let word: &[u8] = match begun {
            true => b"DISCARD",
            false if pin.watches => b"UNWATCH",
            false => return Ok(()),
        };
        if let Some(seat) = &mut self.session.connections[pin.server]
            && seat.ask(&pack(&[word]), 1, &mut 0).is_err()
        {
            self.session.connections[pin.server] = None;
        }
        Ok(())
    }

    pub(crate) fn watch(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let outcome = self.try_to_watch(args);
        self.answer(outcome)
    }

    fn try_to_watch(&mut self, args: &[&'r [u8]]) -> Outcome {
        let Route::On(server, keys) = self.session.place(args)? else {
            return Err(Error::new(Code::Internal, "WATCH without keys"));
        };
        if self.session.is_pinned_elsewhere(server) {
            return Err(self.session.elsewhere(args, &keys));
        }
        if let Some(error) = self.session.pin.as_ref().and_then(|pin| pin.lost.clone()) {
            return Err(error);
        }
        let mut request = Vec::new();
        push(&mut request, args, &keys);
        let reply = self.session.ask(server, args[0], &request)?;
        if !matches!(reply.root(), Value::Error(_)) {
            self.session.pin_to(server).watches = true;
        }
        Ok(reply)
    }
}

fn not_inside(name: &str) -> Error {
    let name = name.replace('|', " ").to_uppercase();
    Error::new(Code::Request, format!("{name}: inside MULTI a session does not support it"))
}

/// EXEC of what is lost.
fn not_executed(error: &Error) -> Error {
    let text = format!("EXEC: nothing was executed, for the connection of the transaction was lost: {}", error.message());
    let known = Error::new(error.code(), text);
    if let Some(node) = error.node() { known.on_node(node) } else { known }
}
