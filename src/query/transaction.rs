//! Transactions that depend on what was read.

use crate::cluster::Cluster;
use crate::error::Error;
use crate::query::pipeline::{Pipeline, pipeline};
use crate::query::to_args::ToArgs;
use crate::session::Session;

impl Cluster {
    /// Watches keys, runs `attempt` in a session, and repeats that while it returns `None`, which it does if a watched key has changed meanwhile.
    ///
    /// `attempt` reads with the session, adds commands to the pipeline, which is atomic, and runs it as an `Option`. The keys must be on one node.
    ///
    /// ```no_run
    /// # use rediscluster::{Cluster, Error};
    /// # fn double(cluster: &Cluster) -> Result<i64, Error> {
    /// let (doubled,): (i64,) = cluster.transaction("counter", |session, pipeline| {
    ///     let number: i64 = session.query(("GET", "counter"))?;
    ///     pipeline.add(("INCRBY", "counter", number)).run(session)
    /// })?;
    /// # Ok(doubled)
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// WATCH or `attempt` failed.
    pub fn transaction<T>(
        &self,
        keys: impl ToArgs,
        mut attempt: impl FnMut(&mut Session, &mut Pipeline) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let mut session = self.session();
        loop {
            session.query::<()>(("WATCH", &keys))?;
            if let Some(value) = attempt(&mut session, pipeline().atomic())? {
                return Ok(value);
            }
        }
    }
}
