//! The loop: the shared connections of one or more handles, and the commands that were submitted to them.

use crate::cluster::{Cluster, OneRound, Parts, Route};
use crate::command::{CommandFlags, PlacedKeys, as_sent, is_renamed};
use crate::error::Error;
use crate::event_loop::completion::Completion;
use crate::event_loop::node::{Failed, Node};
use crate::event_loop::rounds::{Round, Rounds};
use crate::resp::{push_argument, push_count};
use crate::transport::clock::{NEVER, Time, exact_now, now};
use crate::transport::{Errand, SharedConnection};
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Set in the data of the events of the loop's own sockets, and not in those of the program's. The rest names a handle and a server.
const IS_SERVER: u64 = 1 << 63;

/// About how long commands wait at most for others before they are sent without these, or for so long as the commands in flight take at least.
const PATIENCE: Time = 1_000_000;
/// The shortest time that a command takes if there are many, in nanoseconds.
const TIME_OF_A_COMMAND: Time = 400;

pub(crate) struct EventLoop {
    /// Of the program.
    epoll: OwnedFd,
    handles: Vec<Handle>,
    rounds: Rounds,
    /// Completions that do not come from the bytes of a connection.
    finished: VecDeque<(u64, Completion<'static>)>,
    /// The nodes that may have complete replies: handle and server.
    received: Vec<(usize, usize)>,
    /// The nodes that have something to send.
    queued: Vec<(usize, usize)>,
    /// The nodes for which commands may wait, and until when.
    waiting: Vec<(usize, usize)>,
    waiting_until: Time,
    /// Commands are sent as soon as there are enough for one server.
    sends_early: bool,
    /// Lookups of host names that no other thread has taken.
    errands: (Sender<Errand>, Receiver<Errand>),
    now: Time,
}

/// A handle and, by server, the connection to it.
struct Handle {
    cluster: Cluster,
    /// The loop runs none of its commands: it has no encrypted connections, and keeps no memory of writes that reads have to see.
    is_unsupported: bool,
    /// The number of the handle whose connections it uses: its own, or that of an earlier one on the same servers.
    connections: usize,
    /// Empty if it uses the connections of another handle.
    nodes: Vec<Node>,
    /// The program does not use it any more.
    is_free: bool,
}

/// The commands of a handle without replies, except for those of servers that may hang.
#[derive(Clone, Copy)]
struct Load {
    in_flight: usize,
    /// Their average over the servers that have any.
    share: usize,
}

impl Handle {
    fn load(&self, now: Time) -> Load {
        let counts = self.nodes.iter().map(|node| node.connection.in_flight(now)).filter(|&count| count > 0);
        let (in_flight, servers) = counts.fold((0, 0), |(sum, servers), count| (sum + count, servers + 1));
        Load { in_flight, share: in_flight / servers.max(1) }
    }
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
    /// A loop whose sockets are watched by an epoll of the program, which passes their events to [`EventLoop::process`].
    pub(crate) fn new(epoll: OwnedFd) -> EventLoop {
        EventLoop {
            epoll,
            handles: Vec::new(),
            rounds: Rounds::default(),
            finished: VecDeque::new(),
            received: Vec::new(),
            queued: Vec::new(),
            waiting: Vec::new(),
            waiting_until: 0,
            sends_early: false,
            errands: channel(),
            now: now(),
        }
    }

    /// Lets [`EventLoop::submit`] send the commands for a server when there are enough, for a program that submits many before it calls
    /// [`EventLoop::flush`].
    pub(crate) fn send_early(&mut self) {
        self.sends_early = true;
    }

    /// Whether an event with this data is one for [`EventLoop::process`].
    #[inline]
    pub(crate) fn is_own(data: u64) -> bool {
        data & IS_SERVER != 0
    }

    /// The number of a handle in this loop.
    pub(crate) fn handle(&mut self, cluster: &Cluster) -> usize {
        if let Some(known) = self.handles.iter().position(|handle| !handle.is_free && handle.cluster.is_same(cluster)) {
            return known;
        }
        let number = self.handles.len();
        let with_connections = self.handles.iter().find(|handle| handle.cluster.shares_connections(cluster));
        let connections = with_connections.map_or(number, |handle| handle.connections);
        let config = cluster.config();
        let is_unsupported =
            cluster.read_your_writes() || config.previous.is_some() || config.servers.iter().any(|server| server.tls.is_some());
        let handle = Handle { cluster: cluster.clone(), is_unsupported, connections, nodes: Vec::new(), is_free: false };
        if connections != number {
            return self.add_derived(handle);
        }
        let config = Arc::new(config.clone());
        let node = |server: usize| {
            let connection = SharedConnection::new(config.servers[server].clone(), config.clone());
            let data = IS_SERVER | (number as u64) << 32 | server as u64;
            Node::new(connection, server, data, self.errands.0.clone())
        };
        let nodes = (0..config.servers.len()).map(node).collect();
        self.handles.push(Handle { nodes, ..handle });
        number
    }

    /// Adds a handle that uses the connections of another one, in the place of one that is free.
    fn add_derived(&mut self, handle: Handle) -> usize {
        let is_place = |other: &Handle| other.is_free && other.connections == handle.connections;
        let place = self.handles.iter().position(is_place).unwrap_or(self.handles.len());
        match self.handles.get_mut(place) {
            Some(free) => *free = handle,
            None => self.handles.push(handle),
        }
        place
    }

    /// Frees the number of a handle, if it uses the connections of another one. Its commands in flight go on.
    pub(crate) fn forget(&mut self, handle: usize) {
        let connections = self.handles[handle].connections;
        if connections != handle {
            self.handles[handle].is_free = true;
            self.handles[handle].cluster = self.handles[connections].cluster.clone();
        }
    }

    /// How long the program may wait for events before it calls [`EventLoop::process`]; `None`: without limit.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        if !self.waiting.is_empty() {
            return Some(Duration::from_nanos(self.waiting_until.saturating_sub(exact_now())));
        }
        let nodes = self.handles.iter().flat_map(|handle| &handle.nodes);
        match nodes.map(|node| node.connection.deadline()).min() {
            None | Some(NEVER) => None,
            // The clock is coarse: without the addition the program would wake up a little too early, several times.
            Some(deadline) => Some(Duration::from_nanos(deadline.saturating_sub(now())) + Duration::from_millis(5)),
        }
    }

    /// Looks at the clock. To be called before [`EventLoop::submit`] if the program has waited since [`EventLoop::process`], because time limits
    /// begin at the last look.
    pub(crate) fn look_at_clock(&mut self) {
        self.now = now();
    }

    /// Whether [`EventLoop::next`] may have a completion, or [`EventLoop::flush`] something to send.
    pub(crate) fn has_work(&self) -> bool {
        !(self.finished.is_empty() && self.received.is_empty() && self.queued.is_empty())
    }

    /// Submits a command. `request` has its bytes if they can be sent as they are. The tag must be less than 2⁶³.
    #[inline]
    pub(crate) fn submit(&mut self, handle: usize, args: &[&[u8]], request: Option<&[u8]>, tag: u64) -> Submitted {
        let own = &self.handles[handle];
        if own.is_unsupported {
            return Submitted::Other;
        }
        let (connections, nodes) = (own.connections, &self.handles[own.connections].nodes);
        match own.cluster.route_without_waiting(args, request) {
            Route::OneServer { server, keys, flags } => {
                let node = &nodes[server];
                if node.has_moved || (node.has_replicas && own.cluster.may_use_replica(args, &keys, flags)) {
                    return Submitted::Other;
                }
                self.send_to_one(connections, server, (args, request, &keys, flags), tag);
                Submitted::Accepted
            }
            Route::Parts { may_use_replica, .. } if may_use_replica && nodes.iter().any(|node| node.has_replicas) => Submitted::Other,
            Route::Parts { parts, .. } if parts.parts.iter().any(|part| nodes[part.server].has_moved) => Submitted::Other,
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
        if self.sends_early && self.handles[handle].nodes[server].connection.has_unsent_piece() {
            self.send_or_wait(handle, server, &mut None);
        }
    }

    fn send_to_several(&mut self, handle: usize, command: OneRound, parts: &Parts, flags: CommandFlags, tag: u64) {
        let name = command.name;
        let number = self.rounds.reserve();
        let mut round = Round::new(tag, handle, command, parts.parts.len());
        let handle = self.handles[handle].connections;
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

    /// Submits commands in MULTI and EXEC, which are given as RESP. Completions with the tag are the replies to MULTI, to each command and to EXEC,
    /// or one failure. Returns their number; `None`: the keys are not on one server, or a session has to run the transaction for another reason.
    pub(crate) fn submit_transaction(&mut self, handle: usize, request: &[u8], tag: u64) -> Result<Option<usize>, Error> {
        let own = &self.handles[handle];
        if own.is_unsupported {
            return Ok(None);
        }
        let Some(block) = own.cluster.transaction_without_waiting(request)? else { return Ok(None) };
        let connections = own.connections;
        if self.handles[connections].nodes[block.server].has_moved {
            return Ok(None);
        }
        if let Err(error) = self.prepare(connections, block.server, b"MULTI") {
            self.finished.push_back((tag, Completion::Failure(error)));
            return Ok(Some(block.commands));
        }
        let connection = &mut self.handles[connections].nodes[block.server].connection;
        connection.push_block(tag, block.commands, self.now, "EXEC", |out| out.extend_from_slice(&block.bytes));
        Ok(Some(block.commands))
    }

    /// Makes a node ready for another command, and notes that it will have something to send.
    #[inline(always)]
    fn prepare(&mut self, handle: usize, server: usize, name: &[u8]) -> Result<(), Error> {
        let Handle { cluster, nodes, .. } = &mut self.handles[handle];
        let node = &mut nodes[server];
        if node.is_check_due || node.connection.is_closed() {
            node.prepare(&self.epoll, cluster, name, self.now)?;
        }
        self.queue(handle, server);
        Ok(())
    }

    #[inline]
    fn queue(&mut self, handle: usize, server: usize) {
        let node = &mut self.handles[handle].nodes[server];
        if !node.is_queued {
            node.is_queued = true;
            self.queued.push((handle, server));
        }
    }

    /// Sends what was submitted, as far as the kernel takes it at once. What comes soon after other commands may wait for the replies to those.
    pub(crate) fn flush(&mut self) {
        let mut load = None;
        while let Some((handle, server)) = self.queued.pop() {
            self.handles[handle].nodes[server].is_queued = false;
            self.send_or_wait(handle, server, &mut load);
        }
    }

    fn send_or_wait(&mut self, handle: usize, server: usize, load: &mut Option<(usize, Load)>) {
        if !self.handles[handle].nodes[server].connection.has_unsent() {
            return;
        }
        let load = self.load(handle, load);
        match self.handles[handle].nodes[server].connection.may_wait(load.share) {
            true => self.wait(handle, server, load),
            false => self.send(handle, server),
        }
    }

    fn wait(&mut self, handle: usize, server: usize, load: Load) {
        let node = &mut self.handles[handle].nodes[server];
        if !node.is_waiting {
            node.is_waiting = true;
            if self.waiting.is_empty() {
                self.waiting_until = exact_now() + PATIENCE.max(load.in_flight as Time * TIME_OF_A_COMMAND);
            }
            self.waiting.push((handle, server));
        }
    }

    fn send(&mut self, handle: usize, server: usize) {
        let Handle { cluster, nodes, .. } = &mut self.handles[handle];
        let failed = nodes[server].send(&self.epoll, cluster, self.now);
        self.fail(failed);
    }

    /// Sends what has waited long enough, or need not wait any more.
    fn send_waiting(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let is_late = exact_now() >= self.waiting_until;
        let mut load = None;
        for (handle, server) in std::mem::take(&mut self.waiting) {
            let share = self.load(handle, &mut load).share;
            let node = &mut self.handles[handle].nodes[server];
            if node.connection.has_unsent() && !is_late && node.connection.may_wait(share) {
                self.waiting.push((handle, server));
                continue;
            }
            node.is_waiting = false;
            if node.connection.has_unsent() {
                self.send(handle, server);
            }
        }
    }

    /// The load of a handle, which is computed once for several servers in a row.
    fn load(&self, handle: usize, known: &mut Option<(usize, Load)>) -> Load {
        match *known {
            Some((of, load)) if of == handle => load,
            _ => known.insert((handle, self.handles[handle].load(self.now))).1,
        }
    }

    /// The lookup of a host name, which waits for the resolver of the system: the program runs it on another thread. The commands for the server wait
    /// for it.
    pub(crate) fn take_errand(&mut self) -> Option<Errand> {
        self.errands.1.try_recv().ok()
    }

    /// Takes what has arrived, and fails what has waited too long. `events` is the data of the events since the last call.
    pub(crate) fn process(&mut self, events: impl Iterator<Item = u64>) {
        self.now = now();
        self.refresh();
        for data in events.filter(|&data| EventLoop::is_own(data)) {
            let (handle, server) = (((data & !IS_SERVER) >> 32) as usize, data as u32 as usize);
            let Handle { cluster, nodes, .. } = &mut self.handles[handle];
            let failed = nodes[server].advance(&self.epoll, cluster, self.now);
            self.received.push((handle, server));
            self.queue(handle, server);
            self.fail(failed);
        }
        self.send_waiting();
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
            let Some(&(handle, server)) = self.received.last() else {
                self.send_waiting();
                return self.finished.pop_front();
            };
            let Handle { cluster, nodes, .. } = &mut self.handles[handle];
            match nodes[server].next_reply(&self.epoll, cluster, self.now) {
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
