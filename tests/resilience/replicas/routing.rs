//! Which commands go to replicas.

use super::{FREQUENT_CHECKS, ONE_CHECK, read, run, store, with_configured_replicas};
use crate::support::random::Random;
use crate::support::replication::{Monitor, call_count, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, key_on, request};
use rediscluster::{Cluster, Read, Value};

#[test]
fn writes_go_to_masters_and_reads_rotate_over_replicas() {
    let masters = [start_master(), start_master()];
    let replicas: Vec<[Server; 2]> = masters.iter().map(|master| [start_replica_of(master), start_replica_of(master)]).collect();
    let ports = masters.each_ref().map(|master| master.port);
    let cluster = cluster(&ports, &[]);
    let at_masters = masters.each_ref().map(|master| Monitor::start(master, &ports));
    let at_replicas: Vec<[Monitor; 2]> = replicas.iter().map(|two| two.each_ref().map(|replica| Monitor::start(replica, &ports))).collect();

    let mut random = Random::seeded();
    // By master: how many commands the master, or its replicas, must receive.
    let (mut reads, mut writes) = ([0; 2], [0; 2]);
    for number in 0..1000 {
        let at = random.below(2);
        let key = key_on(at as u32 + 1, 2);
        let other = key_on(2 - at as u32, 2);
        match random.below(8) {
            0 => writes[at] += run_and_count(&cluster, &format!("SET {key} {number}")),
            1 => writes[at] += run_and_count(&cluster, &format!("APPEND {key} x")),
            2 => writes[at] += run_and_count(&cluster, &format!("TOUCH {key}")),
            3 => {
                run(&cluster, &format!("MSET {key} 1 {other} 2"));
                writes.iter_mut().for_each(|count| *count += 1);
            }
            4 => {
                run(&cluster, &format!("MGET {key} {other} {key}"));
                reads.iter_mut().for_each(|count| *count += 1);
            }
            5 => reads[at] += run_and_count(&cluster, &format!("EXISTS {key} {key}")),
            6 => {
                cluster.execute(&request(&[&format!("STRLEN {key}"), &format!("TTL {key}")])).unwrap();
                reads[at] += 2;
            }
            _ => reads[at] += run_and_count(&cluster, &format!("GET {key}")),
        }
    }
    const READS: [&str; 5] = ["get", "mget", "exists", "strlen", "ttl"];
    for at in 0..2 {
        let received = at_masters[at].counts();
        assert!(READS.iter().all(|read| !received.contains_key(*read)), "node_{}: {received:?}", at + 1);
        let written: usize = ["set", "append", "touch", "mset"].iter().filter_map(|write| received.get(*write)).sum();
        assert_eq!(written, writes[at], "node_{}: {received:?}", at + 1);
        let by_replica = at_replicas[at].each_ref().map(|monitor| {
            let received = monitor.counts();
            assert!(received.keys().all(|command| READS.contains(&command.as_str()) || command == "role"), "{received:?}");
            READS.iter().filter_map(|read| received.get(*read)).sum::<usize>()
        });
        assert_eq!(by_replica.iter().sum::<usize>(), reads[at]);
        assert!(by_replica.iter().all(|&count| count > reads[at] / 3), "the replicas do not take turns: {by_replica:?}");
    }
}

fn run_and_count(cluster: &Cluster, command: &str) -> usize {
    run(cluster, command);
    1
}

#[test]
fn a_pipeline_reads_its_own_writes() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = cluster(&[master.port], &[ONE_CHECK]);
    let monitors = [&master, &replica].map(|server| Monitor::start(server, &[master.port]));
    for round in 0..100 {
        let reply = cluster.execute(&request(&["GET a", &format!("SET a {round}"), "GET a"])).unwrap();
        assert_eq!(reply.value(reply.element(0, 2).unwrap()).unwrap(), Value::String(round.to_string().as_bytes()));
    }
    cluster.execute(&request(&["GET a", "STRLEN a"])).unwrap();
    let [at_master, at_replica] = monitors.map(|monitor| monitor.counts());
    assert_eq!((at_master["get"], at_master.get("strlen")), (200, None));
    assert_eq!((at_replica["get"], at_replica["strlen"]), (1, 1));
}

#[test]
fn a_pipeline_reads_from_masters_after_a_cross_node_command() {
    let masters = [start_master(), start_master()];
    let _replicas = masters.each_ref().map(start_replica_of);
    let cluster = cluster(&masters.each_ref().map(|master| master.port), &[ONE_CHECK]);
    let [one, two] = [1, 2].map(|node| key_on(node, 2));
    for round in 0..50 {
        run(&cluster, &format!("SET {one} {round}"));
        let reply = cluster.execute(&request(&[&format!("RENAME {one} {two}"), &format!("GET {two}")])).unwrap();
        assert_eq!(reply.value(reply.element(0, 1).unwrap()).unwrap(), Value::String(round.to_string().as_bytes()));
    }
}

#[test]
fn commands_that_a_replica_would_run_differently_run_on_the_master() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = cluster(&[master.port], &[ONE_CHECK]);
    store(&cluster, &[&replica], "a", "1");
    let monitor = Monitor::start(&replica, &[master.port]);
    let value = run(&cluster, "MGET a");
    if master.has_command("eval_ro") {
        assert_eq!(run(&cluster, "EVAL_RO return{redis.call('GET',KEYS[1])} 1 a").root(), value.root());
        run(&cluster, "SCRIPT LOAD return{1}");
        let sha: String = redis::cmd("SCRIPT").arg("LOAD").arg("return{1}").query(&mut master.client()).unwrap();
        run(&cluster, &format!("EVALSHA_RO {sha} 1 a"));
    }
    for command in ["TOUCH a", "DBSIZE", "KEYS *", "RANDOMKEY", "SCAN 0", "HSCAN h 0", "SSCAN s 0", "ZSCAN z 0"] {
        run(&cluster, command);
    }
    for command in ["TOUCH a", "HSCAN h 0", "SSCAN s 0", "ZSCAN z 0"] {
        cluster.execute(&request(&[command, "GET a"])).unwrap();
    }
    let received = monitor.counts();
    assert_eq!(received.keys().map(String::as_str).collect::<Vec<_>>(), ["mget", "role"]);
}

#[test]
fn only_configured_replicas_receive_reads() {
    let masters = [start_master(), start_master()];
    let configured = masters.each_ref().map(start_replica_of);
    let others = masters.each_ref().map(start_replica_of);
    let cluster = with_configured_replicas(masters.each_ref(), configured.each_ref(), ONE_CHECK);
    for node in [1, 2] {
        let key = key_on(node, 2);
        store(&cluster, &[&configured[node as usize - 1]], &key, "1");
        (0..10).for_each(|_| assert_eq!(read(&cluster, &key), b"1"));
    }
    for (replica, other) in configured.iter().zip(&others) {
        // One of the calls was made by `store`.
        assert!(call_count(replica, "get") > 10);
        assert_eq!(call_count(other, "get"), 0);
    }
}

#[test]
fn a_replica_is_read_with_the_database_and_password_of_its_master() {
    let master = Server::start_with(&["--requirepass", "secret", "--repl-diskless-sync-delay", "0"]);
    let port = master.port.to_string();
    let replica = Server::start_with(&["--replicaof", "127.0.0.1", &port, "--masterauth", "secret", "--requirepass", "secret"]);
    let cluster = cluster(&[master.port], &[FREQUENT_CHECKS, r#""password":"secret""#, r#""db":3"#]);
    run(&cluster, "SET a three");
    let url = format!("redis://:secret@127.0.0.1:{}/3", replica.port);
    let mut bare = redis::Client::open(url).and_then(|client| client.get_connection()).unwrap();
    wait_until(|| redis::cmd("GET").arg("a").query(&mut bare).ok() == Some("three".to_owned()));
    wait_until(|| {
        assert_eq!(read(&cluster, "a"), b"three");
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut bare).unwrap();
        stats.contains("cmdstat_get:")
    });
}

#[test]
fn with_read_changes_the_read_policy_and_shares_the_connections() {
    let master = start_master();
    let replica = start_replica_of(&master);
    for (policy, opposite) in [("master", Read::Replica), ("replica", Read::Master)] {
        let cluster = cluster(&[master.port], &[ONE_CHECK, &format!(r#""read":"{policy}""#)]);
        let derived = cluster.with_read(opposite);
        let [by_master, by_replica] = if opposite == Read::Replica { [&cluster, &derived] } else { [&derived, &cluster] };
        let monitors = [&master, &replica].map(|server| Monitor::start(server, &[master.port]));
        for _ in 0..10 {
            run(by_master, "GET a");
            run(by_master, "MGET a b");
            by_master.execute(&request(&["STRLEN a", "STRLEN b"])).unwrap();
            run(by_replica, "TTL a");
            run(by_replica, "EXISTS a b");
        }
        let [at_master, at_replica] = monitors.map(|monitor| monitor.counts());
        assert_eq!([at_master["get"], at_master["mget"], at_master["strlen"]], [10, 10, 20]);
        assert_eq!([at_replica["ttl"], at_replica["exists"]], [10, 10]);
        // One of the library, one of this test. Those of the monitors end soon.
        let clients = || -> String { redis::cmd("CLIENT").arg("LIST").query(&mut master.client()).unwrap() };
        wait_until(|| clients().lines().filter(|line| line.contains("flags=N")).count() == 2);
    }
}

#[test]
fn a_session_follows_the_read_policy_of_its_handle_in_every_database() {
    let master = start_master();
    let replica = start_replica_of(&master);
    for configured in [false, true] {
        let cluster = match configured {
            false => cluster(&[master.port], &[ONE_CHECK]),
            true => with_configured_replicas([&master, &master], [&replica, &replica], ONE_CHECK),
        };
        let monitors = [&master, &replica].map(|server| Monitor::start(server, &[master.port]));
        for (cluster, command) in [(&cluster, "TTL a"), (&cluster.with_read(Read::Master), "STRLEN a")] {
            let mut session = cluster.session();
            session.execute(&request(&[command])).unwrap();
            session.execute(&request(&["SELECT 5"])).unwrap();
            session.execute(&request(&[command])).unwrap();
            session.execute(&request(&["MULTI", "GET a", "EXEC"])).unwrap();
        }
        let [at_master, at_replica] = monitors.map(|monitor| monitor.counts());
        assert_eq!((at_master.get("ttl"), at_master["strlen"], at_master["get"]), (None, 2, 2));
        assert_eq!((at_replica["ttl"], at_replica.get("strlen"), at_replica.get("get")), (2, None, None));
    }
}
