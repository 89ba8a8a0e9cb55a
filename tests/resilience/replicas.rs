//! Reads go to replicas and writes to masters, also when replicas fail.

use crate::support::fake_server::FakeServer;
use crate::support::random::Random;
use crate::support::replication::{
    Monitor, call_count, is_in_sync, known_replicas, start_joining_replica, start_master, start_replica_of, wait_until,
};
use crate::support::{Server, cluster, config, key_on, request, words};
use rediscluster::{Cluster, Code, Config, Nodes, Read, Reply, Value};
use std::io::{Read as _, Write};
use std::net::TcpStream;

/// Frequent role checks, so that changes are noticed soon.
const FREQUENT_CHECKS: &str = r#""refresh_interval":0.02"#;
/// A single role check: later changes are noticed only by failed commands.
const ONE_CHECK: &str = r#""refresh_interval":1e6"#;

fn run(cluster: &Cluster, command: &str) -> Reply {
    cluster.command(&words(command)).unwrap_or_else(|error| panic!("{command}: {error}"))
}

fn read(cluster: &Cluster, key: &str) -> Vec<u8> {
    match run(cluster, &format!("GET {key}")).root() {
        Value::String(value) => value.to_vec(),
        other => panic!("GET {key} returned {other:?}"),
    }
}

/// Stores a value and waits until the replicas have it.
fn store(cluster: &Cluster, replicas: &[&Server], key: &str, value: &str) {
    run(cluster, &format!("SET {key} {value}"));
    for replica in replicas {
        wait_until(|| redis::cmd("GET").arg(key).query::<Option<String>>(&mut replica.client()).unwrap().as_deref() == Some(value));
    }
}

/// A configuration of two masters with one configured replica each.
fn with_configured_replicas(masters: [&Server; 2], replicas: [&Server; 2], members: &str) -> Cluster {
    let [one, two, three, four] = [masters[0], masters[1], replicas[0], replicas[1]].map(|server| server.port);
    let text = format!(
        r#"{{"nodes":{{"node_1":"redis://127.0.0.1:{one}","node_2":"redis://127.0.0.1:{two}",
            "node_5":"redis://127.0.0.1:{three}","node_6":"redis://127.0.0.1:{four}"}},
            "master_of":{{"node_1":"node_5","node_2":["node_6"]}},{members}}}"#
    );
    Cluster::open(Config::from_json(text.as_bytes()).unwrap())
}

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
    assert_eq!(run(&cluster, "EVAL_RO return{redis.call('GET',KEYS[1])} 1 a").root(), run(&cluster, "MGET a").root());
    run(&cluster, "SCRIPT LOAD return{1}");
    let sha: String = redis::cmd("SCRIPT").arg("LOAD").arg("return{1}").query(&mut master.client()).unwrap();
    run(&cluster, &format!("EVALSHA_RO {sha} 1 a"));
    for command in ["TOUCH a", "DBSIZE", "KEYS *", "RANDOMKEY", "SCAN 0", "HSCAN h 0", "SSCAN s 0", "ZSCAN z 0"] {
        run(&cluster, command);
    }
    let received = monitor.counts();
    assert_eq!(received.keys().map(String::as_str).collect::<Vec<_>>(), ["mget", "role"]);
}

#[test]
fn a_stopped_replica_causes_no_error_and_is_used_again_after_its_restart() {
    let master = start_master();
    let mut replica = start_replica_of(&master);
    for members in [&[FREQUENT_CHECKS][..], &[ONE_CHECK]] {
        let cluster = cluster(&[master.port], members);
        store(&cluster, &[&replica], "a", "1");
        let before = call_count(&replica, "get");
        assert_eq!(read(&cluster, "a"), b"1");
        assert!(call_count(&replica, "get") > before);
        replica.stop();
        (0..100).for_each(|_| assert_eq!(read(&cluster, "a"), b"1"));
        replica.restart();
        wait_until(|| is_in_sync(&replica) && known_replicas(&master).contains(&replica.port));
        if members == [FREQUENT_CHECKS] {
            wait_until(|| {
                assert_eq!(read(&cluster, "a"), b"1");
                call_count(&replica, "get") > 0
            });
        }
    }
}

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
fn a_replica_that_replies_masterdown_causes_no_error() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = cluster(&[master.port], &[ONE_CHECK]);
    store(&cluster, &[&replica], "a", "1");
    assert_eq!(read(&cluster, "a"), b"1");
    let mut bare = replica.client();
    let _: () = redis::cmd("CONFIG").arg("SET").arg("replica-serve-stale-data").arg("no").query(&mut bare).unwrap();
    let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg("1").query(&mut bare).unwrap();
    assert!(redis::cmd("GET").arg("a").query::<String>(&mut bare).is_err_and(|error| error.code() == Some("MASTERDOWN")));
    assert_eq!(read(&cluster, "a"), b"1");
    let reply = cluster.execute(&request(&["GET a", "STRLEN a"])).unwrap();
    assert_eq!(reply.value(1), Some(Value::String(b"1")));
    assert_eq!(reply.value(2), Some(Value::Integer(1)));
}

#[test]
fn a_loading_replica_receives_no_reads_until_it_has_its_data() {
    let master = start_master();
    let filled: i64 = redis::cmd("EVAL")
        .arg("for i = 1, 3000 do redis.call('SET', 'key:' .. i, string.rep('x', 100)) end return redis.call('DBSIZE')")
        .arg(0)
        .query(&mut master.client())
        .unwrap();
    assert_eq!(filled, 3000);
    // Loading takes half a second, during which the server still replies to clients.
    let replica = Server::start_with(&["--key-load-delay", "200", "--loading-process-events-interval-bytes", "1024"]);
    let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(master.port).query(&mut replica.client()).unwrap();
    let cluster = with_configured_replicas([&master, &master], [&replica, &replica], FREQUENT_CHECKS);
    run(&cluster, "SET a 1");
    wait_until(|| {
        assert_eq!(run(&cluster, "STRLEN key:7").root(), Value::Integer(100));
        assert_eq!(cluster.execute(&request(&["STRLEN key:7", "STRLEN key:8"])).unwrap().value(2), Some(Value::Integer(100)));
        call_count(&replica, "strlen") > 0
    });
    assert!(is_in_sync(&replica));
}

/// Closes the connection if `reply_bytes` is empty.
fn reply_to_each_command(mut stream: TcpStream, reply_bytes: &str) {
    let mut buffer = [0; 4096];
    while let Ok(count) = stream.read(&mut buffer)
        && count > 0
        && !reply_bytes.is_empty()
    {
        let commands = buffer[..count].iter().filter(|&&byte| byte == b'*').count();
        if stream.write_all(reply_bytes.repeat(commands).as_bytes()).is_err() {
            return;
        }
    }
}

#[test]
fn reads_fall_back_to_the_master_after_an_unusable_replica_reply() {
    for reply_bytes in ["-LOADING wait\r\n", "-MASTERDOWN no\r\n", "-BUSY script\r\n", "-NOAUTH who\r\n", "", "?what\r\n"] {
        let fake = FakeServer::start(move |stream, _| reply_to_each_command(stream, reply_bytes));
        let master = start_master();
        // Without a role check, so that the reply of the replica is unexpected.
        for read in ["GET a", "MGET a a", "BITCOUNT a"] {
            let text = format!(
                r#"{{"nodes":{{"node_1":"redis://127.0.0.1:{}","node_2":"redis://127.0.0.1:{}"}},
                    "master_of":{{"node_1":"node_2"}},"refresh_interval":0}}"#,
                master.port, fake.port
            );
            let cluster = Cluster::open(Config::from_json(text.as_bytes()).unwrap());
            run(&cluster, "SET a 1");
            let expected = Cluster::open(Config::from_json(config(&[master.port], &[]).as_bytes()).unwrap());
            assert_eq!(run(&cluster, read).root(), run(&expected, read).root(), "{reply_bytes:?}");
            let cluster = Cluster::open(Config::from_json(text.as_bytes()).unwrap());
            let many = request(&[read, read, "GET b"]);
            assert_eq!(cluster.execute(&many).unwrap().root(), expected.execute(&many).unwrap().root(), "{reply_bytes:?}");
        }
        assert!(fake.connections() > 0);
    }
}

#[test]
fn a_hanging_replica_delays_one_read_and_causes_no_error() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let cluster = cluster(&[master.port], &[ONE_CHECK, r#""read_timeout":0.2"#]);
    store(&cluster, &[&replica], "a", "1");
    assert_eq!(read(&cluster, "a"), b"1");
    replica.hang();
    assert_eq!(read(&cluster, "a"), b"1");
    let start = std::time::Instant::now();
    (0..100).for_each(|_| assert_eq!(read(&cluster, "a"), b"1"));
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "more than one read waited");
}

#[test]
fn reads_continue_while_the_master_is_down() {
    let mut master = start_master();
    let replica = start_replica_of(&master);
    let cluster = cluster(&[master.port], &[FREQUENT_CHECKS]);
    store(&cluster, &[&replica], "a", "1");
    assert_eq!(read(&cluster, "a"), b"1");
    master.stop();
    (0..100).for_each(|_| assert_eq!(read(&cluster, "a"), b"1"));
    let error = cluster.command(&words("SET a 2")).map(|_| ()).unwrap_err();
    assert_eq!(error.node(), Some("node_1"), "{error}");
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
        let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut master.client()).unwrap();
        assert_eq!(clients.lines().filter(|line| line.contains("flags=N")).count(), 2, "one of the library, one of this test: {clients}");
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

#[test]
fn each_can_select_masters_replicas_or_all_nodes() {
    let masters = [start_master(), start_master()];
    let mut replicas = [start_replica_of(&masters[0]), start_replica_of(&masters[0]), start_replica_of(&masters[1])];
    let cluster = cluster(&masters.each_ref().map(|master| master.port), &[FREQUENT_CHECKS]);
    let aliases = |nodes| {
        let reply = cluster.each_on(nodes, &request(&["CONFIG GET port"])).unwrap();
        let Value::Map(pairs) = reply.root() else { panic!("{reply:?}") };
        let pairs: Vec<Value> = pairs.collect();
        let replies = pairs.chunks(2).map(|pair| match (&pair[0], &pair[1]) {
            (Value::String(alias), Value::Array(reply_bytes)) => (alias.to_vec(), port(reply_bytes.clone().nth(1))),
            other => panic!("{other:?}"),
        });
        replies.map(|(alias, port)| (String::from_utf8(alias).unwrap(), port)).collect::<Vec<_>>()
    };
    let names = |replies: &[(String, u16)]| replies.iter().map(|(alias, _)| alias.clone()).collect::<Vec<_>>();
    assert_eq!(names(&aliases(Nodes::Masters)), ["node_1", "node_2"]);
    let all = aliases(Nodes::All);
    assert_eq!(names(&all), ["node_1", "node_1_slave", "node_1_slave_2", "node_2", "node_2_slave"]);
    let replicas_called = aliases(Nodes::Replicas);
    assert_eq!(names(&replicas_called), ["node_1_slave", "node_1_slave_2", "node_2_slave"]);
    let mut ports: Vec<u16> = replicas_called.iter().take(2).map(|(_, port)| *port).collect();
    ports.sort_unstable();
    let mut expected = [replicas[0].port, replicas[1].port];
    expected.sort_unstable();
    assert_eq!((ports, replicas_called[2].1), (expected.to_vec(), replicas[2].port));
    // A stopped replica is no longer called, and the others keep their aliases.
    let gone = replicas.iter().position(|replica| replica.port == replicas_called[0].1).unwrap();
    replicas[gone].stop();
    wait_until(|| known_replicas(&masters[0]).len() == 1);
    assert_eq!(names(&aliases(Nodes::Replicas)), ["node_1_slave", "node_2_slave"]);
}

fn port(value: Option<Value>) -> u16 {
    match value {
        Some(Value::String(port)) => std::str::from_utf8(port).unwrap().parse().unwrap(),
        other => panic!("{other:?} is no port"),
    }
}

#[test]
fn each_reports_a_configured_replica_that_is_down() {
    let masters = [start_master(), start_master()];
    let mut replicas = masters.each_ref().map(start_replica_of);
    replicas[1].stop();
    let cluster = with_configured_replicas(masters.each_ref(), replicas.each_ref(), FREQUENT_CHECKS);
    let reply = cluster.each_on(Nodes::Replicas, &request(&["PING"])).unwrap();
    let Value::Map(pairs) = reply.root() else { panic!("{reply:?}") };
    let pairs: Vec<Value> = pairs.collect();
    assert_eq!(pairs[..3], [Value::String(b"node_1_slave"), Value::Status(b"PONG"), Value::String(b"node_2_slave")]);
    let error = reply.failure(reply.element(0, 3).unwrap()).unwrap();
    assert_eq!((error.code(), error.node()), (Code::Connect, Some("node_2_slave")));
    assert!(error.message().contains(&format!("127.0.0.1:{}", replicas[1].port)), "{error}");
}
