//! A connection over which a server tells of changes to keys: its messages for caches, asked for by the names of the keys.

use crate::command::ReadTimeout;
use crate::error::{Code, Error};
use crate::resp::{Reader, Reply, Value, pack};
use crate::topology::Shard;
use crate::transport::{Connection, ConnectionSource, LongLease};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// What listens to one server.
pub(crate) struct Listener<'p> {
    shard: &'p Shard,
    connection: LongLease<'p>,
    reader: Reader,
    keys: Vec<&'p [u8]>,
}

impl<'p> Listener<'p> {
    /// Listens to a server; `None` when it has no messages for us, or too few connections are left. A connection that had broken before is
    /// replaced.
    pub(crate) fn take(shard: &'p Shard, keys: Vec<&'p [u8]>) -> Result<Option<Listener<'p>>, Error> {
        let listener = |fresh| -> Result<Option<Listener<'p>>, Error> {
            let Some(mut connection) = shard.long_lease(fresh)? else { return Ok(None) };
            let reader = connection.reader(true);
            let mut listener = Listener { shard, connection, reader, keys: keys.clone() };
            Ok(listener.subscribe()?.then_some(listener))
        };
        match listener(false) {
            Err(error) if error.code() == Code::Io => listener(true),
            outcome => outcome,
        }
    }

    /// Has the server tell of changes to keys over this very connection; false when it will not.
    fn subscribe(&mut self) -> Result<bool, Error> {
        let id = match self.say(&pack(&[b"CLIENT", b"ID"]), 1)?.value(1) {
            Some(Value::Integer(id)) => id.to_string(),
            _ => return Ok(false),
        };
        let mut tracking: Vec<&[u8]> = vec![b"CLIENT", b"TRACKING", b"ON", b"REDIRECT", id.as_bytes(), b"BCAST"];
        for prefix in prefixes(&self.keys) {
            tracking.extend([b"PREFIX", prefix]);
        }
        let request = [pack(&tracking), pack(&[b"SUBSCRIBE", b"__redis__:invalidate"])].concat();
        let reply = self.say(&request, 2)?;
        let Value::Array(mut answers) = reply.root() else { return Ok(false) };
        Ok(matches!((answers.next(), answers.next()), (Some(Value::Status(_)), Some(Value::Array(_)))))
    }

    /// Says something, and reads at least so many answers.
    fn say(&mut self, request: &[u8], answers: usize) -> Result<Reply, Error> {
        let connection: &Connection = &self.connection;
        connection.send_all(request, &mut 0)?;
        while self.reader.complete() < answers || !self.reader.is_between() {
            connection.wait(ReadTimeout::Extended(Duration::ZERO), self.shard.config().read_timeout)?;
            connection.receive_now(&mut self.reader, usize::MAX)?;
        }
        Ok(self.read())
    }

    /// All that came, under one array.
    fn read(&mut self) -> Reply {
        let fresh = self.connection.reader(true);
        let reader = std::mem::replace(&mut self.reader, fresh);
        let count = reader.complete();
        let (reply, buffer) = Reply::from_reader(reader, Some(count));
        self.connection.reuse(buffer);
        reply
    }

    /// Takes in what came; answers whether it concerns one of the keys. Of half a message the rest is waited for.
    pub(crate) fn hear(&mut self) -> Result<bool, Error> {
        while self.connection.receive_now(&mut self.reader, usize::MAX)? > 0 {}
        if self.reader.complete() == 0 || !self.reader.is_between() {
            return Ok(false);
        }
        let reply = self.read();
        let Value::Array(mut messages) = reply.root() else { return Ok(false) };
        Ok(messages.any(|message| self.is_concerned(message)))
    }

    /// A message names keys that changed, or none when all of them did. Keys that merely begin like one of ours are named too.
    fn is_concerned(&self, message: Value) -> bool {
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

    /// Tells the server to stop.
    pub(crate) fn hang_up(&self) -> Result<(), Error> {
        let request = [pack(&[b"UNSUBSCRIBE"]), pack(&[b"CLIENT", b"TRACKING", b"OFF"])].concat();
        self.connection.send_all(&request, &mut 0)
    }

    /// After that: gives the connection back once the server has stopped, and closes it if that takes long.
    pub(crate) fn give_back(mut self) -> Result<(), Error> {
        const LONG: Duration = Duration::from_millis(100);
        loop {
            self.connection.wait(ReadTimeout::Extended(Duration::ZERO), Some(LONG))?;
            self.connection.receive_now(&mut self.reader, usize::MAX)?;
            if self.reader.complete() == 0 || !self.reader.is_between() {
                continue;
            }
            // All messages are arrays, and so is the answer to the first command; that to the second ends it.
            let reply = self.read();
            if let Value::Array(answers) = reply.root()
                && matches!(answers.last(), Some(Value::Status(_)))
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

/// The keys, but for those that begin like another of them: a server does not take both.
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
    fn no_prefix_begins_like_another() {
        let keys: [&[u8]; 6] = [b"b", b"ab", b"abc", b"a1", b"b", b"ba"];
        assert_eq!(prefixes(&keys), [&b"a1"[..], b"ab", b"b"]);
        assert_eq!(prefixes(&[b"x", b""]), [b""]);
    }
}
