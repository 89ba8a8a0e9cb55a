//! Announcements of changed keys by one server, for all callers of a handle that wait for keys there. They are the invalidation messages for
//! client-side caches (`CLIENT TRACKING`).
//!
//! It takes two connections: one receives the messages and accepts no other commands meanwhile; the other tells the server which keys to announce.

use crate::error::Error;
use crate::resp::{Framer, Reply, Value, pack};
use crate::topology::release::release;
use crate::transport::clock::now;
use crate::transport::{Connection, Pool};
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The channel of invalidation messages.
pub(crate) const INVALIDATIONS: &[u8] = b"__redis__:invalidate";
/// Keys without a waiting caller stay subscribed until they outnumber the keys with one by more than this.
const MAX_UNWANTED: usize = 64;
/// A server that refused to announce keys is asked again after this time.
const REFUSED_FOR: Duration = Duration::from_secs(10);
/// How long a server may take to confirm that it has started or stopped.
const MAX_CONFIRMATION: Duration = Duration::from_millis(100);
/// How often the connections are checked while callers wait.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct KeyListener(Mutex<State>);

#[derive(Default)]
struct State {
    link: Option<Link>,
    /// The keys that callers wait for, and how many callers do.
    wanted: HashMap<Vec<u8>, usize>,
    refused_at: Option<Instant>,
}

struct Link {
    messages: Arc<Messages>,
    control: Connection,
    /// The ID of the connection for the messages.
    id: String,
    /// The release of the server, if it says so.
    release: Option<(u32, u32)>,
    /// The prefixes of the keys that the server announces.
    prefixes: BTreeSet<Vec<u8>>,
    /// The number of replies that were not read from the control connection.
    unread: usize,
    /// Whether the connection for the messages is subscribed. Without waiting callers it is not, because `PUBSUB CHANNELS` lists its channel.
    is_subscribed: bool,
    /// How many times it was unsubscribed and subscribed again.
    changes: usize,
    /// When the control connection was last checked.
    checked: Instant,
}

/// The connection on which the messages arrive.
pub(crate) struct Messages {
    connection: Connection,
    framer: Mutex<Framer>,
    /// How many of [`Link::changes`] the server has confirmed.
    confirmed: AtomicUsize,
}

/// What a message announces.
pub(crate) enum Change<'m> {
    Key(&'m [u8]),
    /// All keys were deleted.
    All,
}

impl KeyListener {
    /// Records that a caller waits for these keys. Returns whether the server announces them already.
    pub(crate) fn want(&self, keys: &[&[u8]]) -> bool {
        let mut state = self.lock();
        keys.iter().for_each(|key| *state.wanted.entry(key.to_vec()).or_default() += 1);
        let State { link, .. } = &*state;
        link.as_ref().is_some_and(|link| keys.iter().all(|key| link.announces(key)))
    }

    /// Withdraws [`KeyListener::want`]. When no caller waits any more, the server is told to stop; [`KeyListener::settle`] waits for its reply.
    pub(crate) fn unwant(&self, keys: &[&[u8]]) {
        let mut state = self.lock();
        for key in keys {
            if let Some(count) = state.wanted.get_mut(*key) {
                *count -= 1;
                if *count == 0 {
                    state.wanted.remove(*key);
                }
            }
        }
        if state.wanted.is_empty()
            && let Some(link) = &mut state.link
            && link.stop().is_err()
        {
            state.link = None;
        }
    }

    /// Waits until the server has stopped, if it was told to. Closes the connections if that takes long.
    pub(crate) fn settle(&self) {
        let mut state = self.lock();
        if let Some(link) = &mut state.link
            && link.read_rest().is_err()
        {
            state.link = None;
        }
    }

    /// Makes the server announce all keys that callers wait for. Returns false if it refuses. Connections that turn out to be broken are replaced.
    pub(crate) fn subscribe(&self, pool: &Pool) -> Result<bool, Error> {
        let mut state = self.lock();
        if state.refused_at.is_some_and(|at| at.elapsed() < REFUSED_FOR) {
            return Ok(false);
        }
        let State { link, wanted, refused_at } = &mut *state;
        let was_open = link.is_some();
        let mut outcome = announce(link, wanted, pool);
        if was_open && !matches!(outcome, Ok(true)) {
            *link = None;
            outcome = announce(link, wanted, pool);
        }
        if !matches!(outcome, Ok(true)) {
            *link = None;
        }
        *refused_at = matches!(outcome, Ok(false)).then(Instant::now);
        outcome
    }

    /// Whether the two connections are open. If they are, also whether one is subscribed.
    pub(crate) fn is_subscribed(&self) -> Option<bool> {
        self.lock().link.as_ref().map(|link| link.is_subscribed)
    }

    /// The release of the server. `None` if there are no connections, or if the server does not say it.
    pub(crate) fn release(&self) -> Option<(u32, u32)> {
        self.lock().link.as_ref().and_then(|link| link.release)
    }

    /// The connection for the messages, while callers wait. If the other connection was closed, for example because it was idle for long, the server
    /// announces nothing any more: then both are opened again.
    pub(crate) fn messages(&self, pool: &Pool) -> Option<Arc<Messages>> {
        let mut state = self.lock();
        let State { link, wanted, .. } = &mut *state;
        if wanted.is_empty() {
            return None;
        }
        if link.as_mut().is_some_and(Link::is_lost) {
            *link = None;
            if !matches!(announce(link, wanted, pool), Ok(true)) {
                *link = None;
            }
        }
        link.as_ref().map(|link| link.messages.clone())
    }

    /// Closes the connections after those messages failed. Returns false if that has been done.
    pub(crate) fn lose(&self, messages: &Arc<Messages>) -> bool {
        self.lock().link.take_if(|link| Arc::ptr_eq(&link.messages, messages)).is_some()
    }

    /// Closes a forked child's copies of its parent's connections.
    pub(crate) fn abandon(&self) {
        if let Ok(mut state) = self.0.try_lock() {
            state.link = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the server announce these keys; false if it refuses.
fn announce(link: &mut Option<Link>, wanted: &HashMap<Vec<u8>, usize>, pool: &Pool) -> Result<bool, Error> {
    let link = match link {
        Some(link) => link,
        None => match Link::open(pool)? {
            Some(new) => link.insert(new),
            None => return Ok(false),
        },
    };
    link.announce(wanted)
}

impl Link {
    /// `None`: the server does not allow it.
    fn open(pool: &Pool) -> Result<Option<Link>, Error> {
        let mut connection = pool.open_for_caller()?;
        let request = [pack(&[b"CLIENT", b"ID"]), pack(&[b"INFO", b"server"]), pack(&[b"SUBSCRIBE", INVALIDATIONS])].concat();
        let reply = ask(&mut connection, &request, 3)?;
        let Value::Array(mut replies) = reply.root() else { return Ok(None) };
        let (Some(Value::Integer(id)), info, Some(Value::Array(_))) = (replies.next(), replies.next(), replies.next()) else {
            return Ok(None);
        };
        let release = if let Some(Value::String(info)) = info { release(info) } else { None };
        Ok(Some(Link {
            messages: Arc::new(Messages { connection, framer: Mutex::default(), confirmed: AtomicUsize::new(0) }),
            control: pool.open_for_caller()?,
            id: id.to_string(),
            release,
            prefixes: BTreeSet::new(),
            unread: 0,
            is_subscribed: true,
            changes: 0,
            checked: Instant::now(),
        }))
    }

    /// Checks once per second whether the control connection was closed.
    fn is_lost(&mut self) -> bool {
        if self.unread > 0 || self.checked.elapsed() < CHECK_INTERVAL {
            return false;
        }
        self.checked = Instant::now();
        !self.control.is_alive()
    }

    /// Whether the server announces a key: one of the prefixes is its beginning. No prefix begins with another one.
    fn announces(&self, key: &[u8]) -> bool {
        self.prefixes.range::<[u8], _>((Bound::Unbounded, Bound::Included(key))).next_back().is_some_and(|prefix| key.starts_with(prefix))
    }

    fn announce(&mut self, wanted: &HashMap<Vec<u8>, usize>) -> Result<bool, Error> {
        let mut missing: Vec<&[u8]> = wanted.keys().map(Vec::as_slice).filter(|key| !self.announces(key)).collect();
        if missing.is_empty() {
            return Ok(true);
        }
        let after = |key: &[u8]| self.prefixes.range::<[u8], _>((Bound::Included(key), Bound::Unbounded)).next();
        let overlaps = missing.iter().any(|key| after(key).is_some_and(|prefix| prefix.starts_with(key)));
        let mut request = Vec::new();
        if overlaps || self.prefixes.len() > 2 * wanted.len() + MAX_UNWANTED {
            self.prefixes.clear();
            missing = wanted.keys().map(Vec::as_slice).collect();
            request.extend(pack(&[b"CLIENT", b"TRACKING", b"OFF"]));
            self.unread += 1;
        }
        let new = prefixes(missing);
        let mut tracking: Vec<&[u8]> = vec![b"CLIENT", b"TRACKING", b"ON", b"REDIRECT", self.id.as_bytes(), b"BCAST"];
        new.iter().for_each(|prefix| tracking.extend([&b"PREFIX"[..], prefix]));
        request.extend(pack(&tracking));
        if !self.is_subscribed {
            self.change_subscription(b"SUBSCRIBE")?;
        }
        let count = self.unread + 1;
        let reply = ask(&mut self.control, &request, count)?;
        self.unread = 0;
        self.messages.confirm(self.changes)?;
        self.prefixes.extend(new.iter().map(|prefix| prefix.to_vec()));
        let Value::Array(replies) = reply.root() else { return Ok(false) };
        Ok(matches!(replies.last(), Some(Value::Status(_))))
    }

    /// Reads the replies that were not read.
    fn read_rest(&mut self) -> Result<(), Error> {
        if self.unread > 0 {
            self.control.wait_within(MAX_CONFIRMATION)?;
            ask(&mut self.control, &[], self.unread)?;
            self.unread = 0;
        }
        self.messages.confirm(self.changes)
    }

    fn change_subscription(&mut self, command: &[u8]) -> Result<(), Error> {
        self.messages.connection.begin_request(now());
        self.messages.connection.send_all(&pack(&[command, INVALIDATIONS]), &mut 0)?;
        self.is_subscribed = command == b"SUBSCRIBE";
        self.changes += 1;
        Ok(())
    }

    /// Tells the server to announce nothing, and does not wait for its reply.
    fn stop(&mut self) -> Result<(), Error> {
        if self.prefixes.is_empty() {
            return Ok(());
        }
        self.prefixes.clear();
        self.unread += 1;
        self.change_subscription(b"UNSUBSCRIBE")?;
        self.control.send_all(&pack(&[b"CLIENT", b"TRACKING", b"OFF"]), &mut 0)
    }
}

fn ask(connection: &mut Connection, request: &[u8], replies: usize) -> Result<Reply, Error> {
    connection.begin_request(now());
    connection.send_all(request, &mut 0)?;
    let mut reader = connection.reader(true);
    connection.receive(&mut reader, replies)?;
    let (reply, buffer) = Reply::from_reader(reader, Some(replies));
    connection.reuse(buffer);
    Ok(reply)
}

impl Messages {
    /// Waits until the server has confirmed this many changes of the subscription. Discards messages that arrive before: they are for no caller.
    fn confirm(&self, changes: usize) -> Result<(), Error> {
        while self.confirmed.load(Ordering::Acquire) < changes {
            self.connection.wait_within(MAX_CONFIRMATION)?;
            self.receive(|_| {})?;
        }
        Ok(())
    }

    /// Reads the messages that have come, without waiting.
    pub(crate) fn receive(&self, mut changed: impl FnMut(Change)) -> Result<(), Error> {
        let mut framer = self.framer.lock().unwrap_or_else(PoisonError::into_inner);
        while self.connection.receive_now(framer.reader(), 1)? > 0 {
            while let Some(message) = framer.next_reply()? {
                let Value::Array(mut message) = message.root() else { continue };
                match message.nth(2) {
                    // The confirmation of a change of the subscription.
                    Some(Value::Integer(_)) => drop(self.confirmed.fetch_add(1, Ordering::AcqRel)),
                    Some(Value::Array(keys)) => {
                        keys.for_each(|key| {
                            if let Value::String(key) = key {
                                changed(Change::Key(key));
                            }
                        });
                    }
                    Some(Value::Nil | Value::NilArray) => changed(Change::All),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl AsFd for Messages {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.as_fd()
    }
}

/// The keys without those that begin with another of them: a server rejects overlapping prefixes.
fn prefixes(mut keys: Vec<&[u8]>) -> Vec<&[u8]> {
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
        let keys: Vec<&[u8]> = vec![b"b", b"ab", b"abc", b"a1", b"b", b"ba"];
        assert_eq!(prefixes(keys), [&b"a1"[..], b"ab", b"b"]);
        assert_eq!(prefixes(vec![b"x", b""]), [b""]);
    }
}
