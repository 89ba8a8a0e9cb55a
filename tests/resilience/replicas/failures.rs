//! Replicas that are down, hang, load their data or reply with errors.

use super::{FREQUENT_CHECKS, ONE_CHECK, read, run, store, with_configured_replicas};
use crate::support::fake_server::FakeServer;
use crate::support::replication::{call_count, is_in_sync, known_replicas, start_master, start_replica_of, wait_until};
use crate::support::{Server, cluster, config, request, words};
use rediscluster::{Cluster, Config, Value};
use std::io::{Read as _, Write};
use std::net::TcpStream;

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
    // Older servers cannot be made to load so slowly and still reply.
    if !master.is_since((7, 0)) {
        return;
    }
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
fn configured_replicas_serve_reads_of_a_new_handle_while_the_master_is_down_or_hangs() {
    let mut masters = [start_master(), start_master()];
    let replicas = [start_replica_of(&masters[0]), start_replica_of(&masters[1])];
    let members = format!(r#"{FREQUENT_CHECKS},"timeout":0.5"#);
    let open = |masters: &[Server; 2]| with_configured_replicas(masters.each_ref(), replicas.each_ref(), &members);
    let key = crate::support::key_on(1, 2);
    store(&open(&masters), &[&replicas[0]], &key, "1");
    masters[0].hang();
    assert_eq!(read(&open(&masters), &key), b"1");
    masters[0].resume();
    let port = masters[0].port;
    masters[0].stop();
    wait_until(|| !is_in_sync(&replicas[0]));
    let cluster = open(&masters);
    for _ in 0..20 {
        assert_eq!(read(&cluster, &key), b"1");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // A replica that never had the data does not serve them.
    let empty = Server::start();
    let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(port).query(&mut empty.client()).unwrap();
    let unsynced = with_configured_replicas(masters.each_ref(), [&empty, &replicas[1]], FREQUENT_CHECKS);
    let error = unsynced.command(&words(&format!("GET {key}"))).map(|_| ()).unwrap_err();
    assert_eq!(error.node(), Some("node_1"), "{error}");
}

#[test]
fn a_replica_that_was_unfit_serves_reads_again_while_the_master_is_down() {
    for configured in [false, true] {
        let mut master = start_master();
        let replica = start_replica_of(&master);
        let members = format!(r#"{FREQUENT_CHECKS},"timeout":0.3"#);
        let cluster = match configured {
            false => cluster(&[master.port], &[&members]),
            true => with_configured_replicas([&master, &master], [&replica, &replica], &members),
        };
        store(&cluster, &[&replica], "a", "1");
        let before = call_count(&replica, "get");
        wait_until(|| read(&cluster, "a") == b"1" && call_count(&replica, "get") > before);
        replica.hang();
        // The master serves it.
        assert_eq!(read(&cluster, "a"), b"1");
        replica.resume();
        master.stop();
        wait_until(|| cluster.command(&words("GET a")).is_ok_and(|reply| reply.root() == Value::String(b"1")));
    }
}
