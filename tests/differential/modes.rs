//! The same comparison in other modes: sessions with RESP3, scripts without keys, byte streams that are cut at random, transactions, tracking.

use super::generate::Command;
use super::generate::sequence::sequence;
use super::generate::tracking::with_tracking;
use super::generate::transactions::with_transactions;
use super::harness::Harness;
use super::mutants::{Permuted, runs_keyless_script};
use super::pipelined::{Fault, Pipelined};
use super::reply::{Client, OwnedReply};
use super::scatter::works_while_keys_move;
use super::session_client::SessionClient;
use super::tracked::{self, Tracked};
use super::{commands, compare_sequences, compare_with, keyless, rules_for, shortest_failing_sequence};
use crate::support::random::Random;
use crate::support::{LONG_TIMEOUTS, cluster, random, skip};

/// How many commands `make test` compares in each mode.
const COMMANDS: usize = 15_000;

#[test]
fn a_session_with_resp3_replies_like_one_server() {
    let mut harness = Harness::start_with(3, 3, &[]);
    harness.in_session = true;
    let session = SessionClient::new(&harness.cluster, 3, random::seed());
    compare_with(&harness, &rules_for(&harness), commands(COMMANDS), &|sequence| harness.run_sequence(&session, sequence));
}

#[test]
fn scripts_without_keys_reply_like_one_server() {
    let harness = Harness::start_with(3, 2, &[r#""keyless_scripts":"run""#]);
    let rules: Vec<_> = rules_for(&harness).into_iter().chain(keyless()).collect();
    compare_with(&harness, &rules, commands(COMMANDS), &|sequence| harness.run_sequence(&harness.cluster, sequence));
}

#[test]
fn keys_that_have_not_been_moved_yet_reply_like_one_server() {
    let harness = Harness::with_scattered_keys(2, random::seed());
    let rules = rules_for(&harness);
    let comparable = |seed, number| sequence(&rules, seed, number).into_iter().filter(works_while_keys_move).collect();
    compare_sequences(&harness, commands(COMMANDS / 5), &comparable, &|sequence| harness.run_sequence(&harness.cluster, sequence));
}

#[test]
fn keys_that_have_not_been_moved_yet_reply_like_one_server_to_a_session_with_resp3() {
    let mut harness = Harness::with_scattered_keys(3, random::seed());
    harness.in_session = true;
    let session = SessionClient::new(&harness.cluster, 3, random::seed());
    let rules = rules_for(&harness);
    let comparable = |seed, number| sequence(&rules, seed, number).into_iter().filter(works_while_keys_move).collect();
    compare_sequences(&harness, commands(COMMANDS / 5), &comparable, &|sequence| harness.run_sequence(&session, sequence));
}

#[test]
fn a_stream_cut_at_random_replies_like_one_server() {
    streams(2, false, false);
}

#[test]
fn a_stream_cut_at_random_replies_like_one_server_over_resp3() {
    streams(3, false, false);
}

#[test]
fn transactions_in_a_stream_reply_like_one_server() {
    streams(3, true, false);
}

#[test]
fn transactions_per_node_reply_like_one_server() {
    streams(2, true, true);
}

#[test]
fn transactions_per_node_reply_like_one_server_over_resp3() {
    streams(3, true, true);
}

#[test]
fn a_session_with_tracking_announces_keys_like_one_server() {
    let harness = Harness::start_with(3, 3, &[r#""keyless_scripts":"run""#]);
    if has_broken_tracking(&harness) {
        return;
    }
    let tracked = Tracked::new(&harness, random::seed(), tracked::Fault::None);
    compare_sequences(&harness, commands(COMMANDS), &tracked_sequences(&harness), &|sequence| tracked.run_sequence(sequence));
}

fn has_broken_tracking(harness: &Harness) -> bool {
    if harness.is_older_than_7 {
        skip("Redis 6.2 sends messages of tracking within replies");
    }
    harness.is_older_than_7
}

fn tracked_sequences(harness: &Harness) -> impl Fn(u64, u64) -> Vec<Command> {
    let rules = rules_for(harness);
    move |seed, number| with_tracking(sequence(&rules, seed, number), &mut Random::stream(seed, number))
}

#[test]
fn messages_of_tracking_that_are_missing_or_too_many_are_detected() {
    let harness = Harness::start_with(3, 3, &[r#""keyless_scripts":"run""#]);
    if has_broken_tracking(&harness) {
        return;
    }
    let (seed, sequences) = (random::seed(), tracked_sequences(&harness));
    let sound = Tracked::new(&harness, seed, tracked::Fault::None);
    for (what, fault) in [
        ("the messages of a node are lost", tracked::Fault::SecondNodeIsSilent),
        ("CLIENT CACHING has no effect", tracked::Fault::CachingIsForgotten),
        ("NOLOOP has no effect", tracked::Fault::LoopsBack),
    ] {
        println!("{what}:");
        let broken = Tracked::new(&harness, seed, fault);
        let shortest =
            shortest_failing_sequence(&|number| sequences(seed, number), &|sequence| sound.run_sequence(sequence), &|sequence| {
                broken.run_sequence(sequence)
            });
        assert!(shortest.len() <= 5, "{what}: the shortest sequence has {} commands", shortest.len());
    }
}

/// Compares pipelined sequences.
fn streams(protocol: u8, has_transactions: bool, per_node: bool) {
    let harness = Harness::start_with(3, protocol, &members(per_node));
    let pipelined = pipelined(&harness, protocol, per_node, Fault::None);
    let sequences = sequences(&harness, has_transactions);
    compare_sequences(&harness, commands(COMMANDS), &sequences, &|sequence| pipelined.run_sequence(sequence));
}

fn members(per_node: bool) -> Vec<&'static str> {
    let mut members = vec![r#""keyless_scripts":"run""#];
    members.extend(per_node.then_some(r#""transactions":"per_node""#));
    members
}

fn pipelined(harness: &Harness, protocol: u8, per_node: bool, fault: Fault) -> Pipelined<'_> {
    Pipelined { harness, session: SessionClient::new(&harness.cluster, protocol, random::seed()), fault, per_node }
}

fn sequences(harness: &Harness, has_transactions: bool) -> impl Fn(u64, u64) -> Vec<Command> {
    let mut rules = rules_for(harness);
    if !has_transactions {
        rules.extend(keyless());
    }
    move |seed, number| {
        let plain = sequence(&rules, seed, number);
        if has_transactions { with_transactions(plain, &mut Random::stream(seed, number)) } else { plain }
    }
}

#[test]
fn a_broken_stream_is_detected_by_a_short_sequence() {
    detects(false, false, &[("two replies have changed places", Fault::RepliesSwapped, 2)]);
    detects(
        true,
        false,
        &[
            ("DISCARD executes", Fault::DiscardExecutes, 3),
            ("watched keys are not watched", Fault::WatchIsForgotten, 6),
            ("replies in EXEC's array have changed places", Fault::RepliesByNode, 5),
        ],
    );
    detects(
        true,
        true,
        &[("DISCARD executes on the nodes", Fault::DiscardExecutes, 3), ("replies are in the order of the nodes", Fault::RepliesByNode, 5)],
    );
}

/// Each fault must be found, by a sequence of at most so many commands.
fn detects(has_transactions: bool, per_node: bool, faults: &[(&str, Fault, usize)]) {
    let harness = Harness::start_with(3, 2, &members(per_node));
    let (seed, sequences) = (random::seed(), sequences(&harness, has_transactions));
    let sound = pipelined(&harness, 2, per_node, Fault::None);
    for &(what, fault, longest) in faults {
        println!("{what}:");
        let broken = pipelined(&harness, 2, per_node, fault);
        let shortest =
            shortest_failing_sequence(&|number| sequences(seed, number), &|sequence| sound.run_sequence(sequence), &|sequence| {
                broken.run_sequence(sequence)
            });
        assert!(shortest.len() <= longest, "{what}: the shortest sequence has {} commands", shortest.len());
    }
}

/// A session whose doubles are strings, as in RESP2.
struct WithoutDoubles<'s>(&'s SessionClient);

impl Client for WithoutDoubles<'_> {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        match self.0.run(args) {
            OwnedReply::Double(text) => OwnedReply::Text(text),
            reply => reply,
        }
    }
}

#[test]
fn a_wrong_type_of_resp3_and_a_script_on_the_wrong_node_are_detected() {
    let mut harness = Harness::start_with(3, 3, &[r#""keyless_scripts":"run""#]);
    harness.in_session = true;
    let (seed, session) = (random::seed(), SessionClient::new(&harness.cluster, 3, 1));
    let rules: Vec<_> = rules_for(&harness).into_iter().chain(keyless()).collect();
    let ports: Vec<u16> = [2, 0, 1].map(|at: usize| harness.masters[at].port).to_vec();
    let elsewhere = [&LONG_TIMEOUTS[..], &[r#""keyless_scripts":"run""#]].concat();
    let elsewhere = SessionClient::new(&cluster(&ports, &elsewhere), 3, 1);
    let broken: [(&str, &dyn Client); 2] = [
        ("doubles are strings", &WithoutDoubles(&session)),
        ("scripts run on another node", &Permuted { usual: &session, permuted: &elsewhere, is_permuted: runs_keyless_script }),
    ];
    for (what, broken) in broken {
        println!("{what}:");
        let shortest = shortest_failing_sequence(
            &|number| sequence(&rules, seed, number),
            &|sequence| harness.run_sequence(&session, sequence),
            &|sequence| harness.run_sequence(broken, sequence),
        );
        assert!(shortest.len() <= 4, "{what}: the shortest sequence has {} commands", shortest.len());
    }
}
