//! Commands that are not in the table, such as a module's or a newer server's. A server describes them; the description is kept as long as the
//! handle.

use crate::command::Access;
use crate::resp::{Reply, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Clone)]
pub(crate) struct ServerCommand {
    pub arity: i32,
    pub access: Access,
    pub keys: ServerCommandKeys,
    /// The server rejects it in a transaction.
    pub no_multi: bool,
    /// It has subcommands, which have descriptions of their own.
    pub container: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerCommandKeys {
    None,
    /// From `first` to `last` (negative: counted from the end) with this step.
    Range {
        first: usize,
        last: i32,
        step: usize,
    },
    /// The server must be asked for every call, by `COMMAND GETKEYS`.
    Dynamic,
}

#[derive(Default)]
pub(crate) struct ServerInfo {
    known: Mutex<HashMap<Vec<u8>, Arc<ServerCommand>>>,
}

impl ServerInfo {
    pub(crate) fn get(&self, name: &[u8]) -> Option<Arc<ServerCommand>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(name.to_ascii_lowercase().as_slice()).cloned()
    }

    pub(crate) fn remember(&self, name: &[u8], command: ServerCommand) -> Arc<ServerCommand> {
        let command = Arc::new(command);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_ascii_lowercase(), command.clone());
        command
    }
}

impl ServerCommand {
    /// Whether so many arguments include a first key, if the command has keys at fixed positions. Modules leave it to the command to check that.
    pub(crate) fn has_room_for_key(&self, count: usize) -> bool {
        !matches!(self.keys, ServerCommandKeys::Range { first, .. } if first >= count)
    }

    /// Parses the reply to `COMMAND INFO name`; `None` when the server does not know the command.
    pub(crate) fn from_info(reply: &Reply) -> Option<ServerCommand> {
        let Value::Array(mut commands) = reply.root() else { return None };
        let Some(Value::Array(mut facts)) = commands.next() else { return None };
        facts.next()?;
        let Some(Value::Integer(arity)) = facts.next() else { return None };
        let Some(Value::Array(flags)) = facts.next() else { return None };
        let flags: Vec<&[u8]> =
            flags.filter_map(|flag| if let Value::Status(flag) | Value::String(flag) = flag { Some(flag) } else { None }).collect();
        let mut number = || if let Some(Value::Integer(number)) = facts.next() { i32::try_from(number).ok() } else { None };
        let (first, last, step) = (number()?, number()?, number()?);
        let has = |flag: &str| flags.contains(&flag.as_bytes());
        let access = match (has("readonly"), has("write")) {
            (true, false) => Access::Read,
            (_, true) => Access::Write,
            _ => Access::Other,
        };
        let keys = match (usize::try_from(first), usize::try_from(step)) {
            _ if has("movablekeys") => ServerCommandKeys::Dynamic,
            (Ok(first), Ok(step)) if first > 0 && step > 0 => ServerCommandKeys::Range { first, last, step },
            _ => ServerCommandKeys::None,
        };
        // After the ACL categories, Redis 7 sends tips, key specifications and subcommands.
        let container = matches!(facts.nth(3), Some(Value::Array(subcommands)) if subcommands.len() > 0);
        Some(ServerCommand { arity: i32::try_from(arity).ok()?, access, keys, no_multi: has("no_multi"), container })
    }
}
