//! Puts some commands of a sequence into transactions.

use super::command::{Command, Word};
use super::key_names::NAMES;
use crate::support::random::Random;

/// The sequence with MULTI, EXEC, DISCARD, WATCH and UNWATCH at random places.
pub fn with_transactions(sequence: Vec<Command>, random: &mut Random) -> Vec<Command> {
    let mut all = Vec::new();
    let mut left = None;
    for command in sequence {
        left = match left {
            Some(0) => {
                all.push(plain(if random.below(6) == 0 { "discard" } else { "exec" }));
                None
            }
            Some(more) => Some(more - 1),
            None => match random.below(8) {
                0..4 => {
                    all.push(plain("multi"));
                    Some(random.below(12))
                }
                4..6 => {
                    all.push(watch(random));
                    None
                }
                6 if random.below(4) == 0 => {
                    all.push(plain(random.pick::<&str>(&["unwatch", "exec", "discard"])));
                    None
                }
                _ => None,
            },
        };
        all.push(command);
    }
    if left.is_some() {
        all.push(plain("exec"));
    }
    all
}

fn plain(name: &str) -> Command {
    Command { name: name.to_owned(), words: vec![Word::Text(name.as_bytes().to_vec())], corrupted: false }
}

fn watch(random: &mut Random) -> Command {
    let key = Word::Key { name: random.below(NAMES.len()), bare: false };
    Command { name: "watch".into(), words: vec![Word::Text(b"WATCH".to_vec()), key], corrupted: false }
}
