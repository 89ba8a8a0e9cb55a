//! A row of the generated command table.

use crate::command::{Access, Keys};

/// What servers say of a command, by `COMMAND` and `COMMAND DOCS`.
pub(super) struct Row {
    /// In lower case; of a subcommand `config|get`.
    pub name: &'static str,
    pub arity: i32,
    pub access: Access,
    pub keys: Keys,
    /// It has subcommands, which have rows of their own.
    pub container: bool,
    /// Its tips `request_policy` and `response_policy`; empty without one.
    pub request_policy: &'static str,
    pub response_policy: &'static str,
    pub since: &'static str,
}

/// The values that most rows have; the table names the others.
pub(super) const ROW: Row = Row {
    name: "",
    arity: 0,
    access: Access::Other,
    keys: Keys::Specs(&[]),
    container: false,
    request_policy: "",
    response_policy: "",
    since: "",
};
