//! Sessions as C sees them.

use crate::error::{Code, Error};
use crate::ffi::boundary::{Output, bytes, give, reference, take_back};
use crate::ffi::cluster::Handle;
use crate::ffi::error::ErrorHandle;
use crate::ffi::guard::{guarded, quietly};
use crate::ffi::reply::give_reply;
use crate::ffi::status::Status;
use crate::resp::ReplyData;
use crate::session::SharedSession;
use libc::c_char;
use std::ptr::null_mut;
use std::time::Duration;

/// One client of all servers, with what a connection to a single one would remember: MULTI and WATCH, SELECT, SUBSCRIBE. It belongs to the
/// caller, who closes it with `rediscluster_session_close`.
///
/// Several threads can use a session at the same time; one call runs at a time. A call that waits for a message releases the session for calls that
/// run commands: `rediscluster_session_receive` and `rediscluster_session_read` never block `rediscluster_session_execute` or
/// `rediscluster_session_write` of another thread. In a forked child every call fails, and the session of the parent is not affected.
pub struct SessionHandle {
    pub(crate) shared: SharedSession,
}

/// Makes a session on the servers of a handle, which may be closed before it. Connects to nothing: connections of the session's own, beside
/// those of the handle, are made when a transaction or a subscription needs them.
///
/// # Safety
/// `rc` must be NULL or live; `session` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_open(
    rc: *const Handle,
    session: *mut *mut SessionHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let session = Output::cleared(session, "session", null_mut());
        guarded(error, || {
            let handle = reference(rc, "rc")?;
            let place = session.required()?;
            place.set(give(SessionHandle { shared: SharedSession::new(handle.cluster().session()) }));
            Ok(())
        })
    }
}

/// Runs the commands in `request`, as `rediscluster_execute` does, and those that have a state too.
///
/// The reply's root is an array with one child a command, in order; but the SUBSCRIBE family answers one a channel or pattern, as a server
/// does, and nothing behind a QUIT is answered.
///
/// # Safety
/// `session` must be NULL or live, `request` must lead to `request_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_execute(
    session: *const SessionHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let reply = Output::cleared(reply, "reply", null_mut());
        guarded(error, || {
            let session = reference(session, "session")?;
            let place = reply.required()?;
            let request = bytes(request, request_length, "request")?;
            place.set(give_reply(session.shared.execute(request)?));
            Ok(())
        })
    }
}

/// Waits for the next message of any server, for `timeout` milliseconds, 0 looking once and a negative number waiting for ever. The reply is
/// an array as a server would send it: `message`, channel, text; `pmessage`, pattern, channel, text; `smessage`, channel, text. It is NULL,
/// and the call a success, when the time is up or somebody interrupted.
///
/// When the connection to a server was lost, the call fails and names the node, as messages may have been lost with it; the next call
/// subscribes there again.
///
/// # Safety
/// `session` must be NULL or live; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_receive(
    session: *const SessionHandle,
    timeout: i64,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let reply = Output::cleared(reply, "reply", null_mut());
        guarded(error, || {
            let session = reference(session, "session")?;
            let place = reply.required()?;
            if let Some(message) = session.shared.receive(patience(timeout))? {
                place.set(give_reply(message));
            }
            Ok(())
        })
    }
}

/// Takes the next bytes of a stream of requests, cut anywhere, and runs every command that is whole. `rediscluster_session_read` hands out the
/// replies as RESP2. With these two a session stands where a client of some language expects a socket.
///
/// A stream that is not one of RESP arrays of bulk strings fails the call and closes the session.
///
/// # Safety
/// `session` must be NULL or live, `data` must lead to `length` readable bytes, `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_write(
    session: *const SessionHandle,
    data: *const c_char,
    length: usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        guarded(error, || {
            let session = reference(session, "session")?;
            let data = bytes(data, length, "data")?;
            session.shared.write(data)
        })
    }
}

/// Copies up to `capacity` bytes of what the session has to say to `buffer`: replies, and, while it is subscribed, messages. Where there is
/// nothing it waits, for `timeout` milliseconds, or for ever if that is negative. `*length` of 0: the time is up, or somebody interrupted.
///
/// # Safety
/// `session` must be NULL or live, `buffer` must lead to `capacity` writable bytes, `length` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_read(
    session: *const SessionHandle,
    timeout: i64,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let length = Output::cleared(length, "length", 0);
        guarded(error, || {
            let session = reference(session, "session")?;
            let place = length.required()?;
            let buffer = space(buffer, capacity)?;
            place.set(session.shared.read(buffer, patience(timeout))?);
            Ok(())
        })
    }
}

/// Ends a call that waits in `rediscluster_session_receive` or `rediscluster_session_read`, as if its time were up; when none waits, the next
/// that would wait returns at once. It never waits itself and may be called from any thread, also while the session is in use. NULL is nothing.
///
/// # Safety
/// `session` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_interrupt(session: *const SessionHandle) {
    quietly(|| {
        // SAFETY: NULL is answered, the rest is the caller's promise.
        if let Some(handle) = unsafe { session.as_ref() } {
            handle.shared.interrupt();
        }
    });
}

/// Closes a session and its own connections: what was queued or watched is forgotten. No other call on it may be under way then, in any thread,
/// and none may follow. NULL is nothing.
///
/// # Safety
/// `session` must be NULL, or come from this library and not have been closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_session_close(session: *mut SessionHandle) {
    // SAFETY: the caller's promise is the same.
    quietly(|| unsafe { take_back(session) });
}

pub(crate) fn patience(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

/// # Safety
/// A buffer that is not NULL must lead to `capacity` writable bytes during `'a`.
unsafe fn space<'a>(buffer: *mut c_char, capacity: usize) -> Result<&'a mut [u8], Error> {
    if buffer.is_null() || capacity == 0 || isize::try_from(capacity).is_err() {
        return Err(Error::new(Code::Argument, "buffer has no room"));
    }
    // SAFETY: not NULL, of a possible length, and writable by the caller's promise. What lies there is only written over, and any bytes are bytes.
    Ok(unsafe { std::slice::from_raw_parts_mut(buffer.cast(), capacity) })
}
