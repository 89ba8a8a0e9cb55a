//! The invalidation messages of one session with CLIENT TRACKING, from all servers.
//!
//! On each server the session's own connection is the tracked client. It redirects the messages to a second connection, the receiver, so that
//! replies and messages do not mix, and so that another session can receive the messages.

use crate::command::ReadTimeout;
use crate::error::{Code, Error};
use crate::resp::{Framer, Reply, ReplyData, Value, pack};
use crate::session::interrupt::Interrupter;
use crate::session::invalidation_queue::{Invalidation, InvalidationQueue};
use crate::topology::Shard;
use crate::transport::Connection;
use rustix::event::{PollFd, PollFlags, poll};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a server is tried again that announces all keys and was lost.
pub(crate) const RETRY_INTERVAL: Duration = Duration::from_millis(500);

pub(crate) struct InvalidationSource {
    state: Mutex<State>,
    /// Of the session that tracks.
    owner: Interrupter,
}

#[derive(Default)]
struct State {
    receivers: BTreeMap<usize, Receiver>,
    /// The servers whose connections were lost, and which announce nothing now.
    lost: BTreeSet<usize>,
    queue: InvalidationQueue,
    /// Tracking is off. The connections are closed, but messages may be left.
    has_ended: bool,
}

/// The connections to one server.
struct Receiver {
    connection: Connection,
    framer: Framer,
    /// The id of the connection on its server.
    id: Vec<u8>,
    /// Another descriptor of `connection`, for a thread that waits.
    socket: Arc<OwnedFd>,
    /// Another descriptor of the tracked connection, to notice its end. `None` until it is tracked.
    tracked: Option<Arc<OwnedFd>>,
}

impl InvalidationSource {
    pub(crate) fn new(owner: Interrupter) -> InvalidationSource {
        InvalidationSource { state: Mutex::default(), owner }
    }

    pub(crate) fn wake_owner(&self) {
        self.owner.wake();
    }

    /// Ends the session that tracks, as a server ends one whose connection is lost.
    pub(crate) fn close_owner(&self) {
        self.owner.close();
    }

    pub(crate) fn is_owned_by(&self, interrupter: &Interrupter) -> bool {
        self.owner.is_same(interrupter)
    }

    /// The id of the receiver on a server, which is opened if it is missing.
    pub(crate) fn receiver(&self, server: usize, shard: &Shard) -> Result<Vec<u8>, Error> {
        let mut state = self.lock();
        if let Some(receiver) = state.receivers.get(&server) {
            return Ok(receiver.id.clone());
        }
        let receiver = Receiver::open(shard)?;
        let id = receiver.id.clone();
        state.queue.begin_server(server);
        state.receivers.insert(server, receiver);
        Ok(id)
    }

    /// Records the tracked connection to a server. If it takes the place of another one, the keys of that are tracked no more.
    pub(crate) fn attach(&self, server: usize, connection: impl AsFd) -> Result<(), Error> {
        let socket = connection.as_fd().try_clone_to_owned();
        let socket = Arc::new(socket.map_err(|error| Error::new(Code::Io, format!("cannot duplicate the socket: {error}")))?);
        let mut state = self.lock();
        let is_replaced = state.receivers.get_mut(&server).is_some_and(|receiver| receiver.tracked.replace(socket).is_some());
        // What was written meanwhile was not announced. Without BCAST nothing was read meanwhile.
        let has_missed = state.lost.remove(&server) && state.queue.is_broadcast();
        if is_replaced || has_missed {
            state.queue.push_all();
        }
        Ok(())
    }

    /// Sets whether the servers announce all keys, not those that were read.
    pub(crate) fn set_broadcast(&self, is_broadcast: bool) {
        self.lock().queue.set_broadcast(is_broadcast);
    }

    /// Records that the session uses its tracked connections. Returns whether messages were received.
    pub(crate) fn note_use(&self) -> bool {
        let mut state = self.lock();
        if state.queue.awaits_flushes() {
            // What has arrived before is not about what the session reads now.
            state.receive();
        }
        state.queue.note_use();
        !state.queue.is_empty()
    }

    /// Records that a key which the session reads has another name on its server.
    pub(crate) fn note_name(&self, server: usize, stored: &[u8], given: &[u8]) {
        self.lock().queue.note_name(server, stored, given);
    }

    /// The servers that announce nothing, although they should announce all keys.
    pub(crate) fn silent_servers(&self) -> Vec<usize> {
        let state = self.lock();
        if state.queue.is_broadcast() { state.lost.iter().copied().collect() } else { Vec::new() }
    }

    /// Receives what the servers have sent, without waiting. A lost connection becomes a message that all keys are invalid.
    pub(crate) fn receive(&self) -> Vec<Invalidation> {
        let mut state = self.lock();
        state.receive();
        state.queue.take()
    }

    /// Whether messages were received that [`InvalidationSource::receive`] has not returned.
    pub(crate) fn has_messages(&self) -> bool {
        !self.lock().queue.is_empty()
    }

    /// Waits until everything has arrived that some servers announced before this call.
    pub(crate) fn fence(&self, is_concerned: impl Fn(usize) -> bool) {
        let mut state = self.lock();
        let mut lost = Vec::new();
        let State { receivers, queue, .. } = &mut *state;
        let mut receivers: Vec<(usize, &mut Receiver)> =
            receivers.iter_mut().map(|(&server, receiver)| (server, receiver)).filter(|(server, _)| is_concerned(*server)).collect();
        receivers.retain(|(server, receiver)| {
            let is_sent = receiver.connection.send_all(&pack(&[b"PING"]), &mut 0).is_ok();
            lost.extend((!is_sent).then_some(*server));
            is_sent
        });
        for (server, receiver) in receivers {
            if receiver.receive_until_pong(server, queue).is_err() {
                lost.push(server);
            }
        }
        lost.into_iter().for_each(|server| state.lose(server));
    }

    /// Closes the connections, after their messages were received.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.receive();
        state.receivers.clear();
        state.lost.clear();
        state.has_ended = true;
    }

    /// Whether no message is left, and none will come.
    pub(crate) fn has_ended(&self) -> bool {
        let state = self.lock();
        state.has_ended && state.queue.is_empty()
    }

    /// What to wait for, and which events: messages, and the end of a tracked connection.
    pub(crate) fn sockets(&self) -> Vec<(Arc<OwnedFd>, PollFlags)> {
        let state = self.lock();
        let receivers = state.receivers.values();
        receivers
            .flat_map(|receiver| {
                let tracked = receiver.tracked.iter().map(|socket| (socket.clone(), PollFlags::RDHUP));
                [(receiver.socket.clone(), PollFlags::IN)].into_iter().chain(tracked)
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn receive(&mut self) {
        let mut lost = Vec::new();
        for (server, is_readable, has_ended) in self.ready() {
            let State { receivers, queue, .. } = self;
            let Some(receiver) = receivers.get_mut(&server) else { continue };
            if has_ended || (is_readable && receiver.receive(server, queue).is_err()) {
                lost.push(server);
            }
        }
        lost.into_iter().for_each(|server| self.lose(server));
    }

    /// The servers with something to do: whether messages have arrived, and whether the tracked connection has ended.
    fn ready(&self) -> Vec<(usize, bool, bool)> {
        let mut servers = Vec::new();
        let mut sockets = Vec::new();
        for (&server, receiver) in &self.receivers {
            servers.push((server, false));
            sockets.push(PollFd::new(&receiver.socket, PollFlags::IN));
            if let Some(tracked) = &receiver.tracked {
                servers.push((server, true));
                sockets.push(PollFd::new(tracked, PollFlags::RDHUP));
            }
        }
        // If it fails, the next call finds the same.
        if !matches!(poll(&mut sockets, Some(&rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(1..)) {
            return Vec::new();
        }
        let ready = servers.into_iter().zip(&sockets).filter(|(_, socket)| !socket.revents().is_empty());
        ready.map(|((server, is_tracked), _)| (server, !is_tracked, is_tracked)).collect()
    }

    /// Closes the receiver of a server. Changes of its keys are not announced any more.
    fn lose(&mut self, server: usize) {
        if self.receivers.remove(&server).is_some() {
            self.lost.insert(server);
            self.queue.push_all();
        }
    }
}

impl Receiver {
    fn open(shard: &Shard) -> Result<Receiver, Error> {
        let connection = shard.open_connection()?;
        // Only RESP3 has messages without a subscription, which PUBSUB would show.
        let requests = [pack(&[b"HELLO", b"3"]), pack(&[b"CLIENT", b"ID"])];
        connection.send_all(&requests.concat(), &mut 0)?;
        let mut framer = Framer::default();
        let id = loop {
            match framer.next_reply()?.as_deref().map(ReplyData::root) {
                Some(Value::Integer(id)) => break id.to_string().into_bytes(),
                Some(Value::Error(text)) => return Err(Error::new(Code::Connect, String::from_utf8_lossy(text))),
                Some(_) => {}
                None => receive_within_limit(&connection, &mut framer)?,
            }
        };
        let socket = connection.as_fd().try_clone_to_owned();
        let socket = socket.map_err(|error| Error::new(Code::Io, format!("cannot duplicate the socket: {error}")))?;
        Ok(Receiver { connection, framer, id, socket: Arc::new(socket), tracked: None })
    }

    /// Receives what has arrived.
    fn receive(&mut self, server: usize, queue: &mut InvalidationQueue) -> Result<(), Error> {
        while self.connection.receive_now(self.framer.reader(), 1)? > 0 {
            while let Some(message) = self.framer.next_reply()? {
                queue.push(server, &message);
            }
        }
        Ok(())
    }

    fn receive_until_pong(&mut self, server: usize, queue: &mut InvalidationQueue) -> Result<(), Error> {
        let mut is_complete = false;
        loop {
            while let Some(message) = self.framer.next_reply()? {
                is_complete |= is_pong(&message);
                queue.push(server, &message);
            }
            if is_complete {
                return Ok(());
            }
            receive_within_limit(&self.connection, &mut self.framer)?;
        }
    }
}

fn is_pong(message: &Reply) -> bool {
    matches!(message.root(), Value::Status(_) | Value::Error(_))
}

/// Waits for bytes as long as a reply may take, and receives them.
fn receive_within_limit(connection: &Connection, framer: &mut Framer) -> Result<(), Error> {
    connection.wait(ReadTimeout::Extended(Duration::ZERO))?;
    connection.receive_now(framer.reader(), 1).map(drop)
}
