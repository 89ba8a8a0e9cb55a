//! From a command's name to its entry in the table.

use super::Command;
use super::table::TABLE;

/// A power of two, and more than twice the table's length, so that most names are found at the first place looked at.
const SLOTS: usize = 1024;
const EMPTY: u16 = u16::MAX;

/// For each hash the place in the table; where it is taken, the next free one.
static INDEX: [u16; SLOTS] = {
    let mut index = [EMPTY; SLOTS];
    let mut at = 0;
    while at < TABLE.len() {
        let mut slot = hash(TABLE[at].name.as_bytes()) as usize % SLOTS;
        while index[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = at as u16;
        at += 1;
    }
    index
};

/// FNV-1a over names whose letters may be large or small.
#[inline]
const fn hash(name: &[u8]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let mut at = 0;
    while at < name.len() {
        hash = (hash ^ (name[at] | 0x20) as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash ^ hash >> 15
}

/// The entry of a command, of its subcommand where it is a container. `None`: the table has no such command.
#[inline]
pub(crate) fn lookup(args: &[&[u8]]) -> Option<&'static Command> {
    let name = *args.first()?;
    let command = find(name)?;
    if command.container { subcommand(command, args) } else { Some(command) }
}

#[cold]
fn subcommand(container: &'static Command, args: &[&[u8]]) -> Option<&'static Command> {
    match args.get(1) {
        None => Some(container),
        Some(subcommand) => find(&[container.name.as_bytes(), subcommand].join(&b'|')),
    }
}

#[inline]
fn find(name: &[u8]) -> Option<&'static Command> {
    let mut slot = hash(name) as usize % SLOTS;
    while INDEX[slot] != EMPTY {
        let command = &TABLE[usize::from(INDEX[slot])];
        if is_same(command.name.as_bytes(), name) {
            return Some(command);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

/// Whether a name, in whatever letters, is the one in small letters.
#[inline]
fn is_same(small: &[u8], name: &[u8]) -> bool {
    small.len() == name.len() && small.iter().zip(name).all(|(&small, &byte)| byte == small || byte.to_ascii_lowercase() == small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(args: &[&[u8]]) -> Option<&'static str> {
        lookup(args).map(|command| command.name)
    }

    #[test]
    fn every_command_is_found_by_its_name_in_any_case() {
        for command in TABLE {
            let upper = command.name.to_uppercase();
            let args: Vec<&[u8]> = upper.split('|').map(str::as_bytes).collect();
            assert_eq!(name(&args), Some(command.name));
        }
    }

    #[test]
    fn a_container_is_found_with_its_subcommand_and_alone() {
        assert_eq!(name(&[b"Object", b"EnCoding", b"key"]), Some("object|encoding"));
        assert_eq!(name(&[b"object"]), Some("object"));
        assert_eq!(name(&[b"object", b"nonsense"]), None);
    }

    #[test]
    fn what_is_no_command_is_not_found() {
        for stranger in [&b""[..], b"ge", b"gett", b"\xff", b"{", b"zz", b"G\x05T", &[b'a'; 100]] {
            assert_eq!(name(&[stranger, b"get"]), None);
        }
    }

    #[test]
    fn the_index_is_roomy() {
        assert!(TABLE.len() * 2 < SLOTS);
    }
}
