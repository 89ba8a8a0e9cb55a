//! Replies: the bytes as they came, and an index of the values in them.

use crate::resp::index::{Bytes, Entries, Entry, Kind};
use crate::resp::{Reader, buffer_cache};

use crate::error::{Code, Error};
use std::ops::Deref;

/// Up to this size a reply is copied to memory of its own size, and the buffer that it was read into used again. A larger one keeps it.
const COPIED: usize = 8 << 10;

/// A reply, or the replies to many commands under one array. It never changes, and may be read from many threads.
#[derive(Debug, Clone)]
pub struct Reply(Box<ReplyData>);

// What a `Reply` holds, at a place of its own from the beginning: handing a reply on moves a pointer. C knows it as rediscluster_reply, and
// what follows is its description there.

/// A reply. It belongs to the caller, who frees it with `rediscluster_reply_free`; it never changes and may be read from many threads.
///
/// Its values are numbered in the order in which they stand: 0 is the root, the first child of the value `at` is `at + 1`, and each value
/// is followed by all that is in it, then by the value behind it.
#[derive(Debug, Clone)]
pub struct ReplyData {
    pub(super) bytes: Bytes,
    pub(super) entries: Entries,
}

/// A value in a reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Nil,
    NilArray,
    String(&'a [u8]),
    Status(&'a [u8]),
    /// The server's own error, such as `WRONGTYPE …`.
    Error(&'a [u8]),
    Integer(i64),
    Array(Children<'a>),
    /// key, value, key, value, …
    Map(Children<'a>),
    /// This command got no reply; see [`ReplyData::failure`].
    Failure(Children<'a>),
}

/// The values in an array, a map or a failure, in order.
#[derive(Clone, Copy)]
pub struct Children<'a> {
    reply: &'a ReplyData,
    at: usize,
    left: usize,
}

impl Reply {
    /// All that a reader read, and the reader's buffer where it can be used again.
    ///
    /// A reader that left a place for the array around its `replies` is told how many they are.
    #[inline]
    pub(crate) fn from_reader(reader: Reader, replies: Option<usize>) -> (Reply, Vec<u8>) {
        let is_recycled = reader.is_recycled();
        let (mut buffer, mut entries) = reader.into_parts();
        if let Some(replies) = replies {
            entries[0] = Entry::new(Kind::Array, replies, entries.len() as i64 - 1);
        }
        if buffer.len() <= COPIED {
            return (Reply::new(Bytes::from_slice(&buffer), entries), buffer);
        }
        if !is_recycled && buffer.capacity() - buffer.len() > buffer.len() / 4 {
            buffer.shrink_to_fit();
        }
        (Reply::new(Bytes::from_vec(buffer), entries), Vec::new())
    }

    /// One reply as a server sends it.
    #[cfg(test)]
    pub(crate) fn from_resp(resp: &[u8]) -> Reply {
        let mut reader = Reader::new(Vec::new(), false);
        reader.feed(resp);
        reader.advance(1).unwrap();
        Reply::from_reader(reader, None).0
    }

    #[inline]
    pub(super) fn new(bytes: Bytes, entries: Entries) -> Reply {
        Reply(Box::new(ReplyData { bytes, entries }))
    }

    /// Ends it, and keeps its memory for the next large one.
    pub(crate) fn recycle(self) {
        let body = *self.0;
        if body.bytes.spilled() {
            buffer_cache::keep(body.bytes.into_vec(), body.entries.into_vec());
        }
    }

    pub(crate) fn into_body(self) -> Box<ReplyData> {
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
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The whole reply as one value.
    pub fn root(&self) -> Value<'_> {
        self.value(0).unwrap_or(Value::Nil)
    }

    /// The value at a place of the index, 0 being the root.
    pub fn value(&self, at: usize) -> Option<Value<'_>> {
        let entry = self.entries.get(at)?;
        let children = Children { reply: self, at: at + 1, left: entry.length() };
        Some(match entry.kind() {
            Kind::Nil => Value::Nil,
            Kind::NilArray => Value::NilArray,
            Kind::String => Value::String(self.text(entry)),
            Kind::Status => Value::Status(self.text(entry)),
            Kind::Error => Value::Error(self.text(entry)),
            Kind::Integer => Value::Integer(entry.data),
            Kind::Array => Value::Array(children),
            Kind::Map => Value::Map(children),
            Kind::Failure => Value::Failure(children),
        })
    }

    /// The bytes of a string, status or error; none for the rest.
    #[inline]
    pub fn text(&self, entry: &Entry) -> &[u8] {
        if !entry.has_bytes() {
            return &[];
        }
        let start = entry.data as usize;
        &self.bytes[start..start + entry.length()]
    }

    /// The place of the `nth` child, counted from 0, of the value at `at`.
    pub fn element(&self, at: usize, nth: usize) -> Option<usize> {
        let parent = self.entries.get(at).filter(|entry| entry.has_children() && nth < entry.length())?;
        if parent.data as usize == parent.length() {
            return Some(at + 1 + nth);
        }
        Some((0..nth).fold(at + 1, |child, _| child + self.entries[child].span()))
    }

    /// The error that a failure at a place of the index stands for.
    pub fn failure(&self, at: usize) -> Option<Error> {
        let Some(Value::Failure(mut children)) = self.value(at) else { return None };
        let (Some(Value::Integer(code)), Some(Value::String(message)), Some(node), Some(Value::Integer(executed))) =
            (children.next(), children.next(), children.next(), children.next())
        else {
            return None;
        };
        let mut error = Error::new(Code::from_number(code), String::from_utf8_lossy(message));
        if let Value::String(alias) = node {
            error = error.on_node(&String::from_utf8_lossy(alias));
        }
        Some(if executed != 0 { error.maybe_executed() } else { error })
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.checked_sub(1)?;
        let value = self.reply.value(self.at)?;
        self.at += self.reply.entries[self.at].span();
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

impl std::fmt::Debug for Children<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(*self).finish()
    }
}
