//! Configurations: what is accepted, and the errors for everything else.

use rediscluster::{Address, Code, Config, CrossNode, HashTag, Read};
use std::time::Duration;

fn read(text: &str) -> Config {
    Config::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn configurations_of_the_old_packages_are_accepted() {
    let config = read(
        r#"{"nodes": {"node_1": {"host": "127.0.0.1", "port": 63791}, "node_2": {"host": "127.0.0.1", "port": "63792"},
                      "node_5": {"host": "127.0.0.1", "port": 63795}, "node_6": {"host": "127.0.0.1", "port": 63796}},
            "master_of": {"node_1": "node_6", "node_2": "node_5"}, "default_node": "node_1"}"#,
    );
    assert_eq!(config.masters.iter().map(|master| master.alias.as_str()).collect::<Vec<_>>(), ["node_1", "node_2"]);
    assert_eq!(config.servers[1].address, Address::Tcp { host: "127.0.0.1".into(), port: 63792 });
    assert_eq!(replicas(&config), [["node_1_slave 127.0.0.1:63796 0"], ["node_2_slave 127.0.0.1:63795 0"]]);
}

/// Of each server: alias, address and database.
fn replicas(config: &Config) -> Vec<Vec<String>> {
    let summary = |replica: &rediscluster::Server| format!("{} {} {}", replica.alias, replica.address, replica.db);
    config.replicas.as_ref().expect("replicas are configured").iter().map(|replicas| replicas.iter().map(summary).collect()).collect()
}

#[test]
fn replicas_use_the_database_of_their_master() {
    let config = read(
        r#"{"nodes": {"node_1": "redis://a/2", "node_2": "redis://a/2", "node_3": "redis://b", "r": "redis://me:secret@c", "s": "redis://d/7"},
            "master_of": {"node_1": ["r", "s"], "node_2": "r", "node_3": []}}"#,
    );
    assert_eq!(replicas(&config), [vec!["node_1_slave c:6379 2", "node_1_slave_2 d:6379 2"], vec![]]);
    let replica = &config.replicas.as_ref().unwrap()[0][0];
    assert_eq!((replica.username.as_deref(), replica.password.as_deref()), (Some("me"), Some("secret")));
    assert_eq!(read(r#"{"nodes": {"node_1": "redis://a"}}"#).replicas, None);
}

#[test]
fn masters_only_is_an_alias_of_the_read_policy() {
    for (members, expected) in [
        ("", Read::Replica),
        (r#","read":"replica""#, Read::Replica),
        (r#","read":"master""#, Read::Master),
        (r#","masters_only":true"#, Read::Master),
        (r#","masters_only":false"#, Read::Replica),
        (r#","masters_only":true,"read":"master""#, Read::Master),
    ] {
        assert_eq!(read(&format!(r#"{{"nodes":{{"node_1":"redis://a"}}{members}}}"#)).read, expected, "{members}");
    }
}

#[test]
fn the_rule_for_hash_tags_is_one_of_three_or_none() {
    for (members, expected) in [
        ("", None),
        (r#","hash_tag":null"#, None),
        (r#","hash_tag":"strip""#, Some(HashTag::Strip)),
        (r#","hash_tag":"keep""#, Some(HashTag::Keep)),
        (r#","hash_tag":"off""#, Some(HashTag::Off)),
    ] {
        assert_eq!(read(&format!(r#"{{"nodes":{{"node_1":"redis://a"}}{members}}}"#)).hash_tag, expected, "{members}");
    }
}

#[test]
fn two_rules_of_equal_rank_for_different_nodes_are_refused_in_any_order() {
    let two =
        |pins: &str| Config::from_json(format!(r#"{{"nodes":{{"node_1":"redis://a","node_2":"redis://b"}},"pin":{{{pins}}}}}"#).as_bytes());
    for pins in [r#""a:*":"node_1","a:?":"node_2""#, r#""a:?":"node_2","a:*":"node_1""#] {
        let text = r#"pin.a:?: ambiguous: "a:*" has the same text before its first wildcard and names node_1"#;
        assert_eq!(two(pins).unwrap_err().message(), text);
    }
    let rules = |pins: &str| two(pins).unwrap().pins.into_iter().map(|pin| (pin.pattern, pin.master)).collect::<Vec<_>>();
    let expected = [("a:b", 0), ("a:b*", 1), ("a:*", 0), ("a:?", 0), ("*", 1)].map(|(pattern, master)| (pattern.to_owned(), master));
    assert_eq!(rules(r#""a:*":"node_1","a:?":"node_1","a:b*":"node_2","*":"node_2","a:b":"node_1""#), expected);
    assert_eq!(rules(r#""a:b":"node_1","*":"node_2","a:b*":"node_2","a:?":"node_1","a:*":"node_1""#), expected);
    assert!(rules("").is_empty());
}

#[test]
fn defaults_match_the_documentation() {
    let config = read(r#"{"nodes": {"node_1": {"host": "localhost"}}}"#);
    let five = Some(Duration::from_secs(5));
    assert_eq!((config.connect_timeout, config.read_timeout, config.write_timeout), (five, five, five));
    assert_eq!((config.hash_tag, config.cross_node, config.pool_size), (None, CrossNode::Emulate, 64));
    assert_eq!((config.read, config.refresh_interval, &config.replicas), (Read::Replica, Some(Duration::from_secs(1)), &None));
    assert_eq!((config.servers[0].db, &config.servers[0].password), (0, &None));
    assert_eq!(config.servers[0].address.to_string(), "localhost:6379");
}

#[test]
fn a_zero_timeout_means_no_limit() {
    let config = read(r#"{"nodes": {"node_1": {"host": "a"}}, "connect_timeout": 0, "read_timeout": 0.25, "write_timeout": 0.0}"#);
    assert_eq!((config.connect_timeout, config.read_timeout, config.write_timeout), (None, Some(Duration::from_millis(250)), None));
}

#[test]
fn a_node_can_be_a_url() {
    let config = read(
        r#"{"nodes": {"node_1": "redis://me:se%20cret@h1:7000/3", "node_2": "redis://h2", "node_3": "unix:///run/r.sock?db=4&pass=x",
                      "node_4": "redis://[::1]:7004/0"}, "db": 2, "password": "common"}"#,
    );
    let seen: Vec<_> = config
        .servers
        .iter()
        .map(|server| (server.address.to_string(), server.db, server.username.as_deref(), server.password.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            ("h1:7000".to_owned(), 3, Some("me"), Some("se cret")),
            ("h2:6379".to_owned(), 2, None, Some("common")),
            ("/run/r.sock".to_owned(), 4, None, Some("x")),
            ("[::1]:7004".to_owned(), 0, None, Some("common")),
        ]
    );
}

#[test]
fn aliases_of_one_server_share_the_server() {
    let config = read(
        r#"{"nodes": {"node_1": {"host": "a"}, "node_2": {"host": "b"}, "node_3": {"host": "a", "port": 6379}, "node_4": {"host": "a", "db": 1}}}"#,
    );
    assert_eq!(config.masters.iter().map(|master| master.server).collect::<Vec<_>>(), [0, 1, 0, 2]);
}

#[test]
fn an_empty_php_array_is_accepted_as_an_empty_object() {
    assert_eq!(read(r#"{"nodes": {"node_1": {"host": "a"}}, "master_of": []}"#).masters.len(), 1);
}

#[test]
fn equivalent_configurations_compare_equal() {
    let one = read(r#"{"nodes": {"node_1": {"host": "a", "port": 1}, "node_2": {"host": "b"}}, "read": "master"}"#);
    assert_eq!(one, read(r#"{ "masters_only": true, "nodes": {"node_2": "redis://b:6379", "node_1": "redis://a:1"}}"#));
}

#[test]
fn tls_settings_of_a_node_replace_those_of_the_document_one_by_one() {
    let config = read(
        r#"{"nodes": {"node_1": {"host": "a"}, "node_2": {"host": "a", "tls": false}, "node_3": {"unix": "/s"}, "node_4": "rediss://b:7000/1",
                      "node_5": {"host": "c", "tls": {"insecure": false, "server_name": "d"}}}, "tls": {"insecure": true}}"#,
    );
    let seen: Vec<_> = config
        .servers
        .iter()
        .map(|server| (server.address.to_string(), server.tls.as_ref().map(|tls| (tls.insecure, tls.server_name.as_deref()))))
        .collect();
    let of_document = Some((true, None));
    assert_eq!(
        seen,
        [
            ("a:6379".to_owned(), of_document),
            ("a:6379".to_owned(), None),
            ("/s".to_owned(), None),
            ("b:7000".to_owned(), of_document),
            ("c:6379".to_owned(), Some((false, Some("d")))),
        ]
    );
    let of_url = |text: &str| read(text).servers[0].tls.clone();
    assert!(of_url(r#"{"nodes":{"node_1":"rediss://a"}}"#).is_some_and(|tls| !tls.insecure && tls.ca.is_none()));
    assert!(of_url(r#"{"nodes":{"node_1":"redis://a"},"tls":false}"#).is_none());
    assert!(of_url(r#"{"nodes":{"node_1":{"host":"a"}},"tls":[]}"#).is_some());
}

#[test]
fn errors_in_tls_settings_give_their_path() {
    for (tls, message) in [
        ("7", "tls: invalid type: integer `7`, expected true, false or an object"),
        (r#""yes""#, "tls: a string is not true, false or an object"),
        ("[1]", "tls: a list is not true, false or an object"),
        (r#"{"cafile":"a"}"#, "tls.cafile: unknown key; expected one of `ca`, `cert`"),
        (r#"{"ca":7}"#, "tls.ca: 7 is not a string"),
        (r#"{"ca":"/none/ca.pem"}"#, "tls.ca: cannot read /none/ca.pem: No such file or directory"),
        (r#"{"ca":"Cargo.toml"}"#, "tls.ca: Cargo.toml has no certificate in PEM format"),
        (r#"{"cert":"/none/c.pem"}"#, "tls.key: missing; cert requires it"),
        (r#"{"key":"/none/c.key"}"#, "tls.cert: missing; key requires it"),
        (r#"{"ca":"/none/ca.pem","insecure":true}"#, "tls.insecure: true contradicts ca"),
        (r#"{"insecure":1}"#, "tls.insecure: 1 is not true or false"),
        (r#"{"server_name":"a b"}"#, r#"tls.server_name: "a b" is not a host name or address"#),
    ] {
        for (text, path) in [
            (format!(r#"{{"nodes":{{"node_1":{{"host":"a"}}}},"tls":{tls}}}"#), ""),
            (format!(r#"{{"nodes":{{"node_1":{{"host":"a","tls":{tls}}}}}}}"#), "nodes.node_1."),
        ] {
            let error = Config::from_json(text.as_bytes()).expect_err(&text);
            assert!(error.message().starts_with(&format!("{path}{message}")), "{text}: {error}");
        }
    }
    for (text, message) in [
        (r#"{"nodes":{"node_1":{"unix":"/s","tls":true}}}"#, "nodes.node_1.tls: a Unix socket has no TLS"),
        (r#"{"nodes":{"node_1":"redis://a"},"tls":true}"#, "nodes.node_1: redis:// is without TLS, and tls is configured; use rediss://"),
    ] {
        assert_eq!(Config::from_json(text.as_bytes()).unwrap_err().message(), message);
    }
}

#[test]
fn errors_give_the_path_of_the_bad_value() {
    let node = r#""nodes":{"node_1":{"host":"a"},"node_2":{"host":"b"},"node_3":{"host":"c"}}"#;
    for (text, message) in [
        (
            r#"{"nodes":{"node_1":{"host":"a"},"node_2":{"host":"b"},"node_3":{"host":"c","port":70000}}}"#.to_owned(),
            "nodes.node_3.port: 70000 is not a port",
        ),
        (r#"{"nodes":{"node_1":{"host":"a","port":0}}}"#.into(), "nodes.node_1.port: 0 is not a port"),
        (r#"{"nodes":{"node_1":{"host":"a","port":"x"}}}"#.into(), "nodes.node_1.port: a string is not a port"),
        (r#"{"nodes":{"node_1":{"host":"a","port":1.5}}}"#.into(), "nodes.node_1.port: 1.5 is not a port"),
        (r#"{"nodes":{"node_1":{"hots":"a"}}}"#.into(), "nodes.node_1.hots: unknown key; expected one of `host`, `port`"),
        (r#"{"nodes":{"node_1":{}}}"#.into(), "nodes.node_1.host: missing"),
        (r#"{"nodes":{"node_1":null}}"#.into(), "nodes.node_1: null is not an object"),
        (r#"{"nodes":{"node_1":{"host":"a","host":"b"}}}"#.into(), "nodes.node_1: host is given twice"),
        (r#"{"nodes":["redis://a"]}"#.into(), "nodes: a list is not an object"),
        (r#"{"nodes":{"node_1":{"host":"a","prot":1}}}"#.into(), "nodes.node_1.prot: unknown key"),
        (r#"{"nodes":{"node_1":{"host":""}}}"#.into(), "nodes.node_1.host: not a host name or address"),
        (r#"{"nodes":{"node_1":{"host":7}}}"#.into(), "nodes.node_1.host: 7 is not a string"),
        (r#"{"nodes":{"node_1":{"host":"a","unix":"/s"}}}"#.into(), "nodes.node_1.unix: a node has either"),
        (r#"{"nodes":{"node_1":{"port":1,"unix":"/s"}}}"#.into(), "nodes.node_1.port: a node has either"),
        (r#"{"nodes":{"node_1":{"host":"a","db":-1}}}"#.into(), "nodes.node_1.db: -1 is not a database number"),
        (r#"{"nodes":{"node_1":"http://a"}}"#.into(), "nodes.node_1: not a redis://, rediss:// or unix:// URL"),
        (r#"{"nodes":{"node_1":"redis://a/x"}}"#.into(), "nodes.node_1: "),
        (r#"{"nodes":{"node_1":"redis://a/-5"}}"#.into(), "nodes.node_1: -5 is not a database number"),
        (r#"{"nodes":{"node_1":"redis://a?protocol=3"}}"#.into(), "nodes.node_1: \"protocol\" is not supported in a URL"),
        (r#"{"nodes":{"node_1":["a",1]}}"#.into(), "nodes.node_1: a list is not an object"),
        (r#"{"nodes":{"node_1":{"host":"a"},"node_3":{"host":"b"}}}"#.into(), "nodes: node_2 is missing"),
        (r#"{"nodes":{"first":{"host":"a"}}}"#.into(), "nodes: node_1 is missing"),
        (r#"{"nodes":{"node_1":{"host":"a"},"node_1":{"host":"b"}}}"#.into(), "node_1 is given twice"),
        (r#"{"nodes":{}}"#.into(), "nodes: no nodes"),
        ("{}".into(), "nodes: missing"),
        ("[]".into(), "nodes: missing"),
        ("7".into(), "configuration: 7 is not an object"),
        ("".into(), "configuration: "),
        ("{\"nodes\":".into(), "configuration: "),
        (format!(r#"{{{node},"master_of":{{"node_1":"node_9"}}}}"#), "master_of.node_1: nodes has no node_9"),
        (format!(r#"{{{node},"master_of":{{"node_2":"node_3"}}}}"#), "master_of: node_1 is missing"),
        (format!(r#"{{{node},"master_of":{{"node_1":"node_2","node_2":"node_3"}}}}"#), "master_of.node_1: node_2 is a master itself"),
        (format!(r#"{{{node},"master_of":{{"node_1":["node_2",7]}}}}"#), "master_of.node_1: 7 is not the name of a node"),
        (format!(r#"{{{node},"default_node":"node_7"}}"#), "default_node: nodes has no node_7"),
        (format!(r#"{{{node},"pin":{{"a*":"node_9"}}}}"#), "pin.a*: node_9 is not a master"),
        (format!(r#"{{{node},"pin":{{"a*":7}}}}"#), "pin.a*: 7 is not the name of a node"),
        (format!(r#"{{{node},"pin":"a*"}}"#), "pin: a string is not an object"),
        (format!(r#"{{{node},"hash_tag":"first"}}"#), r#"hash_tag: "first" is not one of "strip", "keep", "off""#),
        (format!(r#"{{{node},"cross_node":true}}"#), "cross_node: true is not a string"),
        (
            format!(r#"{{{node},"master_of":{{"node_1":["node_3"],"node_2":"node_3"}}}}"#),
            "master_of.node_2: node_3 is a replica of node_1 already",
        ),
        (format!(r#"{{{node},"read":"slave"}}"#), r#"read: "slave" is not one of "replica", "master""#),
        (format!(r#"{{{node},"read":"replica","masters_only":true}}"#), "masters_only: contradicts read"),
        (format!(r#"{{{node},"read":"master","masters_only":false}}"#), "masters_only: contradicts read"),
        (format!(r#"{{{node},"refresh_interval":-1}}"#), "refresh_interval: -1 is not a number of seconds"),
        (format!(r#"{{{node},"read_timeout":-1}}"#), "read_timeout: -1 is not a number of seconds"),
        (format!(r#"{{{node},"connect_timeout":"5"}}"#), "connect_timeout: a string is not a number of seconds"),
        (format!(r#"{{{node},"write_timeout":1e300}}"#), "write_timeout: "),
        (format!(r#"{{{node},"pool_size":0}}"#), "pool_size: 0 is not a number of connections"),
        (format!(r#"{{{node},"max_reply_depth":0}}"#), "max_reply_depth: 0 is not a depth from 1 to 10000"),
        (format!(r#"{{{node},"max_reply_depth":10001}}"#), "max_reply_depth: 10001 is not a depth from 1 to 10000"),
        (format!(r#"{{{node},"keyless_scripts":true}}"#), "keyless_scripts: "),
        (format!(r#"{{{node},"keyless_scripts":"no"}}"#), r#"keyless_scripts: "no" is not one of "check", "run", "refuse""#),
        (format!(r#"{{{node},"keyless_scripts":{{"node":"node_9"}}}}"#), "keyless_scripts.node: node_9 is not a master"),
        (format!(r#"{{{node},"keyless_scripts":{{"node":1}}}}"#), "keyless_scripts.node: 1 is not the name of a node"),
        (format!(r#"{{{node},"keyless_scripts":{{"nodes":"node_1"}}}}"#), "keyless_scripts.nodes: unknown key; expected `node`"),
        (format!(r#"{{{node},"keyless_scripts":{{}}}}"#), "keyless_scripts: missing field `node`"),
        (format!(r#"{{{node},"transactions":"all"}}"#), r#"transactions: "all" is not one of "one_node", "per_node""#),
        (format!(r#"{{{node},"transactions":1}}"#), "transactions: 1 is not a string"),
        (format!(r#"{{{node},"sentinels":["a"]}}"#), "sentinels: not supported yet"),
        (format!(r#"{{{node},"hashtag":"keep"}}"#), "hashtag: unknown key"),
    ] {
        let error = Config::from_json(text.as_bytes()).map(|_| ()).expect_err(&text);
        assert_eq!(error.code(), Code::Config);
        assert!(error.message().contains(message), "{text}\n  reports {:?}\n  instead of {message:?}", error.message());
    }
}

#[test]
fn no_message_contains_a_password() {
    for text in [
        r#"{"nodes":{"node_1":{"host":"a","password":"s3cret","port":"s3cret"}}}"#,
        r#"{"nodes":{"node_1":"redis://:s3cret@a/x"}}"#,
        r#"{"nodes":{"node_1":"redis://:s3cret@:1"}}"#,
        r#"{"nodes":{"node_1":{"host":"a","password":["s3cret"]}}}"#,
    ] {
        let error = Config::from_json(text.as_bytes()).map(|_| ()).expect_err(text);
        assert!(!error.message().contains("s3cret"), "{error}");
    }
    let config = read(r#"{"nodes":{"node_1":{"host":"a","password":"s3cret"}}}"#);
    assert!(!format!("{config:?}").contains("s3cret"));
}
