//! PHP's text formats: requests as `serialize()` or `implode()` write them, or with lengths as a queue is appended to; replies for `unserialize()` or
//! `explode()`.
//!
//! These functions of PHP are written in C. No other way to pass values between PHP and the library is as fast.

mod exploded_list;
mod format;
mod imploded_request;
mod log;
mod prefixed_request;
mod reply;
mod requests;
mod serialized_request;
mod serializer;
#[cfg(test)]
mod tests;
mod text_kind;

pub(crate) use crate::php::format::{Format, Formats, ReplyFormat};
pub(crate) use crate::php::log::take_events;
pub(crate) use crate::php::reply::{ListSink, Scalar, append_exception, append_replies, append_value, index_of_only_reply};
pub(crate) use crate::php::requests::Requests;
pub(crate) use crate::php::serialized_request::{command_to_resp, read_command};
pub(crate) use crate::php::text_kind::TextKind;

/// Separates strings in lists for `explode()` and from `implode()`. It does not occur in UTF-8.
const SEPARATOR: u8 = 0xff;
