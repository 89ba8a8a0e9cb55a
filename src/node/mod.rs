//! Servers and the connections to them.

mod clock;
mod connection;
mod inquiry;
mod pool;
mod process;
mod replicas;
mod role;
mod sources;
mod watch;

pub(crate) use connection::{Connection, KEPT, Patience};
pub(crate) use pool::{Aside, Lease, Pool};
pub(crate) use process::Process;
pub(crate) use replicas::{Replica, turns_away};
