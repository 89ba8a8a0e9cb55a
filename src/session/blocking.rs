//! Begins blocking commands.
//!
//! A command whose keys are on one server runs over the session's own connection, so that closing the session ends it on the server too.

use crate::command::{Access, Block, Command, CommandFlags, ReadTimeout, ResponsePolicy, Strategy, lookup};
use crate::error::Error;
use crate::resp::Reader;
use crate::routing::{CommandResolver, CrossNodeCommand, Plan};
use crate::session::blocked::{Blocked, PendingReply, Place};
use crate::session::queued::push_command;
use crate::session::session::{Outcome, Session};
use std::cell::RefCell;

/// How a command has begun.
pub(crate) enum Begun {
    Blocked(Blocked),
    /// It has failed at once.
    Ended(Outcome),
    /// It does not wait for other clients.
    Ordinary,
}

/// Returns whether a command may wait, for other clients or for replicas.
pub(crate) fn may_block(args: &[&[u8]]) -> bool {
    let blocks = |command: &Command| command.block != Block::Never && command.takes(args.len());
    lookup(args).is_some_and(|command| blocks(command) && command.read_timeout(args) != ReadTimeout::Configured)
}

impl Session {
    /// Begins a command of which [`may_block`] is true.
    pub(super) fn begin_blocking(&mut self, args: &[&[u8]]) -> Begun {
        let begun = self.try_begin_blocking(args);
        if !matches!(begun, Begun::Ordinary) {
            self.tracking.iter_mut().for_each(|tracking| tracking.is_caching_given = false);
        }
        begun
    }

    fn try_begin_blocking(&mut self, args: &[&[u8]]) -> Begun {
        let selected = self.selected.clone();
        let topology = selected.topology();
        // How long a server may take.
        let limit = |flags: CommandFlags| match (flags.read_timeout, selected.config().read_timeout) {
            (ReadTimeout::Extended(blocking), Some(configured)) => Some(blocking.saturating_add(configured)),
            _ => None,
        };
        match CommandResolver::new(selected.config(), &topology).plan(lookup(args), args) {
            Ok(Plan::OneServer { server, keys, flags }) if !keys.is_empty() => {
                self.note_write(lookup(args).map(|command| command.access), [server], true);
                self.note_names(args, &keys);
                let mut request = Vec::new();
                push_command(&mut request, args, &keys);
                match self.send_blocking(server, args[0], &request) {
                    Ok(reader) => Begun::Blocked(Blocked::new(
                        args,
                        Place::Servers { pending: vec![PendingReply::new(server, reader)], is_unblocked: false },
                        limit(flags),
                    )),
                    Err(error) => Begun::Ended(Err(error)),
                }
            }
            Ok(Plan::CrossNode(CrossNodeCommand { strategy: Strategy::Broadcast(ResponsePolicy::ReplicaCount), flags, .. })) => {
                match self.begin_replica_wait(args) {
                    Ok(pending) => Begun::Blocked(Blocked::new(args, Place::Servers { pending, is_unblocked: false }, limit(flags))),
                    Err(outcome) => Begun::Ended(outcome),
                }
            }
            Ok(Plan::CrossNode(CrossNodeCommand { strategy: Strategy::Pop(_) | Strategy::XRead | Strategy::Transfer(_), flags, keys })) => {
                let access = lookup(args).map(|command| command.access);
                self.note_write(access, self.servers_of(&keys), false);
                if access == Some(Access::Read)
                    && let Err(error) = self.track_keys(args, &keys)
                {
                    return Begun::Ended(Err(error));
                }
                let limit = if let ReadTimeout::Extended(blocking) = flags.read_timeout { Some(blocking) } else { None };
                Begun::Blocked(Blocked::new(args, Place::Several { stream_ids: RefCell::new(None), is_suspended: false }, limit))
            }
            _ => Begun::Ordinary,
        }
    }

    /// Sends a command over the session's own connection and returns the reader for its reply.
    fn send_blocking(&mut self, server: usize, name: &[u8], request: &[u8]) -> Result<Reader, Error> {
        let may_reconnect = self.binding.as_ref().is_none_or(|binding| binding.server != server);
        let mut sent = 0;
        let caching = self.packed_caching();
        let reader = self.own_connection(server, may_reconnect).and_then(|connection| {
            connection.learn_id()?;
            if let Some(caching) = caching {
                connection.ask(caching, 1, &mut 0)?;
            }
            connection.begin(request, &mut sent)
        });
        let reader = reader.map_err(|error| self.lose_connection(server, error, name, sent == request.len()))?;
        self.register_identity(server);
        Ok(reader)
    }
}
