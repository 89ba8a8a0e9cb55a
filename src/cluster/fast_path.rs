//! One command to one server: the path that nearly every call takes. It allocates nothing but the reply.

use crate::command::{CommandFlags, Key, as_sent, is_renamed};
use crate::error::Error;
use crate::resp::{Kind, Reply, push_argument, push_count};
use crate::transport::clock::{Time, now};
use crate::transport::{ConnectionSource, Lease, MIN_BORROWED, became_replica, explain, is_rejected_by_replica, may_retry, origin};

/// A command for one server.
pub(crate) struct OneServerCommand<'c, 'a> {
    /// The request that consists of this command; `None` if the caller passed arguments.
    pub request: Option<&'a [u8]>,
    pub args: &'c [&'a [u8]],
    pub keys: &'c [Key<'a>],
    pub flags: CommandFlags,
}

impl OneServerCommand<'_, '_> {
    /// Whether its arguments are small enough to be copied, or need not be copied.
    #[inline]
    pub(crate) fn fits(&self) -> bool {
        self.args.iter().all(|argument| argument.len() < MIN_BORROWED) || self.unchanged().is_some()
    }

    /// Runs it. If it came in a request its reply is in an array of one.
    #[inline]
    pub(crate) fn run(&self, source: &impl ConnectionSource) -> Result<Reply, Error> {
        let mut progress = Progress { sent: Sent::Nothing, began: None };
        match self.attempt(source, &mut progress) {
            Ok(reply) => Ok(reply),
            Err(error) => self.retry(error, source, progress),
        }
    }

    #[cold]
    fn retry(&self, error: Error, source: &impl ConnectionSource, mut progress: Progress) -> Result<Reply, Error> {
        let mut error = error;
        if may_retry(&error, self.flags.repeatable, progress.sent == Sent::Nothing) {
            progress.sent = Sent::Nothing;
            match self.attempt(source, &mut progress) {
                Ok(reply) => return Ok(reply),
                Err(second) => error = second,
            }
        }
        if let Some(text) = error.refusal() {
            let reply = Reply::error(text).with_origin(0, origin(source.server(), self.args[0]));
            return Ok(if self.request.is_some() { reply.wrapped_in_array() } else { reply });
        }
        Err(explain(source.server(), error, self.args[0], progress.sent == Sent::All))
    }

    #[inline]
    fn attempt(&self, source: &impl ConnectionSource, progress: &mut Progress) -> Result<Reply, Error> {
        let mut lease = source.lease(progress.began)?;
        let is_first = progress.began.is_none();
        progress.began = Some(lease.began());
        let mut count = 0;
        let outcome = match self.unchanged() {
            Some(bytes) => lease.send_all(bytes, &mut count),
            None => lease.send_packed(|out| self.pack(out), &mut count),
        };
        progress.sent = match &outcome {
            Ok(()) => Sent::All,
            Err(_) if count == 0 => Sent::Nothing,
            Err(_) => Sent::Some,
        };
        outcome?;
        let mut reader = lease.reader(self.request.is_some());
        lease.wait(self.flags.read_timeout)?;
        lease.receive(&mut reader, 1)?;
        let has_errors = reader.has_errors;
        let (reply, buffer) = Reply::from_reader(reader, self.request.map(|_| 1));
        lease.reuse(buffer);
        if has_errors {
            return self.finish_error(reply, lease, source, is_first, progress);
        }
        lease.keep();
        Ok(reply)
    }

    /// Says where an error reply comes from, and finds out whether a write went to a server that is no master any more. Called for replies
    /// with an error, which may be inside an array.
    #[cold]
    fn finish_error<S: ConnectionSource>(
        &self,
        reply: Reply,
        lease: Lease,
        source: &S,
        is_first: bool,
        progress: &mut Progress,
    ) -> Result<Reply, Error> {
        let index = usize::from(self.request.is_some());
        let entry = reply.entries()[index];
        if !self.flags.repeatable && is_first && entry.kind() == Kind::Error && is_rejected_by_replica(reply.entry_bytes(&entry)) {
            if source.confirm_replica(lease) {
                (progress.sent, progress.began) = (Sent::Nothing, Some(now()));
                return Err(became_replica());
            }
        } else {
            lease.keep();
        }
        Ok(if entry.is_error() { reply.with_origin(index, origin(source.server(), self.args[0])) } else { reply })
    }

    #[inline]
    fn unchanged(&self) -> Option<&[u8]> {
        self.request.filter(|_| !is_renamed(self.args, self.keys))
    }

    #[inline]
    fn pack(&self, out: &mut Vec<u8>) {
        push_count(out, self.args.len());
        as_sent(self.args, self.keys, |argument| push_argument(out, argument));
    }
}

/// How far the attempts have come.
struct Progress {
    sent: Sent,
    /// When the first one began, once it had a connection.
    began: Option<Time>,
}

/// How much of the command the kernel took.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Some,
    All,
}
