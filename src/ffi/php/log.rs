//! The events for PHP's log.

use crate::error::Error;
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::panic::contain;
use crate::ffi::php::reply::{Content, PhpReply, Writer};
use crate::ffi::status::Status;
use crate::log::{has_kept_log, keep_log};
use crate::php;

/// Keeps the events of all handles of this process for `rediscluster_php_log_take`, the newest 256 of them (1), or ends that and drops them (0).
/// It takes the place of a function of `rediscluster_set_log`. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_php_log_keep(keep: i32) {
    contain(|| keep_log(keep != 0));
}

/// Whether events are kept: 1 or 0. Thread safe.
#[unsafe(no_mangle)]
pub extern "C" fn rediscluster_php_log_pending() -> i32 {
    i32::from(has_kept_log())
}

/// Takes the events that are kept, the oldest first: an array of maps of `level` (`info`, `warning` or `error`), and `kind`, `server` and `message`
/// as in `rediscluster_log_event`.
///
/// # Safety
/// `reply` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_log_take(reply: *mut PhpReply, error: *mut *mut ErrorHandle) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { fallible(error, || -> Result<(), Error> { Writer::cleared(reply)?.content(Content::plain(php::take_events())) }) }
}
