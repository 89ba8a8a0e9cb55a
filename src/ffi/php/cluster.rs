//! The calls of PHP's `Client`.

use crate::cluster::Cluster;
use crate::error::Error;
use crate::ffi::cluster::ClusterHandle;
use crate::ffi::error::ErrorHandle;
use crate::ffi::nodes::{flag_from_number, nodes_from_number};
use crate::ffi::php::reply::{Content, PhpReply, Writer, call_for_php};
use crate::ffi::pointers::bytes;
use crate::ffi::status::Status;
use crate::php;
use crate::php::{Format, ListSink, Requests};
use crate::resp::{Args, Reply};
use libc::c_char;
use std::time::Duration;

/// Runs one command. `request` has its arguments, its name first, in one of two encodings.
///
/// 1. An array as `serialize()` writes it: strings, numbers, true ("1"), false and null (""). Nested arrays are flattened; one under the key
///    `pairs` gives its keys and values in turn.
/// 2. A list as `implode()` joins it, each part followed by the byte 0xff: all arguments after the name, the name, and the number of arguments
///    including the name. If `pairs` and 0xff follow, the first half of the arguments are keys and the second half their values. An argument
///    that contains the byte 0xff makes the count mismatch, and the command fails with a RequestException.
///
/// `format` is the sum of 1 (nil becomes false, not null), 2 (a status becomes true, not a string) and 4 (the outermost array becomes
/// key => value). An error reply, and the error of a command that got no reply, are replies too: exceptions. The call itself fails only for a
/// bad argument or if memory runs out.
///
/// # Safety
/// `cluster` must be NULL or live, `request` must point to `request_length` readable bytes, `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_command(
    cluster: *const ClusterHandle,
    request: *const c_char,
    request_length: usize,
    format: i64,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_php(cluster, reply, error, |handle, writer| {
            let request = bytes(request, request_length, "request")?;
            let mut args = Args::new();
            php::read_command(request, &mut args)?;
            let mut sink = ListSink { text: &mut writer.text, format: Format::from_flags(format) };
            let reply = handle.cluster().command_for(&args, &mut sink)?;
            Ok(reply.map_or(Content::List, |reply| Content::one(reply, 0, format)))
        })
    }
}

/// Runs many commands; the reply is an array of their replies. `request` has one of two encodings.
///
/// 1. An array of two as `serialize()` writes it: the format of all replies, or an array with the format of each; and an array of commands, each
///    as for `rediscluster_php_command`. For a reply that is an array, as that of EXEC, its format may be an array: the format of the reply
///    itself, then those of its elements.
/// 2. One command after the other: a head, then each argument, its name first, as the number of its bytes, `:` and the bytes. The head is eight
///    times the number of arguments plus the format of the reply (as for `rediscluster_php_command`), and `:`. At the end `:`, the number of
///    commands, `:`, the format of all replies or nothing if each has that of its head, and the byte 0xfe.
///
/// # Safety
/// As for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_execute(
    cluster: *const ClusterHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_php(cluster, reply, error, |handle, writer| execute(handle.cluster(), bytes(request, request_length, "request")?, writer))
    }
}

fn execute(cluster: &Cluster, request: &[u8], writer: &mut Writer) -> Result<Content, Error> {
    let (requests, formats) = Requests::parse(request)?;
    let replies = match requests.left() {
        // RESP has shorter code paths for a single command.
        1 => Some(cluster.execute(&requests.into_resp()?)?),
        _ => cluster.execute_for(requests, &mut ListSink { text: &mut writer.text, format: Format::default() })?,
    };
    Ok(replies.map_or(Content::List, |replies| Content::Many(replies, formats)))
}

/// `rediscluster_each_on` for PHP. `request` is one command as for `rediscluster_php_command`.
///
/// # Safety
/// As for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_each(
    cluster: *const ClusterHandle,
    nodes: i32,
    request: *const c_char,
    request_length: usize,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        plain_call(cluster, reply, error, |cluster| {
            let nodes = nodes_from_number(nodes)?;
            cluster.each_on(nodes, &php::command_to_resp(bytes(request, request_length, "request")?)?)
        })
    }
}

/// `rediscluster_explain` for PHP. `request` is one command as for `rediscluster_php_command`.
///
/// # Safety
/// As for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_explain(
    cluster: *const ClusterHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        plain_call(cluster, reply, error, |cluster| cluster.explain(&php::command_to_resp(bytes(request, request_length, "request")?)?))
    }
}

/// `rediscluster_node_for` for PHP.
///
/// # Safety
/// `key` must point to `key_length` readable bytes; otherwise as for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_node_for(
    cluster: *const ClusterHandle,
    key: *const c_char,
    key_length: usize,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { plain_call(cluster, reply, error, |cluster| cluster.node_for(bytes(key, key_length, "key")?)) }
}

/// `rediscluster_node_list` for PHP.
///
/// # Safety
/// As for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_node_list(
    cluster: *const ClusterHandle,
    discover: i32,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { plain_call(cluster, reply, error, |cluster| Ok(cluster.node_list(flag_from_number(discover, "discover")?))) }
}

/// `rediscluster_stats` for PHP.
///
/// # Safety
/// As for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_stats(
    cluster: *const ClusterHandle,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { plain_call(cluster, reply, error, |cluster| Ok(cluster.stats())) }
}

/// `rediscluster_recover` for PHP.
///
/// # Safety
/// As for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_recover(
    cluster: *const ClusterHandle,
    min_age_ms: u64,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { plain_call(cluster, reply, error, |cluster| cluster.recover(Duration::from_millis(min_age_ms))) }
}

/// `rediscluster_recover_to` for PHP.
///
/// # Safety
/// `hidden_key` and `key` must point to `hidden_key_length` and `key_length` readable bytes; otherwise as for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_recover_to(
    cluster: *const ClusterHandle,
    hidden_key: *const c_char,
    hidden_key_length: usize,
    key: *const c_char,
    key_length: usize,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        plain_call(cluster, reply, error, |cluster| {
            cluster.recover_to(bytes(hidden_key, hidden_key_length, "hidden_key")?, bytes(key, key_length, "key")?)
        })
    }
}

/// Calls the cluster and converts the reply without format flags.
///
/// # Safety
/// `cluster` must be NULL or live; `reply` and `error` must be NULL or writable.
unsafe fn plain_call(
    cluster: *const ClusterHandle,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
    body: impl FnOnce(&Cluster) -> Result<Reply, Error>,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call_for_php(cluster, reply, error, |handle, _| body(handle.cluster()).map(Content::plain)) }
}
