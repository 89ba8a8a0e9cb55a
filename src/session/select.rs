//! SELECT: one database on all servers.

use crate::cluster::Cluster;
use crate::command::{CommandFlags, ReadTimeout};
use crate::config::Config;
use crate::error::{Code, Error};
use crate::resp::{Reply, Value};
use crate::session::{Outcome, Session};
use crate::topology::Topology;
use crate::transport::{NodePipeline, exchange};

impl Session {
    /// All servers must accept the database; else the session stays where it is.
    pub(crate) fn select(&mut self, index: &[u8]) -> Outcome {
        let Some(number) = number(index) else {
            return Ok(Reply::error(b"ERR value is not an integer or out of range"));
        };
        let Some(db) = u32::try_from(number).ok().filter(|&db| i32::try_from(db).is_ok()) else {
            return Ok(Reply::error(b"ERR DB index is out of range"));
        };
        let config = self.cluster.config();
        let Some(there) = config.in_database(db) else {
            return Err(Error::new(Code::Request, "SELECT: some nodes are databases of one server, and would become one"));
        };
        if let Some(refusal) = ask_all(self.view.config(), &self.view.topology(), index)? {
            return Ok(refusal);
        }
        self.view = if there == *config { self.cluster.clone() } else { Cluster::open_shared(there).with_read(self.cluster.read()) };
        self.setup.db = Some(db);
        Ok(Reply::status(b"OK"))
    }
}

/// A whole number as Redis reads it: no sign but a minus, no leading zeros.
pub(crate) fn number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Has every server try the database, over a connection that then goes back to its own; answers the first refusal.
fn ask_all(config: &Config, topology: &Topology, index: &[u8]) -> Result<Option<Reply>, Error> {
    let own: Vec<String> = config.servers.iter().map(|server| server.db.to_string()).collect();
    let flags = CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured };
    let mut pipelines: Vec<NodePipeline> = (0..own.len()).map(|server| NodePipeline::new(topology.shard(server), &[])).collect();
    for (pipeline, own) in pipelines.iter_mut().zip(&own) {
        pipeline.add(None, &[b"SELECT", index], &[], flags);
        pipeline.add(None, &[b"SELECT", own.as_bytes()], &[], flags);
    }
    exchange(&mut pipelines.iter_mut().collect::<Vec<_>>(), config.write_timeout);
    let mut refusal = None;
    for pipeline in pipelines {
        let (lease, reply) = pipeline.into_lease_and_replies(b"SELECT");
        let reply = reply?;
        // One that did not go back belongs to nobody.
        if !matches!(reply.value(2), Some(Value::Error(_))) {
            lease.into_iter().for_each(|lease| lease.keep());
        }
        if let Some(Value::Error(text)) = reply.value(1) {
            refusal = refusal.or(Some(Reply::error(text)));
        }
    }
    Ok(refusal)
}
