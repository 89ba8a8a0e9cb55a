//! Where commands run: on the node of the key, split over nodes, on each node, or nowhere.

use crate::support::random::Random;
use crate::support::{Server, cluster, format_value, key_on, ports, reply_text, request, words};
use rediscluster::{Code, Value};

/// Commands whose reply does not depend on the number of masters.
#[test]
fn random_commands_match_one_server() {
    let plain = Server::start();
    for masters in [1, 2, 3, 7] {
        let servers = Server::start_many(masters);
        let _: () = redis::cmd("FLUSHALL").query(&mut plain.client()).unwrap();
        let (cluster, oracle) = (cluster(&ports(&servers), &[]), cluster(&[plain.port], &[]));
        let mut random = Random::seeded();
        for _ in 0..3_000 {
            let command = any_command(&mut random);
            assert_eq!(reply_text(&cluster, &command), reply_text(&oracle, &command), "{command} over {masters} masters");
        }
    }
}

fn any_command(random: &mut Random) -> String {
    let keys = |random: &mut Random, least: usize| {
        let count = least + random.below(6);
        (0..count).map(|_| format!("k{}", random.below(20))).collect::<Vec<_>>()
    };
    let key = format!("k{}", random.below(20));
    match random.below(16) {
        0 => format!("SET {key} {}", random.below(100)),
        1 => format!("GET {key}"),
        2 => format!("INCR {key}"),
        3 => format!("MGET {}", keys(random, 1).join(" ")),
        4 => format!("MSET {}", keys(random, 1).iter().map(|key| format!("{key} {}", random.below(100))).collect::<Vec<_>>().join(" ")),
        5 => format!("DEL {}", keys(random, 1).join(" ")),
        6 => format!("UNLINK {}", keys(random, 1).join(" ")),
        7 => format!("EXISTS {}", keys(random, 1).join(" ")),
        8 => format!("TOUCH {}", keys(random, 1).join(" ")),
        9 => format!("RPUSH {key} {}", random.below(100)),
        10 => format!("LRANGE {key} 0 -1"),
        11 => format!("TYPE {key}"),
        12 => format!("APPEND {key} x"),
        13 => format!("HSET {key} f {}", random.below(10)),
        14 => "GET".into(),
        _ => format!("mset {key} 1 {key} 2 {key}"),
    }
}

#[test]
fn without_a_rule_for_hash_tags_a_key_with_a_tag_is_refused_and_nothing_is_sent() {
    let rest =
        r#"has a hash tag; set hash_tag to "strip" (the layout of rediscluster-py and -php), "keep" (Redis Cluster, twemproxy) or "off""#;
    for masters in [1, 3] {
        let servers = Server::start_many(masters);
        let cluster = cluster(&ports(&servers), &[r#""hash_tag":null"#]);
        let reply = cluster.execute(&request(&["SET {a 1", "SET cart:{1} 1", "MSET b 1 {c}d 1", "MGET {a b"])).unwrap();
        let refusals: Vec<String> = (0..4).filter_map(|nth| Some(reply.failure(reply.element(0, nth)?)?.message().to_owned())).collect();
        assert_eq!(refusals, [format!("key \"cart:{{1}}\" {rest}"), format!("key \"{{c}}d\" {rest}")], "{:?}", reply.root());
        assert_eq!(reply_text(&cluster, "MGET {a b"), "[\"1\" nil]");
        for command in ["GET cart:{1}", "EVAL return 2 a {b}c", "SORT l BY w_{*}", "RENAME a b{c}", "OBJECT ENCODING a{b}"] {
            let error = cluster.command(&words(command)).unwrap_err();
            assert!(error.code() == Code::Request && error.message().ends_with(rest), "{command}: {error}");
            let explanation = format_value(&cluster.explain(&request(&[command])).unwrap().root());
            assert!(explanation.contains("has a hash tag"), "{explanation}");
        }
        assert!(cluster.node_for(b"cart:{1}").unwrap_err().message().ends_with(rest));
        assert_eq!(reply_text(&cluster, "DBSIZE"), "1");
    }
}

#[test]
fn without_a_rule_for_hash_tags_sort_refuses_an_element_that_makes_a_tag() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[r#""hash_tag":null"#]);
    reply_text(&cluster, "RPUSH list 2 1 {x}");
    assert!(reply_text(&cluster, "SORT list ALPHA BY w_*").contains("key \"w_{x}\" has a hash tag"));
    reply_text(&cluster, "RPOP list");
    reply_text(&cluster, "MSET w_1 a w_2 b");
    assert_eq!(reply_text(&cluster, "SORT list BY w_* ALPHA"), "[\"1\" \"2\"]");
}

#[test]
fn pinned_keys_of_one_program_behave_as_on_one_server() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[r#""hash_tag":null"#, r#""pin":{"rq:*":"node_2","rq:other:*":"node_3"}"#]);
    assert_eq!(reply_text(&cluster, "MSET rq:1 a rq:2 b rq:{x}:3 c rq:other:4 d"), "OK");
    let keys = |server: usize| {
        let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut servers[server].client()).unwrap();
        keys.sort();
        keys
    };
    assert_eq!([keys(0), keys(1), keys(2)], [vec![], vec!["rq:1", "rq:2", "rq:{x}:3"], vec!["rq:other:4"]]);
    for command in ["EVAL return{KEYS[1],KEYS[2]} 2 rq:1 rq:{x}:3", "RENAME rq:1 rq:5", "SORT rq:5 STORE rq:6"] {
        let explanation = format_value(&cluster.explain(&request(&[command])).unwrap().root());
        let is_pinned = explanation.contains("\"node\" \"node_2\" \"pinned\" 1") && explanation.contains("\"strategy\" \"one node\"");
        assert!(is_pinned, "{command}: {explanation}");
    }
    assert_eq!(reply_text(&cluster, "EVAL return{KEYS[1],KEYS[2]} 2 rq:1 rq:{x}:3"), "[\"rq:1\" \"rq:{x}:3\"]");
}

/// The oracle for patterns of rules is KEYS.
#[test]
fn patterns_of_placement_rules_match_as_in_keys() {
    let plain = Server::start();
    let letters = [b'a', b'b', b'-', b']', b'^', b'\\'];
    let words = (0..4).flat_map(|length: u32| (0..letters.len().pow(length)).map(move |number| (length, number)));
    let keys: Vec<String> = words
        .map(|(length, number)| (0..length).map(|at| letters[number / letters.len().pow(at) % letters.len()] as char).collect())
        .collect();
    let mut client = plain.client();
    let pairs: Vec<(&String, u8)> = keys.iter().map(|key| (key, 0)).collect();
    let _: () = redis::cmd("MSET").arg(&pairs).query(&mut client).unwrap();
    let mut random = Random::seeded();
    for _ in 0..300 {
        let pattern: String = (0..random.below(7)).map(|_| char::from(b"ab-]^\\*?[["[random.below(10)])).collect();
        let matching: Vec<String> = redis::cmd("KEYS").arg(&pattern).query(&mut client).unwrap();
        let pinned_to = |node: &str| {
            let pin = format!(r#""pin":{{{}:"{node}"}}"#, serde_json::Value::from(pattern.as_str()));
            cluster(&[1, 2], &[r#""hash_tag":"off""#, &pin])
        };
        let both = [("node_1", pinned_to("node_1")), ("node_2", pinned_to("node_2"))];
        for key in &keys {
            let is_on = |(node, cluster): &(&str, rediscluster::Cluster)| {
                format_value(&cluster.node_for(key.as_bytes()).unwrap().root()).contains(node)
            };
            assert_eq!(both.iter().all(is_on), matching.contains(key), "{pattern:?} {key:?}");
        }
    }
}

#[test]
fn a_split_read_returns_the_error_of_the_server_that_refuses_it_and_a_write_quotes_it() {
    let hidden = ["--rename-command", "MGET", "X1", "--rename-command", "MSET", "X2", "--rename-command", "DEL", "X3"];
    let servers = [Server::start(), Server::start_with(&hidden)];
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let text = reply_text(&cluster, &format!("MGET {one} {two}"));
    assert!(text.starts_with("(ERR unknown command"), "{text}");
    for command in [format!("MSET {one} 1 {two} 2"), format!("DEL {one} {two}")] {
        let text = reply_text(&cluster, &command);
        assert!(text.contains(" node_2 refused its part: ERR unknown command"), "{command} returns {text}");
        assert!(text.ends_with("; executed by node_1"), "{command} returns {text}");
    }
    assert_eq!(reply_text(&cluster, &format!("EXISTS {one} {two}")), "0");
}

#[test]
fn strict_mode_refuses_cross_node_commands_and_names_keys_and_nodes() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[r#""cross_node":"strict""#]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    for command in [format!("SUNION {one} {two}"), format!("RENAME {one} {two}"), format!("EVAL return{{}} 2 {one} {two}")] {
        let error = cluster.command(&words(&command)).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), Code::CrossNode);
        assert!(
            error.message().starts_with("CROSSNODE ") && error.message().contains(&format!("\"{one}\" on node_1, \"{two}\" on node_2")),
            "{error}"
        );
    }
    assert_eq!(reply_text(&cluster, &format!("SADD a{{{one}}} x")), "1");
    assert_eq!(reply_text(&cluster, &format!("SUNION a{{{one}}} {two} {two}{{{one}}}")), "[\"x\"]");
}

#[test]
fn each_replies_for_every_alias_and_runs_once_per_server() {
    let servers = Server::start_many(2);
    let [one, two] = [servers[0].port, servers[1].port];
    let cluster = cluster(&[one, two, one], &[]);
    let reply = cluster.each(&request(&["INCR count"])).unwrap();
    assert_eq!(format_value(&reply.root()), "[\"node_1\" 1 \"node_2\" 1 \"node_3\" 1]");
    assert_eq!(cluster.each(&request(&["PING", "PING"])).unwrap_err().code(), Code::Request);
    assert_eq!(cluster.each(b"").unwrap_err().code(), Code::Request);
    assert_eq!(cluster.each(&request(&["SUBSCRIBE a"])).unwrap_err().code(), Code::Request);
}

#[test]
fn commands_that_change_connection_state_are_refused() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    for command in ["MULTI", "WATCH a", "SELECT 1", "SUBSCRIBE c", "AUTH x", "CLIENT REPLY OFF", "HELLO 3", "MONITOR", "RESET", "QUIT"] {
        assert!(reply_text(&cluster, command).starts_with("Request: "), "{command} returns {}", reply_text(&cluster, command));
    }
    assert_eq!(reply_text(&cluster, "CLIENT GETNAME"), "nil");
    assert_eq!(reply_text(&cluster, "PING"), "PONG");
}

#[test]
fn a_server_with_several_aliases_is_counted_once() {
    let servers = Server::start_many(2);
    let (one, two) = (servers[0].port, servers[1].port);
    let cluster = cluster(&[one, two, one], &[]);
    for number in 0..30 {
        assert_eq!(reply_text(&cluster, &format!("SET key{number} x")), "OK");
    }
    assert_eq!(reply_text(&cluster, "DBSIZE"), "30");
    let keys = cluster.command(&words("KEYS *")).unwrap();
    let Value::Array(keys) = keys.root() else { panic!("KEYS returns {:?}", keys.root()) };
    assert_eq!(keys.len(), 30);
}
