//! The state of a transaction, and its commands that were not sent.

use crate::command::{Key, as_sent};
use crate::crossnode::in_transaction::QueuedCommand;
use crate::error::Error;
use crate::resp::{Reply, push_argument, push_count};
use crate::session::connection::MULTI;
use crate::session::hello_options::Hello;
use crate::session::subscriptions::SubscriptionKind;
use crate::session::transaction_scripts::TransactionScripts;
use smallvec::SmallVec;

/// A transaction that the caller has begun with MULTI.
#[derive(Default)]
pub(crate) struct Transaction {
    /// A command was rejected before it was sent, so EXEC must fail.
    pub has_error: bool,
    /// A server has rejected a command, so its EXEC fails, and no other server may execute its part.
    pub was_rejected: bool,
    /// The servers that MULTI was sent to, or that have it in the pipeline, in the order in which they joined.
    pub servers: SmallVec<[usize; 2]>,
    /// The commands that servers have queued, in the caller's order.
    pub queued: Vec<Queued>,
    /// Packed commands without keys that came before the first server joined, and their number.
    pub deferred: Vec<u8>,
    pub deferred_count: usize,
    /// A script without keys is among them.
    pub has_deferred_script: bool,
    pub scripts: TransactionScripts,
    /// A server was lost, and with it the commands that it had queued.
    pub lost: Option<Error>,
    /// By server: what can be queued again at another one.
    pub histories: SmallVec<[(usize, History); 1]>,
}

/// What a server has queued of a transaction, MULTI first.
#[derive(Default)]
pub(crate) struct History {
    pub bytes: Vec<u8>,
    pub commands: usize,
}

/// How the reply to a queued command is made of the arrays of EXEC.
pub(crate) enum Queued {
    /// It is the next element of a server; `None`: of the first server of the transaction.
    Reply(Option<usize>),
    /// The same, after the reply to a SCRIPT LOAD, which is dropped.
    AfterScriptLoad(usize),
    /// PING and its argument: while the session is subscribed, its reply has another form.
    Ping(Option<usize>, Vec<u8>),
    /// A command whose success changes a setting of the session.
    Setting(Option<usize>, Setting),
    /// CLIENT ID or CLIENT INFO.
    ClientId(usize),
    /// SELECT, on all servers.
    Select(u32),
    /// The commands of several servers: each with the number of its elements.
    Several(Box<QueuedCommand>, Vec<(usize, usize)>),
    /// HELLO, on all servers.
    Hello(Hello),
    /// SUBSCRIBE and its family: the session itself runs it. It has a reply for each name.
    Subscription { kind: SubscriptionKind, subscribes: bool, names: Vec<Vec<u8>> },
    /// The session itself has the reply.
    Local(Reply),
}

/// A setting by CLIENT in a transaction.
pub(crate) enum Setting {
    Name(Vec<u8>),
    NoEvict(bool),
    Info(Vec<u8>, Vec<u8>),
}

/// The session is bound to one server by watched keys or by the first keys of a transaction.
pub(crate) struct Binding {
    pub server: usize,
    pub has_watched_keys: bool,
    /// The connection was lost, and with it the watched keys and the queued commands.
    pub lost: Option<Error>,
}

/// Commands of a transaction that will be sent together over the session's own connections.
#[derive(Default)]
pub(crate) struct TransactionPipeline {
    pub parts: SmallVec<[PipelinePart; 1]>,
    /// The caller's commands.
    pub commands: Vec<SentCommand>,
    /// EXEC follows them. The scripts of the transaction.
    pub exec: Option<TransactionScripts>,
}

/// The commands for one server.
pub(crate) struct PipelinePart {
    pub server: usize,
    pub bytes: Vec<u8>,
    /// The first command is MULTI.
    pub begins_with_multi: bool,
    /// The number of commands at the beginning whose replies the caller does not receive: MULTI, and deferred commands.
    pub hidden: usize,
    /// The number of the other commands.
    pub commands: usize,
    pub may_reconnect: bool,
    pub is_watching: bool,
    /// What the server has queued before; `None`: that cannot be queued again at another one.
    pub before: Option<History>,
}

/// A command of the caller, which each of its servers has to queue.
pub(crate) struct SentCommand {
    /// For error messages.
    pub name: Vec<u8>,
    /// Each server with the number of commands that it gets.
    pub servers: SmallVec<[(usize, usize); 1]>,
    pub queued: Queued,
}

impl Transaction {
    /// Whether EXEC can follow in the pipeline: one server has all commands, and its reply needs no change.
    pub(crate) fn is_plain(&self, pipeline: Option<&TransactionPipeline>) -> bool {
        let is_plain = |queued: &Queued| matches!(queued, Queued::Reply(_) | Queued::Ping(..));
        self.servers.len() == 1
            && self.queued.iter().all(is_plain)
            && pipeline.is_none_or(|pipeline| pipeline.commands.iter().all(|command| is_plain(&command.queued)))
    }
}

impl TransactionPipeline {
    /// The part of a server. A new part of a server that joins the transaction begins with MULTI, and that of the first one has the deferred
    /// commands. `is_watching`: the connection must not be replaced.
    pub(crate) fn part(&mut self, server: usize, transaction: &mut Transaction, is_watching: bool) -> &mut PipelinePart {
        let at = self.parts.iter().position(|part| part.server == server).unwrap_or_else(|| {
            self.parts.push(PipelinePart::new(server, transaction, is_watching));
            self.parts.len() - 1
        });
        &mut self.parts[at]
    }
}

impl PipelinePart {
    fn new(server: usize, transaction: &mut Transaction, is_watching: bool) -> PipelinePart {
        let begins = !transaction.servers.contains(&server);
        let mut part = PipelinePart {
            server,
            bytes: Vec::new(),
            begins_with_multi: begins,
            hidden: 0,
            commands: 0,
            may_reconnect: begins && !is_watching,
            is_watching,
            before: if begins { Some(History::default()).filter(|_| !is_watching) } else { transaction.take_history(server) },
        };
        if begins {
            transaction.servers.push(server);
            part.bytes.extend_from_slice(MULTI);
            part.bytes.append(&mut transaction.deferred);
            part.hidden = 1 + std::mem::take(&mut transaction.deferred_count);
        }
        part
    }
}

/// Appends a command with its keys as they are stored on the server.
pub(crate) fn push_command(out: &mut Vec<u8>, args: &[&[u8]], keys: &[Key]) {
    push_count(out, args.len());
    as_sent(args, keys, |argument| push_argument(out, argument));
}
