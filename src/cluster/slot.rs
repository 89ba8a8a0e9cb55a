//! For each command of a batch, which servers' replies make up its reply.

use crate::crossnode::split::Split;
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
    Failure(Error),
}
