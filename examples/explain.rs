//! Prints what a command would do, without doing it: the strategy, and the commands that each node would receive in each round.
//!
//!     REDISCLUSTER_CONFIG='{"nodes": {"node_1": "redis://127.0.0.1:6379", "node_2": "redis://127.0.0.1:6380"}}' \
//!         cargo run --example explain SUNIONSTORE all a b

use rediscluster::{Children, Cluster, Config, Error, Value, pack};

fn main() -> Result<(), Error> {
    let json = std::env::var("REDISCLUSTER_CONFIG").expect("REDISCLUSTER_CONFIG has a configuration in JSON");
    let cluster = Cluster::open(Config::from_json(json.as_bytes())?);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command: Vec<&[u8]> = arguments.iter().map(String::as_bytes).collect();

    let reply = cluster.explain(&pack(&command))?;
    let Value::Map(explanation) = reply.root() else { unreachable!("explain returns a map") };
    println!("strategy: {}", text(field(explanation, "strategy")));
    if let Some(Value::Array(steps)) = field(explanation, "steps") {
        for step in steps {
            let Value::Map(step) = step else { continue };
            let round = if let Some(Value::Integer(round)) = field(step, "round") { round } else { 0 };
            println!("round {round}: {}: {}", text(field(step, "node")), text(field(step, "command")));
        }
    }
    Ok(())
}

fn field<'a>(map: Children<'a>, name: &str) -> Option<Value<'a>> {
    let mut children = map;
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        if key == Value::String(name.as_bytes()) {
            return Some(value);
        }
    }
    None
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(bytes) | Value::Status(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}
