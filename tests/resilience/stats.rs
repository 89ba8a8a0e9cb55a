//! `Cluster::stats` counts what happens on the connections to each server.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::{Server, cluster, name_on, ports, request, words};
use rediscluster::{Cluster, Reply, Value};
use std::io::Write;
use std::time::Duration;

/// A number or text of a server, by the path of its names.
fn get(stats: &Reply, path: &str) -> String {
    let mut value = stats.root();
    for name in path.split('/') {
        let Value::Map(children) = value else { panic!("{path}: {value:?}") };
        let children: Vec<Value> = children.collect();
        value = children
            .chunks(2)
            .find(|pair| pair[0] == Value::String(name.as_bytes()))
            .map(|pair| pair[1])
            .unwrap_or_else(|| panic!("{path}"));
    }
    match value {
        Value::Integer(number) => number.to_string(),
        Value::String(text) => String::from_utf8_lossy(text).into_owned(),
        Value::Nil => "nil".into(),
        Value::Array(numbers) => {
            numbers.map(|number| if let Value::Integer(number) = number { number } else { 0 }).sum::<i64>().to_string()
        }
        other => panic!("{path}: {other:?}"),
    }
}

fn number(cluster: &Cluster, path: &str) -> i64 {
    get(&cluster.stats(), path).parse().unwrap()
}

#[test]
fn commands_bytes_and_connections_are_counted_by_server() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[r#""refresh_interval":0"#, r#""read":"master""#]);
    let (one, other) = (name_on("a", 1, 2), name_on("b", 2, 2));
    assert_eq!(number(&cluster, "node_1/commands"), 0);
    for _ in 0..32 {
        cluster.command(&words(&format!("SET {one} value"))).unwrap();
    }
    cluster.execute(&request(&[&format!("GET {one}"), &format!("GET {other}"), &format!("MGET {one} {other}")])).unwrap();
    let stats = cluster.stats();
    let set = request(&[&format!("SET {one} value")]).len();
    assert_eq!(get(&stats, "node_1/commands"), "34");
    assert_eq!(get(&stats, "node_2/commands"), "2");
    let reads = request(&[&format!("GET {one}"), &format!("MGET {one}")]).len();
    assert_eq!(get(&stats, "node_1/bytes_sent"), (32 * set + reads).to_string());
    assert_eq!(get(&stats, "node_1/bytes_received"), (32 * "+OK\r\n".len() + 2 * "$5\r\nvalue\r\n".len() + "*1\r\n".len()).to_string());
    assert_eq!(get(&stats, "node_2/bytes_received"), (2 * "$-1\r\n".len() + "*1\r\n".len()).to_string());
    assert_eq!(get(&stats, "node_1/latency_us"), "1");
    for (path, expected) in [("role", "master"), ("master", "node_1"), ("breaker", "closed"), ("reason", "nil"), ("unavailable_ms", "nil")]
    {
        assert_eq!(get(&stats, &format!("node_1/{path}")), expected);
    }
    assert_eq!(get(&stats, "node_1/address"), format!("127.0.0.1:{}", servers[0].port));
    for (path, expected) in [("open", "1"), ("idle", "1"), ("awaited", "0"), ("opened", "1")] {
        assert_eq!(get(&stats, &format!("node_1/connections/{path}")), expected);
    }
}

#[test]
fn errors_are_counted_by_kind() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""timeout":0.3"#, r#""refresh_interval":0"#, r#""pool_size":1"#]);
    cluster.command(&words("SET a 1")).unwrap();
    server.hang();
    assert!(cluster.with_deadline(Some(Duration::from_millis(50))).command(&words("INCR a")).is_err());
    assert_eq!(get(&cluster.stats(), "node_1/breaker"), "suspect");
    (0..3).for_each(|_| assert!(cluster.command(&words("INCR a")).is_err()));
    let stats = cluster.stats();
    assert_eq!(get(&stats, "node_1/errors/deadline"), "1");
    assert_eq!(get(&stats, "node_1/breaker"), "open");
    assert!(get(&stats, "node_1/reason").contains("no reply in time"), "{stats:?}");
    let failed: i64 = ["timeout", "unavailable"].iter().map(|kind| number(&cluster, &format!("node_1/errors/{kind}"))).sum();
    assert_eq!(failed, 3, "{stats:?}");
    server.resume();
    while cluster.command(&words("GET a")).is_err() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(get(&cluster.stats(), "node_1/breaker"), "closed");
}

#[test]
fn lost_connections_retries_and_wrong_bytes_are_counted() {
    let fake = FakeServer::start(|mut stream, number| {
        if read_request(&mut stream) && number > 0 {
            let _ = stream.write_all(if number == 1 { b"$1\r\nx\r\n" } else { b"!wrong\r\n" });
            let _ = read_request(&mut stream);
        }
    });
    let cluster = fake.cluster(&[]);
    assert_eq!(cluster.command(&words("GET a")).unwrap().root(), Value::String(b"x"));
    let stats = cluster.stats();
    assert_eq!((get(&stats, "node_1/errors/lost"), get(&stats, "node_1/retries")), ("1".into(), "1".into()), "{stats:?}");
    assert!((0..2).any(|_| cluster.command(&words("INCR a")).is_err()));
    let _ = cluster.command(&words("INCR a"));
    assert_eq!(get(&cluster.stats(), "node_1/errors/protocol"), "1", "{:?}", cluster.stats());
}

#[test]
fn the_connections_of_a_handle_with_resp3_are_counted_together() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[r#""protocol":3"#, r#""refresh_interval":0"#]);
    let (one, other) = (name_on("a", 1, 2), name_on("b", 2, 2));
    cluster.command(&words(&format!("SADD {one} x"))).unwrap();
    let before = number(&cluster, "node_1/commands");
    cluster.command(&words(&format!("SUNION {one} {other}"))).unwrap();
    assert!(number(&cluster, "node_1/commands") > before);
    assert_eq!(number(&cluster, "node_1/connections/opened"), 2);
}
