//! rediscluster makes N independent Redis servers answer like one, with the same answer in every language.
//!
//! Keys are kind by `crc32(key) % N`, as rediscluster-py and rediscluster-php did. A caller hands over a command, or a request as every
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

mod cluster;
mod command;
mod config;
mod crossnode;
mod error;
#[allow(unsafe_code, non_camel_case_types)]
pub mod ffi;
mod partition;
mod php;
mod rdb;
mod resp;
mod routing;
mod session;
mod topology;
mod transport;

pub use crate::cluster::{Cluster, Nodes};
#[doc(hidden)]
pub use crate::command::{data_commands, keys_of};
pub use crate::config::{Address, Config, CrossNode, Master, Read, Server};
pub use crate::error::{Code, Error};
pub use crate::partition::{HashTag, Tagged, partition};
pub use crate::resp::{Args, Children, Commands, Entry, Kind, Reply, ReplyData, Value, pack};
pub use crate::session::{Interrupter, Session, SharedSession};
