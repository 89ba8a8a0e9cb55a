//! The commands of one call, planned and shared out over servers.

use crate::cluster::merge::Gathered;
use crate::cluster::replica_read::may_be_asked;
use crate::cluster::reply_sink::{ReplySink, Strings};
use crate::cluster::scripts;
use crate::command::{CommandFlags, PlacedKeys, SplitKind, lookup};
use crate::error::Error;
use crate::routing::resolve::CommandResolver;
use crate::routing::{CrossNodeCommand, Plan, plan_single};
use crate::topology::Process;
use crate::transport::{LARGE, NodePipeline, exchange};
use std::ops::Range;
use std::sync::Arc;

pub(crate) struct Batch<'p, 'a> {
    resolver: &'p CommandResolver<'p>,
    request: &'a [u8],
    /// By server.
    pipelines: Vec<Option<NodePipeline<'p, 'a>>>,
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
    pub kind: SplitKind,
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
    pub(crate) fn new(resolver: &'p CommandResolver<'p>, request: &'a [u8]) -> Batch<'p, 'a> {
        let servers = resolver.config().servers.len();
        Batch {
            resolver,
            request,
            pipelines: (0..servers).map(|_| None).collect(),
            slots: Vec::new(),
            told: Vec::new(),
            is_alone: false,
            on_masters: false,
        }
    }

    /// For a single command.
    pub(crate) fn alone(resolver: &'p CommandResolver<'p>, request: &'a [u8]) -> Batch<'p, 'a> {
        Batch { is_alone: true, ..Batch::new(resolver, request) }
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
    pub(crate) fn add(&mut self, args: &[&'a [u8]], whole: Option<Range<usize>>) -> Option<CrossNodeCommand<'a>> {
        match lookup(args).and_then(|command| plan_single(self.resolver.config(), command, args)) {
            Some((server, key, flags)) => {
                let ordinal = self.pipeline(server).add(whole, args, std::slice::from_ref(&key), flags);
                self.slots.push(Slot { name: args[0], answer: Answer::One { server: server as u32, ordinal } });
                None
            }
            None => self.add_planned(args, whole, self.resolver.plan(args)),
        }
    }

    pub(crate) fn add_planned(
        &mut self,
        args: &[&'a [u8]],
        whole: Option<Range<usize>>,
        plan: Result<Plan<'a>, Error>,
    ) -> Option<CrossNodeCommand<'a>> {
        let source = scripts::note(self.resolver.process(), args);
        let answer = match plan {
            Ok(Plan::One { server, keys, flags }) => {
                let told = source.is_some_and(|source| self.tell(server, source));
                let pipeline = self.pipeline(server);
                let ordinal = pipeline.add(whole, args, &keys, flags);
                pipeline.stays |= !may_be_asked(args[0], &keys, flags);
                let server = server as u32;
                if told { Answer::Behind { server, ordinal } } else { Answer::One { server, ordinal } }
            }
            Ok(Plan::Split { kind, keys, flags }) => Answer::Split(Box::new(self.split(args, kind, &keys, flags))),
            Ok(Plan::CrossNode(over)) => return Some(over),
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
        scripts::tell(self.pipeline(server), &source);
        self.told.push((server, source));
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    #[inline]
    fn pipeline(&mut self, server: usize) -> &mut NodePipeline<'p, 'a> {
        let process: &'p Process = self.resolver.process();
        self.pipelines[server].get_or_insert_with(|| NodePipeline::new(process.pool(server), self.request))
    }

    /// Shares the keys of a command out: to each server its own, in the caller's order, with what belongs to them.
    ///
    /// The servers take their turns in one order for all callers: those that are sent to at once must not wait for each other's
    /// connections in a circle.
    fn split(&mut self, args: &[&'a [u8]], kind: SplitKind, keys: &PlacedKeys<'a>, flags: CommandFlags) -> Split {
        let width = if kind == SplitKind::Stored { 2 } else { 1 };
        let (mut parts, owners) = self.share_out(keys);
        let by_part = grouped(&owners, &parts);
        let for_masters = !may_be_asked(args[0], keys, flags);
        let mut rest = by_part.as_slice();
        for part in &mut parts {
            let (own, behind) = rest.split_at(part.keys);
            rest = behind;
            let pipeline = self.pipeline(part.server);
            let arguments = own.iter().map(|&key| &keys[key as usize]).flat_map(|key| &args[key.position()..key.position() + width]);
            pipeline.write_buffer.reserve(room_for(arguments));
            pipeline.write_buffer.push_head(1 + part.keys * width);
            pipeline.write_buffer.push_argument(args[0]);
            for &key in own {
                let key = &keys[key as usize];
                pipeline.write_buffer.push_argument(key.name);
                args[key.position() + 1..key.position() + width].iter().for_each(|argument| pipeline.write_buffer.push_argument(argument));
            }
            part.ordinal = pipeline.finish_command(flags);
            pipeline.stays |= for_masters;
            if self.is_alone {
                self.direct(part.server);
                self.pipeline(part.server).start();
            }
        }
        Split { kind, owners, parts }
    }

    /// The servers that have a part, and for each key which part it belongs to.
    fn share_out(&self, keys: &PlacedKeys<'a>) -> (Vec<Part>, Vec<u32>) {
        let config = self.resolver.config();
        let mut owners: Vec<u32> = keys.iter().map(|key| config.masters[key.master()].server as u32).collect();
        let mut counts = vec![0; self.pipelines.len()];
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
    pub(crate) fn run<T: ReplySink>(mut self, take: &mut T) -> Result<T::Output, Error> {
        self.exchange();
        if let Some(server) = self.only_pipeline() {
            let reply = self.pipelines.swap_remove(server).map(NodePipeline::into_all).expect("the only pipeline is there");
            return Ok(take.reply(reply));
        }
        match take.strings(&Strings::of(&self.pipelines, &self.slots, false)) {
            Some(taken) => Ok(taken),
            None => Ok(take.reply(Gathered::from(&mut self.pipelines)?.all(&self.slots))),
        }
    }

    /// Carries a single command out; its reply alone.
    pub(crate) fn run_single<T: ReplySink>(mut self, take: &mut T) -> Result<T::Output, Error> {
        self.exchange();
        match take.strings(&Strings::of(&self.pipelines, &self.slots, true)) {
            Some(taken) => Ok(taken),
            None => Ok(take.reply(Gathered::from(&mut self.pipelines)?.single(&self.slots[0])?)),
        }
    }

    /// Sends a pipeline that only reads to a replica. One that writes as well does not go there: what is read behind a write must show it.
    fn direct(&mut self, server: usize) {
        if let Some(pipeline) = self.pipelines[server].as_mut().filter(|pipeline| !self.on_masters && pipeline.may_go_elsewhere())
            && let Some(replica) = self.resolver.reader(server)
        {
            pipeline.go_to(replica.pool());
        }
    }

    fn exchange(&mut self) {
        (0..self.pipelines.len()).for_each(|server| self.direct(server));
        let mut pipelines: Vec<&mut NodePipeline> = self.pipelines.iter_mut().flatten().collect();
        exchange(&mut pipelines, self.resolver.config().write_timeout);
        if pipelines.iter().any(|pipeline| pipeline.is_turned_away()) {
            self.exchange_again();
        }
    }

    /// What replicas could not answer, their masters are asked.
    #[cold]
    fn exchange_again(&mut self) {
        // Whoever waits for a connection must hold none.
        self.pipelines.iter_mut().flatten().for_each(NodePipeline::let_go);
        let mut again: Vec<&mut NodePipeline> = Vec::new();
        for (server, pipeline) in self.pipelines.iter_mut().enumerate() {
            if let Some(pipeline) = pipeline.as_mut().filter(|pipeline| pipeline.is_turned_away()) {
                let master = self.resolver.process().pool(server);
                if let Some(replica) = self.resolver.reader(server).filter(|_| !pipeline.found_no_connection()) {
                    master.put_out(replica);
                }
                pipeline.begin_anew(master);
                again.push(pipeline);
            }
        }
        exchange(&mut again, self.resolver.config().write_timeout);
    }

    /// The server whose pipeline holds the answer to every command in order, nothing missing and nothing to be put together.
    fn only_pipeline(&self) -> Option<usize> {
        let mut used =
            self.pipelines.iter().enumerate().filter_map(|(server, pipeline)| pipeline.as_ref().map(|pipeline| (server, pipeline)));
        let (server, pipeline) = used.next()?;
        let whole = !pipeline.has_failed() && pipeline.commands() == self.slots.len();
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
