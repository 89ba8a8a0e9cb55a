//! Stops panics: unwinding into C would be undefined behaviour.

use crate::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs code that can fail; a panic in it becomes an error.
#[inline]
pub(crate) fn catch<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // Unwind safe: whatever the body leaves half done is in values that it owns, or in locks that tolerate a panic.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(Error::from_panic(panic)))
}

/// Runs code that cannot fail; a panic in it ends the code early and is dropped.
#[inline]
pub(crate) fn contain(body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        std::mem::forget(panic);
    }
}
