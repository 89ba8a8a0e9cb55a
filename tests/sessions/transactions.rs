//! Transactions in a session, compared with one plain server.

use crate::helpers::{ABORTED, compare_bytes, failure, get, read_all, run};
use crate::support::random::Random;
use crate::support::raw_client::RawClient;
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Code, Value};

#[test]
fn a_transaction_on_one_node_runs_as_on_a_single_server() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let key = key_on(2, 3);
    let mut session = cluster.session();
    let (set, get_it) = (format!("SET {key} 1"), format!("INCR {key}"));
    assert_eq!(run(&mut session, &["MULTI", "ECHO a", &set, "PING"]), ["OK", "QUEUED", "QUEUED", "QUEUED"]);
    assert_eq!(get(&cluster, &key).root(), Value::Nil);
    assert_eq!(run(&mut session, &[&get_it, "EXEC", &get_it]), ["QUEUED", "[a OK PONG 2]", "3"]);
    assert_eq!(run(&mut session, &["MULTI", "EXEC", "MULTI", "ECHO b", "EXEC"]), ["OK", "[]", "OK", "QUEUED", "[b]"]);
    assert_eq!(run(&mut session, &["MULTI", &set, "DISCARD", &get_it]), ["OK", "QUEUED", "OK", "4"]);
}

#[test]
fn random_sequences_get_the_same_bytes_as_from_a_single_server() {
    let mut random = Random::seeded();
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let cluster = cluster(&ports(&servers), &[]);
    let keys: Vec<String> =
        (0..300).map(|number| format!("k{number}")).filter(|key| rediscluster::partition(key.as_bytes(), 3) == 2).collect();
    let keys = &keys[..3];
    let (mut here, mut there) = (RawClient::connect(servers[1].port), RawClient::connect(oracle.port));
    // Older servers queue an unknown subcommand.
    let refuses_subcommands = oracle.is_since((7, 0));
    for round in 0..150 {
        for side in [&mut here, &mut there] {
            side.exchange(&request(&["FLUSHALL"]), 1);
        }
        let mut session = cluster.session();
        let mut plain = RawClient::connect(oracle.port);
        for step in 0..20 {
            let mut commands: Vec<String> = (0..1 + random.below(5)).map(|_| any_command(&mut random, keys)).collect();
            commands.retain(|command| refuses_subcommands || command != "CONFIG NOSUCH");
            let key = random.pick(keys);
            if random.below(4) == 0 {
                let change = request(&[&format!("SET {key} other")]);
                assert_eq!(here.exchange(&change, 1), there.exchange(&change, 1));
            }
            if let Some(end) = commands.iter().position(|command| command == "QUIT") {
                commands.truncate(end);
            }
            compare_bytes(&mut session, &mut plain, &commands, &mut random, &format!("round {round}, step {step}"));
        }
    }
}

fn any_command(random: &mut Random, keys: &[String]) -> String {
    let (key, other) = (random.pick(keys), random.pick(keys));
    match random.below(36) {
        0..5 => "MULTI".into(),
        5..10 => "EXEC".into(),
        10 => "DISCARD".into(),
        11..14 => format!("WATCH {key} {other}"),
        14 => "UNWATCH".into(),
        15..19 => format!("SET {key} {}", random.below(9)),
        19..22 => format!("GET {key}"),
        22 => format!("INCR {key}"),
        23 => format!("LPUSH {key} a"),
        24 => format!("MGET {key} {other}"),
        25 => format!("MSET {key} a {other}"),
        26 => "ECHO a".into(),
        27 => "NOSUCH a b".into(),
        28 => format!("SET {key}"),
        29 => "EXEC x".into(),
        30 => "DISCARD x".into(),
        31 => "WATCH".into(),
        32 => "CONFIG NOSUCH".into(),
        33 => "PING".into(),
        34 => format!("HSET {key} field {other}"),
        _ => format!("EXPIRE {key} 1000 XX"),
    }
}

#[test]
fn a_key_on_another_node_aborts_the_transaction() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 3), key_on(2, 3));
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {one} 1")]), ["OK", "QUEUED"]);
    let error = failure(&mut session, &format!("SET {two} 1"));
    assert_eq!(error.code(), Code::CrossNode);
    let expected = format!("CROSSNODE SET: \"{two}\" lives on node_2, and the transaction is on node_1");
    assert_eq!(error.message(), expected);
    assert_eq!(run(&mut session, &[&format!("SET {one} 2"), "EXEC", "EXEC"]), ["QUEUED", ABORTED, "ERR EXEC without MULTI"]);
    assert_eq!((get(&cluster, &one).root(), get(&cluster, &two).root()), (Value::Nil, Value::Nil));
    for command in [&format!("MGET {one} {two}"), "EVAL redis.call('GET','k') 0"] {
        assert_eq!(run(&mut session, &["MULTI"]), ["OK"]);
        let error = failure(&mut session, command);
        assert!(error.code() == Code::CrossNode && error.message().starts_with("CROSSNODE "), "{command}: {error}");
        assert_eq!(run(&mut session, &["EXEC"]), [ABORTED]);
    }
    session.write(&request(&["MULTI", &format!("DEL {one} {two}"), "EXEC"])).unwrap();
    let text = String::from_utf8(read_all(&mut session)).unwrap();
    assert!(
        text.starts_with("+OK\r\n-CROSSNODE DEL: its keys live on several nodes") && text.ends_with(&format!("\r\n-{ABORTED}\r\n")),
        "{text}"
    );
}

#[test]
fn without_a_rule_a_key_with_a_hash_tag_is_refused_in_a_session() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[r#""hash_tag":null"#]);
    let mut session = cluster.session();
    assert_eq!(failure(&mut session, "WATCH a b{x}").code(), Code::Request);
    assert_eq!(run(&mut session, &["MULTI"]), ["OK"]);
    assert!(failure(&mut session, "SET {x}a 1").message().starts_with("key \"{x}a\" has a hash tag"));
}

#[test]
fn hash_tags_select_the_node_of_a_transaction_and_are_stripped() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let commands = ["WATCH a{x}", "MULTI", "SET a{x} 1", "MGET a{x} b", "SDIFFSTORE c{x} d e", "EXEC"];
    assert_eq!(run(&mut cluster.session(), &commands), ["OK", "OK", "QUEUED", "QUEUED", "QUEUED", "[OK [1 nil] 0]"]);
    assert_eq!(get(&cluster, "a{x}").root(), Value::String(b"1"));
}

#[test]
fn exec_does_nothing_after_another_client_changed_a_watched_key() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (key, other) = (key_on(3, 3), key_on(1, 3));
    let mut session = cluster.session();
    let (watch, set) = (format!("WATCH {key}"), format!("SET {key} mine"));
    assert_eq!(run(&mut session, &[&watch, &format!("GET {other}")]), ["OK", "nil"]);
    cluster.command(&words(&format!("SET {key} theirs"))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", &set, "EXEC"]), ["OK", "QUEUED", "nil array"]);
    assert_eq!(get(&cluster, &key).root(), Value::String(b"theirs"));
    // The watch ends with the transaction, and with UNWATCH, DISCARD and RESET.
    assert_eq!(run(&mut session, &["MULTI", &set, "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    for end in [&["UNWATCH"][..], &["MULTI", "DISCARD"], &["MULTI", &set, "DISCARD"], &["RESET"]] {
        run(&mut session, &[&watch]);
        run(&mut session, end);
        cluster.command(&words(&format!("SET {key} theirs"))).unwrap();
        assert_eq!(run(&mut session, &["MULTI", &set, "EXEC"]), ["OK", "QUEUED", "[OK]"], "{end:?}");
    }
    // An empty transaction also reports the change.
    run(&mut session, &[&watch]);
    cluster.command(&words(&format!("SET {key} theirs"))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", "EXEC"]), ["OK", "nil array"]);
}

#[test]
fn watched_keys_must_be_on_one_node() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let (one, two) = (key_on(1, 3), key_on(2, 3));
    let mut session = cluster.session();
    assert_eq!(failure(&mut session, &format!("WATCH {one} {two}")).code(), Code::CrossNode);
    assert_eq!(run(&mut session, &[&format!("WATCH {one}")]), ["OK"]);
    let error = failure(&mut session, &format!("WATCH {two}"));
    assert_eq!(error.message(), format!("CROSSNODE WATCH: \"{two}\" lives on node_2, and the watched keys are on node_1"));
    // The first watch is still in effect.
    cluster.command(&words(&format!("SET {one} theirs"))).unwrap();
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {one} 1"), "EXEC"]), ["OK", "QUEUED", "nil array"]);
    run(&mut session, &[&format!("WATCH {one}"), "MULTI"]);
    assert_eq!(failure(&mut session, &format!("SET {two} 1")).code(), Code::CrossNode);
    assert_eq!(run(&mut session, &["EXEC", &format!("WATCH {two}")]), [ABORTED, "OK"]);
}

#[test]
fn exec_fails_after_a_lost_connection_and_never_runs_without_its_watch() {
    let mut servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let key = key_on(2, 2);
    let (watch, set) = (format!("WATCH {key}"), format!("SET {key} 1"));
    for before in [&[watch.as_str()][..], &[&watch, "MULTI", &set]] {
        let mut session = cluster.session();
        run(&mut session, before);
        servers[1].restart();
        if !before.contains(&"MULTI") {
            run(&mut session, &["MULTI"]);
        }
        let error = failure(&mut session, &set);
        assert_eq!((error.node(), error.executed()), (Some("node_2"), false), "{before:?}: {error}");
        let error = failure(&mut session, "EXEC");
        assert!(error.message().starts_with("EXEC: nothing was executed") || error.message().contains("not executed"), "{error}");
        assert_eq!(get(&cluster, &key).root(), Value::Nil);
        assert_eq!(run(&mut session, &["EXEC", "MULTI", &set, "EXEC"]), ["ERR EXEC without MULTI", "OK", "QUEUED", "[OK]"]);
        cluster.command(&words(&format!("DEL {key}"))).unwrap();
    }
    // Without a watch the commands are queued again.
    let mut session = cluster.session();
    run(&mut session, &["MULTI", &set]);
    servers[1].restart();
    assert_eq!(run(&mut session, &[&set, "EXEC"]), ["QUEUED", "[OK OK]"]);
    cluster.command(&words(&format!("DEL {key}"))).unwrap();
    // A transaction in one request after a watch: nothing is sent over a new connection.
    let mut session = cluster.session();
    run(&mut session, &[&watch]);
    servers[1].restart();
    let replies = run(&mut session, &["MULTI", &set, "EXEC"]);
    assert!(replies[1].starts_with("failed: ") && replies[2].starts_with("failed: "), "{replies:?}");
    assert_eq!(get(&cluster, &key).root(), Value::Nil);
}

#[test]
fn nothing_runs_if_the_server_denies_multi() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    redis::cmd("ACL").arg(&["SETUSER", "default", "-multi"]).exec(&mut server.client()).unwrap();
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["WATCH a", "MULTI"]), ["OK", "OK"]);
    let replies = run(&mut session, &["SET a 1", "SET a 2", "EXEC", "GET a"]);
    assert!(replies[..3].iter().all(|reply| reply.contains("MULTI was refused: NOPERM")), "{replies:?}");
    assert_eq!(replies[3], "nil");
    // MULTI is denied between two transactions: the second transaction fails.
    redis::cmd("ACL").arg(&["SETUSER", "default", "+multi"]).exec(&mut server.client()).unwrap();
    assert_eq!(run(&mut session, &["MULTI", "SET a 1", "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    redis::cmd("ACL").arg(&["SETUSER", "default", "-multi"]).exec(&mut server.client()).unwrap();
    assert_eq!(run(&mut session, &["MULTI", "GET a"]), ["OK", "1"]);
    let replies = run(&mut session, &["SET a 2", "EXEC", "GET a"]);
    assert!(replies[0].contains("MULTI was refused"), "{replies:?}");
    assert_eq!(replies[1..], [ABORTED, "1"]);
}

#[test]
fn a_lost_idle_connection_is_replaced() {
    let mut server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    let mut session = cluster.session();
    assert_eq!(run(&mut session, &["MULTI", "SET a 1", "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    server.restart();
    assert_eq!(run(&mut session, &["MULTI", "SET a 1", "EXEC"]), ["OK", "QUEUED", "[OK]"]);
}

#[test]
fn a_script_without_keys_runs_on_the_node_of_the_transaction() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let [_, two, _] = [1, 2, 3].map(|master| key_on(master, 3));
    let script = format!("EVAL return(redis.call('EXISTS',ARGV[1])) 0 {two}");
    let (set, get) = (format!("SET {two} 1"), format!("GET {two}"));
    assert_eq!(run(&mut session, &["MULTI", &set, &script, "EXEC"]), ["OK", "QUEUED", "QUEUED", "[OK 1]"]);
    // Before the first key as well.
    assert_eq!(run(&mut session, &["MULTI", &script, &get, "EXEC"]), ["OK", "QUEUED", "QUEUED", "[1 1]"]);
    assert_eq!(run(&mut session, &["MULTI", &script, "EXEC"]), ["OK", "QUEUED", "[0]"]);
}
