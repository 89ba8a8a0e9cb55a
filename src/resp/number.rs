//! The numbers in the header lines of requests and replies.

/// Reads a number of one to three digits, as nearly all are, and its CR LF. `line` begins after the sign. Returns the number and the length of
/// the line including CR LF, or `None` if the number is longer, incomplete or invalid.
#[inline(always)]
pub(crate) fn short_number(line: &[u8]) -> Option<(usize, usize)> {
    let digit = |byte: &u8| usize::from(byte.wrapping_sub(b'0'));
    match line {
        [a, b'\r', b'\n', ..] if digit(a) < 10 => Some((digit(a), 3)),
        [a, b, b'\r', b'\n', ..] if digit(a) < 10 && digit(b) < 10 => Some((digit(a) * 10 + digit(b), 4)),
        [a, b, c, b'\r', b'\n', ..] if digit(a) < 10 && digit(b) < 10 && digit(c) < 10 => {
            Some((digit(a) * 100 + digit(b) * 10 + digit(c), 5))
        }
        _ => None,
    }
}

/// The value of a double of RESP3. Servers write `inf`, `-inf` and `nan`.
pub(crate) fn parse_double(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

pub(crate) fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

pub(crate) fn is_number_prefix(text: &[u8]) -> bool {
    text.strip_prefix(b"-").unwrap_or(text).iter().all(u8::is_ascii_digit)
}
