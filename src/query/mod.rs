//! Commands from Rust values, and replies into Rust values.

mod collections;
mod from_value;
mod pipeline;
#[allow(clippy::module_inception)]
mod query;
mod scan;
mod to_args;
mod transaction;
mod tuples;

pub use crate::query::from_value::FromValue;
pub use crate::query::pipeline::{Pipeline, PipelineTarget, pipeline};
#[cfg(feature = "tokio")]
pub(crate) use crate::query::query::convert_reply;
pub use crate::query::scan::Scan;
pub use crate::query::to_args::{ArgWriter, ToArgs};
