//! Commands from Rust values, replies in Rust types, and the errors of servers.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --example queries

use rediscluster::{Cluster, Code, Config, Error, pipeline};

fn main() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes())?);

    // Arguments are texts, bytes, numbers, and tuples, slices and maps of them.
    cluster.query::<()>(("MSET", [("a", 1.5), ("b", 2.0), ("c", 3.0)]))?;
    let numbers: Vec<f64> = cluster.query(("MGET", ["a", "b", "c"]))?;
    println!("{}", numbers.iter().sum::<f64>());

    // A pipeline returns a tuple with a type for each command.
    let ((), ages): ((), Vec<(String, u8)>) =
        pipeline().add(("ZADD", "ages", [(31, "ann"), (27, "bob")])).add(("ZREVRANGE", "ages", 0, -1, "WITHSCORES")).run(&cluster)?;
    println!("{ages:?}");

    // Commands that may fail alone have a Result each.
    let results: Vec<Result<i64, Error>> = pipeline().add(("INCR", "visits")).add(("INCR", "ages")).run(&cluster)?;
    for result in results {
        match result {
            Ok(number) => println!("{number}"),
            Err(error) if error.code() == Code::Server => println!("server: {}", error.prefix().unwrap_or_default()),
            Err(error) => println!("no reply: {error}"),
        }
    }
    Ok(())
}
