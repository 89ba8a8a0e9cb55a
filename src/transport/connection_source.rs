//! Where a command gets its connection from: a pool, or the owner of a pool that checks the server first.

use crate::config::{Config, Server};
use crate::error::Error;
use crate::transport::clock::{Time, now};
use crate::transport::limits::Limit;
use crate::transport::pool::{Lease, Pool};

/// Connections to one server.
pub(crate) trait ConnectionSource {
    /// Takes a connection, idle or new. If all `pool_size` connections are in use, it waits for one for as long as a connect may take.
    /// `retry_of` is for a second attempt, after the connection of the first one was lost: when that began. It never gets a connection that has
    /// been idle.
    fn lease(&self, retry_of: Option<Time>) -> Result<Lease<'_>, Error>;

    /// Opens a connection that has not selected the database, over the limit of `pool_size`. It must not be kept.
    fn lease_without_database(&self) -> Result<Lease<'_>, Error>;

    /// The server has rejected a write over this connection, as a replica does. Asks it over the same connection whether it is one. If so, the
    /// write was not executed, and the next connection is one to the master: the write may be sent again.
    fn confirm_replica(&self, lease: Lease<'_>) -> bool;

    fn server(&self) -> &Server;

    fn config(&self) -> &Config;
}

impl ConnectionSource for Pool {
    #[inline]
    fn lease(&self, retry_of: Option<Time>) -> Result<Lease<'_>, Error> {
        let (now, fresh) = (retry_of.unwrap_or_else(now), retry_of.is_some());
        if !fresh && let Some(lease) = self.lease_idle(now) {
            return Ok(lease);
        }
        self.lease_at(fresh, now, Limit::Configured)
    }

    fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        Pool::lease_without_database(self)
    }

    fn confirm_replica(&self, lease: Lease<'_>) -> bool {
        lease.keep();
        false
    }

    #[inline]
    fn server(&self) -> &Server {
        Pool::server(self)
    }

    #[inline]
    fn config(&self) -> &Config {
        Pool::config(self)
    }
}
