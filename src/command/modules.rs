//! Commands of well-known modules whose `COMMAND INFO` does not name all their keys, or names an index as a key; and STRALGO, which only Redis 6
//! has.
//!
//! `COMMAND INFO` is right about the other commands of these modules, which have one key.

use crate::command::Positions;
use crate::command::strategy::{Destination, ResponsePolicy, SplitKind, Strategy};

/// What the library knows better than the server.
#[derive(Debug, PartialEq)]
pub(crate) enum ModuleCommand {
    /// These arguments are keys.
    Keys(Positions, Strategy),
    /// It has no keys, and its result is that of all nodes together.
    AllNodes(ResponsePolicy),
    /// A server rejects its number of keys.
    Malformed,
    /// It cannot run on several nodes, for this reason.
    OneNodeOnly(&'static str),
}

/// `None` if `COMMAND INFO` is right about the command.
pub(crate) fn module_command(args: &[&[u8]]) -> Option<ModuleCommand> {
    let name = args[0].to_ascii_lowercase();
    let keys = |positions: &[usize], strategy| Some(ModuleCommand::Keys(Positions::from_slice(positions), strategy));
    match name.as_slice() {
        // JSON.MGET key [key …] path
        b"json.mget" if args.len() > 2 => {
            Some(ModuleCommand::Keys((1..args.len() - 1).collect(), Strategy::Split(SplitKind::ValuesAtPath)))
        }
        // CMS.MERGE destination numkeys source [source …] …
        b"cms.merge" | b"tdigest.merge" if args.len() > 2 => Some(match merged(args) {
            Some(positions) => ModuleCommand::Keys(positions, Strategy::Refuse),
            None => ModuleCommand::Malformed,
        }),
        b"ts.createrule" | b"ts.deleterule" if args.len() > 2 => keys(&[1, 2], Strategy::Refuse),
        b"ts.mrange" | b"ts.mrevrange" if args.iter().any(|word| word.eq_ignore_ascii_case(b"GROUPBY")) => {
            Some(ModuleCommand::OneNodeOnly("its groups can have series on several nodes"))
        }
        b"ts.mget" | b"ts.mrange" | b"ts.mrevrange" | b"ts.queryindex" => Some(ModuleCommand::AllNodes(ResponsePolicy::Concatenate)),
        b"stralgo" => stralgo(args),
        b"ft.sugadd" | b"ft.sugdel" | b"ft.sugget" | b"ft.suglen" => None,
        name if name.starts_with(b"ft.") || name.starts_with(b"_ft.") => {
            Some(ModuleCommand::OneNodeOnly("an index has the documents of one node"))
        }
        _ => None,
    }
}

/// `STRALGO LCS [KEYS a b | STRINGS a b] [IDX] [LEN] [MINMATCHLEN length] [WITHMATCHLEN]`. `None`: the server rejects it.
fn stralgo(args: &[&[u8]]) -> Option<ModuleCommand> {
    let mut at = 2;
    while let Some(word) = args.get(at) {
        let has_two = args.len() > at + 2;
        match word.to_ascii_uppercase().as_slice() {
            b"KEYS" if has_two => {
                let keys = Positions::from_slice(&[at + 1, at + 2]);
                return Some(ModuleCommand::Keys(keys, Strategy::Colocate(Destination::None)));
            }
            b"STRINGS" if has_two => return Some(ModuleCommand::Keys(Positions::new(), Strategy::AnyMaster)),
            b"MINMATCHLEN" => at += 2,
            _ => at += 1,
        }
    }
    Some(ModuleCommand::Malformed)
}

/// The destination and the sources of a merge; `None` if there are fewer arguments than the number of sources.
fn merged(args: &[&[u8]]) -> Option<Positions> {
    let sources = std::str::from_utf8(args[2]).ok()?.parse::<usize>().ok().filter(|&sources| sources > 0 && sources < args.len() - 2)?;
    Some(std::iter::once(1).chain(3..3 + sources).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str) -> Option<ModuleCommand> {
        module_command(&command.split(' ').map(str::as_bytes).collect::<Vec<_>>())
    }

    #[test]
    fn the_keys_of_merges_are_found() {
        let keys = |positions: &[usize]| Some(ModuleCommand::Keys(Positions::from_slice(positions), Strategy::Refuse));
        assert_eq!(found("CMS.MERGE d 2 a b WEIGHTS 1 2"), keys(&[1, 3, 4]));
        assert_eq!(found("tdigest.merge d 1 a OVERRIDE"), keys(&[1, 3]));
        assert_eq!(found("TS.CREATERULE a b AGGREGATION avg 1"), keys(&[1, 2]));
        for malformed in
            ["CMS.MERGE d 3 a b", "CMS.MERGE d x a", "CMS.MERGE d 0 a", "CMS.MERGE d -1 a", "CMS.MERGE d 18446744073709551615 a"]
        {
            assert_eq!(found(malformed), Some(ModuleCommand::Malformed), "{malformed}");
        }
    }

    #[test]
    fn the_keys_of_stralgo_are_found_among_its_options() {
        let keys = |positions: &[usize]| Some(ModuleCommand::Keys(Positions::from_slice(positions), Strategy::Colocate(Destination::None)));
        assert_eq!(found("STRALGO LCS KEYS a b IDX"), keys(&[3, 4]));
        assert_eq!(found("stralgo lcs idx minmatchlen 3 keys strings keys"), keys(&[6, 7]));
        assert_eq!(found("STRALGO LCS STRINGS keys b"), Some(ModuleCommand::Keys(Positions::new(), Strategy::AnyMaster)));
        assert_eq!(found("STRALGO LCS KEYS a"), Some(ModuleCommand::Malformed));
    }

    #[test]
    fn other_commands_are_left_to_the_server() {
        for command in ["JSON.GET a", "JSON.MGET", "JSON.MGET a", "FT.SUGADD a b 1", "BF.ADD a b", "TS.ADD a 1 1", "CMS.MERGE d", "GET a"] {
            assert_eq!(found(command), None, "{command}");
        }
    }
}
