//! Commands that choose at random: what was chosen must have been there to be chosen, and be as much as was asked for.

use super::raw_connection::RawConnection;
use super::reply::{Client, OwnedReply};

/// Runs such a command on both sides; answers both replies, oracle_args being library where library is right.
pub fn run(library: &dyn Client, args: &[&[u8]], oracle: &RawConnection, oracle_args: &[&[u8]]) -> (OwnedReply, OwnedReply) {
    if oracle_args[0].eq_ignore_ascii_case(b"spop") && pops(oracle, oracle_args) {
        return pop(library, args, oracle, oracle_args);
    }
    let expected = oracle.run(oracle_args);
    let answer = library.run(args);
    if !alike(&answer, &expected) {
        return (answer, expected);
    }
    let is_there = items(&answer).iter().all(|row| is_member(oracle, oracle_args, row));
    let is_repeated = has_repetitions(&answer) && !has_repetitions(&expected) && !asks_for_repetitions(oracle_args);
    if is_there && !is_repeated { (answer.clone(), answer) } else { (answer, expected) }
}

/// Whether an SPOP is sound, and its key a set, so that it takes at random.
fn pops(oracle: &RawConnection, args: &[&[u8]]) -> bool {
    let is_count = |text: &&[u8]| {
        std::str::from_utf8(text).is_ok_and(|text| text.parse::<i64>().is_ok_and(|count| count >= 0 && count.to_string() == text))
    };
    matches!(args.len(), 2 | 3)
        && args.get(2).is_none_or(is_count)
        && oracle.run(&[b"TYPE", args[1]]) == OwnedReply::Status(b"set".to_vec())
}

/// The one server answers how many there would be, and gives up the members that the many gave up.
fn pop(library: &dyn Client, args: &[&[u8]], oracle: &RawConnection, oracle_args: &[&[u8]]) -> (OwnedReply, OwnedReply) {
    let looked: Vec<&[u8]> = [&b"SRANDMEMBER"[..]].into_iter().chain(oracle_args[1..].iter().copied()).collect();
    let expected = oracle.run(&looked);
    let answer = library.run(args);
    let rows = items(&answer);
    if !alike(&answer, &expected) || has_repetitions(&answer) {
        return (answer, expected);
    }
    let removed: Vec<bool> = rows.iter().map(|row| oracle.run(&[b"SREM", oracle_args[1], row.bytes()]) == OwnedReply::Number(1)).collect();
    if removed.into_iter().all(|removed| removed) { (answer.clone(), answer) } else { (answer, expected) }
}

/// Of one type, and of one length where it has one.
fn alike(found: &OwnedReply, expected: &OwnedReply) -> bool {
    match (found, expected) {
        (OwnedReply::Array(found), OwnedReply::Array(expected)) => found.len() == expected.len(),
        (OwnedReply::Text(_), OwnedReply::Text(_)) => true,
        _ => found == expected,
    }
}

fn items(answer: &OwnedReply) -> Vec<OwnedReply> {
    match answer {
        OwnedReply::Array(items) => items.clone(),
        OwnedReply::Text(_) => vec![answer.clone()],
        _ => Vec::new(),
    }
}

fn has_repetitions(answer: &OwnedReply) -> bool {
    let mut items = items(answer);
    let length = items.len();
    items.sort();
    items.dedup();
    items.len() < length
}

/// A negative count may repeat what it chooses, and values and scores may be equal by themselves.
fn asks_for_repetitions(args: &[&[u8]]) -> bool {
    args.len() > 3 || args.get(2).is_some_and(|count| count.starts_with(b"-"))
}

/// Whether the one server has what was chosen, be it an element, or the value or score of one.
fn is_member(oracle: &RawConnection, args: &[&[u8]], item: &OwnedReply) -> bool {
    let all: &[&[u8]] = match args[0].to_ascii_lowercase().as_slice() {
        b"randomkey" => return oracle.run(&[b"EXISTS", item.bytes()]) == OwnedReply::Number(1),
        b"srandmember" => &[b"SMEMBERS", args[1]],
        b"hrandfield" => &[b"HGETALL", args[1]],
        _ => &[b"ZRANGE", args[1], b"0", b"-1", b"WITHSCORES"],
    };
    oracle.run(all).items().contains(item)
}
