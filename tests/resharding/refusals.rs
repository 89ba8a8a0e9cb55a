//! Keys that cannot be moved, keys with ambiguous tags, and layouts that are not what they seem.

use crate::layouts::{copies, moving};
use crate::support::{Server, cluster, key_on, ports, reply_text, request};
use rediscluster::{Config, Value};

#[test]
fn a_key_that_its_node_rejects_can_be_read_and_the_error_names_both_nodes() {
    let servers = [Server::start_with(&["--rename-command", "RESTORE", ""]), Server::start()];
    let ports = ports(&servers);
    let cluster = moving(&ports, &[ports[1], ports[0]]);
    let key = key_on(1, 2);
    redis::cmd("SET").arg(&key).arg("value").exec(&mut servers[1].client()).expect("a reply");
    assert_eq!(reply_text(&cluster, &format!("GET {key}")), "\"value\"");
    let error = reply_text(&cluster, &format!("APPEND {key} +")).replace('\\', "");
    for part in [format!("key \"{key}\" could not be moved from "), "node_2 (127.0.0.1:".into(), " to node_1 (127.0.0.1:".into()] {
        assert!(error.contains(&part), "{error}");
    }
    let other = key_on(2, 2);
    let commands = [format!("GET {key}"), format!("DEL {key}"), format!("SET {other} x"), format!("STRLEN {key}")];
    let replies = cluster.execute(&request(&commands.each_ref().map(String::as_str))).expect("replies");
    let Value::Array(replies) = replies.root() else { panic!("an array") };
    let replies: Vec<Value> = replies.collect();
    assert_eq!(replies[0], Value::String(b"value"));
    assert!(matches!(replies[1], Value::Error(_) | Value::Failure(_)), "{:?}", replies[1]);
    assert_eq!((replies[2], replies[3]), (Value::Status(b"OK"), Value::Integer(5)));
    assert_eq!(copies(&servers, &key), 1);
}

#[test]
fn a_server_with_two_addresses_is_recognised_and_its_keys_stay() {
    let servers = Server::start_many(1);
    let port = servers[0].port;
    let previous = format!(r#""previous":{{"nodes":{{"node_1":"redis://localhost:{port}"}}}}"#);
    let cluster = cluster(&[port], &[r#""hash_tag":"off""#, &previous]);
    redis::cmd("SET").arg("k").arg("value").exec(&mut servers[0].client()).expect("a reply");
    let error = reply_text(&cluster, "APPEND k +");
    assert!(error.contains("are the same server; write its address alike in both layouts"), "{error}");
    assert_eq!(redis::cmd("GET").arg("k").query::<String>(&mut servers[0].client()).expect("a reply"), "value");
}

#[test]
fn a_key_with_a_tag_that_is_stripped_is_refused_while_keys_move() {
    for rules in [
        r#""hash_tag":"strip","previous":{"nodes":{"node_1":"redis://b"}}"#,
        r#""hash_tag":"keep","previous":{"hash_tag":"strip","nodes":{"node_1":"redis://b"}}"#,
    ] {
        let config = Config::from_json(format!(r#"{{"nodes":{{"node_1":"redis://a"}},{rules}}}"#).as_bytes()).expect("a configuration");
        let error = rediscluster::Cluster::open(config).node_for(b"name{tag}").expect_err("a refusal");
        assert!(error.message().contains("while keys move from the layout `previous`, use keys without tags"), "{error}");
    }
}

#[test]
fn errors_in_the_previous_layout_give_their_path() {
    for (previous, message) in [
        ("{}", "previous.nodes: missing"),
        (r#"{"nodes":{}}"#, "previous.nodes: no nodes"),
        (r#"{"nodes":{"node_2":"redis://b"}}"#, "previous.nodes: node_1 is missing"),
        (r#"{"nodes":{"node_1":{"host":"b","port":0}}}"#, "previous.nodes.node_1.port: 0 is not a port"),
        (r#"{"nodes":{"node_1":"redis://b"},"master_of":{"node_2":[]}}"#, "previous.master_of.node_2: nodes has no node_2"),
        (r#"{"nodes":{"node_1":"redis://b"},"pin":{"a*":"node_2"}}"#, "previous.pin.a*: node_2 is not a master"),
        (r#"{"nodes":{"node_1":"redis://b"},"hash_tag":"none"}"#, "previous.hash_tag: \"none\" is not one of"),
        (r#"{"nodes":{"node_1":"redis://b"},"timeout":1}"#, "previous.timeout: unknown key"),
        ("7", "previous: 7 is not an object"),
    ] {
        let error = Config::from_json(format!(r#"{{"nodes":{{"node_1":"redis://a"}},"previous":{previous}}}"#).as_bytes());
        let error = error.expect_err(message);
        assert!(error.message().starts_with(message), "{error} instead of {message}");
    }
}

#[test]
fn servers_of_both_layouts_are_compared_by_address_whatever_their_aliases() {
    let text = br#"{"nodes":{"node_1":"redis://a","node_2":"redis://b","node_3":"redis://c"},
        "previous":{"nodes":{"node_1":"redis://c","node_2":"redis://d","node_3":"redis://b:6379"}}}"#;
    let config = Config::from_json(text).expect("a configuration");
    let previous = config.previous.as_ref().expect("a previous layout");
    assert_eq!(previous.masters.iter().map(|master| master.server).collect::<Vec<_>>(), [2, 3, 1]);
    assert_eq!(config.servers[3].alias, "previous.node_2");
    let third = key_on(3, 3);
    assert_eq!(config.places(third.as_bytes()), Some((1, 2)));
}

#[test]
fn commands_on_all_nodes_include_servers_that_only_the_previous_layout_has() {
    let servers = Server::start_many(3);
    let ports = ports(&servers);
    let cluster = moving(&ports[..1], &ports[1..]);
    for (at, key) in [(0, "a"), (1, &key_on(1, 2)), (2, &key_on(2, 2))] {
        redis::cmd("SET").arg(key).arg("x").exec(&mut servers[at].client()).expect("a reply");
    }
    assert_eq!(reply_text(&cluster, "DBSIZE"), "3");
    let reply = cluster.command(&[b"KEYS", b"*"]).expect("a reply");
    let Value::Array(keys) = reply.root() else { panic!("an array") };
    assert_eq!(keys.count(), 3);
    assert_eq!(reply_text(&cluster, "FLUSHALL"), "OK");
    assert_eq!(reply_text(&cluster, "DBSIZE"), "0");
}
