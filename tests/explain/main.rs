//! `explain` reports the commands and the rounds that are really sent, for every strategy and on both sides of every threshold.

#[path = "../support/mod.rs"]
mod support;

mod broadcast;
mod colocate;
mod comparison;
mod coverage;
mod gather;
mod harness;
mod pop;
mod recorder;
mod single;
mod sort;
mod split;
mod streams;
mod transfer;

use harness::{Case, REJECTED, case, check, newer_case};

#[test]
fn commands_of_one_node_are_sent_as_reported() {
    check(&single::cases());
}

#[test]
fn split_commands_are_sent_as_reported() {
    check(&split::cases());
}

#[test]
fn commands_for_all_masters_are_sent_as_reported() {
    check(&broadcast::cases());
}

#[test]
fn commands_for_all_masters_in_a_pipeline_take_one_round() {
    broadcast::check_that_pipelines_take_one_round();
}

#[test]
fn pops_are_sent_as_reported() {
    check(&pop::cases());
}

#[test]
fn reads_of_streams_are_sent_as_reported() {
    check(&streams::cases());
}

#[test]
fn sorts_are_sent_as_reported() {
    check(&sort::cases());
}

#[test]
fn gathered_sets_are_sent_as_reported() {
    check(&gather::sets());
}

#[test]
fn gathered_sorted_sets_are_sent_as_reported() {
    check(&gather::sorted_sets());
}

#[test]
fn gathered_bits_are_sent_as_reported() {
    check(&gather::bits());
}

#[test]
fn colocated_commands_are_sent_as_reported() {
    check(&colocate::cases());
}

#[test]
fn transfers_are_sent_as_reported() {
    check(&transfer::cases());
}

/// All cases of all families.
fn all_cases() -> Vec<Case> {
    let families = [
        single::cases(),
        split::cases(),
        broadcast::cases(),
        pop::cases(),
        streams::cases(),
        sort::cases(),
        gather::sets(),
        gather::sorted_sets(),
        gather::bits(),
        colocate::cases(),
        transfer::cases(),
    ];
    families.into_iter().flatten().collect()
}
