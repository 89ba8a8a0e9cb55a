//! The loop that serves all clients.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::event_loop::{Completion, EventLoop};
use crate::listener::client::{Client, Received};
use crate::listener::job::{Job, Message, Results};
use crate::listener::order::{Subscribing, Topic};
use crate::listener::publications::may_subscribe;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The bytes that are read from a client at once.
const BUFFER: usize = 64 << 10;
/// The most events that are taken from the kernel at once.
const EVENTS: usize = 1024;
/// After clients cannot be accepted, for example because there are too many, it is tried again so much later.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// In the events of epoll: a client, if it is less than [`MESSAGES`]; plus [`MESSAGES`] the messages of one.
pub(super) const MESSAGES: u64 = 1 << 32;
const NEW_CLIENTS: u64 = u64::MAX;
const SERVERS: u64 = u64::MAX - 1;
const WAKE_UP: u64 = u64::MAX - 2;

/// Serves Redis clients: each has a [`Session`](crate::Session) of its own, so that a client that is written for one server works on all nodes.
///
/// One thread reads all clients. It sends commands that go to their servers as they are, or in parts, over one connection per server that all
/// clients share, and never waits for a server: one that hangs delays only the clients whose commands need it. Other commands, which wait for
/// other clients, have state, or take several steps, become a [`Job`].
///
/// What a client publishes after the listener has read the `SUBSCRIBE` of another client arrives there.
pub struct Listener {
    pub(super) cluster: Cluster,
    socket: TcpListener,
    is_accepting: bool,
    pub(super) epoll: OwnedFd,
    pub(super) events: EventLoop,
    pub(super) clients: Vec<Option<Client>>,
    free: Vec<usize>,
    /// The clients that may go on, and those to which something is to be sent.
    pub(super) resumed: Vec<usize>,
    queued: Vec<usize>,
    pub(super) subscribing: Subscribing,
    /// The clients whose publications wait for subscriptions of others, in the order of their arrival.
    pub(super) held: Vec<usize>,
    pub(super) messages: Receiver<Message>,
    pub(super) woken: UnixStream,
    pub(super) results: Results,
}

impl Listener {
    /// Makes a listener for the clients that connect to a socket. They have to authenticate as
    /// [`Session::require_authentication`](crate::Session::require_authentication) describes.
    pub fn new(cluster: Cluster, socket: TcpListener) -> Result<Listener, Error> {
        let failed = |error: std::io::Error| Error::new(Code::Io, format!("listener: {error}"));
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
        let events = EventLoop::new()?;
        let (woken, wake_up) = UnixStream::pair().map_err(failed)?;
        for result in [woken.set_nonblocking(true), wake_up.set_nonblocking(true), socket.set_nonblocking(true)] {
            result.map_err(failed)?;
        }
        let watch = |fd: &dyn AsFd, number| epoll::add(&epoll, fd.as_fd(), EventData::new_u64(number), EventFlags::IN);
        for result in [watch(&socket, NEW_CLIENTS), watch(&events.fd(), SERVERS), watch(&woken, WAKE_UP)] {
            result.map_err(|error| failed(error.into()))?;
        }
        let (sender, messages) = channel();
        Ok(Listener {
            cluster,
            socket,
            is_accepting: true,
            epoll,
            events,
            clients: Vec::new(),
            free: Vec::new(),
            resumed: Vec::new(),
            queued: Vec::new(),
            subscribing: Subscribing::default(),
            held: Vec::new(),
            messages,
            woken,
            results: Results::new(sender, wake_up),
        })
    }

    /// Serves clients until an error of the operating system. `start` has to make another thread call [`Job::run`], and must not wait for it.
    pub fn serve(mut self, mut start: impl FnMut(Job)) -> Error {
        let mut events = Vec::with_capacity(EVENTS);
        let mut buffer = vec![0; BUFFER];
        loop {
            let timeout = [self.events.timeout(), (!self.is_accepting).then_some(ACCEPT_AGAIN)].into_iter().flatten().min();
            let timeout = timeout.map(|timeout| Timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: i64::from(timeout.subsec_nanos()) });
            events.clear();
            match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Error::new(Code::Io, format!("listener: {}", std::io::Error::from(error))),
            }
            self.events.process();
            for event in &events {
                match event.data.u64() {
                    NEW_CLIENTS => self.accept(&mut buffer, &mut start),
                    SERVERS => {}
                    WAKE_UP => self.take_messages(),
                    number if number >= MESSAGES => self.take_session_messages((number - MESSAGES) as usize, &mut start),
                    number => self.receive(number as usize, event.flags, &mut buffer, &mut start),
                }
            }
            if !self.is_accepting && events.is_empty() {
                self.accept_again();
            }
            self.settle(&mut start);
        }
    }

    /// Goes on with everything that does not have to wait.
    fn settle(&mut self, start: &mut impl FnMut(Job)) {
        loop {
            self.events.flush();
            self.take_completions(start);
            if !self.resumed.is_empty() {
                for number in std::mem::take(&mut self.resumed) {
                    self.advance(number, start);
                }
            } else if !self.queued.is_empty() {
                for number in std::mem::take(&mut self.queued) {
                    self.send(number);
                }
            } else {
                return;
            }
        }
    }

    fn take_completions(&mut self, start: &mut impl FnMut(Job)) {
        while let Some((tag, completion)) = self.events.next() {
            let number = (tag >> 32) as usize;
            let Some(client) = self.clients[number].as_mut() else { continue };
            if let Completion::Unfinished(request) = completion {
                let cluster = client.session.as_ref().map_or(&self.cluster, |session| session.stateless_handle()).clone();
                start(Job::of_command(tag, cluster, request, self.results.clone()));
                continue;
            }
            client.complete(tag as u32, |out| completion.push_to(out));
            if client.is_stalled || client.needs_job {
                self.resumed.push(number);
            }
            if !client.is_queued {
                client.is_queued = true;
                self.queued.push(number);
            }
        }
    }

    fn accept(&mut self, buffer: &mut [u8], start: &mut impl FnMut(Job)) {
        loop {
            match self.socket.accept() {
                Ok((socket, _)) => {
                    // Replies are small, and the client waits for them.
                    let _ = socket.set_nodelay(true);
                    let socket = Arc::new(socket);
                    let mut session = Box::new(self.cluster.session());
                    session.require_authentication();
                    let number = self.free.pop().unwrap_or_else(|| {
                        self.clients.push(None);
                        self.clients.len() - 1
                    });
                    // CLIENT KILL by another client.
                    let killed = socket.clone();
                    session.on_close(move || drop(killed.shutdown(std::net::Shutdown::Read)));
                    let handle = self.events.handle(session.stateless_handle());
                    let mut client = Client::new(socket, number as u64, session, handle);
                    client.watch(&self.epoll);
                    self.clients[number] = Some(client);
                    // What it has sent already has arrived before what other clients send later.
                    self.receive(number, EventFlags::IN, buffer, start);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {}
                Err(_) => {
                    self.is_accepting = epoll::delete(&self.epoll, &self.socket).is_err();
                    return;
                }
            }
        }
    }

    fn accept_again(&mut self) {
        if !self.is_accepting {
            self.is_accepting = epoll::add(&self.epoll, &self.socket, EventData::new_u64(NEW_CLIENTS), EventFlags::IN).is_ok();
        }
    }

    /// Reads what a client has sent, and goes on to send what it has not taken.
    ///
    /// Of the clients that have sent something at the same time, those come first that may subscribe: epoll reports sockets that were
    /// reported before in another order than that of their bytes.
    fn receive(&mut self, number: usize, flags: EventFlags, buffer: &mut [u8], start: &mut impl FnMut(Job)) {
        if flags.contains(EventFlags::OUT) {
            self.queue(number);
        }
        let Some(client) = self.clients[number].as_mut() else { return };
        let has_left = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        if has_left && client.is_blocked {
            client.hang_up();
        } else if has_left || flags.contains(EventFlags::IN) {
            match client.receive(buffer) {
                Received::Nothing => return,
                Received::Bytes(count) => {
                    let may_subscribe = may_subscribe(&buffer[..count]);
                    self.take_requests(number, &buffer[..count], may_subscribe);
                    if may_subscribe {
                        return self.advance(number, start);
                    }
                }
                Received::End => {}
            }
        } else {
            return;
        }
        self.interrupt_if_left(number);
        self.resumed.push(number);
    }

    fn take_requests(&mut self, number: usize, bytes: &[u8], may_subscribe: bool) {
        let Some(client) = self.clients[number].as_mut() else { return };
        if client.is_waiting() {
            client.waiting += bytes.len();
            // Later publications wait.
            if may_subscribe && client.subscribes_later.is_none() {
                client.subscribes_later = Some(self.subscribing.begin(Topic::any()));
            }
        }
        client.is_examined = false;
        match &mut client.session {
            Some(session) => session.requests().feed(bytes),
            None => client.unread.extend_from_slice(bytes),
        }
    }

    /// Ends the blocking command of a client that has left.
    pub(super) fn interrupt_if_left(&self, number: usize) {
        if let Some(client) = self.clients[number].as_ref().filter(|client| client.has_left_while_blocked()) {
            client.interrupter.close();
        }
    }

    /// Notes that something is to be sent to a client.
    pub(super) fn queue(&mut self, number: usize) {
        if let Some(client) = self.clients[number].as_mut().filter(|client| !client.is_queued) {
            client.is_queued = true;
            self.queued.push(number);
        }
    }

    /// Sends what a client takes.
    fn send(&mut self, number: usize) {
        let Some(client) = self.clients[number].as_mut() else { return };
        client.is_queued = false;
        client.send();
        if (client.is_stalled || client.has_more) && client.has_room() {
            self.resumed.push(number);
        }
        client.watch(&self.epoll);
        self.close_if_done(number);
    }

    pub(super) fn close_if_done(&mut self, number: usize) {
        if let Some(mut client) = self.clients[number].take_if(|client| client.is_done()) {
            client.close(&self.epoll);
            for subscribing in [client.subscribing, client.subscribes_later].into_iter().flatten() {
                self.end_subscribing(subscribing);
            }
            self.held.retain(|held| *held != number);
            self.free.push(number);
        }
    }
}
