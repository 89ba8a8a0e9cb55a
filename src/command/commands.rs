//! The commands: what servers say of them ([`crate::command::table`]), joined at compile time with what the library adds.

use crate::command::Keys::Specs;
use crate::command::row::Row;
use crate::command::strategy::{Strategy, is_among};
use crate::command::table::ROWS;
use crate::command::{Block, Command, Keys};

/// All commands, sorted by name.
#[allow(long_running_const_eval, reason = "each row is looked for in the lists below")]
pub(crate) static COMMANDS: [Command; ROWS.len()] = {
    let mut commands = [command(&ROWS[0]); ROWS.len()];
    let mut nth = 1;
    while nth < ROWS.len() {
        commands[nth] = command(&ROWS[nth]);
        nth += 1;
    }
    commands
};

const fn command(row: &Row) -> Command {
    let session = is_among(row.name, SESSION);
    let keys = keys(row);
    let strategy = match keys {
        _ if session => Strategy::Refuse,
        Specs(specs) => Strategy::for_command(row.name, !specs.is_empty(), row.request_policy, row.response_policy),
        _ => Strategy::for_command(row.name, true, row.request_policy, row.response_policy),
    };
    Command {
        name: row.name,
        arity: row.arity,
        access: row.access,
        keys,
        strategy,
        block: block(row.name),
        session,
        container: row.container,
        is_short_word: is_short_word(row.name.as_bytes()),
        since: row.since,
    }
}

/// The keys by the server's key specifications, except where these are incomplete.
const fn keys(row: &Row) -> Keys {
    match row.name.as_bytes() {
        b"sort" | b"sort_ro" => Keys::Sort,
        b"migrate" => Keys::Migrate,
        // Its channel is not a key for the server; here it determines the node.
        b"publish" => Keys::One(1),
        _ => row.keys,
    }
}

/// Which argument says how long the command blocks. The server says only that it blocks.
const fn block(name: &str) -> Block {
    match name.as_bytes() {
        b"blpop" | b"brpop" | b"bzpopmin" | b"bzpopmax" | b"blmove" | b"brpoplpush" => Block::Last,
        b"blmpop" | b"bzmpop" => Block::At(1),
        b"bzmove" => Block::At(4),
        b"blmovem" => Block::At(5),
        b"wait" | b"waitaof" => Block::LastMillis,
        b"xread" | b"xreadgroup" => Block::Option,
        _ => Block::Never,
    }
}

const fn is_short_word(name: &[u8]) -> bool {
    let mut nth = 0;
    while nth < name.len() {
        if !name[nth].is_ascii_lowercase() {
            return false;
        }
        nth += 1;
    }
    name.len() <= 8
}

/// Commands that change the state of their connection, or take it over. The server has no flag for that.
#[rustfmt::skip]
const SESSION: &[&str] = &[
    "asking", "auth", "client|caching", "client|capa", "client|import-source", "client|no-evict", "client|no-touch", "client|reply",
    "client|setinfo", "client|setname", "client|tracking", "cluster|syncslots", "discard", "exec", "hello",
    "himport|discard", "himport|discardall", "himport|prepare", "himport|set", "monitor", "multi", "psubscribe",
    "psync", "punsubscribe", "quit", "readonly", "readwrite", "replconf", "reset", "script|debug", "select", "ssubscribe", "subscribe",
    "sunsubscribe", "sync", "unsubscribe", "unwatch", "watch",
];
