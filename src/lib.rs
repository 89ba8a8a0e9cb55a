//! rediscluster makes N independent Redis servers answer like one, with the same answer in every language.
//!
//! Keys are spread by `crc32(key) % N`, as rediscluster-py and rediscluster-php did. A caller hands over a command, or a request as every
//! Redis client writes it; the library finds the keys, asks the servers that hold them, all at once where there are several, and hands back
//! the replies as flat bytes and an index. C, PHP and Go reach it through the C ABI in [`ffi`]; Rust uses [`Cluster`] itself.
//!
//! ```no_run
//! use rediscluster::{Cluster, Config, Value};
//!
//! let config = Config::from_json(br#"{"nodes": {"node_1": "redis://10.0.0.1", "node_2": "redis://10.0.0.2"}}"#)?;
//! let cluster = Cluster::open(config);
//! cluster.command(&[b"SET", b"foo", b"bar"])?;
//! assert_eq!(cluster.command(&[b"GET", b"foo"])?.root(), Value::String(b"bar"));
//! # Ok::<(), rediscluster::Error>(())
//! ```

#![deny(unsafe_code)]

mod across;
mod cluster;
mod command;
mod config;
mod error;
#[allow(unsafe_code, non_camel_case_types)]
pub mod ffi;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod lane;
mod node;
mod partition;
mod php;
mod plan;
mod reply;
mod request;
mod resp;
mod session;

pub use cluster::{Cluster, Nodes};
#[doc(hidden)]
pub use command::{data_commands, keys_of};
pub use config::{Address, Config, CrossNode, Master, Read, Server};
pub use error::{Code, Error};
pub use partition::{HashTag, Tagged, partition};
pub use reply::{Body, Children, Entry, Kind, Reply, Value};
pub use request::{Args, Commands, pack};
pub use session::{Interrupter, Session};
