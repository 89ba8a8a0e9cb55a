//! Nodes that hang, are killed and are started again, while clients use the listener.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::replication::{call_count, wait_until};
use crate::support::three_nodes::ThreeNodes;
use crate::support::{LONG_TIMEOUTS, Server, cluster, key_on, ports, request};
use std::io::{Read, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

#[test]
fn only_clients_of_a_node_that_hangs_wait_for_it() {
    let nodes = ThreeNodes::new();
    let port = listen(cluster(&ports(&nodes.servers), &LONG_TIMEOUTS));
    let keys: Vec<String> = (1..=3).map(|master| key_on(master, 3)).collect();
    let all: Vec<String> = keys.iter().map(|key| format!("SET {key} 1")).collect();
    let all = request(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let mut others: Vec<RawClient> = (0..4).map(|_| RawClient::connect(port)).collect();
    others.iter_mut().for_each(|client| assert_eq!(client.exchange(&all, 3), b"+OK\r\n".repeat(3)));
    nodes.servers[2].hang();
    let waiting: Vec<String> = [0, 2, 1].iter().map(|&at| format!("GET {}", keys[at])).collect();
    let waiting = request(&waiting.iter().map(String::as_str).collect::<Vec<_>>());
    let mgets = request(&[&format!("MGET {} {}", keys[0], keys[2]), "ECHO after"]);
    thread::scope(|scope| {
        let mut several = RawClient::connect(port);
        // The reply of the first node comes before those of the others, as soon as it is there.
        assert_eq!(several.exchange(&waiting, 1), b"$1\r\n1\r\n");
        let several = scope.spawn(move || several.read(2));
        let split = scope.spawn(|| RawClient::connect(port).exchange(&mgets, 2));
        let fast = request(&[&format!("INCR {}", keys[0]), &format!("GET {}", keys[1]), &format!("MSET {} 1 {} 1", keys[0], keys[1])]);
        for _ in 0..200 {
            others.iter_mut().for_each(|client| assert_eq!(client.exchange(&fast, 3), b":2\r\n$1\r\n1\r\n+OK\r\n"));
        }
        // Clients that the event loop does not serve alone do not wait either, and neither do new ones.
        let slow = request(&["CLIENT SETNAME x", "MULTI", &format!("GET {}", keys[1]), "EXEC"]);
        assert_eq!(RawClient::connect(port).exchange(&slow, 4), b"+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n$1\r\n1\r\n");
        assert!(!several.is_finished() && !split.is_finished());
        nodes.servers[2].resume();
        assert_eq!(several.join().unwrap(), b"$1\r\n1\r\n".repeat(2));
        assert_eq!(split.join().unwrap(), b"*2\r\n$1\r\n1\r\n$1\r\n1\r\n$5\r\nafter\r\n");
    });
}

#[test]
fn commands_reach_a_node_that_has_not_replied_to_many_others() {
    const MANY: usize = 100;
    let (sender, arrived) = channel();
    // It replies to nothing before it has everything.
    let server = FakeServer::start(move |mut stream, _| {
        let (mut buffer, mut all) = ([0; 4096], Vec::new());
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            all.extend_from_slice(&buffer[..count]);
            let commands = all.windows(4).filter(|bytes| bytes == b"*2\r\n").count();
            let _ = sender.send(commands);
            if commands > MANY {
                stream.write_all(&b"+OK\r\n".repeat(commands)).expect("the listener reads");
            }
        }
    });
    let port = listen(server.cluster(&LONG_TIMEOUTS));
    let mut many = RawClient::connect(port);
    many.write(&request(&["INCR a"; MANY]));
    while arrived.recv().expect("the server runs") < MANY {}
    assert_eq!(RawClient::connect(port).exchange(&request(&["INCR b"]), 1), b"+OK\r\n");
    assert_eq!(many.read(MANY), b"+OK\r\n".repeat(MANY));
}

#[test]
fn a_node_that_hangs_up_within_a_reply_fails_the_command_and_later_ones_run() {
    let server = FakeServer::start(|mut stream, number| {
        let mut buffer = [0; 4096];
        while let Ok(1..) = stream.read(&mut buffer) {
            if number == 0 {
                return stream.write_all(b"$5\r\nhe").expect("the listener reads");
            }
            stream.write_all(b"+OK\r\n").expect("the listener reads");
        }
    });
    let mut client = RawClient::connect(listen(server.cluster(&LONG_TIMEOUTS)));
    let reply = String::from_utf8(client.exchange(&request(&["INCR a"]), 1)).unwrap();
    assert!(reply.contains(": INCR: ") && reply.ends_with("; it may have been executed\r\n"), "{reply}");
    assert_eq!(client.exchange(&request(&["INCR a"]), 1), b"+OK\r\n");
}

#[test]
fn commands_to_a_node_that_does_not_reply_in_time_fail_and_later_ones_run() {
    let nodes = ThreeNodes::new();
    let port = listen(cluster(&ports(&nodes.servers), &[r#""read_timeout":0.3"#]));
    let (slow, fast) = (key_on(3, 3), key_on(1, 3));
    let mut client = RawClient::connect(port);
    assert_eq!(client.exchange(&request(&[&format!("SET {slow} 1")]), 1), b"+OK\r\n");
    nodes.servers[2].hang();
    let commands = request(&[&format!("INCR {slow}"), &format!("SET {fast} 1"), &format!("DEL {slow} {fast}"), &format!("GET {slow}")]);
    let address = format!("node_3 (127.0.0.1:{})", nodes.servers[2].port);
    let failed = |name: &str| format!("-ERR {address}: {name}: no reply in time; it may have been executed");
    let replies = String::from_utf8(client.exchange(&commands, 4)).unwrap();
    let expected = format!("{}\r\n+OK\r\n{}; executed by node_1\r\n{}\r\n", failed("INCR"), failed("DEL"), failed("GET"));
    assert_eq!(replies, expected);
    nodes.servers[2].resume();
    // What was sent has been executed.
    assert_eq!(client.exchange(&request(&[&format!("SET {slow} 5"), &format!("GET {slow}")]), 2), b"+OK\r\n$1\r\n5\r\n");
}

#[test]
fn commands_run_again_after_a_node_was_killed_and_started() {
    let mut nodes = ThreeNodes::new();
    let port = listen(cluster(&ports(&nodes.servers), &LONG_TIMEOUTS));
    let (killed, other) = (key_on(2, 3), key_on(1, 3));
    let [mut client, mut reader, mut writer] = [(); 3].map(|()| RawClient::connect(port));
    let both = request(&[&format!("SET {killed} 1"), &format!("SET {other} 1"), &format!("MSET {killed} 2 {other} 2")]);
    assert_eq!(client.exchange(&both, 3), b"+OK\r\n".repeat(3));
    nodes.servers[1].hang();
    // Reads are sent again. It is unknown whether a write was executed.
    reader.write(&request(&[&format!("GET {killed}")]));
    writer.write(&request(&[&format!("INCR {killed}")]));
    assert_eq!(client.exchange(&request(&[&format!("GET {other}")]), 1), b"$1\r\n2\r\n");
    let address = format!("node_2 (127.0.0.1:{})", nodes.servers[1].port);
    nodes.servers[1].stop();
    let reply = String::from_utf8(writer.read(1)).unwrap();
    assert!(
        reply.starts_with(&format!("-ERR {address}: INCR: connection lost: ")) && reply.ends_with("; it may have been executed\r\n"),
        "{reply}"
    );
    let reply = String::from_utf8(reader.read(1)).unwrap();
    assert!(reply.starts_with(&format!("-ERR {address}: GET: ")), "{reply}");
    let reply = String::from_utf8(client.exchange(&request(&[&format!("INCR {killed}")]), 1)).unwrap();
    assert!(reply.starts_with(&format!("-ERR {address}: INCR: ")) && reply.ends_with("; it was not executed\r\n"), "{reply}");
    nodes.servers[1].restart();
    // It may be found out a moment later.
    while client.exchange(&both, 3) != b"+OK\r\n".repeat(3) {}
    // A connection that was lost while nothing was pending causes no error.
    nodes.servers[1].restart();
    assert_eq!(client.exchange(&both, 3), b"+OK\r\n".repeat(3));
    assert_eq!(client.exchange(&request(&["FLUSHALL", "DBSIZE", &format!("GET {killed}")]), 3), b"+OK\r\n:0\r\n$-1\r\n");
}

#[test]
fn nothing_is_written_to_a_replica() {
    let nodes = ThreeNodes::new();
    let port = listen(cluster(&ports(&nodes.servers), &[r#""refresh_interval":0.05"#]));
    let set = request(&[&format!("SET {} 1", key_on(1, 3))]);
    let mut client = RawClient::connect(port);
    assert_eq!(client.exchange(&set, 1), b"+OK\r\n");
    let mut replica = nodes.servers[0].client();
    let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(nodes.servers[1].port).query(&mut replica).unwrap();
    // Until the role is asked, the server itself refuses.
    let refused = loop {
        let reply = String::from_utf8(client.exchange(&set, 1)).unwrap();
        if !reply.starts_with("-READONLY") {
            break reply;
        }
    };
    assert!(refused.contains("the server is a replica of 127.0.0.1:") && refused.ends_with("it was not executed\r\n"), "{refused}");
    let _: () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut replica).unwrap();
    while client.exchange(&set, 1) != b"+OK\r\n" {}
}

#[test]
fn a_subscriber_is_disconnected_when_its_server_hangs_and_not_when_it_is_silent() {
    let server = Server::start();
    let port = listen(cluster(&[server.port], &[r#""timeout":5"#, r#""ping_interval":0.05"#]));
    let mut client = RawClient::connect(port);
    assert_eq!(client.exchange(&request(&["SUBSCRIBE news"]), 1), b"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    wait_until(|| call_count(&server, "ping") >= 5);
    let _: usize = redis::cmd("PUBLISH").arg("news").arg("text").query(&mut server.client()).unwrap();
    assert_eq!(client.read(1), b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$4\r\ntext\r\n");
    server.hang();
    assert_eq!(client.read_to_end(), b"");
}

/// The parts of a server that says that it was restarted with its data: it replies to its first connections, then to one more, and to the others
/// when `gate` opens.
fn restarted_server(gate: std::sync::mpsc::Receiver<()>) -> FakeServer {
    let (is_restarted, gate) = (AtomicBool::new(false), Mutex::new((0, gate)));
    FakeServer::start(move |mut stream, _| {
        let mut buffer = [0; 4096];
        let mut is_first = true;
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
            if request.contains("restart") {
                return is_restarted.store(true, Ordering::SeqCst);
            }
            let is_new = is_restarted.load(Ordering::SeqCst);
            if is_new && std::mem::take(&mut is_first) {
                let mut gate = gate.lock().unwrap();
                gate.0 += 1;
                if gate.0 == 2 {
                    gate.1.recv().expect("the test opens the gate");
                }
            }
            let mut replies = String::new();
            if request.contains("INFO") {
                replies += "$11\r\ndb0:keys=1\n\r\n";
            }
            if request.contains("ROLE") {
                replies += &format!("*3\r\n$6\r\nmaster\r\n:{}\r\n*0\r\n", if is_new { 5 } else { 100 });
            }
            if request.contains("SET") {
                replies += "+OK\r\n";
            }
            stream.write_all(replies.as_bytes()).expect("the listener reads");
        }
    })
}

#[test]
fn the_look_at_a_restarted_master_delays_only_its_own_clients() {
    let (open_gate, gate) = channel();
    let (fake, real) = (restarted_server(gate), Server::start());
    let port = listen(cluster(&[fake.port, real.port], &LONG_TIMEOUTS));
    let set = |master: u32, value: &str| request(&[&format!("SET {} {value}", key_on(master, 2))]);
    let (mut one, mut other) = (RawClient::connect(port), RawClient::connect(port));
    assert_eq!(one.exchange(&set(1, "a"), 1), b"+OK\r\n");
    assert_eq!(other.exchange(&set(2, "a"), 1), b"+OK\r\n");
    assert!(one.exchange(&set(1, "restart"), 1).starts_with(b"-"));
    thread::scope(|scope| {
        let waiting = scope.spawn(move || one.exchange(&set(1, "b"), 1));
        let before = fake.connections();
        wait_until(|| fake.connections() >= before.max(3));
        (0..20).for_each(|_| assert_eq!(other.exchange(&set(2, "b"), 1), b"+OK\r\n"));
        assert!(!waiting.is_finished());
        open_gate.send(()).unwrap();
        assert_eq!(waiting.join().unwrap(), b"+OK\r\n");
    });
}

#[test]
fn a_deadline_of_the_configuration_ends_the_commands_of_clients() {
    let fake = FakeServer::start(|mut stream, _| while read_request(&mut stream) {});
    let port = listen(cluster(&[fake.port], &[r#""deadline":0.2,"timeout":600,"breaker_failures":0,"refresh_interval":0"#]));
    let mut client = RawClient::connect(port);
    for command in ["SET a 1", "GET a", "EVAL return(1) 1 a"] {
        let reply = String::from_utf8_lossy(&client.exchange(&request(&[command]), 1)).into_owned();
        assert!(reply.starts_with('-') && reply.contains("the deadline of 0.2 s has passed"), "{command}: {reply}");
    }
    assert_eq!(client.exchange(&request(&["CLIENT GETNAME"]), 1), b"$-1\r\n");
}
