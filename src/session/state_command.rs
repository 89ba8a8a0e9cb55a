//! The commands that concern the state of the session itself.

use crate::command::{Block, Command, lookup};
use crate::error::{Code, Error};
use crate::routing::fieldset_error;

/// Returns the name of a command that concerns the session itself, in lower case, with `|` before a subcommand. `None` for other commands.
pub(crate) fn state_command(args: &[&[u8]]) -> Option<&'static str> {
    let Some(command) = lookup(args) else { return newer_client_command(args) };
    concerns_session(command).then_some(command.name)
}

fn concerns_session(command: &Command) -> bool {
    command.session || matches!(command.name, "client|getname" | "client|id" | "client|info")
}

/// Whether the reply of a session is that of the cluster, and the session stays as it is: outside a transaction, a subscription and CLIENT REPLY.
pub(crate) fn is_stateless(command: &Command) -> bool {
    // CLIENT KILL may close this session.
    !concerns_session(command) && command.block == Block::Never && !command.name.starts_with("client")
}

/// The subcommands of CLIENT that the command table does not have.
fn newer_client_command(args: &[&[u8]]) -> Option<&'static str> {
    let [name, subcommand, ..] = args else { return None };
    let known = [("SETINFO", "client|setinfo"), ("NO-TOUCH", "client|no-touch")];
    let (_, found) = known.into_iter().find(|(word, _)| subcommand.eq_ignore_ascii_case(word.as_bytes()))?;
    name.eq_ignore_ascii_case(b"CLIENT").then_some(found)
}

/// Whether sessions never support the command. Others are unsupported only inside a transaction.
pub(crate) fn is_never_supported(name: &str) -> bool {
    matches!(name, "sync" | "psync" | "asking" | "readonly" | "readwrite" | "replconf")
}

/// The error of a command that sessions do not support.
pub(crate) fn unsupported(name: &str) -> Error {
    if name.starts_with("himport|") {
        return fieldset_error(name);
    }
    let why = match name {
        "client|tracking" | "client|caching" => "it applies to one connection, and a session uses several",
        "asking" | "readonly" | "readwrite" => "it belongs to Redis Cluster",
        _ => "sessions do not support it",
    };
    Error::new(Code::Request, format!("{}: {why}", displayed(name)))
}

/// The error of a command that sessions do not support inside MULTI.
pub(crate) fn unsupported_in_transaction(name: &str) -> Error {
    Error::new(Code::Request, format!("{}: sessions do not support it inside MULTI", displayed(name)))
}

fn displayed(name: &str) -> String {
    name.replace('|', " ").to_uppercase()
}
