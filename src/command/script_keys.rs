//! Finds out whether a script without keys uses keys nevertheless.

use crate::command::lua::{ScriptCall, calls};
use crate::command::{Access, Begin, Command, Keys, lookup, positions};

/// What a script does that depends on the node it runs on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UndeclaredUse<'s> {
    /// It calls this command with a literal key.
    Key(&'static str, &'s [u8]),
    /// It calls this command, which has no key and concerns the data of all nodes.
    AllKeys(&'static str),
}

/// The first call in a script whose result depends on the node.
pub(crate) fn undeclared_use(source: &[u8]) -> Option<UndeclaredUse<'_>> {
    calls(source).into_iter().find_map(use_of_call)
}

fn use_of_call(call: ScriptCall) -> Option<UndeclaredUse> {
    let args: Vec<&[u8]> = call.iter().map(|argument| argument.unwrap_or_default()).collect();
    let command = call.first()?.and_then(|_| lookup(&args))?;
    if command.keys == Keys::Specs(&[]) {
        return (command.access != Access::Other).then_some(UndeclaredUse::AllKeys(command.name));
    }
    let is_literal_key = |at: usize| call.get(at).copied().flatten().map(|key| UndeclaredUse::Key(command.name, key));
    if command.takes(args.len())
        && let Some(positions) = positions(command, &args)
    {
        return positions.into_iter().find_map(is_literal_key);
    }
    // An argument such as `unpack(…)` can stand for several.
    first_position(command).and_then(is_literal_key)
}

fn first_position(command: &Command) -> Option<usize> {
    match command.keys {
        Keys::One(position) => Some(position),
        Keys::Specs([spec, ..]) => match (spec.begin, spec.find) {
            (Begin::Index(index), crate::command::Find::Range { .. }) => Some(index),
            _ => None,
        },
        Keys::Sort => Some(1),
        Keys::Specs([]) | Keys::Migrate => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_key_is_found() {
        for (source, command, key) in [
            ("return redis.call('SET', 'x', 1)", "set", "x"),
            ("redis.call('MGET', ARGV[1], 'y')", "mget", "y"),
            ("redis.call('zunion', 2, ARGV[1], 'z')", "zunion", "z"),
            ("redis.call('ZADD', 'scores', unpack(ARGV))", "zadd", "scores"),
            ("redis.call('HSET', 'h', unpack(ARGV))", "hset", "h"),
            ("redis.call('OBJECT', 'ENCODING', 'o')", "object|encoding", "o"),
            ("redis.call('PUBLISH', 'channel', 1)", "publish", "channel"),
        ] {
            assert_eq!(undeclared_use(source.as_bytes()), Some(UndeclaredUse::Key(command, key.as_bytes())), "{source}");
        }
    }

    #[test]
    fn commands_on_all_keys_are_found() {
        for command in ["keys", "scan", "dbsize", "randomkey", "flushall", "flushdb", "swapdb"] {
            let source = format!("return redis.call('{command}')");
            assert_eq!(undeclared_use(source.as_bytes()), Some(UndeclaredUse::AllKeys(command)), "{source}");
        }
    }

    #[test]
    fn other_scripts_use_no_undeclared_key() {
        for source in [
            "return ARGV[1]",
            "return redis.call('TIME')",
            "return redis.call('PING')",
            "return redis.call('GET', KEYS[1])",
            "return redis.call('SET', ARGV[1], 'x')",
            "return redis.call('DEL', unpack(ARGV))",
            "return redis.call('GET', 'prefix:' .. ARGV[1])",
            "return redis.call('NOSUCH', 'x')",
            "return redis.call(ARGV[1], 'x')",
            "return redis.sha1hex('x')",
        ] {
            assert_eq!(undeclared_use(source.as_bytes()), None, "{source}");
        }
    }
}
