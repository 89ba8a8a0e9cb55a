//! The invalidation messages that a session has received and not delivered, in the form in which one server sends them.

use crate::crossnode::{is_internal, is_sort_copy};
use crate::resp::{Reply, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Invalidation {
    Keys(Vec<Vec<u8>>),
    /// All keys: the databases were flushed, or messages may have been lost.
    All,
}

#[derive(Default)]
pub(crate) struct InvalidationQueue {
    messages: Vec<Invalidation>,
    is_broadcast: bool,
    /// By server: how many times it has announced that it was flushed.
    flushes: BTreeMap<usize, u64>,
    /// How many flushes were passed on. One flush of all servers is announced by each of them.
    passed_on: u64,
    /// The session has used a tracked connection since the last flush was passed on, so its client may have cached something.
    was_used: bool,
    /// By server and name there: the other names by which the session has read a key.
    names: HashMap<(usize, Vec<u8>), BTreeSet<Vec<u8>>>,
}

impl InvalidationQueue {
    pub(crate) fn set_broadcast(&mut self, is_broadcast: bool) {
        self.is_broadcast = is_broadcast;
    }

    pub(crate) fn is_broadcast(&self) -> bool {
        self.is_broadcast
    }

    pub(crate) fn note_use(&mut self) {
        self.was_used = true;
    }

    /// Whether a flush was passed on that other servers may announce too.
    pub(crate) fn awaits_flushes(&self) -> bool {
        self.flushes.values().any(|&flushes| flushes < self.passed_on)
    }

    pub(crate) fn note_name(&mut self, server: usize, stored: &[u8], given: &[u8]) {
        self.names.entry((server, stored.to_vec())).or_default().insert(given.to_vec());
    }

    /// A server begins to announce keys. It has missed the flushes before.
    pub(crate) fn begin_server(&mut self, server: usize) {
        self.flushes.insert(server, self.passed_on);
    }

    pub(crate) fn push_all(&mut self) {
        if self.messages.last() != Some(&Invalidation::All) {
            self.messages.push(Invalidation::All);
        }
        self.names.clear();
    }

    /// Appends a message of a server, unless nothing in it concerns the session.
    pub(crate) fn push(&mut self, server: usize, message: &Reply) {
        let Value::Push(mut parts) = message.root() else { return };
        if parts.next() != Some(Value::String(b"invalidate")) {
            return;
        }
        match parts.next() {
            Some(Value::Array(keys)) => {
                let mut names = Vec::new();
                for key in keys {
                    match key {
                        Value::String(key) if !is_internal(key) && !is_sort_copy(key) => self.push_names(server, key, &mut names),
                        _ => {}
                    }
                }
                if !names.is_empty() {
                    self.messages.push(Invalidation::Keys(names));
                }
            }
            _ => self.push_flush(server),
        }
    }

    /// The name of a key, or those by which the session has read it.
    fn push_names(&mut self, server: usize, key: &[u8], names: &mut Vec<Vec<u8>>) {
        if let Some(given) = if self.names.is_empty() { None } else { self.names.remove(&(server, key.to_vec())) } {
            names.extend(given);
        }
        names.push(key.to_vec());
    }

    /// A flush of one server. If it is part of one that was passed on, and the client cannot have cached anything since, it is dropped.
    fn push_flush(&mut self, server: usize) {
        let flushes = self.flushes.entry(server).or_default();
        *flushes += 1;
        let is_new = *flushes > self.passed_on;
        self.passed_on = self.passed_on.max(*flushes);
        // With BCAST the client may have read the key over any other connection.
        if is_new || self.was_used || self.is_broadcast {
            self.was_used = false;
            self.push_all();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(crate) fn take(&mut self) -> Vec<Invalidation> {
        std::mem::take(&mut self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(queue: &mut InvalidationQueue, server: usize, keys: Option<&[&str]>) {
        let keys = keys.map_or("_\r\n".to_owned(), |keys| {
            let keys: String = keys.iter().map(|key| format!("${}\r\n{key}\r\n", key.len())).collect();
            format!("*{}\r\n{keys}", keys.matches('$').count())
        });
        queue.push(server, &Reply::from_resp(format!(">2\r\n$10\r\ninvalidate\r\n{keys}").as_bytes()));
    }

    fn keys(names: &[&str]) -> Invalidation {
        Invalidation::Keys(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }

    #[test]
    fn internal_keys_are_not_delivered() {
        let mut queue = InvalidationQueue::default();
        message(&mut queue, 0, Some(&["\0rediscluster\0x"]));
        message(&mut queue, 1, Some(&["a", "\0rediscluster\0x", "b"]));
        assert_eq!(queue.take(), [keys(&["a", "b"])]);
    }

    #[test]
    fn a_flush_of_all_servers_is_delivered_once() {
        let mut queue = InvalidationQueue::default();
        for _ in 0..2 {
            (0..3).for_each(|server| message(&mut queue, server, None));
            assert_eq!(queue.take(), [Invalidation::All]);
        }
        message(&mut queue, 1, None);
        assert_eq!(queue.take(), [Invalidation::All]);
    }

    #[test]
    fn a_flush_is_delivered_again_if_the_client_may_have_cached_something() {
        let mut queue = InvalidationQueue::default();
        message(&mut queue, 0, None);
        queue.note_use();
        message(&mut queue, 1, None);
        message(&mut queue, 2, None);
        assert_eq!(queue.take(), [Invalidation::All]);
        message(&mut queue, 0, None);
        assert_eq!(queue.take(), [Invalidation::All]);
        queue.note_use();
        message(&mut queue, 1, None);
        assert_eq!(queue.take(), [Invalidation::All]);
        message(&mut queue, 2, None);
        assert_eq!(queue.take(), []);
    }

    #[test]
    fn a_key_has_the_names_that_the_client_knows() {
        let mut queue = InvalidationQueue::default();
        queue.note_name(0, b"a", b"a{x}");
        message(&mut queue, 1, Some(&["a"]));
        message(&mut queue, 0, Some(&["a"]));
        message(&mut queue, 0, Some(&["a"]));
        assert_eq!(queue.take(), [keys(&["a"]), keys(&["a{x}", "a"]), keys(&["a"])]);
    }
}
