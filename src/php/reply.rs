//! Replies for PHP: scalars as they are, everything else as text.

use crate::cluster::{ReplySink, Strings};
use crate::error::Error;
use crate::php::serializer::Serializer;
use crate::php::text_kind::TextKind;
use crate::php::{Format, Formats, exploded_list};
use crate::resp::{Entry, Kind, Reply, ReplyData};

/// A scalar of PHP.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    Null,
    False,
    True,
    Integer(i64),
    String(&'a [u8]),
}

impl Scalar<'_> {
    /// The value at an index of a reply; `None` if it needs text.
    #[inline]
    pub(crate) fn from_value(reply: &ReplyData, at: usize, format: Format) -> Option<Scalar<'_>> {
        let Some(entry) = reply.entries().get(at) else { return Some(Scalar::Null) };
        Some(match entry.kind() {
            Kind::String => Scalar::String(reply.entry_bytes(entry)),
            Kind::Status if format.status_is_true() => Scalar::True,
            Kind::Status => Scalar::String(reply.entry_bytes(entry)),
            Kind::Integer => Scalar::Integer(entry.data),
            Kind::Nil | Kind::NilArray | Kind::Null if format.nil_is_false() => Scalar::False,
            Kind::Nil | Kind::NilArray | Kind::Null => Scalar::Null,
            Kind::Boolean if entry.data != 0 => Scalar::True,
            Kind::Boolean => Scalar::False,
            Kind::BigNumber | Kind::Verbatim => Scalar::String(reply.entry_bytes(entry)),
            Kind::Error | Kind::Array | Kind::Map | Kind::Failure | Kind::Double | Kind::Set | Kind::Push | Kind::Attribute => return None,
        })
    }
}

/// Copies a list of strings from the servers' replies to a text for `explode()`, if the format allows it; then no reply is built.
pub(crate) struct ListSink<'t> {
    pub text: &'t mut Vec<u8>,
    pub format: Format,
}

impl ReplySink for ListSink<'_> {
    /// `None` if the text has the list.
    type Output = Option<Reply>;

    fn strings(&mut self, strings: &Strings) -> Option<Option<Reply>> {
        (!self.format.is_pairs() && exploded_list::append_strings(strings, self.text)).then_some(None)
    }

    #[inline]
    fn reply(&mut self, reply: Reply) -> Option<Reply> {
        Some(reply)
    }
}

/// Appends the value at an index of a reply.
pub(crate) fn append_value(reply: &ReplyData, at: usize, format: Format, text: &mut Vec<u8>) -> Result<TextKind, Error> {
    let mut serializer = Serializer::new(reply, text)?;
    if format.is_pairs() {
        if let Some(keys_length) = serializer.append_exploded_pairs(at) {
            return Ok(TextKind::Pairs { keys_length });
        }
    } else if serializer.append_exploded_list(at) {
        return Ok(TextKind::List);
    }
    serializer.append_value(at, format);
    Ok(serializer.kind())
}

/// Appends the replies to many commands, the children of the root.
pub(crate) fn append_replies(replies: &ReplyData, formats: &Formats, text: &mut Vec<u8>) -> Result<TextKind, Error> {
    let mut serializer = Serializer::new(replies, text)?;
    if serializer.append_exploded_list(0) {
        return Ok(TextKind::List);
    }
    serializer.append_replies(formats);
    Ok(serializer.kind())
}

/// Appends an exception, for a command that got no reply.
#[cold]
pub(crate) fn append_exception(error: &Error, text: &mut Vec<u8>) -> Result<TextKind, Error> {
    let no_reply = Reply::nil();
    let mut serializer = Serializer::new(&no_reply, text)?;
    serializer.append_exception(error);
    Ok(serializer.kind())
}

/// The index of the only reply under the root array; the root's own index if there are several replies or none.
pub(crate) fn index_of_only_reply(replies: &[Entry]) -> usize {
    usize::from(replies.first().is_some_and(|root| root.length() == 1))
}
