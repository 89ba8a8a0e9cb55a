//! One command as PHP's `implode()` joins its arguments, which costs PHP less than half of `serialize()`.
//!
//! The separator is the byte 0xff; it also follows each of the last parts, which PHP can append at little cost. An argument that contains the
//! byte makes the count mismatch, and the request is rejected.

use crate::error::{Code, Error};
use crate::php::SEPARATOR;
use crate::resp::Args;
use memchr::{memchr, memrchr};

/// Whether a request has this encoding; no serialized one ends with the separator.
#[inline]
pub(crate) fn is_imploded(text: &[u8]) -> bool {
    text.last() == Some(&SEPARATOR)
}

/// Reads one command: its arguments, its name, and their number. If the word `pairs` follows, the first half of the arguments are keys and the
/// second half their values.
pub(crate) fn read_command<'a>(text: &'a [u8], args: &mut Args<'a>) -> Result<(), Error> {
    let text = text.strip_suffix(&[SEPARATOR]).unwrap_or_default();
    let (rest, are_pairs) = match split_last(text) {
        (rest, b"pairs") => (rest, true),
        _ => (Some(text), false),
    };
    let (rest, count) = split_last_number(rest)?;
    let (list, name) = split_last(rest.ok_or_else(count_mismatch)?);
    args.reserve(count.min(text.len()));
    args.push(name);
    match are_pairs {
        true => extend_with_pairs(args, &Arguments(list).collect::<Vec<_>>()),
        false => args.extend(Arguments(list)),
    }
    if args.len() == count { Ok(()) } else { Err(count_mismatch()) }
}

/// Pushes keys and values in turn; nothing if there are not as many keys as values.
fn extend_with_pairs<'a>(args: &mut Args<'a>, list: &[&'a [u8]]) {
    let (keys, values) = list.split_at(list.len() / 2);
    if keys.len() == values.len() {
        args.extend(keys.iter().zip(values).flat_map(|(key, value)| [*key, *value]));
    }
}

/// The parts between separators; none, if there is no text.
#[derive(Clone)]
struct Arguments<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Arguments<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let end = memchr(SEPARATOR, text);
        self.0 = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    }
}

/// The text before the last separator, if there is one, and the part after it.
fn split_last(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match memrchr(SEPARATOR, text) {
        Some(at) => (Some(&text[..at]), &text[at + 1..]),
        None => (None, text),
    }
}

/// [`split_last`], where the last part is a number.
fn split_last_number(text: Option<&[u8]>) -> Result<(Option<&[u8]>, usize), Error> {
    let (before, digits) = split_last(text.unwrap_or_default());
    match std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
        Some(number) => Ok((before, number)),
        None => Err(bad_request("it must end with a number")),
    }
}

#[cold]
fn count_mismatch() -> Error {
    bad_request("the number of arguments does not match: an argument contains the byte 0xff, or one is missing")
}

#[cold]
fn bad_request(what: &str) -> Error {
    Error::new(Code::Request, format!("request: {what}"))
}
