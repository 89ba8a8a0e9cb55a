//! Whether two keys have the same content, read in pages: no server blocks for long, and memory does not depend on the size of the values.
//!
//! Servers store the same set or hash in different orders, so that their payloads differ.

use crate::failure::Failure;
use crate::transfer::restore::is_same_payload;
use crate::wire::{Pipeline, bytes, check, children, field_text, text};
use rediscluster::{Cluster, Reply, Value};

/// Elements per page.
const PAGE: usize = 1000;
/// Bytes per page of a string.
const STRING_PAGE: usize = 1 << 20;

/// Whether a key has the same type and content on two servers. A key that is missing equals no other.
pub fn is_same(one: &Cluster, other: &Cluster, key: &[u8]) -> Result<bool, Failure> {
    let kind = type_of(one, key)?;
    if kind == "none" || kind != type_of(other, key)? {
        return Ok(false);
    }
    let servers = [one, other];
    match kind.as_str() {
        "string" => is_same_string(servers, key),
        "list" => is_same_in_order(servers, key, b"LLEN", b"LRANGE", &[]),
        "zset" => is_same_in_order(servers, key, b"ZCARD", b"ZRANGE", &[b"WITHSCORES"]),
        "set" => Ok(has_same_size(servers, &[b"SCARD", key])? && is_same_scan(servers, key, b"SSCAN")?),
        "hash" => Ok(has_same_size(servers, &[b"HLEN", key])? && is_same_scan(servers, key, b"HSCAN")?),
        "stream" => is_same_stream(servers, key),
        _ => is_same_dump(servers, key),
    }
}

pub fn type_of(server: &Cluster, key: &[u8]) -> Result<String, Failure> {
    Ok(text(&check(server.command(&[b"TYPE", key])?.root(), "TYPE")?))
}

fn replies(servers: [&Cluster; 2], command: &[&[u8]]) -> Result<[Reply; 2], Failure> {
    let replies = [servers[0].command(command)?, servers[1].command(command)?];
    for reply in &replies {
        check(reply.root(), &String::from_utf8_lossy(command[0]))?;
    }
    Ok(replies)
}

fn has_same_size(servers: [&Cluster; 2], command: &[&[u8]]) -> Result<bool, Failure> {
    let [one, other] = replies(servers, command)?;
    Ok(one.root() == other.root())
}

fn is_same_string(servers: [&Cluster; 2], key: &[u8]) -> Result<bool, Failure> {
    let [one, other] = replies(servers, &[b"STRLEN", key])?;
    let (Value::Integer(length), true) = (one.root(), one.root() == other.root()) else { return Ok(false) };
    for start in (0..length).step_by(STRING_PAGE) {
        let range = [start.to_string(), (start + STRING_PAGE as i64 - 1).to_string()];
        if !has_same_size(servers, &[b"GETRANGE", key, range[0].as_bytes(), range[1].as_bytes()])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Lists and sorted sets have an order.
fn is_same_in_order(servers: [&Cluster; 2], key: &[u8], size: &[u8], range: &[u8], options: &[&[u8]]) -> Result<bool, Failure> {
    let [one, other] = replies(servers, &[size, key])?;
    let (Value::Integer(length), true) = (one.root(), one.root() == other.root()) else { return Ok(false) };
    for start in (0..length).step_by(PAGE) {
        let bounds = [start.to_string(), (start + PAGE as i64 - 1).to_string()];
        let command = [&[range, key, bounds[0].as_bytes(), bounds[1].as_bytes()], options].concat();
        let [one, other] = replies(servers, &command)?;
        if one.root() != other.root() && !has_same_scores(&one, &other) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Releases write the same score with more or fewer digits.
fn has_same_scores(one: &Reply, other: &Reply) -> bool {
    let number = |value: &Value| text(value).parse::<f64>().ok();
    let (mut one, mut other) = (children(one.root()), children(other.root()));
    loop {
        match (one.next(), other.next(), one.next(), other.next()) {
            (None, None, None, None) => return true,
            (Some(member), Some(same), Some(score), Some(equal))
                if member == same && number(&score).is_some() && number(&score) == number(&equal) => {}
            _ => return false,
        }
    }
}

/// Every element that one server's scan returns is on the other. Their numbers are equal already.
fn is_same_scan(servers: [&Cluster; 2], key: &[u8], scan: &[u8]) -> Result<bool, Failure> {
    let mut cursor = "0".to_owned();
    loop {
        let reply = servers[0].command(&[scan, key, cursor.as_bytes(), b"COUNT", PAGE.to_string().as_bytes()])?;
        let mut parts = children(check(reply.root(), "SCAN")?);
        let next = parts.next().map(|next| text(&next)).unwrap_or_default();
        let elements: Vec<&[u8]> = parts.next().into_iter().flat_map(children).filter_map(|element| bytes(&element)).collect();
        let is_same = if scan == b"SSCAN" { has_members(servers[1], key, &elements)? } else { has_fields(servers, key, &elements)? };
        if !is_same {
            return Ok(false);
        }
        if next == "0" {
            return Ok(true);
        }
        cursor = next;
    }
}

fn has_members(server: &Cluster, key: &[u8], members: &[&[u8]]) -> Result<bool, Failure> {
    if members.is_empty() {
        return Ok(true);
    }
    let reply = server.command(&[&[b"SMISMEMBER", key], members].concat())?;
    Ok(children(check(reply.root(), "SMISMEMBER")?).all(|value| value == Value::Integer(1)))
}

fn has_fields(servers: [&Cluster; 2], key: &[u8], pairs: &[&[u8]]) -> Result<bool, Failure> {
    let fields: Vec<&[u8]> = pairs.iter().step_by(2).copied().collect();
    if fields.is_empty() {
        return Ok(true);
    }
    let reply = servers[1].command(&[&[b"HMGET", key], &fields[..]].concat())?;
    let same = children(check(reply.root(), "HMGET")?)
        .zip(pairs.iter().skip(1).step_by(2))
        .all(|(value, expected)| bytes(&value) == Some(expected));
    Ok(same && field_expiries(servers[0], key, &fields)? == field_expiries(servers[1], key, &fields)?)
}

/// When fields of a hash expire; -1 is never. A server without field expiries has none.
pub fn field_expiries(server: &Cluster, key: &[u8], fields: &[&[u8]]) -> Result<Vec<i64>, Failure> {
    let count = fields.len().to_string();
    let reply = server.command(&[&[b"HPEXPIRETIME", key, b"FIELDS", count.as_bytes()], fields].concat())?;
    match reply.root() {
        Value::Error(message) if message.starts_with(b"ERR unknown command") => Ok(vec![-1; fields.len()]),
        value => Ok(children(check(value, "HPEXPIRETIME")?).map(|time| if let Value::Integer(time) = time { time } else { -1 }).collect()),
    }
}

/// Entries page by page, then the state of the groups.
fn is_same_stream(servers: [&Cluster; 2], key: &[u8]) -> Result<bool, Failure> {
    if is_same_dump(servers, key)? {
        return Ok(true);
    }
    let mut start = "-".to_owned();
    loop {
        let [one, other] = replies(servers, &[b"XRANGE", key, start.as_bytes(), b"+", b"COUNT", PAGE.to_string().as_bytes()])?;
        if one.root() != other.root() {
            return Ok(false);
        }
        let Some(last) = children(one.root()).last() else { break };
        start = format!("({}", children(last).next().map(|id| text(&id)).unwrap_or_default());
    }
    Ok(groups(servers[0], key)? == groups(servers[1], key)?)
}

/// The fields of XINFO GROUPS that every release has.
fn groups(server: &Cluster, key: &[u8]) -> Result<Vec<[String; 4]>, Failure> {
    let reply = server.command(&[b"XINFO", b"GROUPS", key])?;
    let fields = |group| ["name", "consumers", "pending", "last-delivered-id"].map(|name| field_text(group, name));
    Ok(children(check(reply.root(), "XINFO GROUPS")?).map(fields).collect())
}

fn is_same_dump(servers: [&Cluster; 2], key: &[u8]) -> Result<bool, Failure> {
    let [one, other] = replies(servers, &[b"DUMP", key])?;
    Ok(matches!((bytes(&one.root()), bytes(&other.root())), (Some(one), Some(other)) if is_same_payload(one, other)))
}

/// The payloads of keys.
pub fn payloads(server: &Cluster, keys: &[&[u8]]) -> Result<Reply, Failure> {
    let mut pipeline = Pipeline::default();
    keys.iter().for_each(|key| pipeline.push(&[b"DUMP", key]));
    pipeline.run(server)
}
