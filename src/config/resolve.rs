//! From the JSON document to a [`Config`]: masters, servers, replicas and defaults.

use crate::config::document::{Document, KeylessScriptsDocument, fault};
use crate::config::layout::{Nodes, master_of, numbered};
use crate::config::node::{DEFAULT_PORT, Defaults, server};
use crate::config::pin::pins;
use crate::config::previous::previous;
use crate::config::sentinels::{check as check_sentinels, sentinels};
use crate::config::{Address, Config, CrossNode, EmptyMaster, KeylessScripts, Master, Protocol, Read, Server, Transactions};
use crate::error::Error;
use std::collections::HashMap;
use std::time::Duration;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_REFRESH_INTERVAL: Duration = Duration::from_secs(1);
const DEFAULT_POOL_SIZE: usize = 64;
/// In bytes per second.
const DEFAULT_MIN_REPLY_RATE: u32 = 16 << 10;
/// One failure can be a lost connection of a healthy server.
const DEFAULT_BREAKER_FAILURES: u32 = 2;
/// Shorter than the times after which routers and load balancers usually forget a connection.
const DEFAULT_MAX_IDLE_TIME: Duration = Duration::from_secs(300);
const DEFAULT_PING_INTERVAL: Duration = Duration::from_secs(15);
const DEFAULT_KEEPALIVE: Duration = Duration::from_secs(60);
const DEFAULT_REPLY_DEPTH: usize = 1024;

pub(crate) fn config(mut document: Document) -> Result<Config, Error> {
    let read = read(&document)?;
    let tls = if let Some(tls) = document.tls.take() { tls.resolve("tls", None).map_err(|(path, what)| fault(&path, what))? } else { None };
    let sentinels = sentinels(&mut document, tls.as_ref())?;
    let db = document.db.unwrap_or(0);
    let defaults = Defaults { username: document.username, password: document.password, db, tls, port: DEFAULT_PORT };
    let listed = document.nodes.ok_or_else(|| fault("nodes", "missing"))?.0;
    if listed.is_empty() {
        return Err(fault("nodes", "no nodes"));
    }
    let nodes: Nodes = listed
        .into_iter()
        .map(|(alias, node)| Ok((alias.clone(), server(&alias, &format!("nodes.{alias}"), node, &defaults)?)))
        .collect::<Result<_, Error>>()?;
    if let Some(alias) = document.default_node.filter(|alias| !nodes.contains_key(alias)) {
        return Err(fault("default_node", format!("nodes has no {alias}")));
    }
    let replicas_of = master_of("master_of", document.master_of, &nodes)?;
    let aliases = match replicas_of.is_empty() {
        true => numbered("nodes", nodes.keys().map(String::as_str).collect()),
        false => numbered("master_of", replicas_of.keys().map(String::as_str).collect()),
    }?;
    let (mut servers, masters) = distinct_servers(&aliases, &nodes);
    let pins = pins("pin", document.pin, &masters)?;
    let keyless_scripts = keyless_scripts(document.keyless_scripts, &masters)?;
    let mut replicas = named_replicas(&replicas_of, &nodes, &servers, &masters)?;
    let previous = document.previous.map(|layout| previous(layout, document.hash_tag, &defaults, &mut servers)).transpose()?.map(Box::new);
    if let Some(replicas) = &mut replicas {
        replicas.resize(servers.len(), Vec::new());
    }
    let [timeout, connect_timeout, read_timeout, write_timeout] =
        timeouts(document.timeout, [document.connect_timeout, document.read_timeout, document.write_timeout]);
    let refresh_interval = document.refresh_interval.unwrap_or(Some(DEFAULT_REFRESH_INTERVAL));
    check_sentinels(&servers, &sentinels, refresh_interval)?;
    let max_lag = max_lag(document.max_lag.flatten(), refresh_interval)?;
    Ok(Config {
        servers,
        masters,
        replicas,
        hash_tag: document.hash_tag,
        has_placement_rules: previous.is_some() || !pins.is_empty(),
        pins,
        // A replica may have a key a moment longer, or later, than the master.
        read: if previous.is_some() { Read::Master } else { read },
        previous,
        cross_node: document.cross_node.unwrap_or(CrossNode::Emulate),
        protocol: document.protocol.unwrap_or(Protocol::Resp2),
        keyless_scripts,
        transactions: document.transactions.unwrap_or(Transactions::OneNode),
        max_lag,
        read_your_writes: document.read_your_writes.unwrap_or(false),
        sentinels,
        refresh_interval,
        timeout,
        deadline: document.deadline.flatten(),
        connect_timeout,
        read_timeout,
        write_timeout,
        min_reply_rate: document.min_reply_rate.unwrap_or(DEFAULT_MIN_REPLY_RATE),
        breaker_failures: document.breaker_failures.unwrap_or(DEFAULT_BREAKER_FAILURES),
        breaker_shared: document.breaker_shared.unwrap_or(false),
        pool_size: document.pool_size.unwrap_or(DEFAULT_POOL_SIZE),
        max_in_flight: document.max_in_flight.filter(|&max| max > 0).map(|max| max as usize),
        max_reply_size: document.max_reply_size.filter(|&max| max > 0).map_or(usize::MAX, |max| max as usize),
        max_idle_time: document.max_idle_time.unwrap_or(Some(DEFAULT_MAX_IDLE_TIME)),
        max_connection_age: document.max_connection_age.flatten(),
        ping_interval: document.ping_interval.unwrap_or(Some(DEFAULT_PING_INTERVAL)),
        keepalive: document.keepalive.unwrap_or(Some(DEFAULT_KEEPALIVE)),
        tcp_user_timeout: document.tcp_user_timeout.flatten(),
        max_reply_depth: document.max_reply_depth.unwrap_or(DEFAULT_REPLY_DEPTH),
        partial: document.partial.unwrap_or(false),
        empty_master: document.empty_master.unwrap_or(EmptyMaster::Report),
    })
}

/// The limit for a whole request and those for its steps. A step without a limit of its own has that of the request. A request without a limit
/// has the longest one of its steps, so that a configuration without `timeout` means what it meant before that option existed.
fn timeouts(whole: Option<Option<Duration>>, steps: [Option<Option<Duration>>; 3]) -> [Option<Duration>; 4] {
    let [connect, read, write] = steps.map(|step| step.or(whole).unwrap_or(Some(DEFAULT_TIMEOUT)));
    let longest = || Some(connect?.max(read?).max(write?));
    [whole.unwrap_or_else(longest), connect, read, write]
}

/// Where scripts without keys run. A node that is named must be a master.
fn keyless_scripts(given: Option<KeylessScriptsDocument>, masters: &[Master]) -> Result<KeylessScripts, Error> {
    let alias = match given {
        None => return Ok(KeylessScripts::Check),
        Some(KeylessScriptsDocument::Word(meaning)) => return Ok(meaning),
        Some(KeylessScriptsDocument::Node(alias)) => alias,
    };
    match masters.iter().position(|master| master.alias == alias) {
        Some(master) => Ok(KeylessScripts::Node(master)),
        None => Err(fault("keyless_scripts.node", format!("{alias} is not a master"))),
    }
}

/// Where reads go; `masters_only` is the old name for it.
fn read(document: &Document) -> Result<Read, Error> {
    match (document.read, document.masters_only) {
        (Some(read), Some(only)) if only != (read == Read::Master) => Err(fault("masters_only", "contradicts read")),
        (None, Some(true)) => Ok(Read::Master),
        (read, _) => Ok(read.unwrap_or(Read::Replica)),
    }
}

/// The lag of replicas is known only if servers are asked.
fn max_lag(given: Option<Duration>, refresh_interval: Option<Duration>) -> Result<Option<Duration>, Error> {
    match refresh_interval {
        None if given.is_some() => Err(fault("max_lag", "requires refresh_interval")),
        _ => Ok(given),
    }
}

/// The replicas that `master_of` names, for each of the servers. They are read from in the master's database: only it has the same data.
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
            if matches!(nodes[alias].address, Address::Service { .. }) {
                return Err(fault(&format!("nodes.{alias}.service_name"), "a service is a master, not a replica"));
            }
            let replica = Server { alias: Server::replica_alias(&of.alias, own.len() + 1), db: of.db, ..nodes[alias].clone() };
            if !own.iter().any(|known| known.same_endpoint(&replica)) {
                own.push(replica);
            }
        }
    }
    Ok(Some(found))
}

/// The distinct servers of these masters, and for each master the server it is.
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
