//! What PHP is answered, in memory of its own.

use crate::error::{Code, Error};
use crate::ffi::error::ErrorHandle;
use crate::ffi::guard::{guarded, quietly};
use crate::ffi::status::Status;
use crate::php;
use crate::php::{Answer, Form, Forms, Text};
use crate::resp::Reply;
use std::ptr;
use std::ptr::{NonNull, null, null_mut};

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
    /// `bytes` are a list of strings for `explode()`: between each two stands the byte 0xff, which none of them has. It has one string at least.
    REDISCLUSTER_PHP_LIST = 7,
    /// `bytes` are two such lists of as many strings, keys and values, for `array_combine()`. Between them stands 0xff too; the first has
    /// `integer` bytes.
    REDISCLUSTER_PHP_PAIRS = 8,
}

/// The size of `small`, which PHP reads as a plain number.
const SMALL: usize = 4096;
/// Memory for texts is kept for the next one up to this size.
const KEPT: usize = 1 << 20;

/// A value for PHP. The memory is the caller's, who fills it with zeros before it is first used, lets calls write to it, one at a time, and has
/// `rediscluster_php_release` release it in the end.
#[repr(C)]
pub struct PhpAnswer {
    /// The lowest byte is the type (`rediscluster_php_type`); the other seven are how many `bytes` there are.
    pub head: u64,
    /// The number of an integer; of pairs, how many bytes the keys have; else 0.
    pub integer: i64,
    /// The bytes, until the next call: up to 4096 of them stand in `small`, others are held by `memory`.
    pub bytes: *const u8,
    /// NULL until there are more than 4096 bytes. The next call uses it again; who is not about to make one, or got many bytes, releases it.
    pub memory: *mut PhpMemory,
    pub small: [u8; 4096],
}

/// What holds the bytes of a large answer.
#[derive(Default)]
pub struct PhpMemory {
    text: Vec<u8>,
    reply: Option<Reply>,
}

/// Releases the memory behind an answer, whose bytes are gone then. NULL is nothing.
///
/// # Safety
/// `answer` must be NULL, or lead to zeros or to what a call has left there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rediscluster_php_release(answer: *mut PhpAnswer) {
    // SAFETY: the caller's promise is the same.
    quietly(|| drop(unsafe { Place::cleared(answer) }));
}

/// What PHP is told.
pub(crate) enum Told {
    One {
        reply: Reply,
        at: usize,
        form: Form,
    },
    Many(Reply, Forms),
    /// The list that the place's text has.
    List,
    Nothing,
}

impl Told {
    pub(crate) fn one(reply: Reply, at: usize, form: i64) -> Told {
        Told::One { reply, at, form: Form::of(form) }
    }

    pub(crate) fn plain(reply: Reply) -> Told {
        Told::one(reply, 0, 0)
    }
}

/// What the calls have in common: a bad argument fails the call, a failure of the command is an answer.
///
/// # Safety
/// `answer` must be NULL, or lead to zeros or to what a call has left there; `error` must be NULL or writable.
#[inline]
pub(crate) unsafe fn answered(
    answer: *mut PhpAnswer,
    error: *mut *mut ErrorHandle,
    ask: impl FnOnce(&mut Place) -> Result<Result<Told, Error>, Error>,
) -> Status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        guarded(error, || {
            let mut place = Place::cleared(answer).ok_or_else(|| Error::new(Code::Argument, "answer is NULL"))?;
            match ask(&mut place)? {
                Ok(Told::One { reply, at, form }) => place.tell_one(reply, at, form)?,
                Ok(Told::Many(replies, forms)) => place.tell_made(replies, |replies, text| php::many(replies, &forms, text))?,
                Ok(Told::List) => place.told(Text::List),
                Ok(Told::Nothing) => place.tell(Answer::Null),
                Err(failure) => place.tell_text(|text| php::failed(&failure, text))?,
            }
            Ok(())
        })
    }
}

/// An answer that can be written to, and the memory that it had.
pub(crate) struct Place {
    answer: NonNull<PhpAnswer>,
    memory: Option<Box<PhpMemory>>,
    /// For a text; empty, in the memory of an earlier one.
    pub text: Vec<u8>,
}

impl Place {
    /// Clears an answer, but for the bytes of `small`.
    ///
    /// # Safety
    /// `answer` must be NULL, or lead to zeros or to what a call has left there, and be nobody else's until the place is gone.
    #[inline]
    unsafe fn cleared(answer: *mut PhpAnswer) -> Option<Place> {
        let answer = NonNull::new(answer)?;
        let at = answer.as_ptr();
        // SAFETY: it is writable; memory in it was put there by `leave`.
        let mut memory = unsafe {
            (&raw mut (*at).head).write(PhpType::REDISCLUSTER_PHP_NULL as u64);
            (&raw mut (*at).integer).write(0);
            (&raw mut (*at).bytes).write(null());
            let memory = ptr::replace(&raw mut (*at).memory, null_mut());
            if memory.is_null() { None } else { Some(Box::from_raw(memory)) }
        };
        let mut text = Vec::new();
        if let Some(memory) = &mut memory {
            if let Some(reply) = memory.reply.take() {
                reply.recycle();
            }
            text = std::mem::take(&mut memory.text);
            text.clear();
        }
        Some(Place { answer, memory, text })
    }

    #[inline]
    fn tell_one(self, reply: Reply, at: usize, form: Form) -> Result<(), Error> {
        match Answer::of(&reply, at, form) {
            Some(Answer::String(bytes)) if bytes.len() > SMALL => {
                let (bytes, length) = (bytes.as_ptr(), bytes.len());
                self.large(PhpType::REDISCLUSTER_PHP_STRING, bytes, length, |memory| memory.reply = Some(reply));
            }
            Some(answer) => self.tell(answer),
            None => self.tell_made(reply, |reply, text| php::one(reply, at, form, text))?,
        }
        Ok(())
    }

    #[inline]
    fn tell(self, answer: Answer) {
        match answer {
            Answer::Null => self.scalar(PhpType::REDISCLUSTER_PHP_NULL, 0),
            Answer::False => self.scalar(PhpType::REDISCLUSTER_PHP_FALSE, 0),
            Answer::True => self.scalar(PhpType::REDISCLUSTER_PHP_TRUE, 0),
            Answer::Integer(number) => self.scalar(PhpType::REDISCLUSTER_PHP_INTEGER, number),
            Answer::String(bytes) => self.small(PhpType::REDISCLUSTER_PHP_STRING, bytes),
        }
    }

    /// What is written to the text, and is of that kind.
    fn tell_text(mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<Text, Error>) -> Result<(), Error> {
        self.text.clear();
        let text = write(&mut self.text)?;
        self.told(text);
        Ok(())
    }

    /// What is made of a reply, which is gone before the text is handed over.
    fn tell_made(mut self, reply: Reply, write: impl FnOnce(&Reply, &mut Vec<u8>) -> Result<Text, Error>) -> Result<(), Error> {
        self.text.clear();
        let text = write(&reply, &mut self.text)?;
        reply.recycle();
        self.told(text);
        Ok(())
    }

    fn told(mut self, text: Text) {
        let kind = match text {
            Text::Plain => PhpType::REDISCLUSTER_PHP_TEXT,
            Text::Objects => PhpType::REDISCLUSTER_PHP_OBJECTS,
            Text::List => PhpType::REDISCLUSTER_PHP_LIST,
            Text::Pairs(keys) => {
                self.integer(keys as i64);
                PhpType::REDISCLUSTER_PHP_PAIRS
            }
        };
        let length = self.text.len();
        if length > SMALL {
            let text = std::mem::take(&mut self.text);
            return self.large(kind, text.as_ptr(), length, |memory| memory.text = text);
        }
        self.copy(&self.text);
        self.leave(kind, length);
    }

    #[inline]
    fn integer(&self, integer: i64) {
        // SAFETY: `cleared` was promised that it can be written to.
        unsafe { (&raw mut (*self.answer.as_ptr()).integer).write(integer) };
    }

    #[inline]
    fn scalar(self, kind: PhpType, integer: i64) {
        self.integer(integer);
        self.leave(kind, 0);
    }

    #[inline]
    fn small(self, kind: PhpType, bytes: &[u8]) {
        self.copy(bytes);
        self.leave(kind, bytes.len().min(SMALL));
    }

    /// There must not be more bytes than there is room for; those would be left out.
    #[inline]
    fn copy(&self, bytes: &[u8]) {
        let length = bytes.len().min(SMALL);
        // SAFETY: as above; `small` has room for so many, and cannot be where a reply's bytes are.
        unsafe {
            let small = (&raw mut (*self.answer.as_ptr()).small).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), small, length);
            (&raw mut (*self.answer.as_ptr()).bytes).write(small);
        }
    }

    /// Bytes that stay where they are, as the memory holds them from now on.
    fn large(mut self, kind: PhpType, bytes: *const u8, length: usize, hold: impl FnOnce(&mut PhpMemory)) {
        hold(self.memory.get_or_insert_default());
        // SAFETY: as above.
        unsafe { (&raw mut (*self.answer.as_ptr()).bytes).write(bytes) };
        self.leave(kind, length);
    }

    #[inline]
    fn leave(mut self, kind: PhpType, length: usize) {
        if let Some(memory) = self.memory.as_mut().filter(|_| (1..=KEPT).contains(&self.text.capacity())) {
            memory.text = self.text;
        }
        let memory = self.memory.map_or(null_mut(), Box::into_raw);
        // SAFETY: as above.
        unsafe {
            (&raw mut (*self.answer.as_ptr()).head).write((length as u64) << 8 | kind as u64);
            (&raw mut (*self.answer.as_ptr()).memory).write(memory);
        }
    }
}
