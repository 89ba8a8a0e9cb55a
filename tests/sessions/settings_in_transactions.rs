//! HELLO, AUTH and the SUBSCRIBE family between MULTI and EXEC, beside one plain server.

use crate::helpers::read_all;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{cluster, ports, request};
use rediscluster::{Cluster, Session};

/// The bytes that a session sends, with the id of a connection removed.
fn compare(nodes: &ThreeNodes, cluster: &Cluster, line: &str, replies: usize) {
    let mut session: Session = cluster.session();
    let mut plain = RawClient::connect(nodes.oracle.port);
    let commands: Vec<String> = line.split('|').map(|command| nodes.command(command)).collect();
    let bytes = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
    session.write(&bytes).unwrap();
    let found = without_ids(&read_all(&mut session));
    let expected = without_ids(&plain.exchange(&bytes, replies));
    assert_eq!(found, expected, "{line}");
}

fn without_ids(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut parts = text.split("$2\r\nid\r\n:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "$2\r\nid\r\n:" + part.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

/// Each with the number of replies.
const LINES: &[(&str, usize)] = &[
    ("MULTI|SUBSCRIBE a b|PING|EXEC|PING", 6),
    ("MULTI|PING|SUBSCRIBE a b c|EXEC|UNSUBSCRIBE a", 7),
    ("MULTI|SET A 1|SUBSCRIBE a|UNSUBSCRIBE|EXEC|PING", 6),
    ("MULTI|UNSUBSCRIBE|EXEC|PING", 4),
    ("MULTI|UNSUBSCRIBE a b|PUNSUBSCRIBE|EXEC|PING", 6),
    ("MULTI|PSUBSCRIBE a* b*|SSUBSCRIBE q r|UNSUBSCRIBE a b|EXEC", 7),
    ("MULTI|SUBSCRIBE|EXEC|PING", 4),
    ("MULTI|SUBSCRIBE a b|DISCARD|PING", 4),
    ("HELLO 3|MULTI|SUBSCRIBE a b|PING|EXEC|PING", 7),
    ("HELLO 3|SUBSCRIBE x|MULTI|UNSUBSCRIBE|PING|EXEC|PING", 7),
    ("HSET A f 1|MULTI|HELLO 3|HGETALL A|SUBSCRIBE c|EXEC|HGETALL A|PING", 8),
    ("HSET A f 1|HELLO 3|MULTI|HGETALL A|HELLO 2|HGETALL A|EXEC|HGETALL A", 8),
    ("MULTI|HELLO|HELLO 2 SETNAME q|CLIENT GETNAME|EXEC|CLIENT GETNAME", 6),
    ("MULTI|HELLO 9|HELLO x|HELLO 3 NOSUCH|HELLO 2 SETNAME|EXEC|CLIENT GETNAME", 7),
    ("MULTI|HELLO 3|DISCARD|HGETALL B", 4),
    ("MULTI|HELLO 3|NOSUCH|EXEC|HGETALL B", 5),
    ("WATCH A|SET A 1|MULTI|HELLO 3|SUBSCRIBE a|EXEC|HGETALL B", 7),
    ("MULTI|HELLO 3|DBSIZE|KEYS nosuch|EXEC|CONFIG GET maxmemory", 6),
];

/// Redis 8.6 does not reply to these.
const FAILED_AUTHENTICATION: (&str, usize) = ("MULTI|HELLO 3 AUTH x y|AUTH y|AUTH x y|EXEC|PING", 6);

#[test]
fn settings_in_a_transaction_have_the_replies_of_one_server() {
    let nodes = ThreeNodes::new();
    for members in [&[][..], &[r#""transactions":"per_node""#]] {
        let cluster = cluster(&ports(&nodes.servers), members);
        for (line, replies) in LINES.iter().chain(nodes.is_redis_7_0().then_some(&FAILED_AUTHENTICATION)) {
            // A command that a server lacks has one reply.
            if line.contains("SSUBSCRIBE") && !nodes.has_command_of("SSUBSCRIBE") {
                continue;
            }
            compare(&nodes, &cluster, "FLUSHALL", 1);
            compare(&nodes, &cluster, line, *replies);
        }
    }
}

#[test]
fn messages_reach_a_session_that_has_subscribed_in_a_transaction() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut session = cluster.session();
    session.write(&request(&["MULTI", "SUBSCRIBE a b", "EXEC"])).unwrap();
    read_all(&mut session);
    for channel in ["a", "b"] {
        cluster.command(&[b"PUBLISH", channel.as_bytes(), b"text"]).unwrap();
        let message = session.receive(Some(std::time::Duration::from_secs(20))).unwrap().expect("a message");
        assert_eq!(crate::helpers::text_of(&message.root()), format!("[message {channel} text]"));
    }
}
