//! What the library knows of commands: how many arguments, which of them are keys, whether they only read, how long they may block,
//! and whether they can be split over nodes.
//!
//! The facts are Redis's own ([`table`]); a command that the table lacks is looked up on a server once ([`ServerInfo`]).

mod commands;
mod flags;
mod introspect;
mod keys;
mod lookup;
mod placed_key;
mod read_timeout;
mod server_info;
pub(crate) mod strategy;
mod table;

#[cfg(test)]
pub(crate) use crate::command::commands::COMMANDS;
pub(crate) use crate::command::flags::CommandFlags;
#[doc(hidden)]
pub use crate::command::introspect::{data_commands, keys_of};
pub(crate) use crate::command::keys::{Positions, places, positions, sort_patterns};
pub(crate) use crate::command::lookup::lookup;
pub(crate) use crate::command::placed_key::{Key, PlacedKeys, as_sent, is_renamed};
pub(crate) use crate::command::read_timeout::ReadTimeout;
pub(crate) use crate::command::server_info::{ServerCommand, ServerCommandKeys, ServerInfo};
pub(crate) use crate::command::strategy::{
    Destination, GatherKind, PopKind, ResponsePolicy, SetOperation, SplitKind, Strategy, TransferKind,
};

use std::time::Duration;

/// A command, or a subcommand of a container such as `CONFIG`.
///
/// In memory as it stands here: what every call looks at lies together, and what none does behind it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Command {
    /// In small letters; of a subcommand `config|get`.
    pub name: &'static str,
    /// How many arguments it takes, its name included; negative: at least so many.
    pub arity: i32,
    pub access: Access,
    pub keys: Keys,
    pub strategy: Strategy,
    pub block: Block,
    /// It changes the state of its connection, which a shared connection must not suffer.
    pub session: bool,
    /// It has subcommands, which are entries of their own.
    pub container: bool,
    /// Its name is of at most eight letters and nothing else, as most are.
    pub is_short_word: bool,
    /// The first release that has it, `redis 7.4.0`; `redis 7.4.0, valkey 9.0.0` where both products added it. What Redis had up to 7.2, Valkey
    /// has too.
    #[allow(dead_code, reason = "a fact for those who ask, not for carrying it out")]
    pub since: &'static str,
}

/// What a command does to data, as far as sending it a second time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads: it can be repeated.
    Read,
    Write,
    /// Neither flag stands with the server; it is not repeated.
    Other,
}

/// Where a command's keys stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keys {
    /// This argument alone.
    One(usize),
    /// By Redis's key specifications.
    Specs(&'static [KeySpec]),
    /// `SORT`: the first argument, and what follows STORE; its patterns name keys that cannot be told beforehand.
    Sort,
    /// `MIGRATE`: the third argument, or, where that is empty, all behind the word KEYS.
    Migrate,
}

/// One of Redis's key specifications: where to begin, and how the keys stand from there.
/// See <https://redis.io/docs/latest/develop/reference/key-specs/>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeySpec {
    pub begin: Begin,
    pub find: Find,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Begin {
    /// At this argument.
    Index(usize),
    /// Behind this word, looked for from an argument on; from a negative one, counted from the end, backwards.
    Keyword(&'static str, i32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Find {
    /// To `last` (relative to the beginning, or, negative, to the last argument) by `step`; with a `limit` above 1 only that part of the rest.
    Range { last: i32, step: usize, limit: usize },
    /// As many as the argument at `count` says, from `first` on.
    Counted { count: usize, first: usize, step: usize },
}

/// Which argument says how long a command may block on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    Never,
    /// The first argument, in seconds.
    First,
    /// The last argument, in seconds.
    Last,
    /// The last argument, in milliseconds.
    LastMillis,
    /// What follows the word BLOCK, in milliseconds.
    Option,
}

impl Command {
    /// Whether the server would take that many arguments.
    #[inline]
    pub(crate) fn takes(&self, count: usize) -> bool {
        fits(self.arity, count)
    }

    /// How long to wait for the reply. 0 blocks for ever; what is not a number, the server refuses at once.
    #[inline]
    pub(crate) fn read_timeout(&self, args: &[&[u8]]) -> ReadTimeout {
        if self.block == Block::Never { ReadTimeout::Configured } else { self.block_time(args) }
    }

    fn block_time(&self, args: &[&[u8]]) -> ReadTimeout {
        let (argument, unit) = match self.block {
            Block::Never => (None, 0.0),
            Block::First => (args.get(1), 1.0),
            Block::Last => (args.last(), 1.0),
            Block::LastMillis => (args.last(), 1e-3),
            Block::Option => (args.iter().position(|word| word.eq_ignore_ascii_case(b"BLOCK")).and_then(|at| args.get(at + 1)), 1e-3),
        };
        let number = argument.and_then(|argument| std::str::from_utf8(argument).ok()).and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(0.0) => ReadTimeout::Unlimited,
            Some(number) => Duration::try_from_secs_f64(number * unit).map_or(ReadTimeout::Configured, ReadTimeout::Extended),
            None => ReadTimeout::Configured,
        }
    }
}

/// Redis's arity: so many arguments, or, negative, at least so many.
#[inline]
pub(crate) fn fits(arity: i32, count: usize) -> bool {
    let least = arity.unsigned_abs() as usize;
    count == least || (arity < 0 && count > least)
}
