//! Transactions that ended before they were executed, because their server became a replica or was lost, are queued again at the master.

use crate::config::Protocol;
use crate::error::Code;
use crate::resp::{Reply, ReplyList, Value};
use crate::session::queued::{History, PipelinePart, Transaction};
use crate::session::session::Session;
use crate::session::transaction_pipeline::PartOutcome;
use crate::transport::is_rejected_by_replica;

/// A transaction with more bytes of queued commands is not kept.
const MOST: usize = 1 << 20;

impl Session {
    /// The outcome of a part, after it was sent to the master from the beginning of the transaction if nothing of it was executed.
    pub(super) fn repeat_part(&mut self, part: &PipelinePart, outcome: PartOutcome, has_exec: bool) -> PartOutcome {
        let is_rejected = outcome.as_ref().is_ok_and(|(reply, _)| is_rejected(reply));
        if is_rejected {
            self.configured.topology().shard(part.server).doubt_master();
        }
        match &part.before {
            None if is_rejected && has_exec && part.is_watching => Ok((conflict(part.commands, self.settings.protocol), 0)),
            Some(before) if is_rejected || was_lost_unexecuted(&outcome, has_exec) => {
                self.connections[part.server] = None;
                let again = from_the_beginning(before, part);
                let begun = self.send_part(&again);
                self.receive_part(&again, begun)
            }
            _ => outcome,
        }
    }
}

impl Transaction {
    /// Takes what a server that takes part has queued; `None` if that is not kept.
    pub(super) fn take_history(&mut self, server: usize) -> Option<History> {
        let at = self.histories.iter().position(|(of, _)| *of == server)?;
        Some(self.histories.swap_remove(at).1)
    }

    /// Keeps what a server has queued.
    pub(super) fn keep_history(&mut self, part: &mut PipelinePart) {
        let Some(mut history) = part.before.take() else { return };
        history.bytes.append(&mut part.bytes);
        history.commands += part.hidden + part.commands;
        if history.bytes.len() <= MOST {
            self.histories.push((part.server, history));
        }
    }
}

fn from_the_beginning(before: &History, part: &PipelinePart) -> PipelinePart {
    PipelinePart {
        server: part.server,
        bytes: [&before.bytes[..], &part.bytes].concat(),
        begins_with_multi: true,
        hidden: before.commands + part.hidden,
        commands: part.commands,
        may_reconnect: true,
        is_watching: false,
        before: None,
    }
}

/// Whether the server has rejected a command as a replica does. If it queued others, it executes none of them. The error of a command that was
/// executed is within the reply to EXEC.
fn is_rejected(reply: &Reply) -> bool {
    let Value::Array(mut replies) = reply.root() else { return false };
    replies.any(|reply| matches!(reply, Value::Error(text) if is_rejected_by_replica(text)))
}

/// Without EXEC, a server discards the queued commands when it loses the connection.
fn was_lost_unexecuted(outcome: &PartOutcome, has_exec: bool) -> bool {
    matches!(outcome, Err((error, sent)) if error.code() == Code::Io && !(has_exec && *sent))
}

/// The replies to the commands of a transaction whose watched keys have changed. A master that became a replica has lost sight of them.
fn conflict(commands: usize, protocol: Protocol) -> Reply {
    let mut replies = ReplyList::default();
    (1..commands).for_each(|_| replies.push(Ok(Reply::status(b"QUEUED"))));
    let nil = Reply::nil_array();
    replies.push(Ok(if protocol == Protocol::Resp3 { nil.with_null_of_resp3() } else { nil }));
    replies.into_reply()
}
