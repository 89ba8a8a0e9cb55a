//! Requests, read and written: arrays of bulk strings, as every Redis client sends them.

use crate::error::{Code, Error};
use crate::resp::number::short_number;
use smallvec::SmallVec;
use std::ops::Range;

/// The arguments of one command. The first is the name.
pub type Args<'a> = SmallVec<[&'a [u8]; 8]>;

/// The bytes of a command in its request, if they can be sent unchanged; `None` if the command has to be packed.
pub(crate) type SendableRange = Option<Range<usize>>;

/// The commands of a call, in order.
pub(crate) trait CommandSource<'a>: Sized {
    /// Returns the request, or no bytes if all commands have to be packed.
    fn request(&self) -> &'a [u8];

    /// Reads the next command into `args`. Returns `None` at the end.
    fn read(&mut self, args: &mut Args<'a>) -> Result<Option<SendableRange>, Error>;

    /// Returns a cheap estimate of the number of commands.
    fn estimate(&self) -> usize;

    /// Returns an error if one of the remaining commands is invalid.
    fn check_rest(&self) -> Result<(), Error>;
}

/// Reads the commands in a request, in order.
pub struct Commands<'a> {
    request: &'a [u8],
    /// The offset of the next command.
    at: usize,
}

impl<'a> CommandSource<'a> for Commands<'a> {
    fn request(&self) -> &'a [u8] {
        self.request
    }

    #[inline]
    fn read(&mut self, args: &mut Args<'a>) -> Result<Option<SendableRange>, Error> {
        Ok(self.next(args)?.map(Some))
    }

    /// Most pipelines repeat one command with arguments of similar length.
    fn estimate(&self) -> usize {
        let first = Commands::new(self.request).next(&mut Args::new());
        first.ok().flatten().map_or(0, |first| (self.request.len() / first.len()).min(4096))
    }

    #[cold]
    fn check_rest(&self) -> Result<(), Error> {
        let (mut rest, mut args) = (Commands { ..*self }, Args::new());
        while rest.next(&mut args)?.is_some() {}
        Ok(())
    }
}

impl<'a> Commands<'a> {
    /// Makes a reader of a request: any number of commands as RESP arrays of bulk strings.
    pub fn new(request: &'a [u8]) -> Commands<'a> {
        Commands { request, at: 0 }
    }

    /// Reads the next command into `args` and returns its range in the request, or `None` at the end.
    ///
    /// Fails with [`Code::Request`] if the bytes are not a complete command; `args` is then unspecified.
    #[inline]
    pub fn next(&mut self, args: &mut Args<'a>) -> Result<Option<Range<usize>>, Error> {
        args.clear();
        let start = self.at;
        if start == self.request.len() {
            return Ok(None);
        }
        match read_short(&self.request[start..], args) {
            Some(length) => self.at = start + length,
            None => self.read_any(args)?,
        }
        Ok(Some(start..self.at))
    }

    /// Reads a command with long numbers, or reports what is wrong with it.
    #[cold]
    fn read_any(&mut self, args: &mut Args<'a>) -> Result<(), Error> {
        args.clear();
        let start = self.at;
        let count = self.number(b'*', "the number of arguments")?;
        if count == 0 {
            return Err(invalid(start, "a command has no name"));
        }
        for _ in 0..count {
            let length = self.number(b'$', "the length of an argument")?;
            let argument = self.argument(length)?;
            args.push(argument);
        }
        Ok(())
    }

    /// Reads a header, `*12\r\n` or `$12\r\n`.
    fn number(&mut self, sign: u8, what: &str) -> Result<usize, Error> {
        let start = self.at;
        match self.request.get(start) {
            Some(&byte) if byte == sign => {}
            Some(&byte) => return Err(invalid(start, &format!("expected '{}', found '{}'", char::from(sign), byte.escape_ascii()))),
            None => return Err(invalid(start, &format!("the request ends before {what}"))),
        }
        let mut number: usize = 0;
        let mut at = start + 1;
        while let Some(digit) = self.request.get(at).filter(|byte| byte.is_ascii_digit()) {
            let grown = number.checked_mul(10).and_then(|number| number.checked_add(usize::from(digit - b'0')));
            number = grown.ok_or_else(|| invalid(start, &format!("{what} is too large")))?;
            at += 1;
        }
        if at == start + 1 || self.request.get(at..at + 2) != Some(b"\r\n") {
            return Err(invalid(at, &format!("{what} must be digits that end in CR LF")));
        }
        self.at = at + 2;
        Ok(number)
    }

    fn argument(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let start = self.at;
        let left = self.request.len() - start;
        if left < 2 || length > left - 2 {
            return Err(invalid(start, &format!("an argument of {length} bytes is cut short")));
        }
        let end = start + length;
        if &self.request[end..end + 2] != b"\r\n" {
            return Err(invalid(end, "an argument must end in CR LF"));
        }
        self.at = end + 2;
        Ok(&self.request[start..end])
    }
}

/// Reads a command whose numbers have at most three digits. Returns its length in bytes, or `None` if it is not such a command; `args` is then
/// unspecified.
#[inline(always)]
fn read_short<'a>(request: &'a [u8], args: &mut Args<'a>) -> Option<usize> {
    let (count, mut rest) = header(request, b'*')?;
    for _ in 0..count {
        let (length, body) = header(rest, b'$')?;
        let (argument, after) = body.split_at_checked(length)?;
        rest = after.strip_prefix(b"\r\n")?;
        args.push(argument);
    }
    (count > 0).then_some(request.len() - rest.len())
}

/// Returns the number in a header and the bytes after it.
#[inline(always)]
fn header(bytes: &[u8], sign: u8) -> Option<(usize, &[u8])> {
    let (&first, line) = bytes.split_first()?;
    let (number, taken) = short_number(line).filter(|_| first == sign)?;
    Some((number, &line[taken..]))
}

fn invalid(offset: usize, what: &str) -> Error {
    Error::new(Code::Request, format!("request, byte {offset}: {what}"))
}

/// Appends `*count\r\n`.
#[inline]
pub(crate) fn push_count(out: &mut Vec<u8>, count: usize) {
    push_header(out, b'*', count);
}

/// Appends an argument: its header, its bytes, CR LF.
#[inline]
pub(crate) fn push_argument(out: &mut Vec<u8>, argument: &[u8]) {
    push_header(out, b'$', argument.len());
    out.extend_from_slice(argument);
    out.extend_from_slice(b"\r\n");
}

/// A sign, the 20 digits of the largest number, and CR LF.
const LONGEST_HEADER: usize = 23;

/// Appends a sign, a number and CR LF.
#[inline]
pub(crate) fn push_header(out: &mut Vec<u8>, sign: u8, number: usize) {
    match number {
        0..10 => out.extend_from_slice(&[sign, b'0' + number as u8, b'\r', b'\n']),
        10..100 => out.extend_from_slice(&[sign, b'0' + (number / 10) as u8, b'0' + (number % 10) as u8, b'\r', b'\n']),
        _ => push_long_header(out, sign, number),
    }
}

#[cold]
fn push_long_header(out: &mut Vec<u8>, sign: u8, number: usize) {
    let mut line = [0u8; LONGEST_HEADER];
    let mut start = line.len() - 2;
    line[start..].copy_from_slice(b"\r\n");
    let mut rest = number;
    while rest > 0 {
        start -= 1;
        line[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    start -= 1;
    line[start] = sign;
    out.extend_from_slice(&line[start..]);
}

/// Returns a request of one command.
pub fn pack(args: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    pack_into(&mut out, args);
    out
}

/// Appends a command to a request.
pub fn pack_into(request: &mut Vec<u8>, args: &[&[u8]]) {
    push_count(request, args.len());
    args.iter().for_each(|argument| push_argument(request, argument));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: &[u8]) -> Result<Vec<Vec<Vec<u8>>>, Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        let mut all = Vec::new();
        while commands.next(&mut args)?.is_some() {
            all.push(args.iter().map(|argument| argument.to_vec()).collect());
        }
        Ok(all)
    }

    #[test]
    fn packed_commands_are_read_back() {
        let long = vec![b'x'; 12345];
        let commands: [&[&[u8]]; 3] = [&[b"SET", b"a\r\n\0", b""], &[b"PING"], &[b"SET", b"", &long]];
        let request: Vec<u8> = commands.iter().flat_map(|args| pack(args)).collect();
        assert_eq!(read(&request).unwrap(), commands);
    }

    #[test]
    fn the_error_of_an_invalid_request_gives_the_offset() {
        for (request, text) in [
            (&b"GET a\r\n"[..], "byte 0: expected '*', found 'G'"),
            (b"*0\r\n", "byte 0: a command has no name"),
            (b"*-1\r\n", "byte 1: the number of arguments must be digits"),
            (b"*1\r\n", "byte 4: the request ends before the length of an argument"),
            (b"*1\r\n$4\r\nPIN", "byte 8: an argument of 4 bytes is cut short"),
            (b"*1\r\n$4\r\nPINGxx", "byte 12: an argument must end in CR LF"),
            (b"*1\r\n$4\r\nPING\r\n\0", "byte 14: expected '*', found '\\x00'"),
            (b"*99999999999999999999\r\n", "too large"),
            (b"*1\r\n$18446744073709551615\r\nx\r\n", "cut short"),
            (b"*1\r\n$4\nPING\r\n", "byte 6: the length of an argument must be digits that end in CR LF"),
        ] {
            let error = read(request).unwrap_err();
            assert_eq!(error.code(), Code::Request);
            assert!(error.message().contains(text), "{} for {:?}", error.message(), request.escape_ascii().to_string());
        }
    }
}
