//! Transactions with commands for several nodes, compared with one plain server.

use crate::helpers::{ABORTED, compare_bytes, failure, get, run, text_of};
use crate::support::random::Random;
use crate::support::raw_client::RawClient;
use crate::support::{Server, cluster, key_on, ports, request, words};
use rediscluster::{Cluster, Code, Value};

const PER_NODE: &str = r#""transactions":"per_node""#;

fn execute(session: &mut rediscluster::Session, commands: &[String]) -> Vec<String> {
    run(session, &commands.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn commands_for_all_masters_reply_in_exec_as_one_server() {
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let (three, one) = (cluster(&ports(&servers), &[]), cluster(&[oracle.port], &[]));
    let [a, b, c] = [1, 2, 3].map(|master| key_on(master, 3));
    let sequences: Vec<Vec<String>> = [
        format!("MULTI|DBSIZE|SET {b} 1|DBSIZE|EXISTS {b}|FLUSHALL|GET {b}|DBSIZE|EXEC"),
        format!("MULTI|PING|ECHO x|CONFIG SET slowlog-max-len 77|CONFIG GET slowlog-max-len|INCR {b}|PING|EXEC"),
        format!("MULTI|INCR {c}|SELECT 1|INCR {c}|DBSIZE|SELECT 99|SELECT x|INCR {c}|EXEC|GET {c}|SELECT 0|GET {c}"),
        "MULTI|CLIENT SETNAME me|CLIENT GETNAME|EXEC|CLIENT GETNAME".into(),
        format!("MULTI|CLIENT GETNAME|CLIENT SETNAME you|SET {b} 1|CLIENT GETNAME|DISCARD|CLIENT GETNAME"),
        format!("MULTI|SCRIPT LOAD return(5)|SCRIPT EXISTS 4ca238f611c9d0ae4e9a75a5dbac22aedc1e1282|GET {b}|SCRIPT FLUSH|EXEC"),
        format!("MULTI|SET {a} 1|SUBSCRIBE news|PING|GET {a}|UNSUBSCRIBE news|PING|EXEC|GET {a}"),
        "MULTI|SUBSCRIBE news|EXEC|PING|GET a|UNSUBSCRIBE|GET a".into(),
        format!("SET {a} 1|SET {b} 2|SET {c} 3|MULTI|KEYS nothing*|SWAPDB 0 2|DBSIZE|EXEC|DBSIZE|MULTI|SWAPDB 0 2|EXEC|DBSIZE"),
        "MULTI|SCAN x|SCAN 0 COUNT 0|RANDOMKEY x|EXEC".into(),
        "FLUSHALL|MULTI|RANDOMKEY|KEYS *|WAIT 0 0|EXEC".into(),
        format!("MULTI|FLUSHALL x|SET {a} 1|EXEC|GET {a}"),
        format!("MULTI|CONFIG SET nosuch 1|DBSIZE y|SET {a} 1|DISCARD|GET {a}"),
        format!("WATCH {b}|MULTI|FLUSHDB|DBSIZE|EXEC|MULTI|SAVE|EXEC"),
        format!("WATCH {b}|SET {b} 9|MULTI|FLUSHDB|DBSIZE|EXEC|GET {b}"),
        format!("MULTI|DBSIZE|MULTI|WATCH {b}|SET {b} 4|EXEC|GET {b}"),
        format!("MULTI|DBSIZE|NOSUCH|SET {b} 5|EXEC|GET {b}"),
        format!("MULTI|DBSIZE|SET {b} 6|RESET|GET {b}|EXEC"),
        format!("MULTI|LPUSH {c} x|FLUSHALL|INCR {c}|LPUSH {c} y|DBSIZE|EXEC"),
        // Redis 6.2 queues it.
        format!("MULTI|OBJECT ENCODING {b} x|SET {b} 1|EXEC|GET {b}"),
        // Commands without keys that need some.
        format!("MULTI|SET {b} 1|ZINTERCARD 0 {b}|SINTERCARD 0 {a}|XREAD COUNT 1 {c}|ZUNION 0 {a}|EXEC|GET {b}"),
    ]
    .iter()
    .map(|line| line.split('|').map(str::to_owned).collect())
    .collect();
    for members in [&[][..], &[PER_NODE]] {
        let three = if members.is_empty() { three.clone() } else { cluster(&ports(&servers), members) };
        for commands in &sequences {
            let (mut here, mut there) = (three.session(), one.session());
            assert_eq!(execute(&mut here, commands), execute(&mut there, commands), "{commands:?}");
            // One command per request.
            run(&mut here, &["RESET", "FLUSHALL"]);
            run(&mut there, &["RESET", "FLUSHALL"]);
            for command in commands {
                assert_eq!(run(&mut here, &[command]), run(&mut there, &[command]), "{command} of {commands:?}");
            }
            run(&mut here, &["RESET", "FLUSHALL"]);
            run(&mut there, &["RESET", "FLUSHALL"]);
        }
    }
}

#[test]
fn scan_keys_and_randomkey_in_a_transaction_see_all_masters() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let expected: Vec<String> = (0..40).map(|number| format!("k{number:02}")).collect();
    for key in &expected {
        run(&mut session, &[&format!("SET {key} 1")]);
    }
    let (mut cursor, mut found) = ("0".to_owned(), Vec::new());
    loop {
        let reply = session.execute(&request(&["MULTI", &format!("SCAN {cursor} COUNT 7"), "RANDOMKEY", "EXEC"])).unwrap();
        let Some(Value::Array(mut exec)) = reply.element(0, 3).and_then(|at| reply.value(at)) else { panic!("{:?}", reply.root()) };
        let Some(Value::Array(mut page)) = exec.next() else { panic!() };
        cursor = text_of(&page.next().unwrap());
        let Some(Value::Array(keys)) = page.next() else { panic!() };
        found.extend(keys.map(|key| text_of(&key)));
        assert!(expected.contains(&text_of(&exec.next().unwrap())));
        if cursor == "0" {
            break;
        }
    }
    found.sort();
    found.dedup();
    assert_eq!(found, expected);
    let reply = run(&mut session, &["MULTI", "KEYS *", "EXEC"]).remove(2);
    assert_eq!(reply.split(' ').count(), 40, "{reply}");
}

#[test]
fn the_id_of_a_client_is_the_same_in_a_transaction() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[]);
    let mut session = cluster.session();
    let id = run(&mut session, &["CLIENT ID"]).remove(0);
    let two = key_on(2, 3);
    let replies = run(&mut session, &["MULTI", &format!("SET {two} 1"), "CLIENT ID", "EXEC"]);
    assert_eq!(replies[3], format!("[OK {id}]"));
    let kind = run(&mut session, &["MULTI", "CLIENT INFO", "EXEC"]).remove(2);
    assert!(kind.starts_with(&format!("[id={id} ")), "{kind}");
}

#[test]
fn with_per_node_the_keys_of_a_transaction_may_be_on_several_nodes() {
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let (three, one) = (cluster(&ports(&servers), &[PER_NODE]), cluster(&[oracle.port], &[]));
    let [a, b, c] = [1, 2, 3].map(|master| key_on(master, 3));
    for line in [
        format!("MULTI|SET {a} 1|SET {b} 2|PING|MGET {c} {b} {a} {b}|EXEC"),
        format!("MULTI|MSET {a} x {b} y {c} z|EXISTS {a} {b} {c} {a}|DEL {a} {c}|TOUCH {a} {b}|UNLINK {b}|EXEC"),
        format!("MULTI|INCR {c}|LPUSH {a} x|INCR {a}|DBSIZE|GET {c}|FLUSHALL|MGET {a} {c}|EXEC"),
        format!("MULTI|SET {a} 1|NOSUCH|SET {b} 1|EXEC|MGET {a} {b}"),
        format!("MULTI|SET {a} 1|SET {b}|EXEC|MGET {a} {b}"),
        format!("MULTI|MSET {a} 1 {b}|SET {c} 1|EXEC|MGET {a} {b}"),
        format!("MULTI|SET {a} 1|SET {b} 1|DISCARD|EXEC|MGET {a} {b}"),
        format!("WATCH {a}|MULTI|SET {b} 1|SET {c} 2|EXEC|MGET {a} {b} {c}"),
        format!("WATCH {a}|SET {a} 7|MULTI|SET {b} 1|SET {c} 2|EXEC|MGET {a} {b} {c}"),
        format!("WATCH {a}|SET {a} 7|UNWATCH|MULTI|SET {b} 1|SET {c} 2|EXEC|MGET {a} {b} {c}"),
        format!("WATCH {a}|SET {a} 7|MULTI|SET {c} 1|DISCARD|MULTI|SET {b} 1|SET {c} 2|EXEC|MGET {a} {b} {c}"),
        format!("MULTI|SET {a} 1|SET {b} 1|MULTI|SET {c} 2|EXEC|MGET {a} {b} {c}"),
        format!("MULTI|SET {b} 1|EVAL return(ARGV[1]) 0 x|PUBLISH ch m|SELECT 1|SET {a} 2|MGET {a} {b}|EXEC|SELECT 0"),
    ] {
        let commands: Vec<String> = line.split('|').map(str::to_owned).collect();
        let (mut here, mut there) = (three.session(), one.session());
        for session in [&mut here, &mut there] {
            run(session, &["FLUSHALL"]);
        }
        assert_eq!(execute(&mut here, &commands), execute(&mut there, &commands), "{commands:?}");
    }
    let mut session = three.session();
    run(&mut session, &["FLUSHALL"]);
    assert_eq!(failure(&mut session, &format!("WATCH {a} {b}")).code(), Code::CrossNode);
    run(&mut session, &[&format!("WATCH {a}")]);
    assert_eq!(failure(&mut session, &format!("WATCH {b}")).code(), Code::CrossNode);
    // A command that would run on several nodes by itself.
    run(&mut session, &["UNWATCH", "MULTI", &format!("SET {a} 1")]);
    assert_eq!(failure(&mut session, &format!("RENAME {a} {b}")).code(), Code::CrossNode);
    assert_eq!(run(&mut session, &["EXEC", &format!("GET {a}")]), [ABORTED, "nil"]);
}

#[test]
fn random_transactions_over_several_nodes_get_the_same_bytes_as_from_a_single_server() {
    let mut random = Random::seeded();
    let (servers, oracle) = (Server::start_many(3), Server::start());
    let cluster = cluster(&ports(&servers), &[PER_NODE]);
    let keys: Vec<String> = (1..=3).map(|master| key_on(master, 3)).collect();
    let mut direct = RawClient::connect(oracle.port);
    for round in 0..200 {
        direct.exchange(&request(&["FLUSHALL"]), 1);
        cluster.command(&[b"FLUSHALL"]).unwrap();
        let (mut session, mut plain) = (cluster.session(), RawClient::connect(oracle.port));
        // The watched keys of a round are on one node.
        let watched = random.pick(&keys).clone();
        for step in 0..20 {
            let commands: Vec<String> = (0..1 + random.below(6)).map(|_| any_command(&mut random, &keys, &watched)).collect();
            if random.below(4) == 0 {
                let change = format!("SET {} other", random.pick(&keys));
                cluster.command(&words(&change)).unwrap();
                direct.exchange(&request(&[&change]), 1);
            }
            compare_bytes(&mut session, &mut plain, &commands, &mut random, &format!("round {round}, step {step}"));
        }
    }
}

fn any_command(random: &mut Random, keys: &[String], watched: &str) -> String {
    let (key, other) = (random.pick(keys), random.pick(keys));
    match random.below(38) {
        0..6 => "MULTI".into(),
        6..12 => "EXEC".into(),
        12 => "DISCARD".into(),
        13..15 => format!("WATCH {watched}"),
        15 => "UNWATCH".into(),
        16..20 => format!("SET {key} {}", random.below(9)),
        20 => format!("INCR {key}"),
        21 => format!("LPUSH {key} a"),
        22..24 => format!("MGET {key} {other} {key}"),
        24 => format!("MSET {key} a {other} b"),
        25 => format!("MSET {key} a {other}"),
        26 => format!("DEL {key} {other}"),
        27 => "DBSIZE".into(),
        28 => "FLUSHALL".into(),
        29 => "NOSUCH a b".into(),
        30 => format!("SET {key}"),
        31 => "PING".into(),
        32 => "ECHO a".into(),
        33 => format!("SELECT {}", random.below(3)),
        34 => "EXEC x".into(),
        35 => "CLIENT GETNAME".into(),
        36 => format!("CLIENT SETNAME n{}", random.below(3)),
        _ => "EVAL return(ARGV[1]) 0 x".into(),
    }
}

#[test]
fn the_error_of_exec_names_the_nodes_that_executed_their_part() {
    let mut servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[PER_NODE]);
    let keys = [1, 2, 3].map(|master| key_on(master, 3));
    let sets: Vec<String> = keys.iter().map(|key| format!("SET {key} 1")).collect();
    let begin = |cluster: &Cluster| {
        let mut session = cluster.session();
        run(&mut session, &["MULTI"]);
        assert_eq!(execute(&mut session, &sets), ["QUEUED"; 3]);
        session
    };
    let mut session = begin(&cluster);
    servers[1].restart();
    let error = failure(&mut session, "EXEC");
    assert_eq!((error.node(), error.executed()), (Some("node_2"), true), "{error}");
    assert!(error.message().ends_with("; on node_1, node_3 the transaction was executed"), "{error}");
    assert_eq!(keys.each_ref().map(|key| text_of(&get(&cluster, key).root())), ["1", "nil", "1"]);
    // With a watched key its node comes first: the others have executed nothing.
    cluster.command(&[b"FLUSHALL"]).unwrap();
    let mut session = cluster.session();
    run(&mut session, &[&format!("WATCH {}", keys[1]), "MULTI"]);
    execute(&mut session, &sets);
    servers[1].restart();
    let error = failure(&mut session, "EXEC");
    assert_eq!(error.node(), Some("node_2"), "{error}");
    assert!(error.message().starts_with("EXEC: nothing was executed"), "{error}");
    assert_eq!(keys.each_ref().map(|key| text_of(&get(&cluster, key).root())), ["nil"; 3]);
    assert_eq!(run(&mut session, &["MULTI", &sets[0], "EXEC"]), ["OK", "QUEUED", "[OK]"]);
    // A server that is lost before EXEC gets its commands again.
    let mut session = cluster.session();
    run(&mut session, &["FLUSHALL", "MULTI", &sets[0], &sets[1]]);
    servers[1].restart();
    assert_eq!(run(&mut session, &[&sets[1], "EXEC"]), ["QUEUED", "[OK OK OK]"]);
}

#[test]
fn a_script_without_keys_runs_on_the_node_that_the_configuration_names() {
    let servers = Server::start_many(3);
    let members = r#""keyless_scripts":{"node":"node_3"}"#;
    let [one, _, three] = [1, 2, 3].map(|master| key_on(master, 3));
    let script = format!("EVAL return(redis.call('EXISTS',ARGV[1])) 0 {three}");
    let mut session = cluster(&ports(&servers), &[members]).session();
    assert_eq!(run(&mut session, &[&format!("SET {three} 1"), &script]), ["OK", "1"]);
    assert_eq!(run(&mut session, &["MULTI", &script, "EXEC"])[2], "[1]");
    assert_eq!(run(&mut session, &["MULTI", "PING", &script, &format!("GET {three}"), "EXEC"])[4], "[PONG 1 1]");
    run(&mut session, &["MULTI", &format!("SET {one} 1")]);
    let error = failure(&mut session, &script);
    assert_eq!(error.message(), "CROSSNODE EVAL: keyless_scripts names node_3, and the transaction is on node_1");
    assert_eq!(run(&mut session, &["EXEC"]), [ABORTED]);
    let mut session = cluster(&ports(&servers), &[members, PER_NODE]).session();
    assert_eq!(run(&mut session, &["MULTI", &format!("SET {one} 1"), &script, "EXEC"])[3], "[OK 1]");
}
