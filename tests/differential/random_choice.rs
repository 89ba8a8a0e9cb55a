//! Commands that choose at random: the choice must exist and have the right size.

use super::raw_connection::RawConnection;
use super::reply::{Client, OwnedReply};

/// Runs such a command on both sides. Returns both replies; a valid reply of the library is returned in place of the other one.
/// `oracle` has RESP2, `typed` the protocol of the library.
pub fn run(
    library: &dyn Client,
    args: &[&[u8]],
    oracle: &RawConnection,
    typed: &RawConnection,
    oracle_args: &[&[u8]],
) -> (OwnedReply, OwnedReply) {
    if oracle_args[0].eq_ignore_ascii_case(b"spop") && pops(oracle, oracle_args) {
        return pop(library, args, oracle, oracle_args);
    }
    let expected = typed.run(oracle_args);
    let reply = library.run(args);
    if !alike(&reply, &expected) {
        return (reply, expected);
    }
    let is_there = items(&reply).iter().all(|row| is_member(oracle, oracle_args, row));
    let is_repeated = has_repetitions(&reply) && !has_repetitions(&expected) && !asks_for_repetitions(oracle_args);
    if is_there && !is_repeated { (reply.clone(), reply) } else { (reply, expected) }
}

/// Whether an SPOP is valid and its key a set, so that it chooses at random.
fn pops(oracle: &RawConnection, args: &[&[u8]]) -> bool {
    let is_count = |text: &&[u8]| {
        std::str::from_utf8(text).is_ok_and(|text| text.parse::<i64>().is_ok_and(|count| count >= 0 && count.to_string() == text))
    };
    matches!(args.len(), 2 | 3)
        && args.get(2).is_none_or(is_count)
        && oracle.run(&[b"TYPE", args[1]]) == OwnedReply::Status(b"set".to_vec())
}

/// Compares the number of members with the one server, and removes from it the members that the cluster has removed.
fn pop(library: &dyn Client, args: &[&[u8]], oracle: &RawConnection, oracle_args: &[&[u8]]) -> (OwnedReply, OwnedReply) {
    let looked: Vec<&[u8]> = [&b"SRANDMEMBER"[..]].into_iter().chain(oracle_args[1..].iter().copied()).collect();
    let expected = oracle.run(&looked);
    let reply = library.run(args);
    let rows = items(&reply);
    if !alike(&reply, &expected) || has_repetitions(&reply) {
        return (reply, expected);
    }
    let removed: Vec<bool> = rows.iter().map(|row| oracle.run(&[b"SREM", oracle_args[1], row.bytes()]) == OwnedReply::Number(1)).collect();
    if removed.into_iter().all(|removed| removed) { (reply.clone(), reply) } else { (reply, expected) }
}

/// Whether two replies have the same type and length.
fn alike(found: &OwnedReply, expected: &OwnedReply) -> bool {
    match (found, expected) {
        (OwnedReply::Array(found) | OwnedReply::Set(found), OwnedReply::Array(expected) | OwnedReply::Set(expected)) => {
            found.len() == expected.len()
        }
        (OwnedReply::Text(_), OwnedReply::Text(_)) => true,
        (OwnedReply::Null, OwnedReply::Nil) => true,
        _ => found == expected,
    }
}

fn items(reply: &OwnedReply) -> Vec<OwnedReply> {
    match reply {
        // RESP3 has arrays of two for pairs, and doubles for scores.
        OwnedReply::Array(list) | OwnedReply::Set(list) => list.iter().flat_map(items).collect(),
        OwnedReply::Text(_) => vec![reply.clone()],
        OwnedReply::Double(text) => vec![OwnedReply::Text(text.clone())],
        _ => Vec::new(),
    }
}

fn has_repetitions(reply: &OwnedReply) -> bool {
    let mut items = items(reply);
    let length = items.len();
    items.sort();
    items.dedup();
    items.len() < length
}

/// A negative count may repeat members. Values and scores may be equal.
fn asks_for_repetitions(args: &[&[u8]]) -> bool {
    args.len() > 3 || args.get(2).is_some_and(|count| count.starts_with(b"-"))
}

/// Whether the one server has the chosen element, or its value or score.
fn is_member(oracle: &RawConnection, args: &[&[u8]], item: &OwnedReply) -> bool {
    let all: &[&[u8]] = match args[0].to_ascii_lowercase().as_slice() {
        b"randomkey" => return oracle.run(&[b"EXISTS", item.bytes()]) == OwnedReply::Number(1),
        b"srandmember" => &[b"SMEMBERS", args[1]],
        b"hrandfield" => &[b"HGETALL", args[1]],
        _ => &[b"ZRANGE", args[1], b"0", b"-1", b"WITHSCORES"],
    };
    oracle.run(all).items().contains(item)
}
