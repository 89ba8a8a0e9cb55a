//! Which servers a call concerns: masters, replicas or both.

use crate::cluster::Nodes;
use crate::config::Read;
use crate::error::{Code, Error};
use crate::ffi::boundary::{Output, bytes, give, reference};
use crate::ffi::cluster::{Handle, answered};
use crate::ffi::error::ErrorHandle;
use crate::ffi::guard::guarded;
use crate::ffi::status::Status;
use crate::resp::ReplyData;
use libc::c_char;
use std::ptr::null_mut;

/// Where reads go. The values never change; new ones may be added behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ReadFrom {
    /// To the replicas of a master in turn; to the master where none can answer.
    REDISCLUSTER_READ_REPLICA = 0,
    /// To the masters alone.
    REDISCLUSTER_READ_MASTER = 1,
}

/// Which servers a command is run on. The values never change; new ones may be added behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum NodeKind {
    /// The masters.
    REDISCLUSTER_NODES_MASTERS = 0,
    /// The replicas of all masters.
    REDISCLUSTER_NODES_REPLICAS = 1,
    /// Each master, and behind it its replicas.
    REDISCLUSTER_NODES_ALL = 2,
}

fn read_of(number: i32) -> Result<Read, Error> {
    const REPLICA: i32 = ReadFrom::REDISCLUSTER_READ_REPLICA as i32;
    const MASTER: i32 = ReadFrom::REDISCLUSTER_READ_MASTER as i32;
    match number {
        REPLICA => Ok(Read::Replica),
        MASTER => Ok(Read::Master),
        other => Err(Error::new(Code::Argument, format!("read: {other} is none of REDISCLUSTER_READ_…"))),
    }
}

pub(crate) fn nodes_of(number: i32) -> Result<Nodes, Error> {
    const MASTERS: i32 = NodeKind::REDISCLUSTER_NODES_MASTERS as i32;
    const REPLICAS: i32 = NodeKind::REDISCLUSTER_NODES_REPLICAS as i32;
    const ALL: i32 = NodeKind::REDISCLUSTER_NODES_ALL as i32;
    match number {
        MASTERS => Ok(Nodes::Masters),
        REPLICAS => Ok(Nodes::Replicas),
        ALL => Ok(Nodes::All),
        other => Err(Error::new(Code::Argument, format!("nodes: {other} is none of REDISCLUSTER_NODES_…"))),
    }
}

/// Makes another view of a handle, which reads from elsewhere (`rediscluster_read`) than the configuration says and is otherwise the same: it
/// shares configuration and connections, and costs next to nothing. It is closed by itself, before or after the one that it was made from.
///
/// # Safety
/// `rc` must be NULL or live; `view` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_with_read(
    rc: *const Handle,
    read: i32,
    view: *mut *mut Handle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let view = Output::cleared(view, "view", null_mut());
        guarded(error, || {
            let handle = reference(rc, "rc")?;
            let place = view.required()?;
            place.set(give(Handle { cluster: handle.cluster.with_read(read_of(read)?) }));
            Ok(())
        })
    }
}

/// Runs the one command in `request` as `rediscluster_each` does, on the servers that `nodes` (`rediscluster_nodes`) says. The replicas of
/// node_1 are called `node_1_slave`, `node_1_slave_2` and so on. The masters are asked for their replicas first, unless the configuration
/// names them (`master_of`) or forbids asking (`refresh_interval` 0).
///
/// # Safety
/// As for `rediscluster_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_each_on(
    rc: *const Handle,
    nodes: i32,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(rc, reply, error, |cluster| cluster.each_on(nodes_of(nodes)?, bytes(request, request_length, "request")?)) }
}
