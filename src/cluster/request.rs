//! Requests that must consist of one command.

use crate::error::{Code, Error};
use crate::resp::{Args, Commands};

/// The arguments of the only command of a request.
pub(crate) fn only_command(request: &[u8]) -> Result<Args<'_>, Error> {
    let mut commands = Commands::new(request);
    let mut args = Args::new();
    match commands.next(&mut args)? {
        Some(whole) if whole.end == request.len() => Ok(args),
        Some(whole) => Err(Error::new(Code::Request, format!("request, byte {}: more than one command", whole.end))),
        None => Err(Error::new(Code::Request, "an empty request; one command is required")),
    }
}
