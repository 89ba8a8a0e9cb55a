//! Which arguments of a command are keys.

use crate::command::{Begin, Command, Find, KeySpec, Keys};
use smallvec::SmallVec;
use std::iter::StepBy;
use std::ops::Range;

/// The positions of the keys among the arguments. The command's name is at 0.
pub(crate) type Positions = SmallVec<[usize; 4]>;

/// The keys of a command whose number of arguments is valid. `None` when the arguments contradict the number of keys or the syntax of the command:
/// a server certainly rejects them.
#[inline]
pub(crate) fn positions(command: &Command, args: &[&[u8]]) -> Option<Positions> {
    let mut found = Positions::new();
    match command.keys {
        Keys::One(position) => found.push(position),
        Keys::Specs(specs) => {
            for spec in specs {
                found.extend(places(spec, args)?);
            }
            if specs.len() > 1 {
                // The first key decides the node of the others, whichever specification names it.
                found.sort_unstable();
                found.dedup();
            }
        }
        Keys::Sort => sort(args, &mut found),
        Keys::Migrate => migrate(args, &mut found),
    }
    Some(found)
}

/// The positions of the keys of one specification; `None` as for [`positions`].
#[inline]
pub(crate) fn places(spec: &KeySpec, args: &[&[u8]]) -> Option<StepBy<Range<usize>>> {
    follow(spec, args).map(|(keys, step)| keys.step_by(step))
}

/// The range of positions, and the step; `None` when the arguments contradict the specification.
#[inline]
fn follow(spec: &KeySpec, args: &[&[u8]]) -> Option<(Range<usize>, usize)> {
    let begin = match spec.begin {
        Begin::Index(index) => index,
        Begin::Keyword(word, from) => match after(word, from, args) {
            Some(begin) => begin,
            None => return Some((0..0, 1)),
        },
    };
    let (first, last, step) = match spec.find {
        // There may be no keys: PFMERGE accepts no sources.
        Find::Range { last: -1, step, limit: 0 } if begin == args.len() => return Some((begin..begin, step)),
        Find::Range { last, step, limit } => (begin, last_of(begin, last, limit, args.len())?, step),
        Find::Counted { count, first, step } => {
            let number = number(args.get(begin + count)?)?;
            if number == 0 {
                return Some((0..0, 1));
            }
            let first = begin + first;
            (first, first.checked_add((number - 1).checked_mul(step)?)?, step)
        }
    };
    (first <= last && last < args.len()).then_some((first..last + 1, step))
}

/// A number of keys as the server parses it: digits, without a sign and without leading zeros.
#[inline]
fn number(text: &[u8]) -> Option<usize> {
    let is_plain = matches!(text, [b'0'] | [b'1'..=b'9', ..]);
    std::str::from_utf8(text).ok().filter(|_| is_plain)?.parse().ok()
}

#[inline]
fn last_of(begin: usize, last: i32, limit: usize, count: usize) -> Option<usize> {
    if last >= 0 {
        return Some(begin + last as usize);
    }
    let back = last.unsigned_abs() as usize;
    if limit > 1 { (begin + count.checked_sub(begin)? / limit).checked_sub(back) } else { count.checked_sub(back) }
}

/// The position after a keyword. As for the server, the keyword must not be the last argument.
fn after(word: &str, from: i32, args: &[&[u8]]) -> Option<usize> {
    let is_word = |at: &usize| args[*at].eq_ignore_ascii_case(word.as_bytes());
    let last = args.len() - 1;
    let at = if word == "STREAMS" {
        streams(args)
    } else if word == "STORE" || word == "STOREDIST" {
        store(word, from as usize, args)
    } else if from > 0 {
        (from as usize..last).find(is_word)
    } else {
        let start = args.len().checked_sub(from.unsigned_abs() as usize)?;
        (2..=start).rev().find(is_word)
    };
    at.map(|at| at + 1)
}

/// The keyword STREAMS of `XREAD` and `XREADGROUP`. A group or a consumer may have that name.
fn streams(args: &[&[u8]]) -> Option<usize> {
    let mut at = 1;
    while at + 1 < args.len() {
        at += 1 + match args[at].to_ascii_uppercase().as_slice() {
            b"STREAMS" => return Some(at),
            b"GROUP" => 2,
            b"BLOCK" | b"COUNT" | b"CLAIM" | b"MAXCOUNT" | b"MAXSIZE" => 1,
            _ => 0,
        };
    }
    None
}

/// The keyword STORE or STOREDIST of `GEORADIUS` and `GEORADIUSBYMEMBER`, whose options begin at `from`. The last one counts, as for the
/// server. A key may have the name of an option.
fn store(word: &str, from: usize, args: &[&[u8]]) -> Option<usize> {
    let mut found = None;
    let mut at = from;
    while at + 1 < args.len() {
        at += 1 + match args[at].to_ascii_uppercase().as_slice() {
            option @ (b"STORE" | b"STOREDIST") => {
                found = if option == word.as_bytes() { Some(at) } else { found };
                1
            }
            b"COUNT" => 1,
            _ => 0,
        };
    }
    found
}

/// `SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC|DESC] [ALPHA] [STORE destination]`.
/// The last STORE counts, as for the server.
fn sort(args: &[&[u8]], found: &mut Positions) {
    found.push(1);
    let mut store = None;
    let mut at = 2;
    while let Some(&word) = args.get(at) {
        let taken = match word.to_ascii_uppercase().as_slice() {
            b"LIMIT" => 2,
            b"STORE" => {
                store = Some(at + 1);
                1
            }
            b"BY" | b"GET" => 1,
            _ => 0,
        };
        at += 1 + taken;
    }
    found.extend(store.filter(|&at| at < args.len()));
}

/// The patterns of a SORT that make it read more keys: each BY or GET with an asterisk.
pub(crate) fn sort_patterns<'c, 'a>(args: &'c [&'a [u8]]) -> impl Iterator<Item = &'a [u8]> + use<'c, 'a> {
    let words = args.iter().enumerate().skip(2);
    words
        .filter(|(_, word)| word.eq_ignore_ascii_case(b"BY") || word.eq_ignore_ascii_case(b"GET"))
        .filter_map(|(at, _)| args.get(at + 1))
        .filter(|pattern| pattern.contains(&b'*'))
        .copied()
}

/// `MIGRATE host port key|"" destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 user password] [KEYS key …]`
///
/// Without KEYS the empty key is the key. A password may be `KEYS`.
fn migrate(args: &[&[u8]], found: &mut Positions) {
    let mut at = 6;
    while let (true, Some(&word)) = (args[3].is_empty(), args.get(at)) {
        at += 1 + match word.to_ascii_uppercase().as_slice() {
            b"KEYS" => return found.extend(at + 1..args.len()),
            b"AUTH" => 1,
            b"AUTH2" => 2,
            _ => 0,
        };
    }
    found.push(3);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(request: &str) -> Vec<&str> {
        let words: Vec<&str> = request.split(' ').collect();
        let args: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let command = crate::command::lookup(&args).unwrap();
        assert!(command.takes(args.len()), "{request}");
        positions(command, &args).unwrap().iter().map(|at| words[*at]).collect()
    }

    #[test]
    fn keys_of_newer_commands_are_found_among_values() {
        assert_eq!(keys("MSETEX 2 one 1 two 2 NX EX 10"), ["one", "two"]);
        assert_eq!(keys("HSETEX hash FNX EX 10 FIELDS 1 field value"), ["hash"]);
        assert_eq!(keys("VSIM vectors ELE element COUNT 3"), ["vectors"]);
        assert_eq!(keys("XREADGROUP GROUP group consumer CLAIM 1000 STREAMS one two > >"), ["one", "two"]);
    }

    #[test]
    fn a_group_and_a_consumer_may_have_the_name_streams() {
        assert_eq!(keys("XREADGROUP GROUP streams c STREAMS one >"), ["one"]);
        assert_eq!(keys("XREADGROUP COUNT 2 GROUP g streams streams one two > >"), ["one", "two"]);
    }

    #[test]
    fn the_keys_of_migrate_follow_the_keyword_unless_it_is_a_password() {
        assert_eq!(keys("MIGRATE host 1  0 9 COPY KEYS one two"), ["one", "two"]);
        assert_eq!(keys("MIGRATE host 1  0 9 AUTH keys KEYS one"), ["one"]);
        assert_eq!(keys("MIGRATE host 1  0 9 AUTH2 keys keys KEYS one"), ["one"]);
        assert_eq!(keys("MIGRATE host 1  0 9 COPY"), [""]);
    }

    #[test]
    fn pfmerge_accepts_no_sources() {
        assert_eq!(keys("PFMERGE one"), ["one"]);
    }

    #[test]
    fn a_cursor_is_not_a_key() {
        assert_eq!(keys("CLUSTERSCAN 0 COUNT 10"), [""; 0]);
    }

    #[test]
    fn a_command_accepts_the_arguments_of_every_release() {
        assert_eq!(keys("ZRANK scores member"), ["scores"]);
        assert_eq!(keys("ZRANK scores member WITHSCORE"), ["scores"]);
    }
}
