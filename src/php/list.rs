//! Lists of strings as PHP's `explode()` reads them, in half the time of `unserialize()`.

use crate::cluster::Strings;
use crate::php::BETWEEN;

/// The strings of a list, each with the byte 0xff behind it.
pub(crate) struct List<'t> {
    text: &'t mut Vec<u8>,
    strings: usize,
}

impl List<'_> {
    /// Writes what `fill` pushes, and answers true: at least one string, none of which has the byte 0xff. Else, or when `fill` answers false,
    /// nothing is written.
    pub(crate) fn write(text: &mut Vec<u8>, fill: impl FnOnce(&mut List) -> bool) -> bool {
        let begin = text.len();
        let mut list = List { text, strings: 0 };
        // All at once, to count takes next to no time.
        let is_list =
            fill(&mut list) && list.strings > 0 && list.text[begin..].iter().filter(|byte| **byte == BETWEEN).count() == list.strings;
        let end = if is_list { list.text.len() - 1 } else { begin };
        list.text.truncate(end);
        is_list
    }

    /// Likewise what two push, as two lists with 0xff between them; answers how many bytes the first has.
    pub(crate) fn write_two(
        text: &mut Vec<u8>,
        first: impl FnOnce(&mut List) -> bool,
        second: impl FnOnce(&mut List) -> bool,
    ) -> Option<usize> {
        let begin = text.len();
        if !List::write(text, first) {
            return None;
        }
        let length = text.len() - begin;
        text.push(BETWEEN);
        if !List::write(text, second) {
            text.truncate(begin);
            return None;
        }
        Some(length)
    }

    /// The string of so many bytes that begins there.
    #[inline(always)]
    pub(crate) fn push(&mut self, bytes: &[u8], start: usize, length: usize) {
        /// Strings up to this size are copied without a call, together with what stands behind them.
        const SHORT: usize = 32;
        match bytes.get(start..).and_then(|bytes| bytes.first_chunk::<SHORT>()) {
            Some(chunk) if length <= SHORT => {
                let end = self.text.len() + length;
                self.text.extend_from_slice(chunk);
                self.text.truncate(end);
            }
            _ => self.text.extend_from_slice(&bytes[start..start + length]),
        }
        self.text.push(BETWEEN);
        self.strings += 1;
    }
}

/// Appends strings of several replies, if they are a list for `explode()`.
pub(crate) fn gathered(strings: &Strings, text: &mut Vec<u8>) -> bool {
    // In a reply five bytes at least stand around a string.
    text.try_reserve(strings.bytes()).is_ok()
        && List::write(text, |list| strings.each(|bytes, start, length| list.push(bytes, start, length)))
}
