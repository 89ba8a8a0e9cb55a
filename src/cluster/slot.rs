//! For each command of a batch, which servers' replies make up its reply.

use crate::command::SplitKind;
use crate::error::Error;

/// A command of a batch.
pub(crate) struct Slot<'a> {
    pub name: &'a [u8],
    pub reply: ExpectedReply,
}

/// Where the reply to a command comes from. `index` counts the commands in the pipeline of the server.
pub(crate) enum ExpectedReply {
    OneServer {
        server: u32,
        index: u32,
    },
    /// The same, after the reply to a SCRIPT LOAD, which is dropped.
    AfterScriptLoad {
        server: u32,
        index: u32,
    },
    Split(Box<Split>),
    /// The error of a server, known without sending the command.
    ServerError(Box<str>),
    Failure(Error),
}

/// A command that was split into parts, one per server.
pub(crate) struct Split {
    pub kind: SplitKind,
    /// For each key, in the caller's order, the index of its part.
    pub part_of_key: Vec<u32>,
    pub parts: Vec<Part>,
}

/// The sub-command of a split command for one server.
pub(crate) struct Part {
    pub server: usize,
    /// The index of the sub-command in the pipeline of the server.
    pub index: u32,
    /// The number of its keys.
    pub keys: usize,
}
