//! Servers and the connections to them.

mod connection;
mod pool;
mod process;
mod sources;

pub(crate) use connection::{Connection, KEPT, Patience};
pub(crate) use pool::{Aside, Lease, Pool};
pub(crate) use process::Process;
