//! Commands that copy their sources to one node and run there.

use crate::comparison::{Comparison, Reset, compare, key};
use crate::support::random::Random;
use crate::support::{Server, key_on};

fn keys(random: &mut Random, least: usize) -> String {
    let count = least + random.below(4);
    (0..count).map(|_| key(random)).collect::<Vec<_>>().join(" ")
}

#[test]
fn pfcount_and_pfmerge_match_one_server() {
    for nodes in [2, 5] {
        compare(nodes, 300, &["none"], Reset::Never, |random| match random.below(4) {
            0 | 1 => format!(
                "PFADD {} {}",
                key(random),
                (0..random.below(3000)).map(|_| random.below(100_000).to_string()).collect::<Vec<_>>().join(" ")
            ),
            2 => format!("PFCOUNT {}", keys(random, 1)),
            _ => format!("pfmerge {} {}", key(random), keys(random, 1)),
        });
    }
}

#[test]
fn lcs_across_nodes_matches_one_server() {
    compare(2, 200, &["string"], Reset::Never, |random| match random.below(5) {
        0 => format!("LCS {} {} LEN", key(random), key(random)),
        1 => format!("LCS {} {} IDX MINMATCHLEN 2 withmatchlen", key(random), key(random)),
        2 => format!("LCS {} {} NONSENSE", key(random), key(random)),
        _ => format!("LCS {} {}", key(random), key(random)),
    });
}

#[test]
fn geosearchstore_and_georadius_store_on_another_node() {
    compare(3, 200, &["none"], Reset::Never, |random| {
        let (from, to) = (key(random), key(random));
        match random.below(9) {
            0..3 => format!("GEOADD {from} {}.{} {} m{}", random.below(20), random.below(100), random.below(20), random.below(50)),
            3 => format!("GEOSEARCHSTORE {to} {from} FROMLONLAT 10 10 BYRADIUS {} km ASC", random.below(2000)),
            4 => format!("geosearchstore {to} {from} frommember m1 bybox 900 900 km count 3 any storedist"),
            5 => format!("GEORADIUS {from} 10 10 {} km STORE {to}", random.below(2000)),
            6 => format!("GEORADIUSBYMEMBER {from} m1 1000 km COUNT 5 STOREDIST {to} DESC"),
            7 => format!("GEORADIUS {from} 10 10 1500 km STORE {} storedist {to}", key(random)),
            _ => format!("GEORADIUS {from} 10 10 1500 km WITHDIST STORE {to}"),
        }
    });
}

#[test]
fn the_last_store_option_of_georadius_wins() {
    let comparison = Comparison::with_nodes(2);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let other = (0..).map(|number| format!("other{number}")).find(|key| rediscluster::partition(key.as_bytes(), 2) == 1).unwrap();
    comparison.check_all(&[
        &format!("GEOADD {one} 10 10 here"),
        &format!("GEORADIUS {one} 10 10 1 km STORE {one} STORE {two}"),
        &format!("GEORADIUS {one} 10 10 1 km STORE {two} STORE {other}"),
    ]);
    comparison.check_data("GEORADIUS");
}

#[test]
fn zrangestore_stores_on_another_node() {
    compare(3, 200, &["zset"], Reset::Never, |random| {
        let (from, to) = (key(random), key(random));
        match random.below(5) {
            0 => format!("ZRANGESTORE {to} {from} 0 -1"),
            1 => format!("ZRANGESTORE {to} {from} (1 500 BYSCORE LIMIT 1 {}", random.below(10)),
            2 => format!("zrangestore {to} {from} +inf -inf byscore rev"),
            3 => format!("ZRANGESTORE {to} {from} 1 nonsense"),
            _ => format!("ZRANGESTORE {to} {from} 5 {}", random.below(20)),
        }
    });
}

#[test]
fn a_large_destination_is_replaced_and_loses_its_expiry() {
    let comparison = Comparison::with_nodes(2);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let many = (0..5_000).map(|number| format!("member{number}")).collect::<Vec<_>>().join(" ");
    comparison.check_all(&[&format!("SADD {two} {many}"), &format!("EXPIRE {two} 1000"), &format!("ZADD {one} 1 a 2 b")]);
    assert_eq!(comparison.check(&format!("ZRANGESTORE {two} {one} 0 -1")), "2");
    comparison.check_data("ZRANGESTORE over a large set");
    comparison.check_all(&[&format!("DEL {two}"), &format!("SADD {two} {many}"), &format!("ZRANGESTORE {two} {one} 7 9")]);
    comparison.check_data("ZRANGESTORE of nothing over a large set");
}

/// The error of the cluster, for errors that a single server never returns.
fn error_of_cluster(comparison: &Comparison, command: &str) -> String {
    match comparison.cluster.command(&crate::support::words(command)) {
        Ok(reply) => match reply.root() {
            rediscluster::Value::Error(text) => text.escape_ascii().to_string(),
            other => panic!("{command} returns {other:?}"),
        },
        Err(error) => error.to_string(),
    }
}

#[test]
fn without_the_restore_command_storing_fails_and_nothing_changes() {
    let comparison = Comparison::with_servers(vec![Server::start(), Server::start_with(&["--rename-command", "RESTORE", ""])]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    comparison.check_all(&[&format!("ZADD {one} 1 a 2 b"), &format!("SET {two} old EX 1000")]);
    let text = error_of_cluster(&comparison, &format!("ZRANGESTORE {two} {one} 0 -1"));
    assert!(text.starts_with("ERR ZRANGESTORE: on several nodes it uses RESTORE, which a server does not have"), "{text}");
    comparison.check_data("ZRANGESTORE without RESTORE");
}

#[test]
fn a_failing_restore_changes_nothing() {
    // BITFIELD under the name RESTORE accepts the arguments and fails at run time, as RESTORE does with a payload of a newer server.
    let failing = ["--rename-command", "RESTORE", "ELSEWHERE", "--rename-command", "BITFIELD", "RESTORE"];
    let comparison = Comparison::with_servers(vec![Server::start(), Server::start_with(&failing)]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let many = (0..5_000).map(|number| format!("member{number}")).collect::<Vec<_>>().join(" ");
    for old in [format!("SET {two} old"), format!("SADD {two} {many}")] {
        comparison.check_all(&[&format!("ZADD {one} 1 a 2 b"), &format!("DEL {two}"), &old, &format!("EXPIRE {two} 1000")]);
        let text = error_of_cluster(&comparison, &format!("ZRANGESTORE {two} {one} 0 -1"));
        assert!(text.starts_with("ERR ZRANGESTORE: the result could not be copied to node_2: "), "{text}");
        comparison.check_data("ZRANGESTORE with a failing RESTORE");
    }
}
