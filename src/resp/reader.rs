//! The incremental reader of RESP2 and RESP3: it indexes bytes as they arrive and never parses a value twice.
//!
//! The bytes stay where the socket wrote them; a value costs one [`Entry`]. The lengths that a server announces never make the reader reserve
//! more than a bounded step ahead of the bytes that have arrived.

use crate::error::{Code, Error};
use crate::resp::buffer_cache::{self, CachedBuffer};
use crate::resp::index::{Entries, Entry, Kind};
use crate::resp::number::{is_integer, is_number_prefix, parse_double, short_number};
use crate::resp::reader_errors::{out_of_memory, too_large};
use crate::resp::short_value::short_value;
use rustix::buffer::{SpareCapacity, spare_capacity};

/// The deepest nesting of arrays, maps and sets, unless the configuration sets another one. Replies of Redis commands stay far below it.
const MAX_DEPTH: usize = 1024;
/// The longest string and the most elements of an array. An entry has room for more.
const MAX_LENGTH: i64 = (1 << 48) - 1;
/// The longest status or error line.
const MAX_LINE: usize = 1 << 20;
/// A verbatim string begins with three bytes for its format, and a colon.
pub(super) const VERBATIM_PREFIX: usize = 4;
/// The most characters of a number: a sign, 19 digits, some leading zeros.
const MAX_NUMBER_LENGTH: usize = 24;
/// The most memory that is reserved ahead of the bytes that have arrived, unless more than that has arrived.
const STEP: usize = 1 << 20;
/// What is reserved if the number of bytes to come is unknown.
const MIN_ROOM: usize = 16 << 10;
/// The largest empty buffer that is kept for the next values of a stream.
const MAX_KEPT: usize = 1 << 20;

pub(crate) struct Reader {
    bytes: Vec<u8>,
    entries: Entries,
    /// The offset of the next value or header.
    position: usize,
    /// The incomplete arrays, outermost first.
    open: Vec<Open>,
    /// The most incomplete arrays that may be open.
    max_depth: usize,
    /// The most bytes that all replies together may have.
    max_size: usize,
    /// The number of bytes without which the next value is incomplete.
    need: usize,
    /// The number of complete replies.
    complete: usize,
    /// The offset up to which an incomplete line was searched for its end.
    searched: usize,
    /// The buffer came from the cache and should return to it.
    is_recycled: bool,
    /// One of the values is an error.
    pub(crate) has_errors: bool,
}

/// An incomplete array: its entry, and the number of elements to come.
struct Open {
    entry: usize,
    left: usize,
}

impl Reader {
    /// Makes a reader that uses a buffer and empties it first. With `rooted`, the index begins with an entry for an array around all replies.
    #[inline]
    pub(crate) fn new(mut buffer: Vec<u8>, rooted: bool) -> Reader {
        buffer.clear();
        let mut entries = Entries::new();
        if rooted {
            entries.push(Entry::new(Kind::Array, 0, 0));
        }
        Reader {
            bytes: buffer,
            entries,
            position: 0,
            open: Vec::new(),
            max_depth: MAX_DEPTH,
            max_size: usize::MAX,
            need: 0,
            complete: 0,
            searched: 0,
            is_recycled: false,
            has_errors: false,
        }
    }

    /// Sets the deepest nesting of arrays, and the most bytes of all replies together, which is checked when the first memory is full.
    #[inline]
    pub(crate) fn with_limits(self, max_depth: usize, max_size: usize) -> Reader {
        Reader { max_depth, max_size, ..self }
    }

    /// Returns the number of complete replies.
    #[inline]
    pub(crate) fn complete(&self) -> usize {
        self.complete
    }

    /// Checks that no bytes follow the requested replies, once these are complete. If some do, it is unknown which reply belongs to which command,
    /// and no reply counts as complete.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        if self.position == self.bytes.len() {
            return Ok(());
        }
        self.complete = 0;
        Err(Error::new(Code::Protocol, "the server sent more replies than there were commands"))
    }

    #[inline]
    pub(crate) fn is_recycled(&self) -> bool {
        self.is_recycled
    }

    pub(crate) fn into_parts(self) -> (Vec<u8>, Entries) {
        (self.bytes, self.entries)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Removes the bytes.
    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns memory for the next bytes from the socket.
    #[inline]
    pub(crate) fn room(&mut self) -> Result<SpareCapacity<'_, u8>, Error> {
        if self.bytes.is_empty() && self.bytes.capacity() > 0 {
            return Ok(spare_capacity(&mut self.bytes));
        }
        let length = self.bytes.len();
        if self.need.max(length) > self.max_size {
            return Err(too_large(self.max_size));
        }
        let spare = self.bytes.capacity() - length;
        let missing = self.need.saturating_sub(length);
        let ahead = STEP.max(length);
        // If the number of bytes to come is unknown, all of the memory is used before more is reserved.
        let (least, wanted) =
            if missing > MIN_ROOM { (missing.min(ahead), missing.min(ahead)) } else { (1, MIN_ROOM.max(length).min(ahead)) };
        if spare < least {
            self.grow(least, wanted)?;
        }
        Ok(spare_capacity(&mut self.bytes))
    }

    #[cold]
    fn grow(&mut self, least: usize, wanted: usize) -> Result<(), Error> {
        if let Some(CachedBuffer { mut bytes, mut entries }) = buffer_cache::take()
            && bytes.capacity() > self.bytes.len()
        {
            bytes.extend_from_slice(&self.bytes);
            self.bytes = bytes;
            self.is_recycled = true;
            if entries.capacity() > self.entries.len() {
                entries.extend_from_slice(&self.entries);
                self.entries = Entries::from_vec(entries);
            }
        }
        if self.bytes.capacity() - self.bytes.len() < least {
            self.bytes.try_reserve_exact(wanted).map_err(|_| out_of_memory())?;
        }
        Ok(())
    }

    /// Appends bytes that have arrived, as [`Reader::room`] reserves memory.
    #[cfg(feature = "tls")]
    pub(crate) fn append(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            self.room()?;
            let spare = self.bytes.capacity() - self.bytes.len();
            let (now, later) = bytes.split_at(spare.min(bytes.len()));
            self.bytes.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Appends bytes that have arrived.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the offset after the values and headers that were parsed.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Removes the entries of the complete replies and counts these no longer.
    pub(super) fn take_entries(&mut self) -> Entries {
        self.complete = 0;
        std::mem::take(&mut self.entries)
    }

    /// Removes the first bytes, which belong to replies whose entries were taken. A large buffer that is empty then is freed.
    pub(super) fn remove_front(&mut self, count: usize) {
        self.bytes.drain(..count);
        if self.bytes.is_empty() && self.bytes.capacity() > MAX_KEPT {
            self.bytes = Vec::new();
        }
        self.position -= count;
        self.need = self.need.saturating_sub(count);
        self.searched = self.searched.saturating_sub(count);
        self.entries.iter_mut().for_each(|entry| entry.shift_back(count));
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Parses until `wanted` replies are complete or all bytes are parsed.
    #[inline]
    pub(crate) fn advance(&mut self, wanted: usize) -> Result<(), Error> {
        while self.complete < wanted && self.bytes.len() >= self.need {
            if !self.open.is_empty() {
                self.strings()?;
            }
            if !self.value()? {
                break;
            }
        }
        Ok(())
    }

    /// Skips the next value if it is complete, short, and has no children, as most replies of a stream: it costs no entry. Returns whether it
    /// did. All values before it must have been taken.
    #[inline]
    pub(super) fn skip_short(&mut self) -> bool {
        if !self.open.is_empty() || !self.entries.is_empty() {
            return false;
        }
        let Some(length) = short_value(&self.bytes[self.position..]) else { return false };
        self.position += length;
        true
    }

    /// Reads the strings that come next in the innermost array; large replies consist of them. Stops at the last element of the array, at another
    /// type, and at a string that is long, incomplete or invalid. [`Reader::value`] reads these.
    fn strings(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let bytes = self.bytes.as_slice();
        // A string takes at least five bytes.
        let most = (open.left - 1).min((bytes.len() - self.position) / 5);
        self.entries.try_reserve(most).map_err(|_| out_of_memory())?;
        while open.left > 1 {
            let [b'$', line @ ..] = &bytes[self.position..] else { break };
            let Some((length, taken)) = short_number(line) else { break };
            let start = self.position + 1 + taken;
            let end = start + length;
            if bytes.get(end..end + 2) != Some(b"\r\n") {
                break;
            }
            self.entries.push(Entry::new(Kind::String, length, start as i64));
            self.position = end + 2;
            open.left -= 1;
        }
        Ok(())
    }

    /// Reads one value or the header of an array. Returns false if it is incomplete.
    #[inline(always)]
    fn value(&mut self) -> Result<bool, Error> {
        let Some(&sign) = self.bytes.get(self.position) else { return self.wait_for(self.position + 1) };
        match sign {
            b'$' => {
                let Some((length, start)) = self.number()? else { return Ok(false) };
                self.string(length, start)
            }
            b':' => {
                let Some((number, end)) = self.number()? else { return Ok(false) };
                self.push(Entry::new(Kind::Integer, 0, number), end)
            }
            b'*' => {
                let Some((count, end)) = self.number()? else { return Ok(false) };
                self.array(count, end)
            }
            b'+' => self.line(Kind::Status),
            b'-' => self.line(Kind::Error),
            other => self.value_of_resp3(other),
        }
    }

    /// Reads a value, or a header, of a type that only RESP3 has.
    #[cold]
    #[inline(never)]
    fn value_of_resp3(&mut self, sign: u8) -> Result<bool, Error> {
        match sign {
            b'_' | b'#' | b',' | b'(' => self.short_line(sign),
            b'=' | b'!' => match self.number()? {
                Some((length, start)) => self.long_text(sign, length, start),
                None => Ok(false),
            },
            b'%' | b'~' | b'>' | b'|' => match self.number()? {
                Some((count, _)) if !(0..=MAX_LENGTH).contains(&count) => Err(self.invalid("a count is out of range")),
                Some((count, end)) => {
                    let (kind, children) = match sign {
                        b'%' => (Kind::Map, count * 2),
                        b'~' => (Kind::Set, count),
                        b'>' => (Kind::Push, count),
                        _ => (Kind::Attribute, count * 2 + 1),
                    };
                    self.parent(kind, children as usize, end)
                }
                None => Ok(false),
            },
            other => Err(self.invalid(&format!("'{}' is not a type of RESP", other.escape_ascii()))),
        }
    }

    /// Reads a null, a boolean, a double or a big number.
    fn short_line(&mut self, sign: u8) -> Result<bool, Error> {
        let Some((start, end)) = self.line_bounds()? else { return Ok(false) };
        let text = &self.bytes[start..end];
        let entry = match (sign, text) {
            (b'_', b"") => Entry::new(Kind::Null, 0, 0),
            (b'#', b"t") => Entry::new(Kind::Boolean, 0, 1),
            (b'#', b"f") => Entry::new(Kind::Boolean, 0, 0),
            (b',', text) if parse_double(text).is_some() => Entry::new(Kind::Double, text.len(), start as i64),
            (b'(', text) if is_integer(text) => Entry::new(Kind::BigNumber, text.len(), start as i64),
            _ => return Err(self.invalid("a null, boolean, double or big number is malformed")),
        };
        self.push(entry, end + 2)
    }

    /// Reads a verbatim string, whose format precedes its text, or an error of any bytes.
    fn long_text(&mut self, sign: u8, length: i64, start: usize) -> Result<bool, Error> {
        let (kind, prefix) = if sign == b'=' { (Kind::Verbatim, VERBATIM_PREFIX) } else { (Kind::Error, 0) };
        self.has_errors |= kind == Kind::Error;
        if !(prefix as i64..=MAX_LENGTH).contains(&length) {
            return Err(self.invalid("a length is out of range"));
        }
        let end = start + length as usize;
        match self.bytes.get(end..end + 2) {
            Some(b"\r\n") if prefix == 0 || self.bytes[start + prefix - 1] == b':' => {
                self.push(Entry::new(kind, length as usize - prefix, (start + prefix) as i64), end + 2)
            }
            Some(b"\r\n") => Err(self.invalid("a verbatim string must begin with its format")),
            Some(_) => Err(self.invalid("a string must end in CR LF")),
            None => self.wait_for(end + 2),
        }
    }

    /// Returns the number of a header and the offset after its CR LF.
    #[inline(always)]
    fn number(&mut self) -> Result<Option<(i64, usize)>, Error> {
        match short_number(&self.bytes[self.position + 1..]) {
            Some((number, taken)) => Ok(Some((number as i64, self.position + 1 + taken))),
            None => self.unusual_number(),
        }
    }

    /// Reads a number that is negative, long or incomplete.
    fn unusual_number(&mut self) -> Result<Option<(i64, usize)>, Error> {
        let line = &self.bytes[self.position + 1..];
        let Some(end) = line.iter().take(MAX_NUMBER_LENGTH + 1).position(|&byte| byte == b'\r') else {
            if line.len() > MAX_NUMBER_LENGTH || !is_number_prefix(line) {
                return Err(self.invalid("a number must be digits that end in CR LF"));
            }
            self.wait_for(self.bytes.len() + 1)?;
            return Ok(None);
        };
        let text = line[..end].strip_prefix(b"-").unwrap_or(&line[..end]);
        if text.is_empty() || !text.iter().all(u8::is_ascii_digit) || line.get(end + 1).is_some_and(|&byte| byte != b'\n') {
            return Err(self.invalid("a number must be digits that end in CR LF"));
        }
        if line.len() == end + 1 {
            self.wait_for(self.bytes.len() + 1)?;
            return Ok(None);
        }
        match std::str::from_utf8(&line[..end]).ok().and_then(|text| text.parse().ok()) {
            Some(number) => Ok(Some((number, self.position + end + 3))),
            None => Err(self.invalid("a number is out of range")),
        }
    }

    #[inline(always)]
    fn string(&mut self, length: i64, start: usize) -> Result<bool, Error> {
        if length < 0 {
            return if length == -1 { self.push(Entry::new(Kind::Nil, 0, 0), start) } else { Err(self.invalid("a length is negative")) };
        }
        if length > MAX_LENGTH {
            return Err(self.invalid("a length is out of range"));
        }
        let end = start + length as usize;
        match self.bytes.get(end..end + 2) {
            Some(b"\r\n") => self.push(Entry::new(Kind::String, length as usize, start as i64), end + 2),
            Some(_) => Err(self.invalid("a string must end in CR LF")),
            None => self.wait_for(end + 2),
        }
    }

    fn line(&mut self, kind: Kind) -> Result<bool, Error> {
        self.has_errors |= kind == Kind::Error;
        match self.line_bounds()? {
            Some((start, end)) => self.push(Entry::new(kind, end - start, start as i64), end + 2),
            None => Ok(false),
        }
    }

    /// Returns the offsets where the text of a line begins and ends; `None` if it is incomplete.
    #[inline(always)]
    fn line_bounds(&mut self) -> Result<Option<(usize, usize)>, Error> {
        let start = self.position + 1;
        // The bytes that were searched before do not contain the end of the line.
        let from = start.max(self.searched);
        let Some(end) = self.bytes[from..].iter().position(|&byte| byte == b'\r').map(|length| from + length) else {
            if self.bytes.len() - start >= MAX_LINE {
                return Err(self.invalid("a line is too long"));
            }
            self.searched = self.bytes.len();
            self.need = self.bytes.len() + 1;
            return Ok(None);
        };
        match self.bytes.get(end + 1) {
            Some(b'\n') => Ok(Some((start, end))),
            Some(_) => Err(self.invalid("a line must end in CR LF")),
            None => {
                self.need = end + 2;
                Ok(None)
            }
        }
    }

    #[inline]
    fn array(&mut self, count: i64, end: usize) -> Result<bool, Error> {
        match count {
            -1 => self.push(Entry::new(Kind::NilArray, 0, 0), end),
            count if !(0..=MAX_LENGTH).contains(&count) => Err(self.invalid("a count is out of range")),
            count => self.parent(Kind::Array, count as usize, end),
        }
    }

    /// Reads the header of a type with children.
    #[inline]
    fn parent(&mut self, kind: Kind, children: usize, end: usize) -> Result<bool, Error> {
        match children {
            0 => self.push(Entry::new(kind, 0, 0), end),
            _ if self.open.len() >= self.max_depth => {
                Err(self.invalid(&format!("arrays are nested deeper than {} (max_reply_depth)", self.max_depth)))
            }
            _ => {
                self.open.push(Open { entry: self.entries.len(), left: children });
                self.record(Entry::new(kind, children, 0))?;
                self.position = end;
                Ok(true)
            }
        }
    }

    /// Records a complete value and closes the arrays that it completes.
    #[inline(always)]
    fn push(&mut self, entry: Entry, end: usize) -> Result<bool, Error> {
        self.record(entry)?;
        self.position = end;
        if self.open.is_empty() || self.close_arrays() {
            self.complete += 1;
        }
        Ok(true)
    }

    /// Counts an element of the innermost array. Returns whether all open arrays are complete now.
    #[inline]
    fn close_arrays(&mut self) -> bool {
        while let Some(open) = self.open.last_mut() {
            open.left -= 1;
            if open.left > 0 {
                return false;
            }
            let array = open.entry;
            self.entries[array].data = (self.entries.len() - array - 1) as i64;
            self.open.pop();
        }
        true
    }

    #[inline(always)]
    fn record(&mut self, entry: Entry) -> Result<(), Error> {
        if self.entries.len() == self.entries.capacity() {
            self.entries.try_reserve(1).map_err(|_| out_of_memory())?;
        }
        self.entries.push(entry);
        Ok(())
    }

    #[inline]
    fn wait_for(&mut self, bytes: usize) -> Result<bool, Error> {
        self.need = bytes;
        Ok(false)
    }

    #[cold]
    fn invalid(&self, what: &str) -> Error {
        Error::new(Code::Protocol, format!("not RESP at byte {}: {what}", self.position))
    }
}
