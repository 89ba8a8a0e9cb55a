//! Replies: the bytes as the server sent them, and an index of the values in them.

use crate::error::{Code, Error, Origin};
use crate::resp::buffer_cache;
use crate::resp::index::{Bytes, Entries, Entry, Kind};
use crate::resp::number::parse_double;
use crate::resp::reader::{Reader, VERBATIM_PREFIX};
use crate::resp::short_value::short_string;
use smallvec::smallvec;
use std::ops::Deref;

/// A reply of up to this size is copied into memory of its exact size, so that the buffer it was read into can be used again. A larger reply
/// keeps the buffer.
const MAX_COPIED: usize = 8 << 10;

/// A reply, or an array of the replies to several commands. It is immutable and can be read from several threads.
///
/// A reply dereferences to [`ReplyData`], which has the methods to read it.
#[derive(Clone)]
pub struct Reply(Box<ReplyData>);

// The content of a `Reply`, in memory of its own from the beginning: passing a reply on moves a pointer. In C it is rediscluster_reply, and the
// comment below is its documentation there.

/// A reply, or the replies to many commands under one array.
///
/// Ownership: the caller owns it and frees it with `rediscluster_reply_free`. It does not depend on the handle of the call and stays valid after
/// that is closed. All memory that functions return for it is valid until it is freed.
/// Threads: it never changes; any number of threads may read it at once.
/// Its values are numbered in pre-order by an index `at`: 0 is the root, the first child of the value `at` has the index `at + 1`, and the next
/// child follows after all descendants of the first.
#[derive(Clone)]
pub struct ReplyData {
    pub(super) bytes: Bytes,
    pub(super) entries: Entries,
    /// Where errors in it come from, by their indexes. Nearly every reply has none.
    pub(super) origins: Option<Box<Origins>>,
}

pub(super) type Origins = Vec<(usize, Origin)>;

/// A value in a reply. It borrows from the reply.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// No value, `$-1`.
    Nil,
    /// No array, `*-1`.
    NilArray,
    /// A bulk string: any bytes.
    String(&'a [u8]),
    /// A simple string, such as `OK`.
    Status(&'a [u8]),
    /// An error reply of the server, such as `WRONGTYPE …`.
    Error(&'a [u8]),
    /// A number.
    Integer(i64),
    /// An array.
    Array(Children<'a>),
    /// A map: key, value, key, value, …
    Map(Children<'a>),
    /// The command has no reply. [`Value::error`] says why.
    Failure(Children<'a>),
    /// RESP3: no value.
    Null,
    /// RESP3: true or false.
    Boolean(bool),
    /// RESP3: a floating-point number, as the server wrote it. [`ReplyData::double`] returns it as a number.
    Double(&'a [u8]),
    /// RESP3: the digits of an integer of any size, after `-` if it is negative.
    BigNumber(&'a [u8]),
    /// RESP3: a text for people, and its format, such as `txt`.
    Verbatim {
        /// Three bytes.
        format: &'a [u8],
        /// The text.
        text: &'a [u8],
    },
    /// RESP3: distinct elements.
    Set(Children<'a>),
    /// RESP3: a message that is not the reply to a command.
    Push(Children<'a>),
    /// RESP3: the names and values of attributes in turn, and last the value that they belong to.
    Attribute(Children<'a>),
}

/// An iterator over the children of a value, in order.
#[derive(Clone, Copy)]
pub struct Children<'a> {
    reply: &'a ReplyData,
    /// The index of the next value.
    index: usize,
    left: usize,
}

impl Reply {
    /// Makes a reply of all that a reader has read. Also returns the buffer of the reader if it can be used again.
    ///
    /// If the reader was made with `rooted`, `replies` is the number of elements of the array around the replies.
    ///
    /// Always inlined: passing the reader on would copy it.
    #[inline(always)]
    pub(crate) fn from_reader(reader: Reader, replies: Option<usize>) -> (Reply, Vec<u8>) {
        let is_recycled = reader.is_recycled();
        let (buffer, mut entries) = reader.into_parts();
        if let Some(replies) = replies {
            entries[0] = Entry::new(Kind::Array, replies, entries.len() as i64 - 1);
        }
        if buffer.len() <= MAX_COPIED {
            return (Reply::new(Bytes::from_slice(&buffer), entries), buffer);
        }
        (Reply::with_buffer(buffer, entries, is_recycled), Vec::new())
    }

    #[inline(never)]
    fn with_buffer(mut buffer: Vec<u8>, entries: Entries, is_recycled: bool) -> Reply {
        if !is_recycled && buffer.capacity() - buffer.len() > buffer.len() / 4 {
            buffer.shrink_to_fit();
        }
        Reply::new(Bytes::from_vec(buffer), entries)
    }

    /// Parses one reply that is complete.
    #[inline]
    pub(crate) fn parse(resp: &[u8]) -> Result<Reply, Error> {
        match short_string(resp) {
            Some(start) => {
                let entry = Entry::new(Kind::String, resp.len() - start - 2, start as i64);
                Ok(Reply::new(Bytes::from_slice(resp), smallvec![entry]))
            }
            None => Reply::parse_any(resp),
        }
    }

    #[inline(never)]
    fn parse_any(resp: &[u8]) -> Result<Reply, Error> {
        let mut reader = Reader::new(Vec::new(), false);
        reader.feed(resp);
        reader.advance(1)?;
        Ok(Reply::from_reader(reader, None).0)
    }

    /// Parses complete replies, and puts them into an array.
    pub(crate) fn parse_all(resp: &[u8], count: usize) -> Result<Reply, Error> {
        let mut reader = Reader::new(Vec::with_capacity(resp.len()), true);
        reader.feed(resp);
        reader.advance(count)?;
        match reader.complete() == count {
            true => Ok(Reply::from_reader(reader, Some(count)).0),
            false => Err(Error::new(Code::Protocol, "a reply is incomplete")),
        }
    }

    #[cfg(test)]
    pub(crate) fn from_resp(resp: &[u8]) -> Reply {
        Reply::parse(resp).unwrap()
    }

    #[inline]
    pub(super) fn new(bytes: Bytes, entries: Entries) -> Reply {
        Reply(Box::new(ReplyData { bytes, entries, origins: None }))
    }

    pub(crate) fn from_data(data: ReplyData) -> Reply {
        Reply(Box::new(data))
    }

    pub(super) fn set_origins(&mut self, origins: Option<Box<Origins>>) {
        self.0.origins = origins;
    }

    /// Sets where the error at an index comes from.
    #[cold]
    pub(crate) fn with_origin(mut self, index: usize, origin: Origin) -> Reply {
        self.0.origins.get_or_insert_default().push((index, origin));
        self
    }

    /// Frees the reply and keeps its memory for the next large one.
    pub(crate) fn recycle(self) {
        let data = *self.0;
        if data.bytes.spilled() {
            buffer_cache::keep(data.bytes.into_vec(), data.entries.into_vec());
        }
    }

    pub(crate) fn into_data(self) -> Box<ReplyData> {
        self.0
    }
}

impl Deref for Reply {
    type Target = ReplyData;

    #[inline]
    fn deref(&self) -> &ReplyData {
        &self.0
    }
}

impl ReplyData {
    /// Returns the bytes that the texts of the reply are in. Their offsets are in the entries.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the index: one entry per value.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the first value of the reply, which contains all others.
    pub fn root(&self) -> Value<'_> {
        self.value(0).unwrap_or(Value::Nil)
    }

    /// Returns the value at an index, of which 0 is the root; `None` if there is none.
    pub fn value(&self, index: usize) -> Option<Value<'_>> {
        let entry = self.entries.get(index)?;
        let children = Children { reply: self, index: index + 1, left: entry.length() };
        Some(match entry.kind() {
            Kind::Nil => Value::Nil,
            Kind::NilArray => Value::NilArray,
            Kind::String => Value::String(self.entry_bytes(entry)),
            Kind::Status => Value::Status(self.entry_bytes(entry)),
            Kind::Error => Value::Error(self.entry_bytes(entry)),
            Kind::Integer => Value::Integer(entry.data),
            Kind::Array => Value::Array(children),
            Kind::Map => Value::Map(children),
            Kind::Failure => Value::Failure(children),
            Kind::Null => Value::Null,
            Kind::Boolean => Value::Boolean(entry.data != 0),
            Kind::Double => Value::Double(self.entry_bytes(entry)),
            Kind::BigNumber => Value::BigNumber(self.entry_bytes(entry)),
            Kind::Verbatim => Value::Verbatim { format: self.format_of(entry), text: self.entry_bytes(entry) },
            Kind::Set => Value::Set(children),
            Kind::Push => Value::Push(children),
            Kind::Attribute => Value::Attribute(children),
        })
    }

    /// The three bytes for the format of a verbatim string.
    fn format_of(&self, entry: &Entry) -> &[u8] {
        let start = (entry.data as usize).saturating_sub(VERBATIM_PREFIX);
        self.bytes.get(start..start + VERBATIM_PREFIX - 1).unwrap_or_default()
    }

    /// Returns the number of the double at an index; `None` if the value there is not a double.
    pub fn double(&self, index: usize) -> Option<f64> {
        if let Some(Value::Double(text)) = self.value(index) { parse_double(text) } else { None }
    }

    /// Returns the bytes of a type with bytes of this reply, and no bytes for other types.
    ///
    /// Panics or returns other bytes if the entry is not of this reply.
    #[inline]
    pub fn entry_bytes(&self, entry: &Entry) -> &[u8] {
        if !entry.has_bytes() {
            return &[];
        }
        let start = entry.data as usize;
        &self.bytes[start..start + entry.length()]
    }

    /// Returns the index of the `nth` child, counted from 0, of the value at `index`; `None` if there is none.
    pub fn element(&self, index: usize, nth: usize) -> Option<usize> {
        let parent = self.entries.get(index).filter(|entry| entry.has_children() && nth < entry.length())?;
        if parent.data as usize == parent.length() {
            return Some(index + 1 + nth);
        }
        Some((0..nth).fold(index + 1, |child, _| child + self.entries[child].span()))
    }

    /// Returns where the error reply or the failure at an index comes from; `None` if that is not known, as for an error inside another reply.
    pub fn origin(&self, index: usize) -> Option<&Origin> {
        self.origins.as_ref()?.iter().find(|(at, _)| *at == index).map(|(_, origin)| origin)
    }

    /// Returns the error of the error reply or of the failure at an index, with where it comes from; `None` if the value there is neither.
    pub fn error(&self, index: usize) -> Option<Error> {
        match self.value(index)? {
            Value::Error(text) => Some(Error::from_reply(text, self.origin(index))),
            _ => self.failure(index),
        }
    }

    /// Returns the error of the failure at an index; `None` if the value there is not a failure.
    pub fn failure(&self, index: usize) -> Option<Error> {
        let Some(Value::Failure(mut children)) = self.value(index) else { return None };
        let (Some(Value::Integer(code)), Some(Value::String(message)), Some(node), Some(Value::Integer(executed))) =
            (children.next(), children.next(), children.next(), children.next())
        else {
            return None;
        };
        let mut error = Error::new(Code::from_number(code), String::from_utf8_lossy(message));
        if let Some(origin) = self.origin(index) {
            error = error.with_origin(origin.clone());
        } else if let Value::String(alias) = node {
            error = error.on_node(&String::from_utf8_lossy(alias));
        }
        if let Some(Value::String(word)) = children.next() {
            error = error.with_word(&String::from_utf8_lossy(word));
        }
        Some(if executed != 0 { error.maybe_executed() } else { error })
    }
}

impl Value<'_> {
    /// Returns the error of an error reply or of a failure; `None` for other values.
    ///
    /// Where an error reply comes from is known only to [`ReplyData::error`].
    pub fn error(&self) -> Option<Error> {
        match self {
            Value::Error(text) => Some(Error::from_reply(text, None)),
            Value::Failure(children) => children.reply.failure(children.index.checked_sub(1)?),
            _ => None,
        }
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.checked_sub(1)?;
        let value = self.reply.value(self.index)?;
        self.index += self.reply.entries[self.index].span();
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Children<'_> {}

impl PartialEq for Children<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (*self).eq(*other)
    }
}
