//! From a command to the servers that run it. Nothing is sent here. An ambiguous command is rejected.

use crate::command::{
    Access, Command, CommandFlags, Key, Keys, PlacedKeys, Positions, ReadTimeout, ResponsePolicy, ServerCommand, ServerCommandKeys,
    SplitKind, Strategy, places, positions, sort_patterns,
};
use crate::config::{Config, CrossNode, Place};
use crate::error::{Code, Error, printable};
use crate::partition::HashTag;

/// How to run a command.
pub(crate) enum Plan<'a> {
    /// On one server, unchanged except for the stored names of its keys.
    OneServer { server: usize, keys: PlacedKeys<'a>, flags: CommandFlags },
    /// As one sub-command per server, each with the keys of that server; the replies are merged.
    Split { kind: SplitKind, keys: PlacedKeys<'a>, flags: CommandFlags },
    /// In several steps on several servers.
    CrossNode(CrossNodeCommand<'a>),
}

impl<'a> Plan<'a> {
    /// The keys of the command.
    pub(crate) fn keys(&self) -> &[Key<'a>] {
        match self {
            Plan::OneServer { keys, .. } | Plan::Split { keys, .. } => keys,
            Plan::CrossNode(command) => &command.keys,
        }
    }
}

impl Plan<'_> {
    /// A command that would be split if its keys were on several servers, as one part.
    #[cold]
    pub(crate) fn split_by(self, strategy: Strategy) -> Self {
        match (self, strategy) {
            (Plan::OneServer { keys, flags, .. }, Strategy::Split(kind)) if !keys.is_empty() => Plan::Split { kind, keys, flags },
            (plan, _) => plan,
        }
    }
}

/// A command that needs several servers, the strategy for it, and its keys in the order of its arguments.
#[derive(Debug, Clone)]
pub(crate) struct CrossNodeCommand<'a> {
    pub strategy: Strategy,
    pub keys: PlacedKeys<'a>,
    pub flags: CommandFlags,
}

/// Plans a command of the command table that has a valid number of arguments.
#[inline]
pub(crate) fn plan<'a>(config: &Config, command: &Command, args: &[&'a [u8]]) -> Result<Plan<'a>, Error> {
    if command.session {
        return Err(needs_session(command.name));
    }
    let Some(keys) = placed_keys(config, command, args)?.filter(|keys| has_value_per_key(command.strategy, args, keys)) else {
        return Ok(plan_for_rejection());
    };
    let flags = flags(command, args);
    if lacks_keys(command, &keys) {
        return Ok(plan_for_rejection());
    }
    if command.strategy == Strategy::Sort && sort_reads_other_servers(config, args)? {
        return plan_for_several_servers(config, args, keys, command.strategy, flags);
    }
    match option_about_all_keys(command.strategy, args, &keys) {
        None => choose_plan(config, args, keys, command.strategy, flags),
        Some(option) => choose_plan(config, args, keys, Strategy::Refuse, flags).map_err(|error| {
            let suffix = format!("; {} applies to all of them together", upper(option));
            if error.code() == Code::CrossNode { error.with_suffix(&suffix) } else { error }
        }),
    }
}

/// Whether a command that needs keys has none: a number of keys of 0, or no STREAMS. A server rejects it.
#[inline]
pub(crate) fn lacks_keys(command: &Command, keys: &[Key]) -> bool {
    keys.is_empty() && command.keys != Keys::Specs(&[]) && command.strategy != Strategy::Script
}

/// Whether each key that needs a value has one.
#[inline]
fn has_value_per_key(strategy: Strategy, args: &[&[u8]], keys: &[Key]) -> bool {
    match strategy {
        Strategy::Split(SplitKind::Stored) | Strategy::MsetNx => !args.len().is_multiple_of(2),
        // Options may follow the last value.
        Strategy::Split(kind @ SplitKind::StoredWithOptions) => {
            keys.last().is_none_or(|last| last.position() + kind.arguments_per_key() <= args.len())
        }
        Strategy::XRead => keys.last().is_none_or(|last| last.position() + keys.len() + 1 == args.len()),
        _ => true,
    }
}

/// Returns an option that applies to all keys together, so that a node with some of them cannot evaluate it: the conditions of MSETEX, the limits
/// that XREAD and XREADGROUP set for the whole reply.
#[inline]
fn option_about_all_keys<'a>(strategy: Strategy, args: &[&'a [u8]], keys: &[Key]) -> Option<&'a [u8]> {
    let (options, wanted): (&[&[u8]], [&[u8]; 2]) = match strategy {
        Strategy::Split(kind @ SplitKind::StoredWithOptions) => {
            (args.get(keys.last()?.position() + kind.arguments_per_key()..)?, [b"NX", b"XX"])
        }
        Strategy::XRead => (args.get(1..keys.first()?.position())?, [b"MAXCOUNT", b"MAXSIZE"]),
        _ => return None,
    };
    options.iter().copied().find(|option| wanted.iter().any(|word| option.eq_ignore_ascii_case(word)))
}

/// The keys of a command of the command table, with their masters. The number of arguments must fit the command. `None`: a server certainly rejects
/// the arguments.
#[inline]
pub(crate) fn placed_keys<'a>(config: &Config, command: &Command, args: &[&'a [u8]]) -> Result<Option<PlacedKeys<'a>>, Error> {
    let keys = match command.keys {
        Keys::Specs([spec]) => places(spec, args).map(|positions| place_keys(config, args, positions)),
        _ => positions(command, args).map(|positions| place_keys(config, args, positions.into_iter())),
    };
    keys.transpose()
}

/// Whether the patterns of a SORT may name keys on other servers. If its key has a hash tag, the keys of a pattern are on the same server
/// unless the pattern has a tag of its own. Fails if a pattern has a tag and the configuration has no rule for it.
pub(crate) fn sort_reads_other_servers(config: &Config, args: &[&[u8]]) -> Result<bool, Error> {
    let Some(rule) = config.hash_tag else {
        let tagged = sort_patterns(args).find(|pattern| HashTag::matters_for(pattern));
        return tagged.map_or(Ok(config.servers.len() > 1 && sort_patterns(args).next().is_some()), |pattern| {
            Err(config.refused_tag("pattern", pattern))
        });
    };
    let pinned = rule.split(args[1]).is_stripped && config.pins.is_empty();
    Ok(config.servers.len() > 1 && sort_patterns(args).any(|pattern| !pinned || pattern.ends_with(b"}")))
}

/// The fast path of [`plan`] for a command of the command table with a single key: its server, key and flags. `None` for other commands,
/// for a key that is refused, and while keys move.
#[inline(always)]
pub(crate) fn plan_single_key<'a>(config: &Config, command: &Command, args: &[&'a [u8]]) -> Option<(usize, Key<'a>, CommandFlags)> {
    let Keys::One(position) = command.keys else { return None };
    if command.session || !command.takes(args.len()) {
        return None;
    }
    let place = config.place_at_once(args[position])?;
    Some((config.masters[place.master].server, Key::new(place.name, position, place.master), flags(command, args)))
}

#[inline]
fn flags(command: &Command, args: &[&[u8]]) -> CommandFlags {
    CommandFlags { repeatable: command.access == Access::Read, read_timeout: command.read_timeout(args) }
}

/// Plans a command that a server has described. `positions` are the indexes of its keys; `strategy` is for keys on several servers.
pub(crate) fn plan_learned<'a>(
    config: &Config,
    command: &ServerCommand,
    args: &[&'a [u8]],
    positions: &[usize],
    strategy: Strategy,
) -> Result<Plan<'a>, Error> {
    let keys = place_keys(config, args, positions.iter().copied())?;
    choose_plan(
        config,
        args,
        keys,
        strategy,
        CommandFlags { repeatable: command.access == Access::Read, read_timeout: ReadTimeout::Configured },
    )
}

/// The positions of the keys of a command that a server has described; `None` if the description does not determine them.
pub(crate) fn learned_positions(command: &ServerCommand, args: &[&[u8]]) -> Option<Positions> {
    match command.keys {
        ServerCommandKeys::None => Some(Positions::new()),
        ServerCommandKeys::Dynamic => None,
        ServerCommandKeys::Range { first, last, step } => {
            let last = if last >= 0 { last as usize } else { args.len().checked_sub(last.unsigned_abs() as usize)? };
            (first <= last && last < args.len()).then(|| (first..=last).step_by(step).collect())
        }
    }
}

/// Determines the master of each key. If the first key has a hash tag that is stripped, keys without one are placed on the same node.
#[inline]
pub(crate) fn place_keys<'a>(
    config: &Config,
    args: &[&'a [u8]],
    positions: impl ExactSizeIterator<Item = usize>,
) -> Result<PlacedKeys<'a>, Error> {
    let mut keys = PlacedKeys::with_capacity(positions.len());
    let mut first: Option<Place> = None;
    for position in positions {
        let Some(place) = config.place(args[position]) else { return Err(config.refused_tag(kind_of_key(args[0]), args[position])) };
        let place = place.beside(first.get_or_insert(place));
        keys.push(Key::new(place.name, position, place.master));
    }
    Ok(keys)
}

/// What error texts call a key of a command.
fn kind_of_key(command: &[u8]) -> &'static str {
    match command.to_ascii_uppercase().as_slice() {
        b"PUBLISH" | b"SPUBLISH" => "channel",
        _ => "key",
    }
}

#[inline]
fn choose_plan<'a>(
    config: &Config,
    args: &[&'a [u8]],
    keys: PlacedKeys<'a>,
    strategy: Strategy,
    flags: CommandFlags,
) -> Result<Plan<'a>, Error> {
    let server_of = |key: &Key| config.masters[key.master()].server;
    let server = match keys.first() {
        Some(key) => server_of(key),
        None if (config.servers.len() == 1 && !takes_preceding_commands(strategy)) || strategy == Strategy::AnyMaster => 0,
        None => return plan_without_keys(config, args, strategy, flags),
    };
    if keys.iter().skip(1).all(|key| server_of(key) == server) {
        return Ok(Plan::OneServer { server, keys, flags });
    }
    plan_for_several_servers(config, args, keys, strategy, flags)
}

/// WAIT is not sent as it is, even to a single server.
fn takes_preceding_commands(strategy: Strategy) -> bool {
    strategy == Strategy::Broadcast(ResponsePolicy::ReplicaCount)
}

fn plan_for_several_servers<'a>(
    config: &Config,
    args: &[&'a [u8]],
    keys: PlacedKeys<'a>,
    strategy: Strategy,
    flags: CommandFlags,
) -> Result<Plan<'a>, Error> {
    match strategy {
        _ if config.cross_node == CrossNode::Strict => Err(crossnode_error(config, args, &keys)),
        Strategy::Split(kind) => Ok(Plan::Split { kind, keys, flags }),
        Strategy::Refuse | Strategy::Script => Err(crossnode_error(config, args, &keys)),
        strategy => Ok(Plan::CrossNode(CrossNodeCommand { strategy, keys, flags })),
    }
}

/// A command without keys where there are several servers.
#[cold]
fn plan_without_keys<'a>(config: &Config, args: &[&[u8]], strategy: Strategy, flags: CommandFlags) -> Result<Plan<'a>, Error> {
    match strategy {
        Strategy::Broadcast(_) | Strategy::Scan | Strategy::RandomKey => {
            Ok(Plan::CrossNode(CrossNodeCommand { strategy, keys: PlacedKeys::new(), flags }))
        }
        // Whether it may run is decided where its source is known.
        Strategy::Script => Ok(Plan::OneServer { server: config.keyless_server(), keys: PlacedKeys::new(), flags }),
        _ => Err(keyless_error(args[0])),
    }
}

/// The plan of a command that every server certainly rejects, so that its node does not matter. The first server gets it: the error is that of its
/// release.
#[cold]
pub(crate) fn plan_for_rejection<'a>() -> Plan<'a> {
    Plan::OneServer { server: 0, keys: PlacedKeys::new(), flags: CommandFlags { repeatable: false, read_timeout: ReadTimeout::Configured } }
}

pub(crate) fn upper(name: &[u8]) -> String {
    printable(&name.to_ascii_uppercase())
}

#[cold]
pub(crate) fn needs_session(name: &str) -> Error {
    if name.starts_with("himport|") {
        return fieldset_error(name);
    }
    let name = name.replace('|', " ").to_uppercase();
    Error::new(Code::Request, format!("{name} changes the state of its connection, and connections are shared; use a session"))
}

/// HIMPORT, also in sessions: one server prepares a fieldset for one connection, and only that connection can use it.
#[cold]
pub(crate) fn fieldset_error(name: &str) -> Error {
    let name = name.replace('|', " ").to_uppercase();
    Error::new(Code::Request, format!("{name}: a fieldset belongs to one connection to one server; use HSET"))
}

#[cold]
pub(crate) fn keyless_error(name: &[u8]) -> Error {
    let text = format!("CROSSNODE {}: the command has no key that determines its node; use `each` to run it on every master", upper(name));
    Error::new(Code::CrossNode, text)
}

#[cold]
pub(crate) fn crossnode_error(config: &Config, args: &[&[u8]], keys: &[Key]) -> Error {
    const SHOWN: usize = 8;
    let name = upper(args[0]);
    if keys.iter().all(|key| config.masters[key.master()].server == config.masters[keys[0].master()].server) {
        let pattern = sort_patterns(args).next().unwrap_or_default();
        let (shown, rule) = (printable(pattern), rule_of_braces(config, [args[1], pattern]));
        return Error::new(
            Code::CrossNode,
            format!("CROSSNODE {name}: the pattern \"{shown}\" reads keys that may live on other nodes{rule}"),
        );
    }
    let nodes: Vec<String> =
        keys.iter().take(SHOWN).map(|key| format!("\"{}\" on {}", printable(key.name), config.masters[key.master()].alias)).collect();
    let more = if keys.len() > SHOWN { format!(" and {} more", keys.len() - SHOWN) } else { String::new() };
    let rule = rule_of_braces(config, keys.iter().map(|key| args[key.position()]));
    Error::new(Code::CrossNode, format!("CROSSNODE {name}: its keys live on several nodes: {}{more}{rule}", nodes.join(", ")))
}

/// For the error of keys that are on several nodes: how their braces are read. Empty if no key has any.
pub(crate) fn rule_of_braces<'k>(config: &Config, keys: impl IntoIterator<Item = &'k [u8]>) -> &'static str {
    if !keys.into_iter().any(|key| key.contains(&b'{')) {
        return "";
    }
    match config.hash_tag {
        Some(HashTag::Strip) => "; hash_tag is \"strip\": only name{tag} has a tag",
        Some(HashTag::Keep) => "; hash_tag is \"keep\": the tag is the text between the first { and the next }",
        Some(HashTag::Off) => "; hash_tag is \"off\": braces are part of the key",
        None => "; hash_tag is not set: these braces are part of the key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::lookup;

    fn config(members: &str) -> Config {
        let text = format!(
            r#"{{"nodes":{{"node_1":{{"host":"a"}},"node_2":{{"host":"b"}},"node_3":{{"host":"a"}}}}{}{members}}}"#,
            if members.is_empty() { "" } else { "," }
        );
        Config::from_json(text.as_bytes()).unwrap()
    }

    /// The stored name and the master of each key.
    fn placed(config: &Config, command: &str) -> Result<Vec<(String, usize)>, Error> {
        let args: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        let keys = match plan(config, lookup(&args).unwrap(), &args)? {
            Plan::OneServer { keys, .. } | Plan::Split { keys, .. } => keys,
            Plan::CrossNode(command) => command.keys,
        };
        Ok(keys.iter().map(|key| (String::from_utf8_lossy(key.name).into(), key.master())).collect())
    }

    const STRIP: &str = r#""hash_tag":"strip""#;

    fn master(key: &str) -> usize {
        crate::partition::partition(key.as_bytes(), 3) as usize - 1
    }

    #[test]
    fn a_tag_on_the_first_key_applies_to_keys_without_a_tag() {
        let found = placed(&config(STRIP), "MGET a{x} b c{y} d").unwrap();
        let expected = [("a", "x"), ("b", "x"), ("c", "y"), ("d", "x")];
        assert_eq!(found, expected.map(|(name, tag)| (name.to_owned(), master(tag))));
    }

    #[test]
    fn a_tag_on_a_later_key_does_not_apply_to_other_keys() {
        let found = placed(&config(STRIP), "MGET a b{y}").unwrap();
        assert_eq!(found, [("a".to_owned(), master("a")), ("b".to_owned(), master("y"))]);
    }

    #[test]
    fn with_hash_tag_keep_a_tag_does_not_apply_to_other_keys() {
        let found = placed(&config(r#""hash_tag":"keep""#), "MGET {x}a b").unwrap();
        assert_eq!(found, [("{x}a".to_owned(), master("x")), ("b".to_owned(), master("b"))]);
    }

    #[test]
    fn without_a_rule_a_key_with_a_tag_is_refused_wherever_it_is() {
        for (command, refused) in [
            ("GET cart:{1}", r#"key "cart:{1}""#),
            ("MGET a b {c}d e", r#"key "{c}d""#),
            ("EVAL script 2 a b{c} d{e}", r#"key "b{c}""#),
            ("SORT a BY w_* GET o_{*}->f", r#"pattern "o_{*}->f""#),
            ("SORT a STORE b{c}", r#"key "b{c}""#),
            ("PUBLISH room:{1} hello", r#"channel "room:{1}""#),
            ("SPUBLISH room:{1} hello", r#"channel "room:{1}""#),
        ] {
            let error = placed(&config(""), command).unwrap_err();
            let rest = r#" has a hash tag; set hash_tag to "strip" (the layout of rediscluster-py and -php), "keep" (Redis Cluster, twemproxy) or "off""#;
            assert_eq!((error.code(), error.message()), (Code::Request, format!("{refused}{rest}").as_str()), "{command}");
            for rule in ["strip", "keep", "off"] {
                assert!(placed(&config(&format!(r#""hash_tag":"{rule}""#)), command).is_ok(), "{command} {rule}");
            }
        }
    }

    #[test]
    fn without_a_rule_values_and_patterns_of_names_may_have_braces() {
        for command in ["SET a {b}c", "EVAL script 1 a b{c}", "KEYS cart:{*}", "SCAN 0 MATCH {a}*", "HSET {} {a}b {c}"] {
            assert!(placed(&config(""), command).is_ok(), "{command}");
        }
    }

    #[test]
    fn keys_with_braces_on_several_nodes_are_refused_with_the_rule_for_braces() {
        let refusal = |rule: &str, command: &str| {
            let members = format!(r#""cross_node":"strict"{rule}"#);
            placed(&config(&members), command).unwrap_err().message().split_once("; ").map(|(_, rule)| rule.to_owned())
        };
        let text = |text: &str| Some(text.to_owned());
        let bank = "MGET {bank}:1 {bank}:2 {bank}:3 {bank}:4 {bank}:5 {bank}:6";
        assert_eq!(refusal(r#","hash_tag":"strip""#, bank), text("hash_tag is \"strip\": only name{tag} has a tag"));
        assert_eq!(refusal(r#","hash_tag":"off""#, bank), text("hash_tag is \"off\": braces are part of the key"));
        let keep = "hash_tag is \"keep\": the tag is the text between the first { and the next }";
        assert_eq!(refusal(r#","hash_tag":"keep""#, "MGET {1}a {2}a {3}a {4}a {5}a {6}a {7}a"), text(keep));
        assert_eq!(refusal("", "MGET {a 1 2 3 4 5"), text("hash_tag is not set: these braces are part of the key"));
        assert_eq!(refusal("", "MGET 1 2 3 4 5"), None);
    }

    #[test]
    fn keys_on_two_aliases_of_one_server_are_on_one_server() {
        // node_1 and node_3 are the same server.
        let key = |wanted| (0..100).map(|number| number.to_string()).find(|key| master(key) == wanted).unwrap();
        let (one, two, three) = (key(0), key(1), key(2));
        assert!(placed(&config(""), &format!("SDIFF {one} {three}")).is_ok());
        let error = placed(&config(r#""cross_node":"strict""#), &format!("SDIFF {one} {two}")).unwrap_err();
        assert_eq!(error.message(), format!("CROSSNODE SDIFF: its keys live on several nodes: \"{one}\" on node_1, \"{two}\" on node_2"));
    }

    #[test]
    fn strict_mode_rejects_a_split() {
        let key = |wanted| (0..100).map(|number| number.to_string()).find(|key| master(key) == wanted).unwrap();
        let command = format!("MGET {} {}", key(0), key(1));
        assert!(placed(&config(""), &command).is_ok());
        assert_eq!(placed(&config(r#""cross_node":"strict""#), &command).unwrap_err().code(), Code::CrossNode);
    }

    #[test]
    fn the_keys_of_each_kind_of_command_are_found() {
        for (command, keys) in [
            ("EVAL script 2 a a 3", &["a", "a"][..]),
            ("XREAD COUNT 2 STREAMS a a 0 0", &["a", "a"]),
            ("SORT a LIMIT 0 1 STORE a", &["a", "a"]),
            ("SORT a BY STORE GET #", &["a"]),
            ("GEORADIUS a 1 1 1 m STORE a", &["a", "a"]),
            ("GEORADIUS a 1 1 1 m STORE a STORE b", &["a", "b"]),
            ("GEORADIUSBYMEMBER a b 1 m COUNT 1 STORE STORE ASC", &["a", "STORE"]),
            ("GEORADIUS a 1 1 1 m STORE b ASC STOREDIST c", &["a", "b", "c"]),
            ("MIGRATE host 1  0 9 KEYS a a a", &["a", "a", "a"]),
            ("MIGRATE host 1 a 0 9", &["a"]),
            ("OBJECT ENCODING a", &["a"]),
            ("BLPOP a a 0", &["a", "a"]),
            ("BITOP AND a a a", &["a", "a", "a"]),
            ("LMPOP 2 a a LEFT", &["a", "a"]),
        ] {
            let found: Vec<String> = placed(&config(""), command).unwrap().into_iter().map(|(key, _)| key).collect();
            assert_eq!(found, keys, "{command}");
        }
    }

    #[test]
    fn an_invalid_number_of_keys_is_sent_to_the_first_server() {
        for command in [
            "EVAL script x a",
            "EVAL script 3 a",
            "EVAL script -1 a",
            "EVAL script 18446744073709551615 a",
            "SINTERCARD 9 a",
            "SINTERCARD 0 a",
            "ZDIFF +1 a",
            "ZDIFF 01 a",
            "MSET a 1 b",
            "MSETEX 2 a 1 b",
            "XREAD COUNT 1 a",
        ] {
            let args: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
            let plan = plan(&config(""), lookup(&args).unwrap(), &args).unwrap();
            assert!(matches!(plan, Plan::OneServer { server: 0, keys, .. } if keys.is_empty()), "{command}");
        }
    }

    #[test]
    fn a_command_that_determines_no_node_is_rejected() {
        assert_eq!(placed(&config(""), "SHUTDOWN NOSAVE").unwrap_err().code(), Code::CrossNode);
        for command in ["SORT a BY w_*", "SORT a GET # GET o_*->f"] {
            let error = placed(&config(r#""cross_node":"strict""#), command).unwrap_err();
            assert!(error.message().starts_with("CROSSNODE SORT: the pattern"), "{error}");
        }
    }
}
