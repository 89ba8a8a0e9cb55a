//! The configuration: which servers there are, which of them are the masters `node_1` … `node_N`, and how to speak to them.
//!
//! It is given as JSON, the same in every language: the cluster hash of the old packages, plus options. Reading it connects to nothing.

mod fields;
mod json;
mod node;
mod parse;

use crate::error::Error;
use crate::partition::HashTag;
use std::fmt;
use std::time::Duration;

/// A configuration that was read and found sound. Equal configurations share a handle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Config {
    /// The distinct servers. Two aliases of one address, database and user are one server and share its connections.
    pub servers: Vec<Server>,
    /// The masters in the order node_1, node_2, …
    pub masters: Vec<Master>,
    /// The replicas that the configuration names (`master_of`), for each of the servers; `None`: the masters are asked for theirs.
    pub replicas: Option<Vec<Vec<Server>>>,
    pub hash_tag: HashTag,
    pub cross_node: CrossNode,
    /// Where reads go, unless a call says otherwise.
    pub read: Read,
    /// How often a server is asked for its role and its replicas; `None`: never.
    pub refresh_interval: Option<Duration>,
    /// `None` waits for ever, here and below.
    pub connect_timeout: Option<Duration>,
    /// The longest silence while a reply is awaited.
    pub read_timeout: Option<Duration>,
    /// The longest time in which the server takes no byte of a request.
    pub write_timeout: Option<Duration>,
    /// How many connections a server may have from one process through one handle.
    pub pool_size: usize,
}

/// One of the nodes that keys are kind over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Master {
    pub alias: String,
    /// Its place in [`Config::servers`].
    pub server: usize,
}

/// A server, and who we are on it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// The first alias that names it; of a replica `node_1_slave`, `node_1_slave_2` and so on, by its master's.
    pub alias: String,
    pub address: Address,
    pub username: Option<String>,
    pub password: Option<String>,
    pub db: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    Tcp { host: String, port: u16 },
    Unix { path: String },
}

/// What becomes of a command whose keys live on several nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CrossNode {
    /// It is carried out where the library knows how, else refused.
    Emulate,
    /// It is refused.
    Strict,
}

/// Which servers are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Read {
    /// The replicas of a master, in turn; the master where none can answer.
    Replica,
    /// The masters alone.
    Master,
}

impl Config {
    /// Reads a configuration; the error names the path of what is wrong with it.
    pub fn from_json(text: &[u8]) -> Result<Config, Error> {
        parse::config(text)
    }

    /// The same servers, all of them in one database; `None` where that would make two servers one.
    pub(crate) fn in_database(&self, db: u32) -> Option<Config> {
        let mut config = self.clone();
        config.servers.iter_mut().for_each(|server| server.db = db);
        config.replicas.iter_mut().flatten().flatten().for_each(|replica| replica.db = db);
        let distinct =
            config.servers.iter().enumerate().all(|(at, one)| config.servers[..at].iter().all(|other| !one.same_endpoint(other)));
        distinct.then_some(config)
    }
}

impl Server {
    /// The name of a master's replica, the how-manieth counted from 1.
    pub(crate) fn replica_alias(master: &str, number: usize) -> String {
        if number == 1 { format!("{master}_slave") } else { format!("{master}_slave_{number}") }
    }

    /// Whether a connection to the one would do for the other.
    fn same_endpoint(&self, other: &Server) -> bool {
        self.address == other.address && self.db == other.db && self.username == other.username && self.password == other.password
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
        }
    }
}
