//! The bytes to send to one server. Large pieces of the caller's memory are sent from there; small pieces are copied together.

use crate::command::{Key, as_sent};
use crate::resp::{push_argument, push_count, push_header};
use std::ops::Range;

/// A piece of the caller's memory is borrowed, not copied, from this size on: copying it would cost more than another system call.
pub(crate) const MIN_BORROWED: usize = 16 << 10;

pub(crate) struct WriteBuffer<'a> {
    /// The caller's request; empty if there is none.
    request: &'a [u8],
    /// Sent first.
    segments: Vec<Segment<'a>>,
    /// Small pieces that follow the segments.
    copied: Vec<u8>,
    /// A piece of the request that follows `copied`, and to which more may be added.
    pending: Range<usize>,
    /// The number of bytes in the segments.
    length: usize,
    sent: Sent,
}

enum Segment<'a> {
    Copied(Vec<u8>),
    Borrowed(&'a [u8]),
}

/// The position of the next byte to send.
#[derive(Default, Clone, Copy)]
struct Sent {
    /// The number of bytes before it.
    total: usize,
    /// The index of its segment, and its offset in there.
    segment: usize,
    offset: usize,
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
        WriteBuffer { request, segments: Vec::new(), copied: Vec::new(), pending: 0..0, length: 0, sent: Sent::default() }
    }

    /// The number of bytes to send.
    #[inline]
    pub(crate) fn length(&self) -> usize {
        self.length + self.copied.len() + self.pending.len()
    }

    /// The number of bytes that the kernel has taken.
    #[inline]
    pub(crate) fn sent(&self) -> usize {
        self.sent.total
    }

    /// Whether all bytes have been sent. Call [`WriteBuffer::settle`] first.
    #[inline]
    pub(crate) fn is_sent(&self) -> bool {
        self.sent.segment == self.segments.len()
    }

    /// Appends a command that is sent as the request has it.
    #[inline]
    pub(crate) fn push_whole(&mut self, range: Range<usize>) {
        if self.pending.end == range.start && !self.pending.is_empty() {
            self.pending.end = range.end;
        } else {
            self.settle_pending();
            self.pending = range;
        }
    }

    /// Appends a command, with the stored names of its keys in place of the keys.
    pub(crate) fn push_renamed(&mut self, args: &[&'a [u8]], keys: &[Key<'a>]) {
        self.push_array_header(args.len());
        as_sent(args, keys, |argument| self.push_argument(argument));
    }

    /// Appends a copy of a command.
    pub(crate) fn push_copied(&mut self, args: &[&[u8]]) {
        self.push_array_header(args.len());
        args.iter().for_each(|argument| push_argument(&mut self.copied, argument));
    }

    /// Reserves memory for that many copied bytes.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.copied.reserve(bytes);
    }

    pub(crate) fn push_array_header(&mut self, count: usize) {
        self.settle_pending();
        push_count(&mut self.copied, count);
    }

    pub(crate) fn push_number(&mut self, number: usize) {
        self.settle_pending();
        push_argument(&mut self.copied, number.to_string().as_bytes());
    }

    #[inline]
    pub(crate) fn push_argument(&mut self, argument: &'a [u8]) {
        self.settle_pending();
        if argument.len() < MIN_BORROWED {
            push_argument(&mut self.copied, argument);
        } else {
            push_header(&mut self.copied, b'$', argument.len());
            self.push_borrowed(argument);
            self.copied.extend_from_slice(b"\r\n");
        }
    }

    #[inline]
    fn settle_pending(&mut self) {
        if !self.pending.is_empty() {
            let piece = &self.request[std::mem::take(&mut self.pending)];
            let is_first = self.segments.is_empty() && self.copied.is_empty();
            if is_first || piece.len() >= MIN_BORROWED { self.push_borrowed(piece) } else { self.copied.extend_from_slice(piece) }
        }
    }

    fn push_borrowed(&mut self, piece: &'a [u8]) {
        self.settle_copied();
        self.length += piece.len();
        self.segments.push(Segment::Borrowed(piece));
    }

    fn settle_copied(&mut self) {
        if !self.copied.is_empty() {
            self.length += self.copied.len();
            self.segments.push(Segment::Copied(std::mem::take(&mut self.copied)));
        }
    }

    /// Ends appending: makes segments of all bytes. No segment is empty.
    pub(crate) fn settle(&mut self) {
        self.settle_pending();
        self.settle_copied();
    }

    /// The bytes to send next, and whether more follow. Call [`WriteBuffer::settle`] first.
    #[inline]
    pub(crate) fn next(&self) -> (&[u8], bool) {
        match self.segments.get(self.sent.segment) {
            Some(segment) => (&segment.bytes()[self.sent.offset..], self.sent.segment + 1 < self.segments.len()),
            None => (&[], false),
        }
    }

    /// Records that the kernel took `count` of the next bytes.
    #[inline]
    pub(crate) fn advance(&mut self, count: usize) {
        self.sent.total += count;
        self.sent.offset += count;
        if self.sent.offset == self.segments[self.sent.segment].bytes().len() {
            self.sent.segment += 1;
            self.sent.offset = 0;
        }
    }

    /// Frees the bytes once all of them have been sent. They cannot be sent again.
    pub(crate) fn free_sent(&mut self) {
        self.segments = Vec::new();
        self.sent.segment = 0;
    }

    /// Starts over with the first byte.
    pub(crate) fn rewind(&mut self) {
        self.sent = Sent::default();
    }
}
