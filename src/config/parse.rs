//! From JSON to a [`Config`].

use super::fields::{Fields, fault};
use super::json::Json;
use super::node::{Defaults, LAST_DB, server};
use super::{Config, CrossNode, Master, Server};
use crate::error::Error;
use crate::partition::HashTag;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_POOL_SIZE: u32 = 64;

pub(super) fn config(text: &[u8]) -> Result<Config, Error> {
    let json = Json::parse(text).map_err(|what| fault("", what))?;
    let mut fields = Fields::of("", json)?;
    let defaults = Defaults {
        username: fields.text("username")?,
        password: fields.text("password")?,
        db: fields.whole("db", 0..=LAST_DB, "a database number")?.unwrap_or(0),
    };
    let nodes = nodes(&mut fields, &defaults)?;
    let aliases = master_aliases(&mut fields, &nodes)?;
    legacy_default_node(&mut fields, &nodes)?;
    let (servers, masters) = distinct_servers(&aliases, &nodes);
    let hash_tag = fields.word("hash_tag", &[("strip", HashTag::Strip), ("keep", HashTag::Keep), ("off", HashTag::Off)], HashTag::Strip)?;
    let cross_node = fields.word("cross_node", &[("emulate", CrossNode::Emulate), ("strict", CrossNode::Strict)], CrossNode::Emulate)?;
    refuse_replica_reads(&mut fields)?;
    refuse_what_comes_later(&mut fields)?;
    let config = Config {
        servers,
        masters,
        hash_tag,
        cross_node,
        connect_timeout: fields.seconds("connect_timeout", DEFAULT_TIMEOUT)?,
        read_timeout: fields.seconds("read_timeout", DEFAULT_TIMEOUT)?,
        write_timeout: fields.seconds("write_timeout", DEFAULT_TIMEOUT)?,
        pool_size: fields.whole("pool_size", 1..=65536, "a number of connections from 1 to 65536")?.unwrap_or(DEFAULT_POOL_SIZE) as usize,
    };
    fields.finish()?;
    Ok(config)
}

type Nodes = HashMap<String, Server>;

fn nodes(fields: &mut Fields, defaults: &Defaults) -> Result<Nodes, Error> {
    let value = fields.take("nodes").ok_or_else(|| fields.fault("nodes", "missing"))?;
    let members = Fields::of("nodes", value)?.into_members();
    if members.is_empty() {
        return Err(fields.fault("nodes", "no nodes"));
    }
    members.into_iter().map(|(alias, value)| server(&alias, value, defaults).map(|server| (alias, server))).collect()
}

/// The masters in order. With `master_of` its keys are the masters, and nodes it does not name are left alone;
/// without it every node is one.
fn master_aliases(fields: &mut Fields, nodes: &Nodes) -> Result<Vec<String>, Error> {
    let master_of = match fields.take("master_of") {
        None => Vec::new(),
        Some(value) => Fields::of("master_of", value)?.into_members(),
    };
    if master_of.is_empty() {
        return numbered("nodes", nodes.keys().map(String::as_str).collect());
    }
    let masters: HashSet<&str> = master_of.iter().map(|(master, _)| master.as_str()).collect();
    for (master, replicas) in &master_of {
        let path = format!("master_of.{master}");
        if !nodes.contains_key(master) {
            return Err(fault(&path, format!("nodes has no {master}")));
        }
        check_replicas(&path, replicas, nodes, &masters)?;
    }
    numbered("master_of", masters)
}

/// The replicas of a master, one alias or a list: each must be a node, and none a master.
fn check_replicas(path: &str, replicas: &Json, nodes: &Nodes, masters: &HashSet<&str>) -> Result<(), Error> {
    let list = match replicas {
        Json::List(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    for replica in list {
        let Json::Text(alias) = replica else {
            return Err(fault(path, format!("{} is not the name of a node", replica.describe())));
        };
        if !nodes.contains_key(alias) {
            return Err(fault(path, format!("nodes has no {alias}")));
        }
        if masters.contains(alias.as_str()) {
            return Err(fault(path, format!("{alias} is a master itself")));
        }
    }
    Ok(())
}

/// Aliases must be node_1 … node_N without a gap, for N decides where every key lives.
fn numbered(path: &str, aliases: HashSet<&str>) -> Result<Vec<String>, Error> {
    let expected: Vec<String> = (1..=aliases.len()).map(|number| format!("node_{number}")).collect();
    if let Some(missing) = expected.iter().find(|alias| !aliases.contains(alias.as_str())) {
        let mut strangers: Vec<&str> = aliases.into_iter().filter(|&alias| !expected.iter().any(|known| known == alias)).collect();
        strangers.sort_unstable();
        let text = format!(
            "{missing} is missing: {} masters must be named node_1 … node_{}, found {}",
            expected.len(),
            expected.len(),
            strangers.join(", ")
        );
        return Err(fault(path, text));
    }
    Ok(expected)
}

/// The old packages let a node be named for commands without keys. It is accepted for their sake and has no further meaning.
fn legacy_default_node(fields: &mut Fields, nodes: &Nodes) -> Result<(), Error> {
    match fields.text("default_node")? {
        Some(alias) if !nodes.contains_key(&alias) => Err(fields.fault("default_node", format!("nodes has no {alias}"))),
        _ => Ok(()),
    }
}

fn distinct_servers(aliases: &[String], nodes: &Nodes) -> (Vec<Server>, Vec<Master>) {
    let mut servers: Vec<Server> = Vec::new();
    let mut masters = Vec::new();
    for alias in aliases {
        let server = &nodes[alias];
        let place = servers.iter().position(|known| known.same_endpoint(server)).unwrap_or_else(|| {
            servers.push(server.clone());
            servers.len() - 1
        });
        masters.push(Master { alias: alias.clone(), server: place });
    }
    (servers, masters)
}

/// Reads go to masters as yet; whoever asks for anything else is told so.
fn refuse_replica_reads(fields: &mut Fields) -> Result<(), Error> {
    const LATER: &str = "reads from replicas are not supported yet";
    if fields.word("read", &[("master", false), ("replica", true)], false)? {
        return Err(fields.fault("read", LATER));
    }
    match fields.flag("masters_only")? {
        Some(false) => Err(fields.fault("masters_only", LATER)),
        _ => Ok(()),
    }
}

fn refuse_what_comes_later(fields: &mut Fields) -> Result<(), Error> {
    for name in ["sentinels", "tls", "protocol"] {
        if fields.take(name).is_some() {
            return Err(fields.fault(name, "not supported yet"));
        }
    }
    Ok(())
}
