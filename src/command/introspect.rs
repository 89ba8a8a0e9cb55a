//! What the tests ask of the table.

use crate::command::commands::COMMANDS;
use crate::command::{Access, Keys, lookup, positions};
use crate::error::{Code, Error};

/// Which arguments of a command of the table are its keys, the name being at 0.
#[doc(hidden)]
pub fn keys_of(args: &[&[u8]]) -> Result<Vec<usize>, Error> {
    let command = lookup(args).ok_or_else(|| Error::new(Code::Request, "not a command of the table"))?;
    if !command.takes(args.len()) {
        return Err(Error::new(Code::Request, "a wrong number of arguments"));
    }
    positions(command, args).map(|found| found.to_vec())
}

/// The commands of the table that read or write data, or have keys: their names in small letters, and the release that brought each. Those
/// that need a session are left out.
#[doc(hidden)]
pub fn data_commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_on_data = |access: Access, keys: Keys| access != Access::Other || keys != Keys::Specs(&[]);
    let commands = COMMANDS.iter().filter(move |command| is_on_data(command.access, command.keys) && !command.session);
    commands.map(|command| (command.name, command.since))
}
