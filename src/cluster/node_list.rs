//! All masters and replicas: aliases, addresses, and which aliases name the same server.

use crate::config::{Address, Config, Server};
use crate::resp::{Builder, Kind, Reply};
use crate::topology::{Replica, Topology};
use crate::transport::ConnectionSource;
use std::collections::HashMap;
use std::sync::Arc;

/// One alias.
struct Node<'a> {
    alias: String,
    role: &'static str,
    /// The alias of the master; of a master, its own.
    master: &'a str,
    server: &'a Server,
    replicas: Vec<String>,
}

/// With `discover` the masters are asked for their replicas; otherwise no server is contacted.
pub(crate) fn node_list(config: &Config, topology: &Topology, discover: bool) -> Reply {
    let replicas: Vec<Arc<Vec<Arc<Replica>>>> = (0..config.servers.len())
        .map(|server| topology.shard(server))
        .map(|shard| if discover { shard.replicas() } else { shard.known_replicas() })
        .collect();
    let mut nodes = Vec::new();
    for master in &config.masters {
        let servers = replicas[master.server].iter().map(|replica| replica.pool().server());
        let aliases: Vec<String> = (1..=servers.len()).map(|number| Server::replica_alias(&master.alias, number)).collect();
        let node = |alias: &str, role, server, replicas| Node { alias: alias.to_owned(), role, master: &master.alias, server, replicas };
        nodes.push(node(&master.alias, "master", topology.shard(master.server).server(), aliases.clone()));
        nodes.extend(aliases.iter().zip(servers).map(|(alias, server)| node(alias, "replica", server, Vec::new())));
    }
    reply(&nodes)
}

fn reply(nodes: &[Node]) -> Reply {
    let mut first_alias: HashMap<&Address, &str> = HashMap::new();
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, nodes.len() * 2);
    for node in nodes {
        let first_alias = first_alias.entry(&node.server.address).or_insert(&node.alias);
        map.string(node.alias.as_bytes());
        append_node(&mut map, node, first_alias);
    }
    map.end(root);
    map.finish()
}

fn append_node(map: &mut Builder, node: &Node, first_alias: &str) {
    let inner = map.begin(Kind::Map, 16);
    map.string(b"role");
    map.string(node.role.as_bytes());
    map.string(b"master");
    map.string(node.master.as_bytes());
    append_address(map, &node.server.address);
    map.string(b"db");
    map.integer(node.server.db.into());
    map.string(b"server");
    map.string(first_alias.as_bytes());
    map.string(b"replicas");
    let list = map.begin(Kind::Array, node.replicas.len());
    node.replicas.iter().for_each(|alias| map.string(alias.as_bytes()));
    map.end(list);
    map.end(inner);
}

/// The fields `host`, `port` and `unix`; those that do not apply are nil.
pub(crate) fn append_address(map: &mut Builder, address: &Address) {
    let (host, port, unix) = match address {
        Address::Tcp { host, port } => (Some(host.as_str()), Some(*port), None),
        Address::Unix { path } => (None, None, Some(path.as_str())),
        // Its master is not known yet.
        Address::Service { .. } => (None, None, None),
    };
    map.string(b"host");
    map.optional(host);
    map.string(b"port");
    match port {
        Some(port) => map.integer(port.into()),
        None => map.nil(),
    }
    map.string(b"unix");
    map.optional(unix);
}
