//! SELECT: the same database on all servers.

use crate::command::{CommandFlags, ReadTimeout};
use crate::config::Config;
use crate::error::{Code, Error};
use crate::resp::{Reply, Value};
use crate::session::session::{Outcome, Session};
use crate::topology::Topology;
use crate::transport::{NodePipeline, exchange};

impl Session {
    /// Selects a database if all servers accept it. Otherwise the session stays in its database.
    pub(super) fn select(&mut self, index: &[u8]) -> Outcome {
        let Some(number) = parse_number(index) else {
            return Ok(Reply::error(b"ERR value is not an integer or out of range"));
        };
        let Some(db) = u32::try_from(number).ok().filter(|&db| i32::try_from(db).is_ok()) else {
            return Ok(Reply::error(b"ERR DB index is out of range"));
        };
        let Some(selected) = self.handle(Some(db), self.settings.protocol) else {
            return Err(shared_databases());
        };
        if let Some(rejection) = try_on_all_servers(self.selected.config(), &self.selected.topology(), index)? {
            return Ok(rejection);
        }
        self.selected = selected;
        self.settings.db = Some(db);
        Ok(Reply::status(b"OK"))
    }
}

/// The error if several nodes are databases of one server.
pub(crate) fn shared_databases() -> Error {
    Error::new(Code::Request, "SELECT: some nodes are databases of one server, so they cannot share a database")
}

/// Parses an integer as Redis does: without `+` and without leading zeros.
pub(crate) fn parse_number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Selects the database on every server over a pooled connection, and then the connection's own database again. Returns the first rejection.
fn try_on_all_servers(config: &Config, topology: &Topology, index: &[u8]) -> Result<Option<Reply>, Error> {
    let own: Vec<String> = config.servers.iter().map(|server| server.db.to_string()).collect();
    let flags = CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured };
    let mut pipelines: Vec<NodePipeline> = (0..own.len()).map(|server| NodePipeline::new(topology.shard(server), &[])).collect();
    for (pipeline, own) in pipelines.iter_mut().zip(&own) {
        pipeline.add(None, &[b"SELECT", index], &[], flags);
        pipeline.add(None, &[b"SELECT", own.as_bytes()], &[], flags);
    }
    exchange(&mut pipelines.iter_mut().collect::<Vec<_>>());
    let mut rejection = None;
    for pipeline in pipelines {
        let (lease, reply) = pipeline.into_lease_and_replies(b"SELECT");
        let reply = reply?;
        // A connection that is still in the other database must not return to its pool.
        if !matches!(reply.value(2), Some(Value::Error(_))) {
            lease.into_iter().for_each(|lease| lease.keep());
        }
        if let Some(Value::Error(text)) = reply.value(1) {
            rejection = rejection.or(Some(Reply::error(text)));
        }
    }
    Ok(rejection)
}
