//! The cluster: a handle on all servers of a configuration.

use crate::cluster::Cluster;
use crate::config::Config;
use crate::error::Error;
use crate::ffi::call::{Handle, call_for_reply};
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::nodes::{flag_from_number, nodes_from_number};
use crate::ffi::panic::contain;
use crate::ffi::pointers::{Output, bad_argument, bytes, drop_pointer, into_pointer};
use crate::ffi::status::Status;
use crate::ffi::thread;
use crate::resp::{Args, ReplyData};
use crate::transport::{Interrupt, begin_threads_with};
use libc::c_char;
use std::ffi::CStr;
use std::ptr::null_mut;
use std::time::Duration;

/// A handle on all servers of a configuration.
///
/// Ownership: the caller owns it and closes it with `rediscluster_close`. Replies, errors and sessions that came from it do not depend on it.
/// Threads: any number of threads may call functions on it at once, except for `rediscluster_close`. It starts no threads, except that
/// a lookup of a host name runs on one, which ends with it; no signal handler of the program runs there.
/// Fork: parent and child may both use it after a fork; each process makes connections of its own.
/// Connections are made when a command first needs them, at most `pool_size` for each node, and are reused.
pub struct ClusterHandle {
    pub(super) cluster: Cluster,
    /// Of a handle of `rediscluster_with_interrupt`.
    pub(super) interrupt: Option<Interrupt>,
}

impl Handle for ClusterHandle {
    const NAME: &'static str = "cluster";
}

impl ClusterHandle {
    #[inline]
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}

impl From<Cluster> for ClusterHandle {
    fn from(cluster: Cluster) -> ClusterHandle {
        ClusterHandle { cluster, interrupt: None }
    }
}

/// Opens a cluster from a configuration in JSON, which the README describes. Connects to no server.
///
/// `config` need not be NUL-terminated. On failure the error gives the path of the bad value, such as
/// `nodes.node_3.port: 70000 is not a port`.
///
/// # Safety
/// `config` must point to `config_length` readable bytes; `cluster` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_open(
    config: *const c_char,
    config_length: usize,
    cluster: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { open(config, config_length, cluster, error, Cluster::open) }
}

/// Like `rediscluster_open`, but all handles that this function opens with equal configurations share their connections.
///
/// Shared connections stay open after the last such handle is closed, until the process ends: a worker process that serves many requests
/// connects once. Each handle is closed on its own. A forked child does not inherit the connections.
///
/// # Safety
/// As for `rediscluster_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_open_shared(
    config: *const c_char,
    config_length: usize,
    cluster: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { open(config, config_length, cluster, error, Cluster::open_shared) }
}

/// # Safety
/// As for `rediscluster_open`.
unsafe fn open(
    config: *const c_char,
    config_length: usize,
    cluster: *mut *mut ClusterHandle,
    error: *mut *mut ErrorHandle,
    connect: impl FnOnce(Config) -> Cluster,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        let cluster = Output::cleared(cluster, "cluster", null_mut());
        fallible(error, || {
            let place = cluster.required()?;
            begin_threads_with(thread::start);
            let config = Config::from_json(bytes(config, config_length, "config")?)?;
            place.set(into_pointer(ClusterHandle::from(connect(config))));
            Ok(())
        })
    }
}

/// Closes a handle. Its connections are closed with the last handle or session that uses them; shared ones stay open.
///
/// No other call on this handle may be running in any thread, and none may follow. Replies, errors, sessions and derived handles stay valid.
/// NULL is a no-op.
///
/// # Safety
/// `cluster` must be NULL, or come from this library and not have been closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_close(cluster: *mut ClusterHandle) {
    // SAFETY: the caller makes the same promise.
    contain(|| unsafe { drop_pointer(cluster) });
}

/// Runs the commands in `request`: one or more RESP arrays of bulk strings, as Redis clients send them.
///
/// The reply's root is an array with one child per command, in order. Commands for several nodes are all sent before the first reply is
/// awaited. A command that got no reply has a child of type `REDISCLUSTER_TYPE_FAILURE`; the other replies are unaffected. The call itself
/// fails only for a bad argument, for a request that is not RESP (then nothing was sent), or if memory runs out. An empty request has an
/// empty array as its reply.
///
/// # Safety
/// `cluster` must be NULL or live, `request` must point to `request_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_execute(
    cluster: *const ClusterHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| handle.cluster().execute(bytes(request, request_length, "request")?)) }
}

/// Runs one command of `argc` arguments, its name first.
///
/// `argvlen` has the lengths of the arguments, which may contain any bytes; an argument of (NULL, 0) is empty. If `argvlen` is NULL, the
/// arguments are NUL-terminated. The reply's root is the reply to the command. A command that got no reply fails the call.
///
/// # Safety
/// `cluster` must be NULL or live; `argv` must have `argc` pointers to readable bytes of the lengths in `argvlen`, or NUL-terminated if that is
/// NULL; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_command(
    cluster: *const ClusterHandle,
    argc: usize,
    argv: *const *const c_char,
    argvlen: *const usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_reply(cluster, reply, error, |handle| {
            let mut args = Args::new();
            read_arguments(argc, argv, argvlen, &mut args)?;
            handle.cluster().command(&args)
        })
    }
}

/// # Safety
/// As for `rediscluster_command`.
#[inline]
unsafe fn read_arguments(argc: usize, argv: *const *const c_char, argvlen: *const usize, args: &mut Args) -> Result<(), Error> {
    if argv.is_null() && argc > 0 {
        return Err(bad_argument(format!("argv is NULL, but argc is {argc}")));
    }
    args.reserve(argc);
    for nth in 0..argc {
        // SAFETY: there are `argc` pointers, and as many lengths or none, as the caller promises.
        let (pointer, length) = unsafe { (*argv.add(nth), argvlen.as_ref().map(|_| *argvlen.add(nth))) };
        let argument = match length {
            // SAFETY: readable to that length as the caller promises.
            Some(length) => unsafe { bytes(pointer, length, "an argument in argv") }?,
            None if pointer.is_null() => return Err(bad_argument(format!("argv[{nth}] and argvlen are NULL; pass argvlen for (NULL, 0)"))),
            // SAFETY: NUL-terminated as the caller promises.
            None => unsafe { CStr::from_ptr(pointer) }.to_bytes(),
        };
        args.push(argument);
    }
    Ok(())
}

/// Returns the node that a key belongs to. Contacts no server.
///
/// The reply's root is a map: `alias` (such as `node_2`), `host`, `port`, `unix` (host and port, or the path of a Unix socket; the others are
/// nil), and `key`, the name under which the key is stored: without its hash tag if tags are stripped. With the option `previous` also `previous`,
/// the alias of the server where the previous layout has the key.
///
/// Returns `REDISCLUSTER_ERROR_REQUEST` if the key has a hash tag and the configuration has no `hash_tag`.
///
/// # Safety
/// `cluster` must be NULL or live, `key` must point to `key_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_node_for(
    cluster: *const ClusterHandle,
    key: *const c_char,
    key_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| handle.cluster().node_for(bytes(key, key_length, "key")?)) }
}

/// Returns all masters and their replicas.
///
/// With `discover` 1 the masters are first asked for their replicas, unless the configuration names them (`master_of`) or forbids it
/// (`refresh_interval` 0); a master that does not reply is listed with the replicas known before. With `discover` 0 no server is contacted,
/// and only replicas are listed that the configuration names or that an earlier call of this process discovered.
///
/// The reply's root is a map from alias to a map, in the order node_1, its replicas, node_2, … The replicas of node_1 have the aliases
/// `node_1_slave`, `node_1_slave_2` and so on, as in `rediscluster_each_on`. Each inner map has: `role` (`master` or `replica`), `master` (the
/// alias of its master; of a master, its own), `host`, `port`, `unix` (host and port, or the path of a Unix socket; the others are nil), `db` (the
/// database number), `server` (the first alias in this list that has the same address: equal values name the same server), and `replicas` (an
/// array of the aliases of its replicas).
///
/// # Safety
/// `cluster` must be NULL or live; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_node_list(
    cluster: *const ClusterHandle,
    discover: i32,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| Ok(handle.cluster().node_list(flag_from_number(discover, "discover")?))) }
}

/// Returns what this process has done so far through this handle and those that share its connections. Contacts no server.
///
/// The reply's root is a map from alias (as in `rediscluster_node_list`) to a map:
/// `role` (`master` or `replica`), `master` (the alias of its master; of a master, its own), `address`, `refusal` (why a master is not used, or
/// nil); `breaker` (`closed`: the server is used; `suspect`: its last call has failed; `open`: calls fail at once), `reason` (the last failure)
/// and `unavailable_ms` (since when, in milliseconds), both nil if the breaker is closed; `connections`, a map of `open`, `idle` (of these),
/// `awaited` (callers that wait for one) and `opened` (so far); `commands` (that the server has replied to, including those of the library
/// itself), `retries`, `bytes_sent`, `bytes_received`; `errors`, a map from kind (`connect`, `unavailable`, `pool`, `timeout`, `deadline`,
/// `lost`, `protocol`, `memory`) to number; and `latency_us`, an array: one of 64 waits for replies is measured, from the moment when the
/// request was sent; the nth number, counted from 0, is that of the waits that took less than 2 to the power of n microseconds, but not less
/// than half of that.
///
/// Counting takes no lock. The numbers are 64-bit integers. While an alias has the same address they never decrease, except those of `connections`
/// other than `opened`; after a failover they are those of the new master. They may be from slightly different moments. Aliases of one server have
/// the same numbers.
///
/// # Safety
/// `cluster` must be NULL or live; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_stats(
    cluster: *const ClusterHandle,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| Ok(handle.cluster().stats())) }
}

/// Runs the one command in `request` on every master.
///
/// The reply's root is a map from alias to reply, in the order node_1, node_2, …; a node that gave no reply has a
/// `REDISCLUSTER_TYPE_FAILURE`. A server with several aliases receives the command once, and its reply is listed under each of them. The command is
/// sent unchanged: hash tags in its keys are not stripped.
///
/// # Safety
/// As for `rediscluster_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_each(
    cluster: *const ClusterHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| handle.cluster().each(bytes(request, request_length, "request")?)) }
}

/// Runs the one command in `request` as `rediscluster_each` does, on the servers that `nodes` (one of `rediscluster_nodes`) selects.
///
/// The replicas of node_1 have the aliases `node_1_slave`, `node_1_slave_2` and so on. The masters are asked for their replicas first, unless
/// the configuration names them (`master_of`) or forbids it (`refresh_interval` 0).
///
/// # Safety
/// As for `rediscluster_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_each_on(
    cluster: *const ClusterHandle,
    nodes: i32,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_reply(cluster, reply, error, |handle| {
            handle.cluster().each_on(nodes_from_number(nodes)?, bytes(request, request_length, "request")?)
        })
    }
}

/// Describes what the one command in `request` would do, without running it. If that depends on the size of the operands, the servers are
/// asked for the sizes.
///
/// The reply's root is a map: `command`, `strategy` (`one node`, `split`, `gather`, `colocate`, `transfer`, `refuse` and others), `atomic` (1 or 0),
/// `round_trips`, `nodes` (an array of aliases), `keys` (each a map of `position`, `key` as it is stored, `node`, and `pinned`: 1 if the hash tag of
/// the first key or a rule of `pin` selected the node; with the option `previous` also `previous`, as for `rediscluster_node_for`), `served_by`
/// (which servers of a node may run it: `master`, `replica`, `any` or `nearest`, as the option `read` names them; nil if the command is refused),
/// `steps` (each a map of `round`, `node`, `command`; the steps of one round run at the same time), `others_see` (`nothing`, `parts`, `parts, then
/// all or none` or `neither key`), `meanwhile` and `when_it_fails`: the intermediate states that other clients can see, and what a failure can leave,
/// in words; nil if the command is refused. And `reason`: why the command is refused, or nil.
///
/// # Safety
/// As for `rediscluster_execute`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_explain(
    cluster: *const ClusterHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| handle.cluster().explain(bytes(request, request_length, "request")?)) }
}

/// A minimum age for `rediscluster_recover`: a minute is longer than almost any call takes, and a move that `recover` overtakes fails.
#[allow(dead_code, reason = "for the header")]
pub const REDISCLUSTER_RECOVER_MIN_AGE_MS: u64 = 60_000;

/// Finds the data that interrupted moves between nodes (RENAME, SMOVE, LMOVE and similar) left on the servers, and completes each move if
/// the data arrived, or restores the source otherwise. Until then the data is stored under a hidden key and is not visible to other commands.
///
/// Moves that began less than `min_age_ms` milliseconds ago may still be running and are left unchanged. No age is unsafe, but a move that this
/// call overtakes fails: use `REDISCLUSTER_RECOVER_MIN_AGE_MS`, or a time longer than any call may take.
///
/// The reply's root is an array with a map for each entry found: `node`, `key` (the hidden key), `command`, `source`, `destination`, `age_ms` (in
/// milliseconds), `outcome` (`finished`; `undone`; `removed`: an unneeded copy; `young`: left unchanged; `waiting`: could not be completed now)
/// and `reason`, nil unless the outcome is `waiting`. `rediscluster_recover_to` moves a value whose source key is in use again.
///
/// # Safety
/// `cluster` must be NULL or live; `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_recover(
    cluster: *const ClusterHandle,
    min_age_ms: u64,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_reply(cluster, reply, error, |handle| handle.cluster().recover(Duration::from_millis(min_age_ms))) }
}

/// Moves a value that `rediscluster_recover` reports as `waiting`, because its source key is in use again, to another key, which must not exist.
/// `hidden_key` is the `key` of that report.
///
/// The reply's root is a map as in the reply of `rediscluster_recover`, with the outcome `moved`; `finished` if the value had arrived at its
/// destination after all; or `waiting`: then the value is in the hidden key `key`, which may be another one than before. It is an error reply if
/// no interrupted move has its value in this hidden key.
///
/// # Safety
/// `cluster` must be NULL or live; `hidden_key` and `key` must point to `hidden_key_length` and `key_length` readable bytes; `reply` and `error`
/// must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_recover_to(
    cluster: *const ClusterHandle,
    hidden_key: *const c_char,
    hidden_key_length: usize,
    key: *const c_char,
    key_length: usize,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_reply(cluster, reply, error, |handle| {
            handle.cluster().recover_to(bytes(hidden_key, hidden_key_length, "hidden_key")?, bytes(key, key_length, "key")?)
        })
    }
}
