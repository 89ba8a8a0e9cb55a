//! The C ABI: one file a handle type, and nothing but conversions. The only place with `unsafe`.
//!
//! Every function that can fail answers a [`Status`] and takes, last, a nullable place for an error. Its outputs are cleared on entry and
//! written only on success. No panic leaves it (`guard`). The header, `include/rediscluster.h`, is made from these files.

mod boundary;
mod cluster;
mod error;
mod guard;
mod nodes;
mod partition;
mod php;
mod php_answer;
mod php_session;
mod reply;
mod session;
mod status;
mod version;

pub use crate::ffi::cluster::*;
pub use crate::ffi::error::*;
pub use crate::ffi::nodes::*;
pub use crate::ffi::partition::*;
pub use crate::ffi::php::*;
pub use crate::ffi::php_answer::*;
pub use crate::ffi::php_session::*;
pub use crate::ffi::reply::*;
pub use crate::ffi::session::*;
pub use crate::ffi::status::*;
pub use crate::ffi::version::*;
