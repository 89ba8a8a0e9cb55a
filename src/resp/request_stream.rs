//! Splits the bytes that a client sends into commands, as redis-server does.
//!
//! The limits, the error texts and what is tolerated are those of redis-server: it ignores empty commands, does not look at the bytes that end
//! an argument, and does not find the end of a line after a NUL. A header is rejected as soon as it is complete.

use crate::resp::inline_command::{Inline, split_inline};
use crate::resp::number::short_number;
use crate::resp::request::{Args, push_argument, push_count};
use memchr::memchr2;
use std::ops::Range;

/// The longest line: an inline command or a header.
const MAX_LINE: usize = 64 << 10;
/// The most arguments of a command.
const MAX_ARGUMENTS: i64 = i32::MAX as i64;
/// The default of `proto-max-bulk-len`.
const MAX_ARGUMENT: i64 = 512 << 20;
/// Commands that were read stay in the buffer until they take this many bytes, because removing them moves the bytes after them.
const MAX_READ: usize = 64 << 10;
/// A larger buffer is freed when it is empty.
const MAX_KEPT: usize = 1 << 20;

/// Takes bytes that may be cut anywhere, and reads one command after the other.
#[derive(Default, Clone)]
pub(crate) struct RequestStream {
    bytes: Vec<u8>,
    /// The offset of the command that is being read.
    start: usize,
    /// The offset of the next header or argument.
    position: usize,
    /// The number of arguments to come.
    missing: usize,
    /// The length of the next argument, after its header was read.
    length: Option<usize>,
    /// The arguments: ranges of `bytes`, or of `inline` if that is not empty.
    args: Vec<Range<usize>>,
    /// The arguments of an inline command, in RESP.
    inline: Vec<u8>,
    /// The command is spelled as this library would spell it.
    is_canonical: bool,
    /// The command that was read last, or the error, is to be returned once more.
    returned: Option<Result<(), ProtocolError>>,
}

/// The text of the error reply after which a server closes the connection, without `ERR `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProtocolError(pub String);

impl RequestStream {
    /// Appends bytes of the stream.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.remove_read();
        self.bytes.extend_from_slice(bytes);
    }

    fn remove_read(&mut self) {
        if self.is_in_command() || self.returned.is_some() {
            return;
        }
        if self.position == self.bytes.len() {
            self.bytes.clear();
            if self.bytes.capacity() > MAX_KEPT {
                self.bytes = Vec::new();
            }
        } else if self.position > MAX_READ {
            self.bytes.drain(..self.position);
        } else {
            return;
        }
        (self.start, self.position) = (0, 0);
        self.args.clear();
        self.inline.clear();
    }

    /// Whether the header of a command was read, and not yet all of its arguments.
    fn is_in_command(&self) -> bool {
        self.missing > 0
    }

    /// Makes [`RequestStream::next_command`] return its last result, a command or an error, once more.
    pub(crate) fn put_back(&mut self, last: Result<(), ProtocolError>) {
        self.returned = Some(last);
    }

    /// The bytes after the last command that was read.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.position..]
    }

    /// Reads on to the end of the next command. Returns false if it is incomplete. After an error the stream has no further commands.
    pub(crate) fn next_command(&mut self) -> Result<bool, ProtocolError> {
        if let Some(last) = self.returned.take() {
            return last.map(|()| true);
        }
        loop {
            if !self.is_in_command() {
                self.args.clear();
                self.inline.clear();
                self.start = self.position;
                if self.read_short_command().is_some() {
                    return Ok(true);
                }
                self.args.clear();
                let is_complete = match self.bytes.get(self.position) {
                    None => return Ok(false),
                    Some(b'*') => self.read_count()?,
                    Some(_) => self.read_inline()?,
                };
                if !is_complete {
                    return Ok(false);
                }
            }
            while self.is_in_command() {
                if !self.read_argument()? {
                    return Ok(false);
                }
            }
            if !self.args.is_empty() {
                return Ok(true);
            }
        }
    }

    /// The arguments of the command that was read last.
    pub(crate) fn args(&self) -> Args<'_> {
        let bytes = if self.inline.is_empty() { &self.bytes } else { &self.inline };
        self.args.iter().map(|range| &bytes[range.clone()]).collect()
    }

    /// The bytes of the command that was read last, if it is spelled as this library would spell it.
    #[inline]
    pub(crate) fn canonical(&self) -> Option<&[u8]> {
        self.is_canonical.then(|| &self.bytes[self.start..self.position])
    }

    /// Appends the command that was read last as an array of bulk strings.
    pub(crate) fn push_command(&self, out: &mut Vec<u8>) {
        if self.is_canonical {
            return out.extend_from_slice(&self.bytes[self.start..self.position]);
        }
        let args = self.args();
        push_count(out, args.len());
        args.iter().for_each(|argument| push_argument(out, argument));
    }

    /// Reads a command that is complete, whose numbers have at most three digits, and that is spelled as this library would spell it, as nearly
    /// all are. `None`: it may be another one.
    #[inline]
    fn read_short_command(&mut self) -> Option<()> {
        let (count, mut at) = short_header(&self.bytes, self.position, b'*').filter(|&(count, _)| count > 0)?;
        for _ in 0..count {
            let (length, start) = short_header(&self.bytes, at, b'$')?;
            let end = start + length;
            if self.bytes.get(end..end + 2)? != b"\r\n" {
                return None;
            }
            self.args.push(start..end);
            at = end + 2;
        }
        self.is_canonical = true;
        self.position = at;
        Some(())
    }

    /// Reads the header of a command. Returns false if it is incomplete.
    fn read_count(&mut self) -> Result<bool, ProtocolError> {
        self.is_canonical = true;
        let Some(line) = self.header_line("too big mbulk count string")? else { return Ok(false) };
        let count = integer(&self.bytes[line.start + 1..line.end]).filter(|&count| count <= MAX_ARGUMENTS);
        let count = count.ok_or_else(|| protocol_error("invalid multibulk length"))?;
        self.missing = usize::try_from(count).unwrap_or(0);
        Ok(true)
    }

    /// Reads the next argument with its header. Returns false if it is incomplete.
    fn read_argument(&mut self) -> Result<bool, ProtocolError> {
        let length = match self.length {
            Some(length) => length,
            None => match self.read_length()? {
                Some(length) => length,
                None => return Ok(false),
            },
        };
        let end = self.position + length;
        let Some(terminator) = self.bytes.get(end..end + 2) else {
            self.length = Some(length);
            return Ok(false);
        };
        self.is_canonical &= terminator == b"\r\n";
        self.args.push(self.position..end);
        self.position = end + 2;
        self.missing -= 1;
        self.length = None;
        Ok(true)
    }

    fn read_length(&mut self) -> Result<Option<usize>, ProtocolError> {
        let Some(line) = self.header_line("too big bulk count string")? else { return Ok(None) };
        let sign = self.bytes[line.start];
        if sign != b'$' {
            return Err(unexpected_sign(sign));
        }
        let length = integer(&self.bytes[line.start + 1..line.end]).filter(|length| (0..=MAX_ARGUMENT).contains(length));
        length.map(|length| Some(length as usize)).ok_or_else(|| protocol_error("invalid bulk length"))
    }

    /// Returns the next line without its two bytes at the end, and goes on to the line after it. `None` if it is incomplete. A server does not
    /// look at the byte after CR.
    fn header_line(&mut self, too_long: &str) -> Result<Option<Range<usize>>, ProtocolError> {
        let Some(end) = self.find(b'\r') else {
            return if self.bytes.len() - self.position > MAX_LINE { Err(protocol_error(too_long)) } else { Ok(None) };
        };
        let Some(after) = self.bytes.get(end + 1) else { return Ok(None) };
        self.is_canonical &= *after == b'\n';
        let line = self.position..end;
        self.position = end + 2;
        Ok(Some(line))
    }

    /// The offset of the next such byte, unless a NUL comes before it.
    fn find(&self, byte: u8) -> Option<usize> {
        let found = self.position + memchr2(byte, 0, &self.bytes[self.position..])?;
        (self.bytes[found] == byte).then_some(found)
    }

    /// Reads an inline command. Returns false if it is incomplete.
    fn read_inline(&mut self) -> Result<bool, ProtocolError> {
        self.is_canonical = false;
        let end = self.find(b'\n');
        if end.unwrap_or(self.bytes.len()) - self.position > MAX_LINE {
            return Err(protocol_error("too big inline request"));
        }
        let Some(end) = end else { return Ok(false) };
        let line = &self.bytes[self.position..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Inline { bytes, args } = split_inline(line).ok_or_else(|| protocol_error("unbalanced quotes in request"))?;
        (self.inline, self.args) = (bytes, args);
        self.position = end + 1;
        Ok(true)
    }
}

/// The number in the header at an offset, and the offset after it; `None` if the number is long, incomplete or invalid.
#[inline(always)]
fn short_header(bytes: &[u8], at: usize, sign: u8) -> Option<(usize, usize)> {
    let [first, line @ ..] = bytes.get(at..)? else { return None };
    let (number, taken) = short_number(line).filter(|_| *first == sign)?;
    // A server does not accept leading zeros.
    let has_leading_zero = line[0] == b'0' && line[1] != b'\r';
    (!has_leading_zero).then_some((number, at + 1 + taken))
}

/// An integer in the only spelling that a server accepts: without `+`, without leading zeros.
fn integer(text: &[u8]) -> Option<i64> {
    let number: i64 = match text {
        [digit @ b'0'..=b'9'] => return Some(i64::from(digit - b'0')),
        [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..] => std::str::from_utf8(text).ok()?.parse().ok()?,
        _ => return None,
    };
    Some(number)
}

fn unexpected_sign(sign: u8) -> ProtocolError {
    let shown = if sign == b'\r' || sign == b'\n' { ' ' } else { char::from(sign) };
    protocol_error(&format!("expected '$', got '{shown}'"))
}

fn protocol_error(what: &str) -> ProtocolError {
    ProtocolError(format!("Protocol error: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands of a stream whose bytes come in these pieces, and the error that ends it.
    fn read(pieces: &[&[u8]]) -> (Vec<Vec<Vec<u8>>>, Option<String>) {
        let mut stream = RequestStream::default();
        let mut commands = Vec::new();
        for piece in pieces {
            stream.feed(piece);
            loop {
                match stream.next_command() {
                    Ok(true) => {
                        let args: Vec<Vec<u8>> = stream.args().iter().map(|argument| argument.to_vec()).collect();
                        let mut packed = Vec::new();
                        stream.push_command(&mut packed);
                        assert_eq!(packed, crate::resp::pack(&args.iter().map(Vec::as_slice).collect::<Vec<_>>()));
                        commands.push(args);
                    }
                    Ok(false) => break,
                    Err(ProtocolError(text)) => return (commands, Some(text)),
                }
            }
        }
        (commands, None)
    }

    fn names(bytes: &[u8]) -> Vec<String> {
        read(&[bytes]).0.iter().map(|args| String::from_utf8_lossy(&args.join(&b'|')).into_owned()).collect()
    }

    #[test]
    fn commands_are_found_wherever_the_bytes_are_cut() {
        let all =
            b"*2\r\n$3\r\nGET\r\n$4\r\n\r\n\r\n\r\n\r\n*0\r\n*-1\r\nPING  'a b'\r\n*1\r\n$0\r\n\r\n*2\rX$1\rXaXX$1\rXbXXGET \"\\x41\"\n";
        let expected = read(&[all]);
        assert_eq!(expected.0.len(), 5);
        for cut in 0..all.len() {
            assert_eq!(read(&[&all[..cut], &all[cut..]]), expected, "cut at {cut}");
        }
        assert_eq!(read(&all.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn empty_commands_are_ignored() {
        assert_eq!(names(b"\r\n\n  \r\n*0\r\n*-1\r\n*-7\r\nPING\r\n"), ["PING"]);
    }

    #[test]
    fn a_wrong_header_is_rejected_after_the_commands_before_it() {
        let long = [b'1'; MAX_LINE];
        for (bytes, text) in [
            (&b"*01\r\n"[..], "invalid multibulk length"),
            (b"*+1\r\n", "invalid multibulk length"),
            (b"*-0\r\n", "invalid multibulk length"),
            (b"*\r\n", "invalid multibulk length"),
            (b"*2147483648\r\n", "invalid multibulk length"),
            (b"*99999999999999999999\r\n", "invalid multibulk length"),
            (b"*1\r\n$01\r\n", "invalid bulk length"),
            (b"*1\r\n$-1\r\n", "invalid bulk length"),
            (b"*1\r\n$536870913\r\n", "invalid bulk length"),
            (b"*1\r\n:1\r\n", "expected '$', got ':'"),
            (b"*1\r\n\r\n", "expected '$', got ' '"),
            (b"PING \"\r\n", "unbalanced quotes in request"),
            (&[b"*", &long[..]].concat(), "too big mbulk count string"),
            (&[b"*1\r\n$", &long[..]].concat(), "too big bulk count string"),
            (&[b"1", &long[..]].concat(), "too big inline request"),
        ] {
            let (commands, error) = read(&[b"PING\r\n", bytes]);
            assert_eq!((commands.len(), error), (1, Some(format!("Protocol error: {text}"))));
        }
    }

    #[test]
    fn the_largest_numbers_are_accepted() {
        for bytes in [&b"*2147483647\r\n"[..], b"*1\r\n$536870912\r\n", &[b'1'; MAX_LINE]] {
            assert_eq!(read(&[bytes]), (Vec::new(), None));
        }
    }

    #[test]
    fn what_is_put_back_is_returned_once_more() {
        let mut stream = RequestStream::default();
        stream.feed(b"PING one\r\n*1\r\n$3\r\nGET\r\n*x\r\n");
        assert_eq!(stream.next_command(), Ok(true));
        stream.put_back(Ok(()));
        stream.feed(b"more");
        assert_eq!(stream.next_command(), Ok(true));
        assert_eq!(stream.args().as_slice(), [b"PING", &b"one"[..]]);
        assert_eq!(stream.next_command(), Ok(true));
        assert_eq!(stream.args().as_slice(), [b"GET"]);
        let error = stream.next_command().unwrap_err();
        stream.put_back(Err(error.clone()));
        assert_eq!(stream.next_command(), Err(error));
    }

    #[test]
    fn memory_is_freed() {
        let mut stream = RequestStream::default();
        stream.feed(&[&b"*1\r\n$4000000\r\n"[..], &[b'x'; 4_000_000], b"\r\n"].concat());
        assert_eq!(stream.next_command(), Ok(true));
        stream.feed(b"PING\r\nPI");
        assert!(stream.bytes.capacity() <= MAX_KEPT);
        for _ in 0..100_000 {
            while stream.next_command().unwrap() {}
            stream.feed(b"NG\r\nPI");
        }
        assert!(stream.bytes.capacity() < 4 * MAX_READ);
    }
}
