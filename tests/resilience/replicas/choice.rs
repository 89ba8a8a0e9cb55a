//! Which servers serve reads: `any`, `nearest`, `max_lag` and `read_your_writes`.

use super::{FREQUENT_CHECKS, read, run, store};
use crate::support::link::{Link, LinkFault};
use crate::support::replication::{call_count, is_in_sync, known_replicas, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, key_on, request};
use rediscluster::{Cluster, Config, Read, Value};
use std::time::{Duration, Instant};

/// A master, and a replica that gets no changes while the link between them is a black hole. Both go on to reply.
struct Lagging {
    master: Server,
    replica: Server,
    link: Link,
}

impl Lagging {
    fn start() -> Lagging {
        let (master, link) = (start_master(), Link::new());
        link.lead_to(master.port);
        let replica = Server::start_with(&["--replicaof", "127.0.0.1", &link.port.to_string(), "--repl-diskless-sync-delay", "0"]);
        wait_until(|| is_in_sync(&replica) && known_replicas(&master).contains(&replica.port));
        Lagging { master, replica, link }
    }

    /// A handle whose first value the replica serves.
    fn handle(&self, members: &str) -> Cluster {
        let handle = cluster(&[self.master.port], &[FREQUENT_CHECKS, members]);
        store(&handle, &[&self.replica], "a", "1");
        self.wait_until_replica_serves(&handle, "1");
        handle
    }

    fn wait_until_replica_serves(&self, handle: &Cluster, value: &str) {
        let before = call_count(&self.replica, "get");
        wait_until(|| {
            assert_eq!(read(handle, "a"), value.as_bytes());
            call_count(&self.replica, "get") > before
        });
    }
}

#[test]
fn a_read_is_no_older_than_max_lag() {
    let node = Lagging::start();
    let limited = node.handle(r#""max_lag":0.5"#);
    let other = node.handle(r#""max_connection_age":1000"#);
    node.link.fail(LinkFault::BlackHole);
    run(&limited, "SET a 2");
    let written = Instant::now();
    assert_eq!(read(&other, "a"), b"1", "the replica has got the change");
    let mut begun = Duration::ZERO;
    while begun < Duration::from_secs(2) {
        begun = written.elapsed();
        let value = read(&limited, "a");
        assert!(value == b"2" || begun <= Duration::from_millis(500), "a read {begun:?} after the write did not see it");
    }
    assert_eq!(read(&other, "a"), b"1");
    node.link.heal();
    node.wait_until_replica_serves(&limited, "2");
}

#[test]
fn reads_see_the_writes_of_their_handle() {
    let node = Lagging::start();
    let other = node.handle(r#""max_connection_age":1000"#);
    let own = other.with_read_your_writes(true);
    assert!(own.read_your_writes() && !other.read_your_writes());
    node.wait_until_replica_serves(&own, "1");
    node.link.fail(LinkFault::BlackHole);
    let writes: [(&str, &dyn Fn()); 4] = [
        ("10", &|| drop(run(&own, "SET a 10"))),
        ("11", &|| drop(run(&own, "MSET a 11 b 1"))),
        ("12", &|| drop(own.execute(&request(&["GET a", "SET a 12", "GET a"])).unwrap())),
        ("13", &|| drop(run(&own, "EVAL return(redis.call('SET',KEYS[1],'13')) 1 a"))),
    ];
    for (value, write) in writes {
        write();
        (0..5).for_each(|_| assert_eq!(read(&own, "a"), value.as_bytes()));
        let pipeline = own.execute(&request(&["STRLEN a", "GET a"])).unwrap();
        assert_eq!(pipeline.value(2), Some(Value::String(value.as_bytes())));
    }
    assert_eq!(read(&other, "a"), b"1", "other handles read from the replica");
    node.link.heal();
    node.wait_until_replica_serves(&own, "13");
}

#[test]
fn the_option_read_your_writes_is_a_memory_of_its_own_for_each_handle() {
    let node = Lagging::start();
    let [one, other] = [(), ()].map(|()| node.handle(r#""read_your_writes":true"#));
    // The values that were stored before are on the replica, so both read there.
    [&one, &other].into_iter().for_each(|handle| node.wait_until_replica_serves(handle, "1"));
    node.link.fail(LinkFault::BlackHole);
    run(&one, "SET a 2");
    assert_eq!((read(&one, "a"), read(&other, "a")), (b"2".to_vec(), b"1".to_vec()));
    let clone = one.clone();
    assert_eq!(read(&clone, "a"), b"2");
}

#[test]
fn a_write_to_one_node_does_not_send_the_reads_of_others_to_their_masters() {
    let masters = [start_master(), start_master()];
    let replicas = masters.each_ref().map(start_replica_of);
    let handle = cluster(&masters.each_ref().map(|master| master.port), &[r#""read_your_writes":true"#, r#""refresh_interval":1e6"#]);
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    run(&handle, &format!("GET {one}"));
    run(&handle, &format!("GET {two}"));
    run(&handle, &format!("SET {one} 1"));
    let before = replicas.each_ref().map(|replica| call_count(replica, "get"));
    for _ in 0..20 {
        run(&handle, &format!("GET {one}"));
        run(&handle, &format!("GET {two}"));
    }
    let after = replicas.each_ref().map(|replica| call_count(replica, "get"));
    assert_eq!([after[0] - before[0], after[1] - before[1]], [0, 20]);
}

#[test]
fn any_reads_from_the_master_and_its_replicas_in_turn() {
    let mut master = start_master();
    let replicas = [start_replica_of(&master), start_replica_of(&master)];
    let handle = cluster(&[master.port], &[FREQUENT_CHECKS, r#""read":"any""#]);
    store(&handle, &[&replicas[0], &replicas[1]], "a", "1");
    let servers = [&master, &replicas[0], &replicas[1]];
    let before = servers.map(|server| call_count(server, "get"));
    (0..90).for_each(|_| assert_eq!(read(&handle, "a"), b"1"));
    let after = servers.map(|server| call_count(server, "get"));
    for (before, after) in before.into_iter().zip(after) {
        assert!(after - before >= 20, "{before} before and {after} after 90 reads");
    }
    master.stop();
    (0..20).for_each(|_| assert_eq!(read(&handle, "a"), b"1", "reads outlive the master"));
}

/// Reads until `server` alone has served 30 in a row.
fn wait_until_all_reads_go_to(handle: &Cluster, server: &Server) {
    wait_until(|| {
        let before = call_count(server, "get");
        (0..30).for_each(|_| drop(read(handle, "a")));
        call_count(server, "get") - before == 30
    });
}

#[test]
fn nearest_reads_from_the_server_that_replies_fastest() {
    let (master, link) = (start_master(), Link::new());
    let replica = start_replica_of(&master);
    link.lead_to(master.port);
    // The way to the master is long.
    let handle = cluster(&[link.port], &[FREQUENT_CHECKS, r#""read":"nearest""#]);
    store(&handle, &[&replica], "a", "1");
    link.fail(LinkFault::Delay(Duration::from_millis(20)));
    wait_until_all_reads_go_to(&handle, &replica);
    // The way to the replica is long.
    let (far, near) = (Link::new(), &master);
    far.lead_to(replica.port);
    let text = format!(
        r#"{{"nodes":{{"node_1":"redis://127.0.0.1:{}","r":"redis://127.0.0.1:{}"}},"master_of":{{"node_1":"r"}},{FREQUENT_CHECKS}}}"#,
        near.port, far.port
    );
    let handle = Cluster::open(Config::from_json(text.as_bytes()).unwrap()).with_read(Read::Nearest);
    assert_eq!(read(&handle, "a"), b"1");
    far.fail(LinkFault::Delay(Duration::from_millis(20)));
    wait_until_all_reads_go_to(&handle, near);
}
