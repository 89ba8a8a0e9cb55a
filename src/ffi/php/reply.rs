//! The struct that receives a reply for PHP, and the memory that holds its bytes.

use crate::error::{Code, Error};
use crate::ffi::call::Handle;
use crate::ffi::error::{ErrorHandle, fallible};
use crate::ffi::panic::contain;
use crate::ffi::pointers::{bad_argument, into_pointer, reference};
use crate::ffi::status::Status;
use crate::php;
use crate::php::{Format, Formats, Scalar, TextKind};
use crate::resp::Reply;
use std::cell::Cell;
use std::ptr;
use std::ptr::{NonNull, null, null_mut};

/// The type of a reply, in the lowest byte of `head`. Values never change within one interface number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum PhpType {
    /// null
    REDISCLUSTER_PHP_NULL = 0,
    /// false
    REDISCLUSTER_PHP_FALSE = 1,
    /// true
    REDISCLUSTER_PHP_TRUE = 2,
    /// An int, in `integer`.
    REDISCLUSTER_PHP_INTEGER = 3,
    /// A string, in `bytes`.
    REDISCLUSTER_PHP_STRING = 4,
    /// `bytes` are for `unserialize()` and contain no objects.
    REDISCLUSTER_PHP_TEXT = 5,
    /// `bytes` are for `unserialize()` and contain exceptions: RedisCluster\Exception and its subclasses in that namespace.
    REDISCLUSTER_PHP_OBJECTS = 6,
    /// `bytes` are a list of at least one string for `explode()`. The byte 0xff separates the strings; no string contains it.
    REDISCLUSTER_PHP_LIST = 7,
    /// `bytes` are two such lists of equal length, keys and values, for `array_combine()`, separated by the byte 0xff. The first list has
    /// `integer` bytes.
    REDISCLUSTER_PHP_PAIRS = 8,
}

/// The size of `small`. The header has it as a plain number, which PHP's parser needs.
const SMALL: usize = 4096;

/// A reply as a value of PHP.
///
/// The caller provides the memory, which need not be initialised: a call only writes to it. A call that fails leaves the type
/// `REDISCLUSTER_PHP_NULL` and a NULL `buffer`. If a call leaves a `buffer` that is not NULL, the caller must pass the struct to
/// `rediscluster_php_release` before it passes the struct to another call, else that memory leaks. One thread at a time may use a struct.
#[repr(C)]
pub struct PhpReply {
    /// The lowest byte is the type (`rediscluster_php_type`); the other seven bytes are the number of `bytes`.
    pub head: u64,
    /// The value of an integer; for pairs, the number of bytes of the keys; else 0.
    pub integer: i64,
    /// The bytes, not NUL-terminated: up to 4096 of them are in `small`, more are in memory that `buffer` holds. NULL if the type has no bytes.
    pub bytes: *const u8,
    /// The memory of more than 4096 bytes, else NULL. `rediscluster_php_release` frees it or keeps it for a later reply.
    pub buffer: *mut PhpBuffer,
    /// Up to 4096 bytes. The rest of the array is not written.
    pub small: [u8; 4096],
}

/// The memory of a large reply.
pub enum PhpBuffer {
    /// Text that was made of replies.
    Text(Vec<u8>),
    /// A reply whose string is used where it is.
    Reply(Reply),
}

/// Releases the `buffer` of a reply, if it has one, and sets `buffer` and `bytes` to NULL. NULL is a no-op.
///
/// The struct must have been filled by a call: its `buffer` is read.
///
/// # Safety
/// `reply` must be NULL, or point to a struct that a call has filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_release(reply: *mut PhpReply) {
    contain(|| {
        // SAFETY: NULL is handled; a call has filled the struct, so `buffer` is NULL or comes from `into_pointer`, and no one else has it.
        let buffer = unsafe {
            let Some(reply) = reply.as_mut() else { return };
            let buffer = ptr::replace(&mut reply.buffer, null_mut());
            if buffer.is_null() {
                return;
            }
            reply.bytes = null();
            Box::from_raw(buffer)
        };
        match *buffer {
            PhpBuffer::Text(text) => spare_text::keep(text),
            PhpBuffer::Reply(reply) => reply.recycle(),
        }
    });
}

/// What a call puts into a reply.
pub(crate) enum Content {
    /// The value at an index of a reply.
    One {
        reply: Reply,
        at: usize,
        format: Format,
    },
    /// The replies to many commands, under one array.
    Many(Reply, Formats),
    /// The list that the writer's text has already.
    List,
    Null,
}

impl Content {
    #[inline]
    pub(crate) fn one(reply: Reply, at: usize, format: i64) -> Content {
        Content::One { reply, at, format: Format::from_flags(format) }
    }

    pub(crate) fn plain(reply: Reply) -> Content {
        Content::one(reply, 0, 0)
    }
}

/// Runs the body of a function for PHP. A bad argument fails the call; another error becomes an exception in the reply.
///
/// # Safety
/// `handle` must be NULL or live; `reply` and `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn call_for_php<H: Handle>(
    handle: *const H,
    reply: *mut PhpReply,
    error: *mut *mut ErrorHandle,
    body: impl FnOnce(&H, &mut Writer) -> Result<Content, Error>,
) -> Status {
    // SAFETY: the caller makes the same promises.
    unsafe {
        fallible(error, || {
            let mut writer = Writer::cleared(reply)?;
            match body(reference(handle, H::NAME)?, &mut writer) {
                Ok(content) => writer.content(content),
                Err(error) if error.code() == Code::Argument => Err(error),
                Err(error) => writer.text_of(|text| php::append_exception(&error, text)),
            }
        })
    }
}

/// Writes a reply for PHP.
pub(crate) struct Writer {
    reply: NonNull<PhpReply>,
    /// For text; empty at first, with memory of an earlier reply.
    pub text: Vec<u8>,
}

impl Writer {
    /// Clears a reply, except for `small`.
    ///
    /// # Safety
    /// `reply` must be NULL or writable, and no one else may use it while the writer exists.
    #[inline]
    pub(super) unsafe fn cleared(reply: *mut PhpReply) -> Result<Writer, Error> {
        let reply = NonNull::new(reply).ok_or_else(|| bad_argument("reply is NULL".to_owned()))?;
        let writer = Writer { reply, text: spare_text::take() };
        writer.fields(PhpType::REDISCLUSTER_PHP_NULL, 0, 0, null(), null_mut());
        Ok(writer)
    }

    #[inline]
    pub(super) fn content(self, content: Content) -> Result<(), Error> {
        match content {
            Content::One { reply, at, format } => self.value(reply, at, format),
            Content::Many(replies, formats) => self.text_of_reply(replies, |replies, text| php::append_replies(replies, &formats, text)),
            Content::List => {
                self.finish_text(TextKind::List);
                Ok(())
            }
            Content::Null => {
                self.scalar(&Scalar::Null);
                Ok(())
            }
        }
    }

    #[inline]
    fn value(self, reply: Reply, at: usize, format: Format) -> Result<(), Error> {
        match Scalar::from_value(&reply, at, format) {
            Some(Scalar::String(bytes)) if bytes.len() > SMALL => {
                let (bytes, length) = (bytes.as_ptr(), bytes.len());
                self.large(PhpType::REDISCLUSTER_PHP_STRING, 0, bytes, length, PhpBuffer::Reply(reply));
            }
            Some(scalar) => self.scalar(&scalar),
            None => self.text_of_reply(reply, |reply, text| php::append_value(reply, at, format, text))?,
        }
        Ok(())
    }

    #[inline]
    fn scalar(&self, scalar: &Scalar) {
        let (kind, integer) = match *scalar {
            Scalar::String(bytes) => return self.small(PhpType::REDISCLUSTER_PHP_STRING, 0, bytes),
            Scalar::Null => (PhpType::REDISCLUSTER_PHP_NULL, 0),
            Scalar::False => (PhpType::REDISCLUSTER_PHP_FALSE, 0),
            Scalar::True => (PhpType::REDISCLUSTER_PHP_TRUE, 0),
            Scalar::Integer(number) => (PhpType::REDISCLUSTER_PHP_INTEGER, number),
        };
        self.fields(kind, integer, 0, null(), null_mut());
    }

    /// The text that `write` appends.
    fn text_of(mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<TextKind, Error>) -> Result<(), Error> {
        self.text.clear();
        let kind = write(&mut self.text)?;
        self.finish_text(kind);
        Ok(())
    }

    /// The text that `write` makes of a reply, whose memory is free before the text is used.
    fn text_of_reply(mut self, reply: Reply, write: impl FnOnce(&Reply, &mut Vec<u8>) -> Result<TextKind, Error>) -> Result<(), Error> {
        self.text.clear();
        let kind = write(&reply, &mut self.text)?;
        reply.recycle();
        self.finish_text(kind);
        Ok(())
    }

    fn finish_text(mut self, kind: TextKind) {
        let (kind, integer) = match kind {
            TextKind::Plain => (PhpType::REDISCLUSTER_PHP_TEXT, 0),
            TextKind::Objects => (PhpType::REDISCLUSTER_PHP_OBJECTS, 0),
            TextKind::List => (PhpType::REDISCLUSTER_PHP_LIST, 0),
            TextKind::Pairs { keys_length } => (PhpType::REDISCLUSTER_PHP_PAIRS, keys_length as i64),
        };
        if self.text.len() <= SMALL {
            return self.small(kind, integer, &self.text);
        }
        let text = std::mem::take(&mut self.text);
        let (bytes, length) = (text.as_ptr(), text.len());
        self.large(kind, integer, bytes, length, PhpBuffer::Text(text));
    }

    /// Copies bytes to `small`; there must be no more than it has room for.
    #[inline]
    fn small(&self, kind: PhpType, integer: i64, bytes: &[u8]) {
        let length = bytes.len().min(SMALL);
        // SAFETY: the caller of `cleared` promised that the struct is writable; `small` has room, and no reply's bytes overlap it.
        let small = unsafe {
            let small = (&raw mut (*self.reply.as_ptr()).small).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), small, length);
            small
        };
        self.fields(kind, integer, length, small, null_mut());
    }

    /// Passes bytes on where they are, in memory that `buffer` holds.
    fn large(&self, kind: PhpType, integer: i64, bytes: *const u8, length: usize, buffer: PhpBuffer) {
        self.fields(kind, integer, length, bytes, into_pointer(buffer));
    }

    #[inline]
    fn fields(&self, kind: PhpType, integer: i64, length: usize, bytes: *const u8, buffer: *mut PhpBuffer) {
        let reply = self.reply.as_ptr();
        // SAFETY: the caller of `cleared` promised that the struct is writable. It may be uninitialised, so it is not borrowed.
        unsafe {
            (&raw mut (*reply).head).write((length as u64) << 8 | kind as u64);
            (&raw mut (*reply).integer).write(integer);
            (&raw mut (*reply).bytes).write(bytes);
            (&raw mut (*reply).buffer).write(buffer);
        }
    }
}

impl Drop for Writer {
    #[inline]
    fn drop(&mut self) {
        if self.text.capacity() > 0 {
            spare_text::keep(std::mem::take(&mut self.text));
        }
    }
}

/// Memory of an earlier text, one per thread: fresh memory for each large text costs page faults.
mod spare_text {
    use super::Cell;

    /// The longest text whose memory is kept.
    const LONGEST: usize = 1 << 20;
    /// The most memory that is kept. Pages after the longest text were never written, so the system has not assigned them.
    const LARGEST: usize = 4 << 20;

    thread_local! {
        static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }

    #[inline]
    pub(super) fn take() -> Vec<u8> {
        SPARE.try_with(Cell::take).unwrap_or_default()
    }

    #[inline]
    pub(super) fn keep(mut text: Vec<u8>) {
        if text.len() <= LONGEST && text.capacity() <= LARGEST {
            text.clear();
            // Fails while the thread ends; then the memory is freed.
            let _ = SPARE.try_with(|spare| spare.set(text));
        }
    }
}
