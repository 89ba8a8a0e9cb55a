//! `set_log` reports what an operator wants to know, on the thread of the call that has noticed it.

use crate::failover::{OPTIONS, make_replica, promote, text_of, with_replicas, write_until_ok};
use crate::support::fake_server::{FakeServer, read_request};
use crate::support::replication::{start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, free_port, words};
use rediscluster::{Cluster, Config, LogEvent, LogKind, LogLevel, set_log};
use std::io::Write;
use std::sync::{Mutex, Once};
use std::thread::ThreadId;

static EVENTS: Mutex<Vec<(ThreadId, LogEvent)>> = Mutex::new(Vec::new());

/// Records the events of the process. Other tests run in it, too, with other servers.
fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_log(|event| EVENTS.lock().unwrap().push((std::thread::current().id(), event.clone()))));
}

/// The events of a server so far.
fn events(port: u16) -> Vec<LogEvent> {
    let server = format!("127.0.0.1:{port}");
    EVENTS.lock().unwrap().iter().filter(|(_, event)| event.server == server).map(|(_, event)| event.clone()).collect()
}

fn kinds(port: u16) -> Vec<LogKind> {
    events(port).iter().map(|event| event.kind).collect()
}

#[test]
fn a_server_that_becomes_unavailable_and_comes_back_is_reported_once_each() {
    record();
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""timeout":0.3"#]);
    cluster.command(&words("SET a 1")).unwrap();
    assert_eq!(kinds(server.port), []);
    server.hang();
    (0..20).for_each(|_| drop(cluster.command(&words("GET a"))));
    assert_eq!(kinds(server.port), [LogKind::BreakerOpened]);
    server.resume();
    wait_until(|| cluster.command(&words("GET a")).is_ok());
    assert_eq!(kinds(server.port), [LogKind::BreakerOpened, LogKind::BreakerClosed]);
    let [opened, closed] = &events(server.port)[..] else { panic!() };
    assert_eq!((opened.kind.name(), opened.kind.level()), ("breaker_opened", LogLevel::Warning));
    assert_eq!(opened.message, "calls fail at once until it replies again: no reply in time");
    assert!(closed.message.starts_with("it replies again, after ") && closed.kind.level() == LogLevel::Info, "{closed:?}");
    let thread = std::thread::current().id();
    assert!(EVENTS.lock().unwrap().iter().all(|(id, event)| *id == thread || !event.server.ends_with(&format!(":{}", server.port))));
}

#[test]
fn events_contain_no_credentials() {
    record();
    let port = free_port();
    let config = format!(r#"{{"nodes":{{"node_1":"redis://hidden_user:hidden_password@127.0.0.1:{port}"}},"breaker_failures":1}}"#);
    let cluster = Cluster::open(Config::from_json(config.as_bytes()).unwrap());
    assert!(cluster.command(&words("SET hidden_key hidden_value")).is_err());
    assert_eq!(kinds(port), [LogKind::BreakerOpened]);
    assert!(!format!("{:?}", EVENTS.lock().unwrap()).contains("hidden"));
}

#[test]
fn a_failover_is_reported() {
    record();
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = with_replicas(&master, &[&replica], OPTIONS);
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    promote(&replica);
    make_replica(&master, &replica);
    write_until_ok(&cluster, "SET a 2", "roles exchanged");
    assert_eq!(kinds(master.port).first(), Some(&LogKind::MasterRefused), "{:?}", events(master.port));
    let changed: Vec<LogEvent> = events(replica.port).into_iter().filter(|event| event.kind == LogKind::MasterChanged).collect();
    let expected = format!("node_1: it is the master now, in place of 127.0.0.1:{}", master.port);
    assert_eq!(changed.iter().map(|event| event.message.as_str()).collect::<Vec<_>>(), [expected]);
}

#[test]
fn a_replica_that_cannot_serve_reads_is_reported_once() {
    record();
    let master = start_master();
    let mut replica = start_replica_of(&master);
    let cluster = with_replicas(&master, &[&replica], OPTIONS);
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    wait_until(|| text_of(&cluster, "GET a").unwrap() == "1");
    replica.stop();
    let count = |kind: LogKind| kinds(replica.port).iter().filter(|&&known| known == kind).count();
    wait_until(|| {
        assert_eq!(text_of(&cluster, "GET a").unwrap(), "1");
        count(LogKind::ReplicaUnavailable) > 0
    });
    (0..20).for_each(|_| drop(text_of(&cluster, "GET a").unwrap()));
    assert_eq!(count(LogKind::ReplicaUnavailable), 1, "{:?}", events(replica.port));
}

#[test]
fn an_empty_master_is_reported() {
    record();
    let mut master = start_master();
    let cluster = cluster(&[master.port], &[OPTIONS]);
    let replica = start_replica_of(&master);
    let _: () = redis::cmd("SET").arg("large").arg("x".repeat(20_000)).query(&mut master.client()).unwrap();
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    replica.hang();
    master.restart();
    wait_until(|| text_of(&cluster, "SET a 2").is_ok_and(|reply| reply == "OK"));
    let empty: Vec<LogEvent> = events(master.port).into_iter().filter(|event| event.kind == LogKind::EmptyMaster).collect();
    assert_eq!(empty.len(), 1, "{:?}", events(master.port));
    assert!(empty[0].message.contains("restarted without its data") && empty[0].kind.level() == LogLevel::Error, "{empty:?}");
}

#[test]
fn bytes_that_are_no_reply_are_reported() {
    record();
    let fake = FakeServer::start(|mut stream, _| {
        while read_request(&mut stream) {
            let _ = stream.write_all(b"$1\r\na\r\n+STRAY\r\n");
        }
    });
    let cluster = fake.cluster(&[]);
    assert!(cluster.command(&words("GET a")).is_err());
    assert_eq!(kinds(fake.port), [LogKind::UnexpectedBytes]);
    assert!(!events(fake.port)[0].message.contains("STRAY"));
}

#[test]
fn a_function_that_uses_the_library_gets_no_events_of_its_own_calls() {
    // In a process of its own, because the function is set for the process.
    if std::env::var_os("LOG_TEST_CHILD").is_none() {
        let test = "log::a_function_that_uses_the_library_gets_no_events_of_its_own_calls";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        assert!(child.args([test, "--exact"]).env("LOG_TEST_CHILD", "1").status().unwrap().success());
        return;
    }
    let [one, other] = [free_port(), free_port()];
    let open = |port| cluster(&[port], &[r#""breaker_failures":1"#]);
    let inner = open(other);
    set_log(move |event| {
        EVENTS.lock().unwrap().push((std::thread::current().id(), event.clone()));
        assert!(inner.command(&words("GET a")).is_err());
    });
    assert!(open(one).command(&words("GET a")).is_err());
    assert!(open(free_port()).command(&words("GET a")).is_err());
    let events = EVENTS.lock().unwrap().clone();
    assert_eq!(events.iter().filter(|(_, event)| event.server == format!("127.0.0.1:{other}")).count(), 0, "{events:?}");
    assert_eq!(events.len(), 2, "{events:?}");
}
