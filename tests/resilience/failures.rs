//! Failing servers: what the caller receives, what is retried, and that other commands are not affected.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::{Server, cluster, free_port, key_on, ports, request, words};
use rediscluster::{Cluster, Code, Error, Reply, Value};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

fn run(cluster: &Cluster, command: &str) -> Result<Reply, Error> {
    cluster.command(&words(command))
}

fn failure(cluster: &Cluster, command: &str) -> Error {
    run(cluster, command).map(|reply| panic!("{command} returned {:?}", reply.root())).unwrap_err()
}

#[test]
fn a_dead_node_does_not_affect_the_replies_of_other_nodes() {
    let mut servers = Server::start_many(3);
    let [one, two, three] = [1, 2, 3].map(|master| key_on(master, 3));
    for key in [&one, &two, &three] {
        run(&cluster(&ports(&servers), &[]), &format!("SET {key} {key}")).unwrap();
    }
    servers[1].stop();
    let cluster = cluster(&ports(&servers), &[]);
    let commands =
        [format!("GET {one}"), format!("SET {two} x"), format!("GET {three}"), format!("MGET {one} {two}"), format!("DEL {one}")];
    let reply = cluster.execute(&request(&commands.each_ref().map(String::as_str))).unwrap();
    let Value::Array(values) = reply.root() else { panic!("{reply:?}") };
    let values: Vec<Value> = values.collect();
    assert_eq!(values[0], Value::String(one.as_bytes()));
    assert!(matches!(values[1], Value::Failure(_)));
    assert_eq!(values[2], Value::String(three.as_bytes()));
    assert!(matches!(values[3], Value::Failure(_)));
    assert_eq!(values[4], Value::Integer(1));
    let place = reply.element(0, 1).unwrap();
    let error = reply.failure(place).unwrap();
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Connect, Some("node_2"), false));
    for part in ["node_2", &format!("127.0.0.1:{}", servers[1].port), "SET", "not executed"] {
        assert!(error.message().contains(part), "{part:?} is missing in {:?}", error.message());
    }
}

#[test]
fn a_failed_split_write_reports_that_other_nodes_executed_their_part() {
    let mut servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let [one, two] = [1, 2].map(|master| key_on(master, 2));
    servers[1].stop();
    let error = failure(&cluster, &format!("MSET {one} 1 {two} 2"));
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Connect, Some("node_2"), true));
    assert!(error.message().contains("; executed by node_1"), "{error}");
    let value: String = redis::cmd("GET").arg(&one).query(&mut servers[0].client()).unwrap();
    assert_eq!(value, "1");
}

#[test]
fn a_failed_split_write_of_a_tracking_session_reports_that_other_nodes_executed_their_part() {
    let mut servers = Server::start_many(2);
    let mut session = cluster(&ports(&servers), &[r#""breaker_failures":0"#]).session();
    let [one, two] = [1, 2].map(|master| key_on(master, 2));
    session.write(format!("HELLO 3\r\nCLIENT TRACKING ON\r\nMSET {one} 0 {two} 0\r\n").as_bytes()).unwrap();
    session.consume(usize::MAX);
    servers[1].stop();
    session.write(format!("MSET {one} 1 {two} 2\r\n").as_bytes()).unwrap();
    let reply = String::from_utf8_lossy(session.unread()).into_owned();
    // The lost connection is also announced, by a message.
    let error = reply.lines().find(|line| line.starts_with('-')).unwrap_or_default();
    assert!(error.contains("node_2") && error.contains("; executed by node_1"), "{reply}");
    let value: String = redis::cmd("GET").arg(&one).query(&mut servers[0].client()).unwrap();
    assert_eq!(value, "1");
}

#[test]
fn a_restarted_server_is_reconnected_without_an_error() {
    let mut server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    run(&cluster, "SET a 1").unwrap();
    server.restart();
    // A connection that was used just now is not checked before its next use.
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(run(&cluster, "INCR a").unwrap().root(), Value::Integer(1));
    server.restart();
    assert_eq!(run(&cluster, "GET a").unwrap().root(), Value::Nil);
}

#[test]
fn a_read_is_retried_after_its_reply_was_lost() {
    let fake = FakeServer::start(|mut stream, nth| {
        if read_request(&mut stream) && nth > 0 {
            stream.write_all(b"$2\r\nhi\r\n").unwrap();
        }
    });
    assert_eq!(run(&fake.cluster(&[]), "GET a").unwrap().root(), Value::String(b"hi"));
    assert_eq!(fake.connections(), 2);
}

#[test]
fn a_write_is_not_retried_after_its_reply_was_lost() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let fake = FakeServer::start(move |mut stream, _| {
        count.fetch_add(usize::from(read_request(&mut stream)), Ordering::AcqRel);
    });
    let error = failure(&fake.cluster(&[]), "INCR a");
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Io, Some("node_1"), true));
    assert!(error.message().ends_with("it may have been executed"), "{error}");
    assert_eq!(requests.load(Ordering::Acquire), 1);
}

#[test]
fn a_reply_that_arrives_after_the_read_timeout_is_discarded() {
    let (release, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let fake = FakeServer::start(move |mut stream, nth| {
        while read_request(&mut stream) {
            if nth == 0 {
                let _ = wait.lock().unwrap().recv();
            }
            let _ = stream.write_all(format!(":{nth}\r\n").as_bytes());
        }
    });
    let cluster = fake.cluster(&[r#""read_timeout":0.05"#]);
    let error = failure(&cluster, "INCR a");
    assert_eq!((error.code(), error.executed()), (Code::Timeout, true));
    release.send(()).unwrap();
    // The reply is the number of a later connection.
    assert!(matches!(run(&cluster, "INCR a").unwrap().root(), Value::Integer(1..)));
}

#[test]
fn a_blocking_command_can_outlast_the_read_timeout() {
    let server = Server::start();
    // The server checks its blocked clients ten times a second.
    let cluster = cluster(&[server.port], &[r#""read_timeout":0.3"#]);
    let commands = ["BLPOP none 0.5", "BLMPOP 0.5 1 none LEFT", "XREAD BLOCK 500 STREAMS none $", "BZPOPMIN none 0.5"];
    for command in commands.into_iter().filter(|command| server.has_command(command.split(' ').next().unwrap())) {
        assert_eq!(run(&cluster, command).unwrap().root(), Value::NilArray, "{command}");
    }
}

#[test]
fn invalid_resp_closes_the_connection_and_the_next_command_opens_another() {
    for garbage in [&b"HTTP/1.1 400 Bad Request\r\n"[..], b"$x\r\n", b":1\r\n:2\r\n", b"$2\r\nabcd", b"*-7\r\n", b"@1\r\n"] {
        let fake = FakeServer::start(move |mut stream, nth| {
            while read_request(&mut stream) {
                let reply_bytes = if nth == 0 { garbage } else { b"+OK\r\n" };
                let _ = stream.write_all(reply_bytes);
            }
        });
        let cluster = fake.cluster(&[]);
        let error = failure(&cluster, "SET a 1");
        assert_eq!((error.code(), error.executed()), (Code::Protocol, true), "{:?}", garbage.escape_ascii().to_string());
        assert_eq!(run(&cluster, "SET a 1").unwrap().root(), Value::Status(b"OK"));
        assert_eq!(fake.connections(), 2);
    }
}

#[test]
fn an_error_reply_with_any_bytes_arrives_unchanged_and_keeps_the_connection() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[]);
    let reply = cluster.command(&[b"EVAL", b"return redis.error_reply('\xff\xfe\x80 no text')", b"1", b"a"]).unwrap();
    assert_eq!(reply.root(), Value::Error(b"\xff\xfe\x80 no text"));
    run(&cluster, "SET a 1").unwrap();
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut server.client()).unwrap();
    assert_eq!(clients.lines().count(), 2, "one of the library, one of this test: {clients}");
}

#[test]
fn pool_size_limits_the_connections_and_a_waiting_caller_gets_the_next_free_one() {
    let server = Server::start();
    let cluster = Arc::new(cluster(&[server.port], &[r#""pool_size":1"#, r#""connect_timeout":0.2"#]));
    let blocked = std::thread::spawn({
        let cluster = cluster.clone();
        move || run(&cluster, "BLPOP list 0").unwrap().root() == Value::NilArray
    });
    let mut bare = server.client();
    let blocked_clients = |bare: &mut redis::Connection| -> String { redis::cmd("INFO").arg("clients").query(bare).unwrap() };
    while !blocked_clients(&mut bare).contains("blocked_clients:1") {}
    let error = failure(&cluster, "GET a");
    assert_eq!((error.code(), error.executed()), (Code::Pool, false));
    assert!(error.message().contains("pool_size"), "{error}");
    let waiting = std::thread::spawn({
        let cluster = cluster.clone();
        move || (0..50).find_map(|_| run(&cluster, "PTTL list").ok()).is_some()
    });
    let _: i64 = redis::cmd("RPUSH").arg("list").arg("x").query(&mut bare).unwrap();
    assert!(!blocked.join().unwrap());
    assert!(waiting.join().unwrap());
}

#[test]
fn a_wrong_password_returns_the_servers_error() {
    let server = Server::start_with(&["--requirepass", "right"]);
    let port = [server.port];
    let error = failure(&cluster(&port, &[r#""password":"wrong""#]), "GET a");
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Connect, Some("node_1"), false));
    assert!(error.message().contains("WRONGPASS") && !error.message().contains("\"wrong\""), "{error}");
    assert_eq!(run(&cluster(&port, &[r#""password":"right""#]), "GET a").unwrap().root(), Value::Nil);
    assert_eq!(run(&cluster(&port, &[r#""username":"default""#, r#""password":"right""#]), "GET a").unwrap().root(), Value::Nil);
    let reply = run(&cluster(&port, &[]), "GET a").unwrap();
    assert!(matches!(reply.root(), Value::Error(text) if text.starts_with(b"NOAUTH")));
}

#[test]
fn every_connection_selects_the_database_and_one_out_of_range_is_an_error() {
    let server = Server::start();
    run(&cluster(&[server.port], &[r#""db":5"#]), "SET a five").unwrap();
    let value: String = redis::pipe().cmd("SELECT").arg(5).ignore().cmd("GET").arg("a").query::<(String,)>(&mut server.client()).unwrap().0;
    assert_eq!(value, "five");
    let error = failure(&cluster(&[server.port], &[r#""db":99"#]), "GET a");
    assert!(error.code() == Code::Connect && error.message().contains("out of range"), "{error}");
}

#[test]
fn a_unix_socket_works_like_a_port() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("redis.sock");
    let _server = Server::start_with(&["--unixsocket", path.to_str().unwrap()]);
    let text = format!(r#"{{"nodes":{{"node_1":{{"unix":"{}"}}}}}}"#, path.display());
    let cluster = Cluster::open(rediscluster::Config::from_json(text.as_bytes()).unwrap());
    run(&cluster, "SET a 1").unwrap();
    assert_eq!(run(&cluster, "GET a").unwrap().root(), Value::String(b"1"));
    std::fs::remove_file(&path).unwrap();
    let other = Cluster::open(rediscluster::Config::from_json(text.as_bytes()).unwrap());
    assert!(failure(&other, "GET a").message().contains(path.to_str().unwrap()));
}

#[test]
fn a_refused_connection_returns_an_error_that_names_the_address() {
    let port = free_port();
    let error = failure(&cluster(&[port], &[]), "GET a");
    assert_eq!((error.code(), error.node(), error.executed()), (Code::Connect, Some("node_1"), false));
    assert!(error.message().starts_with(&format!("node_1 (127.0.0.1:{port}): GET: cannot connect: ")), "{error}");
}
