//! The JSON document of a configuration: its keys, and nothing else. What they mean together is decided in `resolve`.

use crate::config::tls::{TlsDocument, tls};
use crate::config::values::{
    Alias, Aliases, Named, StringOrObject, boolean, count, database, object, pool_size, port, protocol, reply_depth, seconds, string, word,
};
use crate::config::{CrossNode, EmptyMaster, KeylessScripts, Protocol, Read, Transactions};
use crate::error::{Code, Error};
use crate::partition::HashTag;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use std::fmt::Display;
use std::time::Duration;

/// The keys of the configuration. `None`: absent or `null`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    #[serde(default, deserialize_with = "object")]
    pub nodes: Option<Named<StringOrObject<NodeDocument>>>,
    #[serde(default, deserialize_with = "object")]
    pub master_of: Option<Named<Aliases>>,
    #[serde(default, deserialize_with = "string")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "string")]
    pub password: Option<String>,
    #[serde(default, deserialize_with = "database")]
    pub db: Option<u32>,
    #[serde(default, deserialize_with = "hash_tag")]
    pub hash_tag: Option<HashTag>,
    #[serde(default, deserialize_with = "object")]
    pub pin: Option<Named<Alias>>,
    #[serde(default, deserialize_with = "object")]
    pub previous: Option<PreviousDocument>,
    #[serde(default, deserialize_with = "cross_node")]
    pub cross_node: Option<CrossNode>,
    #[serde(default, deserialize_with = "keyless_scripts")]
    pub keyless_scripts: Option<KeylessScriptsDocument>,
    #[serde(default, deserialize_with = "transactions")]
    pub transactions: Option<Transactions>,
    #[serde(default, deserialize_with = "read")]
    pub read: Option<Read>,
    #[serde(default, deserialize_with = "seconds")]
    pub max_lag: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "boolean")]
    pub read_your_writes: Option<bool>,
    /// The name that rediscluster-py and rediscluster-php have for `read`.
    #[serde(default, deserialize_with = "boolean")]
    pub masters_only: Option<bool>,
    /// The old packages ran commands without keys there. It has no effect any more.
    #[serde(default, deserialize_with = "string")]
    pub default_node: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    pub refresh_interval: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub timeout: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub deadline: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub connect_timeout: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub read_timeout: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub write_timeout: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "count")]
    pub min_reply_rate: Option<u32>,
    #[serde(default, deserialize_with = "count")]
    pub breaker_failures: Option<u32>,
    #[serde(default, deserialize_with = "boolean")]
    pub breaker_shared: Option<bool>,
    #[serde(default, deserialize_with = "pool_size")]
    pub pool_size: Option<usize>,
    #[serde(default, deserialize_with = "count")]
    pub max_in_flight: Option<u32>,
    #[serde(default, deserialize_with = "count")]
    pub max_reply_size: Option<u32>,
    #[serde(default, deserialize_with = "seconds")]
    pub max_idle_time: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub max_connection_age: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub ping_interval: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub keepalive: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "seconds")]
    pub tcp_user_timeout: Option<Option<Duration>>,
    #[serde(default, deserialize_with = "reply_depth")]
    pub max_reply_depth: Option<usize>,
    #[serde(default, deserialize_with = "boolean")]
    pub partial: Option<bool>,
    #[serde(default, deserialize_with = "empty_master")]
    pub empty_master: Option<EmptyMaster>,
    pub sentinels: Option<Vec<StringOrObject<NodeDocument>>>,
    #[serde(default, deserialize_with = "string")]
    pub sentinel_username: Option<String>,
    #[serde(default, deserialize_with = "string")]
    pub sentinel_password: Option<String>,
    #[serde(default, deserialize_with = "tls")]
    pub sentinel_tls: Option<TlsDocument>,
    #[serde(default, deserialize_with = "tls")]
    pub tls: Option<TlsDocument>,
    #[serde(default, deserialize_with = "protocol")]
    pub protocol: Option<Protocol>,
}

/// The layout that keys are moved away from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviousDocument {
    #[serde(default, deserialize_with = "object")]
    pub nodes: Option<Named<StringOrObject<NodeDocument>>>,
    #[serde(default, deserialize_with = "object")]
    pub master_of: Option<Named<Aliases>>,
    #[serde(default, deserialize_with = "hash_tag")]
    pub hash_tag: Option<HashTag>,
    #[serde(default, deserialize_with = "object")]
    pub pin: Option<Named<Alias>>,
}

/// What `keyless_scripts` is: a word, or an object that names a node.
pub(crate) enum KeylessScriptsDocument {
    Word(KeylessScripts),
    Node(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedNode {
    node: Alias,
}

/// The keys of a node.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeDocument {
    #[serde(default, deserialize_with = "string")]
    pub host: Option<String>,
    #[serde(default, deserialize_with = "port")]
    pub port: Option<u16>,
    #[serde(default, deserialize_with = "string")]
    pub unix: Option<String>,
    #[serde(default, deserialize_with = "string")]
    pub service_name: Option<String>,
    #[serde(default, deserialize_with = "string")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "string")]
    pub password: Option<String>,
    #[serde(default, deserialize_with = "database")]
    pub db: Option<u32>,
    #[serde(default, deserialize_with = "tls")]
    pub tls: Option<TlsDocument>,
}

fn hash_tag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HashTag>, D::Error> {
    word(deserializer, &[("strip", HashTag::Strip), ("keep", HashTag::Keep), ("off", HashTag::Off)])
}

fn cross_node<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CrossNode>, D::Error> {
    word(deserializer, &[("emulate", CrossNode::Emulate), ("strict", CrossNode::Strict)])
}

fn keyless_scripts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeylessScriptsDocument>, D::Error> {
    let words = [("check", KeylessScripts::Check), ("run", KeylessScripts::Run), ("refuse", KeylessScripts::Refuse)];
    match StringOrObject::<NamedNode>::deserialize(deserializer)? {
        StringOrObject::Null => Ok(None),
        StringOrObject::Object(NamedNode { node: Alias(alias) }) => Ok(Some(KeylessScriptsDocument::Node(alias))),
        StringOrObject::String(text) => match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => Ok(Some(KeylessScriptsDocument::Word(*meaning))),
            None => Err(D::Error::custom(format!(
                r#"{text:?} is not one of "check", "run", "refuse" or an object such as {{"node": "node_1"}}"#
            ))),
        },
    }
}

fn transactions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Transactions>, D::Error> {
    word(deserializer, &[("one_node", Transactions::OneNode), ("per_node", Transactions::PerNode)])
}

fn empty_master<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EmptyMaster>, D::Error> {
    word(deserializer, &[("report", EmptyMaster::Report), ("refuse", EmptyMaster::Refuse), ("accept", EmptyMaster::Accept)])
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Read>, D::Error> {
    word(deserializer, &Read::NAMES)
}

/// A configuration error at a path, such as `nodes.node_3.port`; an empty path is the whole document.
pub(crate) fn fault(path: &str, what: impl Display) -> Error {
    let path = if path.is_empty() { "configuration" } else { path };
    Error::new(Code::Config, format!("{path}: {what}"))
}

/// Reads a document. The error names the path of the value that is wrong.
pub(crate) fn parse(text: &[u8]) -> Result<Document, Error> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let mut track = serde_path_to_error::Track::new();
    let document = object(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    let document = document.and_then(|document| json.end().map(|()| document));
    match document {
        Ok(Some(document)) => Ok(document),
        Ok(None) => Err(fault("", "null is not an object")),
        Err(error) => Err(match error.classify() {
            Category::Data => {
                let path = track.path().to_string();
                let path = path.trim_start_matches('.');
                let mut what = data_fault(&error);
                if path == "nodes" && what == "a list is not an object" {
                    what.push_str(r#"; write {"node_1": …, "node_2": …}"#);
                }
                fault(path, what)
            }
            _ => fault("", error),
        }),
    }
}

/// What is wrong with a value that is JSON: serde's words about keys in ours, and no line or column, since the path says where it is.
fn data_fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.strip_suffix(&format!(" at line {} column {}", error.line(), error.column())).unwrap_or(&text);
    if let Some((_, expected)) = text.strip_prefix("unknown field ").and_then(|rest| rest.split_once(", expected ")) {
        return format!("unknown key; expected {expected}");
    }
    match text.strip_prefix("duplicate field ") {
        Some(key) => format!("{} is given twice", key.trim_matches('`')),
        None => text.into(),
    }
}
