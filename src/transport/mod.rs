//! Bytes to servers and back: connections, pools of them, and the commands of one call for one server.

pub(crate) mod connection;
pub(crate) mod exchange;
pub(crate) mod node_pipeline;
pub(crate) mod pool;
pub(crate) mod retry_policy;
pub(crate) mod write_buffer;

pub(crate) use crate::transport::connection::{Connection, KEPT};
pub(crate) use crate::transport::exchange::exchange;
pub(crate) use crate::transport::node_pipeline::NodePipeline;
pub(crate) use crate::transport::pool::{Aside, Lease, Pool};
pub(crate) use crate::transport::retry_policy::{explain, may_begin_again};
pub(crate) use crate::transport::write_buffer::LARGE;
