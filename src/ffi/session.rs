//! The session: one client with state.

use crate::ffi::call::{Handle, call, call_for_reply, into_reply_pointer};
use crate::ffi::cluster::ClusterHandle;
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::panic::contain;
use crate::ffi::pointers::{bytes, drop_pointer, into_pointer, reference, space};
use crate::ffi::status::Status;
use crate::resp::ReplyData;
use crate::session::SharedSession;
use libc::c_char;
use std::ptr::null_mut;
use std::time::Duration;

/// One client of all servers, with the state that a connection to one server has: MULTI, WATCH, SELECT, SUBSCRIBE and so on.
///
/// Ownership: the caller owns it and closes it with `rediscluster_session_close`. It may outlive the cluster that it was opened on.
/// Threads: several threads can use it at the same time; one call runs at a time. A call that waits for a message, or reads while a blocking
/// command of the byte stream waits, releases the session for calls that run commands: `rediscluster_session_receive` and
/// `rediscluster_session_read` never block `rediscluster_session_execute` or `rediscluster_session_write` of another thread. A blocking command
/// in `rediscluster_session_execute` holds the session until it ends, as on one connection. `rediscluster_session_interrupt` and
/// `rediscluster_session_shutdown` end it.
/// Fork: it belongs to the process that opened it. In a forked child every call on it fails with `REDISCLUSTER_ERROR_REQUEST`; closing it
/// there frees the child's memory and does not affect the parent's session.
pub struct SessionHandle {
    pub(crate) shared: SharedSession,
}

impl Handle for SessionHandle {
    const NAME: &'static str = "session";
}

/// Opens a session on the servers of a cluster, which may be closed before it. Connects to no server: a session has connections of its own
/// besides those of the cluster, and makes them when a transaction or a subscription needs them.
///
/// # Safety
/// `cluster` must be NULL or live; `session` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_open(
    cluster: *const ClusterHandle,
    session: *mut *mut SessionHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (session, "session", null_mut()), error, |handle| {
            Ok(into_pointer(SessionHandle { shared: SharedSession::new(handle.cluster().session()) }))
        })
    }
}

/// Runs the commands in `request` as `rediscluster_execute` does; commands with connection state are allowed.
///
/// A blocking command, such as BLPOP, waits in this call. `rediscluster_session_interrupt` ends the wait as if the time of the command were up.
/// If a blocking command of the byte stream waits, this call waits for it first.
///
/// The reply's root is an array with one child per command, in order, with two exceptions that servers make, too: SUBSCRIBE and similar
/// commands have one reply per channel or pattern, and commands after a QUIT have none.
///
/// # Safety
/// `session` must be NULL or live, `request` must point to `request_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_execute(
    session: *const SessionHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_reply(session, reply, error, |handle| {
            let request = bytes(request, request_length, "request")?;
            handle.shared.execute(request)
        })
    }
}

/// Waits up to `timeout_ms` milliseconds for the next message from any server. 0 does not wait; a negative number waits without limit.
///
/// The reply is an array, or a push in RESP3, as servers send it: `message`, channel, text; or `pmessage`, pattern, channel, text; or
/// `smessage`, channel, text. If the time is up or the call was interrupted, the call succeeds and `*reply` is NULL.
///
/// If the connection to a server was lost, the call fails and names the node, because messages may have been lost. The next call subscribes
/// there again.
///
/// # Safety
/// `session` must be NULL or live; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_receive(
    session: *const SessionHandle,
    timeout_ms: i64,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(session, (reply, "reply", null_mut()), error, |handle| {
            Ok(handle.shared.receive(timeout_from_ms(timeout_ms))?.map_or(null_mut(), into_reply_pointer))
        })
    }
}

/// Writes the next `length` bytes of a stream of requests, which may be split anywhere, and runs every command that is complete.
///
/// `rediscluster_session_read` returns the replies as RESP2, or as RESP3 after HELLO 3. With these two functions a session replaces the socket
/// of a Redis client that is written for one server. The stream is read as one server reads it: RESP arrays of bulk strings, or
/// inline commands. What one server rejects ends the stream: the replies to the commands before it can be read, then the error reply, and then
/// the session is closed.
///
/// This call does not wait in a blocking command. If that has no reply at once, it and the commands after it wait for
/// `rediscluster_session_read`. A later call also continues them once the reply is there.
///
/// # Safety
/// `session` must be NULL or live, `data` must point to `length` readable bytes, `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_write(
    session: *const SessionHandle,
    data: *const c_char,
    length: usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        fallible(error, || {
            let session = reference(session, SessionHandle::NAME)?;
            let data = bytes(data, length, "data")?;
            session.shared.write(data)
        })
    }
}

/// Reads up to `capacity` bytes of the session's output into `buffer`: replies to the written commands and, while the session is subscribed,
/// messages. `*length` receives the number of bytes read.
///
/// If there is no output, the call waits up to `timeout_ms` milliseconds, for a message or for a blocking command that was written; 0 does not
/// wait, a negative number waits without limit. A `*length` of 0 means that the time is up or the call was interrupted. A blocking command then
/// goes on, and the next call waits for it again. `capacity` must be at least 1.
///
/// # Safety
/// `session` must be NULL or live, `buffer` must point to `capacity` writable bytes, `length` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_read(
    session: *const SessionHandle,
    timeout_ms: i64,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(session, (length, "length", 0), error, |handle| {
            let buffer = space(buffer, capacity, "buffer")?;
            handle.shared.read(buffer, timeout_from_ms(timeout_ms))
        })
    }
}

/// Ends a call that waits in `rediscluster_session_receive` or `rediscluster_session_read`, as if its time were up. If no call waits, the next
/// one that would wait returns at once.
///
/// Also ends a blocking command that waits in `rediscluster_session_execute`: its reply is nil, or what it has just received; nothing is lost.
/// If none waits, later ones are not affected: call it again if the command may not have begun.
///
/// It never waits, and any thread may call it while the session is in use, also a signal handler, which restores `errno`. NULL is a no-op, and so is
/// a call in a forked child.
///
/// # Safety
/// `session` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_interrupt(session: *const SessionHandle) {
    contain(|| {
        // SAFETY: NULL is handled, the rest is the caller's promise.
        if let Some(handle) = unsafe { session.as_ref() } {
            handle.shared.interrupt();
        }
    });
}

/// Ends a session that other threads may be using. Calls that wait for a message or in a blocking command fail with
/// `REDISCLUSTER_ERROR_REQUEST`, the servers end the command, and all later calls fail, except that the rest of the byte stream can be read.
///
/// It waits for another call only while that runs a command that does not block. The caller still closes the session, once no call is running.
/// Any thread may call it. NULL is a no-op, and so is a call in a forked child.
///
/// # Safety
/// `session` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_shutdown(session: *const SessionHandle) {
    contain(|| {
        // SAFETY: NULL is handled, the rest is the caller's promise.
        if let Some(handle) = unsafe { session.as_ref() } {
            // Fails in a forked child only.
            let _ = handle.shared.close();
        }
    });
}

/// Closes a session and its own connections. Queued commands, watched keys and subscriptions are dropped, and the servers end a blocking command
/// that was written to the byte stream.
///
/// No other call on this session may be running in any thread, and none may follow. Replies and errors stay valid. NULL is a no-op.
///
/// # Safety
/// `session` must be NULL, or come from this library and not have been closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_close(session: *mut SessionHandle) {
    // SAFETY: the caller makes the same promise.
    contain(|| unsafe { drop_pointer(session) });
}

/// `None`, for a negative number, waits without limit.
pub(crate) fn timeout_from_ms(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}
