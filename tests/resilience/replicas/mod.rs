//! Reads go to replicas and writes to masters, also when replicas fail.

mod choice;
mod discovery;
mod each;
mod failures;
mod routing;

use crate::support::replication::wait_until;
use crate::support::{Server, words};
use rediscluster::{Cluster, Config, Reply, Value};

/// Frequent role checks, so that changes are noticed soon.
pub const FREQUENT_CHECKS: &str = r#""refresh_interval":0.02"#;

/// A single role check: later changes are noticed only by failed commands.
pub const ONE_CHECK: &str = r#""refresh_interval":1e6"#;

pub fn run(cluster: &Cluster, command: &str) -> Reply {
    cluster.command(&words(command)).unwrap_or_else(|error| panic!("{command}: {error}"))
}

pub fn read(cluster: &Cluster, key: &str) -> Vec<u8> {
    match run(cluster, &format!("GET {key}")).root() {
        Value::String(value) => value.to_vec(),
        other => panic!("GET {key} returned {other:?}"),
    }
}

/// Stores a value and waits until the replicas have it.
pub fn store(cluster: &Cluster, replicas: &[&Server], key: &str, value: &str) {
    run(cluster, &format!("SET {key} {value}"));
    for replica in replicas {
        wait_until(|| redis::cmd("GET").arg(key).query::<Option<String>>(&mut replica.client()).unwrap().as_deref() == Some(value));
    }
}

/// A configuration of two masters with one configured replica each.
pub fn with_configured_replicas(masters: [&Server; 2], replicas: [&Server; 2], members: &str) -> Cluster {
    let [one, two, three, four] = [masters[0], masters[1], replicas[0], replicas[1]].map(|server| server.port);
    let text = format!(
        r#"{{"nodes":{{"node_1":"redis://127.0.0.1:{one}","node_2":"redis://127.0.0.1:{two}",
            "node_5":"redis://127.0.0.1:{three}","node_6":"redis://127.0.0.1:{four}"}},
            "master_of":{{"node_1":"node_5","node_2":["node_6"]}},{members}}}"#
    );
    Cluster::open(Config::from_json(text.as_bytes()).unwrap())
}
