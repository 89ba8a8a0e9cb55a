//! N independent Redis servers that behave like one server, with the same replies in every language.
//!
//! The node of a key is `crc32(key) % N`, as in rediscluster-py and rediscluster-php. A caller passes a command, or a request of RESP arrays
//! of bulk strings. The library finds the keys, sends the commands to the servers that hold them, in parallel if there are several, and
//! returns the replies as one buffer of bytes and an index. Rust programs use [`Cluster`], and [`Session`] for commands that change the state
//! of a connection. Programs in C, PHP and Go use the C ABI.
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
//!
//! # Hash tags
//!
//! A hash tag makes several keys share a node. `hash_tag` in the configuration selects the rule: `"strip"` hashes the tag of `name{tag}` and
//! stores the key as `name`, as rediscluster-py and rediscluster-php do; `"keep"` hashes the text between the first `{` and the next `}` and
//! stores the whole key, as Redis Cluster and twemproxy do; `"off"` has no tags. There is no default: without `hash_tag`, keys without a tag
//! work, and a key with a tag is refused with [`Code::Request`]. Choose `"keep"` for new data. See [`HashTag`].

// The layers, lowest first. A module imports only from its own folder and from the layers before it; tests/layers checks this.
mod error;
mod log;
mod partition;

mod config;
mod resp;

mod rdb;

mod command;

mod transport;

mod topology;

mod resharding;

mod routing;

mod crossnode;

mod cluster;

mod event_loop;

mod session;

mod query;

mod listener;

mod client_loop;

mod php;

#[allow(unsafe_code, non_camel_case_types)]
mod ffi;

#[cfg(feature = "tokio")]
mod async_cluster;

#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;

#[cfg(feature = "tokio")]
pub use crate::async_cluster::{AsyncCluster, Subscription};
pub use crate::client_loop::ClientLoop;
pub use crate::cluster::{Cluster, Nodes, RECOVER_MIN_AGE};
#[doc(hidden)]
pub use crate::command::{all_commands, data_commands, keys_of};
pub use crate::config::{
    Address, Config, ConfigBuilder, CrossNode, EmptyMaster, KeylessScripts, Master, Pin, Previous, Protocol, Read, Server, Tls,
    Transactions,
};
pub use crate::error::{Code, Error, Origin};
pub use crate::ffi::start_thread;
pub use crate::listener::{Job, JobThreads, Listener, ListenerCounters, ListenerTls, Stopper};
pub use crate::log::{LogEvent, LogKind, LogLevel, clear_log, set_log};
pub use crate::partition::{HashTag, Tagged, partition};
pub use crate::query::{ArgWriter, FromValue, Pipeline, PipelineTarget, Scan, ToArgs, pipeline};
pub use crate::resp::{Args, Children, Commands, Entry, Kind, Reply, ReplyData, Value, pack, pack_into};
pub use crate::session::{Credentials, Interrupter, Session, SharedSession};
pub use crate::transport::{Interrupt, on_signal};
