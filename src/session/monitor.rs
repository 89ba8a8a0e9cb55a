//! MONITOR: the commands that all masters execute, as one stream of lines.

use crate::command::{Access, lookup};
use crate::error::Error;
use crate::resp::Reply;
use crate::session::monitor_connection::MonitorConnection;
use crate::session::session::{Outcome, Session};
use crate::transport::explain;

impl Session {
    pub(super) fn is_monitoring(&self) -> bool {
        self.is_monitoring
    }

    /// MONITOR on all masters, or on none if one fails. As on one server, a second MONITOR has no reply.
    pub(super) fn monitor(&mut self) -> Option<Outcome> {
        if self.is_monitoring {
            return None;
        }
        let outcome = self.open_monitors();
        self.is_monitoring = matches!(outcome, Ok(None));
        if !self.is_monitoring {
            self.monitors.clear();
        }
        Some(outcome.map(|rejection| rejection.unwrap_or_else(|| Reply::status(b"OK"))))
    }

    /// Opens the connections that are missing. Returns the first rejection.
    pub(super) fn open_monitors(&mut self) -> Result<Option<Reply>, Error> {
        let config = self.configured.config();
        for server in self.publishers().into_iter().filter(|server| !self.monitors.contains_key(server)).collect::<Vec<_>>() {
            let opened = MonitorConnection::open(self.configured.topology().shard(server), &self.settings);
            match opened.map_err(|error| explain(&config.servers[server], error, b"MONITOR", false))? {
                Ok(connection) => drop(self.monitors.insert(server, connection)),
                Err(rejection) => return Ok(Some(rejection)),
            }
        }
        Ok(None)
    }

    /// Receives lines of all servers. A lost connection is an error of the next call that receives.
    pub(super) fn receive_lines(&mut self) {
        let mut lost = Vec::new();
        for (&server, connection) in &mut self.monitors {
            if let Err(error) = connection.receive(&mut self.messages) {
                lost.push((server, error));
            }
        }
        for (server, error) in lost {
            self.monitors.remove(&server);
            self.report_lost_messages(server, error);
        }
    }
}

/// Whether a server rejects the command on a connection with MONITOR.
pub(super) fn is_rejected_while_monitoring(args: &[&[u8]]) -> bool {
    lookup(args).is_some_and(|command| {
        let may_write = matches!(command.name, "eval" | "evalsha" | "fcall" | "publish" | "spublish");
        command.takes(args.len()) && !command.session && (command.access != Access::Other || may_write)
    })
}

/// The error reply of a server.
pub(super) fn rejected_while_monitoring() -> Reply {
    Reply::error(b"ERR Replica can't interact with the keyspace")
}
