//! Many clients at the same time: each gets the replies that one server would send.

use crate::support::listener::listen;
use crate::support::random::{Random, seed};
use crate::support::raw_client::RawClient;
use crate::support::three_nodes::{ThreeNodes, await_blocked_clients};
use crate::support::{LONG_TIMEOUTS, cluster, key_on, ports, request};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

/// A random command on the keys of one client, whose names begin with `prefix`.
fn command(random: &mut Random, prefix: &str) -> String {
    let mut key = || format!("{prefix}{}", random.below(8));
    let (one, two, three) = (key(), key(), key());
    let number = random.below(100);
    let commands = [
        format!("SET {one} {number}"),
        format!("GET {one}"),
        format!("INCR {one}"),
        format!("APPEND {one} {}", "x".repeat(number * 20)),
        format!("GETRANGE {one} 0 -1"),
        format!("MSET {one} 1 {two} 2 {three} {number}"),
        format!("MGET {one} {two} {three} missing"),
        format!("DEL {one} {two} {three}"),
        format!("EXISTS {one} {two} {three}"),
        format!("RPUSH list-{one} {number} b"),
        format!("LRANGE list-{one} 0 -1"),
        format!("LPOP list-{one}"),
        format!("SADD set-{one} {number}"),
        format!("SCARD set-{one}"),
        format!("SUNIONSTORE set-{three} set-{one} set-{two}"),
        // Redis 6.2 waits for ever at 0.001.
        format!("BLPOP list-{one} list-{two} 0.002"),
        format!("EVAL return{{KEYS[1],ARGV[1]}} 1 {one} {number}"),
        "MULTI".to_owned(),
        format!("SET {one} in-transaction"),
        "EXEC".to_owned(),
        "PING".to_owned(),
        format!("ECHO {number}"),
        format!("LPUSH {one} wrong-type"),
        "GET".to_owned(),
        "NOSUCHCOMMAND a".to_owned(),
        "SELECT 1".to_owned(),
        "SELECT 0".to_owned(),
        format!("CLIENT SETNAME {prefix}"),
        "CLIENT GETNAME".to_owned(),
    ];
    random.pick(&commands).clone()
}

fn run_client(seed: u64, number: u64, ports: [u16; 2]) {
    const ROUNDS: usize = 60;
    let mut random = Random::stream(seed, number);
    let [mut listener, mut plain] = ports.map(RawClient::connect);
    let mut is_in_transaction = false;
    // The keys of a client are on all nodes, and those of a transaction on one.
    let prefix = format!("client-{number}-");
    for _ in 0..ROUNDS {
        let commands: Vec<String> = (0..1 + random.below(40))
            .map(|_| command(&mut random, &prefix))
            .filter(|command| {
                let is_allowed = !is_in_transaction || command == "EXEC";
                is_in_transaction = if command == "MULTI" { true } else { is_in_transaction && command != "EXEC" };
                is_allowed
            })
            .collect();
        let bytes = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
        let found = listener.exchange(&bytes, commands.len());
        let expected = plain.exchange(&bytes, commands.len());
        assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(&expected), "{commands:?}");
    }
}

#[test]
fn many_clients_get_the_replies_of_one_server() {
    let (nodes, seed) = (ThreeNodes::new(), seed());
    let ports = [listen(nodes.cluster()), nodes.oracle.port];
    thread::scope(|scope| {
        (0..12).for_each(|number| _ = scope.spawn(move || run_client(seed, number, ports)));
    });
}

#[test]
fn a_client_that_leaves_with_commands_pending_does_not_disturb_others() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let mut other = RawClient::connect(port);
    let commands: Vec<String> = (0..300).map(|number| format!("SET leaving-{number} {number}")).collect();
    let bytes = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
    for number in 0..50 {
        let mut leaving = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The last command is incomplete.
        leaving.write_all(&bytes[..bytes.len() - 3]).unwrap();
        if number % 2 == 0 {
            leaving.shutdown(Shutdown::Write).unwrap();
            let mut replies = Vec::new();
            leaving.read_to_end(&mut replies).unwrap();
            assert_eq!(replies, b"+OK\r\n".repeat(299));
        }
        drop(leaving);
        assert_eq!(
            other.exchange(&request(&["SET other 1", "GET other", "MGET other missing"]), 3),
            b"+OK\r\n$1\r\n1\r\n*2\r\n$1\r\n1\r\n$-1\r\n"
        );
    }
}

#[test]
fn an_element_is_kept_if_the_client_that_waits_for_it_leaves() {
    let nodes = ThreeNodes::new();
    let port = listen(nodes.cluster());
    let mut other = RawClient::connect(port);
    for list in [key_on(1, 3), key_on(2, 3)] {
        for command in [format!("BLPOP {list} 0"), format!("BLPOP other-{list} {list} 0")] {
            let mut waiting = TcpStream::connect(("127.0.0.1", port)).unwrap();
            waiting.write_all(&request(&["CLIENT ID", &command])).unwrap();
            assert!(waiting.read(&mut [0; 100]).unwrap() > 0);
            waiting.shutdown(Shutdown::Write).unwrap();
            // The listener disconnects it, and the servers learn of that.
            waiting.read_to_end(&mut Vec::new()).unwrap();
            nodes.servers.iter().for_each(|server| await_blocked_clients(server, 0));
            assert_eq!(other.exchange(&request(&[&format!("RPUSH {list} x"), &format!("LPOP {list}")]), 2), b":1\r\n$1\r\nx\r\n");
        }
    }
}

#[test]
fn a_client_that_does_not_read_is_sent_no_more_than_a_part() {
    const COMMANDS: usize = 500;
    let nodes = ThreeNodes::new();
    let (port, key) = (listen(cluster(&ports(&nodes.servers), &LONG_TIMEOUTS)), key_on(1, 3));
    let mut other = RawClient::connect(port);
    let value = "x".repeat(1 << 20);
    other.exchange(&request(&[&format!("SET {key} {value}")]), 1);
    let mut slow = RawClient::connect(port);
    let get = format!("GET {key}");
    slow.write(&request(&vec![get.as_str(); COMMANDS]));
    let calls = || -> usize {
        let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut nodes.servers[0].client()).unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_get:calls=")).unwrap_or("0,");
        line.split(',').next().unwrap().parse().unwrap()
    };
    // Until the listener requests no more.
    let mut before = 0;
    while calls() != before || before == 0 {
        before = calls();
        (0..200).for_each(|_| assert_eq!(other.exchange(&request(&["ECHO x"]), 1), b"$1\r\nx\r\n"));
    }
    assert!(before < COMMANDS / 2, "{before} replies of 1 MiB are in memory");
    let expected = format!("${}\r\n{value}\r\n", value.len()).into_bytes();
    (0..COMMANDS).for_each(|_| assert!(slow.read(1) == expected));
}
