//! SCAN, SSCAN, HSCAN and ZSCAN, followed to the end.

use super::reply::{Client, OwnedReply};
use std::collections::BTreeSet;

/// More than any scan needs here.
const STEPS: usize = 10_000;

/// Whether a scan starts at cursor 0. The meaning of another cursor is undefined.
pub fn begins(args: &[&[u8]]) -> bool {
    args.get(place(args)).is_none_or(|cursor| *cursor == b"0")
}

fn place(args: &[&[u8]]) -> usize {
    if args[0].eq_ignore_ascii_case(b"scan") { 1 } else { 2 }
}

/// All elements or pairs that the cursor returns, each once, sorted; or the error.
pub fn walk(client: &dyn Client, args: &[&[u8]]) -> OwnedReply {
    let place = place(args);
    let of_scores = args[0].eq_ignore_ascii_case(b"zscan");
    let width = if of_scores || args[0].eq_ignore_ascii_case(b"hscan") { 2 } else { 1 };
    let mut found: BTreeSet<Vec<OwnedReply>> = BTreeSet::new();
    let mut args: Vec<Vec<u8>> = args.iter().map(|argument| argument.to_vec()).collect();
    for _ in 0..STEPS {
        let reply = client.run(&args.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let [OwnedReply::Text(cursor), OwnedReply::Array(items)] = reply.items() else { return reply };
        found.extend(items.chunks(width).map(|row| if of_scores { scored(row) } else { row.to_vec() }));
        if cursor == b"0" {
            return OwnedReply::Array(found.into_iter().flatten().collect());
        }
        args[place] = cursor.clone();
    }
    OwnedReply::Failure(0, format!("the cursor is not 0 after {STEPS} steps"))
}

/// A member and its score. ZSCAN formats a score by its encoding: 100000000000000000 or 1e+17, -0 or 0.
fn scored(row: &[OwnedReply]) -> Vec<OwnedReply> {
    let mut row = row.to_vec();
    if let Some(OwnedReply::Text(score)) = row.get_mut(1) {
        let number = std::str::from_utf8(score).ok().and_then(|text| text.parse::<f64>().ok());
        *score = number.map_or(score.clone(), |number| format!("{:?}", number + 0.0).into_bytes());
    }
    row
}
