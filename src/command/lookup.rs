//! Finds a command by its name.

use crate::command::Command;
use crate::command::commands::COMMANDS;

/// A power of two, and more than twice the number of commands, so that most names are found in the first slot.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 10;

/// A hash table with open addressing: each command is in the slot of its hash, or in the next free one.
static INDEX: [Slot; SLOTS] = {
    let mut index = [EMPTY; SLOTS];
    let mut at = 0;
    while at < COMMANDS.len() {
        let name = word(COMMANDS[at].name.as_bytes());
        let mut slot = slot_of(name);
        while index[slot].command.is_some() {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = Slot { word: name, command: Some(&COMMANDS[at]) };
        at += 1;
    }
    index
};

#[derive(Clone, Copy)]
struct Slot {
    word: u64,
    command: Option<&'static Command>,
}

const EMPTY: Slot = Slot { word: 0, command: None };

/// A name as one number, in lower case. Names of at most eight letters are equal if and only if their words are. Other names may differ although
/// their words are equal.
#[inline]
const fn word(name: &[u8]) -> u64 {
    let mut word: u64 = 0;
    let mut at = 0;
    while at < name.len() {
        // For letters this removes only the case.
        word = word.rotate_left(8) ^ (name[at] | 0x20) as u64;
        at += 1;
    }
    word
}

#[inline]
const fn slot_of(word: u64) -> usize {
    (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOT_BITS)) as usize
}

/// The command with this name; of a container its subcommand. `None`: it is not in the table.
#[inline]
pub(crate) fn lookup(args: &[&[u8]]) -> Option<&'static Command> {
    let name = *args.first()?;
    let command = find(name, false)?;
    if command.container { subcommand(command, args) } else { Some(command) }
}

#[cold]
fn subcommand(container: &'static Command, args: &[&[u8]]) -> Option<&'static Command> {
    match args.get(1) {
        None => Some(container),
        Some(subcommand) => find(&[container.name.as_bytes(), subcommand].join(&b'|'), true),
    }
}

/// Finds a command, or a subcommand by its full name. A client cannot call a subcommand by that name.
#[inline]
fn find(name: &[u8], finds_subcommand: bool) -> Option<&'static Command> {
    let word = word(name);
    let mut slot = slot_of(word);
    while let Some(command) = INDEX[slot].command {
        if INDEX[slot].word == word
            && command.name.len() == name.len()
            && (command.is_short_word || is_same(command.name, name, finds_subcommand))
        {
            return Some(command);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

#[cold]
fn is_same(lower_case: &str, name: &[u8], is_subcommand: bool) -> bool {
    name.eq_ignore_ascii_case(lower_case.as_bytes()) && name.contains(&b'|') == is_subcommand
}

/// Whether a command has the same effect in every database, and a server executes it while it runs a script or function.
pub(crate) fn ignores_database(args: &[&[u8]]) -> bool {
    lookup(args).is_some_and(|command| matches!(command.name, "script|kill" | "function|kill" | "function|stats" | "shutdown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(args: &[&[u8]]) -> Option<&'static str> {
        lookup(args).map(|command| command.name)
    }

    #[test]
    fn every_command_is_found_by_its_name_in_any_case() {
        for command in COMMANDS {
            let upper = command.name.to_uppercase();
            let args: Vec<&[u8]> = upper.split('|').map(str::as_bytes).collect();
            assert_eq!(name(&args), Some(command.name));
            let letters = command.name.bytes().all(|byte| byte.is_ascii_lowercase());
            assert_eq!(command.is_short_word, letters && command.name.len() <= 8, "{}", command.name);
        }
    }

    #[test]
    fn a_container_is_found_with_and_without_its_subcommand() {
        assert_eq!(name(&[b"Object", b"EnCoding", b"key"]), Some("object|encoding"));
        assert_eq!(name(&[b"object"]), Some("object"));
        assert_eq!(name(&[b"object", b"nonsense"]), None);
        assert_eq!(name(&[b"object|encoding", b"key"]), None);
    }

    #[test]
    fn unknown_names_are_not_found() {
        for unknown in
            [&b""[..], b"ge", b"gett", b"\xff", b"{", b"zz", b"G\x05T", b"get\0", b"\0get", b"sort\x7fro", &[b'a'; 100], b"getgetget"]
        {
            assert_eq!(name(&[unknown, b"get"]), None);
        }
        // Changes one byte of a known name to each other byte. Only the other case of a letter gives the same command.
        for known in ["get", "incr", "sort_ro", "blmove", "georadius_ro"] {
            for (at, byte) in (0..known.len()).flat_map(|at| (0..=255u8).map(move |byte| (at, byte))) {
                let mut other = known.as_bytes().to_vec();
                other[at] = byte;
                let same = other.eq_ignore_ascii_case(known.as_bytes());
                assert_eq!(name(&[&other, b"x"]) == Some(known), same, "{:?}", other.escape_ascii().to_string());
            }
        }
    }

    #[test]
    fn the_index_is_at_most_half_full() {
        assert!(COMMANDS.len() * 2 < SLOTS);
    }

    #[test]
    fn the_minimum_number_of_arguments_includes_keys_at_fixed_positions() {
        for command in COMMANDS {
            if let crate::command::Keys::One(position) = command.keys {
                assert!(position < command.arity.unsigned_abs() as usize, "{}", command.name);
            }
        }
    }
}
