//! Configurations from Rust code. The builder writes the JSON document of a configuration, so that both are read by the same rules.

use crate::config::{Config, CrossNode, EmptyMaster, KeylessScripts, Protocol, Read, Tls, Transactions};
use crate::error::Error;
use crate::partition::HashTag;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Builds a [`Config`]. [`Config::builder`] makes one.
///
/// Each method sets the option of the same name, which the README describes; options that are not set have their defaults. A time is a
/// [`Duration`], or `None` for no limit. The values are checked by [`ConfigBuilder::build`].
#[derive(Clone, Default)]
#[must_use = "build() returns the configuration"]
pub struct ConfigBuilder {
    options: Map<String, Value>,
    nodes: Map<String, Value>,
    masters: Vec<String>,
    replicas: Map<String, Value>,
    sentinels: Vec<Value>,
    pins: Map<String, Value>,
}

impl Config {
    /// Begins a configuration.
    ///
    /// ```
    /// use rediscluster::{Config, HashTag};
    /// use std::time::Duration;
    ///
    /// let config = Config::builder()
    ///     .nodes(["redis://10.0.0.1", "redis://10.0.0.2"])
    ///     .hash_tag(HashTag::Keep)
    ///     .deadline(Duration::from_secs(2))
    ///     .build()?;
    /// assert_eq!(config.masters[1].alias, "node_2");
    /// # Ok::<(), rediscluster::Error>(())
    /// ```
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }
}

macro_rules! options {
    ($($(#[$documentation:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$documentation])*
        pub fn $name(self, value: $type) -> ConfigBuilder {
            self.set(stringify!($name), value.to_json())
        }
    )*
        #[cfg(test)]
        const OPTIONS: &[&str] = &[$(stringify!($name)),*];
    };
}

macro_rules! times {
    ($($(#[$documentation:meta])* $name:ident;)*) => {$(
        $(#[$documentation])*
        pub fn $name(self, limit: impl Into<Option<Duration>>) -> ConfigBuilder {
            self.set(stringify!($name), limit.into().to_json())
        }
    )*
        #[cfg(test)]
        const TIMES: &[&str] = &[$(stringify!($name)),*];
    };
}

impl ConfigBuilder {
    /// Adds a master by its URL. The first one is `node_1`; keys depend on the number and the order of the masters.
    pub fn node(self, url: impl Into<String>) -> ConfigBuilder {
        self.add_master(Value::String(url.into()))
    }

    /// Adds masters by their URLs, in this order.
    pub fn nodes<U: Into<String>>(self, urls: impl IntoIterator<Item = U>) -> ConfigBuilder {
        urls.into_iter().fold(self, ConfigBuilder::node)
    }

    /// Adds a master whose address the Sentinels know under this name.
    pub fn service(self, name: &str) -> ConfigBuilder {
        self.add_master(json!({ "service_name": name }))
    }

    fn add_master(mut self, node: Value) -> ConfigBuilder {
        let alias = format!("node_{}", self.masters.len() + 1);
        self.nodes.insert(alias.clone(), node);
        self.masters.push(alias);
        self
    }

    /// Adds a replica of the master that was added last, by its URL. If any replica is given, the masters are not asked for theirs.
    pub fn replica(mut self, url: impl Into<String>) -> ConfigBuilder {
        let master = self.masters.last().cloned().unwrap_or_default();
        let alias = format!("replica_{}", self.nodes.len() + 1);
        self.nodes.insert(alias.clone(), Value::String(url.into()));
        if let Some(list) = self.replicas.entry(master).or_insert_with(|| json!([])).as_array_mut() {
            list.push(Value::String(alias));
        }
        self
    }

    /// Adds a Sentinel, as `host:port` or by its URL.
    pub fn sentinel(mut self, address: impl Into<String>) -> ConfigBuilder {
        self.sentinels.push(Value::String(address.into()));
        self
    }

    /// Stores the keys that match a pattern on a node, such as `node_1`.
    pub fn pin(mut self, pattern: impl Into<String>, node: impl Into<String>) -> ConfigBuilder {
        self.pins.insert(pattern.into(), Value::String(node.into()));
        self
    }

    /// Sets the layout that keys are moved away from while programs use them: the nodes, replicas, pins and hash tags of this builder. Its other
    /// options have no effect.
    pub fn previous(self, layout: ConfigBuilder) -> ConfigBuilder {
        let mut document = layout.layout();
        document.extend(layout.options.into_iter().filter(|(name, _)| name == "hash_tag"));
        self.set("previous", Value::Object(document))
    }

    /// The members of the document that say which nodes there are.
    fn layout(&self) -> Map<String, Value> {
        let mut document = Map::new();
        document.insert("nodes".to_owned(), Value::Object(self.nodes.clone()));
        if !self.replicas.is_empty() {
            let replicas = |master: &String| (master.clone(), self.replicas.get(master).cloned().unwrap_or_else(|| json!([])));
            document.insert("master_of".to_owned(), self.masters.iter().map(replicas).collect());
        }
        if !self.pins.is_empty() {
            document.insert("pin".to_owned(), Value::Object(self.pins.clone()));
        }
        document
    }

    options! {
        /// The user of all nodes.
        username: &str;
        /// The password of all nodes.
        password: &str;
        /// The database on all nodes.
        db: u32;
        /// TLS for all nodes.
        tls: Tls;
        /// The user of the Sentinels.
        sentinel_username: &str;
        /// The password of the Sentinels.
        sentinel_password: &str;
        /// TLS for the Sentinels.
        sentinel_tls: Tls;
        /// What a hash tag is.
        hash_tag: HashTag;
        /// Whether commands run whose keys are on several nodes.
        cross_node: CrossNode;
        /// Where scripts without keys run.
        keyless_scripts: KeylessScripts;
        /// Whether transactions run whose keys are on several nodes.
        transactions: Transactions;
        /// Where reads go.
        read: Read;
        /// Whether reads of a handle see the writes of the same handle.
        read_your_writes: bool;
        /// The protocol of the connections.
        protocol: Protocol;
        /// What happens to calls for a master that was restarted without its data.
        empty_master: EmptyMaster;
        /// Whether commands that are split by their keys may fail for single keys.
        partial: bool;
        /// Bytes per second at which a reply must arrive. 0: no limit.
        min_reply_rate: u32;
        /// After how many failures in a row calls to a server fail at once. 0: never.
        breaker_failures: u32;
        /// Whether the processes of a user on this host tell each other which servers do not reply.
        breaker_shared: bool;
        /// Connections per server.
        pool_size: u32;
        /// Calls to one server that may be in progress. 0: no limit but `pool_size`.
        max_in_flight: u32;
        /// Bytes that a server may send in reply to one call. 0: no limit.
        max_reply_size: u32;
        /// The deepest nesting of arrays in a reply.
        max_reply_depth: u32;
    }

    times! {
        /// For a request to one server up to the first byte of its reply.
        timeout;
        /// For a call as a whole.
        deadline;
        /// For connecting, or waiting for a free connection.
        connect_timeout;
        /// The longest silence while a reply is awaited.
        read_timeout;
        /// The longest time during which a server takes no byte of a request.
        write_timeout;
        /// After this time without use a connection is closed.
        max_idle_time;
        /// At this age a connection is closed.
        max_connection_age;
        /// Between two checks of the server while a blocking command or a subscription waits.
        ping_interval;
        /// After this time of silence the kernel checks a connection.
        keepalive;
        /// After this time without an acknowledgement the kernel closes a connection.
        tcp_user_timeout;
        /// Between two checks of a server's role and replicas.
        refresh_interval;
        /// A replica is read from if it has everything that was acknowledged so long before the read.
        max_lag;
    }

    fn set(mut self, name: &str, value: Value) -> ConfigBuilder {
        self.options.insert(name.to_owned(), value);
        self
    }

    /// Checks the values and returns the configuration.
    ///
    /// # Errors
    ///
    /// [`Code::Config`](crate::Code::Config), as of [`Config::from_json`]: the message begins with the name of the option that is wrong.
    pub fn build(self) -> Result<Config, Error> {
        let mut document = self.layout();
        document.extend(self.options);
        if !self.sentinels.is_empty() {
            document.insert("sentinels".to_owned(), Value::Array(self.sentinels));
        }
        Config::from_json(Value::Object(document).to_string().as_bytes())
    }
}

/// The value of an option in JSON.
trait ToJson {
    fn to_json(self) -> Value;
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl ToJson for $type {
            fn to_json(self) -> Value {
                json!(self)
            }
        }
    )*};
}

plain!(&str bool u32);

/// Seconds; 0 is no limit.
impl ToJson for Option<Duration> {
    fn to_json(self) -> Value {
        json!(self.map_or(0.0, |limit| limit.as_secs_f64()))
    }
}

impl ToJson for Tls {
    fn to_json(self) -> Value {
        json!({"ca": self.ca, "cert": self.cert, "key": self.key, "server_name": self.server_name, "insecure": self.insecure})
    }
}

impl ToJson for Protocol {
    fn to_json(self) -> Value {
        json!(self.number())
    }
}

impl ToJson for Read {
    fn to_json(self) -> Value {
        json!(self.name())
    }
}

impl ToJson for KeylessScripts {
    fn to_json(self) -> Value {
        match self {
            KeylessScripts::Check => json!("check"),
            KeylessScripts::Run => json!("run"),
            KeylessScripts::Refuse => json!("refuse"),
            KeylessScripts::Node(master) => json!({"node": format!("node_{}", master + 1)}),
        }
    }
}

macro_rules! words {
    ($($type:ident { $($variant:ident: $word:literal),* })*) => {$(
        impl ToJson for $type {
            fn to_json(self) -> Value {
                json!(match self {
                    $($type::$variant => $word,)*
                })
            }
        }
    )*};
}

words! {
    HashTag { Strip: "strip", Keep: "keep", Off: "off" }
    CrossNode { Emulate: "emulate", Strict: "strict" }
    Transactions { OneNode: "one_node", PerNode: "per_node" }
    EmptyMaster { Report: "report", Refuse: "refuse", Accept: "accept" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_is_a_method_for_every_option() {
        let error = Config::from_json(br#"{"unknown":1}"#).unwrap_err();
        let options: BTreeSet<&str> = error.message().split('`').skip(1).step_by(2).collect();
        // Those of methods with other names, and two of the old packages.
        let others = ["nodes", "master_of", "sentinels", "pin", "previous", "masters_only", "default_node"];
        let methods = [ConfigBuilder::OPTIONS, ConfigBuilder::TIMES, &others].concat();
        assert_eq!(options, methods.into_iter().collect());
    }
}
