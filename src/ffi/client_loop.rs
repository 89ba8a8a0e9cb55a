//! The loop: requests and subscriptions for a program with an event loop.

use crate::client_loop::ClientLoop;
use crate::error::{Code, Error};
use crate::ffi::call::{Handle, call, into_reply_pointer};
use crate::ffi::cluster::ClusterHandle;
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::fork;
use crate::ffi::panic::contain;
use crate::ffi::pointers::{Output, bytes, drop_pointer, into_pointer, reference};
use crate::ffi::status::Status;
use crate::ffi::thread;
use crate::resp::{Reply, ReplyData};
use libc::c_char;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

/// Many requests at a time, and subscriptions, for a program with an event loop. No call waits for a server, and there are no callbacks.
///
/// The program waits until the descriptor of `rediscluster_loop_fd` is readable, at most for `rediscluster_loop_timeout_ms`, with `poll`, `epoll`,
/// libuv, libevent or any other loop. Then it calls `rediscluster_loop_process`, and `rediscluster_loop_next` until that returns no reply. After
/// `rediscluster_loop_submit` it asks for the timeout again, which is 0 then, or calls `rediscluster_loop_process` itself.
///
/// A request that goes to one server, or in parts to several (GET, MGET, DEL, DBSIZE …), uses one connection per server, which all requests of the
/// loop share. All others run on threads that the library starts when they are needed and ends when they are idle for some seconds: on at most 16
/// threads commands that take several steps across nodes or are unknown (RENAME, SUNIONSTORE …), scripts, all commands for servers that require
/// TLS, reads that replicas may serve, lookups of host names, and subscriptions; on
/// at most 64 threads blocking commands (BLPOP …). More of them wait. No signal handler of the program runs on these threads.
///
/// Requests run at the same time. Those for the same key that use the shared connection run in the order of submission; if the order of others
/// matters, wait for the reply to the first. Commands with connection state (MULTI, WATCH, SELECT …) require a session and fail here.
/// Time limits of the configuration, retries, failover, the limits for servers that fail, and a deadline of the cluster
/// (`rediscluster_with_deadline`) are the same as for `rediscluster_execute`.
///
/// Ownership: the caller owns it and frees it with `rediscluster_loop_free`. It may outlive the cluster that it was opened on.
/// Memory: that of the requests and replies in flight, at most 1,048,576 requests; of each subscription about 1,000 messages, then the servers wait.
/// Threads: one thread at a time may use it. A call while another one runs fails with `REDISCLUSTER_ERROR_REQUEST`.
/// Fork: it belongs to the process that opened it. In a forked child every call on it fails with `REDISCLUSTER_ERROR_REQUEST`; freeing it there
/// does not affect the parent.
pub struct LoopHandle {
    client: Mutex<ClientLoop>,
    fd: i32,
    generation: u32,
}

impl Handle for LoopHandle {
    const NAME: &'static str = "loop";
}

impl LoopHandle {
    #[inline]
    fn client(&self) -> Result<MutexGuard<'_, ClientLoop>, Error> {
        if self.generation != fork::generation() {
            return Err(Error::new(Code::Request, "the loop belongs to the process that opened it; open one after the fork"));
        }
        match self.client.try_lock() {
            Ok(client) => Ok(client),
            Err(TryLockError::Poisoned(client)) => Ok(client.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Error::new(Code::Request, "another thread uses the loop")),
        }
    }
}

/// Opens a loop on the servers of a cluster, which may be closed before it. Connects to no server: connections are made when a request needs them.
///
/// # Safety
/// `cluster` must be NULL or live; `loop` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_open(
    cluster: *const ClusterHandle,
    r#loop: *mut *mut LoopHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(cluster, (r#loop, "loop", null_mut()), error, |handle| {
            fork::watch();
            let client = ClientLoop::open(handle.cluster().clone(), thread::start)?;
            let fd = client.fd().as_raw_fd();
            Ok(into_pointer(LoopHandle { client: Mutex::new(client), fd, generation: fork::generation() }))
        })
    }
}

/// Returns the descriptor to wait for: it is readable when `rediscluster_loop_process` has something to do (level-triggered). It stays the same,
/// belongs to the loop, and must not be read, written or closed. For NULL: -1.
///
/// # Safety
/// `loop` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_fd(r#loop: *const LoopHandle) -> i32 {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    unsafe { r#loop.as_ref() }.map_or(-1, |handle| handle.fd)
}

/// Returns how many milliseconds the program may wait for the descriptor before it calls `rediscluster_loop_process`, as `poll` takes it: -1 is
/// without limit, 0 if there is something to do now. Every other call on the loop may change it. For NULL, and where other calls fail: 0.
///
/// # Safety
/// `loop` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_timeout_ms(r#loop: *const LoopHandle) -> i32 {
    let mut timeout = 0;
    contain(|| {
        // SAFETY: NULL is handled, the rest is the caller's promise.
        let client = unsafe { r#loop.as_ref() }.and_then(|handle| handle.client().ok());
        timeout = client.map_or(0, |mut client| milliseconds(client.timeout()));
    });
    timeout
}

/// Begins a request: `request` is one command, a RESP array of bulk strings. `tag` is any number that no other request or subscription of the
/// loop has; `rediscluster_loop_next` returns it with the reply, and after that it may be used again.
///
/// Fails, and begins nothing, if the request is not one command, if the tag is in use, or if too many requests are in flight. Everything else is
/// reported by the reply. The time that this call takes does not depend on the number of requests in flight.
///
/// # Safety
/// `loop` must be NULL or live, `request` must point to `request_length` readable bytes, `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_submit(
    r#loop: *const LoopHandle,
    request: *const c_char,
    request_length: usize,
    tag: u64,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        fallible(error, || {
            let handle = reference(r#loop, LoopHandle::NAME)?;
            handle.client()?.submit(bytes(request, request_length, "request")?, tag)
        })
    }
}

/// Begins a subscription, or changes the one with this tag: `request` is one or more commands SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE, UNSUBSCRIBE,
/// PUNSUBSCRIBE or SUNSUBSCRIBE, as RESP.
///
/// `rediscluster_loop_next` returns each confirmation and each message with the tag, as `rediscluster_session_receive` does, until
/// `rediscluster_loop_cancel` ends the subscription. If the connection to a server is lost, it returns a `REDISCLUSTER_TYPE_FAILURE`, because
/// messages may have been lost, and subscribes there again. Each subscription has connections of its own to the servers of its channels.
///
/// # Safety
/// As for `rediscluster_loop_submit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_subscribe(
    r#loop: *const LoopHandle,
    request: *const c_char,
    request_length: usize,
    tag: u64,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        fallible(error, || {
            let handle = reference(r#loop, LoopHandle::NAME)?;
            handle.client()?.subscribe(bytes(request, request_length, "request")?, tag)
        })
    }
}

/// Sends what was submitted, receives what has arrived, and fails the requests whose time is up. It never waits; calling it without need is
/// harmless.
///
/// # Safety
/// `loop` must be NULL or live, `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_process(r#loop: *const LoopHandle, error: *mut *mut ErrorHandle) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        fallible(error, || {
            let mut client = reference(r#loop, LoopHandle::NAME)?.client()?;
            client.check_process()?;
            client.process()
        })
    }
}

/// Takes the next reply, and stores the tag of its request or subscription in `*tag`. If there is none before the next
/// `rediscluster_loop_process`, the call succeeds, `*reply` is NULL and `*tag` is 0.
///
/// The reply's root is the reply to the command, or a `REDISCLUSTER_TYPE_FAILURE` if the command got none; `rediscluster_reply_error` makes an
/// error of that. Replies come in any order. The caller frees each with `rediscluster_reply_free`. The time that this call takes does not depend
/// on the number of requests in flight.
///
/// # Safety
/// `loop` must be NULL or live; `tag`, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_next(
    r#loop: *const LoopHandle,
    tag: *mut u64,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        let tag = Output::cleared(tag, "tag", 0);
        call(r#loop, (reply, "reply", null_mut()), error, |handle| {
            let tag = tag.required()?;
            let Some((number, outcome)) = handle.client()?.next() else { return Ok(null_mut()) };
            tag.set(number);
            Ok(into_reply_pointer(outcome.unwrap_or_else(|error| Reply::failure_of(&error))))
        })
    }
}

/// Ends the request or the subscription with this tag: no reply with the tag follows, and the tag may be used again. `*cancelled` is 1, or 0 if
/// there is none, because its reply was taken already.
///
/// A request that was sent may still be executed, and what it returns is dropped: an element that BLPOP has just removed is lost then. A blocking
/// command ends at once.
///
/// # Safety
/// `loop` must be NULL or live; `cancelled` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_cancel(
    r#loop: *const LoopHandle,
    tag: u64,
    cancelled: *mut i32,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call(r#loop, (cancelled, "cancelled", 0), error, |handle| Ok(i32::from(handle.client()?.cancel(tag)))) }
}

/// Frees a loop and closes its connections, also with requests in flight: those that were sent may still be executed. Blocking commands end.
/// Commands of several steps that have begun are completed by their threads, which the call does not wait for.
///
/// No other call on this loop may be running in any thread, and none may follow. Replies and errors stay valid. NULL is a no-op.
///
/// # Safety
/// `loop` must be NULL, or come from this library and not have been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_loop_free(r#loop: *mut LoopHandle) {
    // SAFETY: the caller makes the same promise.
    contain(|| unsafe { drop_pointer(r#loop) });
}

/// Rounded up, so that the time is up when the wait ends.
fn milliseconds(timeout: Option<Duration>) -> i32 {
    timeout.map_or(-1, |timeout| i32::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX))
}
