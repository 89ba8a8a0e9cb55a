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
        [b'_', b'\r', b'\n', ..] => Some(3),
        [b'#', b't' | b'f', b'\r', b'\n', ..] => Some(4),
        _ => None,
    }
}

/// The offset of the text in a reply that is a string of less than 1,000 bytes; `None` if it is another reply.
#[inline]
pub(super) fn short_string(reply: &[u8]) -> Option<usize> {
    let (length, header) = short_number(reply.strip_prefix(b"$")?)?;
    (reply.len() == 1 + header + length + 2 && reply.ends_with(b"\r\n")).then_some(1 + header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_short_strings_are_recognised() {
        for (reply, start) in [("$0\r\n\r\n", 4), ("$3\r\na\r\n\r\n", 4), ("$10\r\n0123456789\r\n", 5)] {
            assert_eq!(short_string(reply.as_bytes()), Some(start), "{reply:?}");
        }
        for reply in ["$-1\r\n", "+OK\r\n", "$3\r\nabcd\r\n", "$3\r\nab\r\n", "$1\r\na\r\n:1\r\n", "$1\r\nabc", ""] {
            assert_eq!(short_string(reply.as_bytes()), None, "{reply:?}");
        }
    }

    #[test]
    fn only_complete_short_values_are_recognised() {
        for value in ["$-1\r\n", "$0\r\n\r\n", "$3\r\na\r\n\r\n", "+OK\r\n", ":123\r\n", "_\r\n", "#t\r\n", "#f\r\n"] {
            assert_eq!(short_value(format!("{value}+next\r\n").as_bytes()), Some(value.len()), "{value:?}");
            (0..value.len()).for_each(|cut| assert_eq!(short_value(&value.as_bytes()[..cut]), None, "{value:?} cut at {cut}"));
        }
        for value in ["-ERR\r\n", "*0\r\n", ":-1\r\n", "$3\r\nabcd\r\n", "+a\rb\r\n", "_a\r\n", "#x\r\n"] {
            assert_eq!(short_value(value.as_bytes()), None, "{value:?}");
        }
    }
}
