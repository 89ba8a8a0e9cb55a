//! N servers reply like one: the same random commands run on one plain redis-server and, through the library, on two, three and five
//! servers.
//!
//! `SEED=…` repeats a run, and `FIRST=…` begins with that sequence of it; `COMMANDS=…` is the number of commands, or `endless`; `MISMATCHES=…` is
//! the number of mismatches to find.

mod compare;
mod comparisons;
mod generate;
mod harness;
mod keys;
mod modes;
mod mutants;
mod ordering;
mod pipelined;
mod random_choice;
mod raw_connection;
mod refusals;
mod reply;
mod scan;
mod scatter;
mod session_client;
mod shrink;
mod state;
mod tracked;

#[path = "../support/mod.rs"]
mod support;

use comparisons::{COUNTED, REFUSED, UNTESTED, with_special_comparison};
use generate::Command;
use generate::grammar::{Corruption, Rule};
use generate::rules::{keyless, newer, rules};
use generate::sequence::sequence;
use harness::{Counts, Harness, Mismatch};
use mutants::{Mutant, Permuted, ignored_pinning, ignored_tag, is_of_hashes, misplaced_second_key};
use reply::Client;
use shrink::{report, shrink};
use std::collections::{BTreeMap, BTreeSet};
use support::{LONG_TIMEOUTS, cluster, crc32, random, skip};

/// How many commands `make test` compares for each number of masters.
const COMMANDS: usize = 70_000;
const COMMANDS_OF_ONE: usize = 40_000;

/// Prints the progress after each of this many commands.
const PROGRESS: usize = 50_000;

#[test]
fn two_servers_reply_like_one() {
    compare_many(2);
}

#[test]
fn three_servers_reply_like_one() {
    compare_many(3);
}

#[test]
fn five_servers_reply_like_one() {
    compare_many(5);
}

#[test]
fn three_servers_reply_like_one_over_resp3() {
    let harness = Harness::start_with(3, 3, &[r#""protocol":3"#]);
    compare_with(&harness, &rules_for(&harness), commands(COMMANDS), &|sequence| harness.run_sequence(&harness.cluster, sequence));
}

/// Fails if a command returned only errors across nodes: equal errors prove little.
fn compare_many(masters: usize) {
    let counts = compare(masters, commands(COMMANDS));
    let failed: Vec<&String> =
        counts.iter().filter(|(_, counts)| counts.across > 100 && counts.across == counts.errors_across).map(|(name, _)| name).collect();
    assert!(failed.is_empty(), "these commands returned only errors across nodes: {failed:?}");
}

#[test]
fn one_server_replies_the_same_through_the_library_and_every_command_succeeds_sometimes() {
    let counts = compare(1, commands(COMMANDS_OF_ONE));
    let failed: Vec<&String> =
        counts.iter().filter(|(name, counts)| counts.replies == counts.errors && !fails(name)).map(|(name, _)| name).collect();
    assert!(failed.is_empty() || commands(COMMANDS_OF_ONE) < COMMANDS_OF_ONE, "these commands returned only errors: {failed:?}");
}

/// OBJECT FREQ requires an LFU policy, and no script is running that could be killed.
fn fails(name: &str) -> bool {
    ["object|freq", "script|kill", "function|kill"].contains(&name) || name.contains("nosuch")
}

fn commands(usual: usize) -> usize {
    match std::env::var("COMMANDS").as_deref() {
        Ok("endless") => usize::MAX,
        Ok(number) => number.parse().expect("COMMANDS is a number, or `endless`"),
        Err(_) => usual,
    }
}

/// Runs sequences until so many commands were compared, or until `MISMATCHES` (1) commands differed. Each mismatch is shortened and
/// printed.
fn compare(masters: usize, commands: usize) -> BTreeMap<String, Counts> {
    let harness = Harness::start(masters);
    compare_with(&harness, &rules_for(&harness), commands, &|sequence| harness.run_sequence(&harness.cluster, sequence))
}

/// The forms that the servers have.
fn rules_for(harness: &Harness) -> Vec<Rule> {
    let unsafe_rule = harness.unsafe_rule();
    let mut rules = rules();
    if harness.is_older_than_7 {
        skip("Redis 6.2 looks at the key before the number of arguments of a subcommand");
        rules.iter_mut().filter(|rule| rule.name.contains('|')).for_each(|rule| rule.corruption = Corruption::Nothing);
    }
    rules.into_iter().filter(|rule| harness.knows(&rule.name) && !unsafe_rule(rule)).chain(newer(|name| harness.knows(name))).collect()
}

/// Runs a sequence on both sides; `None` if there is no difference.
type Run<'r> = &'r dyn Fn(&[Command]) -> Option<Mismatch>;

fn compare_with(harness: &Harness, rules: &[Rule], commands: usize, run_sequence: Run) -> BTreeMap<String, Counts> {
    compare_sequences(harness, commands, &|seed, number| sequence(rules, seed, number), run_sequence)
}

fn compare_sequences(
    harness: &Harness,
    commands: usize,
    sequence: &dyn Fn(u64, u64) -> Vec<Command>,
    run_sequence: Run,
) -> BTreeMap<String, Counts> {
    let (mode, printed) = (mode(), random::seed());
    // Each mode compares other commands.
    let seed = printed ^ u64::from(crc32(mode.as_bytes()));
    let most = std::env::var("MISMATCHES").map_or(1, |number| number.parse().expect("MISMATCHES is a number"));
    let mut found = BTreeMap::new();
    let (mut number, mut shown) = (first_sequence(), 0);
    while harness.compared.get() < commands && found.len() < most {
        if let Some((name, text)) = find(run_sequence, &sequence(seed, number)) {
            found.entry(name).or_insert_with(|| println!("SEED={printed} FIRST={number}, {mode}:\n{text}\n"));
        }
        number += 1;
        let run = harness.compared.get();
        if run / PROGRESS > shown {
            shown = run / PROGRESS;
            println!("{mode}: {run} commands, {number} sequences, {} mismatches", found.len());
        }
    }
    let counts = harness.counts.take();
    let sum = |of: fn(&Counts) -> usize| counts.values().map(of).sum::<usize>();
    println!(
        "SUM {mode}: {} equal replies, {} of them errors, {} across nodes; {} expected refusals; {} mismatches",
        sum(|counts| counts.replies),
        sum(|counts| counts.errors),
        sum(|counts| counts.across),
        sum(|counts| counts.refused),
        found.len()
    );
    assert!(found.is_empty(), "{mode}: not as one server: {:?}; SEED={printed}", found.keys());
    counts
}

/// The name of the test that runs, which says what is compared.
fn mode() -> String {
    std::thread::current().name().unwrap_or("a test").trim_start_matches("modes::").to_owned()
}

/// `FIRST=…` skips the sequences before that one, to repeat a mismatch.
fn first_sequence() -> u64 {
    std::env::var("FIRST").map_or(0, |number| number.parse().expect("FIRST is a number"))
}

/// The name of the last command and the report of the shortest sequence with the same mismatch, if this sequence has one.
fn find(run: Run, sequence: &[Command]) -> Option<(String, String)> {
    let mismatch = run(sequence)?;
    let (sequence, mismatch) = shrink(run, sequence, mismatch);
    Some((sequence.last().map(|command| command.name.clone()).unwrap_or_default(), report(&sequence, &mismatch)))
}

/// Commands newer than Redis 7.0 are not run, because the installed server may not know them.
fn is_newer(since: &str) -> bool {
    let release =
        since.strip_prefix("redis ").map(|rest| rest.split(['.', ',']).map(|number| number.parse().unwrap_or(0)).collect::<Vec<u32>>());
    release.is_none_or(|release| release[..2] > [7, 0][..])
}

#[test]
fn every_data_command_has_a_rule() {
    let covered: BTreeSet<String> = rules().into_iter().chain(newer(|_| true)).map(|rule| rule.name).collect();
    for (name, since) in rediscluster::data_commands().filter(|(_, since)| !is_newer(since)) {
        let is_untested = UNTESTED.iter().any(|(untested, _)| *untested == name);
        assert!(
            covered.contains(name) != is_untested,
            "{name}, of {since}, is {}",
            if is_untested { "both with a rule and listed as untested" } else { "neither covered by a rule nor listed as untested" }
        );
    }
    let counted = COUNTED.iter().map(|(name, _)| *name);
    for name in with_special_comparison().chain(REFUSED.iter().copied()).chain(counted) {
        assert!(covered.contains(name), "{name} has a special comparison but no rule");
    }
}

/// The shortest sequence found that fails on a broken library and succeeds on the real one.
fn shortest_failing_sequence(sequence: &dyn Fn(u64) -> Vec<Command>, sound: Run, broken: Run) -> Vec<Command> {
    const SEQUENCES: u64 = 100;
    let passes = |sequence: &[Command]| sound(sequence).is_none();
    for number in 0..SEQUENCES {
        let sequence = sequence(number);
        let Some(mismatch) = broken(&sequence).filter(|_| passes(&sequence)) else { continue };
        let (sequence, mismatch) = shrink(broken, &sequence, mismatch);
        println!("{}", report(&sequence, &mismatch));
        assert!(passes(&sequence), "the library itself fails the shortened sequence");
        return sequence;
    }
    panic!("no mismatch in {SEQUENCES} sequences");
}

#[test]
fn a_broken_routing_rule_is_detected_by_a_short_sequence() {
    let harness = &Harness::start(3);
    let (seed, rules) = (random::seed(), rules_for(harness));
    let ports: Vec<u16> = [2, 0, 1].map(|at: usize| harness.masters[at].port).to_vec();
    let permuted = cluster(&ports, &LONG_TIMEOUTS);
    let mutant = |change| Mutant { cluster: &harness.cluster, change };
    let broken: [(&str, &dyn Client); 4] = [
        ("the second key goes to the wrong node", &mutant(misplaced_second_key)),
        ("hash tags are ignored", &mutant(ignored_tag)),
        ("the tag of the first key does not pin", &mutant(ignored_pinning)),
        ("hashes go to other nodes", &Permuted { usual: &harness.cluster, permuted: &permuted, is_permuted: is_of_hashes }),
    ];
    for (what, broken) in broken {
        println!("{what}:");
        let run = |library| move |sequence: &[Command]| harness.run_sequence(library, sequence);
        let sequences = |number| sequence(&rules, seed, number);
        let length = shortest_failing_sequence(&sequences, &run(&harness.cluster), &run(broken)).len();
        assert!(length <= 4, "{what}: the shortest sequence has {length} commands");
    }
}
