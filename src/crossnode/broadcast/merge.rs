//! The replies of all masters become one reply.

use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::Error;
use crate::resp::{Builder, Children, Kind, Reply, Value};
use crate::topology::INVALIDATIONS;
use std::collections::HashSet;

pub(super) fn first(replies: Vec<Reply>) -> Reply {
    replies.into_iter().next().unwrap_or_else(Reply::nil)
}

/// The first reply that is not an error; else the first failure; else the first error reply.
pub(super) fn first_success(outcomes: Vec<Result<Reply, Error>>) -> Outcome<Reply> {
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
        (None, None) => Err(Abort::protocol_error("no server replied")),
    }
}

pub(super) fn children(reply: &Reply) -> Option<Children<'_>> {
    if let Value::Array(children) = reply.root() { Some(children) } else { None }
}

/// Concatenates arrays; keeps only the wanted elements.
pub(super) fn concatenate(replies: &[Reply], is_wanted: impl Fn(&Value) -> bool) -> Reply {
    let values = || replies.iter().filter_map(children).flatten().filter(|value| is_wanted(value));
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, values().count());
    values().for_each(|value| builder.value(&value));
    builder.end(root);
    builder.finish()
}

/// Concatenates arrays of names; each name once. The channel that the library subscribes to for itself is left out.
pub(super) fn distinct_names(replies: &[Reply]) -> Reply {
    let mut seen = HashSet::new();
    let names = replies.iter().filter_map(children).flatten();
    let names: Vec<Value> =
        names.filter(|name| matches!(name, Value::String(name) if *name != INVALIDATIONS && seen.insert(*name))).collect();
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, names.len());
    names.iter().for_each(|name| builder.value(name));
    builder.end(root);
    builder.finish()
}

/// Aggregates numbers, or arrays of numbers position by position.
pub(super) fn aggregate(replies: &[Reply], combine: impl Fn(i64, i64) -> i64) -> Outcome<Reply> {
    let Some(Value::Array(_)) = replies.first().map(|reply| reply.root()) else {
        let numbers = replies.iter().map(|reply| number(reply.root())).collect::<Outcome<Vec<i64>>>()?;
        return Ok(Reply::integer(numbers.into_iter().reduce(combine).unwrap_or(0)));
    };
    let mut all: Option<Vec<i64>> = None;
    for reply in replies {
        let list = children(reply).ok_or_else(|| Abort::protocol_error("a server's reply is not an array"))?;
        let list = list.map(number).collect::<Outcome<Vec<i64>>>()?;
        all = match all {
            None => Some(list),
            Some(all) if all.len() == list.len() => Some(all.into_iter().zip(list).map(|(one, other)| combine(one, other)).collect()),
            Some(_) => return Err(Abort::protocol_error("servers returned arrays of different lengths")),
        };
    }
    let all = all.unwrap_or_default();
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, all.len());
    all.into_iter().for_each(|number| builder.integer(number));
    builder.end(root);
    Ok(builder.finish())
}

fn number(value: Value) -> Outcome<i64> {
    if let Value::Integer(number) = value { Ok(number) } else { Err(Abort::protocol_error("a server's reply is not a number")) }
}

/// Arrays of name, number, name, number …, all with the same names: adds the numbers at each position. A name may occur several times.
pub(super) fn sum_by_name(replies: &[Reply]) -> Outcome<Reply> {
    let mut all: Vec<(Value, i64)> = Vec::new();
    for reply in replies {
        let mut list = children(reply).ok_or_else(|| Abort::protocol_error("a server's reply is not an array"))?;
        for nth in 0..list.len() / 2 {
            let (Some(name), Some(Value::Integer(number))) = (list.next(), list.next()) else {
                return Err(Abort::protocol_error("a server's reply is not an array of names and numbers"));
            };
            match all.get_mut(nth) {
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

/// Concatenates texts for people, each after a line `# node_1`. A server without one is left out.
pub(super) fn labelled_texts<'n>(outcomes: Vec<Result<Reply, Error>>, names: impl Iterator<Item = &'n str>) -> Outcome<Reply> {
    let replies = outcomes.into_iter().collect::<Result<Vec<Reply>, Error>>()?;
    let is_refused = |reply: &Reply| matches!(reply.root(), Value::Error(_));
    if replies.iter().all(is_refused) {
        return Ok(first(replies));
    }
    let mut all = Vec::new();
    for (reply, name) in replies.iter().zip(names).filter(|(reply, _)| !is_refused(reply)) {
        let Value::String(text) = reply.root() else { return Err(Abort::protocol_error("a server's reply is not a text")) };
        all.extend_from_slice(format!("# {name}\r\n").as_bytes());
        all.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            all.extend_from_slice(b"\r\n");
        }
    }
    Ok(Reply::string(&all))
}
