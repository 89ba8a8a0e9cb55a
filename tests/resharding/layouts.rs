//! Configurations with a previous layout, and where a key is.

use crate::support::{LONG_TIMEOUTS, Server, cluster};
use rediscluster::Cluster;

/// A handle on servers that had another layout before. The keys have no tags.
pub fn moving(to: &[u16], from: &[u16]) -> Cluster {
    let nodes: Vec<String> = from.iter().enumerate().map(|(at, port)| format!(r#""node_{}":"redis://127.0.0.1:{port}""#, at + 1)).collect();
    let previous = format!(r#""previous":{{"nodes":{{{}}}}}"#, nodes.join(","));
    cluster(to, &[&LONG_TIMEOUTS[..], &[r#""hash_tag":"keep""#, previous.as_str()]].concat())
}

/// How many of the servers have a key.
pub fn copies(servers: &[Server], key: &str) -> usize {
    let exists = |server: &&Server| redis::cmd("EXISTS").arg(key).query::<bool>(&mut server.client()).expect("a reply");
    servers.iter().filter(exists).count()
}
