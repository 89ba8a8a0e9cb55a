//! Requests to several servers, in rounds: all requests of a round are sent before any reply is read.

use crate::command::{CommandFlags, ReadTimeout};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::Error;
use crate::resp::{Children, Reply, Value, check_memory};
use crate::topology::Topology;
use crate::transport::{ConnectionSource, Lease, NodePipeline, exchange_watched};
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

/// The commands that one server receives in a round.
pub(crate) struct Request<'a> {
    pub server: usize,
    pub commands: Vec<Words<'a>>,
    /// All commands only read, so they may be sent again after a failure.
    pub repeatable: bool,
    /// Differs from the configured one for a command that blocks.
    pub read_timeout: ReadTimeout,
}

impl<'a> Request<'a> {
    /// Commands that only read.
    pub(crate) fn read(server: usize, commands: Vec<Words<'a>>) -> Request<'a> {
        Request { server, commands, repeatable: true, read_timeout: ReadTimeout::Configured }
    }

    /// Commands that must not be sent twice.
    pub(crate) fn write(server: usize, commands: Vec<Words<'a>>) -> Request<'a> {
        Request { repeatable: false, ..Request::read(server, commands) }
    }

    pub(crate) fn unwatch(server: usize) -> Request<'a> {
        Request::write(server, vec![words![b"UNWATCH"]])
    }

    /// These commands between MULTI and EXEC. [`transaction_result`] reads the reply.
    pub(crate) fn transaction(server: usize, commands: Vec<Words<'a>>) -> Request<'a> {
        let mut all = Vec::with_capacity(commands.len() + 2);
        all.push(words![b"MULTI"]);
        all.extend(commands);
        all.push(words![b"EXEC"]);
        Request::write(server, all)
    }
}

/// The connections of one operation. Each server has one for the whole operation, so that WATCH and MULTI hold.
pub(crate) struct Connections<'p> {
    topology: &'p Topology,
    /// The name of the command, for error texts.
    name: &'p [u8],
    slots: Vec<Slot<'p>>,
    /// The commands work in every database, also on a server that runs a script and so refuses SELECT.
    ignores_database: bool,
    /// Is called before a wait for a connection, and when replies take longer than a round trip.
    on_wait: Option<&'p dyn Fn()>,
}

struct Slot<'p> {
    server: usize,
    lease: Option<Lease<'p>>,
    /// The connection watches keys: another connection could not carry out what depends on that.
    is_watching: bool,
}

impl<'p> Connections<'p> {
    /// Takes a connection to each of these servers. All callers take them in one order, so that no two wait for each other.
    pub(crate) fn new(topology: &'p Topology, name: &'p [u8], servers: impl IntoIterator<Item = usize>) -> Result<Connections<'p>, Error> {
        Connections::watched(topology, name, servers, None)
    }

    /// [`Connections::new`], with a function that is called before a wait for a connection, and when replies take longer than a round trip.
    pub(crate) fn watched(
        topology: &'p Topology,
        name: &'p [u8],
        servers: impl IntoIterator<Item = usize>,
        on_wait: Option<&'p dyn Fn()>,
    ) -> Result<Connections<'p>, Error> {
        let mut servers: Vec<usize> = servers.into_iter().collect();
        servers.sort_unstable();
        servers.dedup();
        let mut slots = Vec::with_capacity(servers.len());
        for server in servers {
            let shard = topology.shard(server);
            let idle = on_wait.and_then(|on_wait| {
                let idle = shard.lease_idle();
                if idle.is_none() {
                    on_wait();
                }
                idle
            });
            let lease = idle.map_or_else(|| shard.lease(None), Ok);
            let lease = lease.map_err(|error| crate::transport::explain(shard.server(), error, name, false))?;
            slots.push(Slot { server, lease: Some(lease), is_watching: false });
        }
        Ok(Connections { topology, name, slots, ignores_database: false, on_wait })
    }

    /// Takes connections when requests are sent, for one round of a command that [ignores the database](crate::command::ignores_database).
    pub(crate) fn in_any_database(topology: &'p Topology, name: &'p [u8]) -> Connections<'p> {
        Connections { topology, name, slots: Vec::new(), ignores_database: true, on_wait: None }
    }

    /// Its servers, in order.
    pub(crate) fn servers(&self) -> impl Iterator<Item = usize> + use<'_, 'p> {
        self.slots.iter().map(|slot| slot.server)
    }

    /// Records that a server was sent WATCH, or that its watch has ended.
    pub(crate) fn set_watching(&mut self, server: usize, is_watching: bool) {
        self.slots.iter_mut().filter(|slot| slot.server == server).for_each(|slot| slot.is_watching = is_watching);
    }

    /// Whether a server was sent WATCH, and the watch has not ended.
    pub(crate) fn is_watching(&self, server: usize) -> bool {
        self.slots.iter().any(|slot| slot.server == server && slot.is_watching)
    }

    /// Sends UNWATCH to a server.
    pub(crate) fn unwatch(&mut self, server: usize) -> Result<(), Error> {
        self.send(Request::unwatch(server))?;
        self.set_watching(server, false);
        Ok(())
    }

    /// Sends requests to several servers, at most one to each. Returns their outcomes in the same order; a reply is an array with one element
    /// per command.
    pub(crate) fn round(&mut self, requests: &[Request<'_>]) -> Vec<Result<Reply, Error>> {
        let mut pipelines: Vec<(usize, NodePipeline)> = requests.iter().map(|request| (request.server, self.pipeline(request))).collect();
        // In the order of their servers, as connections are taken.
        let mut ordered: Vec<&mut (usize, NodePipeline)> = pipelines.iter_mut().collect();
        ordered.sort_unstable_by_key(|(server, _)| *server);
        exchange_watched(&mut ordered.into_iter().map(|(_, pipeline)| pipeline).collect::<Vec<_>>(), self.on_wait);
        pipelines.into_iter().map(|(server, pipeline)| self.take_back(server, pipeline)).collect()
    }

    /// [`Connections::round`], which fails with the first error.
    pub(crate) fn try_round(&mut self, requests: &[Request<'_>]) -> Result<Vec<Reply>, Error> {
        let replies: Vec<Reply> = self.round(requests).into_iter().collect::<Result<_, _>>()?;
        // What was written must be completed, whether there is memory or not.
        if requests.iter().all(|request| request.repeatable) {
            check_memory(replies.iter().map(|reply| reply.bytes().len()).sum(), replies.iter().map(|reply| reply.entries().len()).sum())?;
        }
        Ok(replies)
    }

    /// Sends a request to one server.
    pub(crate) fn send(&mut self, request: Request<'_>) -> Result<Reply, Error> {
        let mut pipeline = self.pipeline(&request);
        exchange_watched(&mut [&mut pipeline], self.on_wait);
        self.take_back(request.server, pipeline)
    }

    fn pipeline<'a>(&mut self, request: &'a Request<'_>) -> NodePipeline<'p, 'a> {
        let slot = self.slots.iter_mut().find(|slot| slot.server == request.server);
        let mut pipeline = match slot.and_then(|slot| slot.lease.take().map(|lease| (lease, slot.is_watching))) {
            Some((lease, is_watching)) => NodePipeline::with_lease(self.topology.shard(request.server), lease, is_watching),
            None => NodePipeline::new(self.topology.shard(request.server), &[]),
        };
        pipeline.ignores_database = self.ignores_database;
        for command in &request.commands {
            let args: SmallVec<[&[u8]; 8]> = command.iter().map(AsRef::as_ref).collect();
            pipeline.add(None, &args, &[], CommandFlags { repeatable: request.repeatable, read_timeout: request.read_timeout });
        }
        pipeline
    }

    fn take_back(&mut self, server: usize, pipeline: NodePipeline<'p, '_>) -> Result<Reply, Error> {
        let (lease, outcome) = pipeline.into_lease_and_replies(self.name);
        match self.slots.iter_mut().find(|slot| slot.server == server) {
            Some(slot) => {
                slot.is_watching &= lease.is_some();
                slot.lease = lease;
            }
            None => lease.into_iter().for_each(Lease::keep),
        }
        outcome
    }
}

impl Drop for Connections<'_> {
    /// Closes the connections that still watch keys: a watch would make the next caller's transaction fail.
    fn drop(&mut self) {
        for slot in &mut self.slots {
            slot.lease.take().filter(|_| !slot.is_watching).into_iter().for_each(Lease::keep);
        }
    }
}

/// The outcome of a transaction.
pub(crate) enum TransactionResult<'r> {
    /// It was carried out. One reply per command; some may be errors.
    Done(Children<'r>),
    /// A watched key had changed: nothing was done.
    Conflict,
}

/// Reads the reply to [`Request::transaction`]. Aborts with the server's reason when the server rejected the transaction as a whole.
pub(crate) fn transaction_result(reply: &Reply) -> Outcome<TransactionResult<'_>> {
    let Value::Array(replies) = reply.root() else { return Err(Abort::protocol_error("no reply to a transaction")) };
    match replies.last() {
        Some(Value::Array(done)) => Ok(TransactionResult::Done(done)),
        Some(Value::NilArray | Value::Nil) => Ok(TransactionResult::Conflict),
        Some(Value::Error(last)) => {
            let first = replies.filter_map(|reply| if let Value::Error(text) = reply { Some(text) } else { None }).next();
            Err(Abort::Refusal(first.unwrap_or(last).into()))
        }
        _ => Err(Abort::protocol_error("the reply to EXEC is not an array")),
    }
}

/// The replies to the commands of a [`Request`].
pub(crate) fn replies(reply: &Reply) -> Children<'_> {
    match reply.root() {
        Value::Array(children) => children,
        _ => unreachable!("the reply to a request is an array"),
    }
}

/// The reply to TIME, in milliseconds since 1970.
pub(crate) fn unix_millis(time: Value) -> Outcome<u64> {
    let Value::Array(time) = not_error(time)? else { return Err(Abort::protocol_error("the reply to TIME is not an array")) };
    let mut numbers =
        time.map(|part| if let Value::String(text) = part { std::str::from_utf8(text).ok()?.parse::<u64>().ok() } else { None });
    match (numbers.next(), numbers.next()) {
        (Some(Some(seconds)), Some(Some(micros))) => Ok(seconds * 1000 + micros / 1000),
        _ => Err(Abort::protocol_error("the reply to TIME is not two numbers")),
    }
}
