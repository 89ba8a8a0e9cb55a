//! Requests of many commands, which run in order. The event loop runs those that are one request to their servers. Of the first command that is not,
//! and of those after it, a thread runs the rest when all before it have their replies.

use crate::client_loop::requests::Id;
use crate::cluster::{Cluster, Route};
use crate::command::{Command, Strategy, lookup};
use crate::config::Read;
use crate::error::{Code, Error};
use crate::event_loop::{Completion, EventLoop, Submitted};
use crate::resp::{Args, Builder, Commands, Kind, Reply, pack, push_count};
use crate::transport::is_rejected_by_replica;
use std::ops::Range;

/// Set in the tags that the event loop gets for commands of pipelines, and not in those of single requests.
const IS_COMMAND: u64 = 1 << 62;
/// These bits name the command of a pipeline.
const POSITION_BITS: u32 = 32;

/// Pipelines by number.
#[derive(Default)]
pub(super) struct Pipelines {
    pipelines: Vec<Option<Pipeline>>,
    free: Vec<usize>,
}

pub(super) struct Pipeline {
    pub id: Id,
    pub cluster: Cluster,
    request: Vec<u8>,
    /// The number of its bytes that were begun.
    begun: usize,
    /// What runs again, because a server has rejected it as a replica does.
    again: Again,
    /// The replies in their order of arrival.
    received: Vec<u8>,
    outcomes: Vec<Outcome>,
    /// The number of commands without an outcome.
    missing: usize,
    /// It is a transaction, whose replies arrive in order and whose only failure is that of all commands.
    is_transaction: bool,
}

enum Outcome {
    Missing,
    /// A reply in the received bytes.
    Bytes(Range<usize>),
    Reply(Reply),
    /// The replies to the rest, from their array.
    Rest(Reply),
    Failure(Error),
}

enum Again {
    Unknown,
    /// The commands at these positions. A thread runs them.
    Commands(Vec<usize>),
    Done,
}

/// What becomes of a pipeline when all commands that were begun have their outcomes.
pub(super) enum Step {
    Ended(Id, Result<Reply, Error>),
    /// A thread has to run this request, and its replies are for [`Pipelines::take_replies`].
    Request(usize, Vec<u8>),
    /// The same in a session.
    Session(usize, Vec<u8>),
}

impl Pipelines {
    #[inline]
    pub(super) fn is_command(tag: u64) -> bool {
        tag & IS_COMMAND != 0
    }

    fn add(&mut self, pipeline: Pipeline) -> usize {
        match self.free.pop() {
            Some(number) => {
                self.pipelines[number] = Some(pipeline);
                number
            }
            None => {
                self.pipelines.push(Some(pipeline));
                self.pipelines.len() - 1
            }
        }
    }

    /// Begins the commands of a valid request, as far as the event loop runs them.
    pub(super) fn begin(&mut self, id: Id, cluster: &Cluster, handle: usize, request: &[u8], events: &mut EventLoop) -> Option<Step> {
        let number = self.add(Pipeline::new(id, cluster.clone(), request, false));
        let mut commands = Commands::new(request);
        let (mut args, mut begun, mut position) = (Args::new(), 0, 0);
        while let Ok(Some(whole)) = commands.next(&mut args) {
            let tag = IS_COMMAND | (number as u64) << POSITION_BITS | position;
            let end = whole.end;
            if !runs_in_order(&args) || events.submit(handle, &args, Some(&request[whole]), tag) == Submitted::Other {
                break;
            }
            (begun, position) = (end, position + 1);
        }
        if let Some(pipeline) = &mut self.pipelines[number] {
            pipeline.begun = begun;
            if position > 0 {
                // Reads see the writes before them, which replicas receive later.
                pipeline.cluster = cluster.with_read(Read::Master);
            }
            pipeline.missing = position as usize;
            pipeline.outcomes.extend((0..position).map(|_| Outcome::Missing));
        }
        self.step(number)
    }

    /// Begins the commands of a valid request as a transaction. Returns false if a session has to run it.
    pub(super) fn begin_transaction(
        &mut self,
        id: Id,
        (cluster, handle): (&Cluster, usize),
        request: &[u8],
        events: &mut EventLoop,
    ) -> Result<bool, Error> {
        let number = self.add(Pipeline::new(id, cluster.clone(), request, true));
        let tag = IS_COMMAND | (number as u64) << POSITION_BITS;
        match events.submit_transaction(handle, request, tag) {
            Ok(Some(replies)) => {
                self.pipelines[number].iter_mut().for_each(|pipeline| pipeline.missing = replies);
                Ok(true)
            }
            other => {
                self.remove(number);
                other.map(|_| false)
            }
        }
    }

    pub(super) fn remove(&mut self, number: usize) -> Option<Pipeline> {
        let pipeline = self.pipelines.get_mut(number)?.take();
        self.free.push(number);
        pipeline
    }

    /// Records what became of a command.
    pub(super) fn record(&mut self, tag: u64, completion: Completion<'_>) -> Option<Step> {
        let tag = tag & !IS_COMMAND;
        let (number, position) = ((tag >> POSITION_BITS) as usize, tag as u32 as usize);
        self.pipelines.get_mut(number)?.as_mut()?.record(position, completion);
        self.step(number)
    }

    /// Records the replies to a request of a [`Step`].
    pub(super) fn take_replies(&mut self, number: usize, replies: Result<Reply, Error>) -> Option<Step> {
        let pipeline = self.pipelines.get_mut(number)?.as_mut()?;
        match replies {
            Ok(replies) => pipeline.take_replies(replies),
            Err(error) => return self.remove(number).map(|pipeline| Step::Ended(pipeline.id, Err(error))),
        }
        self.step(number)
    }

    fn step(&mut self, number: usize) -> Option<Step> {
        let pipeline = self.pipelines.get_mut(number)?.as_mut()?;
        if pipeline.missing > 0 {
            return None;
        }
        if let Some(request) = pipeline.take_again() {
            let step = if pipeline.is_transaction { Step::Session } else { Step::Request };
            return Some(step(number, request));
        }
        if pipeline.begun < pipeline.request.len() {
            let rest = pipeline.request.split_off(pipeline.begun);
            return Some(Step::Request(number, rest));
        }
        self.remove(number).map(|pipeline| Step::Ended(pipeline.id, pipeline.into_reply()))
    }

    pub(super) fn get(&self, number: usize) -> Option<&Pipeline> {
        self.pipelines.get(number)?.as_ref()
    }
}

/// Whether a command sees the effects of the commands before it, and not those of the ones after it, if they are sent at once. A command for several
/// servers whose replies show that it takes several steps is run again later. A script may reply as a replica does that has not executed it.
fn runs_in_order(args: &[&[u8]]) -> bool {
    let is_sent_once =
        |command: &Command| !matches!(command.strategy, Strategy::Gather(_) | Strategy::Broadcast(_)) && !command.runs_script();
    lookup(args).is_some_and(is_sent_once)
}

impl Pipeline {
    fn new(id: Id, cluster: Cluster, request: &[u8], is_transaction: bool) -> Pipeline {
        Pipeline {
            id,
            cluster,
            request: request.to_vec(),
            begun: if is_transaction { request.len() } else { 0 },
            again: Again::Unknown,
            received: Vec::new(),
            outcomes: Vec::new(),
            missing: 0,
            is_transaction,
        }
    }

    /// What a server has rejected because it is a replica now, so that it was not executed. It runs once more, at the new master.
    fn take_again(&mut self) -> Option<Vec<u8>> {
        if !matches!(std::mem::replace(&mut self.again, Again::Done), Again::Unknown) {
            return None;
        }
        let has_rejected = self.outcomes.iter().any(|outcome| self.is_rejected(outcome));
        if self.is_transaction {
            let was_discarded = self.outcomes.last().is_some_and(|outcome| self.bytes(outcome).starts_with(b"-EXECABORT"));
            let was_lost = matches!(self.outcomes.as_slice(), [Outcome::Failure(error)] if error.code() == Code::Io && !error.executed());
            let is_again = (has_rejected && was_discarded) || was_lost;
            return is_again.then(|| [&pack(&[b"MULTI"]), self.request.as_slice(), &pack(&[b"EXEC"])].concat());
        }
        let positions = if has_rejected { self.rejected_positions() } else { Vec::new() };
        if positions.is_empty() {
            return None;
        }
        let (mut request, mut position) = (Vec::new(), 0);
        self.for_each_command(|_, bytes| {
            if positions.contains(&position) {
                request.extend_from_slice(bytes);
            }
            position += 1;
        });
        self.again = Again::Commands(positions);
        Some(request)
    }

    fn bytes(&self, outcome: &Outcome) -> &[u8] {
        if let Outcome::Bytes(range) = outcome { &self.received[range.clone()] } else { b"" }
    }

    fn is_rejected(&self, outcome: &Outcome) -> bool {
        is_rejected_by_replica(self.bytes(outcome))
    }

    /// The commands for the servers that have rejected all writes of the pipeline. If a server has executed some, its others stay rejected: reads
    /// between them would see another order.
    fn rejected_positions(&self) -> Vec<usize> {
        let mut servers = Vec::new();
        let mut writes = Vec::new();
        self.for_each_command(|args, bytes| {
            let (server, is_write) = match self.cluster.route_without_waiting(args, Some(bytes)) {
                Route::OneServer { server, flags, .. } => (Some(server), !flags.repeatable),
                _ => (None, false),
            };
            servers.push(server);
            writes.push(is_write);
        });
        let outcomes = || servers.iter().zip(&self.outcomes).zip(&writes);
        let has_rejected_all = |server: usize| {
            let mut own = outcomes().filter(|((other, _), is_write)| **other == Some(server) && **is_write).peekable();
            own.peek().is_some() && own.all(|((_, outcome), _)| self.is_rejected(outcome))
        };
        let mut rejecting: Vec<usize> = servers.iter().copied().flatten().collect();
        rejecting.sort_unstable();
        rejecting.dedup();
        rejecting.retain(|&server| has_rejected_all(server));
        let is_again = |server: &Option<usize>| server.is_some_and(|server| rejecting.contains(&server));
        (0..servers.len()).filter(|&position| is_again(&servers[position])).collect()
    }

    /// Calls `call` with the arguments and the bytes of each command that was begun.
    fn for_each_command(&self, mut call: impl FnMut(&[&[u8]], &[u8])) {
        let mut commands = Commands::new(&self.request[..self.begun]);
        let mut args = Args::new();
        while let Ok(Some(whole)) = commands.next(&mut args) {
            call(&args, &self.request[whole]);
        }
    }

    fn take_replies(&mut self, replies: Reply) {
        match std::mem::replace(&mut self.again, Again::Done) {
            Again::Commands(positions) => {
                let mut at = 1;
                for position in positions {
                    let Some(entry) = replies.entries().get(at) else { return };
                    self.outcomes[position] = match replies.failure(at) {
                        Some(error) => Outcome::Failure(error),
                        None => Outcome::Reply(replies.copy(at)),
                    };
                    at += entry.span();
                }
            }
            _ if self.is_transaction => self.outcomes = vec![Outcome::Rest(replies)],
            _ => self.outcomes.push(Outcome::Rest(replies)),
        }
    }

    fn record(&mut self, position: usize, completion: Completion<'_>) {
        let outcome = match completion {
            Completion::Bytes(bytes) => self.append(bytes),
            Completion::Merged(bytes) => self.append(&bytes),
            Completion::Reply(reply) => Outcome::Reply(reply),
            Completion::Failure(error) => Outcome::Failure(error),
            Completion::Unfinished(_) => Outcome::Failure(Error::new(Code::Internal, "a command of a pipeline takes several steps")),
        };
        match (self.is_transaction, outcome) {
            (true, outcome @ Outcome::Failure(_)) => (self.outcomes, self.missing) = (vec![outcome], 0),
            (true, outcome) => {
                self.outcomes.push(outcome);
                self.missing -= 1;
            }
            (false, outcome) => {
                self.outcomes[position] = outcome;
                self.missing -= 1;
            }
        }
    }

    fn append(&mut self, reply: &[u8]) -> Outcome {
        let start = self.received.len();
        self.received.extend_from_slice(reply);
        Outcome::Bytes(start..self.received.len())
    }

    /// An array with one reply per command; a failed command is a failure in its place. The failure of a transaction.
    fn into_reply(self) -> Result<Reply, Error> {
        if let (true, [Outcome::Failure(error)]) = (self.is_transaction, self.outcomes.as_slice()) {
            return Err(error.clone());
        }
        if self.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Bytes(_))) {
            return Reply::parse(&self.in_order());
        }
        if let [Outcome::Rest(_)] = self.outcomes.as_slice() {
            let reply = self.outcomes.into_iter().find_map(|outcome| if let Outcome::Rest(reply) = outcome { Some(reply) } else { None });
            return reply.ok_or_else(|| Error::new(Code::Internal, "a pipeline without replies"));
        }
        self.build()
    }

    /// The bytes of all replies in the order of the commands, as an array.
    fn in_order(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.received.len() + 16);
        push_count(&mut bytes, self.outcomes.len());
        for outcome in &self.outcomes {
            if let Outcome::Bytes(range) = outcome {
                bytes.extend_from_slice(&self.received[range.clone()]);
            }
        }
        bytes
    }

    fn build(self) -> Result<Reply, Error> {
        let length = |outcome: &Outcome| if let Outcome::Rest(reply) = outcome { reply.entries()[0].length() } else { 1 };
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, self.outcomes.iter().map(length).sum());
        for outcome in &self.outcomes {
            match outcome {
                Outcome::Bytes(range) => {
                    let reply = Reply::parse(&self.received[range.clone()])?;
                    builder.append(&reply, 0..reply.entries().len());
                }
                Outcome::Reply(reply) => builder.append(reply, 0..reply.entries().len()),
                Outcome::Rest(replies) => builder.append(replies, 1..replies.entries().len()),
                Outcome::Failure(error) => builder.failure(error),
                Outcome::Missing => builder.failure(&Error::new(Code::Internal, "a command without a reply")),
            }
        }
        builder.end(root);
        Ok(builder.finish())
    }
}
