//! Requests that are nothing but a list, as `implode()` joins it: for PHP that costs less than half of `serialize()`.
//!
//! Between the arguments stands the byte 0xff, and behind each of some last ones, which PHP can append for next to nothing. An argument that has
//! this byte itself is more than one here, so that there are too many, and the request is refused.

use crate::error::{Code, Error};
use crate::php::{BETWEEN, Form};
use crate::resp::Args;
use memchr::{memchr, memchr_iter, memrchr};

/// Whether a request is of this kind: no other ends like it.
#[inline]
pub(crate) fn is_joined(text: &[u8]) -> bool {
    text.last() == Some(&BETWEEN)
}

/// Reads one command: its arguments; its name; how many both are together. Where the word `pairs` follows, the first half of the arguments are
/// keys, and the second half are their values.
pub(crate) fn command<'a>(text: &'a [u8], args: &mut Args<'a>) -> Result<(), Error> {
    let text = text.strip_suffix(&[BETWEEN]).unwrap_or_default();
    let (rest, are_pairs) = match last(text) {
        (rest, b"pairs") => (rest, true),
        _ => (Some(text), false),
    };
    let (rest, count) = number(rest)?;
    let (list, name) = last(rest.ok_or_else(miscounted)?);
    args.reserve(count.min(text.len()));
    args.push(name);
    match are_pairs {
        true => extend_with_pairs(args, &Arguments(list).collect::<Vec<_>>()),
        false => args.extend(Arguments(list)),
    }
    if args.len() == count { Ok(()) } else { Err(miscounted()) }
}

/// Keys and values in turn; nothing where they are not as many.
fn extend_with_pairs<'a>(args: &mut Args<'a>, list: &[&'a [u8]]) {
    let (keys, values) = list.split_at(list.len() / 2);
    if keys.len() == values.len() {
        args.extend(keys.iter().zip(values).flat_map(|(key, value)| [*key, *value]));
    }
}

/// Many commands of so many arguments each.
#[derive(Clone)]
pub(crate) struct Commands<'a> {
    arguments: Arguments<'a>,
    left: usize,
    each: usize,
}

impl<'a> Commands<'a> {
    /// Reads the arguments of all, one command after the other; the form of all replies; how many commands there are; how many arguments each has.
    pub(crate) fn of(text: &'a [u8]) -> Result<(Commands<'a>, Form), Error> {
        let (rest, each) = number(text.strip_suffix(&[BETWEEN]))?;
        let (rest, left) = number(rest)?;
        let (list, form) = number(rest)?;
        let arguments = list.map_or(0, |list| memchr_iter(BETWEEN, list).count() + 1);
        if each == 0 || left.checked_mul(each) != Some(arguments) {
            return Err(miscounted());
        }
        Ok((Commands { arguments: Arguments(list), left, each }, Form::of(form as i64)))
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// How many bytes they are.
    pub(crate) fn size(&self) -> usize {
        self.arguments.0.map_or(0, <[u8]>::len)
    }

    /// Reads the next one; false at the end.
    #[inline]
    pub(crate) fn next(&mut self, args: &mut Args<'a>) -> bool {
        args.clear();
        args.extend(self.arguments.by_ref().take(self.each));
        self.left = self.left.saturating_sub(1);
        !args.is_empty()
    }
}

/// What stands between each 0xff, if there is anything.
#[derive(Clone)]
struct Arguments<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Arguments<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let end = memchr(BETWEEN, text);
        self.0 = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    }
}

/// The argument at the end of a text, and what stands before that, if there is anything.
fn last(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match memrchr(BETWEEN, text) {
        Some(at) => (Some(&text[..at]), &text[at + 1..]),
        None => (None, text),
    }
}

/// The same of a number.
fn number(text: Option<&[u8]>) -> Result<(Option<&[u8]>, usize), Error> {
    let (before, digits) = last(text.unwrap_or_default());
    match std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
        Some(number) => Ok((before, number)),
        None => Err(fault("a number was expected at the end")),
    }
}

#[cold]
fn miscounted() -> Error {
    fault("the byte 0xff stands in an argument, or an argument is missing")
}

#[cold]
fn fault(what: &str) -> Error {
    Error::new(Code::Request, format!("request: {what}"))
}
