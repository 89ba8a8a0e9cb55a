//! The loop of one program: requests by tag, subscriptions by tag, one descriptor.

use crate::client_loop::handles::Handles;
use crate::client_loop::pipelines::Pipelines;
use crate::client_loop::requests::{ByTag, Id, Requests, late};
use crate::client_loop::results::Results;
use crate::client_loop::subscription::{Received, Subscription};
use crate::cluster::Cluster;
use crate::command::{Block, lookup};
use crate::error::{Code, Error};
use crate::event_loop::{Completion, EventLoop, Start, Submitted, Threads};
use crate::log::deliver_kept_log;
use crate::resp::{Args, Commands, Reply};
use crate::session::Interrupter;
use crate::transport::clock::{NEVER, exact_now};
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
    pub(super) handles: Handles,
    process: u32,
    pub(super) epoll: OwnedFd,
    pub(super) events: EventLoop,
    pub(super) requests: Requests,
    pub(super) pipelines: Pipelines,
    /// A request was submitted since the last call of [`ClientLoop::process`].
    has_submitted: bool,
    /// Outcomes that do not come from the event loop.
    pub(super) ready: VecDeque<(Source, Result<Reply, Error>)>,
    pub(super) workers: Threads,
    pub(super) blocked: Threads,
    /// Of the requests that wait for other clients.
    interrupters: HashMap<Id, Interrupter>,
    pub(super) results: Results<Done>,
    woken: UnixStream,
    /// By number, which is never used again.
    pub(super) subscriptions: BTreeMap<u64, Subscription>,
    pub(super) subscription_by_tag: ByTag<u64>,
    pub(super) next_subscription: u64,
}

/// What an outcome is for.
pub(super) enum Source {
    Request(Id),
    Late(Id),
    Subscription(u64),
}

/// What a thread has done.
pub(super) enum Done {
    Request(Id, Result<Reply, Error>),
    /// The replies to a part of a pipeline.
    Pipeline(usize, Result<Reply, Error>),
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
        events.send_early();
        Ok(ClientLoop {
            handles: Handles::new(cluster, &mut events),
            process: std::process::id(),
            epoll,
            events,
            requests: Requests::new(),
            pipelines: Pipelines::default(),
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

    /// Adds a handle that was derived from the one of the loop, with [`Cluster::with_deadline`] and its kind, and shares its connections. Returns its
    /// number for [`ClientLoop::select`].
    ///
    /// # Errors
    ///
    /// It shares no connections with the handle of the loop.
    pub fn add_handle(&mut self, cluster: &Cluster) -> Result<usize, Error> {
        self.handles.add(cluster, &mut self.events)
    }

    /// Removes a handle. Its requests in flight go on. That of the loop, number 0, stays.
    pub fn remove_handle(&mut self, handle: usize) {
        self.handles.remove(handle, &mut self.events);
    }

    /// Makes the requests that follow be for a handle: 0, that of the loop, or a number of [`ClientLoop::add_handle`].
    ///
    /// # Errors
    ///
    /// There is no such handle.
    #[inline]
    pub fn select(&mut self, handle: usize) -> Result<(), Error> {
        self.handles.select(handle)
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
        self.look_at_clock();
        if self.events.submit(self.handles.current().number, &args, Some(request), id) == Submitted::Other {
            return self.run_on_thread(id, &args, request.to_vec());
        }
        Ok(())
    }

    #[inline]
    pub(super) fn look_at_clock(&mut self) {
        if !std::mem::replace(&mut self.has_submitted, true) {
            self.events.look_at_clock();
        }
    }

    #[inline]
    pub(super) fn begin(&mut self, tag: u64) -> Result<Id, Error> {
        if self.requests.contains(tag) || (!self.subscription_by_tag.is_empty() && self.subscription_by_tag.contains_key(&tag)) {
            return Err(in_use(tag));
        }
        self.requests.begin(tag, self.handles.current().cluster.deadline())
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
        let (cluster, results) = (self.handles.current().cluster.clone(), self.results.clone());
        let outcome = self.workers.run(Box::new(move || results.push(Done::Request(id, caught(|| call(&cluster))))));
        outcome.inspect_err(|_| {
            self.requests.end(id);
        })
    }

    pub(super) fn send(&mut self) {
        self.has_submitted = false;
        self.events.flush();
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
        let (cluster, results) = (self.handles.current().cluster.clone(), self.results.clone());
        self.workers.run(Box::new(move || results.push(Done::Request(id, run(|| cluster.execute(&request))))))
    }

    /// A session can be interrupted.
    fn run_blocked(&mut self, id: Id, request: Vec<u8>) -> Result<(), Error> {
        let (mut session, results) = (self.handles.current().cluster.session(), self.results.clone());
        self.interrupters.insert(id, session.interrupter());
        self.blocked.run(Box::new(move || results.push(Done::Request(id, run(|| session.execute(&request))))))
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
                    let Some(subscription) = self.subscriptions.get_mut(&number) else { continue };
                    let messages = subscription.take_messages(&self.epoll);
                    self.ready.extend(messages.into_iter().map(|message| (Source::Subscription(number), Ok(message))));
                }
            }
        }
        self.send();
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
                Done::Pipeline(number, outcome) => {
                    let ended = self.pipelines.take_replies(number, outcome).and_then(|step| self.advance_pipeline(step));
                    self.ready.extend(ended.map(|(id, outcome)| (Source::Request(id), outcome)));
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
        while let Some((id, limit)) = self.requests.take_late(now) {
            self.interrupters.remove(&id).inspect(Interrupter::close);
            self.ready.push_back((Source::Late(id), Err(late(limit))));
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
            if Pipelines::is_command(id) {
                let step = self.pipelines.record(id, completion);
                if let Some((id, outcome)) = step.and_then(|step| self.advance_pipeline(step))
                    && let Some(tag) = self.requests.end(id)
                {
                    return Some((tag, outcome));
                }
                continue;
            }
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

/// Fails, before anything is sent, if a request is not RESP.
pub(super) fn check_syntax(request: &[u8]) -> Result<(), Error> {
    let mut commands = Commands::new(request);
    let mut args = Args::new();
    while commands.next(&mut args)?.is_some() {}
    Ok(())
}

#[cold]
pub(super) fn in_use(tag: u64) -> Error {
    Error::new(Code::Request, format!("the tag {tag} is in use; its reply has not been taken"))
}

/// A panic on a thread becomes an error.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
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
