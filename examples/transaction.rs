//! Runs MULTI and EXEC in a session. All keys of a transaction are on one node; a hash tag puts them there.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}, "hash_tag": "strip"}' \
//!         cargo run --example transaction

use rediscluster::{Cluster, Config, Error, Value, pack};

fn main() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes())?);

    let mut session = cluster.session();
    let commands: [&[&[u8]]; 4] =
        [&[b"MULTI"], &[b"INCRBY", b"balance{alice}", b"100"], &[b"RPUSH", b"log{alice}", b"deposit 100"], &[b"EXEC"]];
    let request: Vec<u8> = commands.iter().flat_map(|command| pack(command)).collect();

    let replies = session.execute(&request)?;
    let Value::Array(replies) = replies.root() else { unreachable!("execute returns an array with one reply per command") };
    match replies.last() {
        Some(Value::Array(results)) => println!("{} commands were executed", results.len()),
        other => println!("the transaction was not executed: {other:?}"),
    }
    Ok(())
}
