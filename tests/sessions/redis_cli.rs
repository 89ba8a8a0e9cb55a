//! redis-cli, which is written for one server, on three masters through the listener of examples/listener.rs.

use crate::support::listener::listen;
use crate::support::random::Random;
use crate::support::three_nodes::ThreeNodes;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

fn redis_cli(port: u16, arguments: &[&str]) -> Child {
    Command::new("redis-cli")
        .args(["-p", &port.to_string()])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("redis-cli is installed")
}

/// What redis-cli prints for this input.
fn output(port: u16, arguments: &[&str], input: &[u8]) -> String {
    let mut program = redis_cli(port, arguments);
    let mut stdin = program.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let done = program.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn pipe_loses_no_command() {
    const KEYS: usize = 20_000;
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let mut random = Random::seeded();
    let input: Vec<u8> = (0..KEYS)
        .flat_map(|number| match random.below(3) {
            0 => format!("SET key{number} {number}\r\n").into_bytes(),
            1 => rediscluster::pack(&[b"SET", format!("key{number}").as_bytes(), b"a value"]),
            _ => format!("\r\nset key{number} \"a b\"\n").into_bytes(),
        })
        .collect();
    // A busy machine may need longer than the default of 30 seconds.
    let printed = output(port, &["--pipe", "--pipe-timeout", "300"], &input);
    assert!(printed.contains(&format!("errors: 0, replies: {KEYS}")), "{printed}");
    assert_eq!(output(port, &["DBSIZE"], b""), format!("{KEYS}\n"));
    let keys = nodes.servers.iter().map(|server| redis::cmd("DBSIZE").query::<usize>(&mut server.client()).unwrap());
    assert_eq!(keys.sum::<usize>(), KEYS);
}

#[test]
fn scan_and_bigkeys_see_the_keys_of_all_nodes() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let mut input = String::new();
    (0..300).for_each(|number| input += &format!("SET key{number} {}\r\n", "x".repeat(number + 1)));
    (0..20).for_each(|number| input += &format!("RPUSH list{number} {}\r\n", "x ".repeat(number + 1)));
    for port in [port, nodes.oracle.port] {
        output(port, &["--pipe", "--pipe-timeout", "300"], input.as_bytes());
    }
    let both = |arguments: &[&str]| [port, nodes.oracle.port].map(|port| output(port, arguments, b""));
    for arguments in [&["--scan"][..], &["--scan", "--pattern", "list*"], &["--scan", "--pattern", "key1?"]] {
        let [printed, expected] = both(arguments);
        assert_eq!(sorted(&printed), sorted(&expected));
    }
    let summary = |printed: &str| -> Vec<String> {
        let lines = printed.lines().filter(|line| line.starts_with("Biggest") || (line.contains(" with ") && !line.contains("so far")));
        lines.map(str::to_owned).collect()
    };
    let [printed, expected] = both(&["--bigkeys"]);
    assert_eq!(summary(&printed), summary(&expected));
    assert!(printed.contains("Sampled 320 keys"), "{printed}");
}

#[test]
fn an_interactive_client_has_the_replies_of_one_server() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let lines =
        ["MULTI", "SET A \"a b\"", "INCR D", "GET A", "EXEC", "GET A", "WATCH A", "UNWATCH", "MGET A B C D", "BLPOP B C 0.01", "NOSUCH"];
    let input: String = lines.iter().map(|line| nodes.command(line) + "\n").collect();
    let [printed, expected] = [port, nodes.oracle.port].map(|port| output(port, &[], input.as_bytes()));
    assert_eq!(printed, expected);
}

#[test]
fn a_subscriber_receives_messages() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let mut subscriber = redis_cli(port, &["SUBSCRIBE", "one", "two", "three"]);
    let mut lines = BufReader::new(subscriber.stdout.take().unwrap()).lines().map(Result::unwrap);
    let subscribed: Vec<String> = lines.by_ref().take(9).collect();
    assert_eq!(subscribed[6..], ["subscribe", "three", "3"], "{subscribed:?}");
    for channel in ["three", "one", "two"] {
        output(port, &["PUBLISH", channel, "hello"], b"");
        assert_eq!(lines.by_ref().take(3).collect::<Vec<_>>(), ["message", channel, "hello"]);
    }
    subscriber.kill().unwrap();
    subscriber.wait().unwrap();
}

#[test]
fn a_client_of_resp3_has_the_replies_of_one_server() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let lines = [
        "HSET A f v",
        "HGETALL A",
        "ZADD B 1.5 m",
        "ZSCORE B m",
        "ZRANGE B 0 -1 WITHSCORES",
        "SADD C x",
        "SMEMBERS C",
        "SUNION C none",
        "CONFIG GET maxmemory-policy",
        "MULTI",
        "HGETALL A",
        "EXEC",
    ];
    let input: String = lines.iter().map(|line| nodes.command(line) + "\n").collect();
    let [printed, expected] = [port, nodes.oracle.port].map(|port| output(port, &["-3"], input.as_bytes()));
    assert_eq!(printed, expected);
}

/// --latency and --stat run until they are stopped. They start with the same lines as on one server.
#[test]
fn latency_and_stat_print_their_figures() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    for key in 0..10 {
        output(port, &["SET", &format!("key{key}"), "v"], b"");
    }
    let mut latency = redis_cli(port, &["--latency", "--raw"]);
    let mut first = [0; 2];
    latency.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    latency.kill().unwrap();
    latency.wait().unwrap();
    assert!(first[0].is_ascii_digit(), "{first:?}");

    let mut stat = redis_cli(port, &["--stat", "-i", "0.01"]);
    let lines: Vec<String> = BufReader::new(stat.stdout.take().unwrap()).lines().take(3).map(Result::unwrap).collect();
    stat.kill().unwrap();
    stat.wait().unwrap();
    assert!(lines[1].starts_with("keys "), "{lines:?}");
    assert!(lines[2].starts_with("10 "), "{lines:?}");
}
