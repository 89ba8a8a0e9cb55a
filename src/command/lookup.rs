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
        let mut slot = hash(START, TABLE[at].name.as_bytes()) as usize % SLOTS;
        while index[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        index[slot] = at as u16;
        at += 1;
    }
    index
};

const START: u32 = 0x811c_9dc5;

/// FNV-1a over names whose letters may be large or small.
#[inline]
const fn hash(start: u32, name: &[u8]) -> u32 {
    let mut hash = start;
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
    let command = find(hash(START, name), |known| known.eq_ignore_ascii_case(name))?;
    if !command.container {
        return Some(command);
    }
    let Some(subcommand) = args.get(1) else { return Some(command) };
    let whole = [name, subcommand].join(&b'|');
    find(hash(START, &whole), |known| known.eq_ignore_ascii_case(&whole))
}

#[inline]
fn find(hash: u32, is_it: impl Fn(&[u8]) -> bool) -> Option<&'static Command> {
    let mut slot = hash as usize % SLOTS;
    while INDEX[slot] != EMPTY {
        let command = &TABLE[usize::from(INDEX[slot])];
        if is_it(command.name.as_bytes()) {
            return Some(command);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
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
