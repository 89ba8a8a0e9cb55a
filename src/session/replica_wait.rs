//! WAIT and WAITAOF in a session: over its own connections to all masters, so that an interrupt, CLIENT UNBLOCK or closing the session ends them.

use crate::crossnode::broadcast::replica_wait::{PRECEDING_COMMANDS, check_message};
use crate::resp::{Reader, pack};
use crate::session::blocked::PendingReply;
use crate::session::session::{Outcome, Session};

impl Session {
    /// Sends the command to all masters. After a failure no connection has a reply to come.
    pub(super) fn begin_replica_wait(&mut self, args: &[&[u8]]) -> Result<Vec<PendingReply>, Outcome> {
        let mut pending = Vec::new();
        for server in 0..self.connections.len() {
            match self.begin_on_master(server, args) {
                Ok(reader) => pending.push(PendingReply::new(server, reader)),
                Err(outcome) => {
                    self.abandon_replies(&pending);
                    return Err(outcome);
                }
            }
        }
        Ok(pending)
    }

    fn begin_on_master(&mut self, server: usize, args: &[&[u8]]) -> Result<Reader, Outcome> {
        let may_reconnect = self.binding.as_ref().is_none_or(|binding| binding.server != server);
        let preceding = PRECEDING_COMMANDS.map(pack).concat();
        let begun = self.own_connection(server, may_reconnect).and_then(|connection| {
            connection.learn_id()?;
            let replies = connection.ask(&preceding, PRECEDING_COMMANDS.len(), &mut 0)?;
            let message = replies.element(0, 1).and_then(|at| replies.value(at));
            Ok(match message.as_ref().map_or(Ok(()), check_message) {
                Ok(()) => Ok(connection.begin(&pack(args), &mut 0)?),
                Err(refusal) => Err(refusal.into_reply()),
            })
        });
        begun.map_err(|error| Err(self.lose_connection(server, error, args[0], false)))?
    }
}
