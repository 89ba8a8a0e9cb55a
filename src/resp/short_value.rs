//! Recognises most replies without an index: values that are complete, short and have no children.

use crate::resp::number::short_number;
use memchr::memchr;

/// The longest status that is looked at.
const MAX_LINE: usize = 64;

/// The length of the value at the beginning of the bytes; `None` if it is another one.
#[inline(always)]
pub(super) fn short_value(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'$', b'-', b'1', b'\r', b'\n', ..] => Some(5),
        [b'$', line @ ..] => {
            let (length, header) = short_number(line)?;
            (line.get(header + length..header + length + 2)? == b"\r\n").then_some(1 + header + length + 2)
        }
        [b'+', line @ ..] => {
            let end = memchr(b'\r', &line[..line.len().min(MAX_LINE)])?;
            (line.get(end + 1)? == &b'\n').then_some(1 + end + 2)
        }
        [b':', line @ ..] => Some(1 + short_number(line)?.1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_short_values_are_recognised() {
        for value in ["$-1\r\n", "$0\r\n\r\n", "$3\r\na\r\n\r\n", "+OK\r\n", ":123\r\n"] {
            assert_eq!(short_value(format!("{value}+next\r\n").as_bytes()), Some(value.len()), "{value:?}");
            (0..value.len()).for_each(|cut| assert_eq!(short_value(&value.as_bytes()[..cut]), None, "{value:?} cut at {cut}"));
        }
        for value in ["-ERR\r\n", "*0\r\n", ":-1\r\n", "$3\r\nabcd\r\n", "+a\rb\r\n", "_\r\n"] {
            assert_eq!(short_value(value.as_bytes()), None, "{value:?}");
        }
    }
}
