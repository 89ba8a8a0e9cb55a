//! Which servers serve reads: `any`, `nearest`, `max_lag` and `read_your_writes`.

use super::{FREQUENT_CHECKS, read, run, store};
use crate::support::link::{Link, LinkFault};
use crate::support::replication::{call_count, is_in_sync, known_replicas, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, key_on, request, words};
use rediscluster::{Cluster, Config, Read, Reply, Value};
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
    let nodes = [Lagging::start(), Lagging::start()];
    let ports = nodes.each_ref().map(|node| node.master.port);
    let handle = cluster(&ports, &[r#""read_your_writes":true"#, r#""refresh_interval":1e6"#]);
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    run(&handle, &format!("GET {one}"));
    run(&handle, &format!("GET {two}"));
    nodes[0].link.fail(LinkFault::BlackHole);
    run(&handle, &format!("SET {one} 1"));
    let counts = || nodes.each_ref().map(|node| call_count(&node.replica, "get"));
    let before = counts();
    for _ in 0..20 {
        run(&handle, &format!("GET {one}"));
        run(&handle, &format!("GET {two}"));
    }
    let after = counts();
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

/// The reads of a handle: a single command, several in a pipeline, one whose keys are on both nodes, and the same in a session.
fn all_reads_are_served(handle: &Cluster, keys: [&str; 2]) -> Result<(), String> {
    let [one, two] = keys;
    let read = |text: &str| handle.command(&words(text)).map_err(|error| format!("{text}: {error}"));
    let expect = |text: &str, reply: Reply, value: Value| {
        if reply.root() == value { Ok(()) } else { Err(format!("{text}: {:?}", reply.bytes().escape_ascii().to_string())) }
    };
    expect("GET", read(&format!("GET {one}"))?, Value::String(b"1"))?;
    expect("EXISTS", read(&format!("EXISTS {one} {two}"))?, Value::Integer(2))?;
    let tolerant = handle.with_partial(true);
    let exists = tolerant.command(&words(&format!("EXISTS {one} {two}"))).map_err(|error| error.to_string())?;
    expect("EXISTS with partial", exists, Value::Integer(2))?;
    let commands = request(&[&format!("GET {one}"), &format!("MGET {two} {one}"), &format!("STRLEN {two}")]);
    let pipeline = handle.execute(&commands).map_err(|error| error.to_string())?;
    let in_session = handle.session().execute(&commands).map_err(|error| error.to_string())?;
    for (kind, reply) in [("pipeline", pipeline), ("session", in_session)] {
        // The array, GET, the array of MGET with two values, STRLEN.
        let is_right = reply.value(1) == Some(Value::String(b"1")) && reply.value(5) == Some(Value::Integer(1));
        is_right.then_some(()).ok_or_else(|| format!("{kind}: {:?}", reply.value(1)))?;
    }
    Ok(())
}

#[test]
fn pipelines_and_split_reads_that_find_the_master_dead_are_served_by_a_replica() {
    for kind in ["any", "nearest"] {
        let mut masters = [start_master(), start_master()];
        let mut replicas = masters.each_ref().map(|master| [start_replica_of(master), start_replica_of(master)]);
        let ports = masters.each_ref().map(|master| master.port);
        let [one, two] = [1, 2].map(|node| key_on(node, 2));
        // Nothing of a breaker that another handle has opened helps: each handle has limits of its own.
        let open = |nth: usize| cluster(&ports, &[&format!(r#""read":"{kind}","refresh_interval":1e6,"timeout":{}"#, 20 + nth)]);
        let handles: Vec<Cluster> = (0..4).map(open).collect();
        for handle in &handles {
            for (key, replicas) in [(&one, &replicas[0]), (&two, &replicas[1])] {
                store(handle, &[&replicas[0], &replicas[1]], key, "1");
            }
            all_reads_are_served(handle, [&one, &two]).unwrap();
        }
        masters.iter_mut().for_each(Server::stop);
        // Of each node one replica is left.
        for (handle, both) in handles.iter().zip([false, false, true, true]) {
            if both {
                replicas.iter_mut().for_each(|replicas| replicas[0].stop());
            }
            (0..12).for_each(|_| all_reads_are_served(handle, [&one, &two]).unwrap());
        }
        for handle in &handles {
            let error = handle.command(&words(&format!("SET {one} 2"))).unwrap_err();
            assert!(!error.executed(), "writes go to no replica: {error}");
        }
    }
}

#[test]
fn a_pipeline_whose_replica_and_master_are_dead_is_served_by_another_replica() {
    let mut master = start_master();
    let mut replicas = [start_replica_of(&master), start_replica_of(&master)];
    let handle = cluster(&[master.port], &[r#""refresh_interval":1e6"#]);
    store(&handle, &[&replicas[0], &replicas[1]], "a", "1");
    // Both have been found to be usable while the master worked.
    (0..4).for_each(|_| assert_eq!(read(&handle, "a"), b"1"));
    master.stop();
    replicas[0].stop();
    for _ in 0..20 {
        let reply = handle.execute(&request(&["GET a", "STRLEN a"])).unwrap();
        assert_eq!((reply.value(1), reply.value(2)), (Some(Value::String(b"1")), Some(Value::Integer(1))));
    }
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
