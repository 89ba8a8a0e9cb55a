//! Sources that are brought to one node, where the command runs.

use crate::judge::{Grow, Judge, compare, key};
use crate::support::random::Random;
use crate::support::{Server, key_on};

fn keys(random: &mut Random, least: usize) -> String {
    let count = least + random.below(4);
    (0..count).map(|_| key(random)).collect::<Vec<_>>().join(" ")
}

#[test]
fn hyperloglogs_are_counted_and_merged_as_by_one_server() {
    for nodes in [2, 5] {
        compare(nodes, 300, &["none"], Grow::On, |random| match random.below(4) {
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
fn the_longest_common_subsequence_is_found_over_nodes() {
    compare(2, 200, &["string"], Grow::On, |random| match random.below(5) {
        0 => format!("LCS {} {} LEN", key(random), key(random)),
        1 => format!("LCS {} {} IDX MINMATCHLEN 2 withmatchlen", key(random), key(random)),
        2 => format!("LCS {} {} NONSENSE", key(random), key(random)),
        _ => format!("LCS {} {}", key(random), key(random)),
    });
}

#[test]
fn places_are_stored_on_another_node() {
    compare(3, 200, &["none"], Grow::On, |random| {
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
fn of_two_stores_the_last_counts_and_lies_on_its_own_node() {
    let judge = Judge::of(2);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let other = (0..).map(|number| format!("other{number}")).find(|key| rediscluster::partition(key.as_bytes(), 2) == 1).unwrap();
    judge.say_all(&[
        &format!("GEOADD {one} 10 10 here"),
        &format!("GEORADIUS {one} 10 10 1 km STORE {one} STORE {two}"),
        &format!("GEORADIUS {one} 10 10 1 km STORE {two} STORE {other}"),
    ]);
    judge.same_data("GEORADIUS");
}

#[test]
fn ranges_are_stored_on_another_node() {
    compare(3, 200, &["zset"], Grow::On, |random| {
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
fn a_large_destination_is_replaced_and_loses_its_time_to_live() {
    let judge = Judge::of(2);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let many = (0..5_000).map(|number| format!("member{number}")).collect::<Vec<_>>().join(" ");
    judge.say_all(&[&format!("SADD {two} {many}"), &format!("EXPIRE {two} 1000"), &format!("ZADD {one} 1 a 2 b")]);
    assert_eq!(judge.says(&format!("ZRANGESTORE {two} {one} 0 -1")), "2");
    judge.same_data("ZRANGESTORE over a large set");
    judge.say_all(&[&format!("DEL {two}"), &format!("SADD {two} {many}"), &format!("ZRANGESTORE {two} {one} 7 9")]);
    judge.same_data("ZRANGESTORE of nothing over a large set");
}

/// What the library answers alone, where the judge would not know.
fn answer(judge: &Judge, command: &str) -> String {
    match judge.ours.command(&crate::support::words(command)) {
        Ok(reply) => match reply.root() {
            rediscluster::Value::Error(text) => text.escape_ascii().to_string(),
            other => panic!("{command} answers {other:?}"),
        },
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_server_that_does_not_know_restore_says_so_and_nothing_changes() {
    let judge = Judge::over(vec![Server::start(), Server::start_with(&["--rename-command", "RESTORE", ""])]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    judge.say_all(&[&format!("ZADD {one} 1 a 2 b"), &format!("SET {two} old EX 1000")]);
    let text = answer(&judge, &format!("ZRANGESTORE {two} {one} 0 -1"));
    assert!(text.contains("unknown command") && text.contains("RESTORE"), "{text}");
    judge.same_data("ZRANGESTORE without RESTORE");
}

#[test]
fn a_value_that_a_server_will_not_restore_leaves_everything_as_it_was() {
    // What is called RESTORE there takes the arguments and fails when it runs, as RESTORE does with what a newer server has dumped.
    let failing = ["--rename-command", "RESTORE", "ELSEWHERE", "--rename-command", "BITFIELD", "RESTORE"];
    let judge = Judge::over(vec![Server::start(), Server::start_with(&failing)]);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let many = (0..5_000).map(|number| format!("member{number}")).collect::<Vec<_>>().join(" ");
    for old in [format!("SET {two} old"), format!("SADD {two} {many}")] {
        judge.say_all(&[&format!("ZADD {one} 1 a 2 b"), &format!("DEL {two}"), &old, &format!("EXPIRE {two} 1000")]);
        let text = answer(&judge, &format!("ZRANGESTORE {two} {one} 0 -1"));
        assert!(text.starts_with("ERR ZRANGESTORE: the result could not be copied to node_2: "), "{text}");
        judge.same_data("ZRANGESTORE with a failing RESTORE");
    }
}
