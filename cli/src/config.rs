//! The configuration of the servers, from a file, a text or a list of nodes, and handles for single nodes.

use crate::args::ClusterArgs;
use crate::failure::Failure;
use rediscluster::{Cluster, Config, HashTag, KeylessScripts, Read};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The environment variable with the password for `--nodes`.
const PASSWORD: &str = "REDISCLUSTER_PASSWORD";

/// Reads the configuration that the options name.
pub fn load(args: &ClusterArgs) -> Result<Config, Failure> {
    let mut document = match (&args.nodes, &args.config) {
        (Some(list), _) => from_list(list, args.password_file.as_deref())?,
        (None, Some(text)) => parse(text)?,
        (None, None) => {
            return Err(Failure::usage(
                "no servers are named: give --config FILE, --nodes node_1#HOST:PORT,… or the variable REDISCLUSTER_CONFIG",
            ));
        }
    };
    if let Some(rule) = &args.hash_tag {
        document.insert("hash_tag".into(), json!(rule));
    }
    from_document(&document)
}

/// Opens a handle on the servers that the options name.
pub fn open(args: &ClusterArgs) -> Result<Cluster, Failure> {
    Ok(Cluster::open(load(args)?))
}

/// Reads a configuration that has been put together.
pub fn from_document(document: &Map<String, Value>) -> Result<Config, Failure> {
    let text = serde_json::to_vec(document).map_err(|error| Failure::usage(error.to_string()))?;
    Config::from_json(&text).map_err(|error| Failure::usage(format!("the configuration: {}", error.message())))
}

/// A configuration is the JSON text itself if it begins with a brace; otherwise the name of a file.
fn parse(text: &str) -> Result<Map<String, Value>, Failure> {
    let (place, content) = if text.trim_start().starts_with('{') {
        ("the configuration".to_owned(), text.to_owned())
    } else {
        let content =
            std::fs::read_to_string(text).map_err(|error| Failure::usage(format!("cannot read the configuration {text}: {error}")))?;
        (text.to_owned(), content)
    };
    serde_json::from_str(&content).map_err(|error| Failure::usage(format!("{place}: {error}")))
}

fn from_list(list: &str, password_file: Option<&Path>) -> Result<Map<String, Value>, Failure> {
    let mut nodes = Map::new();
    for entry in list.split(',') {
        let Some((alias, address)) = entry.split_once('#') else {
            return Err(Failure::usage(format!("--nodes: {entry:?} has no name: write node_1#HOST:PORT,node_2#HOST:PORT")));
        };
        if nodes.insert(alias.to_owned(), node("--nodes", address)?).is_some() {
            return Err(Failure::usage(format!("--nodes: {alias} is named twice")));
        }
    }
    let mut document = Map::new();
    document.insert("nodes".into(), Value::Object(nodes));
    if let Some(password) = password(password_file, PASSWORD)? {
        document.insert("password".into(), json!(password));
    }
    Ok(document)
}

/// A node of a configuration: a URL, or an object with host and port. `option` is named in the error.
pub fn node(option: &str, address: &str) -> Result<Value, Failure> {
    if address.contains("://") {
        return Ok(json!(address));
    }
    let invalid = || Failure::usage(format!("{option}: {address:?} is not HOST:PORT or a URL such as rediss://HOST:PORT"));
    let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
    let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or_else(invalid)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() {
        return Err(invalid());
    }
    Ok(json!({"host": host, "port": port}))
}

/// The password in the first line of a file, or else in an environment variable.
pub fn password(file: Option<&Path>, variable: &str) -> Result<Option<String>, Failure> {
    let Some(path) = file else { return Ok(std::env::var(variable).ok().filter(|password| !password.is_empty())) };
    let content = std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    Ok(content.lines().next().map(str::to_owned))
}

/// The configuration of one server of another configuration, as a cluster of one node without hash tags.
pub fn of_server(config: &Config, server: usize) -> Config {
    let mut single = config.clone();
    single.servers = vec![config.servers[server].clone()];
    let mut master = config.masters[0].clone();
    master.alias = single.servers[0].alias.clone();
    master.server = 0;
    single.masters = vec![master];
    single.replicas = config.replicas.as_ref().map(|_| vec![Vec::new()]);
    single.hash_tag = Some(HashTag::Off);
    single.pins.clear();
    single.previous = None;
    single.keyless_scripts = KeylessScripts::Check;
    single.read = Read::Master;
    single
}
