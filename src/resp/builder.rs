//! Assembles replies: from replies of several servers, from failures, and from values that the library computes.

use crate::error::{Code, Error, Origin};
use crate::resp::index::{Bytes, Entries, Entry, Kind};
use crate::resp::reader::VERBATIM_PREFIX;
use crate::resp::reply::{Children, Origins, Reply, Value};
use std::ops::Range;

/// Appends values to a reply. [`Builder::begin`] and [`Builder::end`] enclose the elements of an array or map.
#[derive(Default)]
pub(crate) struct Builder {
    bytes: Vec<u8>,
    entries: Entries,
    origins: Origins,
}

impl Builder {
    /// Continues with the bytes and the index of a reply. The caller closes the arrays again after it has appended to them.
    pub(crate) fn from_reply(reply: Reply) -> Builder {
        let data = *reply.into_data();
        let origins = data.origins.map(|origins| *origins).unwrap_or_default();
        Builder { bytes: data.bytes.into_vec(), entries: data.entries, origins }
    }

    /// Returns the bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes and the index.
    pub(crate) fn parts(&mut self) -> (&mut Vec<u8>, &mut Entries) {
        (&mut self.bytes, &mut self.entries)
    }

    /// Appends bytes and returns their offset. Reserves memory for `more` bytes that will follow.
    pub(crate) fn append_bytes_and_reserve(&mut self, bytes: &[u8], more: usize) -> Result<usize, Error> {
        self.reserve_bytes(bytes.len() + more)?;
        Ok(self.append_bytes(bytes))
    }

    /// Like [`Builder::append_bytes_and_reserve`], but takes the bytes over without a copy if they are the first.
    pub(crate) fn append_vec_and_reserve(&mut self, bytes: Vec<u8>, more: usize) -> Result<usize, Error> {
        if !self.bytes.is_empty() {
            return self.append_bytes_and_reserve(&bytes, more);
        }
        self.bytes = bytes;
        self.reserve_bytes(more)?;
        Ok(0)
    }

    fn reserve_bytes(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes.try_reserve_exact(bytes).map_err(|_| Error::new(Code::Memory, "out of memory for the reply"))
    }

    /// Appends bytes and returns their offset.
    pub(crate) fn append_bytes(&mut self, bytes: &[u8]) -> usize {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        offset
    }

    /// Begins an array or map with a number of children, and returns its index for [`Builder::end`].
    pub(crate) fn begin(&mut self, kind: Kind, children: usize) -> usize {
        self.entries.push(Entry::new(kind, children, 0));
        self.entries.len() - 1
    }

    /// Ends the array or map that began at this index.
    pub(crate) fn end(&mut self, index: usize) {
        self.entries[index].data = (self.entries.len() - index - 1) as i64;
    }

    /// Appends values whose bytes were appended at `offset`.
    pub(crate) fn copy(&mut self, entries: &[Entry], offset: usize) {
        self.entries.extend(entries.iter().map(|entry| entry.shifted(offset)));
    }

    /// Appends the first of some values whose bytes were appended at `offset`. Returns its number of entries.
    #[inline]
    pub(crate) fn copy_one(&mut self, entries: &[Entry], offset: usize) -> usize {
        if entries[0].has_children() {
            let span = entries[0].span();
            self.copy(&entries[..span], offset);
            return span;
        }
        self.entries.push(entries[0].shifted(offset));
        1
    }

    /// Appends values whose bytes are elsewhere.
    pub(crate) fn copy_with_bytes(&mut self, entries: &[Entry], bytes: &[u8]) {
        for entry in entries {
            if entry.has_bytes() {
                let start = entry.data as usize;
                if entry.kind() == Kind::Verbatim {
                    // Its format is before the text.
                    self.bytes.extend_from_slice(&bytes[start.saturating_sub(VERBATIM_PREFIX)..start]);
                }
                self.bytes_value(entry.kind(), &bytes[start..start + entry.length()]);
            } else {
                self.entries.push(*entry);
            }
        }
    }

    /// Appends values of a reply: a range of its entries, which must consist of complete values, and all of its bytes.
    pub(crate) fn append(&mut self, reply: &Reply, entries: Range<usize>) {
        let offset = self.append_bytes(reply.bytes());
        let (first, start) = (self.entries.len(), entries.start);
        for (at, origin) in reply.origins.iter().flat_map(|origins| origins.iter()).filter(|(at, _)| entries.contains(at)) {
            self.origins.push((first + at - start, origin.clone()));
        }
        self.copy(&reply.entries()[entries], offset);
    }

    /// Reserves memory for entries.
    pub(crate) fn reserve(&mut self, entries: usize) {
        self.entries.reserve(entries);
    }

    /// Appends a value of a type with bytes, except a verbatim string.
    pub(crate) fn bytes_value(&mut self, kind: Kind, bytes: &[u8]) {
        self.entries.push(Entry::new(kind, bytes.len(), self.bytes.len() as i64));
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn string(&mut self, bytes: &[u8]) {
        self.bytes_value(Kind::String, bytes);
    }

    /// Appends a string, or nil for `None`.
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

    pub(crate) fn null(&mut self) {
        self.entries.push(Entry::new(Kind::Null, 0, 0));
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.entries.push(Entry::new(Kind::Boolean, 0, i64::from(value)));
    }

    /// Appends a verbatim string; its format has three bytes.
    pub(crate) fn verbatim(&mut self, format: &[u8], text: &[u8]) {
        self.bytes.extend_from_slice(format);
        self.bytes.push(b':');
        self.bytes_value(Kind::Verbatim, text);
    }

    pub(crate) fn integer(&mut self, number: i64) {
        self.entries.push(Entry::new(Kind::Integer, 0, number));
    }

    /// Appends a copy of a value of another reply. Not recursive: a server decides how deeply values are nested.
    pub(crate) fn value(&mut self, value: &Value) {
        let mut unfinished: Vec<(usize, Children)> = self.start(value).into_iter().collect();
        while let Some((index, children)) = unfinished.last_mut() {
            match children.next() {
                Some(child) => unfinished.extend(self.start(&child)),
                None => {
                    self.end(*index);
                    unfinished.pop();
                }
            }
        }
    }

    /// Appends a copy of a value without its children, and returns its index and these.
    fn start<'r>(&mut self, value: &Value<'r>) -> Option<(usize, Children<'r>)> {
        match value {
            Value::Nil => self.nil(),
            Value::NilArray => self.nil_array(),
            Value::Integer(number) => self.integer(*number),
            Value::String(text) => self.string(text),
            Value::Status(text) => self.bytes_value(Kind::Status, text),
            Value::Error(text) => self.bytes_value(Kind::Error, text),
            Value::Null => self.null(),
            Value::Boolean(value) => self.boolean(*value),
            Value::Double(text) => self.bytes_value(Kind::Double, text),
            Value::BigNumber(digits) => self.bytes_value(Kind::BigNumber, digits),
            Value::Verbatim { format, text } => self.verbatim(format, text),
            Value::Array(children) => return Some((self.begin(Kind::Array, children.len()), *children)),
            Value::Map(children) => return Some((self.begin(Kind::Map, children.len()), *children)),
            Value::Failure(children) => return Some((self.begin(Kind::Failure, children.len()), *children)),
            Value::Set(children) => return Some((self.begin(Kind::Set, children.len()), *children)),
            Value::Push(children) => return Some((self.begin(Kind::Push, children.len()), *children)),
            Value::Attribute(children) => return Some((self.begin(Kind::Attribute, children.len()), *children)),
        }
        None
    }

    /// Sets where the error that was appended last comes from.
    #[cold]
    pub(crate) fn origin(&mut self, origin: Origin) {
        self.origins.push((self.entries.len() - 1, origin));
    }

    /// Appends the failure of a command: code, message, node, and whether the command may have been executed; or the error reply of a server
    /// that refused the connection.
    pub(crate) fn failure(&mut self, error: &Error) {
        if let Some(text) = error.refusal() {
            self.bytes_value(Kind::Error, text);
            return self.origin(error.origin().clone());
        }
        let index = self.begin(Kind::Failure, if error.word().is_some() { 5 } else { 4 });
        self.origin(error.origin().clone());
        self.integer(error.code() as i64);
        self.string(error.message().as_bytes());
        self.optional(error.node());
        self.integer(i64::from(error.executed()));
        error.word().into_iter().for_each(|word| self.string(word.as_bytes()));
        self.end(index);
    }

    pub(crate) fn finish(self) -> Reply {
        let mut reply = Reply::new(Bytes::from_vec(self.bytes), self.entries);
        if !self.origins.is_empty() {
            reply.set_origins(Some(Box::new(self.origins)));
        }
        reply
    }
}
