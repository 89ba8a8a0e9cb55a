//! Sends several commands at once and tells the errors of servers and of the transport apart.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --example pipeline

use rediscluster::{Cluster, Config, Error, Value, pack};

fn main() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes())?);

    let commands: [&[&[u8]]; 4] =
        [&[b"SET", b"counter", b"41"], &[b"INCR", b"counter"], &[b"LPUSH", b"counter", b"x"], &[b"GET", b"counter"]];
    let request: Vec<u8> = commands.iter().flat_map(|command| pack(command)).collect();

    let replies = cluster.execute(&request)?;
    let Value::Array(replies) = replies.root() else { unreachable!("execute returns an array with one reply per command") };
    for reply in replies {
        match reply {
            // A server's error is a reply; the other commands are not affected.
            Value::Error(text) => println!("error: {}", String::from_utf8_lossy(text)),
            // The command got no reply: the connection failed. The others have their replies.
            Value::Failure(_) => println!("no reply"),
            Value::Status(text) | Value::String(text) => println!("{}", String::from_utf8_lossy(text)),
            Value::Integer(number) => println!("{number}"),
            other => println!("{other:?}"),
        }
    }
    Ok(())
}
