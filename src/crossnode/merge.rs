//! ResponsePolicy of several servers made into one.

use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::Error;
use crate::resp::{Builder, Children, Kind, Reply, Value};
use std::collections::HashSet;

pub(crate) fn first(replies: Vec<Reply>) -> Reply {
    replies.into_iter().next().unwrap_or_else(Reply::nil)
}

/// The first answer that is no error; else the first error.
pub(crate) fn first_ok(outcomes: Vec<Result<Reply, Error>>) -> Outcome<Reply> {
    let mut refused = None;
    let mut failed = None;
    for outcome in outcomes {
        match outcome {
            Ok(reply) if matches!(reply.root(), Value::Error(_)) => refused = refused.or(Some(reply)),
            Ok(reply) => return Ok(reply),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match (failed, refused) {
        (Some(error), _) => Err(error.into()),
        (None, Some(reply)) => Ok(reply),
        (None, None) => Err(Abort::fault("no server answered")),
    }
}

fn children(reply: &Reply) -> Option<Children<'_>> {
    if let Value::Array(children) = reply.root() { Some(children) } else { None }
}

/// Lists, one behind the other; only the values that are wanted.
pub(crate) fn concatenated(replies: &[Reply], wanted: impl Fn(&Value) -> bool) -> Reply {
    let values = || replies.iter().filter_map(children).flatten().filter(|value| wanted(value));
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, values().count());
    values().for_each(|value| builder.value(&value));
    builder.end(root);
    builder.finish()
}

/// Lists of names, each name but once.
pub(crate) fn names(replies: &[Reply]) -> Reply {
    let mut seen = HashSet::new();
    let names = replies.iter().filter_map(children).flatten();
    let names: Vec<Value> = names.filter(|name| matches!(name, Value::String(name) if seen.insert(*name))).collect();
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, names.len());
    names.iter().for_each(|name| builder.value(name));
    builder.end(root);
    builder.finish()
}

/// A page of SCAN.
pub(crate) fn page<'r>(cursor: u64, keys: impl Iterator<Item = Value<'r>> + Clone) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 2);
    builder.string(cursor.to_string().as_bytes());
    let list = builder.begin(Kind::Array, keys.clone().count());
    keys.for_each(|key| builder.value(&key));
    builder.end(list);
    builder.end(root);
    builder.finish()
}

/// Lists of numbers of one length: the least at each place. Of 0 and 1 that is 1 where all say 1.
pub(crate) fn least_of_each(replies: &[Reply]) -> Outcome<Reply> {
    let mut all: Vec<i64> = Vec::new();
    for (nth, reply) in replies.iter().enumerate() {
        let list: Vec<i64> = numbers(reply)?;
        match nth {
            0 => all = list,
            _ if list.len() == all.len() => all.iter_mut().zip(list).for_each(|(all, one)| *all = one.min(*all)),
            _ => return Err(Abort::fault("servers answered with lists of different lengths")),
        }
    }
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, all.len());
    all.into_iter().for_each(|number| builder.integer(number));
    builder.end(root);
    Ok(builder.finish())
}

fn numbers(reply: &Reply) -> Outcome<Vec<i64>> {
    let list = children(reply).ok_or_else(|| Abort::fault("a server answered with something else than a list"))?;
    list.map(
        |value| if let Value::Integer(number) = value { Ok(number) } else { Err(Abort::fault("a list of something else than numbers")) },
    )
    .collect()
}

/// Lists of name, number, name, number, …, which all have the same names: the numbers added up at each place. A name may have several.
pub(crate) fn tally(replies: &[Reply]) -> Outcome<Reply> {
    let mut all: Vec<(Value, i64)> = Vec::new();
    for reply in replies {
        let mut list = children(reply).ok_or_else(|| Abort::fault("a server answered with something else than a list"))?;
        for at in 0..list.len() / 2 {
            let (Some(name), Some(Value::Integer(number))) = (list.next(), list.next()) else {
                return Err(Abort::fault("a list of something else than names and numbers"));
            };
            match all.get_mut(at) {
                Some((_, sum)) => *sum += number,
                None => all.push((name, number)),
            }
        }
    }
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, all.len() * 2);
    for (name, number) in all {
        builder.value(&name);
        builder.integer(number);
    }
    builder.end(root);
    Ok(builder.finish())
}

/// Texts, one behind the other, each under a line `# node_1`, which readers of INFO take for a comment.
pub(crate) fn texts<'n>(replies: &[Reply], names: impl Iterator<Item = &'n str>) -> Outcome<Reply> {
    let mut all = Vec::new();
    for (reply, name) in replies.iter().zip(names) {
        let Value::String(text) = reply.root() else { return Err(Abort::fault("a server answered with something else than a text")) };
        all.extend_from_slice(format!("# {name}\r\n").as_bytes());
        all.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            all.extend_from_slice(b"\r\n");
        }
    }
    Ok(Reply::string(&all))
}
