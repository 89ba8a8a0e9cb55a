//! Where a command gets its connection from: a pool, or the owner of a pool that checks the server first.

use crate::config::{Config, Server};
use crate::error::Error;
use crate::transport::clock::now;
use crate::transport::pool::{Lease, Limit, Pool};

/// Connections to one server.
pub(crate) trait ConnectionSource {
    /// Takes a connection, idle or new; with `fresh` never one that has been idle. If all `pool_size` connections are in use, it waits for one
    /// for as long as a connect may take.
    fn lease(&self, fresh: bool) -> Result<Lease<'_>, Error>;

    /// Opens a connection that has not selected the database, over the limit of `pool_size`. It must not be kept.
    fn lease_without_database(&self) -> Result<Lease<'_>, Error>;

    fn server(&self) -> &Server;

    fn config(&self) -> &Config;
}

impl ConnectionSource for Pool {
    #[inline]
    fn lease(&self, fresh: bool) -> Result<Lease<'_>, Error> {
        self.lease_at(fresh, now(), Limit::Configured)
    }

    fn lease_without_database(&self) -> Result<Lease<'_>, Error> {
        Pool::lease_without_database(self)
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
