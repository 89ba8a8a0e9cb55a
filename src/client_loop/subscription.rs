//! Subscriptions and sessions: each is a session. Its calls may wait for servers, so they run on threads. Its sockets are watched while no call runs.

use crate::cluster::Cluster;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::session::{Interrupter, MessageSockets, Session};
use crate::transport::clock::{NEVER, Time, exact_now};
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// The most messages that are received at once, and that may wait for the program. More stay in the sockets.
const MAX_MESSAGES: usize = 1000;
/// Connections are checked, and lost ones made again, after this time.
const CHECK_INTERVAL: Time = 1_000_000_000;

const COMMANDS: [&str; 6] = ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"];

pub(super) struct Subscription {
    pub tag: u64,
    /// Its commands may wait for other clients.
    pub may_block: bool,
    cluster: Cluster,
    /// `None` while a thread uses it.
    session: Option<Box<Session>>,
    interrupter: Interrupter,
    requests: VecDeque<Vec<u8>>,
    sockets: MessageSockets,
    has_messages: bool,
    check_at: Time,
    /// The number of messages that the program has not yet taken.
    pub untaken: usize,
}

/// What a thread has done with the session of a subscription.
pub(super) struct Received {
    session: Box<Session>,
    pub messages: Vec<Result<Reply, Error>>,
    has_more: bool,
}

/// Fails if this is not a command of the SUBSCRIBE family.
pub(super) fn check_command(args: &[&[u8]]) -> Result<(), Error> {
    let name = args.first().copied().unwrap_or_default();
    match COMMANDS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)) {
        true => Ok(()),
        false => Err(Error::new(Code::Request, format!("a subscription takes {} only", COMMANDS.join(", ")))),
    }
}

impl Subscription {
    pub(super) fn new(tag: u64, cluster: Cluster, may_block: bool) -> Subscription {
        let session = cluster.session();
        Subscription {
            tag,
            may_block,
            cluster,
            interrupter: session.interrupter(),
            session: Some(Box::new(session)),
            requests: VecDeque::new(),
            sockets: MessageSockets::default(),
            has_messages: false,
            check_at: NEVER,
            untaken: 0,
        }
    }

    /// Drops all subscriptions to channels, with the session.
    pub(super) fn begin_again(&mut self) {
        *self = Subscription { untaken: self.untaken, ..Subscription::new(self.tag, self.cluster.clone(), self.may_block) };
    }

    pub(super) fn add(&mut self, request: &[u8]) {
        self.requests.push_back(request.to_vec());
    }

    /// Takes messages that have arrived. If something else has happened, or the program has to take messages first, [`Subscription::take_work`] has
    /// the work.
    pub(super) fn take_messages(&mut self, epoll: &OwnedFd) -> Vec<Reply> {
        let room = MAX_MESSAGES.saturating_sub(self.untaken);
        let session = self.session.as_mut().filter(|_| self.requests.is_empty() && room > 0);
        let messages = session.and_then(|session| session.take_messages(room)).unwrap_or_default();
        if messages.is_empty() || messages.len() == room {
            // There may be more, for which no socket becomes readable.
            self.has_messages = true;
            self.sockets.ignore(epoll);
        }
        self.untaken += messages.len();
        messages
    }

    /// When [`Subscription::take_work`] has something, unless messages arrive before.
    pub(super) fn check_at(&self) -> Time {
        match self.session.is_some() {
            true if !self.requests.is_empty() || (self.has_messages && self.untaken < MAX_MESSAGES) => 0,
            true => self.check_at,
            false => NEVER,
        }
    }

    /// The work that is to be done now, for a thread.
    pub(super) fn take_work(&mut self, epoll: &OwnedFd, now: Time) -> Option<impl FnOnce() -> Received + Send + use<>> {
        let receives = self.untaken < MAX_MESSAGES && (self.has_messages || now >= self.check_at);
        if self.requests.is_empty() && !receives {
            return None;
        }
        let session = self.session.take()?;
        self.sockets.ignore(epoll);
        self.has_messages = false;
        let requests = std::mem::take(&mut self.requests);
        Some(move || work(session, requests))
    }

    /// Takes the session back.
    pub(super) fn return_session(&mut self, epoll: &OwnedFd, data: u64, received: Received) -> Vec<Result<Reply, Error>> {
        let mut session = received.session;
        self.check_at = if session.receives_messages() { exact_now() + CHECK_INTERVAL } else { NEVER };
        self.has_messages |= received.has_more;
        if !self.has_messages && session.receives_messages() {
            // Sockets that cannot be watched are found by the next check.
            let _ = self.sockets.watch(epoll, &mut session, data);
        }
        self.session = Some(session);
        self.untaken += received.messages.len();
        received.messages
    }

    /// Ends the call of its session that a thread runs.
    pub(super) fn interrupt(&self) {
        self.interrupter.close();
    }

    pub(super) fn close(mut self, epoll: &OwnedFd) {
        self.sockets.ignore(epoll);
        self.interrupt();
    }
}

fn work(mut session: Box<Session>, requests: VecDeque<Vec<u8>>) -> Received {
    let mut messages = Vec::new();
    for request in requests {
        match session.execute(&request) {
            Ok(replies) => push_all(&mut messages, &replies),
            Err(error) => messages.push(Err(error)),
        }
    }
    let mut has_failed = false;
    while session.receives_messages() && messages.len() < MAX_MESSAGES {
        match session.receive(Some(Duration::ZERO)) {
            Ok(Some(message)) => messages.push(Ok(message)),
            Ok(None) => return Received { session, messages, has_more: false },
            // A connection was lost. The next call makes another one; if that fails, it is tried again later.
            Err(error) => {
                messages.push(Err(error));
                if std::mem::replace(&mut has_failed, true) {
                    return Received { session, messages, has_more: false };
                }
            }
        }
    }
    let has_more = session.receives_messages();
    Received { session, messages, has_more }
}

/// Appends the elements of an array of replies.
fn push_all(messages: &mut Vec<Result<Reply, Error>>, replies: &Reply) {
    let mut index = 1;
    while let Some(entry) = replies.entries().get(index) {
        messages.push(Ok(replies.copy(index)));
        index += entry.span();
    }
}
