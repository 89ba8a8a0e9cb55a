//! The replies of a client in the order of its commands, although the servers reply in any order, and the bytes that it has not taken yet.

use std::collections::VecDeque;
use std::ops::Range;

/// More memory than this is freed when all bytes were sent.
const MAX_KEPT: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Replies {
    /// The bytes to send, and how many of them were sent.
    outgoing: Vec<u8>,
    sent: usize,
    /// The commands without replies, or with replies that wait for those before them. Their ranges are of `early`.
    slots: VecDeque<Option<Range<usize>>>,
    /// The number of the first of them. Numbers wrap around.
    first: u32,
    /// The replies that wait.
    early: Vec<u8>,
}

impl Replies {
    /// Adds a command. Returns its number.
    #[inline]
    pub(super) fn begin(&mut self) -> u32 {
        self.slots.push_back(None);
        self.first.wrapping_add(self.slots.len() as u32 - 1)
    }

    /// Takes back the command that was added last.
    pub(super) fn cancel_last(&mut self) {
        self.slots.pop_back();
    }

    /// Takes the reply to a command, which `push` appends. Returns its length.
    #[inline]
    pub(super) fn complete(&mut self, number: u32, push: impl FnOnce(&mut Vec<u8>)) -> usize {
        let at = number.wrapping_sub(self.first) as usize;
        if at == 0 {
            let start = self.outgoing.len();
            push(&mut self.outgoing);
            let length = self.outgoing.len() - start;
            self.slots.pop_front();
            self.first = self.first.wrapping_add(1);
            self.release_early();
            return length;
        }
        let start = self.early.len();
        if let Some(slot) = self.slots.get_mut(at) {
            push(&mut self.early);
            *slot = Some(start..self.early.len());
        }
        self.early.len() - start
    }

    #[inline]
    fn release_early(&mut self) {
        while let Some(Some(range)) = self.slots.front() {
            self.outgoing.extend_from_slice(&self.early[range.clone()]);
            self.slots.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        if self.slots.is_empty() {
            self.early.clear();
            self.early.shrink_to(MAX_KEPT);
        }
    }

    /// Appends bytes that follow the replies of all commands, of which none may be pending.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.outgoing.extend_from_slice(bytes);
    }

    /// The number of commands without replies, and of those that wait for them.
    #[inline]
    pub(super) fn pending(&self) -> usize {
        self.slots.len()
    }

    /// The bytes that were not sent.
    #[inline]
    pub(super) fn unsent(&self) -> &[u8] {
        &self.outgoing[self.sent..]
    }

    /// The number of bytes in memory.
    #[inline]
    pub(super) fn size(&self) -> usize {
        self.outgoing.len() - self.sent + self.early.len()
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.sent += count;
        if self.sent == self.outgoing.len() {
            self.outgoing.clear();
            self.outgoing.shrink_to(MAX_KEPT);
            self.sent = 0;
        } else if self.sent > MAX_KEPT {
            self.outgoing.drain(..self.sent);
            self.sent = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_sent_in_the_order_of_the_commands() {
        let mut replies = Replies { first: u32::MAX - 1, ..Replies::default() };
        let numbers: Vec<u32> = (0..5).map(|_| replies.begin()).collect();
        for at in [3, 1, 0, 4] {
            replies.complete(numbers[at], |out| out.extend_from_slice(at.to_string().as_bytes()));
        }
        assert_eq!((replies.unsent(), replies.pending()), (&b"01"[..], 3));
        replies.complete(numbers[2], |out| out.push(b'2'));
        assert_eq!((replies.unsent(), replies.pending()), (&b"01234"[..], 0));
        replies.advance(2);
        replies.push(b"!");
        assert_eq!((replies.unsent(), replies.size()), (&b"234!"[..], 4));
    }
}
