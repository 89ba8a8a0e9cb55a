//! Replies as C sees them: by accessors, by one struct a value, or all bytes and the whole index at once.

use crate::error::{Code, Error};
use crate::ffi::boundary::{Output, give, reference, take_back};
use crate::ffi::error::ErrorHandle;
use crate::ffi::guard::{guarded, quietly};
use crate::ffi::status::Status;
use crate::resp::{Entry, Kind, Reply, ReplyData};
use std::ptr::{null, null_mut};

/// Hands a reply over to the caller, who owns it until `rediscluster_reply_free`.
#[inline]
pub(crate) fn give_reply(reply: Reply) -> *mut ReplyData {
    Box::into_raw(reply.into_data())
}

/// What a value is. The values never change; new ones may be added behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Type {
    /// A nil: no such value.
    REDISCLUSTER_TYPE_NIL = 0,
    /// A string of any bytes.
    REDISCLUSTER_TYPE_STRING = 1,
    /// A status, such as OK.
    REDISCLUSTER_TYPE_STATUS = 2,
    /// A signed 64-bit number.
    REDISCLUSTER_TYPE_INTEGER = 3,
    /// The server's own error, such as WRONGTYPE: a reply like any other.
    REDISCLUSTER_TYPE_ERROR = 4,
    /// Values in order.
    REDISCLUSTER_TYPE_ARRAY = 5,
    /// A nil where an array might have been.
    REDISCLUSTER_TYPE_NIL_ARRAY = 6,
    /// Keys and values in turn.
    REDISCLUSTER_TYPE_MAP = 7,
    /// This command got no reply. Four children tell why: the status (integer), the message (string), the alias of the node that failed
    /// (string, or nil), and whether the command may have been executed (integer: 0 certainly not, 1 perhaps). See
    /// `rediscluster_reply_failure`.
    REDISCLUSTER_TYPE_FAILURE = 8,
}

impl From<Kind> for Type {
    #[inline]
    fn from(kind: Kind) -> Type {
        match kind {
            Kind::Nil => Type::REDISCLUSTER_TYPE_NIL,
            Kind::String => Type::REDISCLUSTER_TYPE_STRING,
            Kind::Status => Type::REDISCLUSTER_TYPE_STATUS,
            Kind::Integer => Type::REDISCLUSTER_TYPE_INTEGER,
            Kind::Error => Type::REDISCLUSTER_TYPE_ERROR,
            Kind::Array => Type::REDISCLUSTER_TYPE_ARRAY,
            Kind::NilArray => Type::REDISCLUSTER_TYPE_NIL_ARRAY,
            Kind::Map => Type::REDISCLUSTER_TYPE_MAP,
            Kind::Failure => Type::REDISCLUSTER_TYPE_FAILURE,
        }
    }
}

/// A reply whole, for languages that would rather read plain memory than call. It is valid as long as the reply.
#[repr(C)]
pub struct Data {
    /// The bytes that the entries point into.
    pub bytes: *const u8,
    /// How many there are.
    pub bytes_length: usize,
    /// The index: one entry a value, in order; the root is the first.
    pub entries: *const Entry,
    /// How many there are.
    pub entries_length: usize,
}

/// One value. It is valid as long as the reply.
#[repr(C)]
pub struct View {
    /// What it is.
    pub r#type: Type,
    /// The number of an integer; else 0.
    pub integer: i64,
    /// The bytes of a string, status or error, not NUL-terminated; else NULL.
    pub bytes: *const u8,
    /// How many bytes, or how many children; a map's keys and values each count.
    pub length: usize,
    /// The place of the value behind this one and all that is in it.
    pub next: usize,
}

/// The bytes and the index of a reply in one call.
///
/// # Safety
/// `reply` must be NULL or live; `data` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_data(reply: *const ReplyData, data: *mut Data, error: *mut *mut ErrorHandle) -> Status {
    let empty = Data { bytes: null(), bytes_length: 0, entries: null(), entries_length: 0 };
    // SAFETY: the caller's promises are the same.
    unsafe {
        let data = Output::cleared(data, "data", empty);
        guarded(error, || {
            let reply = reference(reply, "reply")?;
            let (bytes, entries) = (reply.bytes(), reply.entries());
            data.required()?.set(Data {
                bytes: bytes.as_ptr(),
                bytes_length: bytes.len(),
                entries: entries.as_ptr(),
                entries_length: entries.len(),
            });
            Ok(())
        })
    }
}

/// The value at a place of the reply, 0 being the root.
///
/// # Safety
/// `reply` must be NULL or live; `view` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_view(
    reply: *const ReplyData,
    at: usize,
    view: *mut View,
    error: *mut *mut ErrorHandle,
) -> Status {
    let empty = View { r#type: Type::REDISCLUSTER_TYPE_NIL, integer: 0, bytes: null(), length: 0, next: 0 };
    // SAFETY: the caller's promises are the same.
    unsafe {
        value(reply, at, view, empty, "view", error, |reply, entry| {
            Ok(View {
                r#type: entry.kind().into(),
                integer: if entry.kind() == Kind::Integer { entry.data } else { 0 },
                bytes: if entry.has_bytes() { reply.entry_bytes(entry).as_ptr() } else { null() },
                length: entry.length(),
                next: at + entry.span(),
            })
        })
    }
}

/// The type of the value at a place of the reply.
///
/// # Safety
/// `reply` must be NULL or live; `type` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_type(
    reply: *const ReplyData,
    at: usize,
    r#type: *mut Type,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe { value(reply, at, r#type, Type::REDISCLUSTER_TYPE_NIL, "type", error, |_, entry| Ok(entry.kind().into())) }
}

/// The number of an integer.
///
/// # Safety
/// `reply` must be NULL or live; `integer` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_integer(
    reply: *const ReplyData,
    at: usize,
    integer: *mut i64,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        value(reply, at, integer, 0, "integer", error, |_, entry| match entry.kind() {
            Kind::Integer => Ok(entry.data),
            other => Err(unfit(at, other, "an integer")),
        })
    }
}

/// The bytes of a string, status or error, not NUL-terminated, valid as long as the reply.
///
/// # Safety
/// `reply` must be NULL or live; `bytes`, `length` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_bytes(
    reply: *const ReplyData,
    at: usize,
    bytes: *mut *const u8,
    length: *mut usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let bytes = Output::cleared(bytes, "bytes", null());
        let length = Output::cleared(length, "length", 0);
        guarded(error, || {
            let reply = reference(reply, "reply")?;
            let (bytes, length) = (bytes.required()?, length.required()?);
            let entry = entry(reply, at)?;
            if !entry.has_bytes() {
                return Err(unfit(at, entry.kind(), "a string, status or error"));
            }
            bytes.set(reply.entry_bytes(entry).as_ptr());
            length.set(entry.length());
            Ok(())
        })
    }
}

/// How many children an array, map or failure has (a map's keys and values each count), or how many bytes a string, status or error.
///
/// # Safety
/// `reply` must be NULL or live; `length` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_length(
    reply: *const ReplyData,
    at: usize,
    length: *mut usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        value(reply, at, length, 0, "length", error, |_, entry| match entry.has_bytes() || entry.has_children() {
            true => Ok(entry.length()),
            false => Err(unfit(at, entry.kind(), "something with a length")),
        })
    }
}

/// The place of the `nth` child, counted from 0, of an array, map or failure. To walk through many children, go from `at + 1` on by the
/// `next` of each view.
///
/// # Safety
/// `reply` must be NULL or live; `element` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_element(
    reply: *const ReplyData,
    at: usize,
    nth: usize,
    element: *mut usize,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        value(reply, at, element, 0, "element", error, |reply, entry| match reply.element(at, nth) {
            Some(element) => Ok(element),
            None if !entry.has_children() => Err(unfit(at, entry.kind(), "an array, map or failure")),
            None => Err(fault(format!("value {at} has {} children, none of number {nth}", entry.length()))),
        })
    }
}

/// The error that a `REDISCLUSTER_TYPE_FAILURE` stands for, as the call would have given it had the command been alone. It belongs to the
/// caller, who frees it.
///
/// # Safety
/// `reply` must be NULL or live; `failure` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_failure(
    reply: *const ReplyData,
    at: usize,
    failure: *mut *mut ErrorHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        value(reply, at, failure, null_mut(), "failure", error, |reply, entry| match reply.failure(at) {
            Some(failure) => Ok(give(ErrorHandle::from(failure))),
            None => Err(unfit(at, entry.kind(), "a failure")),
        })
    }
}

/// Frees a reply, and with it all that points into it. NULL is nothing.
///
/// # Safety
/// `reply` must be NULL, or come from this library and not have been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_free(reply: *mut ReplyData) {
    // SAFETY: the caller's promise is the same.
    quietly(|| unsafe { take_back(reply) });
}

/// What the accessors to one value have in common.
///
/// # Safety
/// `reply` must be NULL or live; `output` and `error` must be NULL or writable.
#[inline]
unsafe fn value<T>(
    reply: *const ReplyData,
    at: usize,
    output: *mut T,
    empty: T,
    name: &'static str,
    error: *mut *mut ErrorHandle,
    read: impl FnOnce(&ReplyData, &Entry) -> Result<T, Error>,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        let output = Output::cleared(output, name, empty);
        guarded(error, || {
            let reply = reference(reply, "reply")?;
            let place = output.required()?;
            place.set(read(reply, entry(reply, at)?)?);
            Ok(())
        })
    }
}

#[inline]
fn entry(reply: &ReplyData, at: usize) -> Result<&Entry, Error> {
    reply.entries().get(at).ok_or_else(|| fault(format!("the reply has {} values, none at {at}", reply.entries().len())))
}

#[cold]
fn fault(what: String) -> Error {
    Error::new(Code::Argument, what)
}

#[cold]
fn unfit(at: usize, kind: Kind, wanted: &str) -> Error {
    fault(format!("value {at} is a {}, not {wanted}", kind.name()))
}
