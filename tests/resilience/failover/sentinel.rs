//! With Sentinel: real Sentinels that fail over a node whose master died.

use super::{OPTIONS, text_of, value_at, write_until_ok};
use crate::support::replication::{Monitor, start_master, start_replica_of, wait_until};
use crate::support::sentinel::Sentinel;
use crate::support::{Server, key_on};
use rediscluster::{Cluster, Code, Config};
use std::time::Instant;

fn open(sentinels: &[u16], services: &[&str], members: &str) -> Cluster {
    let addresses: Vec<String> = sentinels.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let node = |(at, name): (usize, &&str)| format!(r#""node_{}":{{"service_name":{name:?}}}"#, at + 1);
    let nodes: Vec<String> = services.iter().enumerate().map(node).collect();
    let text = format!(r#"{{"nodes":{{{}}},"sentinels":{addresses:?},{members}}}"#, nodes.join(","));
    Cluster::open(Config::from_json(text.as_bytes()).unwrap())
}

/// A master with a replica, and Sentinels that know both.
fn start(services: &[(&str, &Server)], count: usize, lines: &[&str]) -> Vec<Sentinel> {
    (0..count).map(|_| Sentinel::start(services, count / 2 + 1, lines)).collect()
}

fn count(sentinel: &Sentinel, service: &str) -> usize {
    let others: Vec<redis::Value> = redis::cmd("SENTINEL").arg("SENTINELS").arg(service).query(&mut sentinel.client()).unwrap();
    others.len()
}

#[test]
fn writes_go_on_after_sentinel_has_promoted_a_replica() {
    let mut masters = [start_master(), start_master()];
    let replicas = masters.each_ref().map(start_replica_of);
    let sentinels = start(&[("one", &masters[0]), ("two", &masters[1])], 3, &[]);
    wait_until(|| sentinels.iter().all(|sentinel| sentinel.replicas_of("one") == 1 && count(sentinel, "one") == 2));
    let ports: Vec<u16> = sentinels.iter().map(|sentinel| sentinel.port).collect();
    let cluster = open(&ports, &["one", "two"], OPTIONS);
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    for key in [&one, &two] {
        assert_eq!(text_of(&cluster, &format!("SET {key} 1")).unwrap(), "OK");
    }
    assert_eq!(value_at(&masters[0], &one).as_deref(), Some("1"));
    wait_until(|| value_at(&replicas[0], &one).as_deref() == Some("1"));
    let monitor = Monitor::start(&replicas[0], &[masters[0].port]);
    masters[0].stop();
    // Until the promotion: writes fail, reads are served by the replica, and the other node is not affected.
    let mut last = None;
    while sentinels.iter().all(|sentinel| sentinel.master_of("one") == masters[0].port) {
        if let Err(error) = text_of(&cluster, &format!("SET {one} lost")) {
            last = Some(error);
        }
        assert_eq!(text_of(&cluster, &format!("GET {one}")).unwrap(), "1");
        assert_eq!(text_of(&cluster, &format!("SET {two} 2")).unwrap(), "OK");
    }
    let error = last.expect("writes fail while there is no master");
    assert_eq!(error.node(), Some("node_1"), "{error}");
    write_until_ok(&cluster, &format!("SET {one} 3"), "Sentinel named the new master");
    assert_eq!(value_at(&replicas[0], &one).as_deref(), Some("3"));
    let sets: Vec<Vec<String>> = monitor.commands().into_iter().filter(|command| command[0] == "set").collect();
    assert!(sets.iter().all(|set| set[2] == "3"), "written before it was the master: {sets:?}");

    // The old master comes back, and Sentinel makes it a replica. A new process finds the new one.
    masters[0].restart();
    let fresh = open(&ports, &["one", "two"], OPTIONS);
    write_until_ok(&fresh, &format!("SET {one} 4"), "a new handle");
    assert_eq!(value_at(&replicas[0], &one).as_deref(), Some("4"));
}

#[test]
fn a_process_that_starts_after_the_death_of_the_master_reads_from_replicas_that_sentinel_names() {
    let mut master = start_master();
    let replica = start_replica_of(&master);
    // A single Sentinel that needs two votes never fails over.
    let sentinel = Sentinel::start(&[("one", &master)], 2, &[]);
    wait_until(|| sentinel.replicas_of("one") == 1);
    let _: () = redis::cmd("SET").arg("a").arg("1").query(&mut master.client()).unwrap();
    wait_until(|| value_at(&replica, "a").as_deref() == Some("1"));
    master.stop();
    let cluster = open(&[sentinel.port], &["one"], OPTIONS);
    wait_until(|| text_of(&cluster, "GET a").is_ok_and(|value| value == "1"));
    let error = text_of(&cluster, "SET a 2").unwrap_err();
    assert_eq!((error.code(), error.node()), (Code::Connect, Some("node_1")), "{error}");
    assert!(error.message().contains(&format!("127.0.0.1:{}", master.port)), "{error}");
    assert!(error.message().ends_with("it was not executed"), "{error}");
}

#[test]
fn sentinels_that_are_down_hang_or_know_nothing_are_skipped() {
    let master = start_master();
    let mut down = Sentinel::start(&[("one", &master)], 1, &[]);
    let hung = Sentinel::start(&[("one", &master)], 1, &[]);
    let ignorant = Sentinel::start(&[("other", &master)], 1, &[]);
    let good = Sentinel::start(&[("one", &master)], 1, &[]);
    down.stop();
    hung.hang();
    let ports = [&down, &hung, &ignorant, &good].map(|sentinel| sentinel.port);
    let cluster = open(&ports, &["one"], r#""timeout":5"#);
    let start = Instant::now();
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    println!("found the fourth Sentinel after {:?}", start.elapsed());
    let cluster = open(&ports[..3], &["one"], r#""timeout":5"#);
    let error = text_of(&cluster, "SET a 1").unwrap_err();
    for part in [format!("127.0.0.1:{}", ports[0]), format!("127.0.0.1:{}", ports[1]), "does not know the service".to_owned()] {
        assert!(error.message().contains(&part), "{error}");
    }
}

#[test]
fn sentinels_have_credentials_of_their_own() {
    let master = Server::start_with(&["--requirepass", "secret"]);
    let sentinel = Sentinel::start(&[("one", &master)], 1, &["requirepass guard", "sentinel auth-pass one secret"]);
    let members = r#""password":"secret","sentinel_password":"guard""#;
    assert_eq!(text_of(&open(&[sentinel.port], &["one"], members), "SET a 1").unwrap(), "OK");
    let error = text_of(&open(&[sentinel.port], &["one"], r#""password":"secret""#), "SET a 1").unwrap_err();
    assert!(error.message().contains("NOAUTH"), "{error}");
}

#[test]
fn a_known_master_is_used_while_no_sentinel_replies() {
    let master = start_master();
    let mut sentinel = Sentinel::start(&[("one", &master)], 1, &[]);
    let cluster = open(&[sentinel.port], &["one"], OPTIONS);
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    sentinel.stop();
    let start = Instant::now();
    while start.elapsed().as_millis() < 300 {
        assert_eq!(text_of(&cluster, "SET a 2").unwrap(), "OK");
    }
}
