//! Requests as PHP's `serialize()` writes them.

use crate::error::{Code, Error};
use crate::php::{Format, Formats, ReplyFormat, imploded_request};
use crate::resp::{Args, push_argument, push_count};

/// How deep arrays may be nested.
const MAX_DEPTH: usize = 64;

/// Reads one command: an array of its arguments, or a list that `implode()` joined. Nested arrays are flattened; one under the key `pairs` gives
/// its keys and values in turn.
#[inline]
pub(crate) fn read_command<'a>(text: &'a [u8], args: &mut Args<'a>) -> Result<(), Error> {
    if imploded_request::is_imploded(text) {
        return imploded_request::read_command(text, args);
    }
    let mut reader = Reader { text, at: 0 };
    reader.command(args)?;
    reader.end()
}

/// Reads one command and encodes it as RESP.
pub(crate) fn command_to_resp(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut args = Args::new();
    read_command(text, &mut args)?;
    let mut request = buffer_for(text.len())?;
    push_command(&mut request, &args);
    Ok(request)
}

/// Many commands, each parsed when it is read.
#[derive(Clone)]
pub(crate) struct Commands<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Commands<'a> {
    /// Reads the head of an array of two: the format of all replies, or an array with the format of each; and an array of commands. A format may
    /// be an array, too: the format of a reply that is an array, and those of its elements.
    pub(crate) fn parse(text: &'a [u8]) -> Result<(Commands<'a>, Formats), Error> {
        let mut reader = Reader { text, at: 0 };
        if reader.array()? != 2 {
            return Err(reader.bad_request("expected an array of two: formats and commands"));
        }
        reader.key()?;
        let formats = reader.formats()?;
        reader.key()?;
        let left = reader.array()?;
        Ok((Commands { reader, left }, formats))
    }

    /// The number of commands to be read, according to the request.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// The number of bytes to be read.
    pub(crate) fn size(&self) -> usize {
        self.reader.left()
    }

    /// Reads the next command; false at the end.
    #[inline]
    pub(crate) fn next(&mut self, args: &mut Args<'a>) -> Result<bool, Error> {
        args.clear();
        if self.left == 0 {
            self.reader.close()?;
            self.reader.close()?;
            return self.reader.end().map(|()| false);
        }
        self.left -= 1;
        self.reader.key()?;
        self.reader.command(args)?;
        if args.is_empty() { Err(self.reader.bad_request("the command has no name")) } else { Ok(true) }
    }
}

/// A buffer for the RESP form of a request of `size` bytes; RESP is shorter in nearly all cases.
pub(crate) fn buffer_for(size: usize) -> Result<Vec<u8>, Error> {
    let mut request = Vec::new();
    request.try_reserve(size).map_err(|_| Error::new(Code::Memory, format!("not enough memory for a request of {size} bytes")))?;
    Ok(request)
}

#[inline]
pub(crate) fn push_command(request: &mut Vec<u8>, args: &[&[u8]]) {
    push_count(request, args.len());
    args.iter().for_each(|argument| push_argument(request, argument));
}

#[derive(Clone)]
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

enum Item<'a> {
    Argument(&'a [u8]),
    /// The head of an array, and the number of its elements, which follow.
    Array(usize),
}

impl<'a> Reader<'a> {
    #[inline]
    fn command(&mut self, args: &mut Args<'a>) -> Result<(), Error> {
        let count = self.array()?;
        args.reserve(count.min(self.left()));
        self.elements(count, args, false, 0)
    }

    fn elements(&mut self, count: usize, args: &mut Args<'a>, are_pairs: bool, depth: usize) -> Result<(), Error> {
        for _ in 0..count {
            let key = self.key()?;
            if are_pairs {
                args.push(key.0);
            }
            match self.item()? {
                Item::Argument(argument) => args.push(argument),
                Item::Array(_) if depth == MAX_DEPTH => return Err(self.bad_request(&format!("arrays are nested deeper than {MAX_DEPTH}"))),
                Item::Array(count) => self.elements(count, args, key.is(b"pairs"), depth + 1)?,
            }
        }
        self.close()
    }

    fn formats(&mut self) -> Result<Formats, Error> {
        match self.item()? {
            Item::Argument(flags) => Ok(Formats::All(self.format(flags)?)),
            Item::Array(count) => {
                let mut formats = Vec::with_capacity(count.min(self.left()));
                for _ in 0..count {
                    self.key()?;
                    formats.push(match self.item()? {
                        Item::Argument(flags) => ReplyFormat::Whole(self.format(flags)?),
                        Item::Array(count) => self.formats_of_elements(count)?,
                    });
                }
                self.close()?;
                Ok(Formats::Each(formats))
            }
        }
    }

    fn formats_of_elements(&mut self, count: usize) -> Result<ReplyFormat, Error> {
        let mut formats = Vec::with_capacity(count.min(self.left()));
        for _ in 0..count {
            self.key()?;
            match self.item()? {
                Item::Argument(flags) => formats.push(self.format(flags)?),
                Item::Array(_) => return Err(self.bad_request("a format must be a number")),
            }
        }
        self.close()?;
        if formats.is_empty() {
            return Err(self.bad_request("expected the format of an array"));
        }
        Ok(ReplyFormat::Elements(formats.remove(0), formats))
    }

    fn format(&self, flags: &[u8]) -> Result<Format, Error> {
        if let [digit @ b'0'..=b'9'] = flags {
            return Ok(Format::from_flags(i64::from(digit - b'0')));
        }
        let number = std::str::from_utf8(flags).ok().and_then(|flags| flags.parse().ok());
        number.map(Format::from_flags).ok_or_else(|| self.bad_request("a format must be a number"))
    }

    fn array(&mut self) -> Result<usize, Error> {
        match self.item()? {
            Item::Array(count) => Ok(count),
            Item::Argument(_) => Err(self.bad_request("expected an array")),
        }
    }

    #[inline(always)]
    fn key(&mut self) -> Result<Key<'a>, Error> {
        match self.rest() {
            [b'i', b':', number @ ..] => self.number(number).map(|text| Key(text, false)),
            [b's', b':', string @ ..] => self.string(string).map(|text| Key(text, true)),
            _ => Err(self.bad_request("expected the key of an element")),
        }
    }

    #[inline(always)]
    fn item(&mut self) -> Result<Item<'a>, Error> {
        match self.rest() {
            [b's', b':', string @ ..] => self.string(string).map(Item::Argument),
            [b'i', b':', number @ ..] => self.number(number).map(Item::Argument),
            [b'a', b':', array @ ..] => {
                let (count, taken) = self.length(array)?;
                if array.get(taken..taken + 2) != Some(b":{") {
                    return Err(self.bad_request("expected :{ after the number of elements"));
                }
                self.at += taken + 4;
                Ok(Item::Array(count))
            }
            [b'b', b':', b'1', b';', ..] => Ok(Item::Argument(self.skip(4, b"1"))),
            [b'b', b':', b'0', b';', ..] => Ok(Item::Argument(self.skip(4, b""))),
            [b'N', b';', ..] => Ok(Item::Argument(self.skip(2, b""))),
            _ => Err(self.not_an_argument()),
        }
    }

    #[cold]
    fn not_an_argument(&self) -> Error {
        match self.rest().first() {
            Some(b'd') => self.bad_request("an argument is a float; pass it as a string"),
            Some(b'O' | b'C' | b'E') => self.bad_request("an argument is an object; pass it as a string"),
            Some(b'R' | b'r') => self.bad_request("an argument is a reference to another; pass a copy"),
            _ => self.bad_request("expected an argument"),
        }
    }

    /// The bytes of a string, from its length on.
    #[inline(always)]
    fn string(&mut self, string: &'a [u8]) -> Result<&'a [u8], Error> {
        let (length, taken) = self.length(string)?;
        let body = string.get(taken..).and_then(|body| body.strip_prefix(b":\""));
        let Some((bytes, after)) = body.and_then(|body| body.split_at_checked(length)) else {
            return Err(self.bad_request("a string is shorter than its length says"));
        };
        if !after.starts_with(b"\";") {
            return Err(self.bad_request("a string is longer than its length says"));
        }
        self.at += 2 + taken + 2 + length + 2;
        Ok(bytes)
    }

    /// The digits of a number, with its sign.
    #[inline(always)]
    fn number(&mut self, number: &'a [u8]) -> Result<&'a [u8], Error> {
        let sign = usize::from(number.first() == Some(&b'-'));
        let mut end = sign;
        while number.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        // The largest number has 19 digits.
        if number.get(end) != Some(&b';') || end == sign || end > sign + 19 {
            return Err(self.bad_request("expected up to 19 digits and a semicolon"));
        }
        self.at += 2 + end + 1;
        Ok(&number[..end])
    }

    /// A length, and the number of its digits.
    #[inline(always)]
    fn length(&self, digits: &[u8]) -> Result<(usize, usize), Error> {
        let (mut length, mut taken) = (0usize, 0);
        while let Some(digit) = digits.get(taken).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            length = length * 10 + usize::from(digit);
            taken += 1;
            if taken > 15 {
                break;
            }
        }
        if taken == 0 || taken > 15 {
            return Err(self.bad_request("expected a length of 1 to 15 digits"));
        }
        Ok((length, taken))
    }

    #[inline]
    fn skip(&mut self, bytes: usize, value: &'a [u8]) -> &'a [u8] {
        self.at += bytes;
        value
    }

    #[inline]
    fn close(&mut self) -> Result<(), Error> {
        if self.rest().first() != Some(&b'}') {
            return Err(self.bad_request("expected the end of an array"));
        }
        self.at += 1;
        Ok(())
    }

    fn end(&self) -> Result<(), Error> {
        if self.left() > 0 { Err(self.bad_request("expected the end of the request")) } else { Ok(()) }
    }

    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn left(&self) -> usize {
        self.rest().len()
    }

    #[cold]
    fn bad_request(&self, what: &str) -> Error {
        Error::new(Code::Request, format!("request, byte {}: {what}", self.at))
    }
}

/// The text of a key, and whether the key is a string.
struct Key<'a>(&'a [u8], bool);

impl Key<'_> {
    #[inline]
    fn is(&self, name: &[u8]) -> bool {
        self.1 && self.0 == name
    }
}
