//! What PHP is answered: a scalar as it is, all else as text.

use crate::cluster::{ReplySink, Strings};
use crate::error::Error;
use crate::php::write::Writer;
use crate::php::{Form, Forms, list};
use crate::resp::{Entry, Kind, Reply, ReplyData};

/// A scalar of PHP.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer<'a> {
    Null,
    False,
    True,
    Integer(i64),
    String(&'a [u8]),
}

impl Answer<'_> {
    /// A value of a reply; `None` where it takes a text.
    #[inline]
    pub(crate) fn of(reply: &ReplyData, at: usize, form: Form) -> Option<Answer<'_>> {
        let Some(entry) = reply.entries().get(at) else { return Some(Answer::Null) };
        Some(match entry.kind() {
            Kind::String => Answer::String(reply.entry_bytes(entry)),
            Kind::Status if form.status_is_true() => Answer::True,
            Kind::Status => Answer::String(reply.entry_bytes(entry)),
            Kind::Integer => Answer::Integer(entry.data),
            Kind::Nil | Kind::NilArray if form.nil_is_false() => Answer::False,
            Kind::Nil | Kind::NilArray => Answer::Null,
            Kind::Error | Kind::Array | Kind::Map | Kind::Failure => return None,
        })
    }
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// For `unserialize()`.
    Plain,
    /// The same, with objects in it: exceptions of ours.
    Objects,
    /// The strings of a list with 0xff between them, for `explode()`.
    List,
    /// Two such lists with 0xff between them, for `array_combine()`; the first has so many bytes.
    Pairs(usize),
}

/// Writes the answer to a text where it is a list of strings, and one in its form, from where the servers' replies have them; then there is no
/// reply.
pub(crate) struct Lists<'t> {
    pub text: &'t mut Vec<u8>,
    pub form: Form,
}

impl ReplySink for Lists<'_> {
    type Output = Option<Reply>;

    fn strings(&mut self, strings: &Strings) -> Option<Option<Reply>> {
        (!self.form.is_pairs() && list::gathered(strings, self.text)).then_some(None)
    }

    #[inline]
    fn reply(&mut self, reply: Reply) -> Option<Reply> {
        Some(reply)
    }
}

/// Appends a value of a reply.
pub(crate) fn one(reply: &ReplyData, at: usize, form: Form, text: &mut Vec<u8>) -> Result<Text, Error> {
    let mut writer = Writer::new(reply, text)?;
    if form.is_pairs() {
        if let Some(keys) = writer.combined(at) {
            return Ok(Text::Pairs(keys));
        }
    } else if writer.joined(at) {
        return Ok(Text::List);
    }
    writer.formed(at, form);
    Ok(writer.kind())
}

/// Appends the replies to many commands, which stand under one array.
pub(crate) fn many(replies: &ReplyData, forms: &Forms, text: &mut Vec<u8>) -> Result<Text, Error> {
    let mut writer = Writer::new(replies, text)?;
    if writer.joined(0) {
        return Ok(Text::List);
    }
    writer.many(forms);
    Ok(writer.kind())
}

/// Appends the exception of a command that got no reply.
#[cold]
pub(crate) fn failed(error: &Error, text: &mut Vec<u8>) -> Result<Text, Error> {
    let nothing = Reply::nil();
    let mut writer = Writer::new(&nothing, text)?;
    writer.failure(error);
    Ok(writer.kind())
}

/// Where the only reply under an array stands; or the array, where they are several or none.
pub(crate) fn alone(replies: &[Entry]) -> usize {
    usize::from(replies.first().is_some_and(|root| root.length() == 1))
}
