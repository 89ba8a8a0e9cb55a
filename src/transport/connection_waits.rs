//! Reads without waiting, and waits that may take longer than the configured limits, or shorter.

use crate::command::ReadTimeout;
use crate::error::Error;
use crate::resp::Reader;
use crate::transport::clock::{NEVER, Time, exact_now, limit};
use crate::transport::connection::Connection;
use crate::transport::connection_errors::{closed, timed_out};
use crate::transport::deadline::deadline;
use crate::transport::watch::Watch;
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::RecvFlags;
use std::time::Duration;

impl Connection {
    /// Reads what has arrived; returns the number of bytes.
    pub(crate) fn receive_now(&self, reader: &mut Reader, wanted: usize) -> Result<usize, Error> {
        self.receive_arrived(reader, wanted, 0)
    }

    /// Waits for the first byte of a reply, at most that long, and reads what has arrived. Returns false if nothing has.
    pub(crate) fn receive_within(&self, reader: &mut Reader, wanted: usize, limit: Duration) -> Result<bool, Error> {
        let since = self.statistics.begin_wait();
        if !self.poll(PollFlags::IN, exact_now().saturating_add(limit.as_nanos() as Time).min(deadline()))? {
            return Ok(false);
        }
        self.receive_arrived(reader, wanted, since).map(|_| true)
    }

    /// Reads what has arrived. The caller has waited for it since then.
    fn receive_arrived(&self, reader: &mut Reader, wanted: usize, since: Time) -> Result<usize, Error> {
        match self.socket.recv(reader, RecvFlags::DONTWAIT)? {
            Ok(0) => Err(self.fail(closed())),
            Ok(count) => {
                self.statistics.received(count);
                if self.breaker.is_troubled() {
                    self.breaker.succeeded();
                }
                reader.advance(wanted).map_err(|error| self.broken(error))?;
                if reader.complete() >= wanted {
                    self.statistics.replied(wanted, since);
                }
                Ok(count)
            }
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(self.lost(error)),
        }
    }

    /// Waits for the first byte of the reply to a blocking command. If the read timeout of the configuration applies unchanged this returns at once,
    /// and the read waits.
    #[inline]
    pub(crate) fn wait(&self, read_timeout: ReadTimeout) -> Result<(), Error> {
        if read_timeout == ReadTimeout::Configured { Ok(()) } else { self.wait_longer(read_timeout) }
    }

    #[cold]
    fn wait_longer(&self, read_timeout: ReadTimeout) -> Result<(), Error> {
        let until = match read_timeout {
            ReadTimeout::Extended(blocking) => {
                let limit = limit(Some(blocking)).saturating_add(self.limits.reply.min(self.limits.request));
                exact_now().saturating_add(limit)
            }
            _ => NEVER,
        };
        let mut watch = self.watch();
        while !self.poll(PollFlags::IN, until.min(watch.next()))? {
            if exact_now() >= until.min(deadline()) {
                return Err(self.give_up("waiting for the reply", timed_out()));
            }
            watch.check().map_err(|error| self.fail(error))?;
        }
        Ok(())
    }

    /// Notices that the server does not reply any more while a command waits.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(&self.breaker, self.limits.ping_interval, self.limits.request.min(self.limits.reply))
    }

    /// How long the connection may be silent before the server is sent a PING, and how long the reply to that may take.
    pub(crate) fn ping_limits(&self) -> (Time, Time) {
        (self.limits.ping_interval, self.limits.request.min(self.limits.reply))
    }

    /// Waits for the first byte of a reply, at most that long. Longer silence is no failure of the server.
    pub(crate) fn wait_within(&self, limit: Duration) -> Result<(), Error> {
        let until = exact_now().saturating_add(limit.as_nanos() as Time).min(deadline());
        if self.poll(PollFlags::IN, until)? { Ok(()) } else { Err(timed_out()) }
    }
}
