//! What PHP is answered, in memory of its own.

use super::boundary::take_back;
use super::error::ErrorHandle;
use super::guard::{guarded, quietly};
use super::reply::give_reply;
use super::status::Status;
use crate::error::{Code, Error};
use crate::php::{self, Answer, Form, Forms};
use crate::reply::{Body, Reply};
use std::ptr::{self, NonNull, null, null_mut};

/// What the lowest byte of `head` says. The values never change; new ones may be added behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum PhpType {
    REDISCLUSTER_PHP_NULL = 0,
    REDISCLUSTER_PHP_FALSE = 1,
    REDISCLUSTER_PHP_TRUE = 2,
    /// See `integer`.
    REDISCLUSTER_PHP_INTEGER = 3,
    /// See `bytes`.
    REDISCLUSTER_PHP_STRING = 4,
    /// `bytes` are for `unserialize()`; there are no objects in them.
    REDISCLUSTER_PHP_TEXT = 5,
    /// The same with exceptions in them: RedisCluster\Exception and what is derived from it in the same namespace.
    REDISCLUSTER_PHP_OBJECTS = 6,
}

/// The size of `small`, which PHP reads as a plain number.
const SMALL: usize = 4096;

/// A value for PHP. The memory is the caller's, who fills it with zeros before it is first used, lets calls write to it, one at a time, and has
/// `rediscluster_php_release` release it in the end. Each call releases what the one before it left there.
#[repr(C)]
pub struct PhpAnswer {
    /// The lowest byte is the type (`rediscluster_php_type`); the other seven are how many `bytes` there are.
    pub head: u64,
    /// The number of an integer; else 0.
    pub integer: i64,
    /// The bytes: up to 4096 of them stand in `small`, others are held by `reply`.
    pub bytes: *const u8,
    /// NULL unless there are more than 4096 bytes.
    pub reply: *mut Body,
    pub small: [u8; 4096],
}

/// Releases the memory behind an answer, whose bytes are gone then. NULL is nothing.
///
/// # Safety
/// `answer` must be NULL, or lead to zeros or to what a call has left there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_release(answer: *mut PhpAnswer) {
    // SAFETY: the caller's promise is the same.
    quietly(|| unsafe {
        Place::cleared(answer);
    });
}

/// A reply, and how PHP is told it.
pub(super) enum Told {
    One { reply: Reply, at: usize, form: Form },
    Many(Reply, Forms),
    Nothing,
}

impl Told {
    pub(super) fn one(reply: Reply, at: usize, form: i64) -> Told {
        Told::One { reply, at, form: Form::of(form) }
    }

    pub(super) fn plain(reply: Reply) -> Told {
        Told::one(reply, 0, 0)
    }
}

/// What the calls have in common: a bad argument fails the call, a failure of the command is an answer.
///
/// # Safety
/// `answer` must be NULL, or lead to zeros or to what a call has left there; `error` must be NULL or writable.
#[inline]
pub(super) unsafe fn answered(
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
    ask: impl FnOnce() -> Result<Result<Told, Error>, Error>,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        guarded(error, || {
            let place = Place::cleared(answer).ok_or_else(|| Error::new(Code::Argument, "answer is NULL"))?;
            match ask()? {
                Ok(Told::One { reply, at, form }) => match Answer::of(&reply, at, form)? {
                    Answer::String(bytes) if bytes.len() > SMALL => {
                        let (bytes, length) = (bytes.as_ptr(), bytes.len());
                        place.large(PhpType::REDISCLUSTER_PHP_STRING, bytes, length, reply);
                    }
                    answer => place.tell(answer),
                },
                Ok(Told::Many(replies, forms)) => place.tell(Answer::of_many(replies, &forms)?),
                Ok(Told::Nothing) => place.tell(Answer::Null),
                Err(failure) => place.tell(php::failed(&failure)?),
            }
            Ok(())
        })
    }
}

/// An answer that can be written to, and holds nothing.
struct Place(NonNull<PhpAnswer>);

impl Place {
    /// Releases what an answer holds, and clears it, but for the bytes of `small`.
    ///
    /// # Safety
    /// `answer` must be NULL, or lead to zeros or to what a call has left there, and be nobody else's until the place is gone.
    #[inline]
    unsafe fn cleared(answer: *mut PhpAnswer) -> Option<Place> {
        let answer = NonNull::new(answer)?;
        let at = answer.as_ptr();
        // SAFETY: it is writable, and a reply in it was put there by `large`.
        unsafe {
            let reply = ptr::replace(&raw mut (*at).reply, null_mut());
            if !reply.is_null() {
                take_back(reply);
            }
            (&raw mut (*at).head).write(PhpType::REDISCLUSTER_PHP_NULL as u64);
            (&raw mut (*at).integer).write(0);
            (&raw mut (*at).bytes).write(null());
        }
        Some(Place(answer))
    }

    #[inline]
    fn tell(self, answer: Answer) {
        match answer {
            Answer::Null => self.scalar(PhpType::REDISCLUSTER_PHP_NULL, 0),
            Answer::False => self.scalar(PhpType::REDISCLUSTER_PHP_FALSE, 0),
            Answer::True => self.scalar(PhpType::REDISCLUSTER_PHP_TRUE, 0),
            Answer::Integer(number) => self.scalar(PhpType::REDISCLUSTER_PHP_INTEGER, number),
            Answer::String(bytes) => self.small(PhpType::REDISCLUSTER_PHP_STRING, bytes),
            Answer::Text(text, objects) => {
                let kind = if objects { PhpType::REDISCLUSTER_PHP_OBJECTS } else { PhpType::REDISCLUSTER_PHP_TEXT };
                if text.len() <= SMALL {
                    return self.small(kind, &text);
                }
                let text = Reply::of_text(text);
                let (bytes, length) = (text.bytes().as_ptr(), text.bytes().len());
                self.large(kind, bytes, length, text);
            }
        }
    }

    #[inline]
    fn scalar(self, kind: PhpType, integer: i64) {
        // SAFETY: `cleared` was promised that it can be written to.
        unsafe { (&raw mut (*self.0.as_ptr()).integer).write(integer) };
        self.head(kind, 0);
    }

    /// Bytes that are copied; what does not fit is left out, which `answered` and `tell` see to that there is none of.
    #[inline]
    fn small(self, kind: PhpType, bytes: &[u8]) {
        let length = bytes.len().min(SMALL);
        // SAFETY: as above; `small` has room for so many, and cannot be where a reply's bytes are.
        unsafe {
            let small = (&raw mut (*self.0.as_ptr()).small).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), small, length);
            (&raw mut (*self.0.as_ptr()).bytes).write(small);
        }
        self.head(kind, length);
    }

    /// Bytes that stay in the reply, which the answer holds from now on.
    fn large(self, kind: PhpType, bytes: *const u8, length: usize, reply: Reply) {
        // SAFETY: as above.
        unsafe {
            (&raw mut (*self.0.as_ptr()).bytes).write(bytes);
            (&raw mut (*self.0.as_ptr()).reply).write(give_reply(reply));
        }
        self.head(kind, length);
    }

    #[inline]
    fn head(self, kind: PhpType, length: usize) {
        // SAFETY: as above.
        unsafe { (&raw mut (*self.0.as_ptr()).head).write((length as u64) << 8 | kind as u64) };
    }
}
