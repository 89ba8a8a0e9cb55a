//! Numbers of the ABI that select servers.

use crate::cluster::Nodes;
use crate::config::Read;
use crate::error::Error;
use crate::ffi::pointers::bad_argument;

/// Which servers reads are sent to. Values never change; a later release may add some at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ReadFrom {
    /// The replicas of a master in turn, and the master if no replica can serve the read.
    REDISCLUSTER_READ_REPLICA = 0,
    /// Only masters.
    REDISCLUSTER_READ_MASTER = 1,
    /// A master and its replicas in turn.
    REDISCLUSTER_READ_ANY = 2,
    /// Those of a master and its replicas that reply fastest, in turn if several are about equal.
    REDISCLUSTER_READ_NEAREST = 3,
}

/// Which servers `rediscluster_each_on` sends a command to. Values never change; a later release may add some at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum NodeKind {
    /// All masters.
    REDISCLUSTER_NODES_MASTERS = 0,
    /// The replicas of all masters.
    REDISCLUSTER_NODES_REPLICAS = 1,
    /// Each master, followed by its replicas.
    REDISCLUSTER_NODES_ALL = 2,
}

pub(crate) fn read_from_number(number: i32) -> Result<Read, Error> {
    const REPLICA: i32 = ReadFrom::REDISCLUSTER_READ_REPLICA as i32;
    const MASTER: i32 = ReadFrom::REDISCLUSTER_READ_MASTER as i32;
    const ANY: i32 = ReadFrom::REDISCLUSTER_READ_ANY as i32;
    const NEAREST: i32 = ReadFrom::REDISCLUSTER_READ_NEAREST as i32;
    match number {
        REPLICA => Ok(Read::Replica),
        MASTER => Ok(Read::Master),
        ANY => Ok(Read::Any),
        NEAREST => Ok(Read::Nearest),
        other => Err(bad_argument(format!("read is {other}; it must be one of REDISCLUSTER_READ_…"))),
    }
}

pub(crate) fn nodes_from_number(number: i32) -> Result<Nodes, Error> {
    const MASTERS: i32 = NodeKind::REDISCLUSTER_NODES_MASTERS as i32;
    const REPLICAS: i32 = NodeKind::REDISCLUSTER_NODES_REPLICAS as i32;
    const ALL: i32 = NodeKind::REDISCLUSTER_NODES_ALL as i32;
    match number {
        MASTERS => Ok(Nodes::Masters),
        REPLICAS => Ok(Nodes::Replicas),
        ALL => Ok(Nodes::All),
        other => Err(bad_argument(format!("nodes is {other}; it must be one of REDISCLUSTER_NODES_…"))),
    }
}

pub(crate) fn flag_from_number(number: i32, name: &str) -> Result<bool, Error> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(bad_argument(format!("{name} is {other}; it must be 0 or 1"))),
    }
}
