//! Compares two replies.

use super::comparisons::Comparison;
use super::generate::placeholders::FAR;
use super::reply::OwnedReply;

pub fn same(comparison: Comparison, found: &OwnedReply, expected: &OwnedReply) -> bool {
    let (found, expected) = (&without_negative_zero(found), &without_negative_zero(expected));
    if let (Comparison::WithNodeInErrors, OwnedReply::Error(found), OwnedReply::Error(expected)) = (comparison, found, expected) {
        let node = found.strip_prefix(expected.as_slice());
        return node.is_some_and(|node| node.is_empty() || (node.starts_with(b" (node_") && node.ends_with(b")")));
    }
    if found.is_error() || expected.is_error() {
        return found == expected;
    }
    match comparison {
        Comparison::Unordered => sorted_rows(found, 1) == sorted_rows(expected, 1),
        Comparison::UnorderedPairs => sorted_rows(found, 2) == sorted_rows(expected, 2),
        Comparison::UnorderedNested => sorted_nested(found) == sorted_nested(expected),
        Comparison::Approximate => all_near(found, expected),
        Comparison::Kind => std::mem::discriminant(found) == std::mem::discriminant(expected),
        Comparison::IgnoringTimes => without_times(found) == without_times(expected),
        _ => found == expected,
    }
}

/// A score of -0 keeps its sign in a skip list and loses it in a listpack. A sorted set can become a listpack when it is copied to another
/// node, so both count as 0.
pub fn without_negative_zero(reply: &OwnedReply) -> OwnedReply {
    match reply {
        OwnedReply::Text(text) if text == b"-0" => OwnedReply::Text(b"0".to_vec()),
        OwnedReply::Double(text) if text == b"-0" => OwnedReply::Double(b"0".to_vec()),
        _ => reply.with_items(|items| items.iter().map(without_negative_zero).collect()),
    }
}

/// An array sorted by rows of `width` values; another reply unchanged.
pub fn sorted_rows(reply: &OwnedReply, width: usize) -> OwnedReply {
    reply.with_items(|items| {
        let mut rows: Vec<&[OwnedReply]> = items.chunks(width).collect();
        rows.sort();
        rows.concat()
    })
}

fn sorted_nested(reply: &OwnedReply) -> OwnedReply {
    reply.with_items(|items| {
        let mut items: Vec<OwnedReply> = items.iter().map(sorted_nested).collect();
        items.sort();
        items
    })
}

/// Numbers, or lists of numbers.
fn all_near(found: &OwnedReply, expected: &OwnedReply) -> bool {
    match (found, expected) {
        (OwnedReply::Number(found), OwnedReply::Number(expected)) => near(*found, *expected),
        (OwnedReply::Array(found), OwnedReply::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| all_near(found, expected))
        }
        _ => found == expected,
    }
}

/// Absolute times must be equal. Times relative to the clock may differ by the time between the two commands.
pub fn near(found: i64, expected: i64) -> bool {
    const SLACK: i64 = 10;
    let far = FAR as i64;
    let is_date = |number: i64| (far..far + 1_000_000).contains(&number) || (far / 1000..far / 1000 + 1000).contains(&number);
    let slack = if expected > 2_000_000 { SLACK * 1000 } else { SLACK };
    found == expected || (found > 0 && expected > 0 && !is_date(expected) && (found - expected).abs() <= slack)
}

/// Fields of a stream that depend on the clock or on its memory layout.
const TIMES: &[&str] = &["idle", "inactive", "seen-time", "active-time", "radix-tree-keys", "radix-tree-nodes"];

/// A reply about streams with 0 for every time.
pub fn without_times(reply: &OwnedReply) -> OwnedReply {
    let items = reply.items();
    let is_time = |at: usize| match (at.checked_sub(1).map(|before| &items[before]), items) {
        // Pending entries: id, consumer, time, deliveries; of a consumer: id, time, deliveries.
        (_, [OwnedReply::Text(_), OwnedReply::Text(_), OwnedReply::Number(_), OwnedReply::Number(_)]) => at == 2,
        (_, [OwnedReply::Text(_), OwnedReply::Number(_), OwnedReply::Number(_)]) => at == 1,
        // An entry that XREADGROUP has claimed: id, fields, time, deliveries.
        (_, [OwnedReply::Text(_), OwnedReply::Array(_), OwnedReply::Number(_), OwnedReply::Number(_)]) => at == 2,
        (Some(OwnedReply::Text(name)), _) => TIMES.iter().any(|time| time.as_bytes() == name.as_slice()),
        _ => false,
    };
    let without_time = |at| if is_time(at) { OwnedReply::Number(0) } else { without_times(&items[at]) };
    reply.with_items(|items| (0..items.len()).map(without_time).collect())
}
