//! Errors: what a failed call reports.

use crate::error::Error;
use crate::ffi::panic::{catch, contain};
use crate::ffi::pointers::{Output, drop_pointer, into_pointer};
use crate::ffi::status::Status;
use libc::c_char;
use std::ffi::CString;
use std::ptr::{null, null_mut};

/// Why a call failed.
///
/// Ownership: the caller owns it and frees it with `rediscluster_error_free`. It does not depend on the handle of the call and stays valid
/// after that is closed.
/// Threads: it never changes; any number of threads may read it at once.
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
            message: without_nul(error.message()),
            node: error.node().map(without_nul),
            executed: error.executed(),
        }
    }
}

/// C would not see the text after a NUL, so each NUL becomes the two characters `\0`.
fn without_nul(text: &str) -> CString {
    CString::new(text.replace('\0', "\\0")).unwrap_or_default()
}

/// Runs the body of a function of the ABI. An error or a panic becomes the returned status and, unless `error` is NULL, an error handle.
///
/// # Safety
/// `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn fallible(error: *mut *mut ErrorHandle, body: impl FnOnce() -> Result<(), Error>) -> Status {
    // SAFETY: the caller makes the same promise.
    let error = unsafe { Output::cleared(error, "error", null_mut()) };
    match catch(body) {
        Ok(()) => Status::REDISCLUSTER_OK,
        Err(failure) => report(failure, error),
    }
}

#[cold]
fn report(failure: Error, error: Output<*mut ErrorHandle>) -> Status {
    let status = failure.code().into();
    if let Ok(place) = error.required() {
        place.set(into_pointer(ErrorHandle::from(failure)));
    }
    status
}

/// Returns the status that the failed call returned. For NULL: `REDISCLUSTER_ERROR_ARGUMENT`.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_code(error: *const ErrorHandle) -> Status {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    unsafe { error.as_ref() }.map_or(Status::REDISCLUSTER_ERROR_ARGUMENT, |error| error.status)
}

/// Returns the error as a sentence for people: UTF-8, NUL-terminated. For NULL: NULL.
///
/// A transport error names the node, its address, the command, and whether the command may have been executed. The text is valid until the
/// error is freed. Its wording may change between releases; programs use `rediscluster_error_code`.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_message(error: *const ErrorHandle) -> *const c_char {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    unsafe { error.as_ref() }.map_or(null(), |error| error.message.as_ptr())
}

/// Returns the alias of the node that failed, such as `node_2`, NUL-terminated. NULL if the error concerns no particular node, and for NULL.
///
/// The text is valid until the error is freed.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_node(error: *const ErrorHandle) -> *const c_char {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    let node = unsafe { error.as_ref() }.and_then(|error| error.node.as_ref());
    node.map_or(null(), |node| node.as_ptr())
}

/// Returns whether a server may have executed the command: 0 if it certainly did not, 1 if it may have. For NULL: -1.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_executed(error: *const ErrorHandle) -> i32 {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    unsafe { error.as_ref() }.map_or(-1, |error| i32::from(error.executed))
}

/// Frees an error and the texts that its functions returned. NULL is a no-op.
///
/// # Safety
/// `error` must be NULL, or come from this library and not have been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_free(error: *mut ErrorHandle) {
    // SAFETY: the caller makes the same promise.
    contain(|| unsafe { drop_pointer(error) });
}
