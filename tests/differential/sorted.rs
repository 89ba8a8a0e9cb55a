//! SORT of a set: in some forms Redis leaves the order to the set's hash table.

use super::answer::{Answer, Answers};
use super::wire::Wire;

#[derive(PartialEq, Debug)]
pub enum Order {
    Exact,
    /// Rows of so many values in any order.
    Rows(usize),
    /// Which elements are meant is left open as well.
    Open,
}

pub fn order(oracle: &Wire, args: &[&[u8]]) -> Order {
    if args.len() < 2 || oracle.answer(&[b"TYPE", args[1]]) != Answer::Status(b"set".to_vec()) {
        return Order::Exact;
    }
    let is = |at: usize, word: &str| args[at].eq_ignore_ascii_case(word.as_bytes());
    let has = |word: &str| (2..args.len()).any(|at| is(at, word));
    let by: Vec<&[u8]> = (2..args.len()).filter(|&at| is(at, "BY")).filter_map(|at| args.get(at + 1)).copied().collect();
    let unsorted = by.iter().any(|pattern| !pattern.contains(&b'*'));
    let gets = (2..args.len()).filter(|&at| is(at, "GET")).count();
    match (unsorted, has("STORE")) {
        // What is to be stored is sorted after all.
        (true, true) => Order::Exact,
        (true, false) if has("LIMIT") => Order::Open,
        (true, false) => Order::Rows(gets.max(1)),
        // Elements of one weight stay as they came, unless the weights are numbers: then their bytes decide.
        (false, _) if has("ALPHA") && !by.is_empty() => Order::Open,
        _ => Order::Exact,
    }
}
