//! Sessions as PHP uses them.

use crate::ffi::boundary::{bytes, reference};
use crate::ffi::error::ErrorHandle;
use crate::ffi::php_answer::{PhpAnswer, Told, answered};
use crate::ffi::session::{SessionHandle, patience};
use crate::ffi::status::Status;
use crate::php;
use libc::c_char;

/// Runs one command as `rediscluster_php_run` does, on a session. The SUBSCRIBE family answers an array of its confirmations when it names
/// several channels or patterns, and none is an array without elements.
///
/// # Safety
/// `session` must be NULL or live; else as for `rediscluster_php_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_session_run(
    session: *const SessionHandle,
    request: *const c_char,
    request_length: usize,
    form: i64,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |_| {
            let session = reference(session, "session")?;
            let request = bytes(request, request_length, "request")?;
            let run = || {
                let replies = session.shared.execute(&php::packed(request)?)?;
                let at = php::alone(replies.entries());
                Ok(Told::one(replies, at, form))
            };
            Ok(run())
        })
    }
}

/// Runs many commands as `rediscluster_php_run_all` does, on a session. The SUBSCRIBE family answers once a channel or pattern, and nothing
/// behind a QUIT is answered.
///
/// # Safety
/// As for `rediscluster_php_session_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_session_run_all(
    session: *const SessionHandle,
    request: *const c_char,
    request_length: usize,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |_| {
            let session = reference(session, "session")?;
            let request = bytes(request, request_length, "request")?;
            let run = || {
                let (requests, forms) = php::Requests::of(request)?;
                Ok(Told::Many(session.shared.execute(&requests.packed()?)?, forms))
            };
            Ok(run())
        })
    }
}

/// `rediscluster_session_receive` for PHP: null when the time is up or somebody interrupted.
///
/// # Safety
/// As for `rediscluster_php_session_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_session_receive(
    session: *const SessionHandle,
    timeout: i64,
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        answered(answer, error, |_| {
            let session = reference(session, "session")?;
            let receive = || Ok(session.shared.receive(patience(timeout))?.map_or(Told::Nothing, Told::plain));
            Ok(receive())
        })
    }
}
