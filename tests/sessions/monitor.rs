//! MONITOR over all masters, compared with one server.

use super::helpers::{of_redis_7, read_all};
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{key_on, listener, request, words};
use rediscluster::{Code, Session, Value};
use std::time::Duration;

const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// The next line, without those of the library's own role checks.
fn next(session: &mut Session) -> String {
    loop {
        match session.receive(LONG).unwrap().expect("a line in time").root() {
            Value::Status(line) if line.ends_with(b"\"ROLE\"") => {}
            Value::Status(line) => return String::from_utf8_lossy(line).into_owned(),
            other => panic!("{other:?}"),
        }
    }
}

/// An argument as one server writes it: Valkey 8.1 does not escape quotes.
fn quoted_by_one_server(nodes: &ThreeNodes, argument: &[u8]) -> String {
    let mut plain = RawClient::connect(nodes.oracle.port);
    plain.exchange(&request(&["MONITOR"]), 1);
    nodes.oracle().command(&[b"ECHO", argument]).unwrap();
    loop {
        let line = String::from_utf8(plain.read(1)).unwrap();
        if let Some((_, quoted)) = line.trim_end().split_once("] \"ECHO\" ") {
            return quoted.to_owned();
        }
    }
}

#[test]
fn the_commands_of_all_nodes_arrive_with_their_alias() {
    let nodes = ThreeNodes::new();
    let three = nodes.cluster();
    let mut session = three.session();
    session.execute(&request(&["MONITOR"])).unwrap();
    let value = b"a \"b\"\r\n";
    let quoted = quoted_by_one_server(&nodes, value);
    for node in [1, 2, 3] {
        let key = key_on(node, 3);
        three.command(&[b"SET", key.as_bytes(), value]).unwrap();
        let line = next(&mut session);
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.parse::<f64>().is_ok(), "{line}");
        assert!(rest.starts_with(&format!("[0 node_{node}/127.0.0.1:")), "{line}");
        assert!(rest.ends_with(&format!("] \"SET\" \"{key}\" {quoted}")), "{line}");
    }
    three.command(&words("EVAL redis.call('GET',KEYS[1]) 1 a")).unwrap();
    assert!(next(&mut session).contains("\"EVAL\""));
    assert!(next(&mut session).contains("/lua:] \"GET\" \"a\""));
}

/// Without the lines of MONITOR.
fn replies(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let is_line = |line: &&str| line.starts_with('+') && line.contains('[');
    text.split_inclusive("\r\n").filter(|line| !is_line(line)).collect()
}

#[test]
fn after_monitor_the_same_commands_are_allowed_as_on_one_server() {
    let nodes = ThreeNodes::new();
    let mut session = nodes.cluster().session();
    let mut plain = RawClient::connect(nodes.oracle.port);
    for (command, count) in [
        ("MONITOR a", 1),
        ("MONITOR", 1),
        ("MONITOR", 0),
        ("GET a", 1),
        ("GET", 1),
        ("DBSIZE", 1),
        ("BLPOP a 1", 1),
        ("FLUSHALL", 1),
        ("SCAN 0", 1),
        ("PUBLISH a b", 1),
        ("EVAL return 0", 1),
        ("MULTI", 1),
        ("GET a", 1),
        ("EXEC", 1),
        ("RESET", 1),
        ("GET a", 1),
        ("SUBSCRIBE a", 1),
        ("MONITOR", 1),
        ("UNSUBSCRIBE", 1),
        ("MONITOR", 1),
        ("QUIT", 1),
    ] {
        session.write(&request(&[command])).unwrap();
        let mut expected = String::new();
        // A line may come between the replies.
        plain.write(&request(&[command]));
        while count > 0 && expected.is_empty() {
            expected = of_redis_7(&replies(&plain.read(1)));
        }
        if command != "QUIT" {
            assert_eq!(replies(&read_all(&mut session)), expected, "{command}");
        }
    }
    assert_eq!(session.write(b"").unwrap_err().code(), Code::Request);
}

#[test]
fn a_lost_node_is_reported_and_monitored_again() {
    let mut nodes = ThreeNodes::new();
    let three = nodes.cluster();
    let mut session = three.session();
    session.execute(&request(&["MONITOR"])).unwrap();
    nodes.servers[1].stop();
    let error = session.receive(LONG).unwrap_err();
    assert_eq!((error.code(), error.node()), (Code::Io, Some("node_2")));
    nodes.servers[1].restart();
    assert!(session.receive(Some(Duration::ZERO)).unwrap().is_none());
    let key = key_on(2, 3);
    three.command(&[b"GET", key.as_bytes()]).unwrap();
    while !next(&mut session).ends_with(&format!("\"GET\" \"{key}\"")) {}
}

#[test]
fn monitor_works_through_the_listener() {
    let nodes = ThreeNodes::new();
    let port = listener::listen(nodes.cluster());
    for hello in ["HELLO 2", "HELLO 3"] {
        let mut monitor = RawClient::connect(port);
        monitor.exchange(&request(&[hello]), 1);
        assert_eq!(monitor.exchange(&request(&["MONITOR"]), 1), b"+OK\r\n");
        let mut other = RawClient::connect(port);
        other.exchange(&request(&["GET a"]), 1);
        let mut line = String::new();
        while !line.ends_with("\"a\"\r\n") {
            line = String::from_utf8(monitor.read(1)).unwrap();
        }
        assert!(line.starts_with('+') && line.ends_with("] \"GET\" \"a\"\r\n"), "{line}");
    }
}
