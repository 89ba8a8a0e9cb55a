//! Role checks: replicas that join or leave, and masters that are replicas.

use super::{FREQUENT_CHECKS, read, run, store, with_configured_replicas};
use crate::support::replication::{
    Monitor, call_count, is_in_sync, known_replicas, start_joining_replica, start_master, start_replica_of, wait_until,
};
use crate::support::{Server, cluster, key_on, request, words};
use rediscluster::{Code, Nodes};

#[test]
fn a_new_replica_is_discovered() {
    let master = start_master();
    let cluster = cluster(&[master.port], &[FREQUENT_CHECKS]);
    run(&cluster, "SET a 1");
    assert_eq!(read(&cluster, "a"), b"1");
    let replica = start_joining_replica(&master);
    wait_until(|| {
        assert_eq!(read(&cluster, "a"), b"1");
        call_count(&replica, "get") > 0
    });
}

#[test]
fn a_detached_replica_receives_no_more_reads() {
    let master = start_master();
    let [detached, kept] = [start_replica_of(&master), start_replica_of(&master)];
    for configured in [false, true] {
        let cluster = match configured {
            false => cluster(&[master.port], &[FREQUENT_CHECKS]),
            true => with_configured_replicas([&master, &master], [&detached, &kept], FREQUENT_CHECKS),
        };
        store(&cluster, &[&detached, &kept], "a", "1");
        wait_until(|| read(&cluster, "a") == b"1" && call_count(&detached, "get") > 0);
        let _: () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut detached.client()).unwrap();
        wait_until(|| {
            let before = call_count(&detached, "get");
            (0..20).for_each(|_| assert_eq!(read(&cluster, "a"), b"1"));
            call_count(&detached, "get") == before
        });
        let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(master.port).query(&mut detached.client()).unwrap();
        wait_until(|| is_in_sync(&detached) && known_replicas(&master).contains(&detached.port));
    }
}

#[test]
fn a_configured_master_that_is_a_replica_is_refused_by_name_until_it_is_promoted() {
    let [one, two] = [start_master(), start_master()];
    let replica = start_replica_of(&one);
    for policy in [r#""read":"replica""#, r#""read":"master""#] {
        let cluster = cluster(&[two.port, replica.port], &[FREQUENT_CHECKS, policy]);
        let [good, bad] = [1, 2].map(|node| key_on(node, 2));
        for command in [format!("SET {bad} 1"), format!("GET {bad}"), format!("MGET {good} {bad}"), "DBSIZE".to_owned()] {
            let error = cluster.command(&words(&command)).map(|_| ()).unwrap_err();
            assert_eq!((error.code(), error.node()), (Code::Config, Some("node_2")), "{command}: {error}");
            for part in [format!("node_2 (127.0.0.1:{})", replica.port), format!("is a replica of 127.0.0.1:{}", one.port)] {
                assert!(error.message().contains(&part), "{command}: {error}");
            }
        }
        run(&cluster, &format!("SET {good} 1"));
        let _: () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut replica.client()).unwrap();
        wait_until(|| cluster.command(&words(&format!("SET {bad} 1"))).is_ok());
        assert_eq!(read(&cluster, &bad), b"1");
        // A server that becomes a replica later is noticed too.
        let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(one.port).query(&mut replica.client()).unwrap();
        wait_until(|| cluster.command(&words(&format!("SET {bad} 2"))).is_err_and(|error| error.code() == Code::Config));
        wait_until(|| is_in_sync(&replica));
    }
}

#[test]
fn a_server_that_denies_the_role_command_is_used_as_configured() {
    let server = Server::start();
    let _: () = redis::cmd("ACL").arg(&["SETUSER", "default", "-role"]).query(&mut server.client()).unwrap();
    let cluster = cluster(&[server.port], &[]);
    run(&cluster, "SET a 1");
    assert_eq!(read(&cluster, "a"), b"1");
}

#[test]
fn a_zero_refresh_interval_disables_role_checks() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let monitor = Monitor::start(&master, &[]);
    let cluster = cluster(&[master.port], &[r#""refresh_interval":0"#]);
    run(&cluster, "SET a 1");
    run(&cluster, "GET a");
    assert_eq!(cluster.each_on(Nodes::Replicas, &request(&["PING"])).unwrap().entries()[0].length(), 0);
    assert!(!monitor.counts().contains_key("role"));
    let cluster = with_configured_replicas([&master, &master], [&replica, &replica], r#""refresh_interval":0"#);
    run(&cluster, "STRLEN a");
    assert!(!monitor.counts().contains_key("role"));
    assert_eq!(call_count(&replica, "strlen"), 1);
}
