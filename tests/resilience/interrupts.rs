//! Another thread ends a call, whatever it waits for. All other limits are so long that a test which waited for them would fail.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::replication::wait_until;
use crate::support::{Server, cluster, format_value, key_on, name_on, ports, request, words};
use rediscluster::{Cluster, Code, Error, Value};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const LONG: &str = r#""timeout":120,"pool_size":1"#;

/// The error of a command that is interrupted after `is_waiting` has become true, and how long it took from then on.
fn interrupted(cluster: &Cluster, command: &str, is_waiting: impl Fn() -> bool) -> Error {
    let (interruptible, interrupt) = cluster.with_interrupt();
    let (error, took) = std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            let outcome = interruptible.command(&words(command));
            (outcome.map(|reply| panic!("{command} returned {:?}", reply.root())).unwrap_err(), Instant::now())
        });
        wait_until(&is_waiting);
        let began = Instant::now();
        interrupt.interrupt();
        let (error, end) = call.join().unwrap();
        (error, end.saturating_duration_since(began))
    });
    println!("{command}: {error} after {took:?}");
    assert!(error.code() == Code::Timeout && error.message().contains("the call was interrupted (round "), "{error}");
    assert!(took < Duration::from_secs(60));
    let later = interruptible.command(&words("PING")).unwrap_err();
    assert!(later.message().contains("the call was interrupted") && !later.executed(), "{later}");
    error
}

fn is_blocked(server: &Server) -> bool {
    let info: String = redis::cmd("INFO").arg("clients").query(&mut server.client()).unwrap();
    !info.contains("blocked_clients:0")
}

#[test]
fn a_call_that_waits_for_a_reply_ends_and_its_late_reply_reaches_no_other() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[LONG]);
    cluster.command(&words("SET a 1")).unwrap();
    server.hang();
    let began = Instant::now();
    let error = interrupted(&cluster, "INCR a", || began.elapsed() > Duration::from_millis(20));
    assert!(error.executed() && error.node() == Some("node_1"), "{error}");
    let stats = format_value(&cluster.stats().root());
    assert!(stats.contains(r#""breaker" "closed""#), "that a caller has left says nothing about the server: {stats}");
    server.resume();
    assert_eq!(cluster.command(&words("ECHO own")).unwrap().root(), Value::String(b"own"));
}

#[test]
fn a_blocking_command_ends_on_one_node_and_on_several() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[LONG]);
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    interrupted(&cluster, &format!("BLPOP {one} 0"), || is_blocked(&servers[0]));
    // It has subscribed when it waits.
    let listens = || {
        let info: String = redis::cmd("CLIENT").arg("LIST").query(&mut servers[1].client()).unwrap();
        info.contains("cmd=subscribe") || info.contains("cmd=client|tracking")
    };
    interrupted(&cluster, &format!("BLPOP {one} {two} 0"), listens);
    assert_eq!(cluster.execute(&request(&["PING"])).unwrap().value(1), Some(Value::Status(b"PONG")));
}

#[test]
fn the_wait_for_a_connection_ends() {
    let silent = FakeServer::start(|mut stream, _| while read_request(&mut stream) {});
    let cluster = silent.cluster(&[LONG]);
    let (other, interrupt) = cluster.with_interrupt();
    std::thread::scope(|scope| {
        scope.spawn(|| other.command(&words("GET a")));
        wait_until(|| silent.connections() > 0);
        let error = interrupted(&cluster, "INCR a", || format_value(&cluster.stats().root()).contains(r#""awaited" 1"#));
        assert!(!error.executed(), "{error}");
        interrupt.interrupt();
    });
}

#[test]
fn a_connect_that_nobody_accepts_ends() {
    // A listener whose queue is full.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let queued: Vec<_> =
        (0..4).map(|_| std::thread::spawn(move || std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)))).collect();
    let queued: Vec<_> = queued.into_iter().map(|thread| thread.join().unwrap()).collect();
    let cluster = cluster(&[address.port()], &[LONG, r#""refresh_interval":0"#]);
    let began = Instant::now();
    let error = interrupted(&cluster, "SET a 1", || began.elapsed() > Duration::from_millis(20));
    assert!(!error.executed(), "{error}");
    drop(queued);
}

#[test]
fn each_call_of_a_session_has_the_deadline_of_its_handle() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[LONG]).with_deadline(Some(Duration::from_millis(150)));
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    let number = name_on("number", 1, 2);
    let mut session = cluster.session();
    let failure = |session: &mut rediscluster::Session, command: &str| {
        let reply = session.execute(&request(&[command])).unwrap();
        let text = format_value(&reply.root());
        assert!(text.contains("the deadline of 0.15 s has passed (round "), "{command}: {text}");
    };
    for _ in 0..2 {
        failure(&mut session, &format!("BLPOP {one} 0"));
        failure(&mut session, &format!("BLPOP {one} {two} 0"));
        // The server has ended the command with the connection.
        wait_until(|| !is_blocked(&servers[0]));
        let reply = session.execute(&request(&["MULTI", &format!("INCR {number}"), "EXEC"])).unwrap();
        assert!(matches!(reply.root(), Value::Array(replies) if replies.len() == 3));
    }
    servers[0].hang();
    failure(&mut session, &format!("INCR {number}"));
    servers[0].resume();
    // Waiting for messages has its own timeout.
    session.execute(&request(&["SUBSCRIBE news"])).unwrap();
    assert!(session.receive(Some(Duration::from_millis(300))).unwrap().is_none());
}

#[test]
fn the_wait_for_another_call_of_a_session_has_the_deadline() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[LONG]);
    let session = rediscluster::SharedSession::new(cluster.with_deadline(Some(Duration::from_millis(300))).session());
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| session.execute(&request(&["BLPOP none 0"])))).collect();
        for call in calls {
            match call.join().unwrap() {
                Ok(reply) => assert!(matches!(reply.value(1), Some(Value::Failure(_))), "{:?}", reply.root()),
                Err(error) => assert!(error.message().contains("waiting for another call of the session"), "{error}"),
            }
        }
    });
    assert_eq!(session.execute(&request(&["PING"])).unwrap().value(1), Some(Value::Status(b"PONG")));
}
