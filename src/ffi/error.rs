//! Errors as C sees them.

use crate::error::Error;
use crate::ffi::boundary::take_back;
use crate::ffi::guard::quietly;
use crate::ffi::status::Status;
use libc::c_char;
use std::ffi::CString;
use std::ptr::null;

/// Why a call failed. It belongs to the caller, who frees it with `rediscluster_error_free`; it never changes and may be read from many
/// threads.
pub struct ErrorHandle {
    status: Status,
    message: CString,
    node: Option<CString>,
    executed: bool,
}

impl From<Error> for ErrorHandle {
    fn from(error: Error) -> ErrorHandle {
        ErrorHandle {
            status: error.code().into(),
            message: text(error.message()),
            node: error.node().map(text),
            executed: error.executed(),
        }
    }
}

/// Text without NULs, as C needs it; a NUL would hide what follows it.
fn text(text: &str) -> CString {
    CString::new(text.replace('\0', "\\0")).unwrap_or_default()
}

/// The status that the failed call answered. NULL: `REDISCLUSTER_ERROR_ARGUMENT`.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_code(error: *const ErrorHandle) -> Status {
    // SAFETY: NULL is answered, the rest is the caller's promise.
    unsafe { error.as_ref() }.map_or(Status::REDISCLUSTER_ERROR_ARGUMENT, |error| error.status)
}

/// What went wrong, in words: UTF-8, NUL-terminated, valid as long as the error. Of a transport failure it names the node, its address,
/// the command, and whether that may have been executed. NULL: NULL.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_message(error: *const ErrorHandle) -> *const c_char {
    // SAFETY: NULL is answered, the rest is the caller's promise.
    unsafe { error.as_ref() }.map_or(null(), |error| error.message.as_ptr())
}

/// The alias of the node that failed, such as node_2, NUL-terminated, valid as long as the error; NULL when no node did, and for NULL.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_node(error: *const ErrorHandle) -> *const c_char {
    // SAFETY: NULL is answered, the rest is the caller's promise.
    let node = unsafe { error.as_ref() }.and_then(|error| error.node.as_ref());
    node.map_or(null(), |node| node.as_ptr())
}

/// Whether a server may have executed the command: 0 certainly not, 1 perhaps. NULL: -1.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_executed(error: *const ErrorHandle) -> i32 {
    // SAFETY: NULL is answered, the rest is the caller's promise.
    unsafe { error.as_ref() }.map_or(-1, |error| i32::from(error.executed))
}

/// Frees an error. NULL is nothing.
///
/// # Safety
/// `error` must be NULL, or come from this library and not have been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_free(error: *mut ErrorHandle) {
    // SAFETY: the caller's promise is the same.
    quietly(|| unsafe { take_back(error) });
}
