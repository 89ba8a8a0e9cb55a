//! Masters that fail over to another server, without Sentinel and with it.

mod empty_master;
mod known_servers;
mod moved_addresses;
mod sentinel;
mod several_steps;

use crate::support::replication::{is_in_sync, wait_until};
use crate::support::{Server, words};
use rediscluster::{Cluster, Config, Value};
use std::time::{Duration, Instant};

/// Frequent role checks, and short time limits.
pub const OPTIONS: &str = r#""refresh_interval":0.05,"timeout":1"#;

/// A handle with one node whose replicas the configuration names.
pub fn with_replicas(master: &Server, replicas: &[&Server], members: &str) -> Cluster {
    let node = |name: &str, server: &Server| format!(r#""{name}":"redis://127.0.0.1:{}""#, server.port);
    let names: Vec<String> = (1..=replicas.len()).map(|number| format!("replica_{number}")).collect();
    let nodes: Vec<String> = names.iter().zip(replicas).map(|(name, server)| node(name, server)).chain([node("node_1", master)]).collect();
    let text = format!(r#"{{"nodes":{{{}}},"master_of":{{"node_1":{names:?}}},{members}}}"#, nodes.join(","));
    Cluster::open(Config::from_json(text.as_bytes()).unwrap())
}

pub fn promote(server: &Server) {
    let _: () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut server.client()).unwrap();
}

pub fn make_replica(server: &Server, master: &Server) {
    let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(master.port).query(&mut server.client()).unwrap();
    wait_until(|| is_in_sync(server));
}

pub fn text_of(cluster: &Cluster, command: &str) -> Result<String, rediscluster::Error> {
    cluster.command(&words(command)).map(|reply| match reply.root() {
        Value::String(text) | Value::Status(text) | Value::Error(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    })
}

/// Writes until a write succeeds, and prints how long that took after `event`.
pub fn write_until_ok(cluster: &Cluster, command: &str, event: &str) -> Duration {
    let start = Instant::now();
    wait_until(|| text_of(cluster, command).is_ok_and(|reply| reply == "OK"));
    println!("{event}: writes go on after {:?}", start.elapsed());
    start.elapsed()
}

/// The value of a key, as a bare client reads it.
pub fn value_at(server: &Server, key: &str) -> Option<String> {
    redis::cmd("GET").arg(key).query(&mut server.client()).unwrap()
}
