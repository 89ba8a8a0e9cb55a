//! Keys per second, beside the way of redis-sharding: TYPE, read, write, TTL and EXPIRE, one round trip each.

use crate::program::command;
use crate::support::Server;
use std::time::Instant;

const KEYS: usize = 100_000;
/// The slow way needs fewer keys for a stable rate.
const SLOW_KEYS: usize = 10_000;

/// Prints a row for each of three rounds. Run with `cargo test --release --package rediscluster-cli -- --ignored --nocapture keys_per_second`.
#[test]
#[ignore = "a measurement"]
fn keys_per_second() {
    let source = Server::start();
    let mut connection = source.client();
    for start in (0..KEYS).step_by(1000) {
        let mut pipeline = redis::pipe();
        (start..start + 1000).for_each(|number| {
            pipeline.cmd("SET").arg(format!("key:{number}")).arg(format!("value {number}")).arg("EX").arg(100_000).ignore();
        });
        pipeline.exec(&mut connection).expect("the data is written");
    }
    println!("{:>16} {:>16} {:>8}", "copy, keys/s", "one by one", "ratio");
    for _ in 0..3 {
        let (ours, theirs) = (copy(&source), one_by_one(&source));
        println!("{ours:>16.0} {theirs:>16.0} {:>8.1}", ours / theirs);
    }
}

fn copy(source: &Server) -> f64 {
    let target = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let [from, to] = [source, &target].map(|server| format!("127.0.0.1:{}", server.port));
    let began = Instant::now();
    let output =
        command(&["copy", "--source", &from, "--target", &to, "--json"]).env("XDG_STATE_HOME", folder.path()).output().expect("a run");
    let seconds = began.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    KEYS as f64 / seconds
}

fn one_by_one(source: &Server) -> f64 {
    let target = Server::start();
    let (mut from, mut to) = (source.client(), target.client());
    let began = Instant::now();
    for number in 0..SLOW_KEYS {
        let key = format!("key:{number}");
        let kind: String = redis::cmd("TYPE").arg(&key).query(&mut from).expect("a type");
        assert_eq!(kind, "string");
        let value: Vec<u8> = redis::cmd("GET").arg(&key).query(&mut from).expect("a value");
        redis::cmd("SET").arg(&key).arg(value).exec(&mut to).expect("a reply");
        let seconds: i64 = redis::cmd("TTL").arg(&key).query(&mut from).expect("a time");
        redis::cmd("EXPIRE").arg(&key).arg(seconds).exec(&mut to).expect("a reply");
    }
    SLOW_KEYS as f64 / began.elapsed().as_secs_f64()
}
