//! The bytes on their way to one server. What the caller already laid out as RESP is sent from where it lies; small pieces are gathered.

use crate::plan::Key;
use crate::request::{push_argument, push_count, push_header};
use std::ops::Range;

/// A piece of the caller's memory as large as this is sent from there: copying would cost more than another system call.
const LARGE: usize = 16 << 10;

pub(crate) struct Outbox<'a> {
    /// The caller's request, if there is one.
    request: &'a [u8],
    segments: Vec<Segment<'a>>,
    /// A piece of the request that may yet grow.
    pending: Range<usize>,
    length: usize,
    sent: Sent,
}

/// How far sending has come.
#[derive(Default, Clone, Copy)]
struct Sent {
    /// Bytes in all.
    total: usize,
    /// The segment that is under way, and how much of it has been sent.
    segment: usize,
    within: usize,
}

enum Segment<'a> {
    Copied(Vec<u8>),
    Borrowed(&'a [u8]),
}

impl Segment<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Segment::Copied(bytes) => bytes,
            Segment::Borrowed(bytes) => bytes,
        }
    }
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(request: &'a [u8]) -> Outbox<'a> {
        Outbox { request, segments: Vec::new(), pending: 0..0, length: 0, sent: Sent::default() }
    }

    /// How many bytes there are to send in all.
    #[inline]
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// How many of them the kernel has taken.
    #[inline]
    pub(crate) fn sent(&self) -> usize {
        self.sent.total
    }

    #[inline]
    pub(crate) fn is_sent(&self) -> bool {
        self.sent.total == self.length
    }

    /// Appends a command that stands in the request as it is to be sent.
    #[inline]
    pub(crate) fn push_whole(&mut self, range: Range<usize>) {
        self.length += range.len();
        if self.pending.end == range.start && !self.pending.is_empty() {
            self.pending.end = range.end;
        } else {
            self.settle();
            self.pending = range;
        }
    }

    /// Appends a command with the names of its keys in place of the keys.
    pub(crate) fn push_renamed(&mut self, args: &[&'a [u8]], keys: &[Key<'a>]) {
        self.push_head(args.len());
        let mut keys = keys.iter().peekable();
        for (position, &argument) in args.iter().enumerate() {
            let key = keys.next_if(|key| key.position == position);
            self.push_argument(key.map_or(argument, |key| key.name));
        }
    }

    pub(crate) fn push_head(&mut self, count: usize) {
        self.copy(|out| push_count(out, count));
    }

    pub(crate) fn push_argument(&mut self, argument: &'a [u8]) {
        if argument.len() < LARGE {
            return self.copy(|out| push_argument(out, argument));
        }
        self.copy(|out| push_header(out, b'$', argument.len()));
        self.segments.push(Segment::Borrowed(argument));
        self.length += argument.len();
        self.copy(|out| out.extend_from_slice(b"\r\n"));
    }

    fn copy(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.settle();
        let out = self.tail();
        let before = out.len();
        write(out);
        let grown = out.len() - before;
        self.length += grown;
    }

    fn tail(&mut self) -> &mut Vec<u8> {
        if !matches!(self.segments.last(), Some(Segment::Copied(_))) {
            self.segments.push(Segment::Copied(Vec::new()));
        }
        match self.segments.last_mut() {
            Some(Segment::Copied(out)) => out,
            _ => unreachable!("a copied segment was just made the last"),
        }
    }

    /// Makes a segment of the piece that will grow no more.
    pub(crate) fn settle(&mut self) {
        let piece = &self.request[std::mem::take(&mut self.pending)];
        match piece.len() {
            0 => {}
            length if length >= LARGE || self.segments.is_empty() && length == self.length => self.segments.push(Segment::Borrowed(piece)),
            _ => self.tail().extend_from_slice(piece),
        }
    }

    /// The bytes to send next, and whether others follow them. Everything must have been settled.
    #[inline]
    pub(crate) fn next(&self) -> (&[u8], bool) {
        match self.segments.get(self.sent.segment) {
            Some(segment) => (&segment.bytes()[self.sent.within..], self.sent.segment + 1 < self.segments.len()),
            None => (&[], false),
        }
    }

    /// Notes that the kernel took `count` of the next bytes.
    #[inline]
    pub(crate) fn took(&mut self, count: usize) {
        self.sent.total += count;
        self.sent.within += count;
        if self.sent.within == self.segments[self.sent.segment].bytes().len() {
            self.sent.segment += 1;
            self.sent.within = 0;
        }
    }

    /// Begins again from the first byte.
    pub(crate) fn rewind(&mut self) {
        self.sent = Sent::default();
    }
}
