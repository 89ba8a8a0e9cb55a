//! Turns pointers from C into slices and references, or into errors that name the argument.

use crate::error::{Code, Error};
use libc::c_char;
use std::ptr::NonNull;

/// An error about an argument of the call.
#[cold]
pub(crate) fn bad_argument(what: String) -> Error {
    Error::new(Code::Argument, what)
}

#[cold]
fn is_null(name: &str) -> Error {
    bad_argument(format!("{name} is NULL"))
}

/// Bytes given as pointer and length; `(NULL, 0)` is empty.
///
/// # Safety
/// A pointer that is not NULL must point to `length` readable bytes that do not change during `'a`.
#[inline]
pub(crate) unsafe fn bytes<'a>(pointer: *const c_char, length: usize, name: &str) -> Result<&'a [u8], Error> {
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() || isize::try_from(length).is_err() {
        return Err(not_bytes(pointer, length, name));
    }
    // SAFETY: not NULL, of a possible length, and readable as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), length) })
}

#[cold]
fn not_bytes(pointer: *const c_char, length: usize, name: &str) -> Error {
    match pointer.is_null() {
        true => bad_argument(format!("{name} is NULL, but its length is {length}")),
        false => bad_argument(format!("{name}: length {length} is too large")),
    }
}

/// Space for output, given as pointer and capacity; it must have room for at least one byte.
///
/// # Safety
/// A pointer that is not NULL must point to `capacity` writable bytes that only the returned slice accesses during `'a`.
pub(crate) unsafe fn space<'a>(pointer: *mut c_char, capacity: usize, name: &str) -> Result<&'a mut [u8], Error> {
    if pointer.is_null() {
        return Err(is_null(name));
    }
    if capacity == 0 || isize::try_from(capacity).is_err() {
        return Err(bad_argument(format!("{name}: capacity {capacity} is not possible; it must be at least 1")));
    }
    // SAFETY: not NULL, of a possible length, and writable as the caller promises. The bytes are only overwritten.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer.cast(), capacity) })
}

/// A handle or a struct that is only read.
///
/// # Safety
/// A pointer that is not NULL must point to a live value during `'a`.
#[inline]
pub(crate) unsafe fn reference<'a, T>(pointer: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: NULL becomes an error, the rest is the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| is_null(name))
}

/// An output parameter, cleared, which may be NULL.
pub(crate) struct Output<T> {
    pointer: Option<NonNull<T>>,
    name: &'static str,
}

impl<T> Output<T> {
    /// Writes `empty` to the output parameter `name`.
    ///
    /// # Safety
    /// A pointer that is not NULL must point to writable memory for a `T`, initialised or not, for as long as the output exists.
    #[inline]
    pub(crate) unsafe fn cleared(pointer: *mut T, name: &'static str, empty: T) -> Output<T> {
        let pointer = NonNull::new(pointer);
        if let Some(pointer) = pointer {
            // SAFETY: writable as the caller promises. The old content is not dropped, as it may be anything.
            unsafe { pointer.write(empty) };
        }
        Output { pointer, name }
    }

    /// The place to write to, or an error if the caller passed NULL. To be called before any work is done.
    #[inline]
    pub(crate) fn required(self) -> Result<Place<T>, Error> {
        self.pointer.map(Place).ok_or_else(|| is_null(self.name))
    }
}

/// An output parameter that is not NULL.
pub(crate) struct Place<T>(NonNull<T>);

impl<T> Place<T> {
    #[inline]
    pub(crate) fn set(self, value: T) {
        // SAFETY: the caller of `Output::cleared` promised that the place is writable.
        unsafe { self.0.write(value) }
    }
}

/// Moves a value to the heap. The C caller owns it until it calls the type's free function.
#[inline]
pub(crate) fn into_pointer<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Takes a value back from the C caller and drops it. NULL is a no-op.
///
/// # Safety
/// The pointer must be NULL, or come from `Box::into_raw` (as those of [`into_pointer`] do) and not have been dropped before.
pub(crate) unsafe fn drop_pointer<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: made by `Box::into_raw`, and dropped for the first time.
        drop(unsafe { Box::from_raw(pointer) });
    }
}
