//! Runs the commands of a client: in the event loop where that can, and the others as jobs. The replies are in the order of the commands, so a job
//! starts when all commands before it have their replies.

use crate::event_loop::Submitted;
use crate::listener::client::{Client, is_for_loop};
use crate::listener::job::{Job, Message};
use crate::listener::listener::{Listener, MESSAGES};
use crate::listener::order::Topic;
use crate::listener::publications::{Effects, may_subscribe, publication};
use crate::resp::push_error;
use std::io::Read;

/// Why no further command of a client is run now.
enum Pause {
    /// The next one is incomplete.
    Incomplete,
    /// Too many have no replies, or the client does not take these.
    NoRoom,
    /// The next one publishes, and a subscription that arrived before it is being made.
    Held,
    /// The next one is not for the event loop.
    NeedsJob,
}

impl Listener {
    /// Goes on with the commands of a client.
    pub(super) fn advance(&mut self, number: usize, start: &mut impl FnMut(Job)) {
        let Some(client) = self.clients[number].as_mut() else { return };
        if client.session.is_some() && !client.is_closing {
            let pause = self.run_commands(number);
            self.note_pause(number, &pause);
            let has_messages = self.clients[number].as_ref().is_some_and(|client| client.has_more && client.has_room());
            if matches!(pause, Pause::NeedsJob) || has_messages {
                self.start_job(number, start);
            }
        }
        if let Some(client) = &mut self.clients[number] {
            client.watch(&self.epoll);
        }
        self.close_if_done(number);
    }

    /// Submits commands to the event loop as far as possible.
    fn run_commands(&mut self, number: usize) -> Pause {
        let Some(client) = self.clients[number].as_mut() else { return Pause::Incomplete };
        loop {
            if !client.has_room() {
                return Pause::NoRoom;
            }
            let Some(session) = &mut client.session else { return Pause::Incomplete };
            let requests = session.requests();
            match requests.next_command() {
                Ok(false) => return Pause::Incomplete,
                Ok(true) if client.is_plain => {}
                last => {
                    requests.put_back(last.map(drop));
                    return Pause::NeedsJob;
                }
            }
            let pause = {
                let args = requests.args();
                let publication = if self.subscribing.is_empty() { None } else { publication(&args, &self.cluster) };
                let own = client.subscribing.or(client.subscribes_later);
                if publication.is_some_and(|topic| is_held(&mut self.subscribing, (own, &mut client.arrival), &topic)) {
                    Some(Pause::Held)
                } else {
                    let tag = (number as u64) << 32 | u64::from(client.replies.begin());
                    match self.events.submit(client.handle, &args, requests.canonical(), tag) {
                        Submitted::Accepted => None,
                        Submitted::Other => {
                            client.replies.cancel_last();
                            Some(Pause::NeedsJob)
                        }
                    }
                }
            };
            if let Some(pause) = pause {
                requests.put_back(Ok(()));
                return pause;
            }
            client.arrival = None;
        }
    }

    fn note_pause(&mut self, number: usize, pause: &Pause) {
        let Some(client) = self.clients[number].as_mut() else { return };
        client.is_stalled = matches!(pause, Pause::NoRoom | Pause::Held);
        client.needs_job = matches!(pause, Pause::NeedsJob);
        match pause {
            Pause::Incomplete => {
                client.waiting = 0;
                let ended = client.subscribes_later.take();
                ended.into_iter().for_each(|ended| self.end_subscribing(ended));
            }
            Pause::NoRoom | Pause::Held => {
                if matches!(pause, Pause::Held) && !self.held.contains(&number) {
                    self.held.push(number);
                }
                if let Some(session) = client.session.as_mut().filter(|_| client.subscribes_later.is_none())
                    && may_subscribe(session.requests().rest())
                {
                    client.subscribes_later = Some(self.subscribing.begin(Topic::any()));
                }
            }
            Pause::NeedsJob => {}
        }
    }

    /// A subscription has been made, or has failed. The publications that waited for it go on.
    pub(super) fn end_subscribing(&mut self, subscribing: u64) {
        self.subscribing.end(subscribing);
        self.resumed.append(&mut self.held);
    }

    /// Gives the session of a client to a job, for all complete commands and for the messages that have arrived.
    fn start_job(&mut self, number: usize, start: &mut impl FnMut(Job)) {
        let Some(client) = self.clients[number].as_mut() else { return };
        let Some(session) = &mut client.session else { return };
        if client.replies.pending() > 0 && client.is_examined {
            return;
        }
        client.is_examined = true;
        let effects = Effects::of(session.requests(), &self.cluster);
        if client.subscribing.is_none() {
            client.subscribing = client.subscribes_later.take().or_else(|| effects.subscribes.map(|topic| self.subscribing.begin(topic)));
        }
        if client.replies.pending() > 0 {
            return;
        }
        if let Some(publication) = effects.publishes.filter(|_| !self.subscribing.is_empty())
            && is_held(&mut self.subscribing, (client.subscribing, &mut client.arrival), &publication)
        {
            if !self.held.contains(&number) {
                self.held.push(number);
            }
            return;
        }
        (client.needs_job, client.is_examined, client.has_more, client.arrival, client.waiting) = (false, false, false, None, 0);
        client.ignore_messages(&self.epoll);
        self.checks.plan(number, &mut client.next_check, None);
        if let Some(session) = client.session.take() {
            start(Job::of_session(number, session, self.results.clone()));
        }
    }

    /// Messages have arrived for the session of a client, or it has to look after its servers.
    pub(super) fn take_session_messages(&mut self, number: usize, start: &mut impl FnMut(Job)) {
        let Some(client) = self.clients[number].as_mut() else { return };
        client.has_more = true;
        // If the client does not take them, they wait.
        client.ignore_messages(&self.epoll);
        self.checks.plan(number, &mut client.next_check, None);
        self.advance(number, start);
    }

    /// Takes what jobs have sent.
    pub(super) fn take_messages(&mut self) {
        let mut bytes = [0; 256];
        while matches!(self.woken.read(&mut bytes), Ok(256)) {}
        while let Ok(message) = self.messages.try_recv() {
            match message {
                Message::Stop => self.stop(),
                Message::Output { client: number, bytes } => {
                    if let Some(client) = &mut self.clients[number] {
                        // If it waits on, the job says so again.
                        client.is_blocked = false;
                        client.replies.push(&bytes);
                        self.queue(number);
                    }
                }
                Message::Blocked { client: number } => {
                    if let Some(client) = &mut self.clients[number] {
                        client.is_blocked = true;
                        let ended = [client.subscribing.take(), client.subscribes_later.take()];
                        ended.into_iter().flatten().for_each(|ended| self.end_subscribing(ended));
                        self.interrupt_if_left(number);
                    }
                }
                Message::Returned { client, session, is_lost, has_more } => {
                    let ended = self.clients[client].as_mut().and_then(|client| {
                        let is_over = is_lost || session.as_ref().is_none_or(|session| session.has_ended());
                        client.take_session(session, is_over, has_more);
                        client.subscribing.take()
                    });
                    ended.into_iter().for_each(|ended| self.end_subscribing(ended));
                    self.use_again(client);
                }
                Message::Executed { tag, outcome } => {
                    let number = (tag >> 32) as usize;
                    if let Some(client) = &mut self.clients[number] {
                        client.complete(tag as u32, |out| match outcome {
                            Ok(reply) => crate::resp::push_value(out, &reply.root()),
                            Err(error) => push_error(out, &error),
                        });
                        self.resumed.push(number);
                        self.queue(number);
                    }
                }
            }
        }
    }

    /// Goes on with a client whose session has returned.
    fn use_again(&mut self, number: usize) {
        let Some(client) = self.clients[number].as_mut() else { return };
        if let Some(session) = &client.session {
            client.handle = self.events.handle(session.stateless_handle());
            self.checks.plan(number, &mut client.next_check, session.next_check());
        }
        if client.watch_messages(&self.epoll, MESSAGES + number as u64).is_err() {
            client.is_closing = true;
        }
        self.resumed.push(number);
        self.queue(number);
    }
}

impl Client {
    fn take_session(&mut self, session: Option<Box<crate::session::Session>>, is_over: bool, has_more: bool) {
        (self.is_blocked, self.is_closing, self.has_more) = (false, is_over, has_more);
        self.session = session;
        if let Some(session) = &mut self.session {
            session.requests().feed(&self.unread);
            self.is_plain = is_for_loop(session);
        }
        self.unread = Vec::new();
    }
}

/// Whether a publication has to wait. `own` is the number of a subscription of the same client that comes after it, if there is one: it waits only
/// for those that arrived before that, so that clients never wait for each other in a cycle.
fn is_held(
    subscribing: &mut crate::listener::order::Subscribing,
    (own, arrival): (Option<u64>, &mut Option<u64>),
    publication: &Topic,
) -> bool {
    let number = own.unwrap_or_else(|| *arrival.get_or_insert_with(|| subscribing.arrive()));
    subscribing.precede(number, publication)
}
