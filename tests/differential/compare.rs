//! Whether two replies are the same reply.

use super::answer::Answer;
use super::exceptions::Judge;
use super::generate::slots::FAR;

pub fn same(judge: Judge, ours: &Answer, theirs: &Answer) -> bool {
    let (ours, theirs) = (&unsigned(ours), &unsigned(theirs));
    if let (Judge::OfNode, Answer::Error(ours), Answer::Error(theirs)) = (judge, ours, theirs) {
        let node = ours.strip_prefix(theirs.as_slice());
        return node.is_some_and(|node| node.is_empty() || (node.starts_with(b" (node_") && node.ends_with(b")")));
    }
    if ours.is_error() || theirs.is_error() {
        return ours == theirs;
    }
    match judge {
        Judge::Bag => bag(ours, 1) == bag(theirs, 1),
        Judge::Pairs => bag(ours, 2) == bag(theirs, 2),
        Judge::DeepBag => deep_bag(ours) == deep_bag(theirs),
        Judge::Near => matches!((ours.number(), theirs.number()), (Some(ours), Some(theirs)) if near(ours, theirs)),
        Judge::Kind => std::mem::discriminant(ours) == std::mem::discriminant(theirs),
        Judge::Timeless => timeless(ours) == timeless(theirs),
        _ => ours == theirs,
    }
}

/// A score of -0 keeps its sign in a skip list and loses it in a listpack, which a sorted set may become on its way to another node: it is 0
/// here.
pub fn unsigned(answer: &Answer) -> Answer {
    match answer {
        Answer::Text(text) if text == b"-0" => Answer::Text(b"0".to_vec()),
        Answer::Array(items) => Answer::Array(items.iter().map(unsigned).collect()),
        _ => answer.clone(),
    }
}

/// An array in rows of so many, sorted; another reply as it is.
pub fn bag(answer: &Answer, width: usize) -> Answer {
    let Answer::Array(items) = answer else { return answer.clone() };
    let mut rows: Vec<&[Answer]> = items.chunks(width).collect();
    rows.sort();
    Answer::Array(rows.concat())
}

fn deep_bag(answer: &Answer) -> Answer {
    let Answer::Array(items) = answer else { return answer.clone() };
    let mut items: Vec<Answer> = items.iter().map(deep_bag).collect();
    items.sort();
    Answer::Array(items)
}

/// Dates that were set as dates are equal. What was counted from two nows differs by the time between them.
pub fn near(ours: i64, theirs: i64) -> bool {
    const SLACK: i64 = 10;
    let far = FAR as i64;
    let is_date = |number: i64| (far..far + 1_000_000).contains(&number) || (far / 1000..far / 1000 + 1000).contains(&number);
    let slack = if theirs > 2_000_000 { SLACK * 1000 } else { SLACK };
    ours == theirs || (ours > 0 && theirs > 0 && !is_date(theirs) && (ours - theirs).abs() <= slack)
}

/// How long ago a stream's entries were delivered and its consumers were seen; and how its index is laid out.
const TIMES: &[&str] = &["idle", "inactive", "seen-time", "active-time", "radix-tree-keys", "radix-tree-nodes"];

/// A reply that tells of streams, with a 0 for every time.
pub fn timeless(answer: &Answer) -> Answer {
    let Answer::Array(items) = answer else { return answer.clone() };
    let is_time = |at: usize| match (at.checked_sub(1).map(|before| &items[before]), items.as_slice()) {
        // Pending entries: id, consumer, time, deliveries; of a consumer: id, time, deliveries.
        (_, [Answer::Text(_), Answer::Text(_), Answer::Number(_), Answer::Number(_)]) => at == 2,
        (_, [Answer::Text(_), Answer::Number(_), Answer::Number(_)]) => at == 1,
        (Some(Answer::Text(name)), _) => TIMES.iter().any(|time| time.as_bytes() == name.as_slice()),
        _ => false,
    };
    Answer::Array((0..items.len()).map(|at| if is_time(at) { Answer::Number(0) } else { timeless(&items[at]) }).collect())
}
