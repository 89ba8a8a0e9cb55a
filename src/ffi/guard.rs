//! The wall between Rust and its host: errors become statuses, and panics stop here.

use crate::error::{Code, Error};
use crate::ffi::boundary::{Output, give};
use crate::ffi::error::ErrorHandle;
use crate::ffi::status::Status;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

/// Runs the body of a function of the ABI.
///
/// # Safety
/// `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn guarded(error: *mut *mut ErrorHandle, body: impl FnOnce() -> Result<(), Error>) -> Status {
    // SAFETY: as promised to this function.
    let error = unsafe { Output::cleared(error, "error", null_mut()) };
    // What the body may leave half done lies in values that it owns, or behind locks that survive a panic.
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(stopped(panic)));
    match result {
        Ok(()) => Status::REDISCLUSTER_OK,
        Err(failure) => tell(failure, error),
    }
}

#[cold]
fn tell(failure: Error, error: Output<*mut ErrorHandle>) -> Status {
    let status = failure.code().into();
    if let Ok(place) = error.required() {
        place.set(give(ErrorHandle::from(failure)));
    }
    status
}

#[cold]
fn stopped(panic: Box<dyn std::any::Any + Send>) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let error = Error::new(Code::Internal, format!("a fault of rediscluster: {}", text.unwrap_or("unknown")));
    // A panic while the panic's own value is dropped would leave after all.
    std::mem::forget(panic);
    error.maybe_executed()
}

/// Runs what cannot fail; a panic in it ends there.
#[inline]
pub(crate) fn quietly(body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        std::mem::forget(panic);
    }
}
