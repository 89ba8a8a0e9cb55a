//! Access to the command table for tests.

use crate::command::commands::COMMANDS;
use crate::command::{Access, Begin, Find, Keys, lookup, positions};
use crate::error::{Code, Error};

/// The positions of the keys of a command of the table. The command's name is at 0. Fails if the command is not in the table or has a wrong
/// number of arguments.
#[doc(hidden)]
pub fn keys_of(args: &[&[u8]]) -> Result<Vec<usize>, Error> {
    let command = lookup(args).ok_or_else(|| Error::new(Code::Request, "the command is not in the table"))?;
    if !command.takes(args.len()) {
        return Err(Error::new(Code::Request, "a wrong number of arguments"));
    }
    let found = positions(command, args).ok_or_else(|| Error::new(Code::Request, "the arguments contradict the number of keys"))?;
    Ok(found.to_vec())
}

/// The commands of the table that read or write data, or have keys: the name in lower case, and the first release. Commands that require a
/// session are left out.
#[doc(hidden)]
pub fn data_commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_on_data = |access: Access, keys: Keys| access != Access::Other || keys != Keys::Specs(&[]);
    let commands = COMMANDS.iter().filter(move |command| is_on_data(command.access, command.keys) && !command.session);
    commands.map(|command| (command.name, command.since))
}

/// All commands of the table: the name in lower case, the arity, and the position of the number of keys, if the command has one. A subcommand is
/// `config|get`.
#[doc(hidden)]
pub fn all_commands() -> impl Iterator<Item = (&'static str, i32, Option<usize>)> {
    COMMANDS.iter().map(|command| (command.name, command.arity, key_count_position(command.keys)))
}

fn key_count_position(keys: Keys) -> Option<usize> {
    let Keys::Specs(specs) = keys else { return None };
    specs.iter().find_map(|spec| match (spec.begin, spec.find) {
        (Begin::Index(index), Find::Counted { count, .. }) => Some(index + count),
        _ => None,
    })
}
