//! The servers of a comparison, and one sequence of commands run on both sides.

use super::answer::{Answer, Answers};
use super::compare::{bag, same};
use super::exceptions::{Judge, judge};
use super::generate::Command;
use super::generate::command::Side;
use super::generate::names::{NAMES, home};
use super::sorted::Order;
use super::wire::Wire;
use super::{chosen, refused, sorted, state, walk};
use crate::support::{Server, cluster, ports};
use rediscluster::Cluster;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Small, so that a handful of elements is kept in every way that Redis knows.
const LIMITS: &[&str] = &[
    "--hash-max-listpack-entries",
    "6",
    "--zset-max-listpack-entries",
    "6",
    "--list-max-listpack-size",
    "4",
    "--set-max-intset-entries",
    "5",
    "--stream-node-max-entries",
    "4",
    "--hll-sparse-max-bytes",
    "60",
];

/// The machine may be busy with other things.
pub const PATIENCE: [&str; 3] = [r#""connect_timeout":60"#, r#""read_timeout":60"#, r#""write_timeout":60"#];

pub struct Bench {
    pub cluster: Cluster,
    pub masters: Vec<Server>,
    /// Kept, for they end with their owner.
    _plain: Server,
    sink: Server,
    nodes: Vec<Wire>,
    oracle: Wire,
    taker: Wire,
    /// By the command's name, how often it was answered, and how often by an error.
    pub counts: RefCell<BTreeMap<String, Counts>>,
}

#[derive(Default, Clone, Copy)]
pub struct Counts {
    pub answered: usize,
    pub errors: usize,
    pub refused: usize,
    /// Answered though its keys lie on several nodes, and how often by an error.
    pub across: usize,
    pub errors_across: usize,
}

/// Where the two sides parted.
pub struct Mismatch {
    /// Behind which command; the number of all of them when it was found in the end.
    pub at: usize,
    pub text: String,
}

impl Bench {
    pub fn start(masters: usize) -> Bench {
        let start = || Server::start_with(LIMITS);
        let (masters, plain, sink) = ((0..masters).map(|_| start()).collect::<Vec<_>>(), start(), start());
        let nodes = masters.iter().map(|server| Wire::connect(server.port)).collect();
        let (oracle, taker) = (Wire::connect(plain.port), Wire::connect(sink.port));
        Bench {
            cluster: cluster(&ports(&masters), &PATIENCE),
            masters,
            nodes,
            oracle,
            taker,
            _plain: plain,
            sink,
            counts: RefCell::default(),
        }
    }

    fn empty(&self) {
        let commands = [vec!["FLUSHALL"], vec!["SCRIPT", "FLUSH"], vec!["FUNCTION", "FLUSH"]];
        // The library remembers the scripts that went through it.
        self.cluster.answer(&[b"SCRIPT", b"FLUSH"]);
        for wire in self.nodes.iter().chain([&self.oracle, &self.taker]) {
            assert!(wire.pipeline(&commands).iter().all(|answer| !answer.is_error()), "the servers are emptied");
        }
    }

    /// Runs a sequence on empty servers; `None`: both sides answered alike, and hold the same.
    pub fn run(&self, ours: &dyn Answers, sequence: &[Command]) -> Option<Mismatch> {
        self.empty();
        for (at, command) in sequence.iter().enumerate() {
            if let Some(text) = self.step(ours, command) {
                return Some(Mismatch { at, text });
            }
        }
        state::difference(&self.nodes, &self.oracle).map(|text| Mismatch { at: sequence.len(), text })
    }

    fn step(&self, ours: &dyn Answers, command: &Command) -> Option<String> {
        let spelled = |side| command.spelled(side, self.sink.port);
        let (ours_args, theirs_args) = (spelled(Side::Ours), spelled(Side::Theirs));
        let ours_args: Vec<&[u8]> = ours_args.iter().map(Vec::as_slice).collect();
        let theirs_args: Vec<&[u8]> = theirs_args.iter().map(Vec::as_slice).collect();
        if let Some(places) = refused::expected(command, self.nodes.len()) {
            let answer = ours.answer(&ours_args);
            self.count(command, |counts| counts.refused += 1);
            let right = refused::is_refusal(&answer, &places);
            return (!right).then(|| format!("{answer}\n   where a refusal was expected, with {}", places.join(", ")));
        }
        let (ours, theirs) = self.ask(ours, command, &ours_args, &theirs_args)?;
        let mut homes = command.keys().map(|key| home(NAMES[key].name, self.nodes.len()));
        let is_across = homes.next().is_some_and(|first| homes.any(|other| other != first));
        self.count(command, |counts| {
            counts.answered += 1;
            counts.errors += usize::from(theirs.is_error());
            counts.across += usize::from(is_across);
            counts.errors_across += usize::from(is_across && theirs.is_error());
        });
        if same(judge(&command.name), &ours, &theirs) || refused::is_untold(command, &ours, &theirs) {
            return None;
        }
        Some(format!("the many:   {ours}\n   the one:    {theirs}"))
    }

    /// Both answers, put so that they should be the same; `None`: Redis leaves the outcome open.
    fn ask(&self, ours: &dyn Answers, command: &Command, args: &[&[u8]], theirs: &[&[u8]]) -> Option<(Answer, Answer)> {
        match judge(&command.name) {
            Judge::Lexical if sorted::is_no_range(&self.oracle, theirs) => None,
            Judge::Walk if !walk::begins(theirs) => None,
            Judge::Walk => Some((walk::walk(ours, args), walk::walk(&self.oracle, theirs))),
            Judge::Chosen => Some(chosen::run(ours, args, &self.oracle, theirs)),
            Judge::Restored => Some(self.restored(ours.answer(args), self.oracle.answer(theirs))),
            Judge::Sorted => self.sorted(ours, args, theirs),
            _ => Some(self.both(ours, args, theirs)),
        }
    }

    fn sorted(&self, ours: &dyn Answers, args: &[&[u8]], theirs: &[&[u8]]) -> Option<(Answer, Answer)> {
        let order = sorted::order(&self.oracle, theirs);
        self.nodes.iter().chain([&self.oracle]).for_each(sorted::forget_range_error);
        match order {
            Order::Exact => Some(self.both(ours, args, theirs)),
            Order::Rows(width) => Some((bag(&ours.answer(args), width), bag(&self.oracle.answer(theirs), width))),
            Order::Open => None,
        }
    }

    /// Both work at the same time.
    fn both(&self, ours: &dyn Answers, args: &[&[u8]], theirs: &[&[u8]]) -> (Answer, Answer) {
        self.oracle.send(theirs);
        (ours.answer(args), self.oracle.receive())
    }

    /// Two DUMPs are the same if they make the same.
    fn restored(&self, ours: Answer, theirs: Answer) -> (Answer, Answer) {
        let made = |dump: &Answer| state::made_of(&self.oracle, dump.bytes());
        match (made(&ours), made(&theirs)) {
            (Some(one), Some(other)) if state::unlike(&one, &other).is_none() => (theirs.clone(), theirs),
            _ => (ours, theirs),
        }
    }

    fn count(&self, command: &Command, change: impl FnOnce(&mut Counts)) {
        change(self.counts.borrow_mut().entry(command.name.clone()).or_default());
    }
}
