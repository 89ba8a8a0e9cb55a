//! For each command of a batch, which servers' replies make up its reply.

use crate::command::ResponsePolicy;
use crate::crossnode::split::Split;
use crate::error::Error;
use crate::routing::CrossNodeCommand;
use smallvec::SmallVec;

/// A command of a batch.
pub(crate) struct Slot<'a> {
    pub name: &'a [u8],
    pub reply: ExpectedReply<'a>,
}

/// Where the reply to a command comes from. `index` counts the commands in the pipeline of the server.
pub(crate) enum ExpectedReply<'a> {
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
    Broadcast(Box<Broadcast<'a>>),
    Failure(Error),
}

/// A command that every master gets.
pub(crate) struct Broadcast<'a> {
    pub args: SmallVec<[&'a [u8]; 4]>,
    pub command: CrossNodeCommand<'a>,
    pub policy: ResponsePolicy,
    /// By server: the index of its first command in the pipeline; `None` if it gets none.
    pub indexes: SmallVec<[Option<u32>; 4]>,
    /// How many commands each server gets for it.
    pub commands: u32,
}
