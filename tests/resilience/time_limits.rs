//! Time limits: nothing extends them, and a large reply that keeps arriving may take longer.

use crate::support::fake_server::{FakeServer, read_request};
use crate::support::{Server, cluster, request, words};
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
fn the_old_options_limit_their_own_step() {
    let fake = FakeServer::start(move |mut stream, _| while read_request(&mut stream) {});
    for members in
        [&[r#""read_timeout":0.1"#][..], &[r#""timeout":60"#, r#""read_timeout":0.1"#], &[r#""timeout":0.1"#, r#""read_timeout":60"#]]
    {
        let error = failure(&fake.cluster(members), "INCR a");
        assert_eq!((error.code(), error.executed()), (Code::Timeout, true), "{members:?}: {error}");
    }
}
