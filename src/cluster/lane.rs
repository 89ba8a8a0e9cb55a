//! The commands of one call that go to one server: sent together, answered in order.

use super::blame::{explain, may_begin_again};
use super::outbox::Outbox;
use crate::error::{Code, Error};
use crate::node::{Connection, Lease, Patience, Pool};
use crate::plan::{Key, Traits, is_renamed};
use crate::reply::{Entry, Reader, Reply};
use smallvec::SmallVec;
use std::ops::Range;

pub(crate) struct Lane<'p, 'a> {
    pool: &'p Pool,
    pub(super) outbox: Outbox<'a>,
    /// Where each command ends among the bytes that are sent.
    ends: SmallVec<[usize; 1]>,
    /// All of its commands may be sent a second time.
    repeatable: bool,
    patience: Patience,
    lease: Option<Lease<'p>>,
    reader: Reader,
    failure: Option<Error>,
    /// All replies were read, and nothing more will come over the connection.
    is_done: bool,
}

impl<'p, 'a> Lane<'p, 'a> {
    /// A lane for commands that stand in `request`, or, where that is empty, are packed from arguments.
    #[inline]
    pub(crate) fn new(pool: &'p Pool, request: &'a [u8]) -> Lane<'p, 'a> {
        Lane {
            pool,
            outbox: Outbox::new(request),
            ends: SmallVec::new(),
            repeatable: true,
            patience: Patience::Usual,
            lease: None,
            reader: Reader::new(Vec::new(), false),
            failure: None,
            is_done: false,
        }
    }

    /// Adds a command: as it stands in the request where that will do, else from its arguments.
    #[inline]
    pub(crate) fn add(&mut self, whole: Option<Range<usize>>, args: &[&'a [u8]], keys: &[Key<'a>], traits: Traits) -> u32 {
        match whole {
            Some(range) if !is_renamed(args, keys) => self.outbox.push_whole(range),
            _ => self.outbox.push_renamed(args, keys),
        }
        self.finish_command(traits)
    }

    /// Ends a command whose bytes were pushed one by one; answers which of the lane's commands it is.
    #[inline(always)]
    pub(crate) fn finish_command(&mut self, traits: Traits) -> u32 {
        self.ends.push(self.outbox.length());
        self.repeatable &= traits.repeatable;
        if traits.patience != Patience::Usual {
            self.patience = self.patience.and(traits.patience);
        }
        self.ends.len() as u32 - 1
    }

    /// Sends the commands and reads all replies. What fails is told by [`Lane::into_replies`].
    #[inline]
    pub(crate) fn run(&mut self, rooted: bool) {
        self.outbox.settle();
        for fresh in [false, true] {
            if self.connect(fresh, rooted) {
                self.attempt(Self::send_all);
                self.attempt(Self::receive_all);
            }
            if !self.begin_again() {
                return;
            }
        }
    }

    /// Gets a connection and sends what the kernel takes at once.
    pub(super) fn start(&mut self) {
        self.outbox.settle();
        if self.connect(false, true) {
            self.attempt(|lane| lane.send_some().map(drop));
        }
    }

    /// Whether it has a connection, or could get none.
    pub(super) fn is_started(&self) -> bool {
        self.lease.is_some() || self.failure.is_some()
    }

    /// Gets a connection; answers whether there is one.
    #[inline]
    pub(super) fn connect(&mut self, fresh: bool, rooted: bool) -> bool {
        match self.pool.take(fresh) {
            Ok(mut lease) => {
                self.reader = lease.reader(rooted);
                self.lease = Some(lease);
            }
            Err(error) => self.failure = Some(error),
        }
        self.lease.is_some()
    }

    /// Takes a step, unless one failed before.
    #[inline]
    pub(super) fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Error>) {
        if self.failure.is_none()
            && let Err(error) = step(self)
        {
            self.failure = Some(error);
            // Closed, not given back: what comes over it now belongs to nobody.
            self.lease = None;
        }
    }

    #[inline]
    fn send_all(&mut self) -> Result<(), Error> {
        while !self.outbox.is_sent() {
            let (bytes, more) = self.outbox.next();
            let count = self.connection().send(bytes, more)?;
            self.outbox.took(count);
        }
        Ok(())
    }

    /// Sends what the kernel takes at once; answers how much that was.
    pub(super) fn send_some(&mut self) -> Result<usize, Error> {
        let before = self.outbox.sent();
        while !self.outbox.is_sent() {
            let (bytes, more) = self.outbox.next();
            match self.connection().send_now(bytes, more)? {
                0 => break,
                count => self.outbox.took(count),
            }
        }
        Ok(self.outbox.sent() - before)
    }

    /// Reads what is there at once; answers how much that was.
    pub(super) fn receive_some(&mut self) -> Result<usize, Error> {
        let Some(lease) = &self.lease else { return Ok(0) };
        lease.receive_now(&mut self.reader, self.ends.len())
    }

    /// Reads the remaining replies. The connection goes back when the lane goes, with the buffer that nobody needs by then.
    #[inline]
    pub(super) fn receive_all(&mut self) -> Result<(), Error> {
        let Some(lease) = &self.lease else { return Ok(()) };
        if self.reader.complete() < self.ends.len() {
            lease.wait(self.patience, self.pool.config().read_timeout)?;
        }
        lease.receive(&mut self.reader, self.ends.len())?;
        self.is_done = true;
        Ok(())
    }

    /// After a connection that broke: whether all may be sent again over a new one, and if so, back to the start.
    #[inline]
    pub(super) fn begin_again(&mut self) -> bool {
        let Some(failure) = &self.failure else { return false };
        if !may_begin_again(failure, self.repeatable, self.outbox.sent() == 0) {
            return false;
        }
        self.outbox.rewind();
        self.failure = None;
        true
    }

    pub(super) fn is_sending(&self) -> bool {
        self.failure.is_none() && !self.outbox.is_sent()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    pub(super) fn connection(&self) -> &Connection {
        self.lease.as_ref().expect("a lane that has not failed has a connection until its replies are read")
    }

    /// How many commands it has.
    pub(super) fn commands(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn entries(&self) -> &[Entry] {
        self.reader.entries()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.reader.bytes()
    }

    /// Whether the reply to its `ordinal`th command is there; if not, why. `name` is the command's.
    pub(super) fn outcome(&self, ordinal: u32, name: &[u8]) -> Result<(), Error> {
        if (ordinal as usize) < self.reader.complete() {
            return Ok(());
        }
        let failure = self.failure.clone().unwrap_or_else(|| Error::new(Code::Internal, "no reply and no failure"));
        Err(explain(self.pool.server(), failure, name, self.outbox.sent() >= self.ends[ordinal as usize]))
    }

    /// The reply to its only command.
    #[inline]
    pub(super) fn into_single(mut self, name: &[u8], rooted: bool) -> Result<Reply, Error> {
        self.outcome(0, name)?;
        Ok(self.take_reply(rooted.then_some(1)))
    }

    /// The replies to all its commands under one array, when none failed.
    pub(super) fn into_all(mut self) -> Reply {
        self.take_reply(Some(self.ends.len()))
    }

    fn take_reply(&mut self, replies: Option<usize>) -> Reply {
        let reader = std::mem::replace(&mut self.reader, Reader::new(Vec::new(), false));
        let (reply, buffer) = Reply::from_reader(reader, replies);
        self.reader = Reader::new(buffer, false);
        reply
    }
}

impl Drop for Lane<'_, '_> {
    fn drop(&mut self) {
        if let Some(mut lease) = self.lease.take().filter(|_| self.is_done) {
            let reader = std::mem::replace(&mut self.reader, Reader::new(Vec::new(), false));
            lease.reuse(reader.into_parts().0);
            lease.keep();
        }
    }
}
