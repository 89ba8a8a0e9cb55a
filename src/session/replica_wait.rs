//! WAIT and WAITAOF in a session: over its own connections to all masters, so that an interrupt, CLIENT UNBLOCK or closing the session ends them.

use crate::crossnode::broadcast::replica_wait::{PRECEDING_COMMANDS, check_message, least};
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, pack};
use crate::session::blocked::MasterWait;
use crate::session::blocked_wait::{Progress, Stop, Waiter};
use crate::session::receive::{deadline, remaining};
use crate::session::session::{Outcome, Session};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

impl Session {
    /// Sends the command to all masters. After a failure no connection has a reply to come.
    pub(super) fn begin_replica_wait(&mut self, args: &[&[u8]]) -> Result<Vec<MasterWait>, Outcome> {
        let mut waits = Vec::new();
        for server in 0..self.connections.len() {
            match self.begin_on_master(server, args) {
                Ok(reader) => waits.push(MasterWait { server, reader, reply: None }),
                Err(outcome) => {
                    self.abandon_waits(&waits);
                    return Err(outcome);
                }
            }
        }
        Ok(waits)
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

    /// Waits for the replies of all masters.
    pub(super) fn wait_for_masters(
        &mut self,
        waits: &mut [MasterWait],
        limit: &mut Option<Instant>,
        is_unblocked: &mut bool,
        waiter: Waiter,
    ) -> Result<Progress, (usize, Error)> {
        let interrupter = self.interrupter.clone();
        let first = waits[0].server;
        let messages = self.messages_for(waiter).map_err(|error| (first, error))?;
        let wake_up = match &messages {
            Some(messages) => messages.as_fd(),
            None => interrupter.rx().map_err(|error| (first, error))?.as_fd(),
        };
        loop {
            interrupter.drain().map_err(|error| (first, error))?;
            let stop = self.stop(waiter);
            for wait in waits.iter_mut() {
                self.receive_count(wait).map_err(|error| (wait.server, error))?;
            }
            let Some(pending) = waits.iter().find(|wait| wait.reply.is_none()).map(|wait| wait.server) else {
                return Ok(Progress::Ended(least(waits.iter().filter_map(|wait| wait.reply.as_ref()))));
            };
            let left = remaining(*limit);
            if left == Some(Duration::ZERO) {
                return Err((pending, Error::new(Code::Timeout, "no reply in time")));
            }
            match stop {
                Some(Stop::Close | Stop::TimeUp) => return Ok(Progress::TimeUp),
                Some(Stop::Pause) => return Ok(Progress::Paused),
                Some(Stop::Messages) => return Ok(Progress::Messages),
                Some(Stop::Unblock) if !*is_unblocked => {
                    interrupter.take_interrupt();
                    let with_error = interrupter.unblock_requested() == Some(true);
                    for wait in waits.iter().filter(|wait| wait.reply.is_none()) {
                        self.unblock(wait.server, with_error).map_err(|error| (wait.server, error))?;
                    }
                    *is_unblocked = true;
                    *limit = deadline(self.configured.config().read_timeout);
                    continue;
                }
                Some(Stop::Unblock) | None => {}
            }
            let pending_waits = waits.iter().filter(|wait| wait.reply.is_none());
            let connections = pending_waits.filter_map(|wait| self.connections[wait.server].as_ref());
            let mut sockets: Vec<PollFd> = connections.map(|connection| PollFd::new(connection, PollFlags::IN)).collect();
            sockets.push(PollFd::from_borrowed_fd(wake_up, PollFlags::IN));
            let timeout = [left, waiter.remaining()].into_iter().flatten().min().and_then(|left| left.try_into().ok());
            match poll(&mut sockets, timeout.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err((pending, Error::new(Code::Io, format!("poll: {error}")))),
            }
        }
    }

    /// Takes the reply of a master if it has arrived.
    fn receive_count(&mut self, wait: &mut MasterWait) -> Result<(), Error> {
        if wait.reply.is_some() {
            return Ok(());
        }
        let connection = self.connections[wait.server].as_mut().ok_or_else(|| Error::new(Code::Io, "the connection was lost"))?;
        if connection.receive_now(&mut wait.reader)? {
            let reply: Reply = connection.end(std::mem::replace(&mut wait.reader, Reader::new(Vec::new(), true)));
            wait.reply = Some(reply);
        }
        Ok(())
    }

    /// Closes the connections whose reply is still to come.
    pub(super) fn abandon_waits(&mut self, waits: &[MasterWait]) {
        for wait in waits.iter().filter(|wait| wait.reply.is_none()) {
            self.connections[wait.server] = None;
        }
    }
}
