//! The loop of one program: requests by tag, subscriptions by tag, one descriptor.

use crate::client_loop::requests::{ByTag, Id, Requests};
use crate::client_loop::results::Results;
use crate::client_loop::subscription::{Received, Subscription, check_command};
use crate::cluster::Cluster;
use crate::command::{Block, lookup};
use crate::error::{Code, Error};
use crate::event_loop::{Completion, EventLoop, Start, Submitted, Threads};
use crate::log::deliver_kept_log;
use crate::resp::{Args, Commands, Reply};
use crate::session::Interrupter;
use crate::transport::clock::{NEVER, Time, exact_now};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// The most events that are taken from the kernel at once.
const EVENTS: usize = 1024;
/// The threads for requests of several steps, and for subscriptions.
const MAX_WORKERS: usize = 16;
/// The threads for requests that wait for other clients.
const MAX_BLOCKED: usize = 64;

/// In the data of events, beside those of the event loop: results of threads; more is the number of a subscription.
const RESULTS: u64 = 0;

/// Many requests at a time, sessions and subscriptions, for a program with an event loop. No call waits for a server, and there are no callbacks.
///
/// The program waits until the descriptor of [`ClientLoop::fd`] is readable, at most for [`ClientLoop::timeout`]. Then it calls
/// [`ClientLoop::process`], and [`ClientLoop::next`] until that returns `None`. After a request it asks for the timeout again, which is zero then,
/// or calls [`ClientLoop::process`] itself.
///
/// Each request, session and subscription has a tag, any number that no other one has. [`ClientLoop::next`] returns it with each reply.
/// Requests run at the same time. Those for the same key that go to one server, or in parts to several, run in the order of submission; if the
/// order of others matters, wait for the reply to the first.
///
/// A loop belongs to the process that opened it: in a forked child [`ClientLoop::check_process`] fails, no other call is allowed, and dropping it
/// does not affect the parent.
pub struct ClientLoop {
    cluster: Cluster,
    process: u32,
    epoll: OwnedFd,
    events: EventLoop,
    handle: usize,
    requests: Requests,
    /// A request was submitted since the last call of [`ClientLoop::process`].
    has_submitted: bool,
    /// Outcomes that do not come from the event loop.
    ready: VecDeque<(Source, Result<Reply, Error>)>,
    workers: Threads,
    blocked: Threads,
    /// Of the requests that wait for other clients.
    interrupters: HashMap<Id, Interrupter>,
    results: Results<Done>,
    woken: UnixStream,
    /// By number, which is never used again.
    subscriptions: BTreeMap<u64, Subscription>,
    subscription_by_tag: ByTag<u64>,
    next_subscription: u64,
}

/// What an outcome is for.
enum Source {
    Request(Id),
    Late(Id),
    Subscription(u64),
}

/// What a thread has done.
enum Done {
    Request(Id, Result<Reply, Error>),
    Subscription(u64, Result<Received, Error>),
}

impl ClientLoop {
    /// Opens a loop on the servers of a handle, with its limits. Connects to no server: connections are made when a request needs them.
    ///
    /// `start` has to run some work on a new thread, which ends when the work is done: at most 16 at a time for requests that take several steps,
    /// and 64 for sessions and for requests that wait for other clients. [`start_thread`](crate::start_thread) does.
    ///
    /// # Errors
    ///
    /// The process has no free descriptors.
    pub fn open(cluster: Cluster, start: Start) -> Result<ClientLoop, Error> {
        let failed = |error: std::io::Error| Error::new(Code::Io, format!("loop: {error}"));
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
        let mut events = EventLoop::new(epoll.try_clone().map_err(failed)?);
        let (woken, wake_up) = UnixStream::pair().map_err(failed)?;
        woken.set_nonblocking(true).and_then(|()| wake_up.set_nonblocking(true)).map_err(failed)?;
        epoll::add(&epoll, &woken, EventData::new_u64(RESULTS), EventFlags::IN).map_err(|error| failed(error.into()))?;
        let handle = events.handle(&cluster);
        events.send_early();
        Ok(ClientLoop {
            requests: Requests::new(cluster.deadline()),
            cluster,
            process: std::process::id(),
            epoll,
            events,
            handle,
            has_submitted: false,
            ready: VecDeque::new(),
            workers: Threads::new(start, MAX_WORKERS),
            blocked: Threads::new(start, MAX_BLOCKED),
            interrupters: HashMap::new(),
            results: Results::new(wake_up),
            woken,
            subscriptions: BTreeMap::new(),
            subscription_by_tag: ByTag::default(),
            next_subscription: RESULTS + 1,
        })
    }

    /// The descriptor to wait for: it is readable when [`ClientLoop::process`] has something to do.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }

    /// Fails in a forked child.
    pub fn check_process(&self) -> Result<(), Error> {
        match self.process == std::process::id() {
            true => Ok(()),
            false => Err(Error::new(Code::Request, "the loop belongs to the process that opened it; open one after the fork")),
        }
    }

    /// How long the program may wait for the descriptor before it calls [`ClientLoop::process`]; `None`: without limit.
    pub fn timeout(&mut self) -> Option<Duration> {
        if !self.ready.is_empty() || self.events.has_work() {
            return Some(Duration::ZERO);
        }
        let check = self.subscriptions.values().map(Subscription::check_at).min().unwrap_or(NEVER);
        let own = self.requests.next_deadline().unwrap_or(NEVER).min(check);
        let own = (own != NEVER).then(|| Duration::from_nanos(own.saturating_sub(exact_now())));
        [self.events.timeout(), own].into_iter().flatten().min()
    }

    /// Begins a request of one command, as RESP. The reply is that to the command.
    ///
    /// # Errors
    ///
    /// It is not one command, the tag is in use, or too many requests are in flight. Everything else is reported by the reply.
    #[inline]
    pub fn submit(&mut self, request: &[u8], tag: u64) -> Result<(), Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        match commands.next(&mut args)? {
            Some(whole) if whole.end == request.len() => {}
            Some(whole) => return Err(Error::new(Code::Request, format!("request, byte {}: more than one command", whole.end))),
            None => return Err(Error::new(Code::Request, "an empty request; one command is required")),
        }
        let id = self.begin(tag)?;
        if !std::mem::replace(&mut self.has_submitted, true) {
            self.events.look_at_clock();
        }
        if self.events.submit(self.handle, &args, Some(request), id) == Submitted::Other {
            return self.run_on_thread(id, &args, request.to_vec());
        }
        Ok(())
    }

    #[inline]
    fn begin(&mut self, tag: u64) -> Result<Id, Error> {
        if self.requests.contains(tag) || (!self.subscription_by_tag.is_empty() && self.subscription_by_tag.contains_key(&tag)) {
            return Err(in_use(tag));
        }
        self.requests.begin(tag)
    }

    /// Begins a call of the cluster on a thread, such as [`Cluster::execute`] of many commands. The reply is what the call returns.
    ///
    /// # Errors
    ///
    /// The tag is in use, too many requests are in flight, or the system has no more threads.
    pub fn call<C>(&mut self, call: C, tag: u64) -> Result<(), Error>
    where
        C: FnOnce(&Cluster) -> Result<Reply, Error> + Send + 'static,
    {
        let id = self.begin(tag)?;
        let (cluster, results) = (self.cluster.clone(), self.results.clone());
        let outcome = self.workers.run(Box::new(move || results.push(Done::Request(id, caught(|| call(&cluster))))));
        outcome.inspect_err(|_| {
            self.requests.end(id);
        })
    }

    #[cold]
    fn run_on_thread(&mut self, id: Id, args: &[&[u8]], request: Vec<u8>) -> Result<(), Error> {
        let outcome = match lookup(args) {
            Some(command) if command.block != Block::Never && !command.session => self.run_blocked(id, request),
            _ => self.run_by_worker(id, request),
        };
        if let Err(error) = outcome {
            self.requests.end(id);
            self.interrupters.remove(&id);
            return Err(error);
        }
        Ok(())
    }

    fn run_by_worker(&self, id: Id, request: Vec<u8>) -> Result<(), Error> {
        let (cluster, results) = (self.cluster.clone(), self.results.clone());
        self.workers.run(Box::new(move || results.push(Done::Request(id, run(|| cluster.execute(&request))))))
    }

    /// A session can be interrupted.
    fn run_blocked(&mut self, id: Id, request: Vec<u8>) -> Result<(), Error> {
        let (mut session, results) = (self.cluster.session(), self.results.clone());
        self.interrupters.insert(id, session.interrupter());
        self.blocked.run(Box::new(move || results.push(Done::Request(id, run(|| session.execute(&request))))))
    }

    /// Begins a subscription, or changes the one with this tag. [`ClientLoop::next`] returns each confirmation and each message with the tag.
    ///
    /// # Errors
    ///
    /// The request has other commands than SUBSCRIBE, UNSUBSCRIBE and their kind, or the tag is that of a request.
    pub fn subscribe(&mut self, request: &[u8], tag: u64) -> Result<(), Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        let mut count = 0;
        while commands.next(&mut args)?.is_some() {
            check_command(&args)?;
            count += 1;
        }
        if count == 0 {
            return Err(Error::new(Code::Request, "an empty request; a command such as SUBSCRIBE is required"));
        }
        self.run_in_session(request, tag, false)
    }

    /// Begins a session, or runs commands in the one with this tag: one client with state, such as MULTI, WATCH and SUBSCRIBE.
    ///
    /// The commands of all calls run in the order of the calls, and so do their replies arrive. Messages of subscriptions come between them. If a
    /// command blocks, those after it wait. [`ClientLoop::cancel`] ends the session, also while a command runs.
    ///
    /// # Errors
    ///
    /// The request is not RESP, or the tag is that of a request.
    pub fn run_session(&mut self, request: &[u8], tag: u64) -> Result<(), Error> {
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        while commands.next(&mut args)?.is_some() {}
        self.run_in_session(request, tag, true)
    }

    fn run_in_session(&mut self, request: &[u8], tag: u64, may_block: bool) -> Result<(), Error> {
        if self.requests.contains(tag) {
            return Err(in_use(tag));
        }
        let number = *self.subscription_by_tag.entry(tag).or_insert(self.next_subscription);
        if number == self.next_subscription {
            self.next_subscription += 1;
        }
        let cluster = &self.cluster;
        let subscription = self.subscriptions.entry(number).or_insert_with(|| Subscription::new(tag, cluster.session(), may_block));
        subscription.add(request);
        self.advance(number, exact_now());
        Ok(())
    }

    /// Makes a thread do what a subscription has to do.
    fn advance(&mut self, number: u64, now: Time) {
        let Some(subscription) = self.subscriptions.get_mut(&number) else { return };
        let Some(work) = subscription.take_work(&self.epoll, now) else { return };
        let results = self.results.clone();
        let threads = if subscription.may_block { &self.blocked } else { &self.workers };
        let outcome = threads.run(Box::new(move || results.push(Done::Subscription(number, caught(|| Ok(work()))))));
        if let Err(error) = outcome {
            self.end_subscription(number, error);
        }
    }

    /// The session of a subscription is lost. The subscription begins again when it is changed.
    fn end_subscription(&mut self, number: u64, error: Error) {
        if let Some(subscription) = self.subscriptions.get_mut(&number) {
            subscription.begin_again(self.cluster.session());
            self.ready.push_back((Source::Subscription(number), Err(error)));
        }
    }

    /// Sends what was submitted, takes what has arrived, and fails what has waited too long. Never waits.
    pub fn process(&mut self) -> Result<(), Error> {
        deliver_kept_log();
        let mut events = Vec::with_capacity(EVENTS);
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Error::new(Code::Io, format!("loop: {}", std::io::Error::from(error)))),
        }
        self.events.process(events.iter().map(|event| event.data.u64()));
        for data in events.iter().map(|event| event.data.u64()).filter(|&data| !EventLoop::is_own(data)) {
            match data {
                RESULTS => self.take_results(),
                number => {
                    let subscription = self.subscriptions.get_mut(&number);
                    subscription.into_iter().for_each(|subscription| subscription.note_messages(&self.epoll));
                }
            }
        }
        self.has_submitted = false;
        self.events.flush();
        self.look_up_names();
        self.check_time();
        Ok(())
    }

    /// The resolver of the system may wait for other machines. A lookup that no thread runs fails, and so do the requests that wait for it.
    fn look_up_names(&mut self) {
        while let Some(errand) = self.events.take_errand() {
            let _ = self.workers.run(Box::new(move || errand.run()));
        }
    }

    fn take_results(&mut self) {
        let mut bytes = [0; 256];
        while matches!(self.woken.read(&mut bytes), Ok(256)) {}
        for done in self.results.take() {
            match done {
                Done::Request(id, outcome) => {
                    self.interrupters.remove(&id);
                    self.ready.push_back((Source::Request(id), outcome));
                }
                // If it was cancelled, its session is closed here.
                Done::Subscription(number, Err(error)) => self.end_subscription(number, error),
                Done::Subscription(number, Ok(received)) => {
                    if let Some(subscription) = self.subscriptions.get_mut(&number) {
                        let messages = subscription.return_session(&self.epoll, number, received);
                        self.ready.extend(messages.into_iter().map(|message| (Source::Subscription(number), message)));
                    }
                }
            }
        }
    }

    fn check_time(&mut self) {
        if self.subscriptions.is_empty() && self.requests.next_deadline().is_none() {
            return;
        }
        let now = exact_now();
        while let Some(id) = self.requests.take_late(now) {
            self.interrupters.remove(&id).inspect(Interrupter::close);
            self.ready.push_back((Source::Late(id), Err(self.requests.late())));
        }
        let numbers: Vec<u64> = self.subscriptions.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.advance(number, now));
    }

    /// The next outcome and its tag; `None` if there is none before the next call of [`ClientLoop::process`]. An error is that of a request
    /// without a reply, or of a session or subscription that was interrupted.
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "more outcomes follow a None")]
    pub fn next(&mut self) -> Option<(u64, Result<Reply, Error>)> {
        loop {
            if let Some((source, outcome)) = self.ready.pop_front() {
                if let Some(tag) = self.take_tag(source) {
                    return Some((tag, outcome));
                }
                continue;
            }
            let (id, completion) = self.events.next()?;
            let outcome = match completion {
                Completion::Bytes(bytes) => Reply::parse(bytes),
                Completion::Merged(bytes) => Reply::parse(&bytes),
                Completion::Reply(reply) => Ok(reply),
                Completion::Failure(error) => Err(error),
                Completion::Unfinished(request) => match self.run_by_worker(id, request) {
                    Ok(()) => continue,
                    Err(error) => Err(error),
                },
            };
            if let Some(tag) = self.requests.end(id) {
                return Some((tag, outcome));
            }
        }
    }

    fn take_tag(&mut self, source: Source) -> Option<u64> {
        match source {
            Source::Request(id) => self.requests.end(id),
            Source::Late(id) => self.requests.end_late(id),
            Source::Subscription(number) => {
                let subscription = self.subscriptions.get_mut(&number)?;
                subscription.untaken = subscription.untaken.saturating_sub(1);
                Some(subscription.tag)
            }
        }
    }

    /// Ends a request, a session or a subscription: no reply with its tag follows, and the tag is free. Returns whether there is one.
    ///
    /// A request that was sent may still be executed, and what it returns is dropped. A blocking command ends at once.
    pub fn cancel(&mut self, tag: u64) -> bool {
        if let Some(id) = self.requests.cancel(tag) {
            self.interrupters.remove(&id).inspect(Interrupter::close);
            return true;
        }
        let number = self.subscription_by_tag.remove(&tag);
        let subscription = number.and_then(|number| self.subscriptions.remove(&number));
        let is_known = subscription.is_some();
        subscription.into_iter().for_each(|subscription| subscription.close(&self.epoll));
        is_known
    }
}

impl Drop for ClientLoop {
    /// Ends what waits for other clients. The requests of several steps that have begun are completed.
    fn drop(&mut self) {
        if self.check_process().is_ok() {
            self.workers.close();
            self.blocked.close();
            self.interrupters.values().for_each(Interrupter::close);
            self.subscriptions.values().for_each(Subscription::interrupt);
        }
    }
}

#[cold]
fn in_use(tag: u64) -> Error {
    Error::new(Code::Request, format!("the tag {tag} is in use; its reply has not been taken"))
}

/// A panic on a thread becomes an error.
fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Error::from_panic(panic)))
}

/// Runs a request of one command on a thread.
fn run(execute: impl FnOnce() -> Result<Reply, Error>) -> Result<Reply, Error> {
    let replies = caught(execute)?;
    match replies.entries().len() {
        0 | 1 => Err(Error::new(Code::Internal, "a command without a reply")),
        _ => Ok(replies.extract(1)),
    }
}
