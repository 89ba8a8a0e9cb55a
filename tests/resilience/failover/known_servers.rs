//! Without Sentinel: among the known servers of a node exactly one that says that it is a master is followed.

use super::{OPTIONS, make_replica, promote, text_of, value_at, with_replicas, write_until_ok};
use crate::support::replication::{Monitor, call_count, known_replicas, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, key_on, request};
use rediscluster::{Cluster, Code, Value};

/// The commands that a client could have written with.
fn writes(monitor: &Monitor) -> Vec<Vec<String>> {
    const READS: [&str; 9] = ["role", "get", "client", "hello", "info", "ping", "select", "replicaof", "config"];
    monitor.commands().into_iter().filter(|command| !READS.contains(&command[0].as_str())).collect()
}

fn handles(master: &Server, replica: &Server) -> [Cluster; 2] {
    [cluster(&[master.port], &[OPTIONS]), with_replicas(master, &[replica], OPTIONS)]
}

#[test]
fn writes_go_on_at_a_promoted_replica_after_the_master_died() {
    for nth in 0..2 {
        let mut master = start_master();
        let replica = start_replica_of(&master);
        let cluster = &handles(&master, &replica)[nth];
        assert_eq!(text_of(cluster, "SET a 1").unwrap(), "OK");
        wait_until(|| value_at(&replica, "a").as_deref() == Some("1"));
        let monitor = Monitor::start(&replica, &[master.port]);
        master.stop();
        let error = text_of(cluster, "SET a 2").unwrap_err();
        assert_eq!(error.node(), Some("node_1"), "{error}");
        let mut last = error;
        wait_until(|| {
            last = text_of(cluster, "SET a 2").unwrap_err();
            last.message().contains("no other known server is a master")
        });
        assert!(last.message().contains(&format!("127.0.0.1:{} is a replica of 127.0.0.1:{}", replica.port, master.port)), "{last}");
        assert!(!last.executed() && last.message().ends_with("it was not executed"), "{last}");
        assert_eq!(text_of(cluster, "GET a").unwrap(), "1", "reads outlive the master");
        assert_eq!(writes(&monitor), Vec::<Vec<String>>::new(), "written to a replica");
        promote(&replica);
        write_until_ok(cluster, "SET a 3", "REPLICAOF NO ONE after the master died");
        assert_eq!(value_at(&replica, "a").as_deref(), Some("3"));
        assert_eq!(text_of(cluster, "GET a").unwrap(), "3");

        // The old master comes back as a replica, and serves reads.
        master.restart();
        make_replica(&master, &replica);
        wait_until(|| {
            assert_eq!(text_of(cluster, "GET a").unwrap(), "3");
            call_count(&master, "get") > 0
        });
        assert_eq!(text_of(cluster, "SET a 4").unwrap(), "OK");
        wait_until(|| value_at(&master, "a").as_deref() == Some("4"));
        // And back again.
        promote(&master);
        make_replica(&replica, &master);
        write_until_ok(cluster, "SET a 5", "roles exchanged");
        assert_eq!(value_at(&master, "a").as_deref(), Some("5"));
    }
}

#[test]
fn a_write_that_a_demoted_master_rejects_is_sent_to_the_new_one() {
    // Role checks are rare: only the rejection tells.
    let rare = r#""refresh_interval":1000,"timeout":5"#;
    for nth in 0..2 {
        let master = start_master();
        let replica = start_replica_of(&master);
        let cluster = &[cluster(&[master.port], &[rare]), with_replicas(&master, &[&replica], rare)][nth];
        assert_eq!(text_of(cluster, "SET a 1").unwrap(), "OK");
        let exchange_roles = |from: &Server, to: &Server| {
            promote(to);
            make_replica(from, to);
        };
        exchange_roles(&master, &replica);
        assert_eq!(text_of(cluster, "SET a 2").unwrap(), "OK", "a single write");
        assert_eq!(value_at(&replica, "a").as_deref(), Some("2"));
        wait_until(|| known_replicas(&replica) == [master.port]);
        exchange_roles(&replica, &master);
        let reply = cluster.execute(&request(&["SET a 3", "GET a", "INCR n"])).unwrap();
        let values: Vec<Value> = [1, 2, 3].map(|at| reply.value(at).unwrap()).to_vec();
        assert_eq!(values, [Value::Status(b"OK"), Value::String(b"3"), Value::Integer(1)], "a pipeline");
        assert_eq!(value_at(&master, "a").as_deref(), Some("3"));
        wait_until(|| known_replicas(&master) == [replica.port]);
        exchange_roles(&master, &replica);
        assert_eq!(text_of(cluster, "EVAL return(redis.call('SET',KEYS[1],'4')) 1 a").unwrap(), "OK", "a script");
        assert_eq!(value_at(&replica, "a").as_deref(), Some("4"));
    }
}

#[test]
fn a_script_that_pretends_to_be_rejected_is_not_sent_twice() {
    let master = start_master();
    let cluster = cluster(&[master.port], &[]);
    let text = "READONLY You can't write against a read only replica.";
    let script = format!("redis.call('INCR',KEYS[1]) return redis.error_reply(\"{text}\")");
    let reply = cluster.command(&[b"EVAL", script.as_bytes(), b"1", b"n"]).unwrap();
    assert_eq!(reply.root(), Value::Error(text.as_bytes()));
    assert_eq!(value_at(&master, "n").as_deref(), Some("1"));
}

#[test]
fn two_servers_that_both_say_that_they_are_the_master_are_refused_by_name() {
    let mut master = start_master();
    let replicas = [start_replica_of(&master), start_replica_of(&master)];
    let cluster = with_replicas(&master, &replicas.each_ref(), OPTIONS);
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    wait_until(|| replicas.iter().all(|replica| value_at(replica, "a").as_deref() == Some("1")));
    master.stop();
    replicas.iter().for_each(promote);
    let mut last = None;
    wait_until(|| {
        last = Some(text_of(&cluster, "SET a 2").unwrap_err());
        last.as_ref().is_some_and(|error| error.message().contains("both say that they are the master"))
    });
    let error = last.unwrap();
    for server in &replicas {
        assert!(error.message().contains(&format!("127.0.0.1:{}", server.port)), "{error}");
        assert_eq!(value_at(server, "a").as_deref(), Some("1"));
    }
    make_replica(&replicas[0], &replicas[1]);
    write_until_ok(&cluster, "SET a 3", "one of two masters gave up");
    assert_eq!(value_at(&replicas[1], "a").as_deref(), Some("3"));
}

#[test]
fn the_master_of_another_node_is_never_followed() {
    let mut masters = [start_master(), start_master()];
    make_replica(&masters[1], &masters[0]);
    let cluster = cluster(&[masters[0].port, masters[1].port], &[OPTIONS]);
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    assert_eq!(text_of(&cluster, &format!("SET {one} 1")).unwrap(), "OK");
    wait_until(|| value_at(&masters[1], &one).as_deref() == Some("1"));
    promote(&masters[1]);
    wait_until(|| text_of(&cluster, &format!("SET {two} 1")).is_ok());
    masters[0].stop();
    for _ in 0..50 {
        let error = text_of(&cluster, &format!("SET {one} 2")).unwrap_err();
        assert_eq!(error.node(), Some("node_1"), "{error}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(value_at(&masters[1], &one).as_deref(), Some("1"), "replicated, and not changed since");
}

#[test]
fn every_new_connection_is_verified_before_anything_is_sent() {
    let master = start_master();
    let replica = start_replica_of(&master);
    // The pool has one connection, whose role was checked; the other threads open theirs after the change.
    let cluster = with_replicas(&master, &[&replica], r#""refresh_interval":1000,"read":"master""#);
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    wait_until(|| value_at(&replica, "a").as_deref() == Some("1"));
    promote(&replica);
    make_replica(&master, &replica);
    let monitor = Monitor::start(&master, &[replica.port]);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let cluster = &cluster;
            scope
                .spawn(move || (0..50).for_each(|number| assert_eq!(text_of(cluster, &format!("SET {thread}:{number} 1")).unwrap(), "OK")));
        }
    });
    let monitored = writes(&monitor);
    assert_eq!(monitored, Vec::<Vec<String>>::new(), "written to a replica");
    let count: usize = redis::cmd("DBSIZE").query(&mut replica.client()).unwrap();
    assert_eq!(count, 401);
}

#[test]
fn without_role_checks_nothing_is_followed() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = with_replicas(&master, &[&replica], r#""refresh_interval":0"#);
    assert_eq!(text_of(&cluster, "SET a 1").unwrap(), "OK");
    promote(&replica);
    make_replica(&master, &replica);
    assert!(text_of(&cluster, "SET a 2").unwrap().starts_with("READONLY"));
}

#[test]
fn a_server_that_only_names_its_master_is_refused() {
    let [one, two] = [start_master(), start_master()];
    let replica = start_replica_of(&one);
    let cluster = cluster(&[replica.port, two.port], &[OPTIONS]);
    let error = text_of(&cluster, &format!("SET {} 1", key_on(1, 2))).unwrap_err();
    assert_eq!(error.code(), Code::Config);
    assert!(error.message().contains(&format!("is a replica of 127.0.0.1:{}", one.port)), "{error}");
}
