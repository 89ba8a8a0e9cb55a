//! RESP, the Redis serialization protocol: requests, replies, and the index of the values in a reply.

mod buffer_cache;
mod builder;
mod constructors;
mod debug;
mod encode;
mod framing;
mod headroom;
mod index;
mod inline_command;
mod number;
mod reader;
mod reader_errors;
#[cfg(test)]
mod reader_tests;
mod reply;
mod reply_list;
mod request;
mod request_stream;
mod short_value;

pub(crate) use crate::resp::builder::Builder;
pub(crate) use crate::resp::encode::{push_error, push_value};
pub(crate) use crate::resp::framing::Framer;
pub(crate) use crate::resp::headroom::{check_memory, check_memory_for_request, is_memory_limited};
pub(crate) use crate::resp::index::Bytes;
pub use crate::resp::index::{Entry, Kind};
pub(crate) use crate::resp::reader::Reader;
pub use crate::resp::reply::{Children, Reply, ReplyData, Value};
pub(crate) use crate::resp::reply_list::ReplyList;
pub use crate::resp::request::{Args, Commands, pack, pack_into};
pub(crate) use crate::resp::request::{CommandSource, SendableRange, push_argument, push_count, push_header};
pub(crate) use crate::resp::request_stream::{ProtocolError, RequestStream};
