//! Time limits: nothing extends them, and a large reply that keeps arriving may take longer.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::{Server, cluster, name_on, ports, request, words};
use rediscluster::{Cluster, Code, Error, Value};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn failure(cluster: &Cluster, command: &str) -> Error {
    cluster.command(&words(command)).map(|reply| panic!("{command} returned {:?}", reply.root())).unwrap_err()
}

#[test]
fn a_reply_that_arrives_byte_by_byte_is_given_up_after_the_read_timeout() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let fake = FakeServer::start(move |mut stream, _| {
        if !read_request(&mut stream) || stream.write_all(b"$1000\r\n").is_err() {
            return;
        }
        while stream.write_all(b"x").is_ok() && count.fetch_add(1, Ordering::AcqRel) < 1002 {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let error = failure(&fake.cluster(&[r#""read_timeout":0.1"#]), "INCR a");
    assert_eq!((error.code(), error.executed()), (Code::Timeout, true), "{error}");
    assert!(error.message().contains("min_reply_rate"), "{error}");
    assert!(sent.load(Ordering::Acquire) < 500, "the reply was awaited to its end");
}

#[test]
fn a_large_reply_that_keeps_arriving_may_take_longer_than_the_read_timeout() {
    const CHUNK: usize = 32 << 10;
    let fake = FakeServer::start(move |mut stream, _| {
        let chunk = vec![b'x'; CHUNK];
        if read_request(&mut stream) && stream.write_all(format!("${}\r\n", 20 * CHUNK).as_bytes()).is_ok() {
            for _ in 0..20 {
                std::thread::sleep(Duration::from_millis(30));
                let _ = stream.write_all(&chunk);
            }
            let _ = stream.write_all(b"\r\n");
        }
    });
    let cluster = fake.cluster(&[r#""timeout":0.25"#]);
    let reply = cluster.command(&words("GET a")).unwrap();
    assert!(matches!(reply.root(), Value::String(value) if value.len() == 20 * CHUNK));
}

#[test]
fn the_replies_of_a_pipeline_may_together_take_longer_than_the_read_timeout() {
    let fake = FakeServer::start(move |mut stream, _| {
        if read_request(&mut stream) {
            for _ in 0..10 {
                std::thread::sleep(Duration::from_millis(60));
                let _ = stream.write_all(b":1\r\n");
            }
        }
    });
    let reply = fake.cluster(&[r#""timeout":0.3"#]).execute(&request(&["INCR a"; 10])).unwrap();
    assert_eq!(reply.value(10), Some(Value::Integer(1)), "{reply:?}");
}

#[test]
fn a_master_that_does_not_reply_to_the_role_check_gets_no_command() {
    let received = Arc::new(Mutex::new(Vec::new()));
    let all = received.clone();
    let fake = FakeServer::start(move |mut stream, _| {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            all.lock().unwrap().extend_from_slice(&buffer[..count]);
        }
    });
    let error = failure(&cluster(&[fake.port], &[r#""timeout":0.2"#]), "INCR a");
    assert_eq!((error.code(), error.executed()), (Code::Timeout, false), "{error}");
    let received = received.lock().unwrap().escape_ascii().to_string();
    assert!(received.contains("ROLE") && !received.contains("INCR"), "{received}");
}

#[test]
fn a_server_that_replies_late_to_the_role_check_still_gets_the_command() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""timeout":20"#]);
    server.hang();
    let resumed = std::thread::scope(|scope| {
        let call = scope.spawn(|| cluster.command(&words("INCR a")).map(|reply| reply.root() == Value::Integer(1)));
        // Longer than a check whose result the caller does not need may take.
        std::thread::sleep(Duration::from_millis(700));
        server.resume();
        call.join().unwrap()
    });
    assert_eq!(resumed, Ok(true));
}

#[test]
fn one_limit_holds_for_the_connection_the_role_check_and_the_reply_together() {
    // Each step takes most of the limit, so four steps with limits of their own would take more than three times as long.
    let fake = FakeServer::start(move |mut stream, _| {
        while read_request(&mut stream) {
            std::thread::sleep(Duration::from_millis(900));
            let _ = stream.write_all(b"+OK\r\n+OK\r\n"[..5].as_ref());
        }
    });
    let began = Instant::now();
    let error = failure(&cluster(&[fake.port], &[r#""timeout":1"#, r#""password":"x""#]), "INCR a");
    assert!(matches!(error.code(), Code::Timeout | Code::Connect) && !error.executed(), "{error}");
    assert!(began.elapsed() < Duration::from_millis(1700), "{:?}", began.elapsed());
}

#[test]
fn a_connection_that_is_kept_for_long_has_the_whole_limit_for_each_request() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[r#""timeout":1"#]);
    let mut session = cluster.session();
    let key = |name: &str, master: u32| name_on(name, master, 2);
    for round in ["a", "b"] {
        // The first round opens connections that the second one uses.
        let keys = format!("{} {}", key(round, 1), key(round, 2));
        assert_eq!(cluster.command(&words(&format!("BLPOP {keys} 0.1"))).unwrap().root(), Value::NilArray);
        session.execute(&request(&["MULTI", &format!("INCR {}", key("n", 1)), "EXEC"])).unwrap();
        let subscribed = session.execute(&request(&[&format!("SUBSCRIBE {round}")])).unwrap();
        assert!(matches!(subscribed.value(1), Some(Value::Array(_))), "{subscribed:?}");
        session.execute(&request(&[&format!("UNSUBSCRIBE {round}")])).unwrap();
        std::thread::sleep(Duration::from_millis(1200));
    }
}

#[test]
fn the_old_options_limit_their_own_step() {
    let fake = FakeServer::start(move |mut stream, _| while read_request(&mut stream) {});
    for members in
        [&[r#""read_timeout":0.1"#][..], &[r#""timeout":60"#, r#""read_timeout":0.1"#], &[r#""timeout":0.1"#, r#""read_timeout":60"#]]
    {
        let error = failure(&fake.cluster(members), "INCR a");
        assert_eq!((error.code(), error.executed()), (Code::Timeout, true), "{members:?}: {error}");
    }
}

#[test]
fn more_calls_than_max_in_flight_fail_at_once() {
    let server = Server::start();
    let cluster = cluster(&[server.port], &[r#""timeout":120"#, r#""max_in_flight":2"#, r#""refresh_interval":0"#]);
    std::thread::scope(|scope| {
        let blocked: Vec<_> = (0..2).map(|_| scope.spawn(|| cluster.command(&words("BLPOP queue 0")).map(drop))).collect();
        let mut client = server.client();
        while !redis::cmd("INFO").arg("clients").query::<String>(&mut client).unwrap().contains("blocked_clients:2") {
            std::thread::sleep(Duration::from_millis(1));
        }
        let began = Instant::now();
        let error = failure(&cluster, "INCR a");
        let expected = format!("node_1 (127.0.0.1:{}): INCR: 2 calls (max_in_flight) are in progress; it was not executed", server.port);
        assert_eq!((error.code(), error.executed(), error.message()), (Code::Pool, false, expected.as_str()));
        assert!(began.elapsed() < Duration::from_secs(60), "it waited");
        redis::cmd("LPUSH").arg("queue").arg(1).arg(2).exec(&mut client).unwrap();
        blocked.into_iter().for_each(|call| call.join().unwrap().unwrap());
    });
    assert_eq!(cluster.command(&words("INCR a")).unwrap().root(), Value::Integer(1));
}

#[test]
fn a_reply_larger_than_max_reply_size_ends_the_connection() {
    let server = Server::start();
    let limited = cluster(&[server.port], &[r#""max_reply_size":1000000"#]);
    limited.command(&[b"SET", b"small", &vec![b'x'; 999_000]]).unwrap();
    limited.command(&[b"SET", b"large", &vec![b'x'; 1_000_001]]).unwrap();
    assert!(matches!(limited.command(&words("GET small")).unwrap().root(), Value::String(value) if value.len() == 999_000));
    let error = failure(&limited, "GET large");
    assert!(error.code() == Code::Protocol && error.message().contains("more than 1000000 bytes (max_reply_size)"), "{error}");
    let mget = failure(&limited, "MGET small large");
    assert!(mget.message().contains("(max_reply_size)"), "{mget}");
    assert!(matches!(limited.command(&words("STRLEN large")).unwrap().root(), Value::Integer(1_000_001)));
    assert!(cluster(&[server.port], &[]).command(&words("GET large")).is_ok());
}

#[test]
fn a_reply_without_an_end_stops_at_max_reply_size() {
    for begin in [&b"$400000000000\r\n"[..], b"*100000000\r\n", b"%100000000\r\n"] {
        let fake = FakeServer::start(move |mut stream, _| {
            if read_request(&mut stream) && stream.write_all(begin).is_ok() {
                let piece = b":1\r\n".repeat(16 << 10);
                while stream.write_all(&piece).is_ok() {}
            }
        });
        let error = failure(&fake.cluster(&[r#""max_reply_size":2000000"#]), "INCR a");
        assert!(error.message().contains("more than 2000000 bytes (max_reply_size)"), "{error}");
    }
}
