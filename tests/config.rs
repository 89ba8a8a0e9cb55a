//! Configurations: what is accepted, and the errors for everything else.

use rediscluster::{Address, Code, Config, CrossNode, EmptyMaster, HashTag, KeylessScripts, Protocol, Read, Tls, Transactions};
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
        (r#","read":"any""#, Read::Any),
        (r#","read":"nearest","masters_only":false"#, Read::Nearest),
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
    assert_eq!([config.timeout, config.connect_timeout, config.read_timeout, config.write_timeout], [five; 4]);
    assert_eq!((config.min_reply_rate, config.breaker_failures, config.breaker_shared), (16 << 10, 2, false));
    assert_eq!((config.max_idle_time, config.max_connection_age), (Some(Duration::from_secs(300)), None));
    assert_eq!((config.ping_interval, config.keepalive), (Some(Duration::from_secs(15)), Some(Duration::from_secs(60))));
    assert_eq!(config.tcp_user_timeout, None);
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
fn a_step_without_a_limit_has_that_of_the_request_and_a_request_without_one_the_longest_of_its_steps() {
    let limits = |members: &str| {
        let config = read(&format!(r#"{{"nodes": {{"node_1": {{"host": "a"}}}}{members}}}"#));
        [config.timeout, config.connect_timeout, config.read_timeout, config.write_timeout]
            .map(|limit| limit.map(|limit| limit.as_millis()))
    };
    assert_eq!(limits(r#", "timeout": 2"#), [Some(2000); 4]);
    assert_eq!(limits(r#", "timeout": 2, "read_timeout": 0.5"#), [Some(2000), Some(2000), Some(500), Some(2000)]);
    assert_eq!(limits(r#", "read_timeout": 0.5"#), [Some(5000), Some(5000), Some(500), Some(5000)]);
    assert_eq!(limits(r#", "read_timeout": 60"#), [Some(60_000), Some(5000), Some(60_000), Some(5000)]);
    assert_eq!(limits(r#", "read_timeout": 0"#), [None, Some(5000), None, Some(5000)]);
    assert_eq!(limits(r#", "timeout": 0"#), [None; 4]);
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
    let service = r#""nodes":{"node_1":{"service_name":"a"}}"#;
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
        (r#"{"nodes":["redis://a"]}"#.into(), r#"nodes: a list is not an object; write {"node_1": …, "node_2": …}"#),
        (r#"{"nodes":{"node_1":{"host":"a","prot":1}}}"#.into(), "nodes.node_1.prot: unknown key"),
        (r#"{"nodes":{"node_1":{"host":""}}}"#.into(), "nodes.node_1.host: not a host name or address"),
        (r#"{"nodes":{"node_1":{"host":7}}}"#.into(), "nodes.node_1.host: 7 is not a string"),
        (r#"{"nodes":{"node_1":{"host":"a","unix":"/s"}}}"#.into(), "nodes.node_1.unix: a node has either"),
        (r#"{"nodes":{"node_1":{"port":1,"unix":"/s"}}}"#.into(), "nodes.node_1.port: a node has either"),
        (r#"{"nodes":{"node_1":{"host":"a","db":-1}}}"#.into(), "nodes.node_1.db: -1 is not a database number"),
        (r#"{"nodes":{"node_1":"http://a"}}"#.into(), "nodes.node_1: not a redis://, rediss:// or unix:// URL"),
        (r#"{"nodes":{"node_1":"a:6379"}}"#.into(), "nodes.node_1: not a URL: write redis://a:6379"),
        (r#"{"nodes":{"node_1":"redis://a:99999"}}"#.into(), "nodes.node_1: 99999 is not a port"),
        (r#"{"nodes":{"node_1":"redis://user:secret@a:x/2"}}"#.into(), "nodes.node_1: \"x\" is not a port"),
        (r#"{"nodes":{"node_1":"redis://user:sec/ret@a:6379"}}"#.into(), "nodes.node_1: not a redis://, rediss:// or unix:// URL"),
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
        (format!(r#"{{{node},"read":"slave"}}"#), r#"read: "slave" is not one of "replica", "master", "any", "nearest""#),
        (format!(r#"{{{node},"read":"any","masters_only":true}}"#), "masters_only: contradicts read"),
        (format!(r#"{{{node},"max_lag":1,"refresh_interval":0}}"#), "max_lag: requires refresh_interval"),
        (format!(r#"{{{node},"read_your_writes":1}}"#), "read_your_writes: 1 is not true or false"),
        (format!(r#"{{{node},"read":"replica","masters_only":true}}"#), "masters_only: contradicts read"),
        (format!(r#"{{{node},"read":"master","masters_only":false}}"#), "masters_only: contradicts read"),
        (format!(r#"{{{node},"refresh_interval":-1}}"#), "refresh_interval: -1 is not a number of seconds"),
        (format!(r#"{{{node},"read_timeout":-1}}"#), "read_timeout: -1 is not a number of seconds"),
        (format!(r#"{{{node},"connect_timeout":"5"}}"#), "connect_timeout: a string is not a number of seconds"),
        (format!(r#"{{{node},"write_timeout":1e300}}"#), "write_timeout: "),
        (format!(r#"{{{node},"timeout":-1}}"#), "timeout: -1 is not a number of seconds"),
        (format!(r#"{{{node},"min_reply_rate":-1}}"#), "min_reply_rate: -1 is not a number from 0 to 1000000000"),
        (format!(r#"{{{node},"breaker_failures":1.5}}"#), "breaker_failures: 1.5 is not a number from 0 to 1000000000"),
        (format!(r#"{{{node},"max_idle_time":"a"}}"#), "max_idle_time: a string is not a number of seconds"),
        (format!(r#"{{{node},"max_connection_age":-1}}"#), "max_connection_age: -1 is not a number of seconds"),
        (format!(r#"{{{node},"ping_interval":-1}}"#), "ping_interval: -1 is not a number of seconds"),
        (format!(r#"{{{node},"keepalive":true}}"#), "keepalive: true is not a number of seconds"),
        (format!(r#"{{{node},"tcp_user_timeout":-1}}"#), "tcp_user_timeout: -1 is not a number of seconds"),
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
        (format!(r#"{{{node},"sentinels":["a"]}}"#), "sentinels: no node has a service_name"),
        (r#"{"nodes":{"node_1":{"service_name":"a"}}}"#.into(), "nodes.node_1.service_name: requires sentinels"),
        (r#"{"nodes":{"node_1":{"service_name":"a","port":1}}}"#.into(), "nodes.node_1.service_name: a node has either an address or"),
        (r#"{"nodes":{"node_1":{"service_name":""}}}"#.into(), "nodes.node_1.service_name: empty"),
        (format!("{{{service},\"sentinels\":[\"a:x\"]}}"), r#"sentinels[0]: "x" is not a port"#),
        (format!("{{{service},\"sentinels\":[\"redis://a\"]}}"), "sentinels[0]: a URL of a Sentinel must have a port"),
        (format!("{{{service},\"sentinels\":[{{\"service_name\":\"b\"}}]}}"), "sentinels[0].service_name: a Sentinel has an address"),
        (format!("{{{service},\"sentinels\":[\"a\"],\"refresh_interval\":0}}"), "refresh_interval: 0 contradicts service_name"),
        (format!("{{{service},\"sentinels\":\"a\"}}"), "sentinels: "),
        (format!(r#"{{{node},"hashtag":"keep"}}"#), "hashtag: unknown key"),
    ] {
        let error = Config::from_json(text.as_bytes()).map(|_| ()).expect_err(&text);
        assert_eq!(error.code(), Code::Config);
        assert!(error.message().contains(message), "{text}\n  reports {:?}\n  instead of {message:?}", error.message());
    }
}

#[test]
fn sentinels_are_addresses_urls_or_objects_with_credentials_of_their_own() {
    let config = read(
        r#"{"nodes":{"node_1":{"service_name":"a"},"node_2":{"service_name":"b","db":3}},"password":"p","sentinel_password":"s",
            "sentinels":["one","two:1","[::1]:2","redis://user:own@three:3",{"host":"four"}]}"#,
    );
    assert_eq!(config.servers[1].address, Address::Service { name: "b".into() });
    assert_eq!((config.servers[1].db, config.servers[1].password.as_deref()), (3, Some("p")));
    let addresses: Vec<String> = config.sentinels.iter().map(|sentinel| sentinel.address.to_string()).collect();
    assert_eq!(addresses, ["one:26379", "two:1", "[::1]:2", "three:3", "four:26379"]);
    let passwords: Vec<_> = config.sentinels.iter().map(|sentinel| sentinel.password.as_deref().unwrap_or_default()).collect();
    assert_eq!(passwords, ["s", "s", "s", "own", "s"]);
    assert!(config.sentinels.iter().all(|sentinel| sentinel.db == 0 && sentinel.tls.is_none()));
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

#[test]
fn the_builder_makes_the_same_configuration_as_json() {
    let builder = || Config::builder().nodes(["redis://a", "redis://b/3"]);
    let start = r#"{"nodes":{"node_1":"redis://a","node_2":"redis://b/3"}"#;
    for (built, members) in [
        (builder(), ""),
        (builder().username("me").password("s\"3").db(2), r#","username":"me","password":"s\"3","db":2"#),
        (builder().hash_tag(HashTag::Strip).cross_node(CrossNode::Strict), r#","hash_tag":"strip","cross_node":"strict""#),
        (builder().hash_tag(HashTag::Keep).cross_node(CrossNode::Emulate), r#","hash_tag":"keep","cross_node":"emulate""#),
        (builder().hash_tag(HashTag::Off).read(Read::Master).partial(true), r#","hash_tag":"off","read":"master","partial":true"#),
        (builder().read(Read::Replica).protocol(Protocol::Resp3), r#","read":"replica","protocol":3"#),
        (builder().read(Read::Any).read_your_writes(true), r#","read":"any","read_your_writes":true"#),
        (builder().read(Read::Nearest).max_lag(Duration::from_secs(3)), r#","read":"nearest","max_lag":3"#),
        (builder().transactions(Transactions::PerNode), r#","transactions":"per_node""#),
        (builder().transactions(Transactions::OneNode), r#","transactions":"one_node""#),
        (builder().keyless_scripts(KeylessScripts::Run), r#","keyless_scripts":"run""#),
        (builder().keyless_scripts(KeylessScripts::Check), r#","keyless_scripts":"check""#),
        (builder().keyless_scripts(KeylessScripts::Refuse), r#","keyless_scripts":"refuse""#),
        (builder().keyless_scripts(KeylessScripts::Node(1)), r#","keyless_scripts":{"node":"node_2"}"#),
        (builder().empty_master(EmptyMaster::Refuse), r#","empty_master":"refuse""#),
        (builder().empty_master(EmptyMaster::Accept), r#","empty_master":"accept""#),
        (builder().empty_master(EmptyMaster::Report), r#","empty_master":"report""#),
        (builder().timeout(Duration::from_millis(1500)).read_timeout(None), r#","timeout":1.5,"read_timeout":0"#),
        (builder().deadline(Duration::from_secs(2)).refresh_interval(None), r#","deadline":2,"refresh_interval":0"#),
        (builder().connect_timeout(Duration::from_millis(1)).write_timeout(None), r#","connect_timeout":0.001,"write_timeout":0"#),
        (
            builder().pool_size(3).max_in_flight(9).max_reply_size(10).max_reply_depth(7),
            r#","pool_size":3,"max_in_flight":9,"max_reply_size":10,"max_reply_depth":7"#,
        ),
        (
            builder().min_reply_rate(0).breaker_failures(1).breaker_shared(true),
            r#","min_reply_rate":0,"breaker_failures":1,"breaker_shared":true"#,
        ),
        (builder().pin("a*", "node_2").pin("b", "node_1"), r#","pin":{"a*":"node_2","b":"node_1"}"#),
    ] {
        assert_eq!(built.build().unwrap(), read(&format!("{start}{members}}}")), "{members}");
    }
}

#[test]
fn the_builder_knows_replicas_and_sentinels() {
    let built = Config::builder().node("redis://a").replica("redis://r").replica("redis://s").node("redis://b").build().unwrap();
    assert_eq!(replicas(&built), [vec!["node_1_slave r:6379 0", "node_1_slave_2 s:6379 0"], vec![]]);
    let built = Config::builder().service("one").sentinel("s:1").sentinel_password("p").sentinel_username("u").build().unwrap();
    assert_eq!(built.servers[0].address, Address::Service { name: "one".into() });
    assert_eq!(built.sentinels[0].password.as_deref(), Some("p"));
}

#[cfg(feature = "tls")]
#[test]
fn the_builder_sets_tls_for_all_nodes() {
    let mut tls = Tls::default();
    tls.insecure = true;
    let built = Config::builder().nodes(["rediss://a", "rediss://b"]).tls(tls.clone()).build().unwrap();
    assert!(built.servers.iter().all(|server| server.tls.as_ref() == Some(&tls)));
}

#[test]
fn the_builder_refuses_bad_values_by_their_names() {
    for (built, message) in [
        (Config::builder(), "nodes: no nodes"),
        (Config::builder().node("10.0.0.1:6379"), "nodes.node_1: not a URL: write redis://10.0.0.1:6379"),
        (Config::builder().node("redis://a").pool_size(0), "pool_size: 0 is not a number of connections from 1 to 65536"),
        (Config::builder().node("redis://a").pin("x", "node_2"), "pin.x: node_2 is not a master"),
        (Config::builder().node("redis://a").deadline(Duration::MAX), "deadline: "),
        (Config::builder().replica("redis://a"), "nodes"),
    ] {
        let error = built.build().expect_err(message);
        assert!(error.code() == Code::Config && error.message().starts_with(message), "{error}");
    }
}
