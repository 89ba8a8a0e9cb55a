//! Generated data of every type, and a checker that does not use the tool or the library: it reads all servers with the `redis` crate and
//! computes the node of each key with its own CRC-32.

use crate::support::{Server, crc32};
use redis::{Connection, Value};
use std::collections::BTreeMap;

/// A key's type and content in a canonical form, and when it expires (PEXPIRETIME).
pub type Snapshot = BTreeMap<Vec<u8>, (String, i64)>;

/// Keys per pipeline.
const BATCH: usize = 1000;

/// How keys get their nodes in the tests.
#[derive(Clone, Copy)]
pub enum Rule {
    /// The whole key.
    Off,
    /// The text between the first `{` and the next `}`.
    Keep,
    /// `tagged:TAG:…` was stored as `tagged:TAG:…{TAG}`.
    Colon,
}

/// The node of a key, from 0.
pub fn node_of(key: &[u8], masters: usize, rule: Rule) -> usize {
    let hashed = match rule {
        Rule::Off => key,
        Rule::Keep => {
            let open = key.iter().position(|&byte| byte == b'{').map(|at| at + 1);
            let length = open.and_then(|open| key[open..].iter().position(|&byte| byte == b'}'));
            match (open, length) {
                (Some(open), Some(length)) if length > 0 => &key[open..open + length],
                _ => key,
            }
        }
        Rule::Colon if key.starts_with(b"tagged:") => key[7..].split(|&byte| byte == b':').next().unwrap_or(key),
        Rule::Colon => key,
    };
    crc32(hashed) as usize % masters
}

/// Writes about `count` keys to the nodes where they belong.
pub fn fill(servers: &[&Server], rule: Rule, count: usize) {
    let mut connections: Vec<Connection> = servers.iter().map(|server| server.client()).collect();
    let mut pipelines: Vec<redis::Pipeline> = servers.iter().map(|_| redis::pipe()).collect();
    let far = 4_102_444_800_000_i64;
    for number in 0..count {
        let key = name(number);
        let node = node_of(&key, servers.len(), rule);
        let pipeline = &mut pipelines[node];
        write_value(pipeline, &key, number);
        if number % 3 == 0 {
            pipeline.cmd("PEXPIREAT").arg(&key).arg(far + number as i64 * 7).ignore();
        }
        if pipeline.len() >= BATCH {
            std::mem::take(pipeline).exec(&mut connections[node]).expect("the data is written");
        }
    }
    for (pipeline, connection) in pipelines.iter().zip(&mut connections) {
        pipeline.exec(connection).expect("the data is written");
    }
}

/// Names with tags, with blanks and with any bytes.
fn name(number: usize) -> Vec<u8> {
    match number % 5 {
        0 => format!("tagged:{}:{number}", number % 37).into_bytes(),
        1 => [&b"binary\0\xff\r\n"[..], &number.to_le_bytes()].concat(),
        2 => format!("a b {{{}}} {number}", number % 11).into_bytes(),
        _ => format!("key:{number}").into_bytes(),
    }
}

fn write_value(pipeline: &mut redis::Pipeline, key: &[u8], number: usize) {
    let small = number % 10 + 1;
    match number % 9 {
        0 => pipeline.cmd("SET").arg(key).arg(number),
        1 => pipeline.cmd("SET").arg(key).arg(format!("value \0 {number}")),
        2 => pipeline.cmd("RPUSH").arg(key).arg((0..small).map(|at| format!("element {at}")).collect::<Vec<_>>()),
        3 => pipeline.cmd("SADD").arg(key).arg((0..small).map(|at| at * number).collect::<Vec<_>>()),
        4 => pipeline.cmd("SADD").arg(key).arg((0..small * 20).map(|at| format!("member {at}")).collect::<Vec<_>>()),
        5 => pipeline.cmd("HSET").arg(key).arg((0..small * 2).map(|at| format!("f{at}")).collect::<Vec<_>>()),
        6 => pipeline.cmd("HSET").arg(key).arg((0..small * 60).map(|at| format!("field {at}")).collect::<Vec<_>>()),
        7 => {
            let pairs = (0..small * 20).flat_map(|at| [format!("{}", at as f64 / 7.0 - 3.0), format!("m{at}")]);
            pipeline.cmd("ZADD").arg(key).arg(pairs.collect::<Vec<_>>()).arg("inf").arg("last")
        }
        _ => {
            pipeline.cmd("XADD").arg(key).arg("1-1").arg("a").arg("b").ignore();
            pipeline.cmd("XADD").arg(key).arg("2-1").arg("c").arg(number).ignore();
            pipeline.cmd("XADD").arg(key).arg("3-1").arg("c").arg(number).ignore();
            pipeline.cmd("XGROUP").arg("CREATE").arg(key).arg("group").arg("1-1").ignore();
            pipeline.cmd("XREADGROUP").arg("GROUP").arg("group").arg("me").arg("COUNT").arg(1).arg("STREAMS").arg(key).arg(">").ignore();
            pipeline.cmd("XDEL").arg(key).arg("3-1")
        }
    };
    pipeline.ignore();
}

/// A list of 100,000 elements, a string of 8 MB, and a hash, a set and a sorted set of 20,000 elements.
pub fn fill_large(servers: &[&Server], rule: Rule) {
    let put = |command: &str, key: &str, arguments: Vec<String>| {
        let mut connection = servers[node_of(key.as_bytes(), servers.len(), rule)].client();
        let mut pipeline = redis::pipe();
        for chunk in arguments.chunks(10_000) {
            pipeline.cmd(command).arg(key).arg(chunk).ignore();
        }
        pipeline.cmd("PEXPIREAT").arg(key).arg(4_102_444_800_123_i64).ignore();
        pipeline.exec(&mut connection).expect("the data is written");
    };
    put("RPUSH", "large list", (0..100_000).map(|at| format!("element {at}")).collect());
    put("SET", "large string", vec!["0123456789abcdef".repeat(512 << 10)]);
    put("HSET", "large hash", (0..40_000).map(|at| format!("f{at}")).collect());
    put("SADD", "large set", (0..20_000).map(|at| format!("member {at}")).collect());
    put("ZADD", "large zset", (0..20_000).flat_map(|at| [format!("{}", at as f64 / 3.0), format!("m{at}")]).collect());
}

/// All that a database of a server has.
pub fn snapshot(server: &Server, db: u32) -> Snapshot {
    let mut connection = server.client();
    redis::cmd("SELECT").arg(db).exec(&mut connection).expect("a database");
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut connection).expect("keys");
    let mut snapshot = Snapshot::new();
    for batch in keys.chunks(BATCH) {
        let mut pipeline = redis::pipe();
        for key in batch {
            pipeline.cmd("TYPE").arg(key).cmd("PEXPIRETIME").arg(key);
        }
        let facts: Vec<(String, i64)> = pipeline.query(&mut connection).expect("types");
        let mut pipeline = redis::pipe();
        batch.iter().zip(&facts).for_each(|(key, (kind, _))| read_value(&mut pipeline, key, kind));
        let values: Vec<Value> = pipeline.query(&mut connection).expect("values");
        let mut values = values.into_iter();
        for (key, (kind, expiry)) in batch.iter().zip(facts) {
            let count = if kind == "stream" { 3 } else { 1 };
            let content: Vec<String> = values.by_ref().take(count).map(|value| canonical(value, &kind)).collect();
            snapshot.insert(key.clone(), (format!("{kind} {}", content.join(" ")), expiry));
        }
    }
    snapshot
}

fn read_value(pipeline: &mut redis::Pipeline, key: &[u8], kind: &str) {
    match kind {
        "string" => pipeline.cmd("GET").arg(key),
        "list" => pipeline.cmd("LRANGE").arg(key).arg(0).arg(-1),
        "set" => pipeline.cmd("SMEMBERS").arg(key),
        "hash" => pipeline.cmd("HGETALL").arg(key),
        "zset" => pipeline.cmd("ZRANGE").arg(key).arg(0).arg(-1).arg("WITHSCORES"),
        "stream" => {
            pipeline.cmd("XRANGE").arg(key).arg("-").arg("+");
            pipeline.cmd("XINFO").arg("GROUPS").arg(key);
            pipeline.cmd("XINFO").arg("STREAM").arg(key)
        }
        other => panic!("a value of type {other}"),
    };
}

/// Sets and hashes have no order.
fn canonical(value: Value, kind: &str) -> String {
    let Value::Array(elements) = &value else { return format!("{value:?}") };
    let text = |chunk: &[Value]| format!("{chunk:?}");
    let mut elements: Vec<String> = match kind {
        "set" => elements.chunks(1).map(text).collect(),
        "hash" => elements.chunks(2).map(text).collect(),
        _ => return format!("{value:?}"),
    };
    elements.sort();
    elements.join(",")
}

/// Checks that the nodes have exactly these keys, each where the rule looks for it, equal in type, content and time to live.
pub fn check(nodes: &[&Server], rule: Rule, expected: &Snapshot) {
    let mut missing = expected.clone();
    for (at, server) in nodes.iter().enumerate() {
        for (key, (content, expiry)) in snapshot(server, 0) {
            let name = key.escape_ascii().to_string();
            let (expected_content, expected_expiry) =
                missing.remove(&key).unwrap_or_else(|| panic!("{name} on node {at} is extra or a duplicate"));
            assert_eq!(node_of(&key, nodes.len(), rule), at, "{name} is on the wrong node");
            assert!(content == expected_content, "{name}: another content");
            assert!((expiry - expected_expiry).abs() <= 5, "{name}: expires at {expiry}, not {expected_expiry}");
        }
    }
    assert!(
        missing.is_empty(),
        "{} keys are missing, such as {:?}",
        missing.len(),
        missing.keys().next().map(|key| key.escape_ascii().to_string())
    );
}

/// All that several servers have together.
pub fn union(servers: &[&Server]) -> Snapshot {
    servers.iter().flat_map(|server| snapshot(server, 0)).collect()
}
