//! The bytes of a session that is used as a byte stream: requests that are incomplete, and replies that were not read.

use crate::resp::{RequestStream, Value, push_value};
use crate::session::blocked::Blocked;

/// More memory than this is freed when all replies were read.
const MAX_KEPT: usize = 1 << 20;

#[derive(Default)]
pub(crate) struct StreamBuffer {
    /// The requests.
    pub incoming: RequestStream,
    /// The blocking command that the session waits for. The requests after it wait too.
    pub blocked: Option<Blocked>,
    /// The replies and messages, and how many of these bytes were read.
    outgoing: Vec<u8>,
    read: usize,
}

impl StreamBuffer {
    /// Returns whether all replies and messages were read.
    pub(crate) fn is_empty(&self) -> bool {
        self.read == self.outgoing.len()
    }

    pub(crate) fn push(&mut self, value: &Value) {
        push_value(&mut self.outgoing, value);
    }

    /// Moves bytes into `buffer` until it is full or no bytes are left. Returns their number.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> usize {
        let unread = self.unread();
        let count = unread.len().min(buffer.len());
        buffer[..count].copy_from_slice(&unread[..count]);
        self.consume(count);
        count
    }

    /// The replies and messages that were not read.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.outgoing[self.read..]
    }

    /// Removes the first bytes that were not read.
    pub(crate) fn consume(&mut self, count: usize) {
        self.read = self.outgoing.len().min(self.read + count);
        if self.is_empty() {
            self.outgoing.clear();
            self.outgoing.shrink_to(MAX_KEPT);
            self.read = 0;
        }
    }
}
