//! Whole RESP values in bytes that arrive in pieces.

use crate::error::{Code, Error};
use crate::resp::{Reader, Reply};
use std::ops::Range;

/// Bytes that were taken are kept in front of the others until there are so many.
const SHED: usize = 64 << 10;
/// The longest line: an error or a status. Numbers are much shorter.
const LONGEST_LINE: usize = 64 << 10;
const LARGEST_NUMBER: i64 = 1 << 40;

#[derive(Default)]
pub(crate) struct Framer {
    bytes: Vec<u8>,
    /// Where the first value begins that was not taken yet, and how far it was looked through.
    start: usize,
    at: usize,
    /// How many values must still come until that one is whole.
    open: usize,
}

impl Framer {
    /// Where further bytes belong.
    pub(crate) fn room(&mut self) -> &mut Vec<u8> {
        if self.start == self.bytes.len() || self.start > SHED {
            self.bytes.drain(..self.start);
            self.at -= self.start;
            self.start = 0;
        }
        &mut self.bytes
    }

    /// Takes the next whole value; `None`: it has not all come.
    pub(crate) fn next(&mut self) -> Result<Option<Range<usize>>, Error> {
        if self.at == self.start {
            self.open = 1;
        }
        while self.open > 0 {
            let Some(&sign) = self.bytes.get(self.at) else { return Ok(None) };
            let Some(end) = self.end_of_line()? else { return Ok(None) };
            let line = self.at + 1..end - 2;
            match sign {
                b'+' | b'-' | b':' => self.at = end,
                b'$' => {
                    let length = self.number(line)?;
                    let behind = if length < 0 { end } else { end + length as usize + 2 };
                    if self.bytes.len() < behind {
                        return Ok(None);
                    }
                    self.at = behind;
                }
                b'*' => {
                    self.open += self.number(line)?.max(0) as usize;
                    self.at = end;
                }
                other => return Err(fault(&format!("'{}' begins no value", other.escape_ascii()))),
            }
            self.open -= 1;
        }
        let whole = self.start..self.at;
        self.start = self.at;
        Ok(Some(whole))
    }

    /// The bytes of a value that was just taken.
    pub(crate) fn bytes(&self, whole: Range<usize>) -> &[u8] {
        &self.bytes[whole]
    }

    /// A value that was just taken, as a reply.
    pub(crate) fn reply(&self, whole: Range<usize>) -> Result<Reply, Error> {
        let mut reader = Reader::new(Vec::with_capacity(whole.len()), false);
        reader.feed(self.bytes(whole));
        reader.advance(1)?;
        match reader.complete() {
            1 => Ok(Reply::from_reader(reader, None).0),
            _ => Err(fault("a value that is not whole")),
        }
    }

    fn end_of_line(&self) -> Result<Option<usize>, Error> {
        let rest = &self.bytes[self.at..];
        match rest.windows(2).position(|pair| pair == b"\r\n") {
            Some(length) => Ok(Some(self.at + length + 2)),
            None if rest.len() > LONGEST_LINE => Err(fault("a line without an end")),
            None => Ok(None),
        }
    }

    fn number(&self, line: Range<usize>) -> Result<i64, Error> {
        let number = std::str::from_utf8(&self.bytes[line]).ok().and_then(|text| text.parse::<i64>().ok());
        number.filter(|number| (-1..=LARGEST_NUMBER).contains(number)).ok_or_else(|| fault("not a length"))
    }
}

fn fault(what: &str) -> Error {
    Error::new(Code::Protocol, format!("not RESP: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in these pieces.
    fn taken(pieces: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        let mut frames = Framer::default();
        let mut values = Vec::new();
        for piece in pieces {
            frames.room().extend_from_slice(piece);
            while let Some(whole) = frames.next()? {
                values.push(frames.bytes(whole).to_vec());
            }
        }
        Ok(values)
    }

    #[test]
    fn values_are_found_however_the_bytes_are_cut() {
        let values: [&[u8]; 6] =
            [b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", b"+OK\r\n", b"*-1\r\n", b"*2\r\n*1\r\n:1\r\n$-1\r\n", b"$4\r\n\r\n\r\n\r\n", b"*0\r\n"];
        let all = values.concat();
        for cut in 0..all.len() {
            assert_eq!(taken(&[&all[..cut], &all[cut..]]).unwrap(), values, "cut at {cut}");
        }
        let single: Vec<&[u8]> = all.chunks(1).collect();
        assert_eq!(taken(&single).unwrap(), values);
    }

    #[test]
    fn bytes_that_were_taken_do_not_pile_up() {
        let mut frames = Framer::default();
        for _ in 0..100_000 {
            frames.room().extend_from_slice(b"+OK\r\n+O");
            assert!(frames.next().unwrap().is_some());
            frames.room().extend_from_slice(b"K\r\n");
            assert!(frames.next().unwrap().is_some());
        }
        assert!(frames.bytes.capacity() < 4 * SHED);
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for wrong in [&b"GET a\r\n"[..], b"$x\r\n", b"*9999999999999999999\r\n", b"$-2\r\n", &[b'+'; LONGEST_LINE + 2]] {
            assert_eq!(taken(&[wrong]).unwrap_err().code(), Code::Protocol);
        }
    }
}
