//! From a command's name to its entry in the table.

use super::Command;
use super::table::TABLE;

/// Longer than any name in the table.
const LONGEST: usize = 32;

/// Where the names with each first letter begin in the table; the one after the last letter is its end.
const LETTERS: [u16; 27] = {
    let mut letters = [0; 27];
    let mut letter = 0;
    let mut at = 0;
    while letter < 27 {
        while at < TABLE.len() && TABLE[at].name.as_bytes()[0] < b'a' + letter as u8 {
            at += 1;
        }
        letters[letter] = at as u16;
        letter += 1;
    }
    letters
};

/// The entry of a command, of its subcommand where it is a container. `None`: the table has no such command.
#[inline]
pub(crate) fn lookup(args: &[&[u8]]) -> Option<&'static Command> {
    let mut buffer = [0; LONGEST];
    let length = lower(&mut buffer, 0, args.first()?)?;
    let command = find(&buffer[..length])?;
    if !command.container {
        return Some(command);
    }
    let Some(subcommand) = args.get(1) else { return Some(command) };
    *buffer.get_mut(length)? = b'|';
    let length = lower(&mut buffer, length + 1, subcommand)?;
    find(&buffer[..length])
}

/// Writes a name at `start` in small letters; answers where it ends.
#[inline]
fn lower(buffer: &mut [u8; LONGEST], start: usize, name: &[u8]) -> Option<usize> {
    let end = start + name.len();
    let target = buffer.get_mut(start..end)?;
    target.iter_mut().zip(name).for_each(|(small, letter)| *small = letter.to_ascii_lowercase());
    Some(end)
}

#[inline]
fn find(name: &[u8]) -> Option<&'static Command> {
    let letter = usize::from(name.first()?.wrapping_sub(b'a'));
    let (start, end) = (*LETTERS.get(letter)?, *LETTERS.get(letter + 1)?);
    let names = &TABLE[usize::from(start)..usize::from(end)];
    names.binary_search_by(|command| command.name.as_bytes().cmp(name)).ok().map(|at| &names[at])
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
        for stranger in [&b""[..], b"ge", b"gett", b"\xff", b"config|get", b"{", b"zz", &[b'a'; 100]] {
            assert_eq!(name(&[stranger, b"get"]), if stranger == b"config|get" { Some("config|get") } else { None });
        }
    }
}
