//! Pointers from C become slices and references, or errors that name the argument.

use crate::error::{Code, Error};
use libc::c_char;
use std::ptr::NonNull;

#[cold]
fn is_null(name: &str) -> Error {
    fault(format!("{name} is NULL"))
}

#[cold]
fn fault(what: String) -> Error {
    Error::new(Code::Argument, what)
}

/// Bytes given as pointer and length; `(NULL, 0)` is empty.
///
/// # Safety
/// A pointer that is not NULL must lead to `length` readable bytes that nobody changes during `'a`.
#[inline]
pub(crate) unsafe fn bytes<'a>(pointer: *const c_char, length: usize, name: &str) -> Result<&'a [u8], Error> {
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() || isize::try_from(length).is_err() {
        return Err(not_bytes(pointer, length, name));
    }
    // SAFETY: not NULL, of a possible length, and readable by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), length) })
}

#[cold]
fn not_bytes(pointer: *const c_char, length: usize, name: &str) -> Error {
    match pointer.is_null() {
        true => fault(format!("{name} is NULL, and its length is {length}")),
        false => fault(format!("{name}: a length of {length} cannot be")),
    }
}

/// A handle or a struct that is only looked at.
///
/// # Safety
/// A pointer that is not NULL must lead to a live value during `'a`.
#[inline]
pub(crate) unsafe fn reference<'a, T>(pointer: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: NULL is answered, the rest is the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| is_null(name))
}

/// A place to write a result to.
pub(crate) struct Output<T>(Option<NonNull<T>>, &'static str);

impl<T> Output<T> {
    /// Clears the place.
    ///
    /// # Safety
    /// A pointer that is not NULL must lead to writable memory for a `T`, initialised or not, until the output is gone.
    #[inline]
    pub(crate) unsafe fn cleared(pointer: *mut T, name: &'static str, empty: T) -> Output<T> {
        let place = NonNull::new(pointer);
        if let Some(place) = place {
            // SAFETY: writable by the caller's promise; what lay there is not dropped, as it may be anything.
            unsafe { place.write(empty) };
        }
        Output(place, name)
    }

    /// Whether there is a place at all; asked before the work is done.
    #[inline]
    pub(crate) fn required(self) -> Result<Place<T>, Error> {
        self.0.map(Place).ok_or_else(|| is_null(self.1))
    }
}

/// A place that is there.
pub(crate) struct Place<T>(NonNull<T>);

impl<T> Place<T> {
    #[inline]
    pub(crate) fn set(self, value: T) {
        // SAFETY: `Output::cleared` was promised that the place can be written to.
        unsafe { self.0.write(value) }
    }
}

/// Hands a value over to the caller, who owns it until the type's free function.
#[inline]
pub(crate) fn give<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Takes a value back and drops it; NULL is nothing.
///
/// # Safety
/// The pointer must be NULL or come from `Box::into_raw`, as those of [`give`] do, and not have been taken back before.
pub(crate) unsafe fn take_back<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: made by `Box::into_raw`, and given up here for the first time.
        drop(unsafe { Box::from_raw(pointer) });
    }
}
