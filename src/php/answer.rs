//! What PHP is answered: a scalar as it is, all else as text for `unserialize()`, with whether there are objects in it: exceptions of ours.

use super::write::Writer;
use super::{Form, Forms};
use crate::error::Error;
use crate::reply::{Body, Entry, Kind, Reply};

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
    pub(crate) fn of(reply: &Body, at: usize, form: Form) -> Option<Answer<'_>> {
        let Some(entry) = reply.entries().get(at) else { return Some(Answer::Null) };
        Some(match entry.kind() {
            Kind::String => Answer::String(reply.text(entry)),
            Kind::Status if form.status_is_true() => Answer::True,
            Kind::Status => Answer::String(reply.text(entry)),
            Kind::Integer => Answer::Integer(entry.data),
            Kind::Nil | Kind::NilArray if form.nil_is_false() => Answer::False,
            Kind::Nil | Kind::NilArray => Answer::Null,
            Kind::Error | Kind::Array | Kind::Map | Kind::Failure => return None,
        })
    }
}

/// Appends a value of a reply for `unserialize()`; answers whether there are objects in it: exceptions of ours.
pub(crate) fn one(reply: &Body, at: usize, form: Form, text: &mut Vec<u8>) -> Result<bool, Error> {
    let mut writer = Writer::new(reply, text)?;
    writer.formed(at, form);
    Ok(writer.objects)
}

/// The same of the replies to many commands, which stand under one array.
pub(crate) fn many(replies: &Body, forms: &Forms, text: &mut Vec<u8>) -> Result<bool, Error> {
    let mut writer = Writer::new(replies, text)?;
    writer.many(forms);
    Ok(writer.objects)
}

/// The same of the exception of a command that got no reply.
#[cold]
pub(crate) fn failed(error: &Error, text: &mut Vec<u8>) -> Result<bool, Error> {
    let nothing = Reply::nil();
    Writer::new(&nothing, text)?.failure(error);
    Ok(true)
}

/// Where the only reply under an array stands; or the array, where they are several or none.
pub(crate) fn alone(replies: &[Entry]) -> usize {
    usize::from(replies.first().is_some_and(|root| root.length() == 1))
}
