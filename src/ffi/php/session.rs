//! The calls of PHP's `Session`.

use crate::ffi::error::ErrorHandle;
use crate::ffi::php::reply::{Content, PhpReply, call_for_php};
use crate::ffi::pointers::bytes;
use crate::ffi::session::{SessionHandle, timeout_from_ms};
use crate::ffi::status::Status;
use crate::php;
use crate::php::Requests;
use libc::c_char;

/// Runs one command on a session, as `rediscluster_php_command` does on a cluster. SUBSCRIBE and similar commands that name several channels or
/// patterns have an array of confirmations as their reply. A command that the session does not answer, as after QUIT, has an empty array.
///
/// # Safety
/// `session` must be NULL or live; otherwise as for `rediscluster_php_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_session_command(
    session: *const SessionHandle,
    request: *const c_char,
    request_length: usize,
    format: i64,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_php(session, reply, error, |handle, _| {
            let request = php::command_to_resp(bytes(request, request_length, "request")?)?;
            let replies = handle.shared.execute(&request)?;
            let at = php::index_of_only_reply(replies.entries());
            Ok(Content::one(replies, at, format))
        })
    }
}

/// Runs many commands on a session, as `rediscluster_php_execute` does on a cluster. SUBSCRIBE and similar commands have one reply per channel or
/// pattern, and commands after a QUIT have none.
///
/// # Safety
/// As for `rediscluster_php_session_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_session_execute(
    session: *const SessionHandle,
    request: *const c_char,
    request_length: usize,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_php(session, reply, error, |handle, _| {
            let (requests, formats) = Requests::parse(bytes(request, request_length, "request")?)?;
            let request = requests.into_resp()?;
            Ok(Content::Many(handle.shared.execute(&request)?, formats))
        })
    }
}

/// `rediscluster_session_receive` for PHP. The reply is null if the time is up or the call was interrupted.
///
/// # Safety
/// As for `rediscluster_php_session_command`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_session_receive(
    session: *const SessionHandle,
    timeout_ms: i64,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call_for_php(session, reply, error, |handle, _| {
            Ok(handle.shared.receive(timeout_from_ms(timeout_ms))?.map_or(Content::Null, Content::plain))
        })
    }
}
