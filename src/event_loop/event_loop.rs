//! The loop: the shared connections of one or more handles, and the commands that were submitted to them.

use crate::cluster::{Cluster, OneRound, Parts, Route};
use crate::command::{CommandFlags, PlacedKeys, as_sent, is_renamed};
use crate::error::{Code, Error};
use crate::event_loop::completion::Completion;
use crate::event_loop::node::{Failed, Node};
use crate::event_loop::rounds::{Round, Rounds};
use crate::resp::{push_argument, push_count};
use crate::transport::SharedConnection;
use crate::transport::clock::{NEVER, Time, now};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event};
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// The most events that one call takes from the kernel.
const EVENTS: usize = 64;

pub(crate) struct EventLoop {
    epoll: OwnedFd,
    handles: Vec<Handle>,
    rounds: Rounds,
    /// Completions that do not come from the bytes of a connection.
    finished: VecDeque<(u64, Completion<'static>)>,
    /// The nodes that may have complete replies: handle and server.
    received: Vec<(usize, usize)>,
    /// The nodes that have something to send.
    queued: Vec<(usize, usize)>,
    now: Time,
}

/// A handle and, by server, the connection to it.
struct Handle {
    cluster: Cluster,
    /// The loop has no encrypted connections.
    is_encrypted: bool,
    nodes: Vec<Node>,
}

/// Whether a command was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submitted {
    /// [`EventLoop::next`] will return a completion with its tag.
    Accepted,
    /// It takes several steps, or may have to wait for other clients. A blocking call has to run it.
    Other,
}

impl EventLoop {
    pub(crate) fn new() -> Result<EventLoop, Error> {
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(|error| Error::new(Code::Internal, format!("epoll: {error}")))?;
        Ok(EventLoop {
            epoll,
            handles: Vec::new(),
            rounds: Rounds::default(),
            finished: VecDeque::new(),
            received: Vec::new(),
            queued: Vec::new(),
            now: now(),
        })
    }

    /// The number of a handle in this loop.
    pub(crate) fn handle(&mut self, cluster: &Cluster) -> usize {
        if let Some(known) = self.handles.iter().position(|handle| handle.cluster.is_same(cluster)) {
            return known;
        }
        let number = self.handles.len();
        let config = Arc::new(cluster.config().clone());
        let node = |server: usize| {
            let connection = SharedConnection::new(config.servers[server].clone(), config.clone());
            Node::new(connection, (number as u64) << 32 | server as u64)
        };
        let nodes = (0..config.servers.len()).map(node).collect();
        let is_encrypted = config.servers.iter().any(|server| server.tls.is_some());
        self.handles.push(Handle { cluster: cluster.clone(), is_encrypted, nodes });
        number
    }

    /// A descriptor that is readable when [`EventLoop::process`] has something to do.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }

    /// How long the program may wait for the descriptor; `None`: without limit.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let nodes = self.handles.iter().flat_map(|handle| &handle.nodes);
        match nodes.map(|node| node.connection.deadline()).min() {
            None | Some(NEVER) => None,
            // The clock is coarse: without the addition the program would wake up a little too early, several times.
            Some(deadline) => Some(Duration::from_nanos(deadline.saturating_sub(now())) + Duration::from_millis(5)),
        }
    }

    /// Submits a command. `request` has its bytes if they can be sent as they are. The tag must be less than 2⁶³.
    #[inline]
    pub(crate) fn submit(&mut self, handle: usize, args: &[&[u8]], request: Option<&[u8]>, tag: u64) -> Submitted {
        let own = &mut self.handles[handle];
        if own.is_encrypted {
            return Submitted::Other;
        }
        match own.cluster.route_without_waiting(args, request) {
            Route::OneServer { server, may_use_replica, .. } if may_use_replica && own.nodes[server].may_have_replicas => Submitted::Other,
            Route::OneServer { server, keys, flags, .. } => {
                self.send_to_one(handle, server, (args, request, &keys, flags), tag);
                Submitted::Accepted
            }
            Route::Parts { may_use_replica, .. } if may_use_replica && own.nodes.iter().any(|node| node.may_have_replicas) => {
                Submitted::Other
            }
            Route::Parts { round, parts, flags, .. } => {
                self.send_to_several(handle, round, &parts, flags, tag);
                Submitted::Accepted
            }
            Route::Failed(error) => {
                self.finished.push_back((tag, Completion::Failure(error)));
                Submitted::Accepted
            }
            Route::Other => Submitted::Other,
        }
    }

    #[inline]
    fn send_to_one(
        &mut self,
        handle: usize,
        server: usize,
        (args, request, keys, flags): (&[&[u8]], Option<&[u8]>, &PlacedKeys, CommandFlags),
        tag: u64,
    ) {
        if let Err(error) = self.prepare(handle, server, args[0]) {
            return self.finished.push_back((tag, Completion::Failure(error)));
        }
        let now = self.now;
        self.handles[handle].nodes[server].connection.push(tag, flags.repeatable, now, |out| match request {
            Some(bytes) if !is_renamed(args, keys) => out.extend_from_slice(bytes),
            _ => {
                push_count(out, args.len());
                as_sent(args, keys, |argument| push_argument(out, argument));
            }
        });
    }

    fn send_to_several(&mut self, handle: usize, command: OneRound, parts: &Parts, flags: CommandFlags, tag: u64) {
        let name = command.name;
        let number = self.rounds.reserve();
        let mut round = Round::new(tag, handle, command, parts.parts.len());
        parts.parts.iter().for_each(|part| round.add_part(part.server, part.ends.len()));
        self.rounds.insert(number, round);
        for (nth, part) in parts.parts.iter().enumerate() {
            let tag = Rounds::tag(number, nth);
            if let Err(error) = self.prepare(handle, part.server, name.as_bytes()) {
                part.ends.iter().for_each(|_| self.fail_one(tag, error.clone()));
                continue;
            }
            let (mut start, now) = (part.start, self.now);
            for &end in &part.ends {
                let command = &parts.bytes[start..end];
                let connection = &mut self.handles[handle].nodes[part.server].connection;
                connection.push_part(tag, flags.repeatable, now, name, |out| out.extend_from_slice(command));
                start = end;
            }
        }
    }

    /// Makes a node ready for another command, and notes that it will have something to send.
    #[inline]
    fn prepare(&mut self, handle: usize, server: usize, name: &[u8]) -> Result<(), Error> {
        let Handle { cluster, nodes, .. } = &mut self.handles[handle];
        let node = &mut nodes[server];
        if node.is_check_due || node.connection.is_closed() {
            node.prepare(&self.epoll, cluster, server, name, self.now)?;
        }
        if !node.is_queued {
            node.is_queued = true;
            self.queued.push((handle, server));
        }
        Ok(())
    }

    /// Sends what was submitted, as far as the kernel takes it at once.
    pub(crate) fn flush(&mut self) {
        while let Some((handle, server)) = self.queued.pop() {
            let Handle { cluster, nodes, .. } = &mut self.handles[handle];
            nodes[server].is_queued = false;
            if nodes[server].connection.has_unsent() {
                let failed = nodes[server].send(&self.epoll, cluster, self.now);
                self.fail(failed);
            }
        }
    }

    /// Takes what has arrived, and fails what has waited too long.
    pub(crate) fn process(&mut self) {
        self.now = now();
        self.refresh();
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
        // An error would be one of the arguments.
        let _ = epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
        for event in &events {
            let (handle, server) = ((event.data.u64() >> 32) as usize, event.data.u64() as u32 as usize);
            let Handle { cluster, nodes, .. } = &mut self.handles[handle];
            let failed = nodes[server].advance(&self.epoll, cluster, self.now);
            self.received.push((handle, server));
            self.fail(failed);
        }
        self.check_time();
    }

    fn refresh(&mut self) {
        for Handle { cluster, nodes, .. } in &mut self.handles {
            let topology = cluster.topology();
            nodes.iter_mut().enumerate().for_each(|(server, node)| node.refresh(topology.shard(server), self.now));
        }
    }

    fn check_time(&mut self) {
        let mut all = Vec::new();
        for Handle { cluster, nodes, .. } in &mut self.handles {
            for node in nodes.iter_mut().filter(|node| node.connection.deadline() <= self.now) {
                all.extend(node.check_time(&self.epoll, cluster, self.now));
            }
        }
        self.fail(all);
    }

    fn fail(&mut self, failed: Vec<Failed>) {
        failed.into_iter().for_each(|(tag, error)| self.fail_one(tag, error));
    }

    fn fail_one(&mut self, tag: u64, error: Error) {
        match Rounds::is_part(tag) {
            true => {
                let round = self.rounds.record(tag, Err(error));
                round.into_iter().for_each(|round| self.finish(round));
            }
            false => self.finished.push_back((tag, Completion::Failure(error))),
        }
    }

    fn finish(&mut self, round: Round) {
        let (tag, handle) = (round.tag, round.handle);
        let (command, outcomes) = round.into_outcomes();
        if let Some(bytes) = command.merge_usual(&outcomes) {
            return self.finished.push_back((tag, Completion::Merged(bytes)));
        }
        let completion = match command.merge(&self.handles[handle].cluster, outcomes) {
            Some(Ok(reply)) => Completion::Reply(reply),
            Some(Err(error)) => Completion::Failure(error),
            None => Completion::Unfinished(command.into_request()),
        };
        self.finished.push_back((tag, completion));
    }

    /// The next completion and the tag of its command; `None` if there is none before the next call of [`EventLoop::process`].
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(u64, Completion<'_>)> {
        loop {
            if let Some(finished) = self.finished.pop_front() {
                return Some(finished);
            }
            let &(handle, server) = self.received.last()?;
            let Handle { cluster, nodes, .. } = &mut self.handles[handle];
            match nodes[server].next_reply(&self.epoll, cluster, server, self.now) {
                Ok(Some((tag, range))) if Rounds::is_part(tag) => {
                    let reply = &self.handles[handle].nodes[server].connection.received()[range];
                    let round = self.rounds.record(tag, Ok(reply));
                    round.into_iter().for_each(|round| self.finish(round));
                }
                Ok(Some((tag, range))) => {
                    return Some((tag, Completion::Bytes(&self.handles[handle].nodes[server].connection.received()[range])));
                }
                Ok(None) => _ = self.received.pop(),
                Err(failed) => self.fail(failed),
            }
        }
    }
}
