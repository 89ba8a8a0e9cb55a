//! The C ABI: one file per handle type, and conversions only. This is the only place with `unsafe`.
//!
//! Every function that can fail returns a `Status` and takes, as its last parameter, a nullable place for an error. Outputs are cleared on
//! entry and written only on success. No panic leaves a function (`panic`). `tests/header.rs` generates include/rediscluster.h from the files
//! in this folder, and include/rediscluster_php.h from those in `php`.

mod call;
mod client_loop;
mod cluster;
mod derived;
mod error;
mod fork;
mod log;
mod nodes;
mod panic;
mod partition;
mod php;
mod pointers;
mod reply;
mod session;
mod status;
mod thread;
mod version;

pub use crate::ffi::thread::start as start_thread;
