//! The loop that serves all clients.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::event_loop::{Completion, EventLoop};
use crate::listener::checks::Checks;
use crate::listener::client::{Client, Received};
use crate::listener::counters::ListenerCounters;
use crate::listener::job::{Job, Message, Results};
use crate::listener::listening_socket::ListeningSocket;
use crate::listener::order::{Subscribing, Topic};
use crate::listener::partial_replies::PartialReplies;
use crate::listener::publications::may_subscribe;
use crate::listener::tls::ListenerTls;
use crate::log::deliver_kept_log;
use crate::session::Credentials;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::os::fd::OwnedFd;
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
pub(super) const NEW_CLIENTS: u64 = 1 << 62;
const WAKE_UP: u64 = NEW_CLIENTS + 1;

/// Serves Redis clients: each has a [`Session`](crate::Session) of its own, so that a client that is written for one server works on all nodes.
///
/// One thread reads all clients. It sends commands that go to their servers as they are, or in parts, over one connection per server that all
/// clients share, and never waits for a server: one that hangs delays only the clients whose commands need it. Other commands, which wait for
/// other clients, have state, or take several steps, become a [`Job`].
///
/// What a client publishes after the listener has read the `SUBSCRIBE` of another client arrives there.
pub struct Listener {
    pub(super) cluster: Cluster,
    pub(super) sockets: Vec<ListeningSocket>,
    pub(super) tls: Option<ListenerTls>,
    pub(super) credentials: Option<Arc<Credentials>>,
    pub(super) is_accepting: bool,
    pub(super) is_stopping: bool,
    pub(super) max_clients: u64,
    pub(super) counters: Arc<ListenerCounters>,
    pub(super) epoll: OwnedFd,
    pub(super) events: EventLoop,
    pub(super) clients: Vec<Option<Client>>,
    pub(super) free: Vec<usize>,
    /// The clients that may go on, and those to which something is to be sent.
    pub(super) resumed: Vec<usize>,
    queued: Vec<usize>,
    partial: PartialReplies,
    pub(super) checks: Checks,
    pub(super) subscribing: Subscribing,
    /// The clients whose publications wait for subscriptions of others, in the order of their arrival.
    pub(super) held: Vec<usize>,
    pub(super) messages: Receiver<Message>,
    pub(super) woken: UnixStream,
    pub(super) results: Results,
}

impl Listener {
    /// Makes a listener for the clients that connect to a socket: a [`TcpListener`](std::net::TcpListener) or a
    /// [`UnixListener`](std::os::unix::net::UnixListener). They have to authenticate as
    /// [`Session::require_authentication`](crate::Session::require_authentication) describes.
    pub fn new(cluster: Cluster, socket: impl Into<OwnedFd>) -> Result<Listener, Error> {
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(failed)?;
        let events = EventLoop::new(epoll.try_clone().map_err(failed)?);
        let (woken, wake_up) = UnixStream::pair().map_err(failed)?;
        for result in [woken.set_nonblocking(true), wake_up.set_nonblocking(true)] {
            result.map_err(failed)?;
        }
        epoll::add(&epoll, &woken, EventData::new_u64(WAKE_UP), EventFlags::IN).map_err(failed)?;
        let (sender, messages) = channel();
        let mut listener = Listener {
            cluster,
            sockets: Vec::new(),
            tls: None,
            credentials: None,
            is_accepting: true,
            is_stopping: false,
            max_clients: u64::MAX,
            counters: Arc::default(),
            epoll,
            events,
            clients: Vec::new(),
            free: Vec::new(),
            resumed: Vec::new(),
            queued: Vec::new(),
            partial: PartialReplies::default(),
            checks: Checks::default(),
            subscribing: Subscribing::default(),
            held: Vec::new(),
            messages,
            woken,
            results: Results::new(sender, wake_up),
        };
        listener.add_socket(socket)?;
        Ok(listener)
    }

    /// Serves clients until [`Stopper::stop`](crate::Stopper::stop) or an error of the operating system. `start` has to make another thread call
    /// [`Job::run`], and must not wait for it; [`JobThreads::start`](crate::JobThreads::start) does.
    pub fn serve(mut self, mut start: impl FnMut(Job)) -> Result<(), Error> {
        let mut events = Vec::with_capacity(EVENTS);
        let mut buffer = vec![0; BUFFER];
        while !self.has_ended() {
            let timeout =
                self.timeout().map(|timeout| Timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: i64::from(timeout.subsec_nanos()) });
            events.clear();
            match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(failed(error)),
            }
            deliver_kept_log();
            self.events.process(events.iter().map(|event| event.data.u64()));
            for event in &events {
                match event.data.u64() {
                    server if EventLoop::is_own(server) => {}
                    NEW_CLIENTS => self.accept(&mut buffer, &mut start),
                    WAKE_UP => self.take_messages(),
                    number if number >= MESSAGES => self.take_session_messages((number - MESSAGES) as usize, &mut start),
                    number => self.receive(number as usize, event.flags, &mut buffer, &mut start),
                }
            }
            while let Some(number) = self.checks.next_due() {
                self.take_session_messages(number, &mut start);
            }
            if !self.is_accepting && events.is_empty() {
                self.accept_again();
            }
            self.settle(&mut start);
            let due = self.partial.take_due();
            if !due.is_empty() {
                due.into_iter().for_each(|number| self.send_partial(number));
                self.settle(&mut start);
            }
        }
        Ok(())
    }

    /// How long to wait for events; `None`: without limit.
    fn timeout(&self) -> Option<Duration> {
        let accept = (!self.is_accepting).then_some(ACCEPT_AGAIN);
        [self.events.timeout(), self.partial.timeout(), self.checks.timeout(), accept].into_iter().flatten().min()
    }

    /// Goes on with everything that does not have to wait.
    fn settle(&mut self, start: &mut impl FnMut(Job)) {
        loop {
            self.take_completions(start);
            while !self.resumed.is_empty() {
                for number in std::mem::take(&mut self.resumed) {
                    self.advance(number, start);
                }
            }
            self.events.flush();
            // Those of what could not be sent.
            self.take_completions(start);
            while let Some(errand) = self.events.take_errand() {
                start(Job::of_errand(errand, self.results.clone()));
            }
            if self.resumed.is_empty() && self.queued.is_empty() {
                return;
            }
            for number in std::mem::take(&mut self.queued) {
                self.send(number);
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

    /// Reads what a client has sent, and goes on to send what it has not taken.
    ///
    /// Of the clients that have sent something at the same time, those come first that may subscribe: epoll reports sockets that were
    /// reported before in another order than that of their bytes.
    pub(super) fn receive(&mut self, number: usize, flags: EventFlags, buffer: &mut [u8], start: &mut impl FnMut(Job)) {
        if flags.contains(EventFlags::OUT) {
            self.queue(number);
        }
        let Some(client) = self.clients[number].as_mut() else { return };
        let has_left = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        if has_left && client.is_blocked {
            client.hang_up();
        } else if has_left || flags.contains(EventFlags::IN) {
            match client.receive(buffer) {
                // The client may have to take messages of TLS.
                Received::Nothing => return client.watch(&self.epoll),
                Received::Bytes(count) => {
                    let may_subscribe = may_subscribe(&buffer[..count]);
                    self.take_requests(number, &buffer[..count], may_subscribe);
                    if may_subscribe {
                        self.interrupt_if_left(number);
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

    /// Sends what a client takes, now or together with later replies.
    fn send(&mut self, number: usize) {
        let Some(client) = self.clients[number].as_mut() else { return };
        client.is_queued = false;
        match client.may_wait_for_replies() {
            true if client.is_partial => {}
            true => {
                client.is_partial = true;
                self.partial.add(number);
            }
            false => self.send_now(number),
        }
    }

    /// Sends the replies that have waited for others, unless they were sent with these.
    fn send_partial(&mut self, number: usize) {
        if self.clients[number].as_ref().is_some_and(|client| client.is_partial) {
            self.send_now(number);
        }
    }

    fn send_now(&mut self, number: usize) {
        let Some(client) = self.clients[number].as_mut() else { return };
        if std::mem::take(&mut client.is_partial) {
            self.partial.remove_one();
        }
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
            self.checks.plan(number, &mut client.next_check, None);
            if client.is_partial {
                self.partial.remove_one();
            }
            self.counters.note_disconnected();
            for subscribing in [client.subscribing, client.subscribes_later].into_iter().flatten() {
                self.end_subscribing(subscribing);
            }
            self.held.retain(|held| *held != number);
            self.free.push(number);
        }
    }
}

/// An error of the operating system.
pub(super) fn failed(error: impl Into<std::io::Error>) -> Error {
    Error::new(Code::Io, format!("listener: {}", error.into()))
}
