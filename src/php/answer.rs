//! What PHP is answered: a scalar as it is, all else as text for `unserialize()`.

use super::write::Writer;
use super::{Form, Forms};
use crate::error::Error;
use crate::reply::{Body, Entry, Kind, Reply};

/// A value of PHP.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer<'a> {
    Null,
    False,
    True,
    Integer(i64),
    String(&'a [u8]),
    /// For `unserialize()`, and whether there are objects in it: exceptions of ours.
    Text(Vec<u8>, bool),
}

impl Answer<'_> {
    /// A value of a reply.
    #[inline]
    pub(crate) fn of(reply: &Body, at: usize, form: Form) -> Result<Answer<'_>, Error> {
        let Some(entry) = reply.entries().get(at) else { return Ok(Answer::Null) };
        Ok(match entry.kind() {
            Kind::String => Answer::String(reply.text(entry)),
            Kind::Status if form.status_is_true() => Answer::True,
            Kind::Status => Answer::String(reply.text(entry)),
            Kind::Integer => Answer::Integer(entry.data),
            Kind::Nil | Kind::NilArray if form.nil_is_false() => Answer::False,
            Kind::Nil | Kind::NilArray => Answer::Null,
            Kind::Error | Kind::Array | Kind::Map | Kind::Failure => {
                let mut writer = Writer::new(reply)?;
                writer.formed(at, form);
                writer.finish()
            }
        })
    }

    /// The replies to many commands, which stand under one array.
    pub(crate) fn of_many(replies: Reply, forms: &Forms) -> Result<Answer<'static>, Error> {
        let mut writer = Writer::new(&replies)?;
        writer.many(forms);
        Ok(writer.finish())
    }
}

/// The exception of a command that got no reply.
#[cold]
pub(crate) fn failed(error: &Error) -> Result<Answer<'static>, Error> {
    Writer::failed(error)
}

/// Where the only reply under an array stands; or the array, where they are several or none.
pub(crate) fn alone(replies: &[Entry]) -> usize {
    usize::from(replies.first().is_some_and(|root| root.length() == 1))
}
