//! Handles with `"protocol": 3`.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::{Server, cluster, config, key_on, ports, reply_text, request, words};
use rediscluster::{Cluster, Config, Value};
use std::io::Write;

const RESP3: &[&str] = &[r#""protocol":3"#];

fn reply(cluster: &Cluster, command: &str) -> rediscluster::Reply {
    cluster.command(&words(command)).unwrap()
}

#[test]
fn replies_have_the_types_of_resp3_and_by_default_those_of_resp2() {
    let servers = Server::start_many(3);
    let (resp2, resp3) = (cluster(&ports(&servers), &[]), cluster(&ports(&servers), RESP3));
    let [a, b] = [1, 2].map(|node| key_on(node, 3));
    reply(&resp3, &format!("HSET {a} field value"));
    reply(&resp3, &format!("ZADD {b} 1.5 member"));
    assert!(matches!(reply(&resp3, &format!("HGETALL {a}")).root(), Value::Map(children) if children.len() == 2));
    assert!(matches!(reply(&resp2, &format!("HGETALL {a}")).root(), Value::Array(_)));
    assert_eq!(reply(&resp3, &format!("ZSCORE {b} member")).double(0), Some(1.5));
    assert_eq!(reply(&resp3, "GET nothing").root(), Value::Null);
    assert_eq!(reply(&resp2, "GET nothing").root(), Value::Nil);
    assert!(matches!(reply(&resp3, &format!("ZUNION 2 {a} {b}")).root(), Value::Error(_)));
    let infos = [reply(&resp3, "INFO server"), resp3.each(&request(&["INFO server"])).unwrap()];
    assert!(matches!(infos[0].root(), Value::Verbatim { format: b"txt", .. }));
    assert!(matches!(infos[1].value(2), Some(Value::Verbatim { format: b"txt", .. })));
    let many = resp3.execute(&request(&[&format!("HGETALL {a}"), "GET nothing", &format!("MGET {a} {b}"), "CONFIG GET port"])).unwrap();
    let Value::Array(many) = many.root() else { panic!("{many:?}") };
    let many: Vec<Value> = many.collect();
    assert!(matches!(many[..], [Value::Map(_), Value::Null, Value::Array(_), Value::Map(_)]), "{many:?}");
}

#[test]
fn every_type_of_resp3_arrives_as_one_server_sends_it() {
    let server = Server::start_with(crate::support::enable_debug());
    let cluster = cluster(&[server.port], RESP3);
    for (name, expected) in [
        ("true", "Boolean(true)"),
        ("false", "Boolean(false)"),
        ("null", "Null"),
        ("double", r#"Double("3.14"#),
        ("bignum", r#"BigNumber("1234"#),
        ("verbatim", r#"Verbatim { format: "txt", text: "This"#),
        ("set", "Set([Integer(0), Integer(1), Integer(2)])"),
        ("map", "Map({Integer(0): Boolean(false), Integer(1): Boolean(true), Integer(2): Boolean(false)})"),
        ("attrib", r#"Attribute([String("key"#),
    ] {
        let reply = cluster.each(&request(&[&format!("DEBUG PROTOCOL {name}")])).unwrap();
        let found = format!("{:?}", reply.value(2));
        assert!(found.starts_with(&format!("Some({expected}")), "{name}: {found}");
    }
}

#[test]
fn credentials_and_database_are_sent_with_hello() {
    let server = Server::start_with(&["--requirepass", "secret", "--user", "ann", "on", ">word", "~*", "+@all"]);
    let reply = |members: &[&str]| reply_text(&cluster(&[server.port], &[RESP3, members].concat()), "CLIENT INFO");
    // Redis 6.2 does not list the protocol of a client.
    let protocol = if Server::start().is_since((7, 0)) { "resp=3" } else { "" };
    for (members, expected) in [
        (&[r#""password":"secret""#, r#""db":3"#][..], ["user=default", "db=3", protocol]),
        (&[r#""username":"ann""#, r#""password":"word""#], ["user=ann", "db=0", protocol]),
        (&[r#""password":"wrong""#], ["Connect", "WRONGPASS", "node_1"]),
        (&[], ["Connect", "NOAUTH", "node_1"]),
    ] {
        let found = reply(members);
        assert!(expected.iter().all(|part| found.contains(part)), "{members:?}: {found}");
    }
}

#[test]
fn a_server_without_resp3_is_named() {
    let server = FakeServer::start(|mut stream, _| {
        while read_request(&mut stream) {
            if stream.write_all(b"-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n").is_err() {
                return;
            }
        }
    });
    let text = reply_text(&server.cluster(RESP3), "GET a");
    assert!(text.contains("node_1") && text.contains("does not support RESP3") && text.contains("Redis 6"), "{text}");
}

#[test]
fn the_protocol_is_2_or_3() {
    for (value, is_valid) in [("2", true), ("3", true), ("4", false), ("\"RESP3\"", false)] {
        let config = Config::from_json(config(&[1], &[&format!(r#""protocol":{value}"#)]).as_bytes());
        assert_eq!(config.is_ok(), is_valid, "{config:?}");
    }
}

#[test]
fn many_threads_share_a_handle() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), RESP3);
    let [a, b] = [1, 2].map(|node| key_on(node, 2));
    reply(&cluster, &format!("SADD {a} x"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    assert!(matches!(reply(&cluster, &format!("SUNION {a} {b}")).root(), Value::Set(members) if members.len() == 1));
                }
            });
        }
    });
}
