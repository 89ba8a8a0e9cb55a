//! Inline commands: a line of words, as a person types it. The rules for quotes are those of redis-server.

use std::ops::Range;

/// The words of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inline {
    pub bytes: Vec<u8>,
    /// The words: ranges of `bytes`.
    pub args: Vec<Range<usize>>,
}

/// Splits a line into words. `None` if a quote is not closed, or if its end is not followed by a space.
pub(crate) fn split_inline(line: &[u8]) -> Option<Inline> {
    let mut inline = Inline::default();
    let mut rest = line;
    loop {
        rest = &rest[rest.iter().take_while(|byte| is_space(**byte)).count()..];
        if rest.is_empty() {
            return Some(inline);
        }
        let start = inline.bytes.len();
        rest = take_word(rest, &mut inline.bytes)?;
        inline.args.push(start..inline.bytes.len());
        // So that `bytes` is not empty, even if all words are.
        inline.bytes.push(b' ');
    }
}

/// Appends the first word to `out`. Returns what follows it.
fn take_word<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    while let [first, after @ ..] = rest {
        match first {
            b' ' | b'\n' | b'\r' | b'\t' => return Some(rest),
            b'"' => return ends_word(take_double_quoted(after, out)?),
            b'\'' => return ends_word(take_single_quoted(after, out)?),
            byte => out.push(*byte),
        }
        rest = after;
    }
    Some(rest)
}

fn ends_word(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|byte| is_space(*byte)).then_some(rest)
}

fn take_double_quoted<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'"', after @ ..] => return Some(after),
            [b'\\', b'x', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex_digit(*high) << 4 | hex_digit(*low));
                after
            }
            [b'\\', escaped, after @ ..] => {
                out.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        }
    }
}

fn take_single_quoted<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'\'', after @ ..] => return Some(after),
            [b'\\', b'\'', after @ ..] => {
                out.push(b'\'');
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        }
    }
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        digit => digit.to_ascii_lowercase() - b'a' + 10,
    }
}

/// `isspace` of C.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<Vec<String>> {
        let inline = split_inline(line.as_bytes())?;
        Some(inline.args.into_iter().map(|range| inline.bytes[range].escape_ascii().to_string()).collect())
    }

    #[test]
    fn words_are_separated_by_spaces_and_quoted() {
        for (line, expected) in [
            ("", &[][..]),
            (" \t\x0b", &[]),
            ("  SET\ta  1 ", &["SET", "a", "1"]),
            (r#"a "b c" 'd e' """#, &["a", "b c", "d e", ""]),
            (r#""\x41\n\q\"\xg" '\n\''"#, &[r#"A\nq\"xg"#, r"\\n\'"]),
            (r#"a"b""#, &["ab"]),
            ("a\x0bb \x0bc", &[r"a\x0bb", "c"]),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn quotes_must_be_closed_and_followed_by_a_space() {
        for line in [r#"""#, "'", r#"a "b"#, r#""a"b"#, "'a''b'", r#""\""#, r#""a\"#] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
