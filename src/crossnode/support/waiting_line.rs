//! The callers of a process that wait for keys across nodes, in order of arrival. They may use different handles and sessions.
//!
//! Each key has a line of callers, or several: callers that wait for different types, or for a stream by different groups, do not take anything from
//! each other. After a change of the key the first of them has its turn: it tries to take something from the key. When its turn
//! ends, the next one has its turn if the key may still hold something. So one caller is woken per element, and they are served in order.
//!
//! There are no threads for that. One waiting caller of each handle, the leader, receives the announcements of the servers and assigns the turns. It is
//! the first in order of arrival: a turn is most often its own, and then no other thread has to wake before the element is taken. It leads until it
//! leaves, or until its turn takes long; then the next caller that sleeps leads.

use crate::error::{Code, Error};
use crate::topology::Topology;
use crate::transport::{ConnectionSource, Waker};
use arc_swap::ArcSwapOption;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The lines of the process that made them. It is replaced without a lock in a forked child.
static LINES: ArcSwapOption<Lines> = ArcSwapOption::const_empty();

struct Lines {
    process: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the next caller.
    next: u64,
    callers: BTreeMap<u64, Caller>,
    lines: BTreeMap<Arc<LineKey>, Line>,
    /// The leaders, by handle.
    leaders: HashMap<usize, u64>,
    /// Whom to wake as soon as the lock is released: a caller that wakes earlier has to wait for the lock.
    to_wake: Vec<Arc<Waker>>,
    /// Wakers of callers that have left, for the next ones. One may still be woken for the caller that left; the next one then looks for a turn
    /// once too often.
    spare_wakers: Vec<Arc<Waker>>,
}

/// More wakers than this are closed.
const MAX_SPARE_WAKERS: usize = 64;

/// A key on a server, and what callers wait for there. Servers are the same for all handles of the process if their address and database are.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct LineKey {
    server: String,
    key: Vec<u8>,
    wanted: Vec<u8>,
}

struct Line {
    callers: BTreeSet<u64>,
    /// The caller whose turn it is.
    turn: Option<u64>,
    /// The key has changed since the turn was given.
    has_changed: bool,
    /// The key has changed when none of the callers, or none of the later ones, waited yet.
    is_missed: bool,
    /// When a turn was last given.
    checked: Instant,
}

struct Caller {
    /// Identifies the handle.
    handle: usize,
    /// For each of its keys the line and the server in the configuration of its handle.
    keys: Vec<(Arc<LineKey>, usize)>,
    /// The keys on which it has a turn. It begins with the first of its keys.
    turns: BTreeSet<usize>,
    /// Why it cannot wait any longer.
    failure: Option<(usize, Error)>,
    /// It has begun to wait. Before that it looks at its keys by itself, and others do not wait for it.
    is_waiting: bool,
    /// It sleeps, or is about to. If it does not, it looks for a turn by itself.
    is_idle: bool,
    /// It was woken since it last looked for a turn.
    is_woken: bool,
    /// It receives the announcements of servers when it leads.
    can_lead: bool,
    /// Its keys are looked at after this time even without an announcement.
    max_silence: Duration,
    waker: Arc<Waker>,
}

/// What a caller has to do next.
pub(crate) enum Next {
    /// Try to take something from its nth key, then call [`Place::end_turn`].
    Turn(usize),
    /// This server failed.
    Failure(usize, Error),
    Wait,
}

/// A caller's place in the lines of its keys. It leaves them when this is dropped.
pub(crate) struct Place {
    lines: Arc<Lines>,
    number: u64,
    handle: usize,
    waker: Arc<Waker>,
}

impl Place {
    /// Joins the lines of these keys, each with its server. Callers with another `wanted` are in other lines.
    pub(crate) fn join(topology: &Topology, keys: &[(usize, &[u8])], wanted: &[u8], max_silence: Duration) -> Result<Place, Error> {
        let lines = Lines::of_this_process();
        let handle = std::ptr::from_ref(topology) as usize;
        let line_of = |&(server, key): &(usize, &[u8])| (Arc::new(LineKey::new(topology, server, key, wanted)), server);
        let keys: Vec<(Arc<LineKey>, usize)> = keys.iter().map(line_of).collect();
        let (number, waker) = lines.with(|state| state.join(handle, keys, max_silence))?;
        Ok(Place { lines, number, handle, waker })
    }

    /// Whether it is the first in all of its lines.
    pub(crate) fn is_first(&self) -> bool {
        self.lines.with(|state| {
            let Some(caller) = state.callers.get(&self.number) else { return true };
            caller.keys.iter().all(|(key, _)| state.lines.get(key).is_none_or(|line| line.callers.first() == Some(&self.number)))
        })
    }

    /// Becomes readable when the caller is woken. The caller drains it before it looks for a turn.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Announces that some of its keys may hold something.
    pub(crate) fn announce(&self, keys: &[usize]) {
        self.lines.with(|state| {
            let Some(caller) = state.callers.get(&self.number) else { return };
            let changed: Vec<Arc<LineKey>> = keys.iter().filter_map(|&key| caller.keys.get(key)).map(|(key, _)| key.clone()).collect();
            changed.iter().for_each(|key| state.announce(key));
        });
    }

    /// Announces changes on servers, of a key or of all keys each, to the callers of the process. This caller looks for a turn afterwards.
    pub(crate) fn announce_changes(&self, topology: &Topology, changes: &[(usize, Option<Vec<u8>>)]) {
        self.lines.with(|state| {
            state.callers.get_mut(&self.number).into_iter().for_each(|caller| caller.is_idle = false);
            for (server, key) in changes {
                let first = LineKey::new(topology, *server, key.as_deref().unwrap_or_default(), b"");
                state.lines_with(&first, key.is_some()).iter().for_each(|key| state.announce(key));
            }
        });
    }

    /// Announces the keys that its handle's callers wait for and that were not looked at for too long. Returns the time until the next ones are due.
    pub(crate) fn announce_overdue(&self) -> Duration {
        self.lines.with(|state| {
            let mut due = Vec::new();
            let mut next = Duration::MAX;
            for caller in state.callers.values().filter(|caller| caller.handle == self.handle) {
                for (key, _) in &caller.keys {
                    let Some(line) = state.lines.get(key) else { continue };
                    let left = caller.max_silence.saturating_sub(line.checked.elapsed());
                    next = next.min(if left.is_zero() { caller.max_silence } else { left });
                    if left.is_zero() && line.turn.is_none() {
                        due.push(key.clone());
                    }
                }
            }
            due.iter().for_each(|key| state.announce(key));
            next
        })
    }

    /// Ends the wait of all callers of its handle that wait for keys of a server.
    pub(crate) fn fail_all(&self, server: usize, error: &Error) {
        self.lines.with(|state| {
            for caller in state.callers.values_mut().filter(|caller| caller.handle == self.handle) {
                if caller.keys.iter().any(|(_, other)| *other == server) {
                    caller.failure = Some((server, error.clone()));
                    caller.wake(&mut state.to_wake);
                }
            }
        });
    }

    /// Returns what to do next. Before [`Next::Wait`] a caller that can lead becomes the leader of its handle if there is none or only a later one.
    /// That one goes on receiving announcements until it wakes.
    pub(crate) fn next(&self, can_lead: bool) -> Next {
        self.lines.with(|state| {
            state.begin_to_wait(self.number);
            let Some(caller) = state.callers.get_mut(&self.number) else { return Next::Wait };
            (caller.is_idle, caller.is_woken) = (false, false);
            match (caller.turns.pop_first(), caller.failure.take()) {
                (Some(key), _) => Next::Turn(key),
                (None, Some((server, error))) => Next::Failure(server, error),
                (None, None) => {
                    (caller.is_idle, caller.can_lead) = (true, can_lead);
                    if can_lead {
                        let leader = state.leaders.entry(self.handle).or_insert(self.number);
                        *leader = self.number.min(*leader);
                    }
                    Next::Wait
                }
            }
        })
    }

    /// Makes another caller that sleeps the leader, if this one leads: it may not receive announcements for some time.
    pub(crate) fn stop_leading(&self) {
        self.lines.with(|state| state.stop_leading(self.handle, self.number));
    }

    /// Whether the caller leads.
    pub(crate) fn is_leader(&self) -> bool {
        self.lines.with(|state| state.leaders.get(&self.handle) == Some(&self.number))
    }

    /// Makes the leader look again at which connections there are.
    pub(crate) fn wake_leader(&self) {
        self.lines.with(|state| {
            let leader = state.leaders.get(&self.handle).and_then(|leader| state.callers.get_mut(leader));
            leader.into_iter().for_each(|leader| leader.wake(&mut state.to_wake));
        });
    }

    /// Ends the turn of the caller on one of its keys.
    pub(crate) fn end_turn(&self, key: usize, end: TurnEnd) {
        self.lines.with(|state| {
            let Some((key, _)) = state.callers.get(&self.number).and_then(|caller| caller.keys.get(key)).cloned() else { return };
            state.end_turn(&key, self.number, end);
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lines.with(|state| state.leave(self.handle, self.number));
    }
}

/// How a turn ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnEnd {
    /// The key holds nothing for the callers in the line.
    Empty,
    /// The caller took something, and there may be more.
    Taken,
    /// The others have to try as well: nothing was taken, or the key was not looked at.
    NotTaken,
    /// The server failed: all other callers have to find that out, without waiting for each other.
    Failed,
}

impl Lines {
    fn of_this_process() -> Arc<Lines> {
        let process = std::process::id();
        loop {
            let known = LINES.load_full();
            match &known {
                Some(lines) if lines.process == process => return lines.clone(),
                _ => {}
            }
            LINES.compare_and_swap(&known, Some(Arc::new(Lines { process, state: Mutex::default() })));
        }
    }

    /// Locks the state for this work, and wakes callers after that.
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut state);
        let to_wake = std::mem::take(&mut state.to_wake);
        drop(state);
        to_wake.iter().for_each(|waker| waker.wake());
        result
    }
}

impl State {
    fn join(&mut self, handle: usize, keys: Vec<(Arc<LineKey>, usize)>, max_silence: Duration) -> Result<(u64, Arc<Waker>), Error> {
        let failed = |error| Error::new(Code::Internal, format!("cannot open an event descriptor: {error}"));
        let waker = self.spare_wakers.pop().map_or_else(|| Waker::new().map(Arc::new).map_err(failed), Ok)?;
        let number = self.next;
        self.next += 1;
        for (key, _) in &keys {
            let new = || Line { callers: BTreeSet::new(), turn: None, has_changed: false, is_missed: false, checked: Instant::now() };
            self.lines.entry(key.clone()).or_insert_with(new).callers.insert(number);
        }
        let caller = Caller {
            handle,
            keys,
            turns: BTreeSet::new(),
            failure: None,
            is_waiting: false,
            is_idle: false,
            is_woken: false,
            can_lead: false,
            max_silence,
            waker: waker.clone(),
        };
        self.callers.insert(number, caller);
        Ok((number, waker))
    }

    fn leave(&mut self, handle: usize, number: u64) {
        let Some(caller) = self.callers.remove(&number) else { return };
        self.stop_leading(handle, number);
        for (key, _) in &caller.keys {
            let Some(line) = self.lines.get_mut(key) else { continue };
            line.callers.remove(&number);
            let had_turn = line.turn == Some(number);
            if line.callers.is_empty() {
                self.lines.remove(key);
            } else if had_turn {
                self.end_turn(key, number, TurnEnd::NotTaken);
            }
        }
        if self.spare_wakers.len() < MAX_SPARE_WAKERS {
            self.spare_wakers.push(caller.waker);
        }
    }

    /// The lines on the server of this one, of all keys or only of its key.
    fn lines_with(&self, first: &LineKey, only_its_key: bool) -> Vec<Arc<LineKey>> {
        let is_there = |line: &&Arc<LineKey>| line.server == first.server && (!only_its_key || line.key == first.key);
        self.lines.range::<LineKey, _>(first..).map(|(line, _)| line).take_while(is_there).cloned().collect()
    }

    /// A key has changed. If a caller has its turn, it may have looked at the key before that.
    fn announce(&mut self, key: &Arc<LineKey>) {
        let Some(line) = self.lines.get_mut(key) else { return };
        match line.turn {
            Some(_) => line.has_changed = true,
            None => self.give_turn(key, 0),
        }
    }

    /// A caller has looked at its keys and begins to wait. Changes since its look may have had no caller to be given to.
    fn begin_to_wait(&mut self, number: u64) {
        let Some(caller) = self.callers.get_mut(&number).filter(|caller| !caller.is_waiting) else { return };
        caller.is_waiting = true;
        let keys: Vec<Arc<LineKey>> = caller.keys.iter().map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(line) = self.lines.get_mut(&key) else { continue };
            if std::mem::take(&mut line.is_missed) {
                match line.turn {
                    Some(_) => line.has_changed = true,
                    None => self.give_turn(&key, number),
                }
            }
        }
    }

    /// Gives the turn to the first caller that waits and is not before `from`. If none waits yet, the next one that begins to gets it.
    fn give_turn(&mut self, key: &Arc<LineKey>, from: u64) {
        let Some(line) = self.lines.get_mut(key) else { return };
        let is_waiting = |number: &u64| self.callers.get(number).is_some_and(|caller| caller.is_waiting);
        let mut later = line.callers.range(from..).copied();
        line.turn = later.clone().find(is_waiting);
        line.is_missed |= line.turn.is_none() && later.next().is_some();
        line.checked = Instant::now();
        if let Some(caller) = line.turn.and_then(|number| self.callers.get_mut(&number)) {
            caller.add_turn(key, &mut self.to_wake);
        }
    }

    fn end_turn(&mut self, key: &Arc<LineKey>, number: u64, end: TurnEnd) {
        let Some(line) = self.lines.get_mut(key).filter(|line| line.turn == Some(number)) else { return };
        line.turn = None;
        match end {
            TurnEnd::NotTaken => self.give_turn(key, number + 1),
            TurnEnd::Taken => self.give_turn(key, 0),
            TurnEnd::Failed => {
                for other in line.callers.iter().filter(|other| **other != number) {
                    if let Some(caller) = self.callers.get_mut(other) {
                        caller.add_turn(key, &mut self.to_wake);
                    }
                }
                return;
            }
            TurnEnd::Empty => {}
        }
        if let Some(line) = self.lines.get_mut(key).filter(|line| line.turn.is_none())
            && std::mem::take(&mut line.has_changed)
        {
            self.give_turn(key, 0);
        }
    }

    /// Another caller of the handle that sleeps has to lead: the first one, which is likely to get the next turn.
    fn stop_leading(&mut self, handle: usize, number: u64) {
        if self.leaders.get(&handle) != Some(&number) {
            return;
        }
        self.leaders.remove(&handle);
        let is_next = |(other, caller): &(&u64, &Caller)| caller.handle == handle && caller.is_idle && caller.can_lead && **other != number;
        let next = self.callers.iter().find(is_next).map(|(other, _)| *other);
        if let Some((other, caller)) = next.and_then(|other| Some((other, self.callers.get_mut(&other)?))) {
            self.leaders.insert(handle, other);
            caller.wake(&mut self.to_wake);
        }
    }
}

impl Caller {
    fn add_turn(&mut self, line: &Arc<LineKey>, to_wake: &mut Vec<Arc<Waker>>) {
        if let Some(key) = self.keys.iter().position(|(key, _)| key == line) {
            self.turns.insert(key);
            self.wake(to_wake);
        }
    }

    /// Makes it look at what it has to do next, if it does not do that anyway.
    fn wake(&mut self, to_wake: &mut Vec<Arc<Waker>>) {
        if self.is_idle && !self.is_woken {
            self.is_woken = true;
            to_wake.push(self.waker.clone());
        }
    }
}

impl LineKey {
    fn new(topology: &Topology, server: usize, key: &[u8], wanted: &[u8]) -> LineKey {
        let server = topology.shard(server).server();
        LineKey { server: format!("{}/{}", server.address, server.db), key: key.to_vec(), wanted: wanted.to_vec() }
    }
}
