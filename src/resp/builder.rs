//! Replies put together here: of the answers of several servers, of failures, and of what the library knows itself.

use crate::error::{Code, Error};
use crate::resp::index::{Bytes, Entries, Entry, Kind};
use crate::resp::{Children, Reply, Value};
use std::ops::Range;

#[derive(Default)]
pub(crate) struct Builder {
    bytes: Vec<u8>,
    entries: Entries,
}

impl Builder {
    /// Goes on with the bytes of a reply and its index, whose arrays are to be closed anew.
    pub(crate) fn over(reply: Reply) -> Builder {
        let body = *reply.into_body();
        Builder { bytes: body.bytes.into_vec(), entries: body.entries }
    }

    /// The bytes, and the index of the values in them.
    pub(crate) fn parts(&mut self) -> (&mut Vec<u8>, &mut Entries) {
        (&mut self.bytes, &mut self.entries)
    }

    /// Takes bytes in, and answers where they now begin; `left` more will follow.
    pub(crate) fn adopt_and_reserve(&mut self, bytes: &[u8], left: usize) -> Result<usize, Error> {
        self.reserve_bytes(bytes.len() + left)?;
        Ok(self.adopt(bytes))
    }

    /// The same with memory that nobody else needs: the first goes on as it is, what follows is let go of once it is copied.
    pub(crate) fn adopt_whole(&mut self, bytes: Vec<u8>, left: usize) -> Result<usize, Error> {
        if !self.bytes.is_empty() {
            return self.adopt_and_reserve(&bytes, left);
        }
        self.bytes = bytes;
        self.reserve_bytes(left)?;
        Ok(0)
    }

    fn reserve_bytes(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes.try_reserve_exact(bytes).map_err(|_| Error::new(Code::Memory, "no memory for the reply"))
    }

    /// Takes the bytes of a server's replies in, and answers where they now begin.
    pub(crate) fn adopt(&mut self, bytes: &[u8]) -> usize {
        let base = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        base
    }

    /// Begins an array or map of `children`; [`Builder::end`] with the answered place closes it.
    pub(crate) fn begin(&mut self, kind: Kind, children: usize) -> usize {
        self.entries.push(Entry::new(kind, children, 0));
        self.entries.len() - 1
    }

    pub(crate) fn end(&mut self, place: usize) {
        self.entries[place].data = (self.entries.len() - place - 1) as i64;
    }

    /// Copies values whose bytes were adopted at `base`.
    pub(crate) fn copy(&mut self, entries: &[Entry], base: usize) {
        self.entries.extend(entries.iter().map(|entry| entry.moved(base)));
    }

    /// Copies the first of some values whose bytes were adopted at `base`; answers how many entries it takes.
    #[inline]
    pub(crate) fn copy_one(&mut self, entries: &[Entry], base: usize) -> usize {
        if entries[0].has_children() {
            let span = entries[0].span();
            self.copy(&entries[..span], base);
            return span;
        }
        self.entries.push(entries[0].moved(base));
        1
    }

    /// Copies values of a reply: its entries in that range, which must be whole values, and all of its bytes.
    pub(crate) fn append(&mut self, reply: &Reply, entries: Range<usize>) {
        let base = self.adopt(reply.bytes());
        self.copy(&reply.entries()[entries], base);
    }

    pub(crate) fn reserve(&mut self, entries: usize) {
        self.entries.reserve(entries);
    }

    pub(crate) fn text(&mut self, kind: Kind, text: &[u8]) {
        self.entries.push(Entry::new(kind, text.len(), self.bytes.len() as i64));
        self.bytes.extend_from_slice(text);
    }

    pub(crate) fn string(&mut self, text: &[u8]) {
        self.text(Kind::String, text);
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text.as_bytes()),
            None => self.nil(),
        }
    }

    pub(crate) fn nil(&mut self) {
        self.entries.push(Entry::new(Kind::Nil, 0, 0));
    }

    pub(crate) fn nil_array(&mut self) {
        self.entries.push(Entry::new(Kind::NilArray, 0, 0));
    }

    pub(crate) fn integer(&mut self, number: i64) {
        self.entries.push(Entry::new(Kind::Integer, 0, number));
    }

    /// Copies a value of another reply, bytes and all.
    pub(crate) fn value(&mut self, value: &Value) {
        match value {
            Value::Nil => self.nil(),
            Value::NilArray => self.nil_array(),
            Value::Integer(number) => self.integer(*number),
            Value::String(text) => self.string(text),
            Value::Status(text) => self.text(Kind::Status, text),
            Value::Error(text) => self.text(Kind::Error, text),
            Value::Array(children) => self.children(Kind::Array, *children),
            Value::Map(children) => self.children(Kind::Map, *children),
            Value::Failure(children) => self.children(Kind::Failure, *children),
        }
    }

    fn children(&mut self, kind: Kind, children: Children) {
        let place = self.begin(kind, children.len());
        children.for_each(|child| self.value(&child));
        self.end(place);
    }

    /// A command that got no reply: code, message, node, whether it may have been executed.
    pub(crate) fn failure(&mut self, error: &Error) {
        let place = self.begin(Kind::Failure, 4);
        self.integer(error.code() as i64);
        self.string(error.message().as_bytes());
        self.optional(error.node());
        self.integer(i64::from(error.executed()));
        self.end(place);
    }

    pub(crate) fn finish(self) -> Reply {
        Reply::new(Bytes::from_vec(self.bytes), self.entries)
    }
}
