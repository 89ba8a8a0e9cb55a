//! Commands that choose at random: what was chosen must have been there to be chosen, and be as much as was asked for.

use super::answer::{Answer, Answers};
use super::wire::Wire;

/// Runs such a command on both sides; answers both replies, theirs being ours where ours is right.
pub fn run(ours: &dyn Answers, args: &[&[u8]], oracle: &Wire, theirs: &[&[u8]]) -> (Answer, Answer) {
    if theirs[0].eq_ignore_ascii_case(b"spop") && pops(oracle, theirs) {
        return pop(ours, args, oracle, theirs);
    }
    let expected = oracle.answer(theirs);
    let answer = ours.answer(args);
    if !alike(&answer, &expected) {
        return (answer, expected);
    }
    let is_there = items(&answer).iter().all(|row| is_member(oracle, theirs, row));
    let is_repeated = has_repetitions(&answer) && !has_repetitions(&expected) && !asks_for_repetitions(theirs);
    if is_there && !is_repeated { (answer.clone(), answer) } else { (answer, expected) }
}

/// Whether an SPOP is sound, and its key a set, so that it takes at random.
fn pops(oracle: &Wire, args: &[&[u8]]) -> bool {
    let is_count = |text: &&[u8]| {
        std::str::from_utf8(text).is_ok_and(|text| text.parse::<i64>().is_ok_and(|count| count >= 0 && count.to_string() == text))
    };
    matches!(args.len(), 2 | 3) && args.get(2).is_none_or(is_count) && oracle.answer(&[b"TYPE", args[1]]) == Answer::Status(b"set".to_vec())
}

/// The one server answers how many there would be, and gives up the members that the many gave up.
fn pop(ours: &dyn Answers, args: &[&[u8]], oracle: &Wire, theirs: &[&[u8]]) -> (Answer, Answer) {
    let looked: Vec<&[u8]> = [&b"SRANDMEMBER"[..]].into_iter().chain(theirs[1..].iter().copied()).collect();
    let expected = oracle.answer(&looked);
    let answer = ours.answer(args);
    let rows = items(&answer);
    if !alike(&answer, &expected) || has_repetitions(&answer) {
        return (answer, expected);
    }
    let removed: Vec<bool> = rows.iter().map(|row| oracle.answer(&[b"SREM", theirs[1], row.bytes()]) == Answer::Number(1)).collect();
    if removed.into_iter().all(|removed| removed) { (answer.clone(), answer) } else { (answer, expected) }
}

/// Of one type, and of one length where it has one.
fn alike(ours: &Answer, theirs: &Answer) -> bool {
    match (ours, theirs) {
        (Answer::Array(ours), Answer::Array(theirs)) => ours.len() == theirs.len(),
        (Answer::Text(_), Answer::Text(_)) => true,
        _ => ours == theirs,
    }
}

fn items(answer: &Answer) -> Vec<Answer> {
    match answer {
        Answer::Array(items) => items.clone(),
        Answer::Text(_) => vec![answer.clone()],
        _ => Vec::new(),
    }
}

fn has_repetitions(answer: &Answer) -> bool {
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
fn is_member(oracle: &Wire, args: &[&[u8]], item: &Answer) -> bool {
    let all: &[&[u8]] = match args[0].to_ascii_lowercase().as_slice() {
        b"randomkey" => return oracle.answer(&[b"EXISTS", item.bytes()]) == Answer::Number(1),
        b"srandmember" => &[b"SMEMBERS", args[1]],
        b"hrandfield" => &[b"HGETALL", args[1]],
        _ => &[b"ZRANGE", args[1], b"0", b"-1", b"WITHSCORES"],
    };
    oracle.answer(all).items().contains(item)
}
