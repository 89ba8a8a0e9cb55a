//! A connection to one server for several requests, so that WATCH holds from one to the next.

use crate::command::{CommandFlags, ReadTimeout};
use crate::error::Error;
use crate::resp::{Children, Reply, Value};
use crate::topology::Topology;
use crate::transport::{ConnectionSource, Lease, NodePipeline, exchange};
use std::borrow::Cow;

/// The arguments of a command.
pub(crate) type Words<'a> = Vec<Cow<'a, [u8]>>;

/// A command from anything that is bytes.
macro_rules! words {
    ($($word:expr),* $(,)?) => {
        vec![$(std::borrow::Cow::from($word)),*] as $crate::resharding::channel::Words
    };
}
pub(crate) use words;

pub(crate) struct Channel<'t> {
    topology: &'t Topology,
    pub server: usize,
    /// The command that the errors name.
    name: &'t [u8],
    lease: Option<Lease<'t>>,
    is_watching: bool,
}

impl<'t> Channel<'t> {
    /// Channels to two servers. All callers take connections in the order of the servers, so that no two wait for each other.
    pub(crate) fn pair(topology: &'t Topology, name: &'t [u8], (old, new): (usize, usize)) -> Result<(Channel<'t>, Channel<'t>), Error> {
        let first = Channel::new(topology, name, old.min(new))?;
        let second = Channel::new(topology, name, old.max(new))?;
        Ok(if old < new { (first, second) } else { (second, first) })
    }

    fn new(topology: &'t Topology, name: &'t [u8], server: usize) -> Result<Channel<'t>, Error> {
        let shard = topology.shard(server);
        let lease = shard.lease(None).map_err(|error| crate::transport::explain(shard.server(), error, name, false))?;
        Ok(Channel { topology, server, name, lease: Some(lease), is_watching: false })
    }

    /// Sends commands that may be sent a second time, as long as nothing is watched. The reply is an array.
    pub(crate) fn send(&mut self, commands: &[Words]) -> Result<Reply, Error> {
        self.send_as(commands, true)
    }

    /// Sends commands that must not be sent twice.
    pub(crate) fn send_once(&mut self, commands: &[Words]) -> Result<Reply, Error> {
        self.send_as(commands, false)
    }

    fn send_as(&mut self, commands: &[Words], repeatable: bool) -> Result<Reply, Error> {
        let shard = self.topology.shard(self.server);
        let mut pipeline = match self.lease.take() {
            Some(lease) => NodePipeline::with_lease(shard, lease, self.is_watching),
            None => NodePipeline::new(shard, &[]),
        };
        for command in commands {
            let args: Vec<&[u8]> = command.iter().map(AsRef::as_ref).collect();
            pipeline.add(None, &args, &[], CommandFlags { repeatable, read_timeout: ReadTimeout::Configured });
        }
        exchange(&mut [&mut pipeline]);
        let (lease, outcome) = pipeline.into_lease_and_replies(self.name);
        self.is_watching &= lease.is_some();
        self.lease = lease;
        outcome
    }

    /// Records that keys are watched, or that a transaction or UNWATCH has ended that.
    pub(crate) fn set_watching(&mut self, is_watching: bool) {
        self.is_watching = is_watching;
    }
}

impl Drop for Channel<'_> {
    /// Closes a connection that still watches keys: a watch would make the next caller's transaction fail.
    fn drop(&mut self) {
        self.lease.take().filter(|_| !self.is_watching).into_iter().for_each(Lease::keep);
    }
}

/// The replies to the commands of a request.
pub(crate) fn replies(reply: &Reply) -> Children<'_> {
    match reply.root() {
        Value::Array(children) => children,
        _ => unreachable!("the reply to a request is an array"),
    }
}
