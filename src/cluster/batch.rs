//! The commands of one call, planned and shared out over servers.

use crate::cluster::merge::Gathered;
use crate::cluster::replica_read::may_be_asked;
use crate::cluster::reply_sink::{Strings, Take};
use crate::cluster::scripts;
use crate::command::{Spread, lookup};
use crate::error::Error;
use crate::routing::resolve::Understanding;
use crate::routing::{Over, PlacedKeys, Plan, Traits, plan_single};
use crate::topology::Process;
use crate::transport::{LARGE, Lane, exchange};
use std::ops::Range;
use std::sync::Arc;

pub(crate) struct Batch<'p, 'a> {
    understanding: &'p Understanding<'p>,
    request: &'a [u8],
    /// By server.
    lanes: Vec<Option<Lane<'p, 'a>>>,
    slots: Vec<Slot<'a>>,
    /// The scripts that servers are told by it.
    told: Vec<(usize, Arc<[u8]>)>,
    /// There is one command only: each server's part is sent as soon as it is laid out.
    is_alone: bool,
    /// Replicas are not to be read from.
    on_masters: bool,
}

/// A command, and where its answer will be found.
pub(crate) struct Slot<'a> {
    pub name: &'a [u8],
    pub answer: Answer,
}

pub(crate) enum Answer {
    One {
        server: u32,
        ordinal: u32,
    },
    /// The same, behind a reply that nobody asked for.
    Behind {
        server: u32,
        ordinal: u32,
    },
    Split(Box<Split>),
    /// What the server would say, known without asking.
    Error(Box<str>),
    Failed(Error),
}

pub(crate) struct Split {
    pub spread: Spread,
    /// For each key, in the caller's order, the part it went to.
    pub owners: Vec<u32>,
    pub parts: Vec<Part>,
}

/// What one server has to do of a split command.
pub(crate) struct Part {
    pub server: usize,
    pub ordinal: u32,
    pub keys: usize,
}

impl<'p, 'a> Batch<'p, 'a> {
    /// For the commands of a request.
    pub(crate) fn new(understanding: &'p Understanding<'p>, request: &'a [u8]) -> Batch<'p, 'a> {
        let servers = understanding.config().servers.len();
        Batch {
            understanding,
            request,
            lanes: (0..servers).map(|_| None).collect(),
            slots: Vec::new(),
            told: Vec::new(),
            is_alone: false,
            on_masters: false,
        }
    }

    /// For a single command.
    pub(crate) fn alone(understanding: &'p Understanding<'p>, request: &'a [u8]) -> Batch<'p, 'a> {
        Batch { is_alone: true, ..Batch::new(understanding, request) }
    }

    /// For commands that must see what others before them did.
    pub(crate) fn on_masters(self) -> Batch<'p, 'a> {
        Batch { on_masters: true, ..self }
    }

    /// Room for about so many commands.
    pub(crate) fn reserve(&mut self, commands: usize) {
        self.slots.reserve(commands);
    }

    /// Adds a command, which stands at `whole` in the request if anywhere. One that is refused fails alone; one that takes several steps is
    /// handed back, as it cannot be part of a batch.
    pub(crate) fn add(&mut self, args: &[&'a [u8]], whole: Option<Range<usize>>) -> Option<Over<'a>> {
        match lookup(args).and_then(|command| plan_single(self.understanding.config(), command, args)) {
            Some((server, key, traits)) => {
                let ordinal = self.lane(server).add(whole, args, std::slice::from_ref(&key), traits);
                self.slots.push(Slot { name: args[0], answer: Answer::One { server: server as u32, ordinal } });
                None
            }
            None => self.add_planned(args, whole, self.understanding.plan(args)),
        }
    }

    pub(crate) fn add_planned(
        &mut self,
        args: &[&'a [u8]],
        whole: Option<Range<usize>>,
        plan: Result<Plan<'a>, Error>,
    ) -> Option<Over<'a>> {
        let source = scripts::note(self.understanding.process(), args);
        let answer = match plan {
            Ok(Plan::One { server, keys, traits }) => {
                let told = source.is_some_and(|source| self.tell(server, source));
                let lane = self.lane(server);
                let ordinal = lane.add(whole, args, &keys, traits);
                lane.stays |= !may_be_asked(args[0], &keys, traits);
                let server = server as u32;
                if told { Answer::Behind { server, ordinal } } else { Answer::One { server, ordinal } }
            }
            Ok(Plan::Split { spread, keys, traits }) => Answer::Split(Box::new(self.split(args, spread, &keys, traits))),
            Ok(Plan::Over(over)) => return Some(over),
            Ok(Plan::Answer(text)) => Answer::Error(text.into()),
            Err(error) => Answer::Failed(error),
        };
        self.slots.push(Slot { name: args[0], answer });
        None
    }

    /// Tells a server a script, unless it is told already; answers whether it was.
    fn tell(&mut self, server: usize, source: Arc<[u8]>) -> bool {
        if self.told.iter().any(|(to, told)| *to == server && Arc::ptr_eq(told, &source)) {
            return false;
        }
        scripts::tell(self.lane(server), &source);
        self.told.push((server, source));
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    #[inline]
    fn lane(&mut self, server: usize) -> &mut Lane<'p, 'a> {
        let process: &'p Process = self.understanding.process();
        self.lanes[server].get_or_insert_with(|| Lane::new(process.pool(server), self.request))
    }

    /// Shares the keys of a command out: to each server its own, in the caller's order, with what belongs to them.
    ///
    /// The servers take their turns in one order for all callers: those that are sent to at once must not wait for each other's
    /// connections in a circle.
    fn split(&mut self, args: &[&'a [u8]], spread: Spread, keys: &PlacedKeys<'a>, traits: Traits) -> Split {
        let width = if spread == Spread::Stored { 2 } else { 1 };
        let (mut parts, owners) = self.share_out(keys);
        let by_part = grouped(&owners, &parts);
        let for_masters = !may_be_asked(args[0], keys, traits);
        let mut rest = by_part.as_slice();
        for part in &mut parts {
            let (own, behind) = rest.split_at(part.keys);
            rest = behind;
            let lane = self.lane(part.server);
            let arguments = own.iter().map(|&key| &keys[key as usize]).flat_map(|key| &args[key.position()..key.position() + width]);
            lane.outbox.reserve(room_for(arguments));
            lane.outbox.push_head(1 + part.keys * width);
            lane.outbox.push_argument(args[0]);
            for &key in own {
                let key = &keys[key as usize];
                lane.outbox.push_argument(key.name);
                args[key.position() + 1..key.position() + width].iter().for_each(|argument| lane.outbox.push_argument(argument));
            }
            part.ordinal = lane.finish_command(traits);
            lane.stays |= for_masters;
            if self.is_alone {
                self.direct(part.server);
                self.lane(part.server).start();
            }
        }
        Split { spread, owners, parts }
    }

    /// The servers that have a part, and for each key which part it belongs to.
    fn share_out(&self, keys: &PlacedKeys<'a>) -> (Vec<Part>, Vec<u32>) {
        let config = self.understanding.config();
        let mut owners: Vec<u32> = keys.iter().map(|key| config.masters[key.master()].server as u32).collect();
        let mut counts = vec![0; self.lanes.len()];
        owners.iter().for_each(|owner| counts[*owner as usize] += 1);
        let mut part_of = vec![0; counts.len()];
        let mut parts = Vec::new();
        for (server, &keys) in counts.iter().enumerate().filter(|(_, keys)| **keys > 0) {
            part_of[server] = parts.len() as u32;
            parts.push(Part { server, ordinal: 0, keys });
        }
        if parts.len() < counts.len() {
            owners.iter_mut().for_each(|owner| *owner = part_of[*owner as usize]);
        }
        (parts, owners)
    }

    /// Carries all out; one reply a command, under one array.
    pub(crate) fn run<T: Take>(mut self, take: &mut T) -> Result<T::Taken, Error> {
        self.exchange();
        if let Some(server) = self.only_lane() {
            let reply = self.lanes.swap_remove(server).map(Lane::into_all).expect("the only lane is there");
            return Ok(take.reply(reply));
        }
        match take.strings(&Strings::of(&self.lanes, &self.slots, false)) {
            Some(taken) => Ok(taken),
            None => Ok(take.reply(Gathered::from(&mut self.lanes)?.all(&self.slots))),
        }
    }

    /// Carries a single command out; its reply alone.
    pub(crate) fn run_single<T: Take>(mut self, take: &mut T) -> Result<T::Taken, Error> {
        self.exchange();
        match take.strings(&Strings::of(&self.lanes, &self.slots, true)) {
            Some(taken) => Ok(taken),
            None => Ok(take.reply(Gathered::from(&mut self.lanes)?.single(&self.slots[0])?)),
        }
    }

    /// Sends a lane that only reads to a replica. One that writes as well does not go there: what is read behind a write must show it.
    fn direct(&mut self, server: usize) {
        if let Some(lane) = self.lanes[server].as_mut().filter(|lane| !self.on_masters && lane.may_go_elsewhere())
            && let Some(replica) = self.understanding.reader(server)
        {
            lane.go_to(replica.pool());
        }
    }

    fn exchange(&mut self) {
        (0..self.lanes.len()).for_each(|server| self.direct(server));
        let mut lanes: Vec<&mut Lane> = self.lanes.iter_mut().flatten().collect();
        exchange(&mut lanes, self.understanding.config().write_timeout);
        if lanes.iter().any(|lane| lane.is_turned_away()) {
            self.exchange_again();
        }
    }

    /// What replicas could not answer, their masters are asked.
    #[cold]
    fn exchange_again(&mut self) {
        // Whoever waits for a connection must hold none.
        self.lanes.iter_mut().flatten().for_each(Lane::let_go);
        let mut again: Vec<&mut Lane> = Vec::new();
        for (server, lane) in self.lanes.iter_mut().enumerate() {
            if let Some(lane) = lane.as_mut().filter(|lane| lane.is_turned_away()) {
                let master = self.understanding.process().pool(server);
                if let Some(replica) = self.understanding.reader(server).filter(|_| !lane.found_no_connection()) {
                    master.put_out(replica);
                }
                lane.begin_anew(master);
                again.push(lane);
            }
        }
        exchange(&mut again, self.understanding.config().write_timeout);
    }

    /// The server whose lane holds the answer to every command in order, nothing missing and nothing to be put together.
    fn only_lane(&self) -> Option<usize> {
        let mut used = self.lanes.iter().enumerate().filter_map(|(server, lane)| lane.as_ref().map(|lane| (server, lane)));
        let (server, lane) = used.next()?;
        let whole = !lane.has_failed() && lane.commands() == self.slots.len();
        let plain = self.slots.iter().all(|slot| matches!(slot.answer, Answer::One { .. }));
        (used.next().is_none() && whole && plain).then_some(server)
    }
}

/// About as many bytes as arguments take in a request, those aside that are too large to be copied.
fn room_for<'x>(arguments: impl Iterator<Item = &'x &'x [u8]>) -> usize {
    const AROUND: usize = 16;
    arguments.map(|argument| AROUND + if argument.len() < LARGE { argument.len() } else { 0 }).sum::<usize>() + AROUND
}

/// The numbers of the keys, those of the first part first.
fn grouped(owners: &[u32], parts: &[Part]) -> Vec<u32> {
    let mut next: Vec<usize> = Vec::with_capacity(parts.len());
    let mut start = 0;
    for part in parts {
        next.push(start);
        start += part.keys;
    }
    let mut keys = vec![0; owners.len()];
    for (key, &owner) in owners.iter().enumerate() {
        keys[next[owner as usize]] = key as u32;
        next[owner as usize] += 1;
    }
    keys
}
