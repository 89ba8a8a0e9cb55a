//! Sequences of commands. Each sequence uses a few types, so that commands meet keys of the right type.

use super::builder::{Builder, Kind};
use super::command::Command;
use super::corrupt::corrupt;
use super::grammar::{Corruption, Rule};
use super::key_names::NAMES;
use crate::support::random::Random;

/// The sequence for a seed and a number. It is always the same.
pub fn sequence(rules: &[Rule], seed: u64, number: u64) -> Vec<Command> {
    let mut random = Random::stream(seed, number);
    let kinds = some_kinds(&mut random);
    let homes: Vec<Kind> = NAMES.iter().map(|_| *random.pick(&kinds)).collect();
    let in_play: Vec<&Rule> = rules.iter().filter(|rule| plays(rule, &kinds)).collect();
    let makers: Vec<&Rule> = in_play.iter().copied().filter(|rule| rule.makes_data).collect();
    let length = 30 + random.below(200);
    let all: Vec<usize> = heap(&in_play);
    let making: Vec<usize> = heap(&makers);
    (0..length)
        .map(|position| {
            let only_makes = position < length / 4 && random.below(10) < 7;
            let rule = if only_makes { makers[*random.pick(&making)] } else { in_play[*random.pick(&all)] };
            command(rule, &mut random, &homes, position)
        })
        .collect()
}

pub fn command(rule: &Rule, random: &mut Random, homes: &[Kind], position: usize) -> Command {
    let is_corrupted = rule.corruption != Corruption::Nothing && random.below(10) == 0;
    let mut command = Builder::new(random, homes, position, is_corrupted || rule.untagged, is_corrupted).command(rule);
    if is_corrupted {
        corrupt(&mut Builder::new(random, homes, position, true, true), &mut command, rule.corruption);
    }
    command
}

fn some_kinds(random: &mut Random) -> Vec<Kind> {
    let count = 1 + random.below(4);
    (0..count).map(|_| *random.pick(&Kind::ALL)).collect()
}

fn plays(rule: &Rule, kinds: &[Kind]) -> bool {
    let of = |placeholder: &&str| Kind::from_placeholder(placeholder).unwrap_or(Kind::Any);
    rule.keys.is_empty() || rule.keys.iter().any(|placeholder| of(placeholder) == Kind::Any || kinds.contains(&of(placeholder)))
}

/// The index of each rule, repeated by its weight.
fn heap(rules: &[&Rule]) -> Vec<usize> {
    rules.iter().enumerate().flat_map(|(at, rule)| std::iter::repeat_n(at, rule.weight)).collect()
}
