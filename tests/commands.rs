//! Commands over several real servers, compared with one plain server where that can be the judge.

mod support;

use rediscluster::{Cluster, Code, Reply, Value};
use support::random::Random;
use support::{Server, cluster, key_on, ports, request, words};

fn answer(cluster: &Cluster, command: &str) -> String {
    match cluster.command(&words(command)) {
        Ok(reply) => shown(&reply.root()),
        Err(error) => format!("{:?}: {error}", error.code()),
    }
}

/// As redis-cli would show it, on one line.
fn shown(value: &Value) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    match value {
        Value::Nil | Value::NilArray => "nil".into(),
        Value::String(bytes) => format!("\"{}\"", text(bytes)),
        Value::Status(bytes) => text(bytes),
        Value::Error(bytes) => format!("({})", text(bytes)),
        Value::Integer(number) => number.to_string(),
        Value::Array(children) | Value::Map(children) => format!("[{}]", children.map(|child| shown(&child)).collect::<Vec<_>>().join(" ")),
        Value::Failure(children) => format!("FAILURE {}", children.map(|child| shown(&child)).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_session_of_the_old_readme() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let node = |key: &str| shown(&cluster.node_for(key.as_bytes()).root());
    assert_eq!(answer(&cluster, "SET foo bar"), "OK");
    assert_eq!(answer(&cluster, "GET foo"), "\"bar\"");
    assert_eq!(
        node("foo"),
        format!("[\"alias\" \"node_2\" \"host\" \"127.0.0.1\" \"port\" {} \"unix\" nil \"key\" \"foo\"]", servers[1].port)
    );
    assert!(node("bar").contains("node_1") && node("foobar").contains("node_2"));
    assert!(node("bar{foo}").contains("node_2") && node("bar{foo}").ends_with("\"key\" \"bar\"]"));
    assert_eq!(answer(&cluster, "GET bar{foo}"), "nil");
    assert_eq!(answer(&cluster, "MSET bar{foo} bar foo foo"), "OK");
    assert_eq!(answer(&cluster, "MGET bar{foo} foo"), "[\"bar\" \"foo\"]");
    let stored: Vec<Vec<String>> = servers.iter().map(|server| redis::cmd("KEYS").arg("*").query(&mut server.client()).unwrap()).collect();
    assert!(stored[0].is_empty());
    assert_eq!(
        {
            let mut keys = stored[1].clone();
            keys.sort();
            keys
        },
        ["bar", "foo"]
    );
}

/// The commands that one server would answer as we do, whatever the number of masters.
#[test]
fn one_plain_server_answers_the_same() {
    let plain = Server::start();
    for masters in [1, 2, 3, 7] {
        let servers = Server::start_many(masters);
        let _: () = redis::cmd("FLUSHALL").query(&mut plain.client()).unwrap();
        let (ours, judge) = (cluster(&ports(&servers), &[]), cluster(&[plain.port], &[]));
        let mut random = Random::seeded();
        for _ in 0..3_000 {
            let command = any_command(&mut random);
            assert_eq!(answer(&ours, &command), answer(&judge, &command), "{command} over {masters} masters");
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
fn a_split_command_that_one_server_refuses_answers_that_servers_error() {
    let hidden = ["--rename-command", "MGET", "X1", "--rename-command", "MSET", "X2", "--rename-command", "DEL", "X3"];
    let servers = [Server::start(), Server::start_with(&hidden)];
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    for command in [format!("MGET {one} {two}"), format!("MSET {one} 1 {two} 2"), format!("DEL {one} {two}")] {
        let text = answer(&cluster, &command);
        assert!(text.starts_with("(ERR unknown command"), "{command} answers {text}");
    }
    assert_eq!(answer(&cluster, &format!("EXISTS {one} {two}")), "0");
}

#[test]
fn a_pipeline_over_all_nodes_answers_in_order() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let commands: Vec<String> = (0..10_000).map(|number| format!("SET key{number} value{number}")).collect();
    let reply = cluster.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    let Value::Array(mut replies) = reply.root() else { panic!() };
    assert!(replies.len() == 10_000 && replies.all(|reply| reply == Value::Status(b"OK")));
    let commands: Vec<String> = (0..10_000).map(|number| format!("GET key{number}")).collect();
    let reply = cluster.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    let Value::Array(replies) = reply.root() else { panic!() };
    for (number, value) in replies.enumerate() {
        assert_eq!(value, Value::String(format!("value{number}").as_bytes()));
    }
}

#[test]
fn requests_and_replies_larger_than_any_buffer_flow_both_ways_at_once() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let large = vec![b'v'; 300_000];
    let mut request = Vec::new();
    for number in 0..200 {
        let key = format!("key{}", number % 20);
        request.extend(rediscluster::pack(&[b"SET", key.as_bytes(), &large]));
        request.extend(rediscluster::pack(&[b"GET", key.as_bytes()]));
    }
    let reply = cluster.execute(&request).unwrap();
    let Value::Array(replies) = reply.root() else { panic!() };
    for (at, value) in replies.enumerate() {
        assert!(if at % 2 == 0 { value == Value::Status(b"OK") } else { value == Value::String(&large) }, "reply {at}");
    }
}

#[test]
fn a_strict_cluster_refuses_what_spans_nodes_and_names_keys_and_nodes() {
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
    assert_eq!(answer(&cluster, &format!("SADD a{{{one}}} x")), "1");
    assert_eq!(answer(&cluster, &format!("SUNION a{{{one}}} {two} {two}{{{one}}}")), "[\"x\"]");
}

#[test]
fn a_command_that_the_table_lacks_is_learned_from_the_server() {
    // A server that knows GETX, a GET of another name.
    let server = Server::start_with(&["--rename-command", "GETEX", "GETX"]);
    let other = Server::start_with(&["--rename-command", "GETEX", "GETX"]);
    let cluster = cluster(&[server.port, other.port], &[]);
    for master in [1, 2] {
        let key = key_on(master, 2);
        assert_eq!(answer(&cluster, &format!("SET {key} v{master}")), "OK");
        assert_eq!(answer(&cluster, &format!("GETX {key}")), format!("\"v{master}\""));
        assert_eq!(answer(&cluster, &format!("GETX x{{{key}}}")), "nil");
    }
    assert_eq!(answer(&cluster, "GETX"), "(ERR wrong number of arguments for \\'getx\\' command)");
    assert_eq!(answer(&cluster, "NONSENSE a b"), "(ERR unknown command \\'NONSENSE\\', with args beginning with: \\'a\\' \\'b\\' )");
    assert!(answer(&cluster, "CONFIG NONSENSE").contains("unknown subcommand"));
}

#[test]
fn a_newer_servers_command_goes_to_the_node_of_its_key_without_asking() {
    // Servers that have DIGEST, if need be a STRLEN of another name, and tell nobody.
    let known: Vec<redis::Value> = redis::cmd("COMMAND").arg("INFO").arg("DIGEST").query(&mut Server::start().client()).unwrap();
    let rename = if known == [redis::Value::Nil] { &["--rename-command", "STRLEN", "DIGEST"][..] } else { &[] };
    let options = [rename, &["--rename-command", "COMMAND", ""]].concat();
    let servers = [Server::start_with(&options), Server::start_with(&options)];
    let plain = Server::start_with(&options);
    let (ours, judge) = (cluster(&ports(&servers), &[]), cluster(&[plain.port], &[]));
    for master in [1, 2] {
        let digest = format!("DIGEST {}", key_on(master, 2));
        let missing = answer(&ours, &digest);
        assert!(!missing.starts_with('('), "{missing}");
        for cluster in [&ours, &judge] {
            assert_eq!(answer(cluster, &format!("SET {} four", key_on(master, 2))), "OK");
        }
        assert_eq!(answer(&ours, &digest), answer(&judge, &digest));
        assert_ne!(answer(&ours, &digest), missing);
    }
}

#[test]
fn a_container_that_the_table_lacks_is_learned_by_its_subcommands() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--rename-command", "OBJECT", "THING"])).collect();
    let cluster = cluster(&ports(&servers), &[]);
    for master in [1, 2] {
        let key = key_on(master, 2);
        assert_eq!(answer(&cluster, &format!("SET {key} 7")), "OK");
        assert_eq!(answer(&cluster, &format!("THING ENCODING {key}")), "\"int\"");
    }
}

#[test]
fn the_keys_of_a_learned_command_may_have_to_be_asked_for() {
    let servers: Vec<Server> = (0..2).map(|_| Server::start_with(&["--rename-command", "ZUNION", "ZJOIN"])).collect();
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    assert_eq!(answer(&cluster, &format!("ZADD a{{{one}}} 1 x")), "1");
    assert_eq!(answer(&cluster, &format!("ZJOIN 2 a{{{one}}} {one}")), "[\"x\"]");
    assert!(answer(&cluster, &format!("ZJOIN 2 {one} {two}")).starts_with("CrossNode"));
    assert!(answer(&cluster, "ZJOIN 9 a").starts_with("Request: ZJOIN: its keys cannot be told"));
}

#[test]
fn each_answers_for_every_alias_and_asks_a_server_once() {
    let servers = Server::start_many(2);
    let [one, two] = [servers[0].port, servers[1].port];
    let cluster = cluster(&[one, two, one], &[]);
    let reply = cluster.each(&request(&["INCR count"])).unwrap();
    assert_eq!(shown(&reply.root()), "[\"node_1\" 1 \"node_2\" 1 \"node_3\" 1]");
    assert_eq!(cluster.each(&request(&["PING", "PING"])).unwrap_err().code(), Code::Request);
    assert_eq!(cluster.each(b"").unwrap_err().code(), Code::Request);
    assert_eq!(cluster.each(&request(&["SUBSCRIBE a"])).unwrap_err().code(), Code::Request);
}

#[test]
fn what_would_change_a_shared_connection_is_refused() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    for command in ["MULTI", "WATCH a", "SELECT 1", "SUBSCRIBE c", "AUTH x", "CLIENT REPLY OFF", "HELLO 3", "MONITOR", "RESET", "QUIT"] {
        assert!(answer(&cluster, command).starts_with("Request: "), "{command} answers {}", answer(&cluster, command));
    }
    assert_eq!(answer(&cluster, "CLIENT GETNAME"), "nil");
    assert_eq!(answer(&cluster, "PING"), "PONG");
}

#[test]
fn the_callers_arguments_are_never_changed() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let request = request(&["MSET a{x} 1 b{y} 2", "MGET a{x} b{y}"]);
    let copy = request.clone();
    let replies: Vec<Reply> = (0..2).map(|_| cluster.execute(&request).unwrap()).collect();
    assert_eq!(request, copy);
    assert_eq!(shown(&replies[0].root()), shown(&replies[1].root()));
}

#[test]
fn an_empty_command_is_refused_and_an_empty_request_has_no_replies() {
    let cluster = cluster(&[1], &[]);
    assert_eq!(cluster.command(&[]).unwrap_err().code(), Code::Request);
    assert_eq!(shown(&cluster.execute(b"").unwrap().root()), "[]");
}

#[test]
fn a_server_with_several_aliases_is_counted_once() {
    let servers = Server::start_many(2);
    let (one, two) = (servers[0].port, servers[1].port);
    let cluster = cluster(&[one, two, one], &[]);
    for number in 0..30 {
        assert_eq!(answer(&cluster, &format!("SET key{number} x")), "OK");
    }
    assert_eq!(answer(&cluster, "DBSIZE"), "30");
    let keys = cluster.command(&words("KEYS *")).unwrap();
    let Value::Array(keys) = keys.root() else { panic!("KEYS answers {:?}", keys.root()) };
    assert_eq!(keys.len(), 30);
}
