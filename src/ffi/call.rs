//! The common shape of the functions: a handle, inputs, one output, an error.

use crate::error::Error;
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::pointers::{Output, reference};
use crate::ffi::status::Status;
use crate::resp::{Reply, ReplyData};
use std::ptr::null_mut;

/// A type that C knows by pointer only.
pub(crate) trait Handle {
    /// The name of the parameter, for error texts.
    const NAME: &'static str;
}

/// Clears the output, checks both pointers, and writes what `body` makes of the handle.
///
/// # Safety
/// `handle` must be NULL or live; `output` and `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn call<H: Handle, T>(
    handle: *const H,
    (output, name, empty): (*mut T, &'static str, T),
    error: *mut *mut ErrorHandle,
    body: impl FnOnce(&H) -> Result<T, Error>,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        let output = Output::cleared(output, name, empty);
        fallible(error, || {
            let handle = reference(handle, H::NAME)?;
            let place = output.required()?;
            place.set(body(handle)?);
            Ok(())
        })
    }
}

/// [`call`], for functions whose output is a reply.
///
/// # Safety
/// `handle` must be NULL or live; `reply` and `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn call_for_reply<H: Handle>(
    handle: *const H,
    reply: *mut *mut ReplyData,
    error: *mut *mut ErrorHandle,
    body: impl FnOnce(&H) -> Result<Reply, Error>,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe { call(handle, (reply, "reply", null_mut()), error, |handle| body(handle).map(into_reply_pointer)) }
}

/// Moves a reply to the C caller, who owns it until `rediscluster_reply_free`.
#[inline]
pub(crate) fn into_reply_pointer(reply: Reply) -> *mut ReplyData {
    Box::into_raw(reply.into_data())
}
