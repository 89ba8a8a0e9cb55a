//! What the library knows of each command: its arity, its keys, whether it only reads, how long it may block, and its strategy across nodes.
//!
//! [`table`] holds what servers say of their commands and is generated; [`strategy`] and [`commands`] hold what the library adds. A server is asked
//! once about a command that is not in the table ([`ServerInfo`]).

mod commands;
mod flags;
mod introspect;
mod keys;
mod lookup;
mod lua;
mod modules;
mod placed_key;
mod read_timeout;
mod row;
mod script_keys;
mod server_info;
pub(crate) mod strategy;
mod table;

#[cfg(test)]
pub(crate) use crate::command::commands::COMMANDS;
pub(crate) use crate::command::flags::CommandFlags;
#[doc(hidden)]
pub use crate::command::introspect::{all_commands, data_commands, keys_of};
pub(crate) use crate::command::keys::{Positions, places, positions, sort_patterns};
pub(crate) use crate::command::lookup::{ignores_database, lookup};
pub(crate) use crate::command::modules::{ModuleCommand, module_command};
pub(crate) use crate::command::placed_key::{Key, PlacedKeys, as_sent, is_renamed};
pub(crate) use crate::command::read_timeout::ReadTimeout;
pub(crate) use crate::command::script_keys::{UndeclaredUse, undeclared_use};
pub(crate) use crate::command::server_info::{ServerCommand, ServerCommandKeys, ServerInfo};
pub(crate) use crate::command::strategy::{
    Destination, GatherKind, PopKind, ResponsePolicy, SetOperation, SplitKind, Strategy, TransferKind,
};

use std::time::Duration;

/// A command, or a subcommand of a container such as `CONFIG`.
///
/// The order of the fields is their order in memory: those that every call reads come first.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Command {
    /// In lower case; of a subcommand `config|get`.
    pub name: &'static str,
    /// The number of arguments, with the command's name. Negative: the minimum number.
    pub arity: i32,
    pub access: Access,
    pub keys: Keys,
    pub strategy: Strategy,
    pub block: Block,
    /// It changes the state of its connection, so it must not run on a shared one.
    pub session: bool,
    /// It has subcommands, which have entries of their own.
    pub container: bool,
    /// Its name has at most eight characters, all of them letters. Most commands' names do.
    pub is_short_word: bool,
    /// The first release that has it, `redis 7.4.0`, or `redis 7.4.0, valkey 9.0.0` if both products added it. Valkey has all commands of
    /// Redis 7.2.
    pub since: &'static str,
}

/// What a command does to data. It decides whether the command may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads, so it may be sent again.
    Read,
    Write,
    /// The server gives neither flag; it is not sent again.
    Other,
}

/// Which arguments of a command are keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keys {
    /// Only this argument.
    One(usize),
    /// As Redis's key specifications say.
    Specs(&'static [KeySpec]),
    /// `SORT`: the first argument and the one after STORE. Its patterns name more keys, which are not known before it runs.
    Sort,
    /// `MIGRATE`: the third argument, or, if that is empty, all arguments after KEYS.
    Migrate,
}

/// One of Redis's key specifications: the position of the first key, and how to find the others.
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
    /// After this keyword. The search begins at an argument; a negative number counts from the end and searches backwards.
    Keyword(&'static str, i32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Find {
    /// To `last`, relative to the first key, or, if negative, to the end of the arguments. With a `limit` above 1 only that fraction of the
    /// remaining arguments are keys.
    Range { last: i32, step: usize, limit: usize },
    /// The argument at `count` is the number of keys; they begin at `first`.
    Counted { count: usize, first: usize, step: usize },
}

/// Which argument says how long a command may block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    Never,
    /// This argument, in seconds.
    At(u8),
    /// The last argument, in seconds.
    Last,
    /// The last argument, in milliseconds.
    LastMillis,
    /// The argument after BLOCK, in milliseconds.
    Option,
}

impl Command {
    /// Whether a server accepts this number of arguments, the command's name included.
    #[inline]
    pub(crate) fn takes(&self, count: usize) -> bool {
        fits(self.arity, count)
    }

    /// How long to wait for the reply. A timeout of 0 means no limit; the server rejects at once what is not a number.
    #[inline]
    pub(crate) fn read_timeout(&self, args: &[&[u8]]) -> ReadTimeout {
        if self.block == Block::Never { ReadTimeout::Configured } else { self.block_time(args) }
    }

    /// Whether a server of a supported release, Redis 6.2 or later, may lack the command.
    pub(crate) fn may_be_missing(&self) -> bool {
        let is_in_first_release = |major: u8| self.since.starts_with("redis ") && self.since.as_bytes().get(6) == Some(&major);
        !(b'0'..=b'6').any(is_in_first_release)
    }

    /// Whether it runs a script or a function of the caller.
    pub(crate) fn runs_script(&self) -> bool {
        self.name.starts_with("eval") || self.name.starts_with("fcall")
    }

    fn block_time(&self, args: &[&[u8]]) -> ReadTimeout {
        let (argument, unit) = match self.block {
            Block::Never => (None, 0.0),
            Block::At(position) => (args.get(usize::from(position)), 1.0),
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

/// Whether a number of arguments fits Redis's arity: the exact number, or, if negative, the minimum.
#[inline]
pub(crate) fn fits(arity: i32, count: usize) -> bool {
    let minimum = arity.unsigned_abs() as usize;
    count == minimum || (arity < 0 && count > minimum)
}
