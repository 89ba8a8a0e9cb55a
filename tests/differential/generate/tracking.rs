//! Puts CLIENT TRACKING and CLIENT CACHING between the commands of a sequence.

use super::command::{Command, Word};
use crate::support::random::Random;

const MODES: &[&str] = &[
    "ON",
    "ON OPTIN",
    "ON OPTOUT",
    "ON NOLOOP",
    "ON OPTIN NOLOOP",
    "ON BCAST",
    "ON BCAST PREFIX k",
    "ON BCAST PREFIX t PREFIX k1 PREFIX u",
    "ON BCAST NOLOOP",
];

/// The sequence with a mode at its beginning, and others at random places. CLIENT CACHING precedes some commands.
pub fn with_tracking(sequence: Vec<Command>, random: &mut Random) -> Vec<Command> {
    let mut all = vec![client("tracking", random.pick::<&str>(MODES))];
    for command in sequence {
        match random.below(60) {
            0 => all.extend([client("tracking", "OFF"), client("tracking", random.pick::<&str>(MODES))]),
            // Refused unless the mode is the same.
            1 => all.push(client("tracking", random.pick::<&str>(MODES))),
            2..12 => all.push(client("caching", if random.below(2) == 0 { "YES" } else { "NO" })),
            _ => {}
        }
        all.push(command);
    }
    all
}

fn client(subcommand: &str, arguments: &str) -> Command {
    let words = ["CLIENT", subcommand].into_iter().chain(arguments.split(' ')).map(|word| Word::Text(word.as_bytes().to_vec()));
    Command { name: format!("client|{subcommand}"), words: words.collect(), corrupted: false }
}
