//! What requests and replies have in common.

/// The number in a line that begins after its sign, where it has one to three digits, as nearly all have; and the length of the line with its
/// CR LF. `None` leaves the line, be it long, incomplete or wrong, to a slower look.
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
