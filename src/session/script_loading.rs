//! Loads the scripts that a transaction calls, before EXEC.

use crate::cluster::scripts::load;
use crate::error::Error;
use crate::session::session::Session;
use crate::session::transaction_scripts::QueuedOn;
use std::sync::Arc;

impl Session {
    /// Loads the scripts that the transaction calls on the servers that may lack them.
    pub(super) fn load_scripts(&mut self) -> Result<(), Error> {
        let Some(transaction) = &self.transaction else { return Ok(()) };
        let Some(&first) = transaction.servers.first() else { return Ok(()) };
        let mut missing: Vec<(usize, Arc<[u8]>)> = Vec::new();
        for (on, source) in &transaction.scripts.called {
            let server = if let QueuedOn::One(server) = on { *server } else { first };
            let is_known = self.connections[server].as_ref().is_some_and(|connection| connection.has_script(source));
            if !is_known && !missing.iter().any(|(other, listed)| *other == server && Arc::ptr_eq(listed, source)) {
                missing.push((server, source.clone()));
            }
        }
        for (server, _) in &missing {
            // The transaction has not begun there. The connection remembers the script.
            if self.connections[*server].is_none() {
                self.own_connection(*server, true).map(drop).map_err(|error| self.lose_connection(*server, error, b"EXEC", false))?;
            }
        }
        if missing.is_empty() || self.connections.len() == 1 {
            return Ok(());
        }
        load(&self.selected.topology(), &missing)?;
        for (server, source) in missing {
            self.connections[server].iter_mut().for_each(|connection| connection.add_script(source.clone()));
        }
        Ok(())
    }
}
