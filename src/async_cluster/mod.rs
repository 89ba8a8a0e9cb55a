//! A handle for programs with the runtime tokio: futures on the loop of [`client_loop`](crate::client_loop).

#[allow(clippy::module_inception)]
mod async_cluster;
mod driver;
mod handle;
mod pipeline;
mod shared;
mod subscription;

pub use crate::async_cluster::async_cluster::AsyncCluster;
pub use crate::async_cluster::subscription::Subscription;
