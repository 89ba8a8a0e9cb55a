//! The encrypted bytes that have arrived and those that are to be sent.

use crate::error::{Code, Error};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::collections::VecDeque;
use std::os::fd::OwnedFd;

/// The most bytes of a request in one record.
const RECORD: usize = 16 << 10;
/// The most records that one system call sends.
const RECORDS_PER_SEND: usize = 4;
/// The bytes that TLS may add to a record, and to the message that renews the keys and may precede it.
const OVERHEAD: usize = 512;
/// The size of the largest record.
const FIRST_ROOM: usize = 20 << 10;
/// The size of the buffer while a large reply arrives.
const LARGE_ROOM: usize = 256 << 10;

/// Bytes that have arrived.
#[derive(Default)]
pub(super) struct Incoming {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The last read filled the buffer.
    was_full: bool,
}

impl Incoming {
    /// Reads once; returns the number of bytes.
    pub(super) fn read(&mut self, socket: &OwnedFd, flags: RecvFlags) -> Result<Result<usize, Errno>, Error> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let wanted = if self.was_full { LARGE_ROOM } else { FIRST_ROOM };
        if self.buffer.len() < wanted {
            grow(&mut self.buffer, wanted)?;
        }
        let read = recv(socket, &mut self.buffer[self.end..], flags).map(|(count, _)| count);
        if let Ok(count) = read {
            self.end += count;
            self.was_full = self.end == self.buffer.len();
        }
        Ok(read)
    }

    pub(super) fn bytes(&mut self) -> &mut [u8] {
        &mut self.buffer[self.start..self.end]
    }

    /// Removes the first bytes. The memory for a large reply is freed after it.
    pub(super) fn discard(&mut self, count: usize) {
        self.start += count;
        if self.start == self.end && self.buffer.len() > FIRST_ROOM && !self.was_full {
            *self = Incoming::default();
        }
    }
}

/// Encrypted bytes to be sent.
#[derive(Default)]
pub(super) struct Outgoing {
    buffer: Vec<u8>,
    end: usize,
    sent: usize,
    /// For each record the number of bytes of the request in it, and its end in the buffer. Only a complete record counts as sent: the server
    /// cannot decrypt a part of one.
    records: VecDeque<(usize, usize)>,
}

impl Outgoing {
    pub(super) fn is_empty(&self) -> bool {
        self.sent == self.end
    }

    /// Appends records with the first of these bytes. `encrypt` writes one record and returns its length.
    pub(super) fn push_records(
        &mut self,
        bytes: &[u8],
        mut encrypt: impl FnMut(&[u8], &mut [u8]) -> Result<usize, Error>,
    ) -> Result<(), Error> {
        for piece in bytes.chunks(RECORD).take(RECORDS_PER_SEND) {
            self.push(piece.len(), piece.len() + OVERHEAD, |room| encrypt(piece, room))?;
        }
        Ok(())
    }

    /// Appends a message of TLS itself of at most `length` bytes.
    pub(super) fn push_message(&mut self, length: usize, encode: impl FnOnce(&mut [u8]) -> Result<usize, Error>) -> Result<(), Error> {
        self.push(0, length, encode)
    }

    fn push(&mut self, content: usize, room: usize, write: impl FnOnce(&mut [u8]) -> Result<usize, Error>) -> Result<(), Error> {
        let needed = self.end + room;
        if self.buffer.len() < needed {
            grow(&mut self.buffer, needed)?;
        }
        self.end += write(&mut self.buffer[self.end..needed])?;
        self.records.push_back((content, self.end));
        Ok(())
    }

    /// Sends once; returns how many bytes of the request are now sent.
    pub(super) fn send(&mut self, socket: &OwnedFd, flags: SendFlags) -> Result<usize, Errno> {
        self.sent += send(socket, &self.buffer[self.sent..self.end], flags | SendFlags::NOSIGNAL)?;
        let mut content = 0;
        while let Some(&(length, end)) = self.records.front()
            && end <= self.sent
        {
            content += length;
            self.records.pop_front();
        }
        if self.is_empty() {
            (self.sent, self.end) = (0, 0);
            if self.buffer.len() > FIRST_ROOM {
                self.buffer = Vec::new();
            }
        }
        Ok(content)
    }
}

fn grow(buffer: &mut Vec<u8>, length: usize) -> Result<(), Error> {
    buffer.try_reserve_exact(length - buffer.len()).map_err(|_| Error::new(Code::Memory, "out of memory"))?;
    buffer.resize(length, 0);
    Ok(())
}
