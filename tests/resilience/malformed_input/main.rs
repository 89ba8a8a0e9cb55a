//! Malformed bytes from callers and servers cause an error, never a panic, a hang or a wrong reply. (A million malformed replies are parsed
//! in `src/reply/reader_tests.rs`.)

#[path = "../../support/mod.rs"]
mod support;

use rediscluster::{Args, Code, Commands, Value};
use std::io::Write;
use std::sync::{Arc, Mutex};
use support::fake_server::{FakeServer, read_request};
use support::random::Random;
use support::{Server, cluster, key_on, ports, request};

#[test]
fn a_million_malformed_requests_are_parsed_or_refused() {
    let mut random = Random::seeded();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..1_000_000 {
        let bytes = malformed_request(&mut random);
        let (mut commands, mut args) = (Commands::new(&bytes), Args::new());
        loop {
            match commands.next(&mut args) {
                Ok(Some(place)) => {
                    read += 1;
                    assert!(!args.is_empty() && args.iter().map(|argument| argument.len() + 5).sum::<usize>() < place.len());
                }
                Ok(None) => break,
                Err(error) => {
                    refused += 1;
                    assert_eq!(error.code(), Code::Request);
                    break;
                }
            }
        }
    }
    assert!(read > 100_000 && refused > 100_000, "too few cases of one kind: {read} parsed, {refused} refused");
}

/// A few commands with some bytes changed.
fn malformed_request(random: &mut Random) -> Vec<u8> {
    const COMMANDS: &[&str] =
        &["GET a", "SET b{x} 1", "MGET a b c", "MSET a 1 b", "EVAL x 2 a b", "DEL a b", "XREAD STREAMS a", "OBJECT", "SORT a BY *"];
    let mut bytes: Vec<u8> = (0..random.below(3) + 1).flat_map(|_| request(&[*random.pick(COMMANDS)])).collect();
    for _ in 0..random.below(3) {
        let at = random.below(bytes.len());
        match random.below(4) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes[at] = *random.pick(b"$*\r\n0123456789-"),
            2 => bytes.truncate(at + 1),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

#[test]
fn malformed_requests_do_not_affect_later_ones() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let mut random = Random::seeded();
    for round in 0..20_000 {
        let bytes = malformed_request(&mut random);
        match cluster.execute(&bytes) {
            Ok(reply) => assert!(matches!(reply.root(), Value::Array(children) if children.len() == count(&bytes))),
            Err(error) => assert_eq!(error.code(), Code::Request, "{error}"),
        }
        if round % 100 == 0 {
            let text = format!("round {round}");
            cluster.command(&[b"SET", b"control", text.as_bytes()]).unwrap();
            assert_eq!(cluster.command(&[b"GET", b"control"]).unwrap().root(), Value::String(text.as_bytes()));
        }
    }
}

#[test]
fn nothing_is_sent_of_a_request_that_ends_with_a_malformed_command() {
    let servers = Server::start_many(2);
    let cluster = cluster(&ports(&servers), &[]);
    let rename = format!("RENAME {} {}", key_on(1, 2), key_on(2, 2));
    cluster.command(&[b"SET", key_on(1, 2).as_bytes(), b"value"]).unwrap();
    let mut bytes = request(&["SET before 1", &rename, "SET after 1"]);
    bytes.extend_from_slice(b"*1\r\n$x");
    assert_eq!(cluster.execute(&bytes).unwrap_err().code(), Code::Request);
    let found = cluster.command(&[b"EXISTS", b"before", b"after", key_on(1, 2).as_bytes(), key_on(2, 2).as_bytes()]).unwrap();
    assert_eq!(
        (found.root(), cluster.command(&[b"GET", key_on(1, 2).as_bytes()]).unwrap().root()),
        (Value::Integer(1), Value::String(b"value"))
    );
}

fn count(request: &[u8]) -> usize {
    let (mut commands, mut args) = (Commands::new(request), Args::new());
    std::iter::from_fn(|| commands.next(&mut args).unwrap()).count()
}

#[test]
fn malformed_replies_cause_only_errors() {
    let random = Arc::new(Mutex::new(Random::seeded()));
    let shared = random.clone();
    let fake = FakeServer::start(move |mut stream, _| {
        if read_request(&mut stream) {
            let reply = malformed_reply(&mut shared.lock().unwrap());
            let _ = stream.write_all(&reply);
        }
    });
    let cluster = fake.cluster(&[r#""breaker_failures":0"#]);
    for _ in 0..3_000 {
        // Every call ends: the server closes the connection after its malformed reply.
        match cluster.command(&[b"INCR", b"a"]) {
            Ok(reply) => assert!(!reply.entries().is_empty()),
            Err(error) => assert!(matches!(error.code(), Code::Protocol | Code::Io), "{error}"),
        }
    }
}

fn malformed_reply(random: &mut Random) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"*1000000000\r\n",
        b"$1000000000\r\n",
        b"$-1\r\n",
        b"*-1\r\n",
        b":1\r\n",
        b"+OK\r\n",
        b"-ERR\r\n",
        b"$3\r\nabc\r\n",
        b"\r\n",
        b"*2\r\n",
        b"%1\r\n",
        b"\0\0",
        b"$281474976710655\r\n",
        b"*281474976710655\r\n",
        b">3\r\n",
        b"*1\r\n*1\r\n*1\r\n",
    ];
    (0..random.below(6)).flat_map(|_| random.pick(PIECES).to_vec()).collect()
}

#[test]
fn announced_lengths_allocate_no_memory() {
    for announcement in [&b"$281474976710000\r\nab"[..], b"*281474976710000\r\n:1\r\n", b"*100\r\n$1000000000000\r\n"] {
        let fake = FakeServer::start(move |mut stream, _| {
            if read_request(&mut stream) {
                let _ = stream.write_all(announcement);
            }
        });
        let before = peak_memory();
        let error = fake.cluster(&[]).command(&[b"INCR", b"a"]).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), Code::Io, "{error}");
        // The kernel counts in batches, so a later figure can be smaller.
        let grown = peak_memory().saturating_sub(before);
        assert!(grown < 64 << 10, "the peak memory grew by {grown} KiB");
    }
}

/// In KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
