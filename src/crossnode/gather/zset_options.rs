//! The options after the keys of a command on sorted sets. Options that are not well-formed are left to the server, which reports the error.

use crate::rdb::double;

/// How the scores of a member in several sets become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Sum,
    Min,
    Max,
}

#[derive(Debug, PartialEq)]
pub(crate) struct ZsetOptions {
    /// One per key.
    pub weights: Vec<f64>,
    pub aggregate: Aggregate,
    pub with_scores: bool,
}

/// The options that a command has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AllowedOptions {
    pub weights_and_aggregate: bool,
    pub with_scores: bool,
}

/// Parses `[WEIGHTS weight …] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]` after so many keys. `None` if an option is unknown or invalid.
pub(crate) fn parse_options(words: &[&[u8]], keys: usize, allowed: AllowedOptions) -> Option<ZsetOptions> {
    let mut options = ZsetOptions { weights: vec![1.0; keys], aggregate: Aggregate::Sum, with_scores: false };
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        rest = match word.to_ascii_uppercase().as_slice() {
            b"WEIGHTS" if allowed.weights_and_aggregate => {
                let (weights, after) = after.split_at_checked(keys)?;
                options.weights = weights.iter().map(|weight| double::parse(weight)).collect::<Option<_>>()?;
                after
            }
            b"AGGREGATE" if allowed.weights_and_aggregate => {
                let (word, after) = after.split_first()?;
                options.aggregate = match word.to_ascii_uppercase().as_slice() {
                    b"SUM" => Aggregate::Sum,
                    b"MIN" => Aggregate::Min,
                    b"MAX" => Aggregate::Max,
                    _ => return None,
                };
                after
            }
            b"WITHSCORES" if allowed.with_scores => {
                options.with_scores = true;
                after
            }
            _ => return None,
        };
    }
    Some(options)
}

/// Parses `[LIMIT limit]`; 0 means no limit. `None` if it is invalid.
pub(crate) fn parse_limit(words: &[&[u8]]) -> Option<u64> {
    match words {
        [] => Some(0),
        [word, number] if word.eq_ignore_ascii_case(b"LIMIT") => {
            let text = std::str::from_utf8(number).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
            let has_leading_zero = text != "0" && text.starts_with('0');
            text.parse::<i64>().ok().filter(|_| !has_leading_zero).map(|number| number as u64)
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
    fn options_are_parsed_in_any_order_and_the_last_of_a_kind_counts() {
        let all = AllowedOptions { weights_and_aggregate: true, with_scores: true };
        let found = parse_options(&words("withscores aggregate min WEIGHTS 1.5 -inf Aggregate MAX"), 2, all).unwrap();
        assert_eq!(found, ZsetOptions { weights: vec![1.5, f64::NEG_INFINITY], aggregate: Aggregate::Max, with_scores: true });
        for wrong in ["WEIGHTS 1", "WEIGHTS 1 x", "AGGREGATE", "AGGREGATE AVG", "LIMIT 1", "WEIGHTS 0x10 1", "WEIGHTS 1 nan"] {
            assert_eq!(parse_options(&words(wrong), 2, all), None, "{wrong}");
        }
        let none = AllowedOptions { weights_and_aggregate: false, with_scores: false };
        assert!(parse_options(&[], 2, none).is_some() && parse_options(&words("WITHSCORES"), 2, none).is_none());
    }

    #[test]
    fn a_limit_is_a_decimal_number_without_sign_and_leading_zeros() {
        for (text, expected) in
            [("", Some(0)), ("LIMIT 0", Some(0)), ("limit 12", Some(12)), ("LIMIT -1", None), ("LIMIT 01", None), ("LIMIT", None)]
        {
            assert_eq!(parse_limit(&words(text)), expected, "{text}");
        }
    }
}
