//! The reader: RESP2 as it arrives from a server becomes flat bytes and an index, without a second look at what was read before.
//!
//! Bytes stay where the socket put them; a value costs one [`Entry`]. Nothing a server says makes the reader reserve memory ahead of what
//! it really sends, but for a bounded step.

use crate::error::{Code, Error};
use crate::resp::buffer_cache;
use crate::resp::buffer_cache::CachedBuffer;
use crate::resp::index::{Entries, Entry, Kind};
use crate::resp::number::short_number;
use rustix::buffer::{SpareCapacity, spare_capacity};

/// Arrays within arrays. No command of Redis comes near; a script's result may not go beyond.
const MAX_DEPTH: usize = 1024;
/// The longest string, and the most children. An entry could tell of more; no memory could hold it.
const MAX_LENGTH: i64 = (1 << 48) - 1;
/// The longest status or error line.
const MAX_LINE: usize = 1 << 20;
/// A sign and some leading zeros are let pass.
const LONGEST_NUMBER: usize = 24;
/// How much memory may be reserved ahead of the bytes that fill it, or as much as came already, whichever is more.
const STEP: usize = 1 << 20;
/// What is reserved for bytes whose number is not known.
const LEAST: usize = 16 << 10;

pub(crate) struct Reader {
    bytes: Vec<u8>,
    entries: Entries,
    /// Where the next value begins.
    at: usize,
    /// The arrays that are not complete, outermost first.
    open: Vec<Open>,
    /// How many bytes there must be before it is worth looking again.
    need: usize,
    complete: usize,
    /// How far an incomplete line was searched for its end.
    looked: usize,
    /// It reads into the memory of an earlier reply, which will be needed again.
    is_recycled: bool,
}

struct Open {
    entry: usize,
    left: usize,
}

impl Reader {
    /// A reader into a buffer, which it empties. With `rooted` its index begins with a place for an array around all replies.
    #[inline]
    pub(crate) fn new(mut buffer: Vec<u8>, rooted: bool) -> Reader {
        buffer.clear();
        let mut entries = Entries::new();
        if rooted {
            entries.push(Entry::new(Kind::Array, 0, 0));
        }
        Reader { bytes: buffer, entries, at: 0, open: Vec::new(), need: 0, complete: 0, looked: 0, is_recycled: false }
    }

    /// How many replies are complete.
    #[inline]
    pub(crate) fn complete(&self) -> usize {
        self.complete
    }

    /// Whether all that came is complete replies.
    pub(crate) fn is_between(&self) -> bool {
        self.open.is_empty() && self.at == self.bytes.len()
    }

    /// Called when all replies that were asked for are complete. Where more bytes came, nobody can tell which reply answers what, and none
    /// counts as complete.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        if self.at == self.bytes.len() {
            return Ok(());
        }
        self.complete = 0;
        Err(Error::new(Code::Protocol, "the server sent more replies than it was asked for"))
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

    /// The bytes, which are needed here no more.
    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Room for the next bytes from the socket.
    #[inline]
    pub(crate) fn room(&mut self) -> Result<SpareCapacity<'_, u8>, Error> {
        if self.bytes.is_empty() && self.bytes.capacity() > 0 {
            return Ok(spare_capacity(&mut self.bytes));
        }
        let length = self.bytes.len();
        let spare = self.bytes.capacity() - length;
        let missing = self.need.saturating_sub(length);
        let ahead = STEP.max(length);
        // Where it is not known how much will come, all of the room is used before more is made.
        let (least, wanted) = if missing > LEAST { (missing.min(ahead), missing.min(ahead)) } else { (1, LEAST.max(length).min(ahead)) };
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

    /// Takes bytes in as from a socket.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Reads on until `wanted` replies are complete, or the bytes are at their end.
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

    /// Reads the strings that come next in the innermost array: what large replies are made of. It stops at all else, be it another type, a
    /// string that is long, not complete or wrong, or the last value of the array; [`Reader::value`] sees to that.
    fn strings(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let bytes = self.bytes.as_slice();
        // No more than there can be in these bytes: a string takes five at least.
        let most = (open.left - 1).min((bytes.len() - self.at) / 5);
        self.entries.try_reserve(most).map_err(|_| out_of_memory())?;
        while open.left > 1 {
            let [b'$', line @ ..] = &bytes[self.at..] else { break };
            let Some((length, taken)) = short_number(line) else { break };
            let start = self.at + 1 + taken;
            let end = start + length;
            if bytes.get(end..end + 2) != Some(b"\r\n") {
                break;
            }
            self.entries.push(Entry::new(Kind::String, length, start as i64));
            self.at = end + 2;
            open.left -= 1;
        }
        Ok(())
    }

    /// Reads one value, or the head of an array; false when its bytes have not all come.
    #[inline(always)]
    fn value(&mut self) -> Result<bool, Error> {
        let Some(&sign) = self.bytes.get(self.at) else { return self.wait_for(self.at + 1) };
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
            other => Err(self.fault(&format!("'{}' begins no reply", other.escape_ascii()))),
        }
    }

    /// The number between the sign and CR LF, and where the line ends.
    #[inline(always)]
    fn number(&mut self) -> Result<Option<(i64, usize)>, Error> {
        match short_number(&self.bytes[self.at + 1..]) {
            Some((number, taken)) => Ok(Some((number as i64, self.at + 1 + taken))),
            None => self.unusual_number(),
        }
    }

    /// A number with a sign, with many digits, or not complete.
    fn unusual_number(&mut self) -> Result<Option<(i64, usize)>, Error> {
        let line = &self.bytes[self.at + 1..];
        let Some(end) = line.iter().take(LONGEST_NUMBER + 1).position(|&byte| byte == b'\r') else {
            if line.len() > LONGEST_NUMBER || !is_number_begun(line) {
                return Err(self.fault("a number must be digits that end in CR LF"));
            }
            self.wait_for(self.bytes.len() + 1)?;
            return Ok(None);
        };
        let text = line[..end].strip_prefix(b"-").unwrap_or(&line[..end]);
        if text.is_empty() || !text.iter().all(u8::is_ascii_digit) || line.get(end + 1).is_some_and(|&byte| byte != b'\n') {
            return Err(self.fault("a number must be digits that end in CR LF"));
        }
        if line.len() == end + 1 {
            self.wait_for(self.bytes.len() + 1)?;
            return Ok(None);
        }
        match std::str::from_utf8(&line[..end]).ok().and_then(|text| text.parse().ok()) {
            Some(number) => Ok(Some((number, self.at + end + 3))),
            None => Err(self.fault("a number out of range")),
        }
    }

    #[inline(always)]
    fn string(&mut self, length: i64, start: usize) -> Result<bool, Error> {
        if length < 0 {
            return if length == -1 { self.push(Entry::new(Kind::Nil, 0, 0), start) } else { Err(self.fault("a negative length")) };
        }
        if length > MAX_LENGTH {
            return Err(self.fault("a length out of range"));
        }
        let end = start + length as usize;
        match self.bytes.get(end..end + 2) {
            Some(b"\r\n") => self.push(Entry::new(Kind::String, length as usize, start as i64), end + 2),
            Some(_) => Err(self.fault("a string must end in CR LF")),
            None => self.wait_for(end + 2),
        }
    }

    fn line(&mut self, kind: Kind) -> Result<bool, Error> {
        let start = self.at + 1;
        // What was looked through before has no end of the line in it.
        let from = start.max(self.looked);
        let Some(end) = self.bytes[from..].iter().position(|&byte| byte == b'\r').map(|length| from + length) else {
            if self.bytes.len() - start >= MAX_LINE {
                return Err(self.fault("a line without an end"));
            }
            self.looked = self.bytes.len();
            return self.wait_for(self.bytes.len() + 1);
        };
        match self.bytes.get(end + 1) {
            Some(b'\n') => self.push(Entry::new(kind, end - start, start as i64), end + 2),
            Some(_) => Err(self.fault("a line must end in CR LF")),
            None => self.wait_for(end + 2),
        }
    }

    #[inline]
    fn array(&mut self, count: i64, end: usize) -> Result<bool, Error> {
        match count {
            -1 => self.push(Entry::new(Kind::NilArray, 0, 0), end),
            0 => self.push(Entry::new(Kind::Array, 0, 0), end),
            count if !(0..=MAX_LENGTH).contains(&count) => Err(self.fault("a count out of range")),
            _ if self.open.len() == MAX_DEPTH => Err(self.fault("arrays nested too deep")),
            count => {
                self.open.push(Open { entry: self.entries.len(), left: count as usize });
                self.record(Entry::new(Kind::Array, count as usize, 0))?;
                self.at = end;
                Ok(true)
            }
        }
    }

    /// Takes a complete value in, and closes the arrays that it completes.
    #[inline(always)]
    fn push(&mut self, entry: Entry, end: usize) -> Result<bool, Error> {
        self.record(entry)?;
        self.at = end;
        if self.open.is_empty() || self.close_arrays() {
            self.complete += 1;
        }
        Ok(true)
    }

    /// Counts a value down in the array that it stands in; answers whether that, and all around it, are complete now.
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
    fn fault(&self, what: &str) -> Error {
        Error::new(Code::Protocol, format!("not RESP at byte {} of the reply: {what}", self.at))
    }
}

fn is_number_begun(text: &[u8]) -> bool {
    text.strip_prefix(b"-").unwrap_or(text).iter().all(u8::is_ascii_digit)
}

#[cold]
fn out_of_memory() -> Error {
    Error::new(Code::Memory, "no memory for the reply")
}
