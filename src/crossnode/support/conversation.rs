//! What an operation says to its servers, in rounds: everything for all of them is sent before any answer is read.

use crate::command::{CommandFlags, ReadTimeout};
use crate::config::Config;
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::error::Error;
use crate::resp::{Children, Reply, Value};
use crate::topology::Topology;
use crate::transport::{ConnectionSource, Lease, NodePipeline, exchange};
use smallvec::SmallVec;
use std::borrow::Cow;

/// The arguments of a command, its name first.
pub(crate) type Words<'a> = Vec<Cow<'a, [u8]>>;

/// A command from anything that is bytes.
macro_rules! words {
    ($($word:expr),* $(,)?) => {
        vec![$(std::borrow::Cow::from($word)),*] as $crate::crossnode::support::conversation::Words
    };
}
pub(crate) use words;

/// What one server is asked in a round.
pub(crate) struct Request<'a> {
    pub server: usize,
    pub commands: Vec<Words<'a>>,
    /// All of it only reads.
    pub repeatable: bool,
    /// For a command that blocks.
    pub read_timeout: ReadTimeout,
}

impl<'a> Request<'a> {
    /// Commands that only read.
    pub(crate) fn read(server: usize, commands: Vec<Words<'a>>) -> Request<'a> {
        Request { server, commands, repeatable: true, read_timeout: ReadTimeout::Configured }
    }

    pub(crate) fn write(server: usize, commands: Vec<Words<'a>>) -> Request<'a> {
        Request { repeatable: false, ..Request::read(server, commands) }
    }

    /// These commands in one step, or none of them. [`executed`] reads the answer.
    pub(crate) fn transaction(server: usize, commands: Vec<Words<'a>>) -> Request<'a> {
        let mut all = Vec::with_capacity(commands.len() + 2);
        all.push(words![b"MULTI"]);
        all.extend(commands);
        all.push(words![b"EXEC"]);
        Request::write(server, all)
    }
}

/// The connections of one operation, one a server for its whole length, so that WATCH and MULTI hold.
pub(crate) struct Connections<'p> {
    config: &'p Config,
    process: &'p Topology,
    /// Of the command, for messages.
    name: &'p [u8],
    seats: Vec<Seat<'p>>,
}

struct Seat<'p> {
    server: usize,
    lease: Option<Lease<'p>>,
    /// It watches keys: what was learned over it holds over it alone.
    watches: bool,
}

impl<'p> Connections<'p> {
    /// With these servers. Their connections are taken in one order by all callers, who therefore cannot wait for each other in a circle.
    pub(crate) fn with(
        config: &'p Config,
        process: &'p Topology,
        name: &'p [u8],
        servers: impl IntoIterator<Item = usize>,
    ) -> Result<Connections<'p>, Error> {
        let mut servers: Vec<usize> = servers.into_iter().collect();
        servers.sort_unstable();
        servers.dedup();
        let mut seats = Vec::with_capacity(servers.len());
        for server in servers {
            let shard = process.shard(server);
            let lease = shard.lease(false).map_err(|error| crate::transport::explain(shard.server(), error, name, false))?;
            seats.push(Seat { server, lease: Some(lease), watches: false });
        }
        Ok(Connections { config, process, name, seats })
    }

    /// The servers that it speaks with.
    pub(crate) fn servers(&self) -> impl Iterator<Item = usize> + use<'_, 'p> {
        self.seats.iter().map(|seat| seat.server)
    }

    /// Notes that a server was told to WATCH, or that its watch has ended.
    pub(crate) fn watches(&mut self, server: usize, watches: bool) {
        self.seats.iter_mut().filter(|seat| seat.server == server).for_each(|seat| seat.watches = watches);
    }

    /// Tells a server to forget what it watches over this connection.
    pub(crate) fn unwatch(&mut self, server: usize) -> Result<(), Error> {
        self.ask(Request::write(server, vec![words![b"UNWATCH"]]))?;
        self.watches(server, false);
        Ok(())
    }

    /// Asks several servers at once, each at most one thing; the answers stand in the same order, each an array with one reply a command.
    pub(crate) fn round(&mut self, asks: &[Request<'_>]) -> Vec<Result<Reply, Error>> {
        let mut pipelines: Vec<(usize, NodePipeline)> = asks.iter().map(|ask| (ask.server, self.pipeline(ask))).collect();
        // In the order of their servers, as connections are taken.
        let mut ordered: Vec<&mut (usize, NodePipeline)> = pipelines.iter_mut().collect();
        ordered.sort_unstable_by_key(|(server, _)| *server);
        exchange(&mut ordered.into_iter().map(|(_, pipeline)| pipeline).collect::<Vec<_>>(), self.config.write_timeout);
        pipelines.into_iter().map(|(server, pipeline)| self.take_back(server, pipeline)).collect()
    }

    /// Asks several servers at once and goes on only when all have answered.
    pub(crate) fn all(&mut self, asks: &[Request<'_>]) -> Result<Vec<Reply>, Error> {
        self.round(asks).into_iter().collect()
    }

    /// Asks one server.
    pub(crate) fn ask(&mut self, ask: Request<'_>) -> Result<Reply, Error> {
        let mut pipeline = self.pipeline(&ask);
        exchange(&mut [&mut pipeline], self.config.write_timeout);
        self.take_back(ask.server, pipeline)
    }

    fn pipeline<'a>(&mut self, ask: &'a Request<'_>) -> NodePipeline<'p, 'a> {
        let seat = self.seats.iter_mut().find(|seat| seat.server == ask.server);
        let mut pipeline = match seat.and_then(|seat| seat.lease.take().map(|lease| (lease, seat.watches))) {
            Some((lease, watches)) => NodePipeline::with_lease(self.process.shard(ask.server), lease, watches),
            None => NodePipeline::new(self.process.shard(ask.server), &[]),
        };
        for command in &ask.commands {
            let args: SmallVec<[&[u8]; 8]> = command.iter().map(AsRef::as_ref).collect();
            pipeline.add(None, &args, &[], CommandFlags { repeatable: ask.repeatable, read_timeout: ask.read_timeout });
        }
        pipeline
    }

    fn take_back(&mut self, server: usize, pipeline: NodePipeline<'p, '_>) -> Result<Reply, Error> {
        let (lease, outcome) = pipeline.into_lease_and_replies(self.name);
        match self.seats.iter_mut().find(|seat| seat.server == server) {
            Some(seat) => {
                seat.watches &= lease.is_some();
                seat.lease = lease;
            }
            None => lease.into_iter().for_each(Lease::keep),
        }
        outcome
    }
}

impl Drop for Connections<'_> {
    /// What still watches is closed: nobody else must inherit that.
    fn drop(&mut self) {
        for seat in &mut self.seats {
            seat.lease.take().filter(|_| !seat.watches).into_iter().for_each(Lease::keep);
        }
    }
}

/// What became of a transaction.
pub(crate) enum Executed<'r> {
    /// It was carried out; a reply a command, some of which may be errors.
    Done(Children<'r>),
    /// A watched key was changed: nothing was done.
    Conflict,
}

/// Reads the answer to [`Request::transaction`]. One that the server refused, with nothing done, stops the operation with the server's reason.
pub(crate) fn executed(reply: &Reply) -> Outcome<Executed<'_>> {
    let Value::Array(replies) = reply.root() else { return Err(Abort::fault("no answer to a transaction")) };
    match replies.last() {
        Some(Value::Array(done)) => Ok(Executed::Done(done)),
        Some(Value::NilArray | Value::Nil) => Ok(Executed::Conflict),
        Some(Value::Error(last)) => {
            let first = replies.filter_map(|reply| if let Value::Error(text) = reply { Some(text) } else { None }).next();
            Err(Abort::Refusal(first.unwrap_or(last).into()))
        }
        _ => Err(Abort::fault("EXEC was answered with something else than a list")),
    }
}

/// The replies to the commands of an [`Request`].
pub(crate) fn replies(reply: &Reply) -> Children<'_> {
    match reply.root() {
        Value::Array(children) => children,
        _ => unreachable!("a round answers arrays"),
    }
}

/// The answer to TIME, in milliseconds since 1970.
pub(crate) fn millis(time: Value) -> Outcome<u64> {
    let Value::Array(time) = accepted(time)? else { return Err(Abort::fault("TIME was answered with something else than a list")) };
    let mut numbers =
        time.map(|part| if let Value::String(text) = part { std::str::from_utf8(text).ok()?.parse::<u64>().ok() } else { None });
    match (numbers.next(), numbers.next()) {
        (Some(Some(seconds)), Some(Some(micros))) => Ok(seconds * 1000 + micros / 1000),
        _ => Err(Abort::fault("TIME was answered with something else than two numbers")),
    }
}
