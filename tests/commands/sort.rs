//! SORT with patterns that read keys of several nodes, and with a destination on another node.

use crate::comparison::Comparison;
use crate::support::random::Random;

fn command(random: &mut Random) -> String {
    let mut command = format!("{} l{}", random.pick(&["SORT", "sort", "SORT_RO"]), random.below(6));
    for _ in 0..random.below(5) {
        let by = ["w*", "w*", "h*->a", "h*->b", "nosort", "s*", "w*x", "h*->", "*"];
        let get = ["#", "w*", "h*->a", "h*->none", "none", "s*", "l*", "w*x"];
        command.push_str(&match random.below(9) {
            0 => format!(" LIMIT {} {}", random.below(6) as i64 - 1, random.below(12) as i64 - 1),
            1 => " ALPHA".to_owned(),
            2 => " desc".to_owned(),
            3 => format!(" STORE l{}", random.below(6)),
            4 | 5 => format!(" by {}", random.pick(&by)),
            _ => format!(" GET {}", random.pick(&get)),
        });
    }
    if random.below(20) == 0 {
        command.push_str(random.pick::<&str>(&[" NONSENSE", " LIMIT 1", " LIMIT a b", " STORE", " GET", " BY"]));
    }
    command
}

/// Without a sort order, the elements of a set or sorted set have the order of their memory layout.
fn has_an_order(command: &str) -> bool {
    let command = command.to_lowercase();
    // Equal texts have no defined order.
    let by_text = command.contains("alpha") && command.contains(" by ");
    !by_text && !["by nosort", "by w*x", "by h*->b", "by h*->", "by *"].iter().any(|pattern| command.contains(pattern))
}

#[test]
fn sort_reads_pattern_keys_on_other_nodes() {
    for nodes in [2, 4] {
        let comparison = Comparison::with_nodes(nodes);
        let mut random = Random::seeded();
        for _ in 0..600 {
            let number = random.below(30);
            let list = format!("l{}", random.below(6));
            match random.below(12) {
                0 => comparison.check(&format!("SET w{number} {}", random.below(100) as f64 / 3.0)),
                1 => comparison.check(&format!("SET w{number} text{}", random.below(100))),
                2 | 3 => comparison.check(&format!("HSET h{number} a {} b {number}", random.below(1000))),
                4 => comparison.check(&format!("SET s{number} {}", random.below(1000))),
                5 => comparison.check(&format!("DEL {list} w{number} h{number}")),
                6 => comparison.check(&format!("SADD {list} {number} {}", random.below(30))),
                7 => comparison.check(&format!("ZADD {list} {number} {number} 7 {}", random.below(30))),
                _ => comparison.check(&format!("RPUSH {list} {number} {} {number}", random.below(30))),
            };
            let command = command(&mut random);
            let sorted = command.split(' ').nth(1).unwrap_or_default();
            if has_an_order(&command) || comparison.check(&format!("TYPE {sorted}")) == "list" {
                comparison.check(&command);
            }
            if random.below(10) == 0 {
                comparison.check_data(&command);
            }
        }
        comparison.check_data("all");
    }
}

#[test]
fn hash_tags_in_pattern_keys_are_respected() {
    let comparison = Comparison::with_nodes(3);
    for number in 0..30 {
        comparison.check_all(&[
            &format!("RPUSH l{{x}} {number}"),
            &format!("SET w{number}{{x}} {}", 100 - number),
            &format!("SET v{number}{{y}} {number}"),
        ]);
    }
    let sorted = |command: &str| {
        let reply = comparison.cluster.command(&crate::support::words(command)).unwrap();
        let rediscluster::Value::Array(values) = reply.root() else { panic!("{reply:?}") };
        values
            .map(|value| if let rediscluster::Value::String(text) = value { String::from_utf8_lossy(text).into() } else { "nil".into() })
            .collect::<Vec<String>>()
    };
    let down: Vec<String> = (0..30).rev().map(|number| number.to_string()).collect();
    assert_eq!(sorted("SORT l{x} BY w*"), down);
    assert_eq!(sorted("SORT l{x} BY w*{x} GET v*{y}"), down);
    assert_eq!(sorted("SORT l{x} DESC GET v*{y}"), down);
}
