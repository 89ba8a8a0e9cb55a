//! Waits for the replies of the servers that a blocking command was sent to.

use crate::crossnode::broadcast::replica_wait::least;
use crate::error::{Code, Error};
use crate::resp::Reader;
use crate::session::blocked::PendingReply;
use crate::session::blocked_wait::{Progress, Stop, Waiter};
use crate::session::connection::SessionConnection;
use crate::session::receive::{deadline, remaining};
use crate::session::session::{Outcome, Session};
use crate::transport::{Watch, after_signal, clock, deadline as call};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

impl Session {
    /// Waits for the replies of the servers that a command was sent to. An error is that of the connection to a server.
    pub(super) fn wait_for_servers(
        &mut self,
        pending: &mut [PendingReply],
        limit: &mut Option<Instant>,
        is_unblocked: &mut bool,
        waiter: Waiter,
    ) -> Result<Progress, (usize, Error)> {
        let interrupter = self.interrupter.clone();
        let first = pending.first().map_or(0, |reply| reply.server);
        let messages = self.messages_for(waiter).map_err(|error| (first, error))?;
        let wake_up = match &messages {
            Some(messages) => messages.as_fd(),
            None => interrupter.rx().map_err(|error| (first, error))?.as_fd(),
        };
        let mut watches: Vec<(usize, Watch)> =
            pending.iter().filter_map(|reply| Some((reply.server, self.connections[reply.server].as_ref()?.watch()))).collect();
        let mut is_fenced = false;
        loop {
            interrupter.drain().map_err(|error| (first, error))?;
            let stop = self.stop(waiter);
            for reply in pending.iter_mut() {
                self.receive_reply(reply).map_err(|error| (reply.server, error))?;
            }
            let Some(silent) = pending.iter().find(|reply| reply.reply.is_none()).map(|reply| reply.server) else {
                return Ok(Progress::Ended(merged(pending)));
            };
            let left = remaining(*limit);
            if left == Some(Duration::ZERO) {
                return Err((silent, Error::new(Code::Timeout, "no reply in time")));
            }
            call::check("waiting for the reply").map_err(|error| (silent, error))?;
            match stop {
                Some(Stop::Close | Stop::TimeUp) => return Ok(Progress::TimeUp),
                Some(Stop::Pause) => return Ok(Progress::Paused),
                Some(Stop::Messages) if !is_fenced => {
                    // A message can be about what the command itself has done: then its reply arrives before the reply of a fence.
                    self.fence_invalidations(&pending.iter().map(|reply| reply.server).collect::<Vec<_>>());
                    is_fenced = true;
                    continue;
                }
                Some(Stop::Messages) => return Ok(Progress::Messages),
                Some(Stop::Unblock) if !*is_unblocked => {
                    interrupter.take_interrupt();
                    let with_error = interrupter.unblock_requested() == Some(true);
                    for reply in pending.iter().filter(|reply| reply.reply.is_none()) {
                        self.unblock(reply.server, with_error).map_err(|error| (reply.server, error))?;
                    }
                    *is_unblocked = true;
                    *limit = deadline(self.configured.config().read_timeout);
                    continue;
                }
                Some(Stop::Unblock) | None => {}
            }
            let silent_servers = pending.iter().filter(|reply| reply.reply.is_none());
            let connections = silent_servers.filter_map(|reply| self.connections[reply.server].as_ref());
            let mut sockets: Vec<PollFd> = connections.map(|connection| PollFd::new(connection, PollFlags::IN)).collect();
            sockets.push(PollFd::from_borrowed_fd(wake_up, PollFlags::IN));
            watches.retain(|(server, _)| pending.iter().any(|reply| reply.server == *server && reply.reply.is_none()));
            watches.iter_mut().try_for_each(|(server, watch)| watch.check().map_err(|error| (*server, error)))?;
            let next_check = watches.iter().filter_map(|(_, watch)| clock::remaining(watch.next())).min();
            let end_of_call = clock::remaining(call::deadline());
            let timeout =
                [left, waiter.remaining(), next_check, end_of_call].into_iter().flatten().min().and_then(|left| left.try_into().ok());
            match poll(&mut sockets, timeout.as_ref()) {
                Ok(_) => {}
                Err(Errno::INTR) => after_signal().map_err(|error| (silent, error))?,
                Err(error) => return Err((silent, Error::new(Code::Io, format!("poll: {error}")))),
            }
        }
    }

    /// Takes the reply of a server if it has arrived.
    fn receive_reply(&mut self, pending: &mut PendingReply) -> Result<(), Error> {
        if pending.reply.is_some() {
            return Ok(());
        }
        let connection = self.connections[pending.server].as_mut().ok_or_else(|| Error::new(Code::Io, "the connection was lost"))?;
        if connection.receive_now(&mut pending.reader)? {
            pending.reply = Some(connection.end(std::mem::replace(&mut pending.reader, Reader::new(Vec::new(), true))));
        }
        Ok(())
    }

    /// Closes the connections whose reply is still to come.
    pub(super) fn abandon_replies(&mut self, pending: &[PendingReply]) {
        for reply in pending.iter().filter(|reply| reply.reply.is_none()) {
            self.connections[reply.server] = None;
        }
    }

    /// Tells a server to end the blocking command that it runs for this session. Its reply is nil, or what it has just received.
    fn unblock(&self, server: usize, with_error: bool) -> Result<(), Error> {
        let id = self.connections[server].as_ref().and_then(SessionConnection::id);
        let id = id.ok_or_else(|| Error::new(Code::Io, "the ID of the connection is unknown"))?;
        SessionConnection::open(self.configured.topology().shard(server))?.unblock(id, with_error)
    }
}

/// The reply of the only server, or the smallest number that the masters replied to WAIT.
fn merged(pending: &mut [PendingReply]) -> Outcome {
    match pending {
        [only] => only.reply.take().ok_or_else(|| Error::new(Code::Internal, "a reply that has arrived is missing")),
        several => least(several.iter().filter_map(|reply| reply.reply.as_ref())),
    }
}
