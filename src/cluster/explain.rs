//! Reports what a command would do, as a map.

use crate::cluster::replica_read::may_use_replica;
use crate::cluster::request::only_command;
use crate::command::{Key, PlacedKeys, Strategy, as_sent, lookup};
use crate::config::{Config, Read};
use crate::crossnode;
use crate::crossnode::split::Split;
use crate::crossnode::{Explanation, Visibility};
use crate::error::{Error, printable};
use crate::resp::{Builder, Kind, Reply};
use crate::routing::{CommandResolver, Plan};

pub(crate) fn explain(resolver: &CommandResolver, request: &[u8]) -> Result<Reply, Error> {
    let config = resolver.config();
    let args = only_command(request)?;
    let refuse = || Explanation::new("refuse", true);
    let plan = resolver.plan_without_moving(lookup(&args), &args);
    let served_by = served_by(resolver, &args, plan.as_ref().ok());
    let (explanation, keys, reason) = match plan {
        Ok(Plan::OneServer { server, keys, .. }) => (explain_on_one_server(config, &args, server, &keys), keys, None),
        Ok(Plan::Split { kind, keys, .. }) => {
            let split = Split::new(config, kind, &keys).with_partial(resolver.is_partial());
            let explanation = match split.parts.as_slice() {
                [part] => explain_on_one_server(config, &args, part.server, &keys),
                _ => crossnode::split::explain_parts(&split, &args, &keys),
            };
            (explanation, keys, None)
        }
        Ok(Plan::CrossNode(command)) => match crossnode::explain(config, resolver.topology(), &args, &command)? {
            Ok(explanation) => (explanation, command.keys, None),
            Err(refusal) => (refuse(), command.keys, Some(refusal)),
        },
        Err(error) => (refuse(), PlacedKeys::new(), Some(error.message().to_owned())),
    };
    let served_by = served_by.filter(|_| reason.is_none());
    Ok(as_map(config, &args, &explanation, (&keys, served_by), reason.as_deref()))
}

/// Which servers of a node may run the command, as the option `read` names them. `None`: it is refused.
fn served_by(resolver: &CommandResolver, args: &[&[u8]], plan: Option<&Plan>) -> Option<&'static str> {
    Some(match plan? {
        Plan::OneServer { keys, flags, .. } | Plan::Split { keys, flags, .. } if may_use_replica(args[0], keys, *flags) => {
            resolver.reads().name()
        }
        _ => Read::Master.name(),
    })
}

fn explain_on_one_server(config: &Config, args: &[&[u8]], server: usize, keys: &[Key]) -> Explanation {
    let mut words = Vec::new();
    as_sent(args, keys, |word| words.push(printable(word)));
    let strategy = if is_keyless_script(config, args, keys) { "fixed node" } else { "one node" };
    Explanation::new(strategy, true).round_of([(server, words.join(" "))])
}

/// Whether the command is a script without keys, which runs on a fixed one of several nodes.
fn is_keyless_script(config: &Config, args: &[&[u8]], keys: &[Key]) -> bool {
    config.servers.len() > 1 && keys.is_empty() && lookup(args).is_some_and(|command| command.strategy == Strategy::Script)
}

fn as_map(
    config: &Config,
    args: &[&[u8]],
    explanation: &Explanation,
    (keys, served_by): (&[Key], Option<&str>),
    reason: Option<&str>,
) -> Reply {
    let mut map = Builder::default();
    let root = map.begin(Kind::Map, 24);
    map.string(b"command");
    map.string(&args[0].to_ascii_uppercase());
    map.string(b"strategy");
    map.string(explanation.strategy.as_bytes());
    map.string(b"atomic");
    map.integer(explanation.atomic.into());
    map.string(b"round_trips");
    map.integer(explanation.round_trips() as i64);
    map.string(b"nodes");
    nodes(&mut map, config, explanation);
    map.string(b"keys");
    placed_keys(&mut map, config, args, keys);
    map.string(b"served_by");
    map.optional(served_by);
    map.string(b"steps");
    steps(&mut map, config, explanation);
    let visibility = visibility(args, explanation, reason).map(Visibility::statement);
    map.string(b"others_see");
    map.optional(visibility.as_ref().map(|statement| statement.word));
    map.string(b"meanwhile");
    map.optional(visibility.as_ref().map(|statement| statement.meanwhile));
    map.string(b"when_it_fails");
    map.optional(visibility.as_ref().map(|statement| statement.after_failure));
    map.string(b"reason");
    map.optional(reason);
    map.end(root);
    map.finish()
}

/// What other clients see of a command. `None`: it is refused.
fn visibility(args: &[&[u8]], explanation: &Explanation, reason: Option<&str>) -> Option<Visibility> {
    match explanation.servers().len() {
        _ if reason.is_some() => None,
        0 | 1 => Some(Visibility::Nothing),
        _ => lookup(args).map(Visibility::of),
    }
}

fn nodes(map: &mut Builder, config: &Config, explanation: &Explanation) {
    let servers = explanation.servers();
    let list = map.begin(Kind::Array, servers.len());
    servers.iter().for_each(|&server| map.string(config.servers[server].alias.as_bytes()));
    map.end(list);
}

/// For each key its stored name, its node, and whether something else than its own hash determines that node: the hash tag of the first key, or
/// a rule of `pin`.
fn placed_keys(map: &mut Builder, config: &Config, args: &[&[u8]], keys: &[Key]) {
    let place = |key: &Key| config.try_place("key", args[key.position()]).ok();
    let first_has_tag = keys.first().and_then(place).is_some_and(|place| place.is_stripped);
    let list = map.begin(Kind::Array, keys.len());
    for (nth, key) in keys.iter().enumerate() {
        let is_pinned = place(key).is_some_and(|place| place.is_pinned || (first_has_tag && nth > 0 && !place.is_stripped));
        let entry = map.begin(Kind::Map, if config.previous.is_some() { 10 } else { 8 });
        map.string(b"position");
        map.integer(key.position() as i64);
        map.string(b"key");
        map.string(key.name);
        map.string(b"node");
        map.string(config.masters[key.master()].alias.as_bytes());
        map.string(b"pinned");
        map.integer(is_pinned.into());
        if let Some(previous) = config.previous.as_deref() {
            map.string(b"previous");
            map.string(config.servers[previous.server_of(key.name)].alias.as_bytes());
        }
        map.end(entry);
    }
    map.end(list);
}

fn steps(map: &mut Builder, config: &Config, explanation: &Explanation) {
    let list = map.begin(Kind::Array, explanation.steps.len());
    for step in &explanation.steps {
        let entry = map.begin(Kind::Map, 6);
        map.string(b"round");
        map.integer(step.round as i64);
        map.string(b"node");
        map.string(config.servers[step.server].alias.as_bytes());
        map.string(b"command");
        map.string(step.commands.as_bytes());
        map.end(entry);
    }
    map.end(list);
}
