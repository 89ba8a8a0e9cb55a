//! Set operations, sorted set operations and BITOP that combine operands of several nodes in the library.

use crate::comparison::{Comparison, Reset, compare, key, score};
use crate::support::key_on;
use crate::support::random::Random;

fn keys(random: &mut Random) -> Vec<String> {
    (0..1 + random.below(4)).map(|_| key(random)).collect()
}

fn any_case(random: &mut Random, word: &str) -> String {
    if random.below(2) == 0 { word.to_lowercase() } else { word.into() }
}

fn of_sets(random: &mut Random) -> String {
    let (to, keys) = (key(random), keys(random));
    let list = keys.join(" ");
    match random.below(10) {
        0 => format!("SUNION {list}"),
        1 => format!("sinter {list}"),
        2 => format!("SDIFF {list}"),
        3 => format!("SINTERCARD {} {list}", keys.len()),
        4 => format!("SINTERCARD {} {list} limit {}", keys.len(), random.below(20)),
        5 => format!("SINTERCARD {} {list} {}", keys.len(), random.pick(&["LIMIT", "LIMIT -1", "LIMIT x", "LIMIT 1 LIMIT 2", "NONSENSE"])),
        6 => format!("SUNIONSTORE {to} {list}"),
        7 => format!("sinterstore {to} {list}"),
        8 => format!("SDIFFSTORE {to} {list}"),
        _ => format!("SUNIONSTORE {to} {to} {list}"),
    }
}

#[test]
fn set_operations_match_one_server() {
    for nodes in [2, 5] {
        compare(nodes, 250, &["set"], Reset::Sometimes, of_sets);
    }
}

fn of_sorted_sets(random: &mut Random) -> String {
    let (to, keys) = (key(random), keys(random));
    let mut options = String::new();
    if random.below(2) == 0 {
        let weights: Vec<String> = keys.iter().map(|_| String::from_utf8(score(random)).unwrap()).collect();
        options.push_str(&format!(" {} {}", any_case(random, "WEIGHTS"), weights.join(" ")));
    }
    if random.below(2) == 0 {
        options.push_str(&format!(" {} {}", any_case(random, "AGGREGATE"), random.pick(&["SUM", "min", "MAX"])));
    }
    if random.below(12) == 0 {
        options.push_str(random.pick::<&str>(&[
            " NONSENSE",
            " WEIGHTS 1",
            " WEIGHTS x",
            " AGGREGATE",
            " AGGREGATE x",
            " LIMIT 1",
            " WITHSCORES",
        ]));
    }
    let keys = format!("{} {}", keys.len(), keys.join(" "));
    let scores = if random.below(2) == 0 { " WithScores" } else { "" };
    match random.below(9) {
        0 => format!("ZUNION {keys}{options}{scores}"),
        1 => format!("ZINTER {keys}{scores}{options}"),
        2 => format!("ZDIFF {keys}{scores}"),
        3 => format!("ZINTERCARD {keys}"),
        4 => format!("ZINTERCARD {keys} LIMIT {}", random.below(20)),
        5 => format!("ZUNIONSTORE {to} {keys}{options}"),
        6 => format!("zinterstore {to} {keys}{options}"),
        7 => format!("ZDIFFSTORE {to} {keys}"),
        _ => format!("ZDIFF {keys}{options}"),
    }
}

#[test]
fn sorted_set_operations_match_one_server() {
    for nodes in [2, 5] {
        compare(nodes, 250, &["zset", "zset", "zset", "set"], Reset::Sometimes, of_sorted_sets);
    }
}

#[test]
fn weights_that_only_a_server_can_parse_are_left_to_the_server() {
    let comparison = Comparison::with_nodes(2);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    comparison.check_all(&[
        &format!("ZADD {one} 1 a 2 b"),
        &format!("ZADD {two} 3 b 4 c"),
        &format!("ZUNION 2 {one} {two} WEIGHTS 0x10 1e-400 WITHSCORES"),
        &format!("ZUNION 2 {one} {two} WEIGHTS 0x10 infinity WITHSCORES"),
        &format!("ZUNIONSTORE {two} 2 {one} {two} WEIGHTS 0x10 0.5 AGGREGATE MAX"),
        &format!("ZRANGE {two} 0 -1 WITHSCORES"),
    ]);
}

fn of_bits(random: &mut Random) -> String {
    let (to, keys) = (key(random), keys(random).join(" "));
    match random.below(7) {
        0 => format!("BITOP AND {to} {keys}"),
        1 => format!("bitop Or {to} {keys}"),
        2 => format!("BITOP XOR {to} {keys}"),
        3 => format!("BITOP not {to} {}", key(random)),
        4 => format!("BITOP NOT {to} {keys}"),
        5 => format!("BITOP NONSENSE {to} {keys}"),
        _ => format!("BITOP XOR {to} {keys} {to}"),
    }
}

#[test]
fn bitop_matches_one_server() {
    for nodes in [2, 5] {
        compare(nodes, 300, &["string"], Reset::Sometimes, of_bits);
    }
}

/// A command that adds `count` members to a key, numbered from `first`.
fn many(kind: &str, key: &str, first: usize, count: usize, random: &mut Random) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = vec![kind.into(), key.into()];
    for number in first..first + count {
        if kind == "ZADD" {
            words.push(score(random));
        }
        // Some members look like numbers, some fit into a listpack, some do not.
        words.push(match number % 4 {
            0 => number.to_string().into_bytes(),
            1 => format!("-{}", number * 1000).into_bytes(),
            2 => format!("{number} {}", "long ".repeat(8)).into_bytes(),
            _ => [&(number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes()[..], &number.to_le_bytes()].concat(),
        });
    }
    words
}

/// Four keys on two nodes: three with `count` members each, the last with few.
fn large(kind: &str, count: usize) -> (Comparison, [String; 4]) {
    let comparison = Comparison::with_nodes(2);
    let mut random = Random::seeded();
    let name = |master, prefix: &str| {
        (0..).map(|number| format!("{prefix}{number}")).find(|key| rediscluster::partition(key.as_bytes(), 2) == master).unwrap()
    };
    let keys = [name(1, "a"), name(2, "b"), name(1, "c"), name(2, "few")];
    for (nth, key) in keys.iter().enumerate() {
        let (first, count) = if nth == 3 { (count / 2, 300) } else { (nth * count / 3, count) };
        comparison.check_words(&many(kind, key, first, count, &mut random));
    }
    (comparison, keys)
}

#[test]
fn operations_on_large_sets_match_one_server() {
    let (comparison, [a, b, c, few]) = large("SADD", 10_000);
    let sources = [
        format!("{a} {b}"),
        format!("{a} {b} {c}"),
        format!("{few} {a}"),
        format!("{a} {few}"),
        format!("{b} {c} {b}"),
        format!("{c} {few} nothing"),
    ];
    for keys in &sources {
        comparison.check_all(&[&format!("SUNION {keys}"), &format!("SINTER {keys}"), &format!("SDIFF {keys}")]);
        comparison.check(&format!("SINTERCARD {} {keys} LIMIT 70", keys.split(' ').count()));
        for to in ["to1", "to22"] {
            for operation in ["SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE"] {
                let command = format!("{operation} {to} {keys}");
                comparison.check(&command);
                comparison.check_data(&command);
            }
        }
    }
    for command in [format!("SUNIONSTORE {a} {a} {few}"), format!("SDIFFSTORE {b} {b} {few} {c}"), format!("SINTERSTORE {c} {c} {b}")] {
        comparison.check(&command);
        comparison.check_data(&command);
    }
}

#[test]
fn operations_on_a_hundred_thousand_members_match_one_server() {
    let (comparison, [a, b, _, few]) = large("SADD", 100_000);
    comparison.check_all(&[&format!("SINTER {a} {b}"), &format!("SDIFF {a} {few}")]);
    for command in [format!("SUNIONSTORE to1 {a} {b}"), format!("SDIFFSTORE to1 {b} {few}"), format!("SINTERSTORE to22 {a} {few}")] {
        comparison.check(&command);
        comparison.check_data(&command);
    }
    let (comparison, [a, b, ..]) = large("ZADD", 100_000);
    let command = format!("ZUNIONSTORE to1 2 {a} {b} WEIGHTS 2 0.3");
    comparison.check(&command);
    comparison.check_data(&command);
}

#[test]
fn operations_on_large_sorted_sets_match_one_server() {
    let (comparison, [a, b, c, few]) = large("ZADD", 5_000);
    comparison.check_words(&many("SADD", "set", 2_000, 5_000, &mut Random::seeded()));
    let sources = [
        format!("2 {a} {b}"),
        format!("3 {a} {b} {c}"),
        format!("2 {few} {a}"),
        format!("2 {a} {few}"),
        format!("3 {b} {c} {b}"),
        format!("3 {c} {few} nothing"),
        format!("3 {c} set {a}"),
    ];
    for keys in &sources {
        let weights = if keys.starts_with('2') { "WEIGHTS 2 -0.1" } else { "WEIGHTS 1 inf 3.3" };
        comparison.check_all(&[
            &format!("ZUNION {keys} WITHSCORES"),
            &format!("ZUNION {keys} {weights} AGGREGATE MIN"),
            &format!("ZINTER {keys} {weights} WITHSCORES"),
            &format!("ZDIFF {keys} WITHSCORES"),
            &format!("ZINTERCARD {keys} LIMIT 700"),
        ]);
        for to in ["to1", "to22"] {
            let commands = [
                format!("ZUNIONSTORE {to} {keys} {weights}"),
                format!("ZINTERSTORE {to} {keys} {weights} AGGREGATE MAX"),
                format!("ZDIFFSTORE {to} {keys}"),
            ];
            for command in commands {
                comparison.check(&command);
                comparison.check_data(&command);
            }
        }
    }
    let command = format!("ZUNIONSTORE {a} 2 {a} {few}");
    comparison.check(&command);
    comparison.check_data(&command);
}

#[test]
fn bitop_on_large_strings_matches_one_server() {
    let comparison = Comparison::with_nodes(3);
    let mut random = Random::seeded();
    for (nth, length) in [100_000, 300_000, 5_000, 4_096, 4_097, 70_000, 10].into_iter().enumerate() {
        comparison.check_words(&[b"SET".to_vec(), format!("s{nth}").into_bytes(), random.bytes(length)]);
    }
    for _ in 0..150 {
        let keys: Vec<String> = (0..1 + random.below(5)).map(|_| format!("s{}", random.below(9))).collect();
        let command =
            format!("BITOP {} {} {}", random.pick(&["AND", "OR", "XOR", "NOT"]), random.pick(&["to", "too", "s5"]), keys.join(" "));
        comparison.check(&command);
        comparison.check_data(&command);
    }
}
