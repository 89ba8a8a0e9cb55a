//! The handle on the servers.

use crate::cluster::Cluster;
use crate::config::Config;
use crate::error::{Code, Error};
use crate::ffi::boundary::{Output, bytes, give, reference, take_back};
use crate::ffi::error::ErrorHandle;
use crate::ffi::guard::{guarded, quietly};
use crate::ffi::reply::give_reply;
use crate::ffi::status::Status;
use crate::resp::{Args, Reply, ReplyData};
use libc::c_char;
use std::ffi::CStr;
use std::ptr::null_mut;
use std::time::Duration;

/// A handle on the servers of a configuration. It belongs to the caller, who closes it with `rediscluster_close`.
///
/// It may be used from many threads at once, and after a fork by parent and child at the same time: each process makes connections of its
/// own. It connects when a command first needs it, and has no threads.
pub struct Handle {
    pub(crate) cluster: Cluster,
}

impl Handle {
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}

/// Makes a handle from a configuration in JSON. Connects to nothing.
///
/// On success `*rc` is the handle. On failure it is NULL, and the error names the path of the bad value, such as
/// `nodes.node_3.port: 70000 is not a port`.
///
/// # Safety
/// `config` must lead to `config_length` readable bytes; `rc` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_open(
    config: *const c_char,
    config_length: usize,
    rc: *mut *mut Handle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { open(config, config_length, rc, error, Cluster::open) }
}

/// Like `rediscluster_open`, but all handles on equal configurations in one process share their connections, and these stay when the last
/// such handle is closed, until the process ends: so a worker that serves many requests connects once. Each handle is closed by itself.
///
/// # Safety
/// As for `rediscluster_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_open_shared(
    config: *const c_char,
    config_length: usize,
    rc: *mut *mut Handle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { open(config, config_length, rc, error, |config| Cluster::clone(&Cluster::open_shared(config))) }
}

/// # Safety
/// As for `rediscluster_open`.
unsafe fn open(
    config: *const c_char,
    config_length: usize,
    rc: *mut *mut Handle,
    error: *mut *mut ErrorHandle,
    make: impl FnOnce(Config) -> Cluster,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let rc = Output::cleared(rc, "rc", null_mut());
        guarded(error, || {
            let place = rc.required()?;
            let config = Config::from_json(bytes(config, config_length, "config")?)?;
            place.set(give(Handle { cluster: make(config) }));
            Ok(())
        })
    }
}

/// Closes a handle, and its connections unless it is a shared one. No other call on this handle may be under way then, in any thread, and
/// none may follow. NULL is nothing. Replies and errors that came from it stay valid.
///
/// # Safety
/// `rc` must be NULL, or come from this library and not have been closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_close(rc: *mut Handle) {
    // SAFETY: the caller's promise is the same.
    quietly(|| unsafe { take_back(rc) });
}

/// Runs the commands in `request`: one or many RESP arrays of bulk strings, as every Redis client writes them.
///
/// The reply's root is an array with one child a command, in order. Commands for several nodes are all sent before any reply is waited
/// for. A command that got no reply is a child of type `REDISCLUSTER_TYPE_FAILURE`, and the others are what they are. The call itself
/// fails only for a bad argument, for a request that is not RESP (nothing was sent then), or for want of memory.
///
/// # Safety
/// `rc` must be NULL or live, `request` must lead to `request_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_execute(
    rc: *const Handle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(rc, reply, error, |cluster| cluster.execute(bytes(request, request_length, "request")?)) }
}

/// Runs one command given as `argc` arguments, its name first. With `argvlen` NULL the arguments are NUL-terminated; else it has their
/// lengths, and they may hold any bytes.
///
/// The reply's root is the command's own reply; a command that got none fails the call.
///
/// # Safety
/// `rc` must be NULL or live; `argv` must have `argc` pointers to readable bytes of the lengths in `argvlen`, or NUL-terminated where that is
/// NULL; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_command(
    rc: *const Handle,
    argc: usize,
    argv: *const *const c_char,
    argvlen: *const usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(rc, reply, error, |cluster| {
            let mut args = Args::new();
            arguments(argc, argv, argvlen, &mut args)?;
            cluster.command(&args)
        })
    }
}

/// # Safety
/// As for `rediscluster_command`.
#[inline]
unsafe fn arguments(argc: usize, argv: *const *const c_char, argvlen: *const usize, args: &mut Args) -> Result<(), Error> {
    if argv.is_null() && argc > 0 {
        return Err(Error::new(Code::Argument, "argv is NULL"));
    }
    args.reserve(argc);
    for at in 0..argc {
        // SAFETY: there are `argc` pointers, and as many lengths or none, by the caller's promise.
        let (pointer, length) = unsafe { (*argv.add(at), argvlen.as_ref().map(|_| *argvlen.add(at))) };
        let argument = match length {
            // SAFETY: readable to that length by the caller's promise.
            Some(length) => unsafe { bytes(pointer, length, "an argument in argv") }?,
            None if pointer.is_null() => return Err(Error::new(Code::Argument, format!("argv[{at}] is NULL, and argvlen too"))),
            // SAFETY: NUL-terminated by the caller's promise.
            None => unsafe { CStr::from_ptr(pointer) }.to_bytes(),
        };
        args.push(argument);
    }
    Ok(())
}

/// Tells where a key lives, asking nobody. The reply's root is a map: `alias` (node_2), `host` and `port` or else `unix` (the others are
/// nil), and `key`, the name under which it is stored, without its hash tag where that is stripped.
///
/// # Safety
/// `rc` must be NULL or live, `key` must lead to `key_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_node_for(
    rc: *const Handle,
    key: *const c_char,
    key_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(rc, reply, error, |cluster| Ok(cluster.node_for(bytes(key, key_length, "key")?))) }
}

/// Runs the one command in `request` on every master. The reply's root is a map from alias to reply, in the order node_1, node_2, …; a
/// node that gave none has a `REDISCLUSTER_TYPE_FAILURE`. A server with several aliases is asked once. The command is sent as it is: its
/// keys, if it has any, are neither looked for nor changed.
///
/// # Safety
/// As for `rediscluster_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_each(
    rc: *const Handle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(rc, reply, error, |cluster| cluster.each(bytes(request, request_length, "request")?)) }
}

/// Tells what the one command in `request` would do, and does not do it. Where that depends on the size of the operands, they are looked at.
///
/// The reply's root is a map: `command`, `strategy` (`one node`, `split`, `gather`, `colocate`, `transfer`, `refuse` and others), `atomic`
/// (1 or 0), `round_trips`, `nodes`, `keys` (each a map of `position`, `key` as it is stored, `node`, and `pinned`: 1 where the tag of the
/// first key drew it there), `steps` (each a map of `round`, `node`, `command`; steps of one round are under way at the same time), and
/// `reason`, nil unless the command is refused.
///
/// # Safety
/// As for `rediscluster_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_explain(
    rc: *const Handle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(rc, reply, error, |cluster| cluster.explain(bytes(request, request_length, "request")?)) }
}

/// Finds what interrupted moves between nodes (RENAME, SMOVE, LMOVE and the like) have left on the servers, and brings it to an end: what had
/// arrived is removed from where it came from, what had not is put back there. Until then it is kept, and not seen.
///
/// A move that began less than `min_age` milliseconds ago is left alone, for it may be under way: choose it longer than any call may take. The
/// reply's root is an array with a map for each thing found: `node`, `key` (the hidden one), `command`, `source`, `destination`, `age` in
/// milliseconds, `outcome` (`finished`, `undone`, `removed`: a copy that was not needed, `young`, `waiting`) and `reason`, nil unless it waits.
///
/// # Safety
/// `rc` must be NULL or live; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_recover(
    rc: *const Handle,
    min_age: u64,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(rc, reply, error, |cluster| cluster.recover(Duration::from_millis(min_age))) }
}

/// What the calls that answer a reply have in common.
///
/// # Safety
/// `rc` must be NULL or live; `reply` and `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn answered(
    rc: *const Handle,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
    ask: impl FnOnce(&Cluster) -> Result<Reply, Error>,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let reply = Output::cleared(reply, "reply", null_mut());
        guarded(error, || {
            let handle = reference(rc, "rc")?;
            let place = reply.required()?;
            place.set(give_reply(ask(&handle.cluster)?));
            Ok(())
        })
    }
}
