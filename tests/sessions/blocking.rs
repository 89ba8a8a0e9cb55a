//! Blocking commands of a session: replies before and after them, reads that end before them, interrupts, and sessions that are closed while
//! they wait.

use crate::helpers::{read_all, run_one, text_of};
use crate::support::listener::listen;
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::{ThreeNodes, await_tracking_connections, redis_command};
use crate::support::{Server, cluster, reply_text, request, words};
use rediscluster::{Code, Session, SharedSession};
use std::thread;
use std::time::{Duration, Instant};

const NOW: Option<Duration> = Some(Duration::ZERO);

/// Keys of one server, and keys of several.
const KEYS: [&str; 2] = ["A D", "A B C"];

/// A command without a connection of the library.
fn on_server<T: redis::FromRedisValue>(server: &Server, command: &str) -> T {
    redis_command(command).query(&mut server.client()).unwrap()
}

/// Waits until the first server has this number of clients that wait: in a blocking command, or for keys of several servers.
fn await_blocked(nodes: &ThreeNodes, keys: &str, count: usize) {
    if keys.contains(" B") {
        return await_tracking_connections(&nodes.servers, count);
    }
    await_blocked_clients(&nodes.servers[0], count);
}

fn await_blocked_clients(server: &Server, count: usize) {
    let start = Instant::now();
    while !on_server::<String>(server, "INFO clients").contains(&format!("blocked_clients:{count}\r\n")) {
        assert!(start.elapsed() < Duration::from_secs(30), "no {count} clients are blocked");
        thread::sleep(Duration::from_millis(1));
    }
}

fn read_text(session: &mut Session) -> String {
    String::from_utf8(read_all(session)).unwrap().replace("\r\n", " ")
}

/// Waits for some output.
fn wait_and_read(session: &mut Session) -> String {
    let mut first = [0];
    assert_eq!(session.read(&mut first, None).unwrap(), 1);
    String::from_utf8(first.to_vec()).unwrap() + &read_text(session)
}

#[test]
fn replies_can_be_read_when_their_command_ends() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let key = &nodes.keys[0];
    for keys in KEYS {
        let mut session = cluster.session();
        session.write(&request(&["GET none", &nodes.command(&format!("BLPOP {keys} 0")), "GET none"])).unwrap();
        assert_eq!(read_text(&mut session), "$-1 ");
        session.write(b"PING\r\nECHO cut").unwrap();
        assert_eq!(read_text(&mut session), "");
        on_server::<()>(&nodes.servers[0], &format!("RPUSH {key} a"));
        let popped = format!("*2 ${} {key} $1 a $-1 +PONG ", key.len());
        assert_eq!(wait_and_read(&mut session), popped);
        session.write(b"\r\n").unwrap();
        assert_eq!(read_text(&mut session), "$3 cut ");
    }
}

#[test]
fn a_write_continues_a_command_whose_reply_has_come() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut session = cluster.session();
    session.write(&request(&[&nodes.command("BLPOP A 0")])).unwrap();
    on_server::<()>(&nodes.servers[0], &nodes.command("RPUSH A a"));
    let start = Instant::now();
    while reply_text(&cluster, "EXISTS done") == "0" {
        assert!(start.elapsed() < Duration::from_secs(30), "the command after the blocking one never runs");
        session.write(&request(&["SET done 1"])).unwrap();
    }
    assert!(read_text(&mut session).contains(" $1 a +OK "));
}

#[test]
fn pipelined_blocking_commands_have_the_output_of_one_server() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for commands in [
        &["BLPOP A D 0", "BLPOP D 0", "PING"][..],
        &["BLPOP A B 0", "INCR C", "BLPOP B A 0", "BRPOP A 0.002"],
        &["MULTI", "BLPOP A 0", "EXEC", "BLMOVE A B LEFT RIGHT 0", "BLPOP B 0", "BLPOP A 0"],
        &["BLPOP A x", "BLPOP A -1", "SET B x", "BLPOP B A 0", "DEL B", "BLPOP D 0", "BLPOP A 0"],
    ] {
        let commands: Vec<String> = commands.iter().map(|command| nodes.command(command)).collect();
        let input = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
        let pushes = [("D", "1"), ("A", "2"), ("A", "3"), ("B", "4"), ("D", "5")];
        let mut plain = RawClient::connect(nodes.oracle.port);
        plain.write(&input);
        await_blocked_clients(&nodes.oracle, 1);
        let lengths: Vec<usize> = pushes
            .iter()
            .map(|(key, element)| {
                on_server::<()>(&nodes.oracle, &nodes.command(&format!("RPUSH {key} {element}")));
                on_server(&nodes.oracle, &nodes.command(&format!("LLEN {key}")))
            })
            .collect();
        let expected = plain.read(commands.len());
        let session = SharedSession::new(cluster.session());
        session.write(&input).unwrap();
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut output = vec![0; expected.len()];
                let mut count = 0;
                while count < output.len() {
                    count += session.read(&mut output[count..], None).unwrap();
                }
                output
            });
            for ((key, element), length) in pushes.iter().zip(&lengths) {
                cluster.command(&words(&nodes.command(&format!("RPUSH {key} {element}")))).unwrap();
                // What waits for the element must have taken it before the next is there.
                let start = Instant::now();
                while reply_text(&cluster, &nodes.command(&format!("LLEN {key}"))) != length.to_string() {
                    assert!(start.elapsed() < Duration::from_secs(30), "{commands:?}: nothing takes {element}");
                    thread::sleep(Duration::from_millis(1));
                }
            }
            assert_eq!(reader.join().unwrap().escape_ascii().to_string(), expected.escape_ascii().to_string(), "{commands:?}");
        });
        for server in nodes.servers.iter().chain([&nodes.oracle]) {
            on_server::<()>(server, "FLUSHALL");
        }
    }
}

#[test]
fn a_read_that_ends_suspends_the_command_and_the_next_resumes_it() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let mut buffer = [0; 100];
    for keys in KEYS {
        let mut session = cluster.session();
        session.write(&request(&[&nodes.command(&format!("BLPOP {keys} 0"))])).unwrap();
        for _ in 0..20 {
            assert_eq!(session.read(&mut buffer, Some(Duration::from_millis(2))).unwrap(), 0);
            session.interrupter().interrupt();
            assert_eq!(session.read(&mut buffer, None).unwrap(), 0);
        }
        on_server::<()>(&nodes.servers[0], &nodes.command("RPUSH A a"));
        assert!(wait_and_read(&mut session).ends_with(" $1 a "));
        // Its own timeout goes on between the calls.
        session.write(&request(&[&nodes.command(&format!("BLPOP {keys} 0.05"))])).unwrap();
        let mut output = Vec::new();
        while output.is_empty() {
            let count = session.read(&mut buffer, Some(Duration::from_millis(2))).unwrap();
            output.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(output, b"*-1\r\n");
    }
}

#[test]
fn a_suspended_read_of_streams_misses_no_entry() {
    let nodes = ThreeNodes::new();
    let mut session = nodes.cluster().session();
    for keys in ["A D", "A B"] {
        for key in ["A", "B", "D"] {
            run_one(&mut session, &nodes.command(&format!("XADD {key} * f before")));
        }
        session.write(&request(&[&nodes.command(&format!("XREAD BLOCK 0 STREAMS {keys} $ $"))])).unwrap();
        assert_eq!(read_text(&mut session), "");
        on_server::<()>(&nodes.servers[0], &nodes.command("XADD A * f after"));
        let output = wait_and_read(&mut session);
        assert!(output.contains("after") && !output.contains("before"), "{output}");
    }
}

#[test]
fn an_interrupt_ends_a_blocking_command_of_execute_and_loses_no_element() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    for (keys, rounds) in KEYS.into_iter().zip([40, 10]) {
        let session = SharedSession::new(cluster.session());
        let blpop = request(&[&nodes.command(&format!("BLPOP {keys} 0"))]);
        thread::scope(|scope| {
            let call = scope.spawn(|| session.execute(&blpop).unwrap());
            await_blocked(&nodes, keys, 1);
            session.interrupt();
            assert_eq!(text_of(&call.join().unwrap().root()), "[nil array]");
        });
        for _ in 0..rounds {
            thread::scope(|scope| {
                let call = scope.spawn(|| session.execute(&blpop).unwrap());
                await_blocked(&nodes, keys, 1);
                let pusher = scope.spawn(|| on_server::<()>(&nodes.servers[0], &nodes.command("RPUSH A a")));
                session.interrupt();
                pusher.join().unwrap();
                let popped = text_of(&call.join().unwrap().root()) != "[nil array]";
                let left: usize = on_server(&nodes.servers[0], &nodes.command("LLEN A"));
                assert_eq!(left + usize::from(popped), 1);
            });
            on_server::<()>(&nodes.servers[0], "FLUSHALL");
        }
        // The interrupts before a command have no effect on it.
        on_server::<()>(&nodes.servers[0], &nodes.command("RPUSH A b"));
        session.interrupt();
        assert!(text_of(&session.execute(&blpop).unwrap().root()).ends_with(" b]]"));
    }
}

#[test]
fn closing_a_session_ends_the_blocking_command_on_the_server() {
    let nodes = ThreeNodes::new();
    let cluster = nodes.cluster();
    let keeps_element = |keys: &str| {
        await_blocked(&nodes, keys, 0);
        on_server::<()>(&nodes.servers[0], &nodes.command("RPUSH A kept"));
        assert_eq!(on_server::<usize>(&nodes.servers[0], &nodes.command("LLEN A")), 1);
        on_server::<()>(&nodes.servers[0], "FLUSHALL");
    };
    for command in ["BLPOP A D 0", "BLPOP A B C 0", "BLMOVE A D LEFT LEFT 0", "BRPOPLPUSH A D 100"] {
        let input = request(&[&nodes.command(command)]);
        // A call of execute waits.
        let session = SharedSession::new(cluster.session());
        thread::scope(|scope| {
            let call = scope.spawn(|| session.execute(&input));
            await_blocked(&nodes, command, 1);
            session.close().unwrap();
            assert_eq!(call.join().unwrap().unwrap_err().code(), Code::Request);
        });
        keeps_element(command);
        // A call of read waits.
        let session = SharedSession::new(cluster.session());
        session.write(&input).unwrap();
        thread::scope(|scope| {
            let call = scope.spawn(|| session.read(&mut [0; 10], None));
            await_blocked(&nodes, command, 1);
            session.close().unwrap();
            assert_eq!(call.join().unwrap().unwrap_err().code(), Code::Request);
        });
        keeps_element(command);
        // No call waits.
        let mut session = cluster.session();
        session.write(&input).unwrap();
        assert_eq!(session.read(&mut [0; 10], NOW).unwrap(), 0);
        drop(session);
        keeps_element(command);
    }
}

#[test]
fn a_client_of_the_listener_that_leaves_while_it_waits_takes_no_element() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    for command in ["BLPOP A D 0", "BLPOP A B C 0", "BRPOPLPUSH A D 0"] {
        let mut client = RawClient::connect(port);
        assert_eq!(client.exchange(&request(&["PING", &nodes.command(command)]), 1), b"+PONG\r\n");
        await_blocked(&nodes, command, 1);
        drop(client);
        await_blocked(&nodes, command, 0);
        on_server::<()>(&nodes.servers[0], &nodes.command("RPUSH A kept"));
        assert_eq!(on_server::<usize>(&nodes.servers[0], &nodes.command("LLEN A")), 1);
        on_server::<()>(&nodes.servers[0], "FLUSHALL");
    }
}

#[test]
fn execute_waits_for_the_blocking_command_that_was_written_before() {
    let server = Server::start();
    let session = SharedSession::new(cluster(&[server.port], &[]).session());
    session.write(&request(&["BLPOP list 0"])).unwrap();
    thread::scope(|scope| {
        let call = scope.spawn(|| session.execute(&request(&["LLEN list"])).unwrap());
        on_server::<()>(&server, "RPUSH list a b");
        assert_eq!(text_of(&call.join().unwrap().root()), "[1]");
    });
    let mut buffer = [0; 100];
    let count = session.read(&mut buffer, NOW).unwrap();
    assert_eq!(&buffer[..count], b"*2\r\n$4\r\nlist\r\n$1\r\na\r\n");
}
