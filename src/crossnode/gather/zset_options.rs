//! What stands behind the keys of a command, where it is well-formed. What is not, the server is left to judge.

use crate::rdb::double;

/// How the scores of one member become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Sum,
    Least,
    Greatest,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// One a key.
    pub weights: Vec<f64>,
    pub aggregate: Aggregate,
    pub with_scores: bool,
}

/// What a command may have behind its keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub weights_and_aggregate: bool,
    pub with_scores: bool,
}

/// `[WEIGHTS …] [AGGREGATE …] [WITHSCORES]` behind so many keys. `None`: there is something else, or something that is wrong.
pub(crate) fn scores(words: &[&[u8]], keys: usize, allowed: Allowed) -> Option<Options> {
    let mut options = Options { weights: vec![1.0; keys], aggregate: Aggregate::Sum, with_scores: false };
    let mut rest = words;
    while let Some((word, behind)) = rest.split_first() {
        rest = match word.to_ascii_uppercase().as_slice() {
            b"WEIGHTS" if allowed.weights_and_aggregate => {
                let (weights, behind) = behind.split_at_checked(keys)?;
                options.weights = weights.iter().map(|weight| double::parse(weight)).collect::<Option<_>>()?;
                behind
            }
            b"AGGREGATE" if allowed.weights_and_aggregate => {
                let (word, behind) = behind.split_first()?;
                options.aggregate = match word.to_ascii_uppercase().as_slice() {
                    b"SUM" => Aggregate::Sum,
                    b"MIN" => Aggregate::Least,
                    b"MAX" => Aggregate::Greatest,
                    _ => return None,
                };
                behind
            }
            b"WITHSCORES" if allowed.with_scores => {
                options.with_scores = true;
                behind
            }
            _ => return None,
        };
    }
    Some(options)
}

/// `[LIMIT number]`; 0 is none.
pub(crate) fn limit(words: &[&[u8]]) -> Option<u64> {
    match words {
        [] => Some(0),
        [word, number] if word.eq_ignore_ascii_case(b"LIMIT") => {
            let text = std::str::from_utf8(number).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
            let is_plain = text == "0" || !text.starts_with('0');
            text.parse::<i64>().ok().filter(|_| is_plain).map(|number| number as u64)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&[u8]> {
        text.split_terminator(' ').map(str::as_bytes).collect()
    }

    #[test]
    fn well_formed_options_are_understood_in_any_order_and_the_last_counts() {
        let all = Allowed { weights_and_aggregate: true, with_scores: true };
        let found = scores(&words("withscores aggregate min WEIGHTS 1.5 -inf Aggregate MAX"), 2, all).unwrap();
        assert_eq!(found, Options { weights: vec![1.5, f64::NEG_INFINITY], aggregate: Aggregate::Greatest, with_scores: true });
        for wrong in ["WEIGHTS 1", "WEIGHTS 1 x", "AGGREGATE", "AGGREGATE AVG", "LIMIT 1", "WEIGHTS 0x10 1", "WEIGHTS 1 nan"] {
            assert_eq!(scores(&words(wrong), 2, all), None, "{wrong}");
        }
        let none = Allowed { weights_and_aggregate: false, with_scores: false };
        assert!(scores(&[], 2, none).is_some() && scores(&words("WITHSCORES"), 2, none).is_none());
    }

    #[test]
    fn a_limit_is_a_plain_number() {
        for (text, expected) in
            [("", Some(0)), ("LIMIT 0", Some(0)), ("limit 12", Some(12)), ("LIMIT -1", None), ("LIMIT 01", None), ("LIMIT", None)]
        {
            assert_eq!(limit(&words(text)), expected, "{text}");
        }
    }
}
