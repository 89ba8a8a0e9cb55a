//! Interrupts cross-node commands at every step of the network: afterwards a command is complete or undone, and nothing is lost.

#[path = "../../support/mod.rs"]
mod support;

mod harness;

use harness::{AFTER_LOSS, Harness, slices};

/// With one master every command is atomic on its server.
const MASTERS: [u32; 2] = [1, 3];

/// Values of every type. They expire far in the future, and not at a full second.
const TYPES: [&str; 6] = [
    "SET src@1 \u{1}va\rl\nue\u{0}; PEXPIREAT src@1 4102444800123",
    "RPUSH src@1 a b a \u{0}\u{e9} 17; PEXPIREAT src@1 4102444800124",
    "SADD src@1 a b c \u{0}\u{e9} 17; PEXPIREAT src@1 4102444800125",
    "ZADD src@1 1.5 a -inf b 3e300 c 0.1 d; PEXPIREAT src@1 4102444800126",
    "HSET src@1 a 1 b \u{0} c 3; PEXPIREAT src@1 4102444800127",
    "XADD src@1 1-1 f v; XADD src@1 2-1 f v g w; XADD src@1 3-1 f \u{0}; XADD src@1 4-1 f v; XGROUP CREATE src@1 readers 0; \
     XREADGROUP GROUP readers one COUNT 2 STREAMS src@1 >; XREADGROUP GROUP readers two COUNT 1 STREAMS src@1 >; XDEL src@1 4-1; \
     XGROUP CREATE src@1 others 2-1; PEXPIREAT src@1 4102444800128",
];

fn interrupt_all<S: AsRef<str>>(scripts: &[S]) {
    all(Harness::interrupt, scripts);
}

fn all<S: AsRef<str>>(test: impl Fn(&mut Harness, &str), scripts: &[S]) {
    let faults: Vec<String> = MASTERS
        .into_iter()
        .flat_map(|masters| {
            let mut harness = Harness::new(masters);
            scripts.iter().for_each(|script| test(&mut harness, script.as_ref()));
            harness.faults()
        })
        .collect();
    assert!(faults.is_empty(), "{} scripts fail:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn an_interrupted_rename_or_copy_keeps_value_and_expiry_of_every_type() {
    let commands = ["SET dst@2 old PX 3155760000000; RENAME src@1 dst@2", "COPY src@1 dst@2"];
    interrupt_all(&TYPES.iter().flat_map(|data| commands.map(|command| format!("{data}; {command}"))).collect::<Vec<_>>());
}

#[test]
fn an_interrupted_rename_is_complete_or_undone() {
    interrupt_all(&[
        "RENAME src@1 dst@2",
        "RPUSH dst@2 x; RENAME src@1 dst@2",
        "RPUSH src@1 a; RPUSH dst@2 x y; PEXPIREAT dst@2 4102444800123; RENAME src@1 dst@2",
        "SET src@2 a; SADD dst@1 x; RENAME src@2 dst@1",
        "RENAMENX src@1 dst@2",
        "RPUSH src@1 a b; PEXPIREAT src@1 4102444800123; RENAMENX src@1 dst@2",
        "RPUSH src@1 a b; PEXPIREAT src@1 4102444800123; RPUSH dst@2 x; RENAMENX src@1 dst@2",
        "ZADD src@3 1 a 2 b; RENAMENX src@3 dst@1",
    ]);
}

#[test]
fn an_interrupted_copy_is_complete_or_absent() {
    interrupt_all(&[
        "COPY src@1 dst@2",
        "HSET src@1 a 1 b 2; PEXPIREAT src@1 4102444800123; RPUSH dst@2 x; COPY src@1 dst@2",
        "HSET src@1 a 1 b 2; PEXPIREAT src@1 4102444800123; RPUSH dst@2 x; PEXPIREAT dst@2 4102444800124; COPY src@1 dst@2 REPLACE",
        "ZADD src@2 1 a 2 b; COPY src@2 dst@1 REPLACE",
    ]);
}

#[test]
fn an_interrupted_smove_leaves_the_member_in_exactly_one_set() {
    interrupt_all(&[
        "SADD src@1 a b; SADD dst@2 x; SMOVE src@1 dst@2 a",
        "SADD src@1 a b; PEXPIREAT src@1 4102444800123; SADD dst@2 x; PEXPIREAT dst@2 4102444800124; SMOVE src@1 dst@2 a",
        "SADD src@1 17; PEXPIREAT src@1 4102444800123; SMOVE src@1 dst@2 17",
        "SADD src@2 a b; SADD dst@1 a x; SMOVE src@2 dst@1 a",
        "SADD src@1 a; SADD dst@2 x; SMOVE src@1 dst@2 b",
        "SADD dst@2 x; SMOVE src@1 dst@2 x",
        "SADD src@1 a b; SET dst@2 x; SMOVE src@1 dst@2 a",
        "SET src@1 a; SADD dst@2 x; SMOVE src@1 dst@2 a",
    ]);
}

#[test]
fn an_interrupted_lmove_leaves_the_element_in_exactly_one_list() {
    interrupt_all(&[
        "RPUSH src@1 a b c; RPUSH dst@2 x y; LMOVE src@1 dst@2 LEFT RIGHT",
        "RPUSH src@1 a b c; PEXPIREAT src@1 4102444800123; RPUSH dst@2 x y; PEXPIREAT dst@2 4102444800124; LMOVE src@1 dst@2 RIGHT LEFT",
        "RPUSH src@2 \u{0}\u{e9}; PEXPIREAT src@2 4102444800123; LMOVE src@2 dst@1 LEFT LEFT",
        "RPUSH src@1 a a a; RPUSH dst@3 a a; LMOVE src@1 dst@3 RIGHT RIGHT",
        "RPUSH dst@2 x; LMOVE src@1 dst@2 LEFT RIGHT",
        "RPUSH src@1 a b; SET dst@2 x; LMOVE src@1 dst@2 LEFT RIGHT",
        "SET src@1 a; LMOVE src@1 dst@2 LEFT RIGHT",
        "RPUSH src@1 a b c; RPUSH dst@2 x; RPOPLPUSH src@1 dst@2",
        "RPUSH src@1 a b c; PEXPIREAT src@1 4102444800123; RPUSH dst@2 x; BLMOVE src@1 dst@2 LEFT RIGHT 1",
        "RPUSH src@1 a; BRPOPLPUSH src@1 dst@2 1",
        "RPUSH src@1 a; SET dst@2 x; BRPOPLPUSH src@1 dst@2 1",
    ]);
}

#[test]
fn an_interrupted_set_operation_leaves_the_old_or_the_complete_new_destination() {
    const SETS: &str = "SADD a@1 1 2 3 4; SADD b@2 3 4 5; PEXPIREAT a@1 4102444800123";
    const SORTED: &str = "ZADD a@1 1 x 2 y 3 z; ZADD b@2 10 y 20 z 30 w; PEXPIREAT b@2 4102444800123";
    const OLD: &str = "HSET dst@3 f v; PEXPIREAT dst@3 4102444800124";
    interrupt_all(&[
        format!("{SETS}; {OLD}; SDIFFSTORE dst@3 a@1 b@2"),
        format!("{SETS}; SUNIONSTORE dst@2 a@1 b@2"),
        format!("{SETS}; SINTERSTORE a@1 a@1 b@2"),
        format!("{SETS}; {OLD}; SDIFFSTORE dst@3 b@2 b@2"),
        format!("{SETS}; {OLD}; HSET c@3 f v; SUNIONSTORE dst@3 a@1 c@3"),
        format!("{SORTED}; {OLD}; ZUNIONSTORE dst@3 2 a@1 b@2 WEIGHTS 2 3 AGGREGATE MAX"),
        format!("{SORTED}; ZINTERSTORE dst@1 2 a@1 b@2"),
        format!("{SORTED}; {OLD}; ZDIFFSTORE dst@3 2 a@1 b@2"),
        format!("{SORTED}; {OLD}; ZRANGESTORE dst@3 a@1 0 1"),
        format!("{SORTED}; ZRANGESTORE dst@1 b@2 (10 +inf BYSCORE"),
    ]);
}

#[test]
fn an_interrupted_store_of_any_other_command_is_complete_or_absent() {
    const OLD: &str = "SET dst@3 old; PEXPIREAT dst@3 4102444800124";
    const STRINGS: &str = "SET a@1 abcdef; SET b@2 xyz; PEXPIREAT a@1 4102444800123";
    const PLACES: &str = "GEOADD a@1 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 2.35 48.85 Paris";
    const LIST: &str = "RPUSH a@1 3 1 2; SET w1@1 30; SET w2@2 10; SET w3@3 20; PEXPIREAT a@1 4102444800123";
    const COUNTED: &str = "PFADD a@1 a b c d e f g; PFADD b@2 e f g h i j; PEXPIREAT a@1 4102444800123";
    interrupt_all(&[
        format!("{STRINGS}; {OLD}; BITOP XOR dst@3 a@1 b@2"),
        format!("{STRINGS}; BITOP AND a@1 a@1 b@2"),
        format!("{STRINGS}; {OLD}; BITOP NOT dst@3 a@1"),
        format!("{LIST}; {OLD}; SORT a@1 DESC STORE dst@3"),
        format!("{LIST}; SORT a@1 LIMIT 0 2 STORE dst@2"),
        format!("{COUNTED}; PFADD dst@3 z; PEXPIREAT dst@3 4102444800124; PFMERGE dst@3 a@1 b@2"),
        format!("{COUNTED}; PFMERGE dst@2 a@1 b@2"),
        format!("{COUNTED}; {OLD}; PFMERGE dst@3 a@1 b@2"),
        format!("{PLACES}; {OLD}; GEOSEARCHSTORE dst@3 a@1 FROMLONLAT 15 37 BYRADIUS 200 km ASC"),
        format!("{PLACES}; GEOSEARCHSTORE dst@2 a@1 FROMMEMBER Palermo BYBOX 400 400 km STOREDIST"),
        format!("{PLACES}; GEORADIUS a@1 15 37 200 km STORE dst@2"),
    ]);
}

#[test]
fn an_interrupted_msetnx_sets_all_keys_or_none() {
    interrupt_all(&[
        "MSETNX a@1 1 b@2 2",
        "MSETNX a@1 1 b@2 2 c@3 3 d@1 4",
        "SET b@2 old; PEXPIREAT b@2 4102444800123; MSETNX a@1 1 b@2 2 c@3 3",
        "RPUSH c@3 old; MSETNX a@1 1 b@2 2 c@3 3",
    ]);
}

#[test]
fn an_interrupted_pop_is_executed_at_most_once() {
    interrupt_all(&[
        "RPUSH b@2 x y; PEXPIREAT b@2 4102444800123; RPUSH c@3 z; LMPOP 3 a@1 b@2 c@3 LEFT",
        "ZADD b@2 1 x 2 y; ZADD c@3 1 z; ZMPOP 3 a@1 b@2 c@3 MIN",
        "RPUSH b@2 x y; RPUSH c@3 z; BLPOP a@1 b@2 c@3 1",
        "ZADD c@3 1 z; BZPOPMAX a@1 b@2 c@3 1",
        "RPUSH b@2 x y; BLMPOP 1 2 a@1 b@2 RIGHT COUNT 2",
    ]);
}

#[test]
fn an_interrupted_transfer_of_a_large_value_is_complete_or_undone() {
    let fields: String = (0..3000).map(|number| format!(" field{number} {}", "x".repeat(number % 200))).collect();
    let members: String = (0..5000).map(|number| format!(" member{number}")).collect();
    interrupt_all(&[
        format!("HSET src@1{fields}; PEXPIREAT src@1 4102444800123; RENAME src@1 dst@2"),
        format!("SADD a@1{members}; SADD b@2 member7; SDIFFSTORE dst@3 a@1 b@2"),
    ]);
}

#[test]
fn an_interrupted_recover_can_be_repeated() {
    all(
        Harness::interrupt_recover,
        &[
            "RPUSH src@1 a b; PEXPIREAT src@1 4102444800123; SET dst@2 old; RENAME src@1 dst@2",
            "SADD src@1 a b; SADD dst@2 x; SMOVE src@1 dst@2 a",
            "RPUSH src@1 a b c; RPUSH dst@2 x y; LMOVE src@1 dst@2 RIGHT LEFT",
            "MSETNX a@1 1 b@2 2 c@3 3",
            "SADD a@1 1 2; SADD b@2 2 3; SET dst@3 old; SUNIONSTORE dst@3 a@1 b@2",
        ],
    );
}

#[test]
fn a_client_that_resumes_after_recover_ended_its_command_does_no_harm() {
    all(
        Harness::resume_after_recover,
        &[
            "RPUSH src@1 a b; PEXPIREAT src@1 4102444800123; SET dst@2 old; RENAME src@1 dst@2",
            "RPUSH src@1 a b; SET dst@2 old; PEXPIREAT dst@2 4102444800123; RENAME src@1 dst@2",
            "RPUSH src@1 a b; PEXPIREAT src@1 4102444800123; RENAMENX src@1 dst@2",
            "RPUSH src@1 a b; SET dst@2 old; RENAMENX src@1 dst@2",
            "HSET src@1 a 1 b 2; SET dst@2 old; COPY src@1 dst@2 REPLACE",
            "SADD src@1 a b; PEXPIREAT src@1 4102444800123; SADD dst@2 x; SMOVE src@1 dst@2 a",
            "SADD src@1 a; SMOVE src@1 dst@2 a",
            "RPUSH src@1 a b c; PEXPIREAT src@1 4102444800123; RPUSH dst@2 x y; LMOVE src@1 dst@2 RIGHT LEFT",
            "RPUSH src@1 a; BLMOVE src@1 dst@2 RIGHT LEFT 1",
            "MSETNX a@1 1 b@2 2 c@3 3",
            "SADD a@1 1 2; SADD b@2 2 3; SET dst@3 old; PEXPIREAT dst@3 4102444800123; SUNIONSTORE dst@3 a@1 b@2",
            "SADD a@1 1 2; SADD b@2 2 3; SET dst@1 old; SUNIONSTORE dst@1 a@1 b@2",
            "ZADD a@1 1 x 2 y; SET dst@2 old; ZRANGESTORE dst@2 a@1 0 -1",
            "SET a@1 abc; SET b@2 xyz; SET dst@3 old; BITOP XOR dst@3 a@1 b@2",
            "RPUSH b@2 x y; RPUSH c@3 z; BLPOP a@1 b@2 c@3 1",
        ],
    );
}

/// A check of the harness itself.
#[test]
fn this_suite_detects_a_move_that_is_not_atomic() {
    for masters in MASTERS {
        let mut harness = Harness::new(masters);
        let [take, give, both] = ["SREM src@1 a", "SADD dst@2 a", "SMOVE src@1 dst@2 a"].map(|command| harness.words(command));
        let data = [harness.words("SADD src@1 a b")];
        let steps: [&[_]; 3] = [&[&take, &give], &[&give, &take], &[&both]];
        let faults = steps.map(|steps| {
            let found = harness.find_failures(&AFTER_LOSS, "SMOVE in two steps", &data, |cluster| {
                let mut last = None;
                for step in steps {
                    last = Some(cluster.command(&slices(step))?);
                }
                Ok(last.expect("a step"))
            });
            found.join("\n")
        });
        assert!(faults[0].contains("neither complete nor undone"), "a lost element is not detected: {}", faults[0]);
        assert!(faults[1].contains("neither complete nor undone"), "a duplicate element is not detected: {}", faults[1]);
        assert!(masters > 1 || faults[2].is_empty(), "SMOVE on one server fails: {}", faults[2]);
    }
}
