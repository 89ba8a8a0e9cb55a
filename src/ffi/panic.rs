//! Stops panics: unwinding into C would be undefined behaviour.

use crate::error::{Code, Error};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code that can fail; a panic in it becomes an error.
#[inline]
pub(crate) fn catch<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // Unwind safe: whatever the body leaves half done is in values that it owns, or in locks that tolerate a panic.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(internal(panic)))
}

/// Runs code that cannot fail; a panic in it ends the code early and is dropped.
#[inline]
pub(crate) fn contain(body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        std::mem::forget(panic);
    }
}

#[cold]
fn internal(panic: Box<dyn Any + Send>) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let error = Error::new(Code::Internal, format!("internal error in rediscluster (a bug): {}", text.unwrap_or("unknown panic")));
    // The drop of the panic's value may panic too, and that would leave this function.
    std::mem::forget(panic);
    error.maybe_executed()
}
