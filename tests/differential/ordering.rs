//! Commands that have no defined order in some forms or for some values: it depends on a hash table or on a skip list.

use super::raw_connection::RawConnection;
use super::reply::{Client, OwnedReply};

#[derive(PartialEq, Debug)]
pub enum Order {
    Exact,
    /// Rows of this many values, in any order.
    Rows(usize),
    /// Even the selection of elements is undefined.
    Open,
}

/// The order that SORT defines for a set or sorted set.
pub fn order(oracle: &RawConnection, args: &[&[u8]]) -> Order {
    let kind = args.get(1).map_or(OwnedReply::Nil, |key| oracle.run(&[b"TYPE", key]));
    if ![&b"set"[..], b"zset"].contains(&kind.bytes()) {
        return Order::Exact;
    }
    let options = Options::parse(args);
    if options.by.iter().any(|pattern| !pattern.contains(&b'*')) {
        return match options.limited {
            // A sorted set has an order of its own, and the elements are sorted before they are stored.
            _ if kind.bytes() == b"zset" || options.stored => Order::Exact,
            true => Order::Open,
            false => Order::Rows(options.gets.max(1)),
        };
    }
    // Elements with equal weights keep their order, unless the weights are numbers: then the bytes of the elements decide.
    let has_ties = || !options.by.is_empty() || has_twins(oracle, args[1], kind.bytes());
    if options.alpha && has_ties() { Order::Open } else { Order::Exact }
}

/// SORT of Redis 7.0 takes the errno of an earlier command (such as an ID too large for XDEL) for its own, and reports that a score is not
/// a number. XRANGE with invalid IDs sets errno to 0.
pub fn forget_range_error(server: &RawConnection) {
    server.ask(&["XRANGE", "", "none", "none"]);
}

#[derive(Default)]
struct Options<'a> {
    by: Vec<&'a [u8]>,
    gets: usize,
    limited: bool,
    alpha: bool,
    stored: bool,
}

impl<'a> Options<'a> {
    fn parse(args: &[&'a [u8]]) -> Options<'a> {
        let mut options = Options::default();
        let mut rest = args.iter().skip(2);
        while let Some(word) = rest.next() {
            match word.to_ascii_uppercase().as_slice() {
                b"BY" => options.by.extend(rest.next()),
                b"GET" => options.gets += usize::from(rest.next().is_some()),
                b"LIMIT" => options.limited = rest.nth(1).is_some(),
                b"STORE" => options.stored = rest.next().is_some(),
                b"ALPHA" => options.alpha = true,
                _ => {}
            }
        }
        options
    }
}

/// Whether two elements are equal to the C library, which compares texts up to their first NUL.
fn has_twins(oracle: &RawConnection, key: &[u8], kind: &[u8]) -> bool {
    let elements = if kind == b"set" { oracle.run(&[b"SMEMBERS", key]) } else { oracle.run(&[b"ZRANGE", key, b"0", b"-1"]) };
    let mut texts: Vec<&[u8]> =
        elements.items().iter().map(|element| element.bytes().split(|&byte| byte == 0).next().unwrap_or_default()).collect();
    texts.sort();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether a range is lexicographical over members of different scores.
pub fn is_no_range(oracle: &RawConnection, args: &[&[u8]]) -> bool {
    let is = |word: &[u8], other: &str| word.eq_ignore_ascii_case(other.as_bytes());
    let (by_word, source) = match args {
        [name, ..] if is(name, "zrange") => (true, 1),
        [name, ..] if is(name, "zrangestore") => (true, 2),
        _ => (false, 1),
    };
    if by_word && !args.iter().any(|word| is(word, "BYLEX")) {
        return false;
    }
    let Some(key) = args.get(source) else { return false };
    let members = oracle.run(&[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"]);
    let scores: Vec<&OwnedReply> = members.items().iter().skip(1).step_by(2).collect();
    scores.windows(2).any(|pair| pair[0] != pair[1])
}
