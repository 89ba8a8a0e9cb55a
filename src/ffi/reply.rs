//! The reply: read by accessors, by one struct per value, or as all bytes and the whole index at once.

use crate::error::Error;
use crate::ffi::call::{Handle, call};
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::panic::contain;
use crate::ffi::pointers::{Output, bad_argument, drop_pointer, into_pointer, reference};
use crate::ffi::status::Status;
use crate::resp::{Entry, Kind, ReplyData};
use std::ptr::{null, null_mut};

impl Handle for ReplyData {
    const NAME: &'static str = "reply";
}

/// The type of a value. Values never change; a later release may add some at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Type {
    /// No value: a nil.
    REDISCLUSTER_TYPE_NIL = 0,
    /// A string of any bytes.
    REDISCLUSTER_TYPE_STRING = 1,
    /// A simple string, such as OK.
    REDISCLUSTER_TYPE_STATUS = 2,
    /// A signed 64-bit integer.
    REDISCLUSTER_TYPE_INTEGER = 3,
    /// An error reply of a server, such as WRONGTYPE. It is an ordinary reply.
    REDISCLUSTER_TYPE_ERROR = 4,
    /// A list of values; each is a child.
    REDISCLUSTER_TYPE_ARRAY = 5,
    /// A nil in place of an array.
    REDISCLUSTER_TYPE_NIL_ARRAY = 6,
    /// Keys and values in turn; each of both is a child.
    REDISCLUSTER_TYPE_MAP = 7,
    /// The command got no reply. Its children are the status (integer, a `rediscluster_status`), the message (string), the alias of the node
    /// that failed (string, or nil if no particular node), whether the command may have been executed (integer: 0 certainly not, 1 possibly),
    /// and, only if that node has refused its part, the first word of its error reply (string). `rediscluster_reply_failure` makes an error of it.
    REDISCLUSTER_TYPE_FAILURE = 8,
    /// RESP3: no value. With `"protocol": 3` servers return it in place of both kinds of nil.
    REDISCLUSTER_TYPE_NULL = 9,
    /// RESP3: true (1) or false (0), read like an integer.
    REDISCLUSTER_TYPE_BOOLEAN = 10,
    /// RESP3: a floating-point number. `rediscluster_reply_double` returns it; its bytes are the text that the server sent.
    REDISCLUSTER_TYPE_DOUBLE = 11,
    /// RESP3: an integer of any size; its bytes are the digits.
    REDISCLUSTER_TYPE_BIG_NUMBER = 12,
    /// RESP3: a text for people; its bytes are the text. The three bytes of its format, such as `txt`, and a colon precede the text in memory.
    REDISCLUSTER_TYPE_VERBATIM = 13,
    /// RESP3: distinct values; each is a child.
    REDISCLUSTER_TYPE_SET = 14,
    /// RESP3: a message that is not the reply to a command; its parts are the children.
    REDISCLUSTER_TYPE_PUSH = 15,
    /// RESP3: a value with attributes. Its children are the names and values of the attributes in turn, and last the value itself.
    REDISCLUSTER_TYPE_ATTRIBUTE = 16,
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
            Kind::Null => Type::REDISCLUSTER_TYPE_NULL,
            Kind::Boolean => Type::REDISCLUSTER_TYPE_BOOLEAN,
            Kind::Double => Type::REDISCLUSTER_TYPE_DOUBLE,
            Kind::BigNumber => Type::REDISCLUSTER_TYPE_BIG_NUMBER,
            Kind::Verbatim => Type::REDISCLUSTER_TYPE_VERBATIM,
            Kind::Set => Type::REDISCLUSTER_TYPE_SET,
            Kind::Push => Type::REDISCLUSTER_TYPE_PUSH,
            Kind::Attribute => Type::REDISCLUSTER_TYPE_ATTRIBUTE,
        }
    }
}

/// A whole reply as plain memory: faster than accessors for bindings of other languages. Valid until the reply is freed.
#[repr(C)]
pub struct Data {
    /// The bytes of all types with bytes, and others between them. Never NULL.
    pub bytes: *const u8,
    /// The number of `bytes`.
    pub bytes_length: usize,
    /// The index of the reply: one entry per value, the root first. Never NULL.
    pub entries: *const Entry,
    /// The number of `entries`, at least 1.
    pub entries_length: usize,
}

/// One value of a reply. Valid until the reply is freed.
#[repr(C)]
pub struct Value {
    /// The type of the value.
    pub r#type: Type,
    /// The number, if the value is an integer; 1 for true; else 0.
    pub integer: i64,
    /// The bytes of a string, status, error, double, big number or verbatim string, without a NUL at the end; else NULL.
    pub bytes: *const u8,
    /// The number of `bytes`; the number of children of an array, map, failure, set, push or attribute (the keys and values of a map each
    /// count); else 0.
    pub length: usize,
    /// The index of the value that follows this one and all its descendants.
    pub next: usize,
}

/// Fills a struct with the bytes and the index of a reply.
///
/// # Safety
/// `reply` must be NULL or live; `data` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_data(reply: *const ReplyData, data: *mut Data, error: *mut *mut ErrorHandle) -> Status {
    let empty = Data { bytes: null(), bytes_length: 0, entries: null(), entries_length: 0 };
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (data, "data", empty), error, |reply| {
            let (bytes, entries) = (reply.bytes(), reply.entries());
            Ok(Data { bytes: bytes.as_ptr(), bytes_length: bytes.len(), entries: entries.as_ptr(), entries_length: entries.len() })
        })
    }
}

/// Fills a struct with the value at index `at` of a reply; 0 is the root.
///
/// # Safety
/// `reply` must be NULL or live; `value` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_value(
    reply: *const ReplyData,
    at: usize,
    value: *mut Value,
    error: *mut *mut ErrorHandle,
) -> Status {
    let empty = Value { r#type: Type::REDISCLUSTER_TYPE_NIL, integer: 0, bytes: null(), length: 0, next: 0 };
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (value, "value", empty), error, |reply| {
            let entry = entry(reply, at)?;
            Ok(Value {
                r#type: entry.kind().into(),
                integer: if is_number(entry) { entry.data } else { 0 },
                bytes: if entry.has_bytes() { reply.entry_bytes(entry).as_ptr() } else { null() },
                length: entry.length(),
                next: at + entry.span(),
            })
        })
    }
}

/// Stores the type of the value at index `at` in `*type`.
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
    // SAFETY: the caller makes the same promises.
    unsafe { call(reply, (r#type, "type", Type::REDISCLUSTER_TYPE_NIL), error, |reply| Ok(entry(reply, at)?.kind().into())) }
}

/// Stores the integer at index `at` in `*integer`; of a boolean 1 or 0. A value of another type fails with `REDISCLUSTER_ERROR_ARGUMENT`.
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
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (integer, "integer", 0), error, |reply| match entry(reply, at)? {
            entry if is_number(entry) => Ok(entry.data),
            entry => Err(wrong_type(at, entry.kind(), "an integer")),
        })
    }
}

/// Stores the double at index `at` in `*number`. A value of another type fails with `REDISCLUSTER_ERROR_ARGUMENT`.
///
/// # Safety
/// `reply` must be NULL or live; `number` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_double(
    reply: *const ReplyData,
    at: usize,
    number: *mut f64,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (number, "number", 0.0), error, |reply| {
            let entry = entry(reply, at)?;
            reply.double(at).ok_or_else(|| wrong_type(at, entry.kind(), "a double"))
        })
    }
}

/// Stores the bytes of the string, status, error, double, big number or verbatim string at index `at` in `*bytes`, and their number in
/// `*length`.
///
/// The bytes have no NUL at the end and are valid until the reply is freed. A value of another type fails with
/// `REDISCLUSTER_ERROR_ARGUMENT`.
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
    // SAFETY: the caller makes the same promises.
    unsafe {
        let bytes = Output::cleared(bytes, "bytes", null());
        let length = Output::cleared(length, "length", 0);
        fallible(error, || {
            let reply = reference(reply, ReplyData::NAME)?;
            let (bytes, length) = (bytes.required()?, length.required()?);
            let entry = entry(reply, at)?;
            if !entry.has_bytes() {
                return Err(wrong_type(at, entry.kind(), "a value with bytes"));
            }
            bytes.set(reply.entry_bytes(entry).as_ptr());
            length.set(entry.length());
            Ok(())
        })
    }
}

/// Stores the length of the value at index `at` in `*length`: the number of children of a type with children (the keys and values of a map
/// each count), or the number of bytes of a type with bytes. A value of another type fails with `REDISCLUSTER_ERROR_ARGUMENT`.
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
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (length, "length", 0), error, |reply| match entry(reply, at)? {
            entry if entry.has_bytes() || entry.has_children() => Ok(entry.length()),
            entry => Err(wrong_type(at, entry.kind(), "a value with a length")),
        })
    }
}

/// Stores the index of the `nth` child, counted from 0, of the value at index `at`, of a type with children, in `*element`.
///
/// The cost grows with `nth` if children have children themselves. To visit all children, start at `at + 1` and follow `next` of each
/// `rediscluster_value`.
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
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (element, "element", 0), error, |reply| {
            let entry = entry(reply, at)?;
            match reply.element(at, nth) {
                Some(element) => Ok(element),
                None if !entry.has_children() => Err(wrong_type(at, entry.kind(), "a value with children")),
                None => Err(bad_argument(format!("the value at index {at} has {} children; there is no child {nth}", entry.length()))),
            }
        })
    }
}

/// Makes an error of the `REDISCLUSTER_TYPE_FAILURE` at index `at`: the one that `rediscluster_command` would have returned for that command.
///
/// The caller owns `*failure` and frees it with `rediscluster_error_free`; it stays valid after the reply is freed. A value of another type
/// fails with `REDISCLUSTER_ERROR_ARGUMENT`.
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
    // SAFETY: the caller makes the same promises.
    unsafe { call(reply, (failure, "failure", null_mut()), error, |reply| failure_at(reply, at, "a failure").map(into_pointer)) }
}

/// Makes an error of the error reply or of the failure at index `at`, to read where it comes from: `rediscluster_error_node`,
/// `rediscluster_error_address` and `rediscluster_error_command`.
///
/// For an error reply of a server, `rediscluster_error_message` returns its text unchanged (a NUL byte in it becomes `\0`),
/// `rediscluster_error_code` returns `REDISCLUSTER_OK`, and `rediscluster_error_executed` 1. The node of an error reply is known if one server
/// ran the command, or a part of it; not inside an array that a server has sent, for a command that takes several steps on several nodes, and in
/// sessions. The caller owns `*failure` and frees it with `rediscluster_error_free`; it does not depend on the reply.
///
/// # Safety
/// `reply` must be NULL or live; `failure` and `error` must be NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_error(
    reply: *const ReplyData,
    at: usize,
    failure: *mut *mut ErrorHandle,
    error: *mut *mut ErrorHandle,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        call(reply, (failure, "failure", null_mut()), error, |reply| {
            let entry = entry(reply, at)?;
            match entry.is_error() {
                true => Ok(into_pointer(ErrorHandle::of_reply(reply.entry_bytes(entry), reply.origin(at)))),
                false => failure_at(reply, at, "an error or a failure").map(into_pointer),
            }
        })
    }
}

/// Frees a reply, and with it all memory that its functions returned. NULL is a no-op.
///
/// # Safety
/// `reply` must be NULL, or come from this library and not have been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_reply_free(reply: *mut ReplyData) {
    // SAFETY: the caller makes the same promise.
    contain(|| unsafe { drop_pointer(reply) });
}

fn failure_at(reply: &ReplyData, at: usize, expected: &str) -> Result<ErrorHandle, Error> {
    let kind = entry(reply, at)?.kind();
    reply.failure(at).map(ErrorHandle::from).ok_or_else(|| wrong_type(at, kind, expected))
}

#[inline]
fn entry(reply: &ReplyData, at: usize) -> Result<&Entry, Error> {
    reply.entries().get(at).ok_or_else(|| bad_argument(format!("index {at} is too large: the reply has {} values", reply.entries().len())))
}

fn is_number(entry: &Entry) -> bool {
    matches!(entry.kind(), Kind::Integer | Kind::Boolean)
}

#[cold]
fn wrong_type(at: usize, kind: Kind, wanted: &str) -> Error {
    bad_argument(format!("the value at index {at} is a {}, not {wanted}", kind.name()))
}
