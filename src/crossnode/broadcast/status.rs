//! CLIENT LIST, MEMORY STATS, FUNCTION STATS and ROLE: what all masters report of themselves.

use crate::config::Config;
use crate::crossnode::broadcast::client_ids::line_with_id;
use crate::crossnode::broadcast::merge::first;
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::resp::{Builder, Kind, Reply, Value};

/// CLIENT LIST: the lines of these servers, each with the id over all servers and the field `node=`.
pub(super) fn client_list(replies: &[Reply], servers: impl Iterator<Item = usize>, config: &Config) -> Outcome<Reply> {
    let mut all = Vec::new();
    for (reply, server) in replies.iter().zip(servers) {
        let alias = &config.servers[server].alias;
        let Value::String(text) = reply.root() else { return Err(Abort::protocol_error("a server's reply is not a text")) };
        for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            all.extend_from_slice(&line_with_id(line, server, config.servers.len()));
            all.extend_from_slice(format!(" node={alias}\n").as_bytes());
        }
    }
    Ok(Reply::string(&all))
}

/// FUNCTION STATS: that of the first master that runs a function; all have the same libraries.
pub(super) fn function_stats(replies: Vec<Reply>) -> Reply {
    let runs = |reply: &Reply| match reply.root() {
        Value::Array(mut fields) | Value::Map(mut fields) => !matches!(fields.nth(1), Some(Value::Nil | Value::NilArray) | None),
        _ => false,
    };
    let running = replies.iter().position(runs).unwrap_or(0);
    first(replies.into_iter().skip(running).collect())
}

/// ROLE: a master with the replicas of all masters and the highest offset.
pub(super) fn role(replies: Vec<Reply>) -> Reply {
    let mut replicas: Vec<Value> = Vec::new();
    let mut highest = 0;
    for reply in &replies {
        let Value::Array(mut fields) = reply.root() else { return first(replies) };
        let (Some(Value::String(b"master")), Some(Value::Integer(offset)), Some(Value::Array(own))) =
            (fields.next(), fields.next(), fields.next())
        else {
            return first(replies);
        };
        highest = offset.max(highest);
        replicas.extend(own);
    }
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 3);
    builder.string(b"master");
    builder.integer(highest);
    let list = builder.begin(Kind::Array, replicas.len());
    replicas.iter().for_each(|replica| builder.value(replica));
    builder.end(list);
    builder.end(root);
    builder.finish()
}

/// MEMORY STATS: names and values in turn. Integers are added, other numbers become the highest.
pub(super) fn memory_stats(replies: &[Reply]) -> Outcome<Reply> {
    let all = replies.iter().map(|reply| pairs(reply.root())).collect::<Outcome<Vec<Vec<_>>>>()?;
    let kind = if matches!(replies.first().map(|reply| reply.root()), Some(Value::Map(_))) { Kind::Map } else { Kind::Array };
    let mut builder = Builder::default();
    append_stats(&mut builder, kind, &all)?;
    Ok(builder.finish())
}

type Pairs<'r> = Vec<(&'r [u8], Value<'r>)>;

fn pairs(value: Value) -> Outcome<Pairs> {
    let unexpected = || Abort::protocol_error("the reply to MEMORY STATS has another form");
    let (Value::Array(mut fields) | Value::Map(mut fields)) = value else { return Err(unexpected()) };
    let mut pairs = Vec::with_capacity(fields.len() / 2);
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        let Value::String(name) = name else { return Err(unexpected()) };
        pairs.push((name, value));
    }
    Ok(pairs)
}

fn append_stats(builder: &mut Builder, kind: Kind, all: &[Pairs]) -> Outcome<()> {
    let mut names: Vec<&[u8]> = Vec::new();
    for (name, _) in all.iter().flatten() {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let values =
        |wanted: &[u8]| -> Vec<Value> { all.iter().flatten().filter(|(name, _)| *name == wanted).map(|(_, value)| *value).collect() };
    let sum = |name: &[u8]| values(name).iter().map(|value| if let Value::Integer(number) = value { *number } else { 0 }).sum::<i64>();
    let root = builder.begin(kind, names.len() * 2);
    for name in names {
        builder.string(name);
        let values = values(name);
        match values[0] {
            Value::Integer(_) if name == b"keys.bytes-per-key" => {
                let bytes = sum(b"total.allocated") - sum(b"startup.allocated");
                builder.integer(bytes.max(0).checked_div(sum(b"keys.count")).unwrap_or(0));
            }
            Value::Integer(_) => builder.integer(sum(name)),
            Value::Array(_) | Value::Map(_) => {
                let inner = values.into_iter().map(pairs).collect::<Outcome<Vec<_>>>()?;
                append_stats(builder, kind, &inner)?;
            }
            _ => builder.value(&highest(values)),
        }
    }
    builder.end(root);
    Ok(())
}

/// Of numbers that are texts.
fn highest(values: Vec<Value>) -> Value {
    let number = |value: &Value| match value {
        Value::String(text) => std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::MIN),
        _ => f64::MIN,
    };
    values.into_iter().max_by(|one, other| number(one).total_cmp(&number(other))).unwrap_or(Value::Nil)
}
