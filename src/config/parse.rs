//! From JSON to a [`Config`].

use crate::config::fields::{Fields, fault};
use crate::config::json::Json;
use crate::config::node::{Defaults, LAST_DB, server};
use crate::config::{Config, CrossNode, Master, Read, Server};
use crate::error::Error;
use crate::partition::HashTag;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_REFRESH_INTERVAL: Duration = Duration::from_secs(1);
const DEFAULT_POOL_SIZE: u32 = 64;

pub(crate) fn config(text: &[u8]) -> Result<Config, Error> {
    let json = Json::parse(text).map_err(|what| fault("", what))?;
    let mut fields = Fields::of("", json)?;
    let defaults = Defaults {
        username: fields.text("username")?,
        password: fields.text("password")?,
        db: fields.whole("db", 0..=LAST_DB, "a database number")?.unwrap_or(0),
    };
    let nodes = nodes(&mut fields, &defaults)?;
    let replicas_of = master_of(&mut fields, &nodes)?;
    let aliases = match replicas_of.is_empty() {
        true => numbered("nodes", nodes.keys().map(String::as_str).collect()),
        false => numbered("master_of", replicas_of.keys().map(String::as_str).collect()),
    }?;
    legacy_default_node(&mut fields, &nodes)?;
    let (servers, masters) = distinct_servers(&aliases, &nodes);
    let replicas = named_replicas(&replicas_of, &nodes, &servers, &masters)?;
    let hash_tag = fields.word("hash_tag", &[("strip", HashTag::Strip), ("keep", HashTag::Keep), ("off", HashTag::Off)], HashTag::Strip)?;
    let cross_node = fields.word("cross_node", &[("emulate", CrossNode::Emulate), ("strict", CrossNode::Strict)], CrossNode::Emulate)?;
    let read = read(&mut fields)?;
    refuse_what_comes_later(&mut fields)?;
    let config = Config {
        servers,
        masters,
        replicas,
        hash_tag,
        cross_node,
        read,
        refresh_interval: fields.seconds("refresh_interval", DEFAULT_REFRESH_INTERVAL)?,
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

/// The masters, each with its replicas, one alias or a list; each must be a node, and none a master. With this map its keys are the masters,
/// and nodes it does not name are left alone; without it, or where it is empty, every node is one.
fn master_of(fields: &mut Fields, nodes: &Nodes) -> Result<HashMap<String, Vec<String>>, Error> {
    let members = match fields.take("master_of") {
        None => Vec::new(),
        Some(value) => Fields::of("master_of", value)?.into_members(),
    };
    let masters: HashSet<String> = members.iter().map(|(master, _)| master.clone()).collect();
    let mut all = HashMap::new();
    for (master, value) in members {
        let path = format!("master_of.{master}");
        if !nodes.contains_key(&master) {
            return Err(fault(&path, format!("nodes has no {master}")));
        }
        all.insert(master, replica_aliases(&path, value, nodes, &masters)?);
    }
    Ok(all)
}

fn replica_aliases(path: &str, value: Json, nodes: &Nodes, masters: &HashSet<String>) -> Result<Vec<String>, Error> {
    let list = match value {
        Json::List(list) => list,
        one => vec![one],
    };
    let mut aliases = Vec::new();
    for replica in list {
        let Json::Text(alias) = replica else {
            return Err(fault(path, format!("{} is not the name of a node", replica.describe())));
        };
        if !nodes.contains_key(&alias) {
            return Err(fault(path, format!("nodes has no {alias}")));
        }
        if masters.contains(&alias) {
            return Err(fault(path, format!("{alias} is a master itself")));
        }
        aliases.push(alias);
    }
    Ok(aliases)
}

/// The replicas that `master_of` names, for each of the servers. They are read from in the master's database, for no other has the same data.
fn named_replicas(
    replicas_of: &HashMap<String, Vec<String>>,
    nodes: &Nodes,
    servers: &[Server],
    masters: &[Master],
) -> Result<Option<Vec<Vec<Server>>>, Error> {
    if replicas_of.is_empty() {
        return Ok(None);
    }
    let mut found: Vec<Vec<Server>> = vec![Vec::new(); servers.len()];
    let mut owners: HashMap<&str, &Master> = HashMap::new();
    for master in masters {
        let own = &mut found[master.server];
        for alias in &replicas_of[&master.alias] {
            if let Some(owner) = owners.insert(alias, master).filter(|owner| owner.server != master.server) {
                return Err(fault(&format!("master_of.{}", master.alias), format!("{alias} is a replica of {} already", owner.alias)));
            }
            let of = &servers[master.server];
            let replica = Server { alias: Server::replica_alias(&of.alias, own.len() + 1), db: of.db, ..nodes[alias].clone() };
            if !own.iter().any(|known| known.same_endpoint(&replica)) {
                own.push(replica);
            }
        }
    }
    Ok(Some(found))
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

/// Where reads go; `masters_only` is the old name for it.
fn read(fields: &mut Fields) -> Result<Read, Error> {
    let stated = fields.word("read", &[("replica", Some(Read::Replica)), ("master", Some(Read::Master))], None)?;
    let legacy = fields.flag("masters_only")?.map(|only| if only { Read::Master } else { Read::Replica });
    match (stated, legacy) {
        (Some(stated), Some(legacy)) if stated != legacy => Err(fields.fault("masters_only", "says the opposite of read")),
        (stated, legacy) => Ok(stated.or(legacy).unwrap_or(Read::Replica)),
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
