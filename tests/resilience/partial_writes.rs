//! Split writes, and commands for all masters, of which one server refuses its part. The call fails and names the nodes that executed theirs; an
//! error reply means, as on one server, that nothing was done.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::{ThreeNodes, redis_command, reply_to};
use crate::support::{Server, cluster, format_value, ports, request, words};
use rediscluster::{Cluster, Code, Value};
use std::io::Write;

/// On a server that refuses all writes.
const REFUSALS: [(&str, &str); 2] = [("CONFIG SET min-replicas-to-write 1", "NOREPLICAS"), ("REPLICAOF 127.0.0.1 1", "READONLY")];
/// On a server that refuses writes that take memory.
const NO_MEMORY: (&str, &str) = ("CONFIG SET maxmemory 1", "OOM");

/// Three nodes with A, B and C stored, of which these then refuse.
fn refusing(nodes: &[usize], refusal: &str) -> (ThreeNodes, Cluster) {
    let setup = ThreeNodes::new();
    let handle = cluster(&ports(&setup.servers), &[r#""refresh_interval":0"#]);
    reply_to(&handle, &setup.command("MSET A old B old C old"));
    for &node in nodes {
        let _: redis::Value = redis_command(refusal).query(&mut setup.servers[node].client()).expect("the server obeys");
    }
    (setup, handle)
}

fn value(server: &Server, key: &str) -> Option<String> {
    redis::cmd("GET").arg(key).query(&mut server.client()).expect("the server replies")
}

#[test]
fn a_refused_part_of_a_split_write_names_the_nodes_that_executed_theirs() {
    for (refusal, text) in REFUSALS.into_iter().chain([NO_MEMORY]) {
        for command in ["MSET A 1 B 2 C 3", "DEL A B C", "UNLINK A B C"] {
            if text == "OOM" && !command.starts_with("MSET") {
                continue;
            }
            let (setup, handle) = refusing(&[1], refusal);
            let error = handle.command(&words(&setup.command(command))).expect_err("one part is refused");
            assert_eq!((error.code(), error.node(), error.executed()), (Code::Io, Some("node_2"), true), "{error}");
            let name = command.split(' ').next().unwrap_or_default();
            assert!(error.message().starts_with(&format!("{name}: node_2 refused its part: {text} ")), "{error}");
            assert!(error.message().ends_with("; executed by node_1, node_3"), "{error}");
            assert_eq!(value(&setup.servers[1], &setup.keys[1]).as_deref(), Some("old"));
            assert_ne!(value(&setup.servers[0], &setup.keys[0]).as_deref(), Some("old"));
        }
    }
}

#[test]
fn a_client_finds_the_word_of_the_server_that_refused() {
    for (refusal, word) in REFUSALS.into_iter().chain([NO_MEMORY]) {
        let (setup, handle) = refusing(&[1], refusal);
        let mut client = RawClient::connect(listen(handle.clone()));
        let mset = setup.command("MSET A 1 B 2 C 3");
        let refused = |name: &str| format!("-{word} {name}: node_2 refused its part: {word} ");
        let line = |reply: Vec<u8>| String::from_utf8(reply).expect("text");
        // Once in the event loop of the listener, then in a session of its own, alone and in a transaction.
        let reply = line(client.exchange(&request(&[&mset]), 1));
        assert!(reply.starts_with(&refused("MSET")) && reply.ends_with("; executed by node_1, node_3\r\n"), "{reply}");
        let mut session = handle.session();
        session.write(&request(&[&mset])).expect("the session is open");
        let reply = line(session.unread().to_vec());
        assert!(reply.starts_with(&refused("MSET")), "{reply}");
        if word == "READONLY" {
            let reply = line(client.exchange(&request(&["FLUSHALL"]), 1));
            assert!(reply.starts_with(&refused("FLUSHALL")), "{reply}");
        }
    }
}

/// MSETEX is a command of Redis 8.4.
#[test]
fn a_refused_part_of_msetex_names_the_nodes_that_executed_theirs() {
    let (setup, handle) = refusing(&[1], NO_MEMORY.0);
    let command = setup.command("MSETEX 3 A 1 B 2 C 3 EX 100");
    if reply_to(&setup.oracle(), &command).contains("unknown command") {
        let reply = handle.command(&words(&command)).expect("an error reply");
        assert!(matches!(reply.root(), Value::Error(text) if text.starts_with(b"ERR ")), "{reply:?}");
        return;
    }
    let error = handle.command(&words(&command)).expect_err("one part is refused");
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Io, Some("node_2"), true), "{error}");
    assert!(error.message().starts_with("MSETEX: node_2 refused its part: OOM "), "{error}");
    assert!(error.message().ends_with("; executed by node_1, node_3"), "{error}");
    assert_eq!(value(&setup.servers[0], &setup.keys[0]).as_deref(), Some("1"));
}

/// A server that loads its data refuses all commands.
#[test]
fn a_part_that_is_refused_by_a_loading_server_names_the_nodes_that_executed_theirs() {
    let setup = ThreeNodes::new();
    let loading = FakeServer::start(|mut stream, _| {
        while read_request(&mut stream) {
            if stream.write_all(b"-LOADING Redis is loading the dataset in memory\r\n").is_err() {
                return;
            }
        }
    });
    let mut ports = ports(&setup.servers);
    ports[1] = loading.port;
    let handle = cluster(&ports, &[r#""refresh_interval":0"#]);
    let error = handle.command(&words(&setup.command("MSET A 1 B 2 C 3"))).expect_err("one part is refused");
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Io, Some("node_2"), true), "{error}");
    assert!(error.message().starts_with("MSET: node_2 refused its part: LOADING "), "{error}");
    assert!(error.message().ends_with("; executed by node_1, node_3"), "{error}");
}

#[test]
fn a_split_write_that_all_nodes_refuse_returns_the_error_of_the_server() {
    for (refusal, text) in REFUSALS {
        let (setup, handle) = refusing(&[0, 1, 2], refusal);
        for command in ["MSET A 1 B 2 C 3", "DEL A B C"] {
            let reply = handle.command(&words(&setup.command(command))).expect("an error reply");
            assert!(matches!(reply.root(), Value::Error(error) if error.starts_with(text.as_bytes())), "{reply:?}");
        }
    }
}

#[test]
fn in_a_pipeline_a_refused_part_fails_its_command_only() {
    let (setup, handle) = refusing(&[2], REFUSALS[0].0);
    let commands = ["MSET A 1 B 2 C 3", "MGET A B C", "EXISTS A B C", "TOUCH A B C", "DEL C"].map(|command| setup.command(command));
    let reply = handle.execute(&request(&commands.each_ref().map(String::as_str))).expect("a reply");
    let Value::Array(replies) = reply.root() else { panic!("{reply:?}") };
    let replies: Vec<String> = replies.map(|reply| format_value(&reply)).collect();
    let place = reply.element(0, 0).expect("a reply");
    let error = reply.failure(place).expect("a failure");
    assert_eq!((error.node(), error.executed()), (Some("node_3"), true));
    assert!(error.message().contains("NOREPLICAS") && error.message().ends_with("; executed by node_1, node_2"), "{error}");
    assert_eq!(replies[1..4], [r#"["1" "2" "old"]"#, "3", "3"]);
    assert!(replies[4].starts_with("(NOREPLICAS"), "{}", replies[4]);
}

#[test]
fn a_split_write_with_a_refused_and_an_unreachable_part_reports_both() {
    let (mut setup, handle) = refusing(&[1], NO_MEMORY.0);
    setup.servers[2].stop();
    let error = handle.command(&words(&setup.command("MSET A 1 B 2 C 3"))).expect_err("two parts fail");
    assert_eq!((error.node(), error.executed()), (Some("node_3"), true), "{error}");
    assert!(error.message().contains("; node_2 refused its part: OOM "), "{error}");
    assert!(error.message().ends_with("; executed by node_1"), "{error}");
}

const FOR_ALL_MASTERS: [&str; 3] = ["FLUSHALL", "FLUSHDB ASYNC", "SWAPDB 0 1"];

#[test]
fn a_command_for_all_masters_that_one_refuses_names_those_that_executed_it() {
    for (name, in_pipeline) in FOR_ALL_MASTERS.into_iter().flat_map(|name| [(name, false), (name, true)]) {
        let (_setup, handle) = refusing(&[1], REFUSALS[1].0);
        let error = match in_pipeline {
            false => handle.command(&words(name)).expect_err("one master refuses"),
            true => {
                let reply = handle.execute(&request(&["PING", name, "PING"])).expect("a reply");
                let place = reply.element(0, 1).expect("three replies");
                reply.failure(place).expect("one master refuses")
            }
        };
        assert_eq!((error.code(), error.node(), error.executed()), (Code::Io, Some("node_2"), true), "{error}");
        let name = name.split(' ').next().unwrap_or_default();
        assert!(error.message().starts_with(&format!("{name}: node_2 refused its part: READONLY ")), "{error}");
        assert!(error.message().ends_with("; executed by node_1, node_3"), "{error}");
    }
}

#[test]
fn a_setting_that_one_master_does_not_have_names_the_others() {
    let setup = ThreeNodes::new();
    let user = "ACL SETUSER default -config|set";
    let _: redis::Value = redis_command(user).query(&mut setup.servers[2].client()).expect("the server obeys");
    let handle = setup.cluster();
    let error = handle.command(&words("CONFIG SET maxmemory-samples 7")).expect_err("one master refuses");
    assert!(error.message().starts_with("CONFIG SET: node_3 refused its part: NOPERM "), "{error}");
    assert!(error.message().ends_with("; executed by node_1, node_2") && error.executed(), "{error}");
    // Reports are no writes: the reply is that of the server.
    let user = "ACL SETUSER default -config|get -info";
    let _: redis::Value = redis_command(user).query(&mut setup.servers[2].client()).expect("the server obeys");
    assert!(reply_to(&handle, "INFO").starts_with("NOPERM "));
    // All refuse: nothing was done.
    assert!(reply_to(&handle, "CONFIG SET nosuch 1").starts_with("ERR "));
}

#[test]
fn a_command_for_all_masters_that_one_does_not_get_names_those_that_executed_it() {
    for command in ["FLUSHALL", "CONFIG SET maxmemory-samples 7", "SCRIPT FLUSH", "FUNCTION FLUSH"] {
        let (mut setup, handle) = refusing(&[], REFUSALS[0].0);
        setup.servers[1].stop();
        let error = handle.command(&words(command)).expect_err("one master is unreachable");
        assert_eq!(error.node(), Some("node_2"), "{error}");
        // If the library has noticed it before it sent anything, nothing was executed.
        assert_eq!(error.message().ends_with("; executed by node_1, node_3"), error.executed(), "{error}");
        if command == "FLUSHALL" {
            assert_eq!(value(&setup.servers[0], &setup.keys[0]).is_none(), error.executed());
        }
        let reply = handle.execute(&request(&["PING", command])).expect("a reply");
        let error = reply.failure(reply.element(0, 1).expect("two replies")).expect("one master is unreachable");
        assert!(error.executed() && error.message().ends_with("; executed by node_1, node_3"), "{error}");
    }
    // A report changes nothing.
    let (mut setup, handle) = refusing(&[], REFUSALS[0].0);
    setup.servers[1].stop();
    let error = handle.command(&words("INFO")).expect_err("one master is unreachable");
    assert!(!error.message().contains("executed by"), "{error}");
}

#[test]
fn in_a_transaction_a_refused_part_names_the_nodes_that_executed_theirs() {
    let setup = ThreeNodes::new();
    if !setup.servers[0].has_command("function") {
        return;
    }
    let library = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";
    for server in [&setup.servers[0], &setup.servers[2]] {
        let _: redis::Value = redis::cmd("FUNCTION").arg("LOAD").arg(library).query(&mut server.client()).expect("a function");
    }
    let mut session = setup.cluster().session();
    let reply = session.execute(&request(&["MULTI", "FUNCTION DELETE lib", "PING", "EXEC"])).expect("replies");
    let text = format_value(&reply.value(reply.element(0, 3).expect("four replies")).expect("a value"));
    assert!(text.starts_with("[(ERR FUNCTION DELETE: node_2 refused its part: ERR "), "{text}");
    assert!(text.contains("; executed by node_1, node_3"), "{text}");
}
