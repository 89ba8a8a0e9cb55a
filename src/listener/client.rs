//! A client: its socket, its session, and what is to be sent to it.

use crate::error::Error;
use crate::listener::client_socket::ClientSocket;
use crate::listener::partial_replies::MAX_PARTIAL;
use crate::listener::replies::Replies;
use crate::session::{Interrupter, MessageSockets, Session};
use crate::transport::clock::Time;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// While a client has so many bytes of replies in memory, its commands wait.
const MAX_REPLIES: usize = 32 << 20;
/// The most commands of a client that are run at the same time.
const MAX_PENDING: usize = 1024;
/// Fewer are run if the replies are large, but at least so many.
const MIN_PENDING: usize = 16;
/// What is assumed of the first replies.
const FIRST_REPLY: usize = 256 << 10;
/// While the commands of a client wait, so many bytes of them are read.
const MAX_WAITING: usize = 256 << 10;

pub(super) struct Client {
    socket: ClientSocket,
    number: u64,
    /// What epoll waits for.
    interest: EventFlags,
    /// `None` while a job has it.
    pub session: Option<Box<Session>>,
    pub interrupter: Interrupter,
    /// The number of the session's handle in the event loop.
    pub handle: usize,
    /// Its commands can be run by the event loop; see [`is_for_loop`].
    pub is_plain: bool,
    /// What has arrived while a job has the session.
    pub unread: Vec<u8>,
    /// About how many bytes of requests have arrived since its commands began to wait.
    pub waiting: usize,
    pub replies: Replies,
    /// The kernel takes no more replies now.
    is_full: bool,
    /// The largest reply so far; 0 if there is none.
    largest_reply: usize,
    /// The most commands that are run at the same time, because of that.
    max_pending: usize,
    /// Its next command is one for a job.
    pub needs_job: bool,
    /// It is known whether the commands that have arrived subscribe.
    pub is_examined: bool,
    /// Its commands wait: for its own commands, for a subscription of another client, or until it takes replies.
    pub is_stalled: bool,
    /// The job waits for other clients.
    pub is_blocked: bool,
    /// The sockets of the session's messages that epoll watches.
    message_sockets: MessageSockets,
    /// When its session has to look after the servers of its subscriptions, while no job has it.
    pub next_check: Option<Time>,
    /// There are more messages, for which the sockets do not become readable.
    pub has_more: bool,
    /// Subscriptions that are being made or will be, and the number of its next command in the order of arrival.
    pub subscribing: Option<u64>,
    pub subscribes_later: Option<u64>,
    pub arrival: Option<u64>,
    /// It sends nothing more.
    has_finished: bool,
    /// It cannot receive anything more.
    pub is_lost: bool,
    /// Its session has ended. No job has it.
    pub is_closing: bool,
    /// It is in the list of the clients to which something is to be sent.
    pub is_queued: bool,
    /// Its replies wait for those to its later commands; see [`PartialReplies`](crate::listener::partial_replies::PartialReplies).
    pub is_partial: bool,
}

/// Whether the event loop may run the commands of a session. It has no deadlines: with one, jobs run them.
pub(super) fn is_for_loop(session: &Session) -> bool {
    session.is_plain() && session.deadline().is_none()
}

/// What has arrived from a client.
pub(super) enum Received {
    Nothing,
    Bytes(usize),
    End,
}

impl Client {
    pub(super) fn new(socket: ClientSocket, number: u64, session: Box<Session>, handle: usize) -> Client {
        Client {
            socket,
            number,
            interest: EventFlags::empty(),
            is_plain: is_for_loop(&session),
            interrupter: session.interrupter(),
            session: Some(session),
            handle,
            unread: Vec::new(),
            waiting: 0,
            replies: Replies::default(),
            is_full: false,
            largest_reply: 0,
            max_pending: max_pending(FIRST_REPLY),
            needs_job: false,
            is_examined: false,
            is_stalled: false,
            is_blocked: false,
            message_sockets: MessageSockets::default(),
            next_check: None,
            has_more: false,
            subscribing: None,
            subscribes_later: None,
            arrival: None,
            has_finished: false,
            is_lost: false,
            is_closing: false,
            is_queued: false,
            is_partial: false,
        }
    }

    /// Whether another command may be run now.
    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.replies.pending() < self.max_pending && (self.replies.size() < MAX_REPLIES || self.is_lost)
    }

    /// Whether what it sends now is not run at once.
    pub(super) fn is_waiting(&self) -> bool {
        (self.session.is_none() && !self.is_blocked) || self.is_stalled || self.needs_job
    }

    /// Takes the reply to a command.
    #[inline]
    pub(super) fn complete(&mut self, number: u32, push: impl FnOnce(&mut Vec<u8>)) {
        let length = self.replies.complete(number, push);
        if length > self.largest_reply {
            self.largest_reply = length;
            self.max_pending = max_pending(length);
        }
    }

    /// Reads what has arrived into a buffer.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Received {
        if self.has_finished {
            return Received::Nothing;
        }
        let received = self.socket.recv(buffer);
        self.is_full |= self.socket.has_unsent();
        match received {
            Ok(0) => {
                self.has_finished = true;
                Received::End
            }
            Ok(count) => {
                self.has_finished = self.socket.has_finished();
                Received::Bytes(count)
            }
            Err(Errno::AGAIN | Errno::INTR) => Received::Nothing,
            Err(_) => {
                (self.has_finished, self.is_lost) = (true, true);
                Received::End
            }
        }
    }

    /// Whether the client waits for other clients and has left.
    pub(super) fn has_left_while_blocked(&self) -> bool {
        self.is_blocked && self.has_finished
    }

    /// Whether there are few replies, and others may follow soon.
    #[inline]
    pub(super) fn may_wait_for_replies(&self) -> bool {
        self.replies.pending() > 0 && self.replies.unsent().len() < MAX_PARTIAL && !self.is_full
    }

    /// Sends what the client takes.
    pub(super) fn send(&mut self) {
        self.is_full = false;
        while self.has_unsent() {
            if self.is_lost {
                return self.replies.advance(self.replies.unsent().len());
            }
            match self.socket.send(self.replies.unsent()) {
                Ok(count) => self.replies.advance(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.is_full = true;
                    return;
                }
                Err(_) => self.is_lost = true,
            }
        }
    }

    fn has_unsent(&self) -> bool {
        !self.replies.unsent().is_empty() || (self.socket.has_unsent() && !self.is_lost)
    }

    /// Whether all has been done that the client has asked for.
    pub(super) fn is_done(&self) -> bool {
        let is_idle = self.session.is_some() && !self.needs_job && !self.is_stalled && self.has_finished;
        (is_idle || self.is_closing) && self.replies.pending() == 0 && !self.has_unsent()
    }

    /// Makes epoll wait for what the client needs next.
    #[inline]
    pub(super) fn watch(&mut self, epoll: &OwnedFd) {
        let must_wait = (self.session.is_none() || self.is_stalled) && self.waiting > MAX_WAITING;
        let mut wanted = EventFlags::empty();
        if !self.has_finished && !must_wait && !self.is_closing {
            wanted |= EventFlags::IN;
        }
        if !self.has_finished {
            wanted |= EventFlags::RDHUP;
        }
        if self.is_full {
            wanted |= EventFlags::OUT;
        }
        if wanted != self.interest {
            self.set_interest(epoll, wanted);
        }
    }

    fn set_interest(&mut self, epoll: &OwnedFd, wanted: EventFlags) {
        let data = EventData::new_u64(self.number);
        let outcome = match self.interest.is_empty() {
            true => epoll::add(epoll, &self.socket, data, wanted),
            false => epoll::modify(epoll, &self.socket, data, wanted),
        };
        if outcome.is_err() {
            (self.has_finished, self.is_lost) = (true, true);
        }
        // Epoll reports errors of a socket without any interest, too.
        self.interest = if wanted.is_empty() { EventFlags::ERR } else { wanted };
    }

    /// Makes epoll wait for messages, under that number.
    pub(super) fn watch_messages(&mut self, epoll: &OwnedFd, number: u64) -> Result<(), Error> {
        let Some(session) = self.session.as_mut().filter(|session| session.receives_messages()) else { return Ok(()) };
        self.message_sockets.watch(epoll, session, number)
    }

    pub(super) fn ignore_messages(&mut self, epoll: &OwnedFd) {
        self.message_sockets.ignore(epoll);
    }

    /// The other side of the session has left, or another client has closed it.
    pub(super) fn hang_up(&mut self) {
        self.has_finished = true;
    }

    pub(super) fn close(&mut self, epoll: &OwnedFd) {
        self.ignore_messages(epoll);
        if !self.interest.is_empty() {
            let _ = epoll::delete(epoll, &self.socket);
        }
        self.socket.close();
    }
}

/// The most commands that are run at the same time if the replies have so many bytes.
fn max_pending(reply: usize) -> usize {
    (MAX_REPLIES / reply).clamp(MIN_PENDING, MAX_PENDING)
}
