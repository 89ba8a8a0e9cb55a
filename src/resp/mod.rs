//! RESP, the Redis serialization protocol: requests, replies and the index of the values in a reply.

mod buffer_cache;
mod builder;
mod constructors;
mod index;
mod number;
mod reader;
#[cfg(test)]
mod reader_tests;
mod reply;
mod request;

pub(crate) use crate::resp::builder::Builder;
pub use crate::resp::index::{Entry, Kind};
pub(crate) use crate::resp::reader::Reader;
pub use crate::resp::reply::{Children, Reply, ReplyData, Value};
pub use crate::resp::request::{Args, Commands, pack};
pub(crate) use crate::resp::request::{Source, Whole, push_argument, push_count, push_header};
