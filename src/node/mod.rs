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

pub(crate) use crate::node::connection::{Connection, KEPT, Patience};
pub(crate) use crate::node::pool::{Aside, Lease, Pool};
pub(crate) use crate::node::process::Process;
pub(crate) use crate::node::replicas::{Replica, turns_away};
