//! A connection on which a server announces changes of keys. It uses the invalidation messages for client-side caches (`CLIENT TRACKING`).

use crate::command::ReadTimeout;
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, Value, pack};
use crate::topology::Shard;
use crate::transport::{Connection, ConnectionSource, LongLease};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// Receives the messages of one server.
pub(crate) struct Listener<'p> {
    shard: &'p Shard,
    connection: LongLease<'p>,
    reader: Reader,
    keys: Vec<&'p [u8]>,
}

impl<'p> Listener<'p> {
    /// Subscribes to changes of these keys. `None`: the server offers no such messages, or the pool has too few connections left. A pooled
    /// connection that turns out to be broken is replaced.
    pub(crate) fn subscribe(shard: &'p Shard, keys: Vec<&'p [u8]>) -> Result<Option<Listener<'p>>, Error> {
        let listener = |fresh| -> Result<Option<Listener<'p>>, Error> {
            let Some(mut connection) = shard.long_lease(fresh)? else { return Ok(None) };
            let reader = connection.reader(true);
            let mut listener = Listener { shard, connection, reader, keys: keys.clone() };
            Ok(listener.start_tracking()?.then_some(listener))
        };
        match listener(false) {
            Err(error) if error.code() == Code::Io => listener(true),
            outcome => outcome,
        }
    }

    /// Redirects the messages to this very connection; false when the server refuses.
    fn start_tracking(&mut self) -> Result<bool, Error> {
        let id = match self.request(&pack(&[b"CLIENT", b"ID"]), 1)?.value(1) {
            Some(Value::Integer(id)) => id.to_string(),
            _ => return Ok(false),
        };
        let mut tracking: Vec<&[u8]> = vec![b"CLIENT", b"TRACKING", b"ON", b"REDIRECT", id.as_bytes(), b"BCAST"];
        for prefix in prefixes(&self.keys) {
            tracking.extend([b"PREFIX", prefix]);
        }
        let request = [pack(&tracking), pack(&[b"SUBSCRIBE", b"__redis__:invalidate"])].concat();
        let reply = self.request(&request, 2)?;
        let Value::Array(mut replies) = reply.root() else { return Ok(false) };
        Ok(matches!((replies.next(), replies.next()), (Some(Value::Status(_)), Some(Value::Array(_)))))
    }

    /// Sends a request and reads at least `replies` replies.
    fn request(&mut self, request: &[u8], replies: usize) -> Result<Reply, Error> {
        let connection: &Connection = &self.connection;
        connection.send_all(request, &mut 0)?;
        while self.reader.complete() < replies || !self.reader.is_between() {
            connection.wait(ReadTimeout::Extended(Duration::ZERO), self.shard.config().read_timeout)?;
            connection.receive_now(&mut self.reader, usize::MAX)?;
        }
        Ok(self.take_received())
    }

    /// Everything that was received, in one array.
    fn take_received(&mut self) -> Reply {
        let fresh = self.connection.reader(true);
        let reader = std::mem::replace(&mut self.reader, fresh);
        let count = reader.complete();
        let (reply, buffer) = Reply::from_reader(reader, Some(count));
        self.connection.reuse(buffer);
        reply
    }

    /// Reads the messages that have come, without waiting; returns whether one is about a watched key. The rest of an incomplete message is left
    /// for the next call.
    pub(crate) fn receive(&mut self) -> Result<bool, Error> {
        while self.connection.receive_now(&mut self.reader, usize::MAX)? > 0 {}
        if self.reader.complete() == 0 || !self.reader.is_between() {
            return Ok(false);
        }
        let reply = self.take_received();
        let Value::Array(mut messages) = reply.root() else { return Ok(false) };
        Ok(messages.any(|message| self.is_about_watched_key(message)))
    }

    /// A message lists the changed keys, or nil when all keys changed. Keys of which a watched key is a prefix are listed too.
    fn is_about_watched_key(&self, message: Value) -> bool {
        let Value::Array(mut message) = message else { return false };
        match message.nth(2) {
            Some(Value::Array(mut changed)) => changed.any(|key| matches!(key, Value::String(key) if self.keys.contains(&key))),
            Some(Value::Nil | Value::NilArray) => true,
            _ => false,
        }
    }

    pub(crate) fn shard(&self) -> &'p Shard {
        self.shard
    }

    /// Asks the server to stop sending messages.
    pub(crate) fn unsubscribe(&self) -> Result<(), Error> {
        let request = [pack(&[b"UNSUBSCRIBE"]), pack(&[b"CLIENT", b"TRACKING", b"OFF"])].concat();
        self.connection.send_all(&request, &mut 0)
    }

    /// After [`Listener::unsubscribe`]: returns the connection to its pool once the server has stopped. Closes it if that takes long.
    pub(crate) fn give_back(mut self) -> Result<(), Error> {
        const MAX_WAIT: Duration = Duration::from_millis(100);
        loop {
            self.connection.wait(ReadTimeout::Extended(Duration::ZERO), Some(MAX_WAIT))?;
            self.connection.receive_now(&mut self.reader, usize::MAX)?;
            if self.reader.complete() == 0 || !self.reader.is_between() {
                continue;
            }
            // Messages are arrays, and so is the reply to UNSUBSCRIBE. The reply to CLIENT TRACKING OFF, a status, is the last.
            let reply = self.take_received();
            if let Value::Array(replies) = reply.root()
                && matches!(replies.last(), Some(Value::Status(_)))
            {
                self.connection.keep();
                return Ok(());
            }
        }
    }
}

impl AsFd for Listener<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.as_fd()
    }
}

/// The keys without those that begin with another of them: a server rejects overlapping prefixes.
fn prefixes<'k>(keys: &[&'k [u8]]) -> Vec<&'k [u8]> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    let mut prefixes: Vec<&[u8]> = Vec::with_capacity(keys.len());
    for key in keys {
        if prefixes.last().is_none_or(|prefix| !key.starts_with(prefix)) {
            prefixes.push(key);
        }
    }
    prefixes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_prefix_begins_with_another() {
        let keys: [&[u8]; 6] = [b"b", b"ab", b"abc", b"a1", b"b", b"ba"];
        assert_eq!(prefixes(&keys), [&b"a1"[..], b"ab", b"b"]);
        assert_eq!(prefixes(&[b"x", b""]), [b""]);
    }
}
