//! CLIENT KILL, UNBLOCK, REPLY, NO-EVICT and NO-TOUCH in sessions, beside one plain server.

use super::helpers::{failure, read_all, run, run_one, text_of};
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::ThreeNodes;
use crate::support::{Server, cluster, ports, request};
use rediscluster::{Code, Session};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// Writes commands to a session and to a plain server, and compares the next bytes.
fn compare(nodes: &ThreeNodes, session: &mut Session, plain: &mut RawClient, commands: &[&str], replies: usize) {
    let commands: Vec<String> = commands.iter().map(|command| nodes.command(command)).collect();
    let bytes = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
    session.write(&bytes).unwrap();
    let found = read_all(session).escape_ascii().to_string();
    assert_eq!(found, plain.exchange(&bytes, replies).escape_ascii().to_string(), "{commands:?}");
}

#[test]
fn a_client_that_wants_no_replies_gets_none() {
    let nodes = ThreeNodes::new();
    let (mut session, mut plain) = (nodes.cluster().session(), RawClient::connect(nodes.oracle.port));
    for (commands, replies) in [
        (&["CLIENT REPLY OFF", "SET A 1", "INCR B", "MULTI", "INCR A", "EXEC", "PING", "CLIENT REPLY ON", "GET A"][..], 2),
        (&["CLIENT REPLY SKIP", "SET A 5", "GET A"], 1),
        (&["CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "SET A 6", "GET A"], 1),
        (&["CLIENT REPLY SKIP", "CLIENT REPLY ON", "GET A"], 2),
        (&["CLIENT REPLY OFF", "CLIENT REPLY SKIP", "GET A", "GET B", "CLIENT REPLY ON"], 1),
        (&["CLIENT REPLY SKIP", "MULTI", "GET A", "EXEC"], 2),
        (&["CLIENT REPLY perhaps", "CLIENT REPLY", "GET A"], 3),
        (&["RPUSH B x", "CLIENT REPLY SKIP", "BLPOP B C 1", "PING"], 2),
        (&["CLIENT REPLY OFF", "MGET A B C", "NOSUCH", "GET", "CLIENT REPLY ON", "DBSIZE"], 2),
        (&["CLIENT REPLY OFF", "PING", "RESET", "PING"], 2),
    ] {
        let before = ["DEL A", "DEL B", "DEL C"];
        compare(&nodes, &mut session, &mut plain, &before, 3);
        compare(&nodes, &mut session, &mut plain, commands, replies);
    }
    // Confirmations are sent in any case, as by servers since 7.0. The mode holds for later writes too.
    let mut session = nodes.cluster().session();
    session.write(&request(&["CLIENT REPLY OFF", "SUBSCRIBE x"])).unwrap();
    assert!(read_all(&mut session).starts_with(b"*3\r\n$9\r\nsubscribe\r\n"));
    let mut session = nodes.cluster().session();
    session.write(&request(&["CLIENT REPLY OFF"])).unwrap();
    session.write(&request(&[&nodes.command("SET A 9")])).unwrap();
    assert_eq!(read_all(&mut session), b"");
    session.write(&request(&["CLIENT REPLY SKIP"])).unwrap();
    session.write(&request(&["CLIENT REPLY ON", &nodes.command("GET A")])).unwrap();
    assert_eq!(read_all(&mut session), b"+OK\r\n$1\r\n9\r\n");
}

#[test]
fn eviction_and_touch_are_switched_where_the_server_can() {
    let nodes = ThreeNodes::new();
    let (mut session, mut plain) = (nodes.cluster().session(), RawClient::connect(nodes.oracle.port));
    for command in ["CLIENT NO-EVICT ON", "CLIENT NO-EVICT x", "CLIENT NO-EVICT off", "CLIENT NO-TOUCH ON", "CLIENT NO-TOUCH x"] {
        compare(&nodes, &mut session, &mut plain, &[command], 1);
    }
    // The setting reaches the connections that the session opens later.
    if run_one(&mut session, "CLIENT NO-EVICT on") != "OK" {
        return crate::support::skip("the servers have no CLIENT NO-EVICT");
    }
    run(&mut session, &[&nodes.command("WATCH C"), "CLIENT SETNAME mine"]);
    run_one(&mut session, &nodes.command("WATCH C"));
    let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut nodes.servers[2].client()).unwrap();
    let line = list.lines().find(|line| line.contains(" name=mine ")).expect("the session's connection");
    assert!(line.split(' ').any(|field| field.starts_with("flags=") && field.contains('e')), "{line}");
}

fn id_of(session: &mut Session) -> String {
    run_one(session, "CLIENT ID")
}

#[test]
fn reset_keeps_the_id_and_discards_the_name() {
    let nodes = ThreeNodes::new();
    let mut session = nodes.cluster().session();
    run(&mut session, &["CLIENT SETNAME mine", "SELECT 3", "CLIENT NO-EVICT on"]);
    let id = id_of(&mut session);
    assert_eq!(run(&mut session, &["RESET", "CLIENT GETNAME", "CLIENT ID"]), ["RESET", "nil", id.as_str()]);
    let line = run_one(&mut session, "CLIENT INFO");
    assert!(line.contains(" name= ") && line.contains(" db=0 ") && line.contains(" flags=N "), "{line}");
    // With protocol 3, and after a transaction.
    session.execute(&request(&["HELLO 3"])).unwrap();
    assert_eq!(run(&mut session, &["RESET", "CLIENT ID"]), ["RESET", id.as_str()]);
    let watch = nodes.command("WATCH A");
    assert_eq!(run(&mut session, &[&watch, "MULTI", "RESET", "PING", "CLIENT GETNAME"])[2..], ["RESET", "PONG", "nil"]);
    id_of(&mut session);
}

fn is_closed(session: &mut Session) -> bool {
    session.execute(&request(&["PING"])).is_err_and(|error| error.code() == Code::Request)
}

#[test]
fn a_session_is_killed_by_the_id_that_it_has_reported() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut sessions: Vec<Session> = (0..4).map(|_| cluster.session()).collect();
    let ids: Vec<String> = sessions.iter_mut().map(id_of).collect();
    let mut killer = cluster.session();
    assert_eq!(run_one(&mut killer, &format!("CLIENT KILL ID {}", ids[0])), "1");
    assert_eq!(run_one(&mut killer, &format!("CLIENT KILL ID {}", ids[0])), "0");
    let line = run_one(&mut sessions[1], "CLIENT INFO");
    let address = line.split(' ').find_map(|field| field.strip_prefix("addr=")).unwrap();
    assert_eq!(run_one(&mut killer, &format!("CLIENT KILL {address}")), "OK");
    assert_eq!(run_one(&mut killer, &format!("CLIENT KILL {address}")), "ERR No such client");
    let line = run_one(&mut sessions[2], "CLIENT INFO");
    let address = line.split(' ').find_map(|field| field.strip_prefix("addr=")).unwrap();
    assert_eq!(run_one(&mut killer, &format!("CLIENT KILL ADDR {address} TYPE normal")), "1");
    assert!(sessions[..3].iter_mut().all(is_closed));
    assert!(!is_closed(&mut sessions[3]) && !is_closed(&mut killer));
}

#[test]
fn a_session_kills_itself_only_if_it_does_not_skip_itself() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for (options, killed) in [("", false), (" SKIPME yes", false), (" SKIPME no", true)] {
        let mut session = cluster.session();
        let own = id_of(&mut session);
        let mut plain = redis::Client::open(format!("redis://127.0.0.1:{}", nodes.oracle.port)).unwrap().get_connection().unwrap();
        let plain_id: i64 = redis::cmd("CLIENT").arg("ID").query(&mut plain).unwrap();
        let count: i64 =
            crate::support::three_nodes::redis_command(&format!("CLIENT KILL ID {plain_id}{options}")).query(&mut plain).unwrap();
        assert_eq!(run_one(&mut session, &format!("CLIENT KILL ID {own}{options}")), count.to_string());
        assert_eq!((count, is_closed(&mut session)), (i64::from(killed), killed), "{options}");
    }
    // TYPE normal has everyone on all servers, except the session that asks.
    let (mut session, mut other) = (cluster.session(), cluster.session());
    id_of(&mut other);
    let count: u32 = run_one(&mut session, "CLIENT KILL TYPE normal").parse().unwrap();
    assert!(count >= 1, "{count}");
    assert!(!is_closed(&mut session) && is_closed(&mut other));
    for (command, error) in [
        ("CLIENT KILL ID x", "ERR client-id should be greater than 0"),
        ("CLIENT KILL TYPE x", "ERR Unknown client type 'x'"),
        ("CLIENT KILL 127.0.0.1:1", "ERR No such client"),
    ] {
        let plain = RawClient::connect(nodes.oracle.port).exchange(&request(&[command]), 1);
        assert_eq!(format!("-{}\r\n", run_one(&mut session, command)).into_bytes(), plain, "{command}; {error}");
    }
}

#[test]
fn killing_a_session_of_the_byte_stream_closes_the_stream_after_the_reply() {
    let nodes = ThreeNodes::new();
    let mut session = nodes.cluster().session();
    let own = id_of(&mut session);
    session.write(&request(&[&format!("CLIENT KILL ID {own} SKIPME no"), "PING"])).unwrap();
    let mut buffer = [0; 100];
    assert_eq!(session.read(&mut buffer, LONG).unwrap(), 4);
    assert_eq!(&buffer[..4], b":1\r\n");
    assert_eq!(session.read(&mut buffer, LONG).unwrap_err().code(), Code::Request);
}

/// Waits until the session has a blocked command, as UNBLOCK reports.
fn unblock(session: &mut Session, id: &str, option: &str) {
    let start = Instant::now();
    while run_one(session, &format!("CLIENT UNBLOCK {id}{option}")) != "1" {
        assert!(start.elapsed() < Duration::from_secs(20), "{id} is not blocked");
    }
}

#[test]
fn a_blocked_session_is_unblocked_wherever_its_keys_are() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for command in ["BLPOP A 0", "BLPOP C 0", "BLPOP A B C 0", "BLMOVE B C LEFT LEFT 0", "XREAD BLOCK 0 STREAMS A B $ $"] {
        for (option, expected) in [("", "nil"), (" TIMEOUT", "nil"), (" ERROR", "UNBLOCKED client unblocked via CLIENT UNBLOCK")] {
            let command = nodes.command(command);
            let mut blocked = cluster.session();
            let id = id_of(&mut blocked);
            let mut other = cluster.session();
            assert_eq!(run_one(&mut other, &format!("CLIENT UNBLOCK {id}{option}")), "0");
            let thread = std::thread::spawn(move || (run_one(&mut blocked, &command), run_one(&mut blocked, "PING")));
            unblock(&mut other, &id, option);
            let (reply, after) = thread.join().unwrap();
            assert!(reply.starts_with(expected), "{option}: {reply}");
            assert_eq!(after, "PONG");
            assert_eq!(run_one(&mut other, &format!("CLIENT UNBLOCK {id}{option}")), "0");
        }
    }
    let mut session = cluster.session();
    for command in ["CLIENT UNBLOCK x", "CLIENT UNBLOCK 1 x", "CLIENT UNBLOCK"] {
        let plain = RawClient::connect(nodes.oracle.port).exchange(&request(&[command]), 1);
        assert_eq!(format!("-{}\r\n", run_one(&mut session, command)).into_bytes(), plain, "{command}");
    }
}

#[test]
fn a_command_that_waits_in_the_byte_stream_is_unblocked() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let (mut blocked, mut other) = (cluster.session(), cluster.session());
    let id = id_of(&mut blocked);
    for command in ["BLPOP A B 0", "BLPOP C 0"] {
        blocked.write(&request(&[&nodes.command(command), "PING"])).unwrap();
        assert_eq!(read_all(&mut blocked), b"");
        assert_eq!(run_one(&mut other, &format!("CLIENT UNBLOCK {id} ERROR")), "1");
        let (mut all, mut buffer) = (Vec::new(), [0; 100]);
        while !all.ends_with(b"+PONG\r\n") {
            let count = blocked.read(&mut buffer, LONG).unwrap();
            assert!(count > 0, "{}", all.escape_ascii());
            all.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(all.escape_ascii().to_string(), "-UNBLOCKED client unblocked via CLIENT UNBLOCK\\r\\n+PONG\\r\\n");
    }
}

#[test]
fn killing_a_blocked_session_ends_its_wait() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let (mut blocked, mut other) = (cluster.session(), cluster.session());
    let id = id_of(&mut blocked);
    let keys = [1, 2].map(|master| crate::support::key_on(master, 2)).join(" ");
    let thread = std::thread::spawn(move || blocked.execute(&request(&[&format!("BLPOP {keys} 0")])).map(drop));
    assert_eq!(run_one(&mut other, &format!("CLIENT KILL ID {id}")), "1");
    assert_eq!(thread.join().unwrap().unwrap_err().code(), Code::Request);
}

#[test]
fn a_session_that_waits_is_unblocked_by_a_call_of_the_handle() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for (command, in_pipeline) in [("BLPOP A B C 0", false), ("BLPOP A B C 0", true), ("BLPOP C 0", false)] {
        let command = nodes.command(command);
        let mut blocked = cluster.session();
        let id = id_of(&mut blocked);
        let thread = std::thread::spawn(move || run_one(&mut blocked, &command));
        let unblock = request(&[&format!("CLIENT UNBLOCK {id} ERROR")]);
        let start = Instant::now();
        let is_unblocked = |reply: &rediscluster::Reply| text_of(&reply.root()).ends_with(" 1]") || text_of(&reply.root()) == "[1]";
        while !is_unblocked(
            &cluster.execute(&if in_pipeline { [request(&["PING"]), unblock.clone()].concat() } else { unblock.clone() }).unwrap(),
        ) {
            assert!(start.elapsed() < Duration::from_secs(20), "{id} is not blocked");
        }
        assert_eq!(thread.join().unwrap(), "UNBLOCKED client unblocked via CLIENT UNBLOCK");
    }
}

#[test]
fn a_session_whose_wait_has_failed_is_not_blocked() {
    for command in ["BLPOP C 0", "BLPOP A B C 0"] {
        let mut nodes = ThreeNodes::new();
        let cluster = nodes.cluster();
        let (mut blocked, mut other) = (cluster.session(), cluster.session());
        let id = id_of(&mut blocked);
        let command = nodes.command(command);
        let thread = std::thread::spawn(move || (failure(&mut blocked, &command), blocked));
        // The command has begun when its server reports a client that waits, or one that receives invalidations.
        await_waiting(&nodes.servers[2]);
        nodes.servers[2].stop();
        let (error, mut blocked) = thread.join().unwrap();
        assert_eq!(error.node(), Some("node_3"), "{error}");
        assert_eq!(run_one(&mut other, &format!("CLIENT UNBLOCK {id}")), "0");
        assert_eq!(run_one(&mut blocked, "PING"), "PONG");
    }
}

fn await_waiting(server: &Server) {
    let start = Instant::now();
    loop {
        let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut server.client()).unwrap();
        let waits = |line: &str| line.split(' ').any(|field| field.starts_with("flags=") && field.contains(['b', 't']));
        if list.lines().any(waits) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "nobody waits: {list}");
    }
}

/// A client of one server.
struct PlainClient(TcpStream);

impl PlainClient {
    fn new(server: &Server, commands: &[&str]) -> PlainClient {
        let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.set_read_timeout(LONG).unwrap();
        let mut client = PlainClient(stream);
        commands.iter().for_each(|command| drop(client.ask(command)));
        client
    }

    /// The first bytes of the reply; empty if the connection is closed.
    fn ask(&mut self, command: &str) -> Vec<u8> {
        let mut buffer = vec![0; 4096];
        let count = self.0.write_all(&request(&[command])).and_then(|()| self.0.read(&mut buffer)).unwrap_or(0);
        buffer.truncate(count);
        buffer
    }
}

/// What the clients of the next test do before they are killed.
const STATES: [&[&str]; 6] = [&[], &["SET A 1"], &["MULTI", "SET C 1"], &["WATCH B"], &["SUBSCRIBE news"], &["HELLO 3", "PSUBSCRIBE n*"]];

#[test]
fn filters_close_the_sessions_that_one_server_would_close() {
    let nodes = ThreeNodes::new();
    let spelled = |commands: &[&str]| commands.iter().map(|command| nodes.command(command)).collect::<Vec<_>>();
    for filter in [
        "TYPE normal",
        "TYPE pubsub",
        "TYPE normal SKIPME yes",
        "USER default",
        "USER nobody",
        "USER default TYPE pubsub",
        "TYPE replica",
        "ADDR 127.0.0.1:1",
        "ID 999999",
        "MAXAGE 100000",
        "TYPE nosuch",
        "127.0.0.1:1",
    ] {
        let command = format!("CLIENT KILL {filter}");
        let mut clients: Vec<PlainClient> = Vec::new();
        for commands in STATES {
            let commands = spelled(commands);
            clients.push(PlainClient::new(&nodes.oracle, &commands.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        PlainClient::new(&nodes.oracle, &[]).ask(&command);
        let expected: Vec<bool> = clients.iter_mut().map(|client| client.ask("PING").is_empty()).collect();
        for through_handle in [false, true] {
            let cluster = nodes.cluster();
            let mut sessions: Vec<Session> = Vec::new();
            for commands in STATES {
                let commands = spelled(commands);
                let mut session = cluster.session();
                session.execute(&request(&commands.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
                sessions.push(session);
            }
            if through_handle {
                drop(cluster.execute(&request(&[&command])).unwrap());
            } else {
                let mut killer = cluster.session();
                run_one(&mut killer, &command);
                assert!(!is_closed(&mut killer), "{filter}");
            }
            let closed: Vec<bool> = sessions.iter_mut().map(is_closed).collect();
            assert_eq!(closed, expected, "{filter}, through the handle: {through_handle}");
        }
    }
}

#[test]
fn a_session_in_a_transaction_is_killed_by_the_address_of_its_connection() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for before in [&["MULTI", "SET C 1"][..], &["MULTI", "SET C 1", "EXEC"]] {
        let (mut session, mut killer) = (cluster.session(), cluster.session());
        run(
            &mut session,
            &before.iter().map(|command| nodes.command(command)).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
        );
        run_one(&mut killer, "CLIENT ID");
        let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut nodes.servers[2].client()).unwrap();
        let is_meant = |line: &&str| line.contains(" cmd=exec") || line.contains(" multi=1 ");
        let line = list.lines().rev().find(is_meant).unwrap_or_else(|| panic!("{list}"));
        let address = line.split(' ').find_map(|field| field.strip_prefix("addr=")).unwrap();
        assert_eq!(run_one(&mut killer, &format!("CLIENT KILL ADDR {address}")), "1");
        assert!(is_closed(&mut session));
    }
}
