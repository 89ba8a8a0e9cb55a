//! Requests as PHP's `serialize()` writes them.

use crate::error::{Code, Error};
use crate::php::{Form, Forms, ReplyForm, joined};
use crate::resp::{Args, push_argument, push_count};

/// Lists within lists.
const MAX_DEPTH: usize = 64;

/// Reads one command: an array of its arguments. Arrays within it are opened; one under the key `pairs` yields its keys and values in turn. Or a
/// list of strings that `implode()` joined.
#[inline]
pub(crate) fn command<'a>(text: &'a [u8], args: &mut Args<'a>) -> Result<(), Error> {
    if joined::is_joined(text) {
        return joined::command(text, args);
    }
    let mut reader = Reader { text, at: 0 };
    reader.command(args)?;
    reader.end()
}

/// The same as RESP.
pub(crate) fn packed(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut args = Args::new();
    command(text, &mut args)?;
    let mut request = room_for(text.len())?;
    push(&mut request, &args);
    Ok(request)
}

/// Many commands, one after the other, read as they are asked for.
#[derive(Clone)]
pub(crate) struct Commands<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Commands<'a> {
    /// Reads an array of two: the form of all replies, or an array with that of each; and an array of commands. In place of a form may stand an
    /// array: the form of a reply that is an array, and those of its elements.
    pub(crate) fn of(text: &'a [u8]) -> Result<(Commands<'a>, Forms), Error> {
        let mut reader = Reader { text, at: 0 };
        if reader.array()? != 2 {
            return Err(reader.fault("an array of two was expected: forms and commands"));
        }
        reader.key()?;
        let forms = reader.forms()?;
        reader.key()?;
        let left = reader.array()?;
        Ok((Commands { reader, left }, forms))
    }

    /// How many are still to be read, if none is missing.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// How many bytes they are.
    pub(crate) fn size(&self) -> usize {
        self.reader.left()
    }

    /// Reads the next one; false at the end.
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
        if args.is_empty() { Err(self.reader.fault("a command without a name")) } else { Ok(true) }
    }
}

/// RESP is nearly always the shorter of the two.
pub(crate) fn room_for(size: usize) -> Result<Vec<u8>, Error> {
    let mut request = Vec::new();
    request.try_reserve(size).map_err(|_| Error::new(Code::Memory, "no memory for the request"))?;
    Ok(request)
}

#[inline]
pub(crate) fn push(request: &mut Vec<u8>, args: &[&[u8]]) {
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
    /// The head of one, and how many elements follow.
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
                Item::Array(_) if depth == MAX_DEPTH => return Err(self.fault("arrays are nested too deep")),
                Item::Array(count) => self.elements(count, args, key.is(b"pairs"), depth + 1)?,
            }
        }
        self.close()
    }

    fn forms(&mut self) -> Result<Forms, Error> {
        match self.item()? {
            Item::Argument(flags) => Ok(Forms::All(self.form(flags)?)),
            Item::Array(count) => {
                let mut forms = Vec::with_capacity(count.min(self.left()));
                for _ in 0..count {
                    self.key()?;
                    forms.push(match self.item()? {
                        Item::Argument(flags) => ReplyForm::Whole(self.form(flags)?),
                        Item::Array(count) => self.forms_of_elements(count)?,
                    });
                }
                self.close()?;
                Ok(Forms::Each(forms))
            }
        }
    }

    fn forms_of_elements(&mut self, count: usize) -> Result<ReplyForm, Error> {
        let mut forms = Vec::with_capacity(count.min(self.left()));
        for _ in 0..count {
            self.key()?;
            match self.item()? {
                Item::Argument(flags) => forms.push(self.form(flags)?),
                Item::Array(_) => return Err(self.fault("a form is a number")),
            }
        }
        self.close()?;
        if forms.is_empty() {
            return Err(self.fault("the form of an array was expected"));
        }
        Ok(ReplyForm::Elements(forms.remove(0), forms))
    }

    fn form(&self, flags: &[u8]) -> Result<Form, Error> {
        if let [digit @ b'0'..=b'9'] = flags {
            return Ok(Form::of(i64::from(digit - b'0')));
        }
        let number = std::str::from_utf8(flags).ok().and_then(|flags| flags.parse().ok());
        number.map(Form::of).ok_or_else(|| self.fault("a form is a number"))
    }

    fn array(&mut self) -> Result<usize, Error> {
        match self.item()? {
            Item::Array(count) => Ok(count),
            Item::Argument(_) => Err(self.fault("an array was expected")),
        }
    }

    #[inline(always)]
    fn key(&mut self) -> Result<Key<'a>, Error> {
        match self.rest() {
            [b'i', b':', number @ ..] => self.number(number).map(|text| Key(text, false)),
            [b's', b':', string @ ..] => self.string(string).map(|text| Key(text, true)),
            _ => Err(self.fault("the key of an element was expected")),
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
                    return Err(self.fault("the number of elements must end in :{"));
                }
                self.at += taken + 4;
                Ok(Item::Array(count))
            }
            [b'b', b':', b'1', b';', ..] => Ok(Item::Argument(self.skip(4, b"1"))),
            [b'b', b':', b'0', b';', ..] => Ok(Item::Argument(self.skip(4, b""))),
            [b'N', b';', ..] => Ok(Item::Argument(self.skip(2, b""))),
            _ => Err(self.unfit()),
        }
    }

    #[cold]
    fn unfit(&self) -> Error {
        match self.rest().first() {
            Some(b'd') => self.fault("an argument is a float, which must be written as a string"),
            Some(b'O' | b'C' | b'E') => self.fault("an argument is an object, which must be written as a string"),
            Some(b'R' | b'r') => self.fault("an argument is a reference to another one"),
            _ => self.fault("an argument was expected"),
        }
    }

    /// The bytes of a string, whose length is read next.
    #[inline(always)]
    fn string(&mut self, string: &'a [u8]) -> Result<&'a [u8], Error> {
        let (length, taken) = self.length(string)?;
        let body = string.get(taken..).and_then(|body| body.strip_prefix(b":\""));
        let Some((bytes, behind)) = body.and_then(|body| body.split_at_checked(length)) else {
            return Err(self.fault("a string is cut short"));
        };
        if !behind.starts_with(b"\";") {
            return Err(self.fault("a string must end where its length says"));
        }
        self.at += 2 + taken + 2 + length + 2;
        Ok(bytes)
    }

    /// The digits of a number, as they stand there.
    #[inline(always)]
    fn number(&mut self, number: &'a [u8]) -> Result<&'a [u8], Error> {
        let sign = usize::from(number.first() == Some(&b'-'));
        let mut end = sign;
        while number.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        // 19 digits are those of the largest number.
        if number.get(end) != Some(&b';') || end == sign || end > sign + 19 {
            return Err(self.fault("a number must be digits that end in a semicolon"));
        }
        self.at += 2 + end + 1;
        Ok(&number[..end])
    }

    /// A length, and how many digits it has.
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
            return Err(self.fault("a length must be digits, and not too many"));
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
            return Err(self.fault("the end of an array was expected"));
        }
        self.at += 1;
        Ok(())
    }

    fn end(&self) -> Result<(), Error> {
        if self.left() > 0 { Err(self.fault("something stands behind the request")) } else { Ok(()) }
    }

    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn left(&self) -> usize {
        self.rest().len()
    }

    #[cold]
    fn fault(&self, what: &str) -> Error {
        Error::new(Code::Request, format!("request, byte {}: {what}", self.at))
    }
}

/// The text of a key, and whether it is a string.
struct Key<'a>(&'a [u8], bool);

impl Key<'_> {
    #[inline]
    fn is(&self, name: &[u8]) -> bool {
        self.1 && self.0 == name
    }
}
