//! The handle: one command at a time per future, any number of futures.

use crate::async_cluster::handle::Handle;
use crate::async_cluster::shared::{Shared, ended};
use crate::async_cluster::subscription::{Subscription, channel_count};
use crate::async_cluster::{driver, subscription};
use crate::client_loop::ClientLoop;
use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::ffi::start_thread;
use crate::query::{ArgWriter, FromValue, ToArgs, convert_reply};
use crate::resp::{Reply, pack};
use std::sync::Arc;

/// The servers of a [`Cluster`] for programs with the runtime tokio. Needs the feature `tokio`.
///
/// Commands are futures: none of them occupies a thread. Those of all tasks go over one connection to each server, and those that are submitted at
/// about the same time are sent together. Routing, commands over several nodes, time limits and failover are those of [`Cluster`]. Commands that
/// take several steps and pipelines run on threads of the library, at most 16 at a time; commands that block, such as BLPOP, and subscriptions on
/// other ones, at most 64 at a time. The threads end when they are idle.
///
/// **Dropping a future** cancels its command. If it was sent, the server may still execute it, and its reply is dropped. A blocking command ends at
/// once and takes no element. A command whose future was never polled is not sent.
///
/// **Order**: a future submits its command when it is first polled. Commands of two futures for the same key run in that order if each needs one
/// request per server; otherwise await the first one.
///
/// Handles are cheap to clone, and may be used from all threads of the runtime. The last one ends the connections when it is dropped. A handle
/// belongs to the runtime in which it was opened: when that ends, calls fail with [`Code::Io`]. After a fork a child opens its own.
///
/// ```no_run
/// # use rediscluster::{AsyncCluster, Cluster, Config, Error};
/// # async fn example(config: Config) -> Result<(), Error> {
/// let cluster = AsyncCluster::open(Cluster::open(config))?;
/// cluster.query::<()>(("SET", "counter", 41)).await?;
/// let number: i64 = cluster.query(("INCR", "counter")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AsyncCluster {
    handle: Arc<Handle>,
}

impl AsyncCluster {
    /// Opens a handle in the runtime of the caller, on the servers of another handle and with its limits. Connects to no server: connections are
    /// made when a command needs them.
    ///
    /// # Errors
    ///
    /// There is no runtime ([`Code::Argument`]), or the process has no free descriptors.
    ///
    /// # Panics
    ///
    /// The runtime was built without `enable_io` and `enable_time`, or `enable_all`.
    pub fn open(cluster: Cluster) -> Result<AsyncCluster, Error> {
        let client = ClientLoop::open(cluster.clone(), start_thread)?;
        let fd = client.fd().try_clone_to_owned().map_err(|error| Error::new(Code::Io, format!("loop: {error}")))?;
        let shared = Arc::new(Shared::new(client));
        driver::start(shared.clone(), fd)?;
        Ok(AsyncCluster { handle: Arc::new(Handle { cluster, shared }) })
    }

    /// Returns the handle whose calls block, for what has no asynchronous form, such as [`Cluster::scan`] and [`Cluster::transaction`]. Run them with
    /// `tokio::task::spawn_blocking`.
    pub fn cluster(&self) -> &Cluster {
        &self.handle.cluster
    }

    /// Runs one command and converts its reply; see [`Cluster::query`].
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::query`], and [`Code::Io`] if the runtime of the handle has ended.
    pub fn query<T: FromValue>(&self, args: impl ToArgs) -> impl Future<Output = Result<T, Error>> + Send {
        let args = ArgWriter::of(&args);
        let slices = args.slices();
        let (request, name) = (pack(&slices), slices.first().copied().unwrap_or_default().to_vec());
        async move { convert_reply(&self.run(request).await?, &name) }
    }

    /// Runs one command and returns its reply; see [`Cluster::command`]. An error reply of a server is a reply.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::command`], and [`Code::Io`] if the runtime of the handle has ended.
    pub fn command(&self, args: &[&[u8]]) -> impl Future<Output = Result<Reply, Error>> + Send {
        self.run(pack(args))
    }

    async fn run(&self, request: Vec<u8>) -> Result<Reply, Error> {
        self.handle.shared.outcome(|client, tag| client.submit(&request, tag)).await
    }

    /// Runs a call that blocks on a thread of the loop. If the future is dropped before the call begins, it does not begin.
    pub(super) async fn call<C>(&self, call: C) -> Result<Reply, Error>
    where
        C: FnOnce(&Cluster) -> Result<Reply, Error> + Send + 'static,
    {
        let awaited = Arc::new(());
        let is_awaited = Arc::downgrade(&awaited);
        let call = move |cluster: &Cluster| if is_awaited.strong_count() > 0 { call(cluster) } else { Err(ended()) };
        self.handle.shared.outcome(|client, tag| client.call(call, tag)).await
    }

    /// Begins a subscription. `args` is a command of the SUBSCRIBE family, such as `("SUBSCRIBE", "news")`. Completes when the servers have
    /// confirmed it: messages that are published from then on arrive.
    ///
    /// # Errors
    ///
    /// It is another command, or a server cannot be reached; [`Code::Io`] if the runtime of the handle has ended.
    pub fn subscribe(&self, args: impl ToArgs) -> impl Future<Output = Result<Subscription, Error>> + Send {
        let args = ArgWriter::of(&args);
        let slices = args.slices();
        let (request, channels) = (pack(&slices), channel_count(&slices));
        subscription::begin(self.handle.clone(), request, channels)
    }
}
