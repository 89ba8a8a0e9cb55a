//! Several commands in one future.

use crate::async_cluster::async_cluster::AsyncCluster;
use crate::error::Error;
use crate::query::{FromValue, Pipeline, PipelineTarget};

impl Pipeline {
    /// Runs the commands without blocking the thread; see [`Pipeline::run`]. The feature `tokio` has it.
    ///
    /// The call runs on a thread of the library, so that the commands keep their order; at most 16 run at a time, and others wait. For commands
    /// whose order does not matter, await several futures of [`AsyncCluster::query`] together: they need no thread. If the future is dropped
    /// before the call begins, nothing is sent; otherwise all commands are executed.
    ///
    /// ```no_run
    /// # use rediscluster::{AsyncCluster, Error, pipeline};
    /// # async fn example(cluster: &AsyncCluster) -> Result<(), Error> {
    /// let (visits, name): (i64, Option<String>) = pipeline().add(("INCR", "visits")).add(("GET", "name")).run_async(cluster).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::run`], and [`Code::Io`](crate::Code::Io) if the runtime of the handle has ended.
    pub fn run_async<T: FromValue>(&self, cluster: &AsyncCluster) -> impl Future<Output = Result<T, Error>> + Send {
        let (request, is_atomic) = self.request();
        async move {
            let replies = cluster.call(move |cluster| cluster.run_request(&request, is_atomic)).await?;
            self.convert(replies)
        }
    }
}
