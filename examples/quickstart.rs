//! Connects to the servers of a configuration, writes two keys and reads them back with one MGET.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --example quickstart

use rediscluster::{Cluster, Config, Error, Value};

fn main() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes())?);

    cluster.command(&[b"SET", b"greeting", b"hello"])?;
    cluster.command(&[b"SET", b"name", b"world"])?;

    // The keys may be on different nodes; the values come back in the order of the keys.
    let reply = cluster.command(&[b"MGET", b"greeting", b"name"])?;
    if let Value::Array(values) = reply.root() {
        for value in values {
            if let Value::String(bytes) = value {
                println!("{}", String::from_utf8_lossy(bytes));
            }
        }
    }
    Ok(())
}
