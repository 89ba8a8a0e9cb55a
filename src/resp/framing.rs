//! Splits a stream of RESP values into single values.

use crate::error::Error;
use crate::resp::index::{Bytes, Entries};
use crate::resp::reader::Reader;
use crate::resp::reply::Reply;
use std::ops::Range;

/// Returned values stay in the buffer until they take this many bytes, because removing them moves the bytes after them.
const MAX_RETURNED: usize = 64 << 10;

/// Takes bytes that may be cut anywhere, and returns complete values. After an error the stream has no further values.
pub(crate) struct Framer {
    reader: Reader,
    /// The offset of the first value that was not returned.
    start: usize,
}

impl Default for Framer {
    fn default() -> Framer {
        Framer { reader: Reader::new(Vec::new(), false), start: 0 }
    }
}

impl Framer {
    /// A framer for values that are nested at most so deep.
    pub(crate) fn with_max_depth(max_depth: usize) -> Framer {
        Framer { reader: Reader::new(Vec::new(), false).with_limits(max_depth, usize::MAX), start: 0 }
    }

    /// Appends bytes of the stream.
    #[cfg(test)]
    fn feed(&mut self, bytes: &[u8]) {
        self.reader().feed(bytes);
    }

    /// The reader, for a connection that receives bytes of the stream into it.
    pub(crate) fn reader(&mut self) -> &mut Reader {
        if self.start == self.reader.bytes().len() || self.start > MAX_RETURNED {
            self.reader.remove_front(self.start);
            self.start = 0;
        }
        &mut self.reader
    }

    /// Returns the next value as a reply, or `None` if it is incomplete.
    pub(crate) fn next_reply(&mut self) -> Result<Option<Reply>, Error> {
        let Some((range, mut entries)) = self.next()? else { return Ok(None) };
        entries.iter_mut().for_each(|entry| entry.shift_back(range.start));
        Ok(Some(Reply::new(Bytes::from_slice(&self.reader.bytes()[range]), entries)))
    }

    /// Returns the range of the next value in [`Framer::bytes`], which is valid until [`Framer::reader`] is called, or `None` if it is
    /// incomplete.
    #[inline]
    pub(crate) fn next_range(&mut self) -> Result<Option<Range<usize>>, Error> {
        if self.reader.skip_short() {
            let range = self.start..self.reader.position();
            self.start = range.end;
            return Ok(Some(range));
        }
        Ok(self.next()?.map(|(range, _)| range))
    }

    /// The bytes of the stream that were not removed.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.reader.bytes()
    }

    /// Whether bytes have arrived that belong to no value that was returned.
    pub(crate) fn has_unreturned(&self) -> bool {
        self.start < self.reader.bytes().len()
    }

    #[cfg(test)]
    fn next_bytes(&mut self) -> Result<Option<&[u8]>, Error> {
        let range = self.next_range()?;
        Ok(range.map(|range| &self.bytes()[range]))
    }

    fn next(&mut self) -> Result<Option<(Range<usize>, Entries)>, Error> {
        self.reader.advance(1)?;
        if self.reader.complete() == 0 {
            return Ok(None);
        }
        let range = self.start..self.reader.position();
        self.start = range.end;
        Ok(Some((range, self.reader.take_entries())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const VALUES: [&[u8]; 7] = [
        b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        b"+OK\r\n",
        b"*-1\r\n",
        b"*2\r\n*1\r\n:1\r\n$-1\r\n",
        b"$4\r\n\r\n\r\n\r\n",
        b"*0\r\n",
        b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n-ERR x\r\n",
    ];

    fn frame(pieces: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let mut framer = Framer::default();
        let mut values = Vec::new();
        for piece in pieces {
            framer.feed(piece);
            while let Some(bytes) = framer.next_bytes()? {
                values.push(bytes.to_vec());
            }
        }
        Ok(values)
    }

    #[test]
    fn values_are_found_wherever_the_bytes_are_cut() {
        let all = VALUES.concat();
        for cut in 0..all.len() {
            assert_eq!(frame(&[&all[..cut], &all[cut..]]).unwrap(), VALUES, "cut at {cut}");
        }
        let single: Vec<&[u8]> = all.chunks(1).collect();
        assert_eq!(frame(&single).unwrap(), VALUES);
    }

    #[test]
    fn replies_of_a_stream_equal_the_same_replies_read_alone() {
        let all = VALUES.concat().repeat(3000);
        for size in [1, 7, 1000, 100_000] {
            let mut framer = Framer::default();
            let mut count = 0;
            for piece in all.chunks(size) {
                framer.feed(piece);
                while let Some(reply) = framer.next_reply().unwrap() {
                    assert_eq!(reply.root(), Reply::from_resp(VALUES[count % VALUES.len()]).root());
                    count += 1;
                }
            }
            assert_eq!(count, 3000 * VALUES.len());
        }
    }

    #[test]
    fn returned_values_do_not_accumulate() {
        let mut framer = Framer::default();
        for _ in 0..100_000 {
            framer.feed(b"+OK\r\n+O");
            assert!(framer.next_bytes().unwrap().is_some());
            framer.feed(b"K\r\n");
            assert!(framer.next_bytes().unwrap().is_some());
        }
        assert!(framer.reader.capacity() < 4 * MAX_RETURNED);
    }

    #[test]
    fn the_memory_of_a_large_value_is_freed() {
        let mut framer = Framer::default();
        framer.feed(&[&b"$4000000\r\n"[..], &[b'x'; 4_000_000], b"\r\n"].concat());
        assert!(framer.next_bytes().unwrap().is_some());
        framer.feed(b"+OK\r\n");
        assert!(framer.reader.capacity() < MAX_RETURNED);
        assert_eq!(framer.next_bytes().unwrap(), Some(&b"+OK\r\n"[..]));
    }

    #[test]
    fn bytes_that_are_not_resp_are_rejected() {
        for bytes in [&b"GET a\r\n"[..], b"$x\r\n", b"*9999999999999999999\r\n", b"$-2\r\n", &[b'+'; 2 << 20]] {
            assert_eq!(frame(&[bytes]).unwrap_err().code(), Code::Protocol);
        }
    }
}
