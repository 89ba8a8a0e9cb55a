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

pub use cluster::*;
pub use error::*;
pub use nodes::*;
pub use partition::*;
pub use php::*;
pub use php_answer::*;
pub use php_session::*;
pub use reply::*;
pub use session::*;
pub use status::*;
pub use version::*;
