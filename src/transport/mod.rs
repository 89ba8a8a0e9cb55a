//! Bytes to servers and back: connections, pools of them, and the commands of one call for one server.

mod breaker;
mod breakers;
mod check_schedule;
pub(crate) mod clock;
mod connect;
mod connection;
mod connection_errors;
mod connection_source;
mod encrypted;
mod exchange;
mod greeting;
mod limits;
mod node_pipeline;
mod pool;
mod probe;
mod progress;
mod retry_policy;
mod shared_connecting;
mod shared_connection;
mod shared_socket;
mod socket;
mod tls;
mod watch;
mod write_buffer;

pub(crate) use crate::transport::check_schedule::CheckSchedule;
pub(crate) use crate::transport::connection::{Connection, MAX_KEPT_BUFFER};
pub(crate) use crate::transport::connection_source::ConnectionSource;
pub(crate) use crate::transport::exchange::exchange;
pub(crate) use crate::transport::node_pipeline::NodePipeline;
pub(crate) use crate::transport::pool::{Lease, Limit, Pool, SHORT_TIMEOUT, at_most};
pub(crate) use crate::transport::retry_policy::{cannot_serve_reads, explain, may_retry};
pub(crate) use crate::transport::shared_connection::{Event, SharedConnection};
pub(crate) use crate::transport::watch::Watch;
pub(crate) use crate::transport::write_buffer::MIN_BORROWED;
