//! The commands of one call that go to one server: sent together, answered in order.

use crate::command::{CommandFlags, Key, ReadTimeout, is_renamed};
use crate::error::{Code, Error};
use crate::resp::{Entry, Kind, Reader, Reply};
use crate::topology::turns_away;
use crate::transport::retry_policy::{explain, may_begin_again};
use crate::transport::write_buffer::WriteBuffer;
use crate::transport::{Connection, Lease, Pool};
use smallvec::SmallVec;
use std::ops::Range;

pub(crate) struct NodePipeline<'p, 'a> {
    pool: &'p Pool,
    pub(crate) write_buffer: WriteBuffer<'a>,
    /// Where each command ends among the bytes that are sent.
    ends: SmallVec<[usize; 1]>,
    /// All of its commands may be sent a second time.
    repeatable: bool,
    /// The connection holds a state, such as WATCH, that another one would lack.
    bound: bool,
    /// One of its commands must go to the master, though it may only read.
    pub(crate) stays: bool,
    /// It goes to a replica.
    is_elsewhere: bool,
    read_timeout: ReadTimeout,
    lease: Option<Lease<'p>>,
    reader: Reader,
    failure: Option<Error>,
    /// All replies were read, and nothing more will come over the connection.
    is_done: bool,
}

impl<'p, 'a> NodePipeline<'p, 'a> {
    /// A pipeline for commands that stand in `request`, or, where that is empty, are packed from arguments.
    #[inline]
    pub(crate) fn new(pool: &'p Pool, request: &'a [u8]) -> NodePipeline<'p, 'a> {
        NodePipeline {
            pool,
            write_buffer: WriteBuffer::new(request),
            ends: SmallVec::new(),
            repeatable: true,
            bound: false,
            stays: false,
            is_elsewhere: false,
            read_timeout: ReadTimeout::Configured,
            lease: None,
            reader: Reader::new(Vec::new(), false),
            failure: None,
            is_done: false,
        }
    }

    /// A pipeline over a connection that its caller holds; `bound` says that no other will do.
    pub(crate) fn over(lease: Lease<'p>, bound: bool) -> NodePipeline<'p, 'a> {
        let mut pipeline = NodePipeline::new(lease.pool(), &[]);
        pipeline.bound = bound;
        pipeline.seat(lease, true);
        pipeline
    }

    /// Adds a command: as it stands in the request where that will do, else from its arguments.
    #[inline]
    pub(crate) fn add(&mut self, whole: Option<Range<usize>>, args: &[&'a [u8]], keys: &[Key<'a>], flags: CommandFlags) -> u32 {
        match whole {
            Some(range) if !is_renamed(args, keys) => self.write_buffer.push_whole(range),
            _ => self.write_buffer.push_renamed(args, keys),
        }
        self.finish_command(flags)
    }

    /// Adds a command whose arguments may go before the pipeline does.
    pub(crate) fn add_copied(&mut self, args: &[&[u8]], flags: CommandFlags) -> u32 {
        self.write_buffer.push_copied(args);
        self.finish_command(flags)
    }

    /// Ends a command whose bytes were pushed one by one; answers which of the pipeline's commands it is.
    #[inline(always)]
    pub(crate) fn finish_command(&mut self, flags: CommandFlags) -> u32 {
        self.ends.push(self.write_buffer.length());
        self.repeatable &= flags.repeatable;
        if flags.read_timeout != ReadTimeout::Configured {
            self.read_timeout = self.read_timeout.and(flags.read_timeout);
        }
        self.ends.len() as u32 - 1
    }

    /// Sends the commands and reads all replies. What fails is told by [`NodePipeline::into_replies`].
    #[inline]
    pub(crate) fn run(&mut self, rooted: bool) {
        self.write_buffer.settle();
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
    pub(crate) fn start(&mut self) {
        self.write_buffer.settle();
        if self.connect(false, true) {
            self.attempt(|pipeline| pipeline.send_some().map(drop));
        }
    }

    /// Whether it has a connection, or could get none.
    pub(crate) fn is_started(&self) -> bool {
        self.lease.is_some() || self.failure.is_some()
    }

    /// Gets a connection; answers whether there is one.
    #[inline]
    pub(crate) fn connect(&mut self, fresh: bool, rooted: bool) -> bool {
        match self.pool.take(fresh) {
            Ok(lease) => self.seat(lease, rooted),
            Err(error) => self.failure = Some(error),
        }
        self.lease.is_some()
    }

    #[inline]
    fn seat(&mut self, mut lease: Lease<'p>, rooted: bool) {
        self.reader = lease.reader(rooted);
        self.lease = Some(lease);
    }

    /// Takes a step, unless one failed before.
    #[inline]
    pub(crate) fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Error>) {
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
        while !self.write_buffer.is_sent() {
            let (bytes, more) = self.write_buffer.next();
            let count = self.connection().send(bytes, more)?;
            self.write_buffer.took(count);
        }
        Ok(())
    }

    /// Sends what the kernel takes at once; answers how much that was.
    pub(crate) fn send_some(&mut self) -> Result<usize, Error> {
        let before = self.write_buffer.sent();
        while !self.write_buffer.is_sent() {
            let (bytes, more) = self.write_buffer.next();
            match self.connection().send_now(bytes, more)? {
                0 => break,
                count => self.write_buffer.took(count),
            }
        }
        Ok(self.write_buffer.sent() - before)
    }

    /// Reads what is there at once; answers how much that was.
    pub(crate) fn receive_some(&mut self) -> Result<usize, Error> {
        let Some(lease) = &self.lease else { return Ok(0) };
        lease.receive_now(&mut self.reader, self.ends.len())
    }

    /// Reads the remaining replies. The connection goes back when the pipeline goes, with the buffer that nobody needs by then.
    #[inline]
    pub(crate) fn receive_all(&mut self) -> Result<(), Error> {
        let Some(lease) = &self.lease else { return Ok(()) };
        if self.reader.complete() < self.ends.len() {
            lease.wait(self.read_timeout, self.pool.config().read_timeout)?;
        }
        lease.receive(&mut self.reader, self.ends.len())?;
        self.is_done = true;
        // What a replica could not answer is sent once more, to the master.
        if !self.is_elsewhere {
            self.write_buffer.forget();
        }
        Ok(())
    }

    /// After a connection that broke: whether all may be sent again over a new one, and if so, back to the start.
    #[inline]
    pub(crate) fn begin_again(&mut self) -> bool {
        let Some(failure) = &self.failure else { return false };
        if self.bound || !may_begin_again(failure, self.repeatable, self.write_buffer.sent() == 0) {
            return false;
        }
        self.write_buffer.rewind();
        self.failure = None;
        true
    }

    /// Whether it may still be sent to a replica: all its commands read, and none has been sent.
    pub(crate) fn may_go_elsewhere(&self) -> bool {
        self.repeatable && !self.stays && !self.is_started()
    }

    /// Sends it to a replica.
    pub(crate) fn go_to(&mut self, replica: &'p Pool) {
        self.pool = replica;
        self.is_elsewhere = true;
    }

    /// Whether it went to a replica that could not answer all of it.
    pub(crate) fn is_turned_away(&self) -> bool {
        let is_refusal = |entry: &Entry| {
            let start = entry.data as usize;
            entry.kind() == Kind::Error && turns_away(&self.reader.bytes()[start..start + entry.length()])
        };
        self.is_elsewhere && (self.has_failed() || self.reader.entries().iter().any(is_refusal))
    }

    /// Whether all connections of the server were in use.
    pub(crate) fn found_no_connection(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.code() == Code::Pool)
    }

    /// Back to the start, to be sent to the master.
    pub(crate) fn begin_anew(&mut self, master: &'p Pool) {
        self.let_go();
        self.pool = master;
        self.is_elsewhere = false;
        self.is_done = false;
        self.failure = None;
        self.reader = Reader::new(Vec::new(), false);
        self.write_buffer.rewind();
    }

    /// Gives the connection back when all replies were read.
    pub(crate) fn let_go(&mut self) {
        if let Some(lease) = self.lease.take().filter(|_| self.is_done) {
            lease.keep();
        }
    }

    pub(crate) fn is_sending(&self) -> bool {
        self.failure.is_none() && !self.write_buffer.is_sent()
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.lease.as_ref().expect("a pipeline that has not failed has a connection until its replies are read")
    }

    /// How many commands it has.
    pub(crate) fn commands(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        self.reader.entries()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.reader.bytes()
    }

    /// The bytes, where they are too many to be kept with the connection.
    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        self.reader.take_bytes()
    }

    /// Whether the reply to its `ordinal`th command is there; if not, why. `name` is the command's.
    pub(crate) fn outcome(&self, ordinal: u32, name: &[u8]) -> Result<(), Error> {
        if (ordinal as usize) < self.reader.complete() {
            return Ok(());
        }
        let failure = self.failure.clone().unwrap_or_else(|| Error::new(Code::Internal, "no reply and no failure"));
        Err(explain(self.pool.server(), failure, name, self.write_buffer.sent() >= self.ends[ordinal as usize]))
    }

    /// The reply to its only command.
    #[inline]
    pub(crate) fn into_single(mut self, name: &[u8], rooted: bool) -> Result<Reply, Error> {
        self.outcome(0, name)?;
        Ok(self.take_reply(rooted.then_some(1)))
    }

    /// The replies to all its commands under one array, when none failed.
    pub(crate) fn into_all(mut self) -> Reply {
        self.take_reply(Some(self.ends.len()))
    }

    /// The connection, if it still stands, and the replies to all commands under one array, or why there is none. `name` is for messages.
    pub(crate) fn into_seat(mut self, name: &[u8]) -> (Option<Lease<'p>>, Result<Reply, Error>) {
        let outcome = match self.ends.len() {
            0 => Err(Error::new(Code::Internal, "a pipeline without commands")),
            commands => self.outcome(commands as u32 - 1, name).map(|()| self.take_reply(Some(commands))),
        };
        let mut lease = self.lease.take().filter(|_| self.is_done);
        if let Some(lease) = &mut lease {
            let reader = std::mem::replace(&mut self.reader, Reader::new(Vec::new(), false));
            lease.reuse(reader.into_parts().0);
        }
        (lease, outcome)
    }

    fn take_reply(&mut self, replies: Option<usize>) -> Reply {
        let reader = std::mem::replace(&mut self.reader, Reader::new(Vec::new(), false));
        let (reply, buffer) = Reply::from_reader(reader, replies);
        self.reader = Reader::new(buffer, false);
        reply
    }
}

impl Drop for NodePipeline<'_, '_> {
    fn drop(&mut self) {
        if let Some(mut lease) = self.lease.take().filter(|_| self.is_done) {
            let reader = std::mem::replace(&mut self.reader, Reader::new(Vec::new(), false));
            lease.reuse(reader.into_parts().0);
            lease.keep();
        }
    }
}
