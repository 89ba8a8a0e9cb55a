//! One command to one server: the path that nearly every call takes. It allocates the reply and nothing else.

use crate::command::{CommandFlags, Key, as_sent, is_renamed};
use crate::error::Error;
use crate::resp::{Reply, push_argument, push_count};
use crate::transport::{LARGE, Pool, explain, may_begin_again};

/// A command as it is to be sent.
pub(crate) struct SingleKeyCommand<'c, 'a> {
    /// As it stands in a request that holds it alone; `None` where there is no such request.
    pub whole: Option<&'a [u8]>,
    pub args: &'c [&'a [u8]],
    pub keys: &'c [Key<'a>],
    pub flags: CommandFlags,
}

impl SingleKeyCommand<'_, '_> {
    /// Whether it may be packed, or need not be.
    #[inline]
    pub(crate) fn fits(&self) -> bool {
        self.args.iter().all(|argument| argument.len() < LARGE) || self.unchanged().is_some()
    }

    /// Its reply; under an array of one where it came in a request.
    #[inline]
    pub(crate) fn run(&self, pool: &Pool) -> Result<Reply, Error> {
        let mut sent = Sent::Nothing;
        match self.attempt(pool, false, &mut sent) {
            Ok(reply) => Ok(reply),
            Err(error) => self.after(error, pool, sent),
        }
    }

    #[cold]
    fn after(&self, error: Error, pool: &Pool, mut sent: Sent) -> Result<Reply, Error> {
        let mut error = error;
        if may_begin_again(&error, self.flags.repeatable, sent == Sent::Nothing) {
            sent = Sent::Nothing;
            match self.attempt(pool, true, &mut sent) {
                Ok(reply) => return Ok(reply),
                Err(second) => error = second,
            }
        }
        Err(explain(pool.server(), error, self.args[0], sent == Sent::All))
    }

    #[inline]
    fn attempt(&self, pool: &Pool, fresh: bool, sent: &mut Sent) -> Result<Reply, Error> {
        let mut lease = pool.take(fresh)?;
        let mut count = 0;
        let outcome = match self.unchanged() {
            Some(bytes) => lease.send_all(bytes, &mut count),
            None => lease.send_packed(|out| self.pack(out), &mut count),
        };
        *sent = match &outcome {
            Ok(()) => Sent::All,
            Err(_) if count == 0 => Sent::Nothing,
            Err(_) => Sent::Some,
        };
        outcome?;
        let mut reader = lease.reader(self.whole.is_some());
        lease.wait(self.flags.read_timeout, pool.config().read_timeout)?;
        lease.receive(&mut reader, 1)?;
        let (reply, buffer) = Reply::from_reader(reader, self.whole.map(|_| 1));
        lease.reuse(buffer);
        lease.keep();
        Ok(reply)
    }

    #[inline]
    fn unchanged(&self) -> Option<&[u8]> {
        self.whole.filter(|_| !is_renamed(self.args, self.keys))
    }

    #[inline]
    fn pack(&self, out: &mut Vec<u8>) {
        push_count(out, self.args.len());
        as_sent(self.args, self.keys, |argument| push_argument(out, argument));
    }
}

/// How much of the command the kernel took.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Some,
    All,
}
