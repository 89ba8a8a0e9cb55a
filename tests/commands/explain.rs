//! `explain` for commands whose strategy depends on sizes.

use crate::comparison::Comparison;
use crate::support::{key_on, words};
use rediscluster::Value;

/// Returns the strategy and the steps.
fn explained(comparison: &Comparison, command: &str) -> (String, Vec<String>) {
    let reply = comparison.cluster.explain(&rediscluster::pack(&words(command))).unwrap_or_else(|error| panic!("{command}: {error}"));
    let text = |value: Value| match value {
        Value::String(text) => String::from_utf8_lossy(text).into_owned(),
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let member = |map: Value<'_>, name: &str| {
        let (Value::Map(all) | Value::Array(all)) = map else { panic!("{map:?}") };
        let all: Vec<Value> = all.collect();
        let found =
            all.chunks(2).find(|pair| pair[0] == Value::String(name.as_bytes())).unwrap_or_else(|| panic!("no {name} in {all:?}"))[1];
        match found {
            Value::Array(list) | Value::Map(list) => list.map(|one| format!("{one:?}")).collect(),
            one => vec![text(one)],
        }
    };
    (member(reply.root(), "strategy").concat(), member(reply.root(), "steps"))
}

#[test]
fn explain_reports_the_strategy_that_sizes_select_and_changes_nothing() {
    let comparison = Comparison::with_nodes(2);
    let (one, two) = (key_on(1, 2), key_on(2, 2));
    let many = (0..3_000).map(|number| format!("member{number}")).collect::<Vec<_>>().join(" ");
    comparison.check_all(&[
        &format!("SADD {one} {many}"),
        &format!("SADD {two} member1 other"),
        &format!("PFADD p{one} a"),
        "ZADD z 1 a 2 b",
    ]);
    for (command, strategy, steps) in [
        (format!("SUNION {one} {two}"), "gather", 2),
        (format!("SINTER {one} {two}"), "gather by SMISMEMBER", 3),
        (format!("SDIFFSTORE {two} {two} {one}"), "gather by SMISMEMBER", 4),
        (format!("SUNIONSTORE {one} {one} {two}"), "colocate", 5),
        (format!("PFCOUNT {one} {two}"), "colocate", 2),
        (format!("SORT {one} ALPHA STORE {two}"), "colocate", 3),
    ] {
        let (found, list) = explained(&comparison, &command);
        assert_eq!((found.as_str(), list.len()), (strategy, steps), "{command}: {list:#?}");
    }
    comparison.check_data("explain");
}
