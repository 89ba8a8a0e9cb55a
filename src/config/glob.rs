//! Glob patterns as Redis matches them: `*`, `?`, `[a-c]`, `[^a]`, and `\` before a byte that means itself.

/// What every key that a pattern matches begins with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Literal {
    pub text: Vec<u8>,
    /// The pattern has no wildcard: it matches this text only.
    pub is_whole: bool,
}

/// The text before the first wildcard of a pattern.
pub(crate) fn literal_prefix(pattern: &[u8]) -> Literal {
    let (mut text, mut rest) = (Vec::new(), pattern);
    while let Some((token, following)) = next_token(rest) {
        let Token::Byte(byte) = token else { return Literal { text, is_whole: false } };
        text.push(byte);
        rest = following;
    }
    Literal { text, is_whole: true }
}

/// Whether a pattern matches the whole text. The time is at most the product of the lengths: only the last `*` is ever extended, because
/// what the earlier ones match can stay as short as possible.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    // After the last `*`: the rest of the pattern, and the text from which it is tried next.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (next_token(pattern), text.split_first()) {
            (Some((Token::Any, rest)), _) => {
                retry = Some((rest, text));
                pattern = rest;
                continue;
            }
            (Some((token, rest)), Some((&byte, following))) if token.accepts(byte) => {
                (pattern, text) = (rest, following);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((rest, [_, shorter @ ..])) = retry else { return false };
        retry = Some((rest, shorter));
        (pattern, text) = (rest, shorter);
    }
}

enum Token<'p> {
    /// `*`: any number of bytes.
    Any,
    /// `?`: one byte.
    One,
    Byte(u8),
    /// The text between the brackets.
    Class(&'p [u8]),
}

impl Token<'_> {
    fn accepts(&self, byte: u8) -> bool {
        match *self {
            Token::Any => false,
            Token::One => true,
            Token::Byte(expected) => byte == expected,
            Token::Class(class) => class_accepts(class, byte),
        }
    }
}

/// The first token of a pattern, and what follows it. A `\` at the end means itself. A class without `]` extends to the end.
fn next_token(pattern: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (&first, rest) = pattern.split_first()?;
    Some(match (first, rest.split_first()) {
        (b'*', _) => (Token::Any, rest),
        (b'?', _) => (Token::One, rest),
        (b'\\', Some((&escaped, rest))) => (Token::Byte(escaped), rest),
        (b'[', _) => {
            let end = class_end(rest);
            (Token::Class(&rest[..end]), rest.get(end + 1..).unwrap_or_default())
        }
        _ => (Token::Byte(first), rest),
    })
}

/// The position of the `]` that ends a class. A `]` that is escaped, or the end of a range, does not.
fn class_end(class: &[u8]) -> usize {
    let mut at = usize::from(class.first() == Some(&b'^'));
    while at < class.len() && class[at] != b']' {
        at += element_of_class(&class[at..]).1;
    }
    at.min(class.len())
}

/// The first element of a class, as the first and last byte of a range, and its length.
fn element_of_class(class: &[u8]) -> ((u8, u8), usize) {
    match *class {
        [b'\\', escaped, ..] => ((escaped, escaped), 2),
        [one, b'-', other, ..] => ((one.min(other), one.max(other)), 3),
        [byte, ..] => ((byte, byte), 1),
        [] => ((1, 0), 1),
    }
}

fn class_accepts(class: &[u8], byte: u8) -> bool {
    let (is_negated, mut rest) = match class {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, class),
    };
    let mut is_member = false;
    while !rest.is_empty() {
        let ((first, last), length) = element_of_class(rest);
        is_member |= (first..=last).contains(&byte);
        rest = &rest[length..];
    }
    is_member != is_negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_redis() {
        for (pattern, matching, other) in [
            ("rq:*", "rq:", "rq"),
            ("*", "", "-"),
            ("a*b*c", "a-b-b-c", "a-b-"),
            ("h?llo", "hallo", "hllo"),
            ("h[a-c]llo", "hbllo", "hdllo"),
            ("h[c-a]llo", "hbllo", "hdllo"),
            ("h[^a]llo", "hbllo", "hallo"),
            ("h[\\]^]llo", "h]llo", "hllo"),
            ("[a-]]", "_", "b"),
            (r"a\*b", "a*b", "axb"),
            (r"a\", r"a\", "a"),
            ("a[bc", "ac", "a"),
            ("***a", "bba", "bb"),
            ("a[]b", "-", "ab"),
        ] {
            assert!(matching == "-" || matches(pattern.as_bytes(), matching.as_bytes()), "{pattern} {matching}");
            assert!(other == "-" && pattern == "*" || !matches(pattern.as_bytes(), other.as_bytes()), "{pattern} {other}");
        }
    }

    #[test]
    fn a_pattern_with_many_wildcards_does_not_take_exponential_time() {
        let (pattern, text) = ("a*".repeat(200) + "b", "a".repeat(2000));
        assert!(!matches(pattern.as_bytes(), text.as_bytes()));
    }

    #[test]
    fn the_text_before_the_first_wildcard_is_literal() {
        for (pattern, text, is_whole) in [("rq:*", "rq:", false), (r"a\*b?", "a*b", false), ("rq:a", "rq:a", true), ("[a]", "", false)] {
            assert_eq!(literal_prefix(pattern.as_bytes()), Literal { text: text.into(), is_whole }, "{pattern}");
        }
    }
}
