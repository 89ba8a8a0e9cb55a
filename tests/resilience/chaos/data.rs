//! The data of the test: elements and keys that are moved but never changed, and stored results that are known in advance.

use crate::support::data::DirectConnections;
use crate::support::{Server, cluster, name_on, ports, words};
use rediscluster::Cluster;
use std::collections::BTreeSet;

pub const MASTERS: u32 = 3;
pub const LISTS: usize = 8;
pub const SETS: usize = 8;
/// In all lists together, and in all sets.
pub const ELEMENTS: usize = 1_000;
/// Keys between which whole values move. There are more of them than values.
pub const SLOTS: usize = 40;
const VALUES_PER_TYPE: usize = 4;
pub const COPIES: usize = 10;
pub const RESULTS: usize = 10;

/// Values of every type that expire far in the future.
const VALUES: [&str; 6] = [
    "SET KEY value-#",
    "RPUSH KEY first-# second third",
    "SADD KEY one-# two three",
    "ZADD KEY 1.5 one-# -inf two 0.1 three",
    "HSET KEY field-# 1 other 2",
    "XADD KEY 1-1 f #; XADD KEY 2-1 f v; XGROUP CREATE KEY readers 0; XREADGROUP GROUP readers one COUNT 1 STREAMS KEY >",
];

/// Read but never changed. `name@node` is a key on that node.
const SOURCES: [&str; 9] = [
    "SADD a@1 1 2 3 4",
    "SADD b@2 3 4 5",
    "ZADD sorted-a@3 1 x 2 y 3 z",
    "ZADD sorted-b@1 10 y 20 z 30 w",
    "SET string-a@2 abcdef",
    "SET string-b@3 xyz",
    "RPUSH list-a@1 3 1 2",
    "GEOADD places@2 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 2.35 48.85 Paris",
    "PFADD counted-a@1 a b c; PFADD counted-b@3 c d e",
];

/// Commands that store results. All share the same destinations.
const STORES: [&str; 9] = [
    "SUNIONSTORE RESULT a@1 b@2",
    "SDIFFSTORE RESULT a@1 b@2",
    "SINTERSTORE RESULT b@2 a@1",
    "ZUNIONSTORE RESULT 2 sorted-a@3 sorted-b@1 WEIGHTS 1 2",
    "ZRANGESTORE RESULT sorted-a@3 1 2",
    "BITOP XOR RESULT string-a@2 string-b@3",
    "SORT list-a@1 DESC STORE RESULT",
    "GEOSEARCHSTORE RESULT places@2 FROMLONLAT 15 37 BYRADIUS 200 km ASC",
    "PFMERGE MERGED counted-a@1 counted-b@3",
];

/// A command of `STORES` with the destination of that number.
pub fn store(kind: usize, number: usize) -> String {
    placed(STORES[kind % STORES.len()]).replace("RESULT", &format!("result:{number}")).replace("MERGED", &format!("merged:{number}"))
}

pub fn stores() -> usize {
    STORES.len()
}

fn placed(command: &str) -> String {
    let place = |word: &str| match word.split_once('@') {
        Some((name, node)) => name_on(name, node.parse().expect("a node"), MASTERS),
        None => word.to_owned(),
    };
    command.split(' ').map(place).collect::<Vec<_>>().join(" ")
}

fn run(cluster: &Cluster, commands: &str) {
    for command in commands.split("; ") {
        cluster.command(&words(command)).unwrap_or_else(|error| panic!("{command}: {error}"));
    }
}

pub fn element(number: usize) -> String {
    format!("element{number:05}")
}

/// Creates all keys.
pub fn build(cluster: &Cluster) {
    for number in 0..ELEMENTS {
        run(cluster, &format!("RPUSH list:{} {}", number % LISTS, element(number)));
        run(cluster, &format!("SADD set:{} {}", number % SETS, element(number)));
    }
    for number in 0..VALUES_PER_TYPE * VALUES.len() {
        let key = format!("slot:{number}");
        run(cluster, &VALUES[number % VALUES.len()].replace("KEY", &key).replace('#', &number.to_string()));
        run(cluster, &format!("PEXPIREAT {key} {}", 4_102_444_800_000 + number));
    }
    SOURCES.iter().for_each(|source| run(cluster, &placed(source)));
}

/// All values that a destination of `STORES` can have, as computed by one plain server.
pub fn results() -> BTreeSet<Vec<String>> {
    let plain = [Server::start()];
    let cluster = cluster(&ports(&plain), &[]);
    SOURCES.iter().for_each(|source| run(&cluster, &placed(source)));
    (0..STORES.len()).for_each(|kind| run(&cluster, &store(kind, kind)));
    let data = DirectConnections::to(&plain).data();
    data.into_iter()
        .filter(|(key, _)| key.starts_with("result:") || key.starts_with("merged:"))
        .map(|(_, content)| content.elements)
        .collect()
}
