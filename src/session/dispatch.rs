//! The commands of a request, one after the other: ordinary ones gathered for the cluster, those of a transaction for its connection.

use crate::command::lookup;
use crate::error::{Code, Error};
use crate::resp::{Args, Commands, Reply};
use crate::routing::arity_text;
use crate::session::replies::Replies;
use crate::session::subscriptions::Kind;
use crate::session::transaction::{Batch, Transaction};
use crate::session::{Outcome, Session};
use std::ops::Range;

/// A request that is being carried out.
pub(crate) struct Dispatcher<'s, 'r> {
    pub session: &'s mut Session,
    request: &'r [u8],
    pub replies: Replies,
    /// Ordinary commands that were not carried out yet.
    ordinary: Range<usize>,
    /// Commands for a connection of the session's own that were not sent yet. There are never both.
    pub batch: Option<Batch>,
}

pub(crate) fn run(session: &mut Session, request: &[u8]) -> Result<Reply, Error> {
    check(request)?;
    let mut run = Dispatcher { session, request, replies: Replies::default(), ordinary: 0..0, batch: None };
    let mut commands = Commands::of(request);
    let mut args = Args::new();
    while !run.session.closed
        && let Some(whole) = commands.next(&mut args)?
    {
        run.command(&args, whole)?;
    }
    run.flush()?;
    Ok(run.replies.into_reply())
}

/// What is not RESP is refused before anything is done.
fn check(request: &[u8]) -> Result<(), Error> {
    let mut commands = Commands::of(request);
    let mut args = Args::new();
    while commands.next(&mut args)?.is_some() {}
    Ok(())
}

impl<'r> Dispatcher<'_, 'r> {
    fn command(&mut self, args: &[&'r [u8]], whole: Range<usize>) -> Result<(), Error> {
        if self.session.transaction.is_some() {
            return self.in_transaction(args);
        }
        let name = state_command(args);
        if self.session.is_subscribed() && !is_allowed_while_subscribed(name, args) {
            return self.answer(Ok(while_subscribed(args)));
        }
        match name {
            Some(name) => self.state(name, args),
            None if self.session.is_subscribed() => self.answer(Ok(pong(args))),
            None => self.ordinary(whole),
        }
    }

    fn ordinary(&mut self, whole: Range<usize>) -> Result<(), Error> {
        self.flush_batch();
        match self.ordinary.is_empty() {
            true => self.ordinary = whole,
            false => self.ordinary.end = whole.end,
        }
        Ok(())
    }

    /// Carries out what was gathered.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        self.flush_batch();
        let ordinary = std::mem::take(&mut self.ordinary);
        if !ordinary.is_empty() {
            self.replies.many(self.session.view.execute(&self.request[ordinary])?, 0);
        }
        Ok(())
    }

    /// The answer to a command, behind those to all before it.
    pub(crate) fn answer(&mut self, outcome: Outcome) -> Result<(), Error> {
        self.flush()?;
        self.replies.one(outcome);
        Ok(())
    }

    /// A command that concerns the session itself, outside of a transaction.
    fn state(&mut self, name: &str, args: &[&'r [u8]]) -> Result<(), Error> {
        self.flush()?;
        if let Some(command) = lookup(args).filter(|command| !command.takes(args.len())) {
            return self.wrong_arity(command.name);
        }
        if let Some((kind, subscribes)) = Kind::of(name) {
            let outcomes = if subscribes { self.session.subscribe(kind, &args[1..]) } else { self.session.unsubscribe(kind, &args[1..]) };
            outcomes.into_iter().for_each(|outcome| self.replies.one(outcome));
            return Ok(());
        }
        match name {
            "watch" => return self.watch(args),
            "unwatch" => self.release(false)?,
            _ => {}
        }
        let session = &mut *self.session;
        let outcome = match name {
            "multi" => {
                session.transaction = Some(Transaction::default());
                Ok(Reply::status(b"OK"))
            }
            "exec" => Ok(Reply::error(b"ERR EXEC without MULTI")),
            "discard" => Ok(Reply::error(b"ERR DISCARD without MULTI")),
            "unwatch" => Ok(Reply::status(b"OK")),
            "select" => session.select(args[1]),
            "hello" => session.hello(args),
            "client|setname" => Ok(session.set_name(args[2])),
            "client|getname" => Ok(session.name()),
            "client|setinfo" => Ok(session.set_info(args)),
            "client|no-evict" => Ok(session.set_no_evict(args[2])),
            "client|id" | "client|info" => session.of_connection(args),
            "reset" => Ok(session.reset()),
            "quit" => Ok(session.quit()),
            _ => Err(refused(name)),
        };
        self.replies.one(outcome);
        Ok(())
    }
}

/// The name of a command that concerns the session itself.
pub(crate) fn state_command(args: &[&[u8]]) -> Option<&'static str> {
    let Some(command) = lookup(args) else { return newer_client_command(args) };
    let of_connection = matches!(command.name, "client|getname" | "client|id" | "client|info");
    (command.session || of_connection).then_some(command.name)
}

/// Those that the table lacks.
fn newer_client_command(args: &[&[u8]]) -> Option<&'static str> {
    let [name, subcommand, ..] = args else { return None };
    let known = [("SETINFO", "client|setinfo"), ("NO-TOUCH", "client|no-touch")];
    let found = known.into_iter().find(|(word, _)| subcommand.eq_ignore_ascii_case(word.as_bytes()))?;
    name.eq_ignore_ascii_case(b"CLIENT").then_some(found.1)
}

/// A command that a session cannot have, or not here.
pub(crate) fn refused(name: &str) -> Error {
    let why = match name {
        "auth" => "credentials are the configuration's",
        "client|tracking" | "client|caching" | "client|no-touch" => "it concerns a connection, and the commands of a session go over many",
        "client|reply" => "a session answers every command",
        "asking" | "readonly" | "readwrite" => "it belongs to Redis Cluster",
        _ => "a session is not made for it",
    };
    Error::new(Code::Request, format!("{}: {why}", name.replace('|', " ").to_uppercase()))
}

fn is_allowed_while_subscribed(name: Option<&str>, args: &[&[u8]]) -> bool {
    match name {
        Some(name) => Kind::of(name).is_some() || name == "quit" || name == "reset",
        None => args[0].eq_ignore_ascii_case(b"PING") && args.len() <= 2,
    }
}

fn while_subscribed(args: &[&[u8]]) -> Reply {
    let known = lookup(args);
    if let Some(command) = known.filter(|command| !command.takes(args.len()) || command.name == "ping") {
        return Reply::error(arity_text(command.name).as_bytes());
    }
    let given = String::from_utf8_lossy(args[0]).to_lowercase();
    let name = known.map_or(given.as_str(), |command| command.name);
    let allowed = "only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";
    Reply::error(format!("ERR Can't execute '{name}': {allowed}").as_bytes())
}

/// PING among messages is answered like one.
fn pong(args: &[&[u8]]) -> Reply {
    Reply::strings([&b"pong"[..], args.get(1).copied().unwrap_or_default()])
}
