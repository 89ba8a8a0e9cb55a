//! A deadline ends a call as a whole, in whatever round and phase it is.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::proxy::{Afterwards, Fault, Gate, Lost, Network};
use crate::support::{Server, cluster, name_on, ports, request, words};
use rediscluster::{Cluster, Code, Error, Value};
use std::io::Write;
use std::time::{Duration, Instant};

/// No limit but the deadline ends a call in the time that a test may take.
const NO_OTHER_LIMIT: &str = r#""timeout":120"#;
const SHORT: Duration = Duration::from_millis(150);

fn failure(cluster: &Cluster, command: &str) -> Error {
    let began = Instant::now();
    let error = cluster.command(&words(command)).map(|reply| panic!("{command} returned {:?}", reply.root())).unwrap_err();
    assert!(error.message().contains("the deadline of 0.15 s has passed (round "), "{error}");
    assert!(error.code() == Code::Timeout && began.elapsed() < Duration::from_secs(60), "{error}");
    error
}

/// A server that replies to PING, and to nothing else.
fn silent() -> FakeServer {
    FakeServer::start(|mut stream, _| while read_request(&mut stream) {})
}

#[test]
fn a_call_to_a_hung_server_ends_at_its_deadline() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[NO_OTHER_LIMIT]);
    cluster.command(&words("SET a 1")).unwrap();
    server.hang();
    let error = failure(&cluster.with_deadline(Some(SHORT)), "INCR a");
    let expected = format!(
        "node_1 (127.0.0.1:{}): INCR: the deadline of 0.15 s has passed (round 1, waiting for the reply); it may have been executed",
        server.port
    );
    assert_eq!((error.message(), error.node(), error.executed()), (expected.as_str(), Some("node_1"), true));
    server.resume();
    assert!(matches!(cluster.command(&words("GET a")).unwrap().root(), Value::String(b"1" | b"2")));
}

#[test]
fn a_call_whose_deadline_has_passed_sends_nothing() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[NO_OTHER_LIMIT]);
    cluster.command(&words("SET a 1")).unwrap();
    let late = cluster.with_deadline(Some(Duration::from_nanos(1)));
    for command in ["INCR a", "DEL a b"] {
        let error = late.command(&words(command)).unwrap_err();
        assert!(error.code() == Code::Timeout && !error.executed(), "{error}");
        assert!(error.message().ends_with("(round 1, before the command was sent); it was not executed"), "{error}");
    }
    assert_eq!(cluster.command(&words("GET a")).unwrap().root(), Value::String(b"1"));
}

#[test]
fn the_configuration_can_set_it_for_all_calls_and_a_handle_can_remove_it() {
    let gate = silent();
    let limited = gate.cluster(&[NO_OTHER_LIMIT, r#""deadline":0.15"#]);
    assert_eq!(limited.deadline(), Some(SHORT));
    assert!(failure(&limited, "INCR a").executed());
    assert_eq!(limited.with_deadline(None).deadline(), None);
}

#[test]
fn each_of_the_calls_has_the_whole_time() {
    let server = Server::start();
    let limited = cluster(&[server.port], &[r#""deadline":0.5"#]);
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(700) {
        limited.command(&words("INCR a")).unwrap();
    }
}

#[test]
fn a_split_write_names_the_nodes_that_have_executed_their_part() {
    let servers = Server::start_many(3);
    let cluster = cluster(&ports(&servers), &[NO_OTHER_LIMIT, r#""read":"master""#]);
    let keys: Vec<String> = (1..=3).map(|master| name_on("k", master, 3)).collect();
    let mset = format!("MSET {} 1 {} 2 {} 3", keys[0], keys[1], keys[2]);
    cluster.command(&words(&mset)).unwrap();
    servers[1].hang();
    let error = failure(&cluster.with_deadline(Some(SHORT)), &mset);
    servers[1].resume();
    assert!(error.message().contains("(round 1, waiting for the reply); it may have been executed; executed by node_1, node_3"), "{error}");
    assert_eq!((error.node(), error.executed()), (Some("node_2"), true));
}

#[test]
fn a_command_of_several_rounds_says_which_one_was_running() {
    let servers = Server::start_many(2);
    let (source, target) = (name_on("s", 1, 2), name_on("t", 2, 2));
    let open = || {
        let network = Network::start(&ports(&servers));
        let handle = cluster(network.ports(), &[NO_OTHER_LIMIT, r#""refresh_interval":0"#]);
        (network, handle)
    };
    let mut rounds = Vec::new();
    for step in 1..=2 {
        // A network of its own: nothing of the step before is under way in it.
        let (network, cluster) = open();
        cluster.command(&words(&format!("SET {source} value"))).unwrap();
        let (gate, callback) = Gate::new();
        let fault = Fault { node: 0, step, lost: Lost::Reply, afterwards: Afterwards::Delayed };
        network.arm_with(Some(fault), Some(callback));
        let error = cluster.with_deadline(Some(SHORT)).command(&words(&format!("COPY {source} {target}"))).unwrap_err();
        gate.open();
        assert_eq!((error.code(), error.node()), (Code::Timeout, Some("node_1")), "{error}");
        rounds.extend(error.message().split("(round ").nth(1).and_then(|rest| rest.split(',').next()).map(str::to_owned));
    }
    let (_network, cluster) = open();
    assert!(rounds.first().is_some_and(|round| round == "1"), "{rounds:?}");
    cluster.command(&words(&format!("COPY {source} {target} REPLACE"))).unwrap();
    assert_eq!(cluster.command(&words(&format!("GET {target}"))).unwrap().root(), Value::String(b"value"));
}

#[test]
fn a_late_reply_reaches_no_other_command() {
    let server = Server::start();
    let network = Network::start(&[server.port]);
    let cluster = cluster(network.ports(), &[NO_OTHER_LIMIT, r#""refresh_interval":0"#]);
    (0..20).for_each(|n| drop(cluster.command(&words(&format!("SET k{n} {n}"))).unwrap()));
    for n in 0..20 {
        let (gate, callback) = Gate::new();
        network.arm_with(Some(Fault { node: 0, step: 1, lost: Lost::Reply, afterwards: Afterwards::Delayed }), Some(callback));
        let limited = cluster.with_deadline(Some(Duration::from_millis(20)));
        let late = limited.command(&words(&format!("GET k{n}"))).unwrap_err();
        assert_eq!(late.code(), Code::Timeout, "{late}");
        gate.open();
        let other = (n + 1) % 20;
        let reply = cluster.command(&words(&format!("GET k{other}"))).unwrap();
        assert_eq!(reply.root(), Value::String(other.to_string().as_bytes()));
    }
}

#[test]
fn a_reply_that_keeps_arriving_ends_at_the_deadline_too() {
    let fake = FakeServer::start(move |mut stream, _| {
        if read_request(&mut stream) && stream.write_all(b"$100000000\r\n").is_ok() {
            while stream.write_all(&[b'x'; 4096]).is_ok() {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    let error = failure(&fake.cluster(&[NO_OTHER_LIMIT]).with_deadline(Some(SHORT)), "INCR a");
    assert!(error.executed() && error.message().contains("the reply)"), "{error}");
}

#[test]
fn a_request_that_the_server_does_not_accept_ends_at_the_deadline() {
    let server = Server::start();
    let value = vec![b'x'; 64 << 20];
    let cluster = cluster(&[server.port], &[NO_OTHER_LIMIT]);
    cluster.command(&words("SET a 1")).unwrap();
    server.hang();
    let limited = cluster.with_deadline(Some(SHORT));
    for args in [&[&b"SET"[..], b"a", &value][..], &[b"MSET", b"a", &value, b"b", &value]] {
        let error = limited.command(args).unwrap_err();
        assert!(error.message().contains("has passed (round ") && !error.executed(), "{error}");
    }
    server.resume();
    assert_eq!(cluster.command(&words("GET a")).unwrap().root(), Value::String(b"1"));
}

#[test]
fn blocking_commands_end_at_the_deadline() {
    let servers = Server::start_many(2);
    let limited = cluster(&ports(&servers), &[NO_OTHER_LIMIT]).with_deadline(Some(SHORT));
    let (one, other) = (name_on("a", 1, 2), name_on("b", 2, 2));
    for (command, may_be_executed) in [
        (format!("BLPOP {one} 0"), true),
        (format!("BLPOP {one} 100"), true),
        (format!("BLPOP {one} {other} 0"), false),
        (format!("BLMOVE {one} {other} LEFT RIGHT 0"), false),
        (format!("XREAD BLOCK 0 STREAMS {one} {other} $ $"), false),
    ] {
        assert_eq!(failure(&limited, &command).executed(), may_be_executed, "{command}");
    }
}

#[test]
fn waiting_for_a_connection_ends_at_the_deadline() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[NO_OTHER_LIMIT, r#""pool_size":1"#]);
    std::thread::scope(|scope| {
        let blocked = scope.spawn(|| cluster.command(&words("BLPOP queue 0")).map(drop));
        let mut client = server.client();
        while !redis::cmd("INFO").arg("clients").query::<String>(&mut client).unwrap().contains("blocked_clients:1") {
            std::thread::sleep(Duration::from_millis(1));
        }
        let error = failure(&cluster.with_deadline(Some(SHORT)), "INCR a");
        assert!(!error.executed() && error.message().contains("waiting for a connection"), "{error}");
        redis::cmd("LPUSH").arg("queue").arg(1).exec(&mut client).unwrap();
        blocked.join().unwrap().unwrap();
    });
}

#[test]
fn deadlines_that_pass_do_not_make_a_server_unavailable() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[NO_OTHER_LIMIT]);
    let limited = cluster.with_deadline(Some(SHORT));
    for _ in 0..4 {
        failure(&limited, "BLPOP none 0");
    }
    assert_eq!(cluster.command(&words("INCR a")).unwrap().root(), Value::Integer(1));
}

#[test]
fn a_pipeline_ends_as_a_whole() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[NO_OTHER_LIMIT]);
    let (one, other) = (name_on("a", 1, 2), name_on("b", 2, 2));
    let requests = [format!("INCR {one}"), format!("INCR {other}")];
    let requests = request(&requests.each_ref().map(String::as_str));
    cluster.execute(&requests).unwrap();
    servers[0].hang();
    let reply = cluster.with_deadline(Some(SHORT)).execute(&requests).unwrap();
    servers[0].resume();
    assert!(reply.failure(1).is_some_and(|error| error.message().contains("the deadline of")), "{reply:?}");
    assert_eq!(reply.element(0, 1).and_then(|at| reply.value(at)), Some(Value::Integer(2)));
}
