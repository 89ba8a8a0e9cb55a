//! Clients that use all keys while these move: from two nodes to four, and from four to three.

use crate::layouts::{copies, moving};
use crate::support::random::{Random, seed};
use crate::support::{Server, cluster, ports, reply_text};
use rediscluster::{Cluster, Value};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

const COUNTERS: usize = 400;
const CLIENTS: usize = 4;
/// Elements that LMOVE and BLPOP pass on.
const ELEMENTS: usize = 40;
const LISTS: usize = 12;

fn number(cluster: &Cluster, command: &str) -> i64 {
    reply_text(cluster, command).trim_matches('"').parse().unwrap_or_else(|_| panic!("{command}: {}", reply_text(cluster, command)))
}

/// `ROUNDS` sets how often the keys move.
fn rounds() -> usize {
    std::env::var("ROUNDS").map_or(3, |rounds| rounds.parse().expect("ROUNDS is a number"))
}

/// Creates the keys in the old layout.
fn fill(old: &Cluster) {
    (0..COUNTERS).for_each(|at| assert_eq!(reply_text(old, &format!("SET counter{at} 0")), "OK"));
    (0..ELEMENTS).for_each(|element| assert_ne!(reply_text(old, &format!("RPUSH list{} {element}", element % LISTS)), "0"));
    (0..20).for_each(|at| assert_eq!(reply_text(old, &format!("SADD set{at} common m{at}")), "2"));
    (0..50).for_each(|at| assert_eq!(reply_text(old, &format!("SET name{at}a value{at}")), "OK"));
}

/// An INCR or a GET of a counter.
struct Operation {
    began: Instant,
    ended: Instant,
    value: i64,
    is_increment: bool,
}

/// The operations on each counter.
type Histories = [Mutex<Vec<Operation>>];

fn record(histories: &Histories, at: usize, is_increment: bool, run: impl FnOnce() -> i64) {
    let began = Instant::now();
    let value = run();
    let operation = Operation { began, ended: Instant::now(), value, is_increment };
    histories[at].lock().expect("no panic").push(operation);
}

/// A history of INCR and GET is linearizable if and only if the increments return 1, 2, 3 …, and an operation that begins after another one has
/// ended returns no smaller value, and an increment a larger one: the order of the values, with each GET after the increment that it returns, is then
/// a sequential order that respects time.
fn check_linearizable(at: usize, history: &mut [Operation]) {
    let mut increments: Vec<i64> = history.iter().filter(|one| one.is_increment).map(|one| one.value).collect();
    increments.sort_unstable();
    assert!(increments.iter().copied().eq(1..=increments.len() as i64), "counter{at}: increments return {increments:?}");
    history.sort_by_key(|one| one.began);
    for later in 0..history.len() {
        let earlier = history.iter().filter(|one| one.ended < history[later].began).map(|one| one.value).max().unwrap_or(0);
        let least = earlier + i64::from(history[later].is_increment);
        assert!(history[later].value >= least, "counter{at}: {} after {earlier}", history[later].value);
    }
}

/// One client.
fn work(cluster: &Cluster, number_of_client: usize, stop: &AtomicBool, steps: &AtomicUsize, histories: &Histories) {
    let mut random = Random::stream(seed(), number_of_client as u64);
    let mut forth = true;
    while !stop.load(Relaxed) {
        steps.fetch_add(1, Relaxed);
        let at = random.below(COUNTERS);
        match random.below(8) {
            0 | 1 => record(histories, at, true, || number(cluster, &format!("INCR counter{at}"))),
            2 => record(histories, at, false, || number(cluster, &format!("GET counter{at}"))),
            3 => {
                let (from, to) = (random.below(LISTS), random.below(LISTS));
                reply_text(cluster, &format!("LMOVE list{from} list{to} LEFT RIGHT"));
            }
            4 => {
                let (from, to) = (random.below(LISTS), random.below(LISTS));
                let reply = cluster.command(&[b"BLPOP", format!("list{from}").as_bytes(), b"0.05"]).expect("a reply");
                if let Value::Array(mut popped) = reply.root() {
                    let Some(Value::String(element)) = popped.nth(1) else { panic!("an element") };
                    cluster.command(&[b"RPUSH", format!("list{to}").as_bytes(), element]).expect("a reply");
                }
            }
            5 => {
                let (one, other) = (random.below(20), random.below(20));
                let members = number(cluster, &format!("SUNIONSTORE union{number_of_client} set{one} set{other}"));
                assert_eq!(members, if one == other { 2 } else { 3 });
            }
            // Each client has names of its own, so that it knows where they are.
            6 => {
                for at in (0..50).filter(|at| at % CLIENTS == number_of_client) {
                    let (from, to) = if forth { ("a", "b") } else { ("b", "a") };
                    assert_eq!(reply_text(cluster, &format!("RENAME name{at}{from} name{at}{to}")), "OK");
                    assert_eq!(reply_text(cluster, &format!("GET name{at}{to}")), format!("\"value{at}\""));
                }
                forth = !forth;
            }
            _ => {
                let other = random.below(COUNTERS);
                let reply = cluster.command(&[b"MGET", format!("counter{at}").as_bytes(), format!("counter{other}").as_bytes()]);
                let Value::Array(values) = reply.as_ref().expect("a reply").root() else { panic!("an array") };
                assert!(values.into_iter().all(|value| matches!(value, Value::String(_))), "a counter is missing");
            }
        }
    }
}

/// The keys of a server that the previous layout has there and the other one does not.
fn moving_keys(cluster: &Cluster, server: &Server) -> Vec<Vec<u8>> {
    let is_here = |at: usize| cluster.config().servers[at].address.to_string().ends_with(&format!(":{}", server.port));
    let moves = |key: &Vec<u8>| cluster.config().places(key).is_some_and(|(from, to)| is_here(from) && from != to);
    let all = redis::cmd("KEYS").arg("*").query::<Vec<Vec<u8>>>(&mut server.client()).expect("a reply");
    all.into_iter().filter(|key| !key.starts_with(b"\0rediscluster\0") && moves(key)).collect()
}

/// Waits until the clients have taken so many more steps.
fn await_steps(steps: &AtomicUsize, more: usize) {
    let before = steps.load(Relaxed);
    while steps.load(Relaxed) < before + more {
        std::thread::yield_now();
    }
}

/// Moves keys as the tool does, a few at a time, until none is left.
fn move_all(cluster: &Cluster, servers: &[Server], steps: &AtomicUsize) {
    loop {
        let keys: Vec<Vec<u8>> = servers.iter().flat_map(|server| moving_keys(cluster, server)).collect();
        if keys.is_empty() {
            return;
        }
        for batch in keys.chunks(7) {
            await_steps(steps, 20);
            let names: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
            cluster.move_keys(&names).into_iter().for_each(|outcome| assert!(outcome.is_ok(), "{outcome:?}"));
        }
    }
}

fn reshard(servers: &[Server], from: &[u16], to: &[u16]) {
    servers.iter().for_each(|server| redis::cmd("FLUSHALL").exec(&mut server.client()).expect("a reply"));
    fill(&cluster(from, &[r#""hash_tag":"keep""#]));
    let histories: Vec<Mutex<Vec<Operation>>> = (0..COUNTERS).map(|_| Mutex::default()).collect();
    let (stop, steps) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (histories, stop, steps) = (&histories, &stop, &steps);
            // Each client is a process of its own, as far as the servers can tell.
            scope.spawn(move || work(&moving(to, from), client, stop, steps, histories));
        }
        let mover = moving(to, from);
        let steps = &steps;
        let finished = scope.spawn(move || move_all(&mover, servers, steps)).join();
        stop.store(true, Relaxed);
        finished.expect("all keys move");
    });
    let after = cluster(to, &[r#""hash_tag":"keep""#]);
    let mut operations = 0;
    for (at, history) in histories.into_iter().enumerate() {
        let mut history = history.into_inner().expect("no panic");
        operations += history.len();
        check_linearizable(at, &mut history);
        let increments = history.iter().filter(|one| one.is_increment).count() as i64;
        assert_eq!(number(&after, &format!("GET counter{at}")), increments, "counter{at}");
        assert_eq!(copies(servers, &format!("counter{at}")), 1);
    }
    println!("{operations} operations on counters");
    let mut elements: Vec<String> = (0..LISTS)
        .flat_map(|list| {
            let reply = after.command(&[b"LRANGE", format!("list{list}").as_bytes(), b"0", b"-1"]).expect("a reply");
            let Value::Array(all) = reply.root() else { panic!("an array") };
            all.map(|element| if let Value::String(text) = element { String::from_utf8_lossy(text).into_owned() } else { String::new() })
                .collect::<Vec<_>>()
        })
        .collect();
    elements.sort_by_key(|element| element.parse::<usize>().ok());
    assert_eq!(elements, (0..ELEMENTS).map(|element| element.to_string()).collect::<Vec<_>>());
    for at in 0..50 {
        let found = ["a", "b"].map(|end| reply_text(&after, &format!("GET name{at}{end}")));
        assert!(found.contains(&format!("\"value{at}\"")) && found.contains(&"nil".to_owned()), "name{at}: {found:?}");
    }
}

#[test]
fn from_two_nodes_to_four_no_key_is_lost_and_no_write() {
    let servers = Server::start_many(4);
    let ports = ports(&servers);
    (0..rounds()).for_each(|_| reshard(&servers, &ports[..2], &ports));
}

#[test]
fn from_four_nodes_to_three_no_key_is_lost_and_no_write() {
    let servers = Server::start_many(4);
    let ports = ports(&servers);
    (0..rounds()).for_each(|_| reshard(&servers, &ports, &ports[..3]));
}
