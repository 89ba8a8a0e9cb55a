//! The commands of one call for one server: sent together, their replies read in order.

use crate::command::{CommandFlags, Key, ReadTimeout, is_renamed};
use crate::error::{Code, Error, Origin};
use crate::resp::{Entry, Kind, Reader, Reply};
use crate::transport::clock::{Time, now};
use crate::transport::connection::Connection;
use crate::transport::connection_source::ConnectionSource;
use crate::transport::deadline;
use crate::transport::pool::Lease;
use crate::transport::retry_policy::{became_replica, cannot_serve_reads, explain, is_rejected_by_replica, may_retry, origin};
use crate::transport::write_buffer::WriteBuffer;
use smallvec::SmallVec;
use std::ops::Range;
use std::time::Duration;

pub(crate) struct NodePipeline<'p, 'a> {
    source: &'p dyn ConnectionSource,
    pub(crate) write_buffer: WriteBuffer<'a>,
    /// The end of each command, as an offset into the bytes that are sent.
    ends: SmallVec<[usize; 1]>,
    /// All of its commands may be sent a second time.
    repeatable: bool,
    /// The number of commands that may not.
    writes: usize,
    resend: Resend,
    /// The connection has a state, such as WATCH, that a new one would lack.
    pinned: bool,
    /// One of its commands must run on the master, although it may only read.
    pub(crate) requires_master: bool,
    /// Its commands have the same effect in every database. If the server refuses to select one, they are sent without.
    pub(crate) ignores_database: bool,
    /// The connection has not selected the database, so no other command may use it.
    is_without_database: bool,
    /// It is sent to a replica.
    is_on_replica: bool,
    read_timeout: ReadTimeout,
    lease: Option<Lease<'p>>,
    /// When the first attempt began.
    began: Option<Time>,
    reader: Reader,
    failure: Option<Error>,
    /// The failure names the server and the command already.
    is_explained: bool,
    /// All replies have been read: the connection may be used for other commands.
    is_done: bool,
}

/// Whether the writes have been rejected by a server that has become a replica, and are sent to the master.
#[derive(PartialEq, Eq)]
enum Resend {
    No,
    Due,
    Done,
}

impl<'p, 'a> NodePipeline<'p, 'a> {
    /// A pipeline for commands that are part of `request`, or, if that is empty, for commands that are packed from their arguments.
    #[inline]
    pub(crate) fn new(source: &'p dyn ConnectionSource, request: &'a [u8]) -> NodePipeline<'p, 'a> {
        NodePipeline {
            source,
            write_buffer: WriteBuffer::new(request),
            ends: SmallVec::new(),
            repeatable: true,
            writes: 0,
            resend: Resend::No,
            pinned: false,
            requires_master: false,
            ignores_database: false,
            is_without_database: false,
            is_on_replica: false,
            read_timeout: ReadTimeout::Configured,
            lease: None,
            began: None,
            reader: Reader::new(Vec::new(), false),
            failure: None,
            is_explained: false,
            is_done: false,
        }
    }

    /// A pipeline that starts with a connection which the caller took from `source`. If it is `pinned` no other connection replaces it.
    pub(crate) fn with_lease(source: &'p dyn ConnectionSource, lease: Lease<'p>, pinned: bool) -> NodePipeline<'p, 'a> {
        let mut pipeline = NodePipeline::new(source, &[]);
        pipeline.pinned = pinned;
        pipeline.set_lease(lease, true);
        pipeline.renew_lease();
        pipeline
    }

    /// Begins a request over the connection that it already has.
    fn renew_lease(&mut self) {
        let Some(lease) = &mut self.lease else { return };
        lease.begin_request(now());
        self.began = Some(lease.began());
        if let Err(error) = lease.check_available().and_then(|()| deadline::check("before the command was sent")) {
            self.failure = Some(error);
            self.lease = None;
        }
    }

    /// Adds a command and returns its index: the range `whole` of the request if no key is renamed, else packed from its arguments.
    #[inline]
    pub(crate) fn add(&mut self, whole: Option<Range<usize>>, args: &[&'a [u8]], keys: &[Key<'a>], flags: CommandFlags) -> u32 {
        match whole {
            Some(range) if !is_renamed(args, keys) => self.write_buffer.push_whole(range),
            _ => self.write_buffer.push_renamed(args, keys),
        }
        self.finish_command(flags)
    }

    /// Adds a copy of a command whose arguments need not outlive the pipeline; returns its index.
    pub(crate) fn add_copied(&mut self, args: &[&[u8]], flags: CommandFlags) -> u32 {
        self.write_buffer.push_copied(args);
        self.finish_command(flags)
    }

    /// Ends a command whose bytes were pushed one by one; returns its index.
    #[inline(always)]
    pub(crate) fn finish_command(&mut self, flags: CommandFlags) -> u32 {
        self.ends.push(self.write_buffer.length());
        self.repeatable &= flags.repeatable;
        self.writes += usize::from(!flags.repeatable);
        if flags.read_timeout != ReadTimeout::Configured {
            self.read_timeout = self.read_timeout.and(flags.read_timeout);
        }
        self.ends.len() as u32 - 1
    }

    /// Takes the replies to all its commands, or the failure, which names the server and the command, from a caller that has sent them itself.
    pub(crate) fn set_outcome(&mut self, outcome: Result<&[u8], Error>) {
        let outcome = outcome.and_then(|replies| {
            self.reader = Reader::new(Vec::new(), true).with_limits(self.source.config().max_reply_depth, usize::MAX);
            self.reader.feed(replies);
            self.reader.advance(self.ends.len())
        });
        (self.failure, self.is_explained) = (outcome.err(), true);
    }

    /// Sends the commands and reads all replies. [`NodePipeline::outcome`] reports failures.
    #[inline]
    pub(crate) fn run(&mut self, rooted: bool) {
        self.write_buffer.settle();
        deadline::begin_round();
        for fresh in [false, true] {
            if self.connect(fresh, rooted) {
                self.attempt(Self::send_all);
                self.attempt(Self::receive_all);
            }
            if !self.prepare_retry() {
                return;
            }
        }
    }

    /// Takes a connection and sends what the kernel takes at once.
    pub(crate) fn start(&mut self) {
        self.write_buffer.settle();
        if self.connect(false, true) {
            self.attempt(|pipeline| pipeline.send_some().map(drop));
        }
    }

    /// Whether it has tried to take a connection.
    pub(crate) fn is_started(&self) -> bool {
        self.lease.is_some() || self.failure.is_some()
    }

    /// Takes a connection; returns whether that succeeded.
    #[inline]
    pub(crate) fn connect(&mut self, fresh: bool, rooted: bool) -> bool {
        match self.source.lease(if fresh { self.began } else { None }) {
            Ok(lease) => {
                self.began = Some(lease.began());
                self.set_lease(lease, rooted);
            }
            Err(refused) if self.ignores_database && refused.refusal().is_some() => self.connect_without_database(rooted),
            Err(error) => self.failure = Some(error),
        }
        self.lease.is_some()
    }

    #[cold]
    fn connect_without_database(&mut self, rooted: bool) {
        match self.source.lease_without_database() {
            Ok(lease) => {
                self.is_without_database = true;
                self.set_lease(lease, rooted);
            }
            Err(error) => self.failure = Some(error),
        }
    }

    #[inline]
    fn set_lease(&mut self, mut lease: Lease<'p>, rooted: bool) {
        self.reader = lease.reader(rooted);
        self.lease = Some(lease);
    }

    /// Takes a step, unless an earlier one failed.
    #[inline]
    pub(crate) fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Error>) {
        if self.failure.is_none()
            && let Err(error) = step(self)
        {
            self.failure = Some(error);
            // Closed, not given back: replies may be outstanding.
            self.lease = None;
        }
    }

    /// Why an attempt failed.
    #[inline]
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    #[inline]
    fn send_all(&mut self) -> Result<(), Error> {
        while !self.write_buffer.is_sent() {
            let (bytes, more) = self.write_buffer.next();
            let mut count = 0;
            let outcome = self.connection().send_part(bytes, more, &mut count);
            self.write_buffer.advance(count);
            outcome?;
        }
        Ok(())
    }

    /// Sends what the kernel takes at once; returns the number of bytes.
    pub(crate) fn send_some(&mut self) -> Result<usize, Error> {
        let before = self.write_buffer.sent();
        while !self.write_buffer.is_sent() {
            let (bytes, more) = self.write_buffer.next();
            match self.connection().send_now(bytes, more)? {
                0 => break,
                count => self.write_buffer.advance(count),
            }
        }
        Ok(self.write_buffer.sent() - before)
    }

    /// Reads what has arrived; returns the number of bytes.
    pub(crate) fn receive_some(&mut self) -> Result<usize, Error> {
        let Some(lease) = &self.lease else { return Ok(0) };
        lease.receive_now(&mut self.reader, self.ends.len())
    }

    /// Reads what arrives first of the replies. Returns false if nothing does within that time.
    pub(crate) fn receive_within(&mut self, limit: Duration) -> bool {
        let mut has_come = true;
        self.attempt(|pipeline| {
            let Some(lease) = &pipeline.lease else { return Ok(()) };
            has_come = lease.receive_within(&mut pipeline.reader, pipeline.ends.len(), limit)?;
            Ok(())
        });
        has_come
    }

    /// Reads the remaining replies. The connection and the reader's buffer go back to the pool when the pipeline is dropped.
    #[inline]
    pub(crate) fn receive_all(&mut self) -> Result<(), Error> {
        let Some(lease) = &self.lease else { return Ok(()) };
        if self.reader.complete() < self.ends.len() {
            lease.wait(self.read_timeout)?;
        }
        lease.receive(&mut self.reader, self.ends.len())?;
        if !self.repeatable {
            self.check_rejected_writes()?;
        }
        self.is_done = true;
        // The master may have to run what a replica could not.
        if !self.is_on_replica {
            self.write_buffer.free_sent();
        }
        Ok(())
    }

    /// Fails if the server has rejected all writes because it has become a replica, so that they are sent to the master.
    fn check_rejected_writes(&mut self) -> Result<(), Error> {
        let is_rejection = |entry: &&Entry| entry.kind() == Kind::Error && is_rejected_by_replica(self.text_of(entry));
        let rejected = self.reader.entries().iter().filter(is_rejection).count();
        if rejected == 0 || self.pinned || self.resend == Resend::Done {
            return Ok(());
        }
        if let Some(lease) = self.lease.take()
            && self.source.confirm_replica(lease)
            && rejected == self.writes
        {
            self.resend = Resend::Due;
            return Err(became_replica());
        }
        Ok(())
    }

    fn text_of(&self, entry: &Entry) -> &[u8] {
        let start = entry.data as usize;
        &self.reader.bytes()[start..start + entry.length()]
    }

    /// After a failure: whether all commands may be sent again over a new connection; if so, resets the pipeline for that.
    #[inline]
    pub(crate) fn prepare_retry(&mut self) -> bool {
        let Some(failure) = &self.failure else { return false };
        let nothing_done = self.resend == Resend::Due || self.write_buffer.sent() == 0;
        if self.pinned || !may_retry(failure, self.repeatable, nothing_done) {
            return false;
        }
        if self.resend == Resend::Due {
            self.resend = Resend::Done;
        }
        self.reader = Reader::new(Vec::new(), false);
        self.write_buffer.rewind();
        self.failure = None;
        true
    }

    /// Whether it may be sent to a replica: all its commands are reads, and none has been sent.
    pub(crate) fn may_use_replica(&self) -> bool {
        self.only_reads() && !self.is_started()
    }

    /// Whether all its commands are reads that a replica can serve.
    pub(crate) fn only_reads(&self) -> bool {
        self.repeatable && !self.requires_master
    }

    /// Makes a replica its server.
    pub(crate) fn redirect_to_replica(&mut self, replica: &'p dyn ConnectionSource) {
        self.source = replica;
        self.is_on_replica = true;
    }

    /// Whether it is sent to a replica, or was.
    pub(crate) fn is_on_replica(&self) -> bool {
        self.is_on_replica
    }

    /// Whether it was sent to a replica that could not run all of it.
    pub(crate) fn replica_failed(&self) -> bool {
        let is_refusal = |entry: &Entry| entry.kind() == Kind::Error && cannot_serve_reads(self.text_of(entry));
        self.is_on_replica && !deadline::has_passed() && (self.has_failed() || self.reader.entries().iter().any(is_refusal))
    }

    /// Looks at the clock: time has passed while the replies of other servers were read.
    pub(crate) fn check_time(&self) {
        self.lease.iter().for_each(|lease| lease.check_time());
    }

    /// Whether it failed because all connections to the server were in use.
    pub(crate) fn found_pool_exhausted(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.code() == Code::Pool)
    }

    /// Resets it, to be sent to the master.
    pub(crate) fn restart_on_master(&mut self, master: &'p dyn ConnectionSource) {
        self.restart();
        self.source = master;
        self.is_on_replica = false;
    }

    /// Resets it, to be sent to a replica.
    pub(crate) fn restart_on_replica(&mut self, replica: &'p dyn ConnectionSource) {
        self.restart();
        self.redirect_to_replica(replica);
    }

    fn restart(&mut self) {
        self.release_connection();
        self.began = None;
        self.is_done = false;
        self.failure = None;
        self.reader = Reader::new(Vec::new(), false);
        self.write_buffer.rewind();
    }

    /// Gives the connection back if all replies have been read; closes it otherwise.
    pub(crate) fn release_connection(&mut self) {
        if let Some(lease) = self.lease.take().filter(|_| self.may_keep_connection()) {
            lease.keep();
        }
    }

    fn may_keep_connection(&self) -> bool {
        self.is_done && !self.is_without_database
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

    /// The number of its commands.
    pub(crate) fn commands(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        self.reader.entries()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.reader.bytes()
    }

    /// The bytes, if there are too many of them to be kept with the connection.
    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        self.reader.take_bytes()
    }

    /// Ok if the reply to the command with that index has been read, else the reason. `name` is the command's.
    pub(crate) fn outcome(&self, index: u32, name: &[u8]) -> Result<(), Error> {
        if (index as usize) < self.reader.complete() {
            return Ok(());
        }
        let failure = self.failure.clone().unwrap_or_else(|| Error::new(Code::Internal, "no reply and no failure"));
        if self.is_explained {
            return Err(failure);
        }
        Err(explain(self.source.server(), failure, name, self.write_buffer.sent() >= self.ends[index as usize]))
    }

    /// The reply to its only command.
    #[inline]
    pub(crate) fn into_single(mut self, name: &[u8], rooted: bool) -> Result<Reply, Error> {
        self.outcome(0, name)?;
        let reply = self.take_reply(rooted.then_some(1));
        let index = usize::from(rooted);
        Ok(if reply.entries()[index].is_error() { reply.with_origin(index, self.origin(name)) } else { reply })
    }

    /// Where an error reply to a command comes from.
    #[cold]
    pub(crate) fn origin(&self, name: &[u8]) -> Origin {
        origin(self.source.server(), name)
    }

    /// The replies to all its commands, in one array. None may have failed. `name` returns the name of the nth command.
    pub(crate) fn into_all<'n>(mut self, name: impl Fn(usize) -> &'n [u8]) -> Reply {
        let mut reply = self.take_reply(Some(self.ends.len()));
        let mut index = 1;
        for nth in 0..self.ends.len() {
            let entry = reply.entries()[index];
            if entry.is_error() {
                reply = reply.with_origin(index, self.origin(name(nth)));
            }
            index += entry.span();
        }
        reply
    }

    /// The connection, if it can be used for other commands, and the replies to all commands in one array, or the reason for their absence.
    /// Error texts contain `name`.
    pub(crate) fn into_lease_and_replies(mut self, name: &[u8]) -> (Option<Lease<'p>>, Result<Reply, Error>) {
        let outcome = match self.ends.len() {
            0 => Err(Error::new(Code::Internal, "a pipeline without commands")),
            commands => self.outcome(commands as u32 - 1, name).map(|()| self.take_reply(Some(commands))),
        };
        let mut lease = self.lease.take().filter(|_| self.may_keep_connection());
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
        if let Some(mut lease) = self.lease.take().filter(|_| self.may_keep_connection()) {
            let reader = std::mem::replace(&mut self.reader, Reader::new(Vec::new(), false));
            lease.reuse(reader.into_parts().0);
            lease.keep();
        }
    }
}
