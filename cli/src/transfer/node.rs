//! A server that data is read from or written to.

use crate::config;
use crate::failure::Failure;
use crate::transfer::options::Access;
use crate::wire::{bytes, check, info_field};
use rediscluster::{Cluster, Config};
use serde_json::{Map, json};

/// A server, and what it says about itself.
pub struct Node {
    /// Its name in messages: alias and address.
    pub name: String,
    config: Config,
    /// Changes when the server restarts. Equal ids are the same server, whatever its address.
    pub run_id: String,
    /// Whether it has PEXPIRETIME: Redis 7 or newer.
    pub has_expire_time: bool,
    pub is_in_redis_cluster: bool,
}

/// Which end of a job a list of servers is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Sources,
    Targets,
}

impl Node {
    /// Opens a handle on a database. It connects when it is first used.
    pub fn open(&self, db: u32) -> Cluster {
        let mut config = self.config.clone();
        config.servers[0].db = db;
        Cluster::open(config)
    }

    /// Asks the server for its identity.
    fn introduce(&mut self) -> Result<(), Failure> {
        let reply = self.open(0).command(&[b"INFO"])?;
        let value = check(reply.root(), &format!("{}: INFO", self.name))?;
        let info = String::from_utf8_lossy(bytes(&value).unwrap_or_default()).into_owned();
        self.run_id = info_field(&info, "run_id").unwrap_or_default().to_owned();
        let major = info_field(&info, "redis_version").and_then(|version| version.split('.').next()?.parse::<u32>().ok());
        self.has_expire_time = major >= Some(7);
        self.is_in_redis_cluster = info_field(&info, "cluster_enabled") == Some("1");
        Ok(())
    }
}

/// Reads a list `[node_1#]HOST:PORT,…`, and asks each server for its identity. Also returns whether the servers have names.
pub fn nodes(list: &str, side: Side, option: &str, access: &Access) -> Result<(Vec<Node>, bool), Failure> {
    let (config, named) = parse(list, side, option, access)?;
    let mut nodes = Vec::new();
    for master in &config.masters {
        let server = &config.servers[master.server];
        let name = if named { format!("{} ({})", master.alias, server.address) } else { server.address.to_string() };
        let single = config::of_server(&config, master.server);
        let mut node = Node { name, config: single, run_id: String::new(), has_expire_time: false, is_in_redis_cluster: false };
        node.introduce()?;
        nodes.push(node);
    }
    let twice = nodes.iter().enumerate().find(|(at, node)| nodes[..*at].iter().any(|other| other.run_id == node.run_id));
    match twice {
        Some((_, node)) => Err(Failure::usage(format!("{option}: {} is named twice", node.name))),
        None => Ok((nodes, named)),
    }
}

fn parse(list: &str, side: Side, option: &str, access: &Access) -> Result<(Config, bool), Failure> {
    let named = list.contains('#');
    let mut nodes = Map::new();
    for (at, entry) in list.split(',').enumerate() {
        let (alias, address) = match entry.split_once('#') {
            Some((alias, address)) => (alias.to_owned(), address),
            None if named => return Err(Failure::usage(format!("{option}: {entry:?} has no name, others have: write node_1#HOST:PORT,…"))),
            None => (format!("node_{}", at + 1), entry),
        };
        if nodes.insert(alias.clone(), config::node(option, address)?).is_some() {
            return Err(Failure::usage(format!("{option}: {alias} is named twice")));
        }
    }
    let mut document = Map::new();
    let has_tls = list.contains("rediss://");
    document.insert("nodes".into(), nodes.into());
    document.insert("timeout".into(), json!(access.timeout));
    // Keys are read from the server that is named, also if it is a replica. Writes need a master.
    if side == Side::Sources {
        document.insert("refresh_interval".into(), json!(0));
    }
    let (given, file, variable) = match side {
        Side::Sources => (&access.spass, &access.spass_file, "REDISCLUSTER_SPASS"),
        Side::Targets => (&access.tpass, &access.tpass_file, "REDISCLUSTER_TPASS"),
    };
    let password = match (file, given) {
        (None, Some(password)) => Some(password.clone()),
        (file, _) => config::password(file.as_deref(), variable)?,
    };
    if let Some(password) = password {
        document.insert("password".into(), json!(password));
    }
    if has_tls {
        document.insert("tls".into(), tls(access));
    }
    Ok((config::from_document(&document)?, named))
}

fn tls(access: &Access) -> serde_json::Value {
    let mut tls = Map::new();
    for (name, value) in [("ca", &access.cacert), ("cert", &access.cert), ("key", &access.key)] {
        tls.extend(value.iter().map(|value| (name.to_owned(), json!(value))));
    }
    if access.insecure {
        tls.insert("insecure".into(), json!(true));
    }
    tls.into()
}
