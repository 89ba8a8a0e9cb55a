//! The configuration: the servers, which of them are the masters `node_1` … `node_N`, and how to reach them.
//!
//! It is given as JSON, the same in every language: the cluster hash of rediscluster-py and rediscluster-php, plus options. `builder` writes
//! it for Rust programs. Reading it connects to nothing.
//!
//! Data flows one way: `document` has the JSON keys, `values` reads single values, `node` and `resolve` decide what they mean together.
//! `tls` has the settings of encrypted connections, whose files are read again when their `file_version` changes. `layout` orders the masters; `placement` computes where a key is stored; `pin` has the rules for keys on a fixed node, and `glob` their patterns; `previous` the layout that keys are moved away from.

mod builder;
mod document;
#[cfg(feature = "tls")]
mod file_version;
mod glob;
mod layout;
mod node;
mod pin;
mod placement;
mod previous;
mod resolve;
mod sentinels;
mod tls;
mod values;

pub use crate::config::builder::ConfigBuilder;
#[cfg(feature = "tls")]
pub(crate) use crate::config::file_version::{FileVersion, file_versions};
pub use crate::config::pin::Pin;
pub(crate) use crate::config::placement::Place;
pub use crate::config::previous::Previous;
pub use crate::config::tls::Tls;
#[cfg(feature = "tls")]
pub(crate) use crate::config::tls::{certificates, private_key, server_name};
use crate::error::Error;
use crate::partition::HashTag;
use std::fmt;
use std::time::Duration;

/// A valid configuration. Equal configurations share a handle in [`Cluster::open_shared`](crate::Cluster::open_shared).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Config {
    /// The distinct servers. Two aliases with the same address, database and credentials are one server and share its connections. Servers that
    /// only the previous layout has are the last ones; their aliases are `previous.node_1` and so on.
    pub servers: Vec<Server>,
    /// The masters in the order node_1, node_2, …
    pub masters: Vec<Master>,
    /// The replicas that the configuration names (`master_of`), for each of the servers. `None`: the masters are asked for theirs.
    pub replicas: Option<Vec<Vec<Server>>>,
    /// How the part of a key that is hashed is found. `None`: keys for which this matters are refused.
    pub hash_tag: Option<HashTag>,
    /// The keys that are stored on a fixed node, the most specific rule first.
    pub pins: Vec<Pin>,
    /// The layout that keys are moved away from while programs use them. `None`: every key is on its node.
    pub previous: Option<Box<Previous>>,
    /// There are pins or a previous layout.
    has_placement_rules: bool,
    /// What happens to a command whose keys are on several nodes.
    pub cross_node: CrossNode,
    /// The protocol of the connections, and so the types of replies.
    pub protocol: Protocol,
    /// What happens to a script or function without keys if there are several masters.
    pub keyless_scripts: KeylessScripts,
    /// What happens to a transaction of a session whose keys are on several nodes.
    pub transactions: Transactions,
    /// Where reads go, unless a call says otherwise.
    pub read: Read,
    /// A replica is read from if it has everything that was acknowledged so long before the read. `None`: it may lag.
    pub max_lag: Option<Duration>,
    /// Whether reads of a handle see the writes of the same handle, unless a call says otherwise.
    pub read_your_writes: bool,
    /// The Sentinels that know the masters of nodes with [`Address::Service`], in the order in which they are asked.
    pub sentinels: Vec<Server>,
    /// How often a server is asked for its role and its replicas. `None`: never.
    pub refresh_interval: Option<Duration>,
    /// How long a request to one server may take up to the first byte of its reply: resolving the name, waiting for a connection, connecting,
    /// the role check, sending, waiting. A blocking command adds its own time. `None`: no limit.
    pub timeout: Option<Duration>,
    /// How long a call may take as a whole, with all of its rounds and retries, unless a handle says otherwise. `None`: no limit.
    pub deadline: Option<Duration>,
    /// How long connecting, or waiting for a free connection, may take. `None`: no limit.
    pub connect_timeout: Option<Duration>,
    /// The longest silence while a reply is awaited. `None`: no limit.
    pub read_timeout: Option<Duration>,
    /// The longest time during which a server takes no byte of a request. `None`: no limit.
    pub write_timeout: Option<Duration>,
    /// The slowest rate, in bytes per second and on average over `read_timeout`, at which the rest of a reply may arrive. 0: no limit.
    pub min_reply_rate: u32,
    /// After how many failures in a row calls to a server fail at once, until it replies again. 0: never.
    pub breaker_failures: u32,
    /// Whether the processes of a user on this host tell each other which servers do not reply. If not, each process finds out by itself.
    pub breaker_shared: bool,
    /// How many connections to one server a process may have through one handle.
    pub pool_size: usize,
    /// How many calls to one server may be in progress through one handle; more fail at once instead of waiting for a connection. `None`: no
    /// limit but `pool_size`.
    pub max_in_flight: Option<usize>,
    /// The most bytes that a server may send in reply to the commands of one call. `usize::MAX`: no limit.
    pub max_reply_size: usize,
    /// A connection that has not been used for this long is closed. `None`: never.
    pub max_idle_time: Option<Duration>,
    /// A connection that has been open for this long is not used again. `None`: it may have any age.
    pub max_connection_age: Option<Duration>,
    /// While a command or a subscription waits for long, its server has to reply to a PING in this interval. `None`: it is not asked.
    pub ping_interval: Option<Duration>,
    /// After this time without traffic the kernel checks whether the other side of a TCP connection still exists. `None`: never.
    pub keepalive: Option<Duration>,
    /// How long the other side of a TCP connection may not acknowledge what was sent, before the kernel closes the connection
    /// (`TCP_USER_TIMEOUT`). `None`: the kernel decides.
    pub tcp_user_timeout: Option<Duration>,
    /// The deepest nesting of arrays in a reply. A deeper reply fails, and its connection is closed.
    pub max_reply_depth: usize,
    /// Whether a command that is split by its keys has a failure in the place of each key whose node failed, unless a handle says otherwise. If
    /// not, the command fails.
    pub partial: bool,
    /// What happens to calls for a master that was restarted without its data.
    pub empty_master: EmptyMaster,
}

/// One of the nodes that keys are distributed over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Master {
    /// `node_1`, `node_2`, …
    pub alias: String,
    /// Its index in [`Config::servers`].
    pub server: usize,
}

/// A server, and the credentials and database to use there. Its `Debug` output does not show the credentials.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Server {
    /// The first alias that names it. The replicas of `node_1` are `node_1_slave`, `node_1_slave_2` and so on.
    pub alias: String,
    /// Where it listens.
    pub address: Address,
    /// The ACL user. `None`: the default user.
    pub username: Option<String>,
    /// The password. `None`: no AUTH is sent, unless there is a user.
    pub password: Option<String>,
    /// The database, from 0.
    pub db: u32,
    /// The settings of TLS. `None`: the connection is not encrypted.
    pub tls: Option<Tls>,
}

/// The address of a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A TCP port.
    Tcp {
        /// A host name, or an IPv4 or IPv6 address without brackets.
        host: String,
        /// The port, from 1.
        port: u16,
    },
    /// A Unix socket.
    Unix {
        /// The path of the socket.
        path: String,
    },
    /// The master of this service, whose address Sentinel knows.
    Service {
        /// The name of the service, as in `sentinel monitor <name>`.
        name: String,
    },
}

/// What happens to a command whose keys are on several nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrossNode {
    /// It runs across the nodes where the library has a strategy for it; otherwise it is refused.
    Emulate,
    /// It is refused.
    Strict,
}

/// The version of the protocol that servers are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// Every server has it.
    #[default]
    Resp2,
    /// Replies have more types, such as maps, sets and doubles. It requires Redis 6 or newer.
    Resp3,
}

/// What happens to a script or function without keys if there are several masters: `EVAL`, `EVALSHA`, `FCALL` and their relatives with a number of
/// keys of 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeylessScripts {
    /// It runs on the first master. A script is refused if its source is known and calls a command with a literal key, or one on all keys.
    Check,
    /// It runs on the first master.
    Run,
    /// It is refused.
    Refuse,
    /// It runs on this master: an index in [`Config::masters`].
    Node(usize),
}

/// What happens to a transaction (`MULTI` … `EXEC`) of a session whose keys are on several nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transactions {
    /// The key of a second node is refused, and so is the transaction.
    OneNode,
    /// Each node runs a transaction of its own. They are not atomic together.
    PerNode,
}

/// What happens to calls for a master that had replicas and was restarted without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmptyMaster {
    /// One of them fails, and says so. The others use the master as it is.
    Report,
    /// All of them fail, until the master has data again or a replica is promoted.
    Refuse,
    /// None of them fails.
    Accept,
}

/// Which servers are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Read {
    /// The replicas of a master in rotation; the master when no replica can be read from.
    Replica,
    /// Only the masters.
    Master,
    /// The master and its replicas in rotation.
    Any,
    /// Those of the master and its replicas that reply fastest, in rotation if several are about equal.
    Nearest,
}

impl Read {
    pub(crate) const NAMES: [(&str, Read); 4] =
        [("replica", Read::Replica), ("master", Read::Master), ("any", Read::Any), ("nearest", Read::Nearest)];

    /// Its name in the configuration, such as `nearest`.
    pub fn name(self) -> &'static str {
        Read::NAMES.iter().find(|(_, read)| *read == self).map_or("", |(name, _)| name)
    }

    /// The value with this name in the configuration, such as `nearest`.
    pub fn from_name(name: &str) -> Option<Read> {
        Read::NAMES.iter().find(|(known, _)| *known == name).map(|(_, read)| *read)
    }
}

impl Config {
    /// Reads a configuration from JSON.
    ///
    /// # Errors
    /// `Code::Config`; the message begins with the path of the value that is wrong, such as `nodes.node_3.port: 70000 is not a port`.
    pub fn from_json(text: &[u8]) -> Result<Config, Error> {
        resolve::config(document::parse(text)?)
    }

    /// The server for scripts and functions without keys.
    pub(crate) fn keyless_server(&self) -> usize {
        let master = if let KeylessScripts::Node(master) = self.keyless_scripts { master } else { 0 };
        self.masters[master].server
    }

    /// The same servers with another protocol.
    pub(crate) fn with_protocol(&self, protocol: Protocol) -> Config {
        Config { protocol, ..self.clone() }
    }

    /// The same servers, all with this database. `None` when two servers differ only in their database.
    pub(crate) fn in_database(&self, db: u32) -> Option<Config> {
        let mut config = self.clone();
        config.servers.iter_mut().for_each(|server| server.db = db);
        config.replicas.iter_mut().flatten().flatten().for_each(|replica| replica.db = db);
        let distinct =
            config.servers.iter().enumerate().all(|(at, one)| config.servers[..at].iter().all(|other| !one.same_endpoint(other)));
        distinct.then_some(config)
    }
}

impl Protocol {
    /// Its number, as HELLO takes it.
    pub(crate) fn number(self) -> &'static str {
        if self == Protocol::Resp3 { "3" } else { "2" }
    }
}

impl Server {
    /// The alias of the nth replica of a master, counted from 1.
    pub(crate) fn replica_alias(master: &str, number: usize) -> String {
        if number == 1 { format!("{master}_slave") } else { format!("{master}_slave_{number}") }
    }

    /// Whether a connection to one can be used for the other.
    fn same_endpoint(&self, other: &Server) -> bool {
        self.address == other.address
            && self.db == other.db
            && self.username == other.username
            && self.password == other.password
            && self.tls == other.tls
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({}, db {})", self.alias, self.address, self.db)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port } if host.contains(':') => write!(formatter, "[{host}]:{port}"),
            Address::Tcp { host, port } => write!(formatter, "{host}:{port}"),
            Address::Unix { path } => write!(formatter, "{path}"),
            Address::Service { name } => write!(formatter, "service {name}"),
        }
    }
}
