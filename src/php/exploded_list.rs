//! Lists of strings for PHP's `explode()`, which takes half the time of `unserialize()`.

use crate::cluster::Strings;
use crate::php::SEPARATOR;

/// The strings of a list, each followed by the separator.
pub(crate) struct ExplodedList<'t> {
    text: &'t mut Vec<u8>,
    strings: usize,
}

impl ExplodedList<'_> {
    /// Appends the strings that `fill` pushes, with separators between them, and returns true. If there is no string, if one contains the
    /// separator, or if `fill` returns false, the text stays as it was.
    pub(crate) fn append(text: &mut Vec<u8>, fill: impl FnOnce(&mut ExplodedList) -> bool) -> bool {
        let begin = text.len();
        let mut list = ExplodedList { text, strings: 0 };
        // One pass over all bytes costs less than a check of each string.
        let is_list =
            fill(&mut list) && list.strings > 0 && list.text[begin..].iter().filter(|byte| **byte == SEPARATOR).count() == list.strings;
        let end = if is_list { list.text.len() - 1 } else { begin };
        list.text.truncate(end);
        is_list
    }

    /// Appends two lists with a separator between them and returns the number of bytes of the first; `None` as for [`ExplodedList::append`].
    pub(crate) fn append_two(
        text: &mut Vec<u8>,
        first: impl FnOnce(&mut ExplodedList) -> bool,
        second: impl FnOnce(&mut ExplodedList) -> bool,
    ) -> Option<usize> {
        let begin = text.len();
        if !ExplodedList::append(text, first) {
            return None;
        }
        let length = text.len() - begin;
        text.push(SEPARATOR);
        if !ExplodedList::append(text, second) {
            text.truncate(begin);
            return None;
        }
        Some(length)
    }

    /// Pushes the string of `length` bytes at `start`.
    #[inline(always)]
    pub(crate) fn push(&mut self, bytes: &[u8], start: usize, length: usize) {
        /// Strings up to this size are copied without a call, as a chunk of constant size that is cut afterwards.
        const SHORT: usize = 32;
        match bytes.get(start..).and_then(|bytes| bytes.first_chunk::<SHORT>()) {
            Some(chunk) if length <= SHORT => {
                let end = self.text.len() + length;
                self.text.extend_from_slice(chunk);
                self.text.truncate(end);
            }
            _ => self.text.extend_from_slice(&bytes[start..start + length]),
        }
        self.text.push(SEPARATOR);
        self.strings += 1;
    }
}

/// Appends strings of several replies, if `explode()` can read them.
pub(crate) fn append_strings(strings: &Strings, text: &mut Vec<u8>) -> bool {
    // Enough: in a reply each string has at least five bytes around it.
    text.try_reserve(strings.bytes()).is_ok()
        && ExplodedList::append(text, |list| strings.each(|bytes, start, length| list.push(bytes, start, length)))
}
