//! The way across for PHP, where every call and every look at memory costs more than in other languages: one call takes a command as
//! `serialize()` wrote it, and fills a struct with a scalar or with text for `unserialize()`.

use crate::ffi::boundary::{bytes, reference};
use crate::ffi::cluster::Handle;
use crate::ffi::error::ErrorHandle;
use crate::ffi::nodes::nodes_of;
use crate::ffi::php_answer::{PhpAnswer, Told, answered};
use crate::ffi::status::Status;
use crate::php;
use crate::php::{Form, Lists, Requests};
use crate::resp::Args;
use libc::c_char;
use std::time::Duration;

/// Runs one command and answers its reply. `request` is an array of its arguments, as `serialize()` writes it: strings, numbers, true ("1"),
/// false and null (""). Arrays in it are opened; one under the key `pairs` yields its keys and values in turn.
///
/// Or it is a list of arguments as `implode()` joins it with the byte 0xff, and behind it that byte, the command's name, that byte, the number of
/// arguments, the name included, and that byte. Where `pairs` and that byte follow, all keys come before all values. An argument with the byte 0xff
/// is found out by the number, and fails as a RequestException.
///
/// `form` is the sum of 1 (nil is false, not null), 2 (a status is true, not a string) and 4 (the outermost array becomes key => value). A
/// server's error, and a command that got no reply, are answers too: exceptions. The call itself fails for bad arguments only.
///
/// # Safety
/// `rc` must be NULL or live, `request` must lead to `request_length` readable bytes, `answer` must be NULL or lead to zeros or to what a call
/// has left there, `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_run(
    rc: *const Handle,
    request: *const c_char,
    request_length: usize,
    form: i64,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |place| {
            let cluster = reference(rc, "rc")?.cluster();
            let request = bytes(request, request_length, "request")?;
            let mut args = Args::new();
            let mut run = || {
                php::command(request, &mut args)?;
                cluster.command_for(&args, &mut Lists { text: &mut place.text, form: Form::of(form) })
            };
            Ok(run().map(|reply| reply.map_or(Told::List, |reply| Told::one(reply, 0, form))))
        })
    }
}

/// Runs many commands and answers an array of their replies. `request` is, as `serialize()` writes it, an array of two: the form of all replies
/// or an array with the form of each; and an array of commands, each as for `rediscluster_php_run`. For a reply that is an array, as EXEC's is,
/// an array may stand in place of its form: that form, and those of the elements.
///
/// Or it is a list of the arguments of all, names included, as `implode()` joins it with the byte 0xff, and behind it, with that byte before each
/// and once more at the end, the form of all replies, the number of commands, and how many arguments each of them has.
///
/// # Safety
/// As for `rediscluster_php_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_run_all(
    rc: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |place| {
            let cluster = reference(rc, "rc")?.cluster();
            let request = bytes(request, request_length, "request")?;
            let mut run = || {
                let (requests, forms) = Requests::of(request)?;
                let replies = match requests.left() {
                    // RESP has shorter ways for a single one.
                    1 => Some(cluster.execute(&requests.packed()?)?),
                    _ => cluster.execute_for(requests, &mut Lists { text: &mut place.text, form: Form::default() })?,
                };
                Ok(replies.map_or(Told::List, |replies| Told::Many(replies, forms)))
            };
            Ok(run())
        })
    }
}

/// `rediscluster_each_on` for PHP.
///
/// # Safety
/// As for `rediscluster_php_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_each(
    rc: *const Handle,
    nodes: i32,
    request: *const c_char,
    request_length: usize,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |_| {
            let (cluster, nodes) = (reference(rc, "rc")?.cluster(), nodes_of(nodes)?);
            let request = bytes(request, request_length, "request")?;
            Ok(php::packed(request).and_then(|request| cluster.each_on(nodes, &request)).map(Told::plain))
        })
    }
}

/// `rediscluster_explain` for PHP.
///
/// # Safety
/// As for `rediscluster_php_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_explain(
    rc: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |_| {
            let cluster = reference(rc, "rc")?.cluster();
            let request = bytes(request, request_length, "request")?;
            Ok(php::packed(request).and_then(|request| cluster.explain(&request)).map(Told::plain))
        })
    }
}

/// `rediscluster_node_for` for PHP.
///
/// # Safety
/// `key` must lead to `key_length` readable bytes; else as for `rediscluster_php_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_node_for(
    rc: *const Handle,
    key: *const c_char,
    key_length: usize,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |_| {
            let cluster = reference(rc, "rc")?.cluster();
            Ok(Ok(Told::plain(cluster.node_for(bytes(key, key_length, "key")?))))
        })
    }
}

/// `rediscluster_recover` for PHP.
///
/// # Safety
/// As for `rediscluster_php_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_recover(
    rc: *const Handle,
    min_age: u64,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { answered(answer, error, |_| Ok(reference(rc, "rc")?.cluster().recover(Duration::from_millis(min_age)).map(Told::plain))) }
}
