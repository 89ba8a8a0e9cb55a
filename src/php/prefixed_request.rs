//! Many commands in one string, to which PHP appends one command after the other: a queue of them needs little more memory than their bytes.
//!
//! A command is a head and its arguments, each the length of its bytes, a colon, and the bytes. The head is eight times the number of arguments plus
//! the flags of the reply's format, and a colon. After the last command follow a colon, the number of commands, a colon, the format of all replies,
//! and the byte 0xfe. If there is no number for the format, each reply has that of its command.

use crate::error::{Code, Error};
use crate::php::{Format, Formats, ReplyFormat};
use crate::resp::Args;
use memchr::memrchr;

const LAST_BYTE: u8 = 0xfe;
/// More digits than the length of any argument has.
const MAX_DIGITS: usize = 16;

/// Whether a request has this encoding: no other one ends with the byte.
#[inline]
pub(super) fn is_prefixed(text: &[u8]) -> bool {
    text.last() == Some(&LAST_BYTE)
}

/// Commands, each parsed when it is read.
#[derive(Clone)]
pub(crate) struct Commands<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Commands<'a> {
    /// Splits a request: the commands, and the formats of their replies.
    pub(super) fn parse(text: &'a [u8]) -> Result<(Commands<'a>, Formats), Error> {
        let (rest, format) = split_last(text.strip_suffix(&[LAST_BYTE]).unwrap_or_default())?;
        let (rest, count) = split_last(rest)?;
        let left = whole_number(count)?;
        let commands = Commands { rest, left };
        let formats = match format {
            b"" => Formats::Each(commands.formats()?),
            format => Formats::All(Format::from_flags(whole_number(format)? as i64)),
        };
        Ok((commands, formats))
    }

    /// Passes over the arguments of all commands.
    fn formats(&self) -> Result<Vec<ReplyFormat>, Error> {
        let (mut commands, mut args) = (self.clone(), Args::new());
        let mut formats = Vec::with_capacity(self.left.min(self.rest.len()));
        while let Some(format) = commands.read(&mut args)? {
            formats.push(ReplyFormat::Whole(format));
        }
        Ok(formats)
    }

    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// The number of bytes to be read.
    pub(super) fn size(&self) -> usize {
        self.rest.len()
    }

    /// Reads the next command; false at the end.
    #[inline]
    pub(super) fn next(&mut self, args: &mut Args<'a>) -> Result<bool, Error> {
        Ok(self.read(args)?.is_some())
    }

    #[inline]
    fn read(&mut self, args: &mut Args<'a>) -> Result<Option<Format>, Error> {
        args.clear();
        if self.left == 0 {
            return if self.rest.is_empty() { Ok(None) } else { Err(bad_request("it has more commands than its end says")) };
        }
        self.left -= 1;
        let head = self.number()?;
        if head < 8 {
            return Err(bad_request("a command has no name"));
        }
        for _ in 0..head >> 3 {
            let length = self.number()?;
            let (argument, rest) =
                self.rest.split_at_checked(length).ok_or_else(|| bad_request("an argument is shorter than its length says"))?;
            self.rest = rest;
            args.push(argument);
        }
        Ok(Some(Format::from_flags((head & 7) as i64)))
    }

    /// The number before the next colon.
    #[inline(always)]
    fn number(&mut self) -> Result<usize, Error> {
        let (mut number, mut taken) = (0usize, 0);
        while let Some(digit) = self.rest.get(taken).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            number = number * 10 + usize::from(digit);
            taken += 1;
            if taken == MAX_DIGITS {
                break;
            }
        }
        if taken == 0 || self.rest.get(taken) != Some(&b':') {
            return Err(bad_request("expected a number and a colon"));
        }
        self.rest = &self.rest[taken + 1..];
        Ok(number)
    }
}

/// The text before the last colon, and after it.
fn split_last(text: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    let at = memrchr(b':', text).ok_or_else(|| bad_request("it must end with the number of commands and a format"))?;
    Ok((&text[..at], &text[at + 1..]))
}

fn whole_number(digits: &[u8]) -> Result<usize, Error> {
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| bad_request("it must end with the number of commands and a format"))
}

#[cold]
fn bad_request(what: &str) -> Error {
    Error::new(Code::Request, format!("request: {what}"))
}
