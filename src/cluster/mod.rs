//! The handle on all servers: takes commands, sends them to the servers that run them, and merges the replies.

mod batch;
mod call_options;
mod each;
mod explain;
mod fast_path;
mod handle;
mod merge;
mod move_keys;
mod moving;
mod node_for;
mod node_list;
mod one_round;
mod per_process;
mod pipeline;
mod reads_elsewhere;
mod registry;
mod replica_read;
mod reply_sink;
mod request;
mod router;
pub(crate) mod scripts;
mod slot;
mod stats;
mod transaction;

pub use crate::cluster::each::Nodes;
pub use crate::cluster::handle::{Cluster, RECOVER_MIN_AGE};
pub(crate) use crate::cluster::one_round::{OneRound, PartOutcome, Parts, Route};
pub(crate) use crate::cluster::reply_sink::{ReplySink, Strings};
pub(crate) use crate::cluster::scripts::record_source;
