//! Errors: what a failed call reports.

use crate::error::{Code, Error, Origin};
use crate::ffi::panic::{catch, contain};
use crate::ffi::pointers::{Output, bytes, drop_pointer, into_pointer};
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
    address: Option<CString>,
    command: Option<CString>,
    executed: bool,
}

impl From<Error> for ErrorHandle {
    fn from(error: Error) -> ErrorHandle {
        ErrorHandle {
            status: error.code().into(),
            message: without_nul(error.message()),
            node: error.node().map(without_nul),
            address: error.address().map(without_nul),
            command: error.command().map(without_nul),
            executed: error.executed(),
        }
    }
}

impl ErrorHandle {
    /// For an error reply of a server, which is no failure of a call.
    pub(crate) fn of_reply(text: &[u8], origin: Option<&Origin>) -> ErrorHandle {
        let message = CString::new(text).unwrap_or_else(|_| without_nul(&String::from_utf8_lossy(text)));
        let known = |part: Option<&String>| part.map(|part| without_nul(part));
        ErrorHandle {
            status: Status::REDISCLUSTER_OK,
            message,
            node: known(origin.and_then(|origin| origin.node.as_ref())),
            address: known(origin.and_then(|origin| origin.address.as_ref())),
            command: known(origin.and_then(|origin| origin.command.as_ref())),
            executed: true,
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

/// Returns host and port of the server that failed, or the path of its socket, NUL-terminated. NULL if it is not known, and for NULL.
///
/// The text is valid until the error is freed.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_address(error: *const ErrorHandle) -> *const c_char {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    let address = unsafe { error.as_ref() }.and_then(|error| error.address.as_ref());
    address.map_or(null(), |address| address.as_ptr())
}

/// Returns the name of the command that failed, in capital letters, NUL-terminated. NULL if it is not known, and for NULL.
///
/// The text is valid until the error is freed.
///
/// # Safety
/// `error` must be NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_command(error: *const ErrorHandle) -> *const c_char {
    // SAFETY: NULL is handled, the rest is the caller's promise.
    let command = unsafe { error.as_ref() }.and_then(|error| error.command.as_ref());
    command.map_or(null(), |command| command.as_ptr())
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

/// Makes an error with this status and message, for code on top of this library that reports its own failures in the same way. The caller owns it.
///
/// `status` should be one of `rediscluster_status`; another number becomes `REDISCLUSTER_ERROR_INTERNAL`. The error concerns no node, and
/// `rediscluster_error_executed` returns 0 for it. Returns NULL if `message` is NULL and `message_length` is not 0.
///
/// # Safety
/// `message` must point to `message_length` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_error_create(status: i32, message: *const c_char, message_length: usize) -> *mut ErrorHandle {
    let mut made = null_mut();
    contain(|| {
        // SAFETY: the caller makes the same promise.
        if let Ok(message) = unsafe { bytes(message, message_length, "message") } {
            let error = Error::new(Code::from_number(status.into()), String::from_utf8_lossy(message));
            made = into_pointer(ErrorHandle::from(error));
        }
    });
    made
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
