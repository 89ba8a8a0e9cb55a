//! The bytes on their way to one server. What the caller already laid out as RESP is sent from where it lies; small pieces are gathered.

use crate::command::{Key, as_sent};
use crate::resp::{push_argument, push_count, push_header};
use std::ops::Range;

/// A piece of the caller's memory as large as this is sent from there: copying would cost more than another system call.
pub(crate) const LARGE: usize = 16 << 10;

pub(crate) struct WriteBuffer<'a> {
    /// The caller's request, if there is one.
    request: &'a [u8],
    /// What goes first.
    segments: Vec<Segment<'a>>,
    /// Small pieces behind the segments.
    gathered: Vec<u8>,
    /// Behind those, a piece of the request that may yet grow.
    pending: Range<usize>,
    /// Bytes in the segments.
    length: usize,
    sent: Sent,
}

enum Segment<'a> {
    Copied(Vec<u8>),
    Borrowed(&'a [u8]),
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

impl Segment<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Segment::Copied(bytes) => bytes,
            Segment::Borrowed(bytes) => bytes,
        }
    }
}

impl<'a> WriteBuffer<'a> {
    pub(crate) fn new(request: &'a [u8]) -> WriteBuffer<'a> {
        WriteBuffer { request, segments: Vec::new(), gathered: Vec::new(), pending: 0..0, length: 0, sent: Sent::default() }
    }

    /// How many bytes there are to send in all.
    #[inline]
    pub(crate) fn length(&self) -> usize {
        self.length + self.gathered.len() + self.pending.len()
    }

    /// How many of them the kernel has taken.
    #[inline]
    pub(crate) fn sent(&self) -> usize {
        self.sent.total
    }

    /// Whether all has been sent. Everything must have been settled.
    #[inline]
    pub(crate) fn is_sent(&self) -> bool {
        self.sent.segment == self.segments.len()
    }

    /// Appends a command that stands in the request as it is to be sent.
    #[inline]
    pub(crate) fn push_whole(&mut self, range: Range<usize>) {
        if self.pending.end == range.start && !self.pending.is_empty() {
            self.pending.end = range.end;
        } else {
            self.settle_pending();
            self.pending = range;
        }
    }

    /// Appends a command with the names of its keys in place of the keys.
    pub(crate) fn push_renamed(&mut self, args: &[&'a [u8]], keys: &[Key<'a>]) {
        self.push_head(args.len());
        as_sent(args, keys, |argument| self.push_argument(argument));
    }

    /// Appends a command whose arguments need not stay.
    pub(crate) fn push_copied(&mut self, args: &[&[u8]]) {
        self.push_head(args.len());
        args.iter().for_each(|argument| push_argument(&mut self.gathered, argument));
    }

    /// Room for so many bytes that will be gathered.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.gathered.reserve(bytes);
    }

    pub(crate) fn push_head(&mut self, count: usize) {
        self.settle_pending();
        push_count(&mut self.gathered, count);
    }

    #[inline]
    pub(crate) fn push_argument(&mut self, argument: &'a [u8]) {
        self.settle_pending();
        if argument.len() < LARGE {
            push_argument(&mut self.gathered, argument);
        } else {
            push_header(&mut self.gathered, b'$', argument.len());
            self.push_borrowed(argument);
            self.gathered.extend_from_slice(b"\r\n");
        }
    }

    #[inline]
    fn settle_pending(&mut self) {
        if !self.pending.is_empty() {
            let piece = &self.request[std::mem::take(&mut self.pending)];
            let is_first = self.segments.is_empty() && self.gathered.is_empty();
            if is_first || piece.len() >= LARGE { self.push_borrowed(piece) } else { self.gathered.extend_from_slice(piece) }
        }
    }

    fn push_borrowed(&mut self, piece: &'a [u8]) {
        self.settle_gathered();
        self.length += piece.len();
        self.segments.push(Segment::Borrowed(piece));
    }

    fn settle_gathered(&mut self) {
        if !self.gathered.is_empty() {
            self.length += self.gathered.len();
            self.segments.push(Segment::Copied(std::mem::take(&mut self.gathered)));
        }
    }

    /// Makes segments of all there is. None is empty.
    pub(crate) fn settle(&mut self) {
        self.settle_pending();
        self.settle_gathered();
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

    /// Lets go of bytes that were sent and will not be sent again.
    pub(crate) fn forget(&mut self) {
        self.segments = Vec::new();
        self.sent.segment = 0;
    }

    /// Begins again from the first byte.
    pub(crate) fn rewind(&mut self) {
        self.sent = Sent::default();
    }
}
