//! Runs the commands of a request in order. Commands without state are collected and run through the cluster; those of a transaction are collected
//! and sent to its server.

use crate::command::lookup;
use crate::error::Error;
use crate::resp::{Args, Commands, Reply, ReplyList, check_memory_for_request, pack};
use crate::session::blocking::{Begun, may_block};
use crate::session::monitor::{is_rejected_while_monitoring, rejected_while_monitoring};
use crate::session::pubsub::Subscribing;
use crate::session::queued::{Transaction, TransactionPipeline};
use crate::session::session::{Outcome, Session};
use crate::session::state_command::{state_command, unsupported};
use crate::session::subscriptions::SubscriptionKind;
use crate::transport::deadline::Deadline;
use std::ops::Range;

/// A request that is being executed.
pub(crate) struct Dispatcher<'s, 'r> {
    pub session: &'s mut Session,
    request: &'r [u8],
    pub replies: ReplyList,
    /// The commands without state that were not executed yet: a range of the request.
    ordinary: Range<usize>,
    /// The commands of a transaction that were not sent yet. It is `None` while `ordinary` is not empty.
    pub pipeline: Option<TransactionPipeline>,
    /// Commands of the SUBSCRIBE family whose confirmations were not read. It is empty while other commands are collected.
    subscribing: Vec<Subscribing>,
    /// The number of interrupts before the call.
    interrupts: u64,
    /// The replies after so many parts of `replies` are not wanted.
    pub muted_from: Option<usize>,
}

impl Session {
    /// Runs the commands of a request, RESP arrays of bulk strings, and returns an array of replies in their order.
    ///
    /// There is one reply per command, with two exceptions, as on one server: the SUBSCRIBE family has one reply per channel or pattern, and
    /// commands after QUIT have none. A command that fails is a [`Value::Failure`](crate::Value::Failure) in its position.
    ///
    /// A blocking command waits in this call; an [`Interrupter`](crate::Interrupter) ends the wait. If a command that was written to the byte
    /// stream waits, this call waits for it first.
    ///
    /// Fails with [`Code::Request`](crate::Code::Request), before any command is executed, if the request is not RESP, after QUIT, and in a forked
    /// child.
    pub fn execute(&mut self, request: &[u8]) -> Result<Reply, Error> {
        let _call = self.deadline().map(Deadline::begin);
        self.check_open()?;
        check_memory_for_request(request)?;
        check_syntax(request)?;
        let interrupts = self.interrupter.interrupts();
        self.finish_stream(interrupts)?;
        let reply = self.run_request(request, interrupts)?;
        if self.interrupter.is_closing() {
            self.check_open()?;
        }
        Ok(reply)
    }

    /// Runs one command, the name of which is the first argument, and returns its reply; see [`Session::execute`]. An error reply of a server is a
    /// reply too.
    ///
    /// The SUBSCRIBE family with several channels returns an array with the reply for each.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::command`](crate::Cluster::command), and those of [`Session::execute`].
    pub fn command(&mut self, args: &[&[u8]]) -> Result<Reply, Error> {
        single_reply(self.execute(&pack(args))?)
    }

    /// Runs the commands of a valid request. `interrupts` is the number of interrupts before the call.
    pub(super) fn run_request(&mut self, request: &[u8], interrupts: u64) -> Result<Reply, Error> {
        let mut dispatcher = Dispatcher {
            session: self,
            request,
            replies: ReplyList::default(),
            ordinary: 0..0,
            pipeline: None,
            subscribing: Vec::new(),
            interrupts,
            muted_from: None,
        };
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        while !dispatcher.session.is_closed
            && !dispatcher.session.interrupter.is_closing()
            && let Some(range) = commands.next(&mut args)?
        {
            dispatcher.prepare_reply(&args)?;
            dispatcher.run_next(&args, range)?;
        }
        dispatcher.drop_muted()?;
        let replies = dispatcher.replies.into_reply();
        self.settle_invalidations();
        Ok(replies)
    }
}

/// The reply to the only command of a request, of the array of its replies.
pub(super) fn single_reply(replies: Reply) -> Result<Reply, Error> {
    if replies.element(0, 1).is_some() || replies.element(0, 0).is_none() {
        return Ok(replies);
    }
    replies.failure(1).map_or_else(|| Ok(replies.extract(1)), Err)
}

fn check_syntax(request: &[u8]) -> Result<(), Error> {
    let mut commands = Commands::new(request);
    let mut args = Args::new();
    while commands.next(&mut args)?.is_some() {}
    Ok(())
}

impl<'r> Dispatcher<'_, 'r> {
    /// Runs a command. CLIENT CACHING before it does not apply to the next one.
    fn run_next(&mut self, args: &[&'r [u8]], range: Range<usize>) -> Result<(), Error> {
        let had_caching = self.session.tracking.as_ref().is_some_and(|tracking| tracking.is_caching_given);
        self.run(args, range)?;
        if had_caching && self.session.transaction.is_none() && !args[0].eq_ignore_ascii_case(b"CLIENT") {
            self.flush()?;
            self.session.tracking.iter_mut().for_each(|tracking| tracking.is_caching_given = false);
        }
        Ok(())
    }

    fn run(&mut self, args: &[&'r [u8]], range: Range<usize>) -> Result<(), Error> {
        if let Some(refusal) = self.session.check_authenticated(args) {
            return self.reply(Ok(refusal));
        }
        if self.session.transaction.is_some() {
            if self.session.is_monitoring() && is_rejected_while_monitoring(args) {
                self.session.transaction.iter_mut().for_each(|transaction| transaction.has_error = true);
                return self.reply(Ok(rejected_while_monitoring()));
            }
            return self.run_in_transaction(args);
        }
        let name = state_command(args);
        if let Some((kind, true)) = name.and_then(SubscriptionKind::from_command)
            && args.len() > 1
        {
            return self.subscribe(kind, &args[1..]);
        }
        self.finish_subscribing();
        if self.session.allows_only_subscriptions() && !is_allowed_while_subscribed(name, args) {
            return self.reject_while_subscribed(args);
        }
        if self.session.is_monitoring() && is_rejected_while_monitoring(args) {
            return self.reply(Ok(rejected_while_monitoring()));
        }
        match name {
            Some(name) => self.run_state_command(name, args),
            None if self.session.allows_only_subscriptions() => self.reply(Ok(pong(args))),
            None if may_block(args) => self.run_blocking(args, range),
            None if lookup(args).is_some_and(|command| command.name == "client|kill" && command.takes(args.len())) => {
                self.flush()?;
                let outcome = self.session.kill_clients(args);
                self.reply(outcome)
            }
            None => {
                self.collect(range);
                Ok(())
            }
        }
    }

    /// Sends SUBSCRIBE or a relative. The servers confirm several such commands at the same time, so that the last one of a pipeline does not wait for
    /// the others.
    fn subscribe(&mut self, kind: SubscriptionKind, names: &[&'r [u8]]) -> Result<(), Error> {
        if self.subscribing.is_empty() {
            self.flush()?;
        }
        match self.session.begin_subscribing(kind, names) {
            Ok(subscribing) => self.subscribing.push(subscribing),
            Err(error) => {
                self.finish_subscribing();
                self.replies.push(Err(error));
            }
        }
        Ok(())
    }

    fn finish_subscribing(&mut self) {
        for subscribing in std::mem::take(&mut self.subscribing) {
            let outcomes = self.session.finish_subscribing(subscribing);
            outcomes.into_iter().for_each(|outcome| self.replies.push(outcome));
        }
    }

    /// Runs a command that may wait for other clients.
    fn run_blocking(&mut self, args: &[&'r [u8]], range: Range<usize>) -> Result<(), Error> {
        self.flush()?;
        match self.session.begin_blocking(args) {
            Begun::Blocked(blocked) => {
                let outcome = self.session.finish_blocked(blocked, self.interrupts);
                self.replies.push(outcome);
            }
            Begun::Ended(outcome) => self.replies.push(outcome),
            Begun::Ordinary => self.collect(range),
        }
        Ok(())
    }

    /// Rejects a command in the state after SUBSCRIBE. A wrong number of arguments is rejected first, as on one server.
    fn reject_while_subscribed(&mut self, args: &[&'r [u8]]) -> Result<(), Error> {
        let known = lookup(args);
        self.flush()?;
        let outcome = match known {
            Some(command) if !command.takes(args.len()) || command.name == "ping" => self.session.selected.command(args),
            _ => Ok(rejected_while_subscribed(known.map(|command| command.name), args[0])),
        };
        self.reply(outcome)
    }

    /// Adds a command without state to the collected ones, which it follows in the request.
    fn collect(&mut self, range: Range<usize>) {
        self.flush_pipeline();
        match self.ordinary.is_empty() {
            true => self.ordinary = range,
            false => self.ordinary.end = range.end,
        }
    }

    /// Executes the collected commands.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        self.finish_subscribing();
        self.flush_pipeline();
        let ordinary = std::mem::take(&mut self.ordinary);
        if !ordinary.is_empty() {
            let replies = match self.session.tracking {
                Some(_) => self.session.execute_tracked(&self.request[ordinary])?,
                None => self.session.selected.execute(&self.request[ordinary])?,
            };
            self.replies.extend(replies, 0);
        }
        Ok(())
    }

    /// Executes the collected commands, then adds the reply to the command after them.
    pub(crate) fn reply(&mut self, outcome: Outcome) -> Result<(), Error> {
        self.flush()?;
        self.replies.push(outcome);
        Ok(())
    }

    /// Runs a command that concerns the session itself, outside a transaction.
    fn run_state_command(&mut self, name: &str, args: &[&'r [u8]]) -> Result<(), Error> {
        self.flush()?;
        if let Some(command) = lookup(args).filter(|command| !command.takes(args.len())) {
            return self.reject_arity(command.name, args);
        }
        if let Some((kind, _)) = SubscriptionKind::from_command(name) {
            let outcomes = self.session.unsubscribe(kind, &args[1..]);
            outcomes.into_iter().for_each(|outcome| self.replies.push(outcome));
            return Ok(());
        }
        match name {
            "watch" => return self.watch(args),
            "unwatch" => self.unbind()?,
            "monitor" => {
                self.session.monitor().into_iter().for_each(|outcome| self.replies.push(outcome));
                return Ok(());
            }
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
            "client|no-evict" => session.switch(args, |settings| &mut settings.no_evict),
            "client|no-touch" => session.switch(args, |settings| &mut settings.no_touch),
            "client|reply" => match session.set_reply_mode(args[2]) {
                Some(outcome) => outcome,
                None => return Ok(()),
            },
            "auth" => Ok(session.auth(args)),
            "client|id" | "client|info" => session.describe_connection(args),
            "client|tracking" => session.client_tracking(args),
            "client|caching" => Ok(session.client_caching(args[2])),
            "client|getredir" => Ok(Reply::integer(session.redirect())),
            "client|trackinginfo" => Ok(session.tracking_info()),
            "reset" => Ok(session.reset()),
            "quit" => Ok(session.quit()),
            _ => Err(unsupported(name)),
        };
        self.replies.push(outcome);
        Ok(())
    }
}

fn is_allowed_while_subscribed(name: Option<&str>, args: &[&[u8]]) -> bool {
    match name {
        Some(name) => SubscriptionKind::from_command(name).is_some() || name == "quit" || name == "reset",
        None => args[0].eq_ignore_ascii_case(b"PING") && args.len() <= 2,
    }
}

/// The error reply of a server with RESP2.
fn rejected_while_subscribed(known: Option<&str>, given: &[u8]) -> Reply {
    let given = String::from_utf8_lossy(given).to_lowercase();
    let name = known.unwrap_or(&given);
    let allowed = "only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";
    Reply::error(format!("ERR Can't execute '{name}': {allowed}").as_bytes())
}

/// The reply to PING while subscribed has the form of a message.
fn pong(args: &[&[u8]]) -> Reply {
    Reply::strings([&b"pong"[..], args.get(1).copied().unwrap_or_default()])
}
