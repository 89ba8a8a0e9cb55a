//! The state of a transaction, and its commands that were not sent.

use crate::command::{Key, as_sent};
use crate::error::Error;
use crate::resp::{push_argument, push_count};
use crate::session::connection::MULTI;

/// A transaction that the caller has begun with MULTI.
#[derive(Default)]
pub(crate) struct Transaction {
    /// A command was rejected before it was sent, so EXEC must fail.
    pub has_error: bool,
    /// MULTI was sent, or is in the pipeline.
    pub has_begun: bool,
    /// Packed commands without keys that came before the first key, when the server was unknown, and their number.
    pub deferred: Vec<u8>,
    pub deferred_count: usize,
}

/// The session is bound to one server by watched keys or by the keys of a transaction.
pub(crate) struct Binding {
    pub server: usize,
    pub has_watched_keys: bool,
    /// The connection was lost, and with it the watched keys and the queued commands.
    pub lost: Option<Error>,
}

/// Commands of a transaction that will be sent together over the session's own connection.
pub(crate) struct TransactionPipeline {
    pub server: usize,
    pub bytes: Vec<u8>,
    /// The first command is MULTI.
    pub begins_with_multi: bool,
    /// The number of commands at the beginning whose replies the caller does not receive: MULTI, and deferred commands.
    pub hidden: usize,
    /// The names of the other commands, for error messages.
    pub names: Vec<Vec<u8>>,
    pub may_reconnect: bool,
    pub has_exec: bool,
}

impl TransactionPipeline {
    pub(crate) fn new(server: usize, may_reconnect: bool) -> TransactionPipeline {
        TransactionPipeline {
            server,
            bytes: Vec::new(),
            begins_with_multi: false,
            hidden: 0,
            names: Vec::new(),
            may_reconnect,
            has_exec: false,
        }
    }

    /// Appends MULTI and the deferred commands of a transaction.
    pub(crate) fn begin(&mut self, transaction: &mut Transaction) {
        transaction.has_begun = true;
        self.begins_with_multi = true;
        self.bytes.extend_from_slice(MULTI);
        self.bytes.append(&mut transaction.deferred);
        self.hidden = 1 + transaction.deferred_count;
    }

    pub(crate) fn push(&mut self, args: &[&[u8]], keys: &[Key]) {
        push_command(&mut self.bytes, args, keys);
        self.names.push(args[0].to_vec());
    }
}

/// Appends a command with its keys as they are stored on the server.
pub(crate) fn push_command(out: &mut Vec<u8>, args: &[&[u8]], keys: &[Key]) {
    push_count(out, args.len());
    as_sent(args, keys, |argument| push_argument(out, argument));
}
