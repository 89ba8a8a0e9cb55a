//! What is known of the servers: their roles, their replicas, the scripts they have received.

pub(crate) mod clock;
pub(crate) mod process;
pub(crate) mod replicas;
pub(crate) mod role;
pub(crate) mod role_check;
pub(crate) mod script_sources;
pub(crate) mod shard;

pub(crate) use crate::topology::process::Process;
pub(crate) use crate::topology::replicas::{Replica, turns_away};
