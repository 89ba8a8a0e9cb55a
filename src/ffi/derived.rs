//! Handles that share configuration and connections with another handle.

use crate::ffi::call::call;
use crate::ffi::cluster::ClusterHandle;
use crate::ffi::error::ErrorHandle;
use crate::ffi::nodes::{flag_from_number, read_from_number};
use crate::ffi::panic::contain;
use crate::ffi::pointers::into_pointer;
use crate::ffi::status::Status;
use std::ptr::null_mut;
use std::time::Duration;

/// Makes another handle that sends reads to `read` (one of `rediscluster_read`) and is otherwise the same: it shares configuration and
/// connections with `cluster`, and costs little memory. Connects to no server.
///
/// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
///
/// # Safety
/// `cluster` must be NULL or live; `derived` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_with_read(
    cluster: *const ClusterHandle,
    read: i32,
    derived: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (derived, "derived", null_mut()), error, |handle| {
            Ok(into_pointer(ClusterHandle::from(handle.cluster().with_read(read_from_number(read)?))))
        })
    }
}

/// Makes another handle that says whether its reads see its own writes (`read_your_writes` 1) or may be older (0), and is otherwise the same: it
/// shares configuration and connections with `cluster`, and costs little memory. Connects to no server.
///
/// After a command of the handle that may write to a node, its reads of this node go to the master, until a replica is known to have everything
/// that was acknowledged before that command ended. The writes of other handles do not count; handles that are derived from `*derived` share its
/// memory. A session that is opened on `*derived` reads from masters.
///
/// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
///
/// # Safety
/// `cluster` must be NULL or live; `derived` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_with_read_your_writes(
    cluster: *const ClusterHandle,
    read_your_writes: i32,
    derived: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (derived, "derived", null_mut()), error, |handle| {
            let read_your_writes = flag_from_number(read_your_writes, "read_your_writes")?;
            Ok(into_pointer(ClusterHandle::from(handle.cluster().with_read_your_writes(read_your_writes))))
        })
    }
}

/// Makes another handle, each call of which ends after `deadline_ms` milliseconds at the latest, and which is otherwise the same: it shares
/// configuration and connections with `cluster`, and costs little memory. 0: calls have no deadline, whatever the configuration says. Connects to
/// no server.
///
/// The limit is for each call as a whole, with all of its rounds and retries. It begins when the call begins. A call that it ends fails with
/// `REDISCLUSTER_ERROR_TIMEOUT`; the message says in which round that was, on which node, and whether the command may have been executed. Its
/// connection is closed, so a late reply reaches no other command. A command that blocks, such as BLPOP, ends in the same way, and may have
/// received an element. In a session that is opened on `*derived` each call of `rediscluster_session_execute` and `rediscluster_session_write` has
/// the limit.
///
/// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
///
/// # Safety
/// `cluster` must be NULL or live; `derived` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_with_deadline(
    cluster: *const ClusterHandle,
    deadline_ms: u64,
    derived: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (derived, "derived", null_mut()), error, |handle| {
            let limit = (deadline_ms > 0).then(|| Duration::from_millis(deadline_ms));
            Ok(into_pointer(ClusterHandle::from(handle.cluster().with_deadline(limit))))
        })
    }
}

/// Makes another handle, which is otherwise the same, that says whether commands that are split by their keys may fail for single keys: MGET,
/// EXISTS, DEL, UNLINK, TOUCH, MSET and their kind. It shares configuration and connections with `cluster`, and costs little memory. Connects to
/// no server.
///
/// With `partial` 1, if a node fails, the reply of such a command is an array with the result of each key, in the order of the keys: a value of
/// type `REDISCLUSTER_TYPE_FAILURE`, or an error reply, for each key of that node; for the other keys the value (MGET), the number for this key
/// (EXISTS, DEL) or the status (MSET). If no node fails, the reply is the same as with `partial` 0. So that the numbers are known, each key of
/// EXISTS, DEL and their kind is a command of its own if the keys are on several nodes. Commands in a transaction are not affected.
///
/// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
///
/// # Safety
/// `cluster` must be NULL or live; `derived` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_with_partial(
    cluster: *const ClusterHandle,
    partial: i32,
    derived: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (derived, "derived", null_mut()), error, |handle| {
            Ok(into_pointer(ClusterHandle::from(handle.cluster().with_partial(flag_from_number(partial, "partial")?))))
        })
    }
}

/// Makes another handle whose calls `rediscluster_interrupt` ends, and which is otherwise the same: it shares configuration and connections with
/// `cluster`, and costs little memory. Connects to no server.
///
/// `*derived` is closed on its own with `rediscluster_close`, before or after `cluster`.
///
/// # Safety
/// `cluster` must be NULL or live; `derived` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_with_interrupt(
    cluster: *const ClusterHandle,
    derived: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (derived, "derived", null_mut()), error, |handle| {
            let (cluster, interrupt) = handle.cluster().with_interrupt();
            Ok(into_pointer(ClusterHandle { cluster, interrupt: Some(interrupt) }))
        })
    }
}

/// Ends the calls that are in progress on a handle of `rediscluster_with_interrupt`, and on handles that were made from it. All later calls on them
/// fail, too.
///
/// The calls fail with `REDISCLUSTER_ERROR_TIMEOUT` as soon as they wait for something: for a connection, for a server or for an element. The error says
/// whether the command may have been executed. The connection that a call waited for is closed, so a late reply reaches no other command.
/// Sessions are not affected: `rediscluster_session_interrupt` ends their calls.
///
/// It never waits, and any thread may call it while the handle is in use, also a signal handler, which restores `errno`. NULL is a no-op, and so is
/// another handle, or a call in a forked child.
///
/// # Safety
/// `cluster` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_interrupt(cluster: *const ClusterHandle) {
    contain(|| {
        // SAFETY: NULL is handled, the rest is the caller's promise.
        if let Some(interrupt) = unsafe { cluster.as_ref() }.and_then(|handle| handle.interrupt.as_ref()) {
            interrupt.interrupt();
        }
    });
}
