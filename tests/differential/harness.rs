//! The servers of a comparison, and the execution of a sequence of commands on both sides.

use super::compare::{same, sorted_rows};
use super::comparisons::{Comparison, comparison_of};
use super::generate::Command;
use super::generate::command::Side;
use super::generate::grammar::Rule;
use super::generate::key_names::{NAMES, home};
use super::ordering::Order;
use super::raw_connection::RawConnection;
use super::reply::{Client, OwnedReply};
use super::scatter::{Scatter, previous_member};
use super::{ordering, random_choice, refusals, scan, state};
use crate::support::{LONG_TIMEOUTS, Server, cluster, ports, skip};
use rediscluster::Cluster;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Small limits, so that few elements reach every encoding of Redis. All releases know the old names.
const LIMITS: &[&str] = &[
    "--hash-max-ziplist-entries",
    "6",
    "--zset-max-ziplist-entries",
    "6",
    "--list-max-ziplist-size",
    "4",
    "--set-max-intset-entries",
    "5",
    "--stream-node-max-entries",
    "4",
    "--hll-sparse-max-bytes",
    "60",
];

/// Subcommands that Redis 6.2 lacks; of XINFO it looks at the key before the subcommand.
const MISSING_BEFORE_7: &[&str] = &["pubsub|shardchannels", "pubsub|shardnumsub", "xinfo|nosuch"];

pub struct Harness {
    pub cluster: Cluster,
    pub masters: Vec<Server>,
    /// Commands go through a session, which has a name and other state.
    pub in_session: bool,
    pub is_older_than_7: bool,
    /// Owned here because a server stops when it is dropped.
    plain: Server,
    migration_server: Server,
    nodes: Vec<RawConnection>,
    /// For questions about the data.
    oracle: RawConnection,
    /// For commands of the comparison, with the protocol of the cluster.
    pub typed: RawConnection,
    migration_target: RawConnection,
    /// By command name.
    pub counts: RefCell<BTreeMap<String, Counts>>,
    /// The number of commands that were compared.
    pub compared: Cell<usize>,
    /// The last sequence may have left scripts or functions.
    has_scripts: Cell<bool>,
    /// Keys are at places of a previous layout when commands run.
    scatter: Option<Scatter>,
}

#[derive(Default, Clone, Copy)]
pub struct Counts {
    pub replies: usize,
    pub errors: usize,
    pub refused: usize,
    /// Commands with a regular reply although their keys are on several nodes, and how many of these replies were errors.
    pub across: usize,
    pub errors_across: usize,
}

/// A difference between the two sides.
pub struct Mismatch {
    /// The index of the command, or the number of commands if the final data differs.
    pub at: usize,
    pub text: String,
}

impl Harness {
    pub fn start(masters: usize) -> Harness {
        Harness::start_with(masters, 2, &[])
    }

    /// `protocol` is that of the one server's replies; `members` are additional members of the configuration.
    pub fn start_with(masters: usize, protocol: u8, members: &[&str]) -> Harness {
        let start = || Server::start_with(LIMITS);
        let (masters, plain, migration_server) = ((0..masters).map(|_| start()).collect::<Vec<_>>(), start(), start());
        let nodes = masters.iter().map(|server| RawConnection::connect(server.port)).collect();
        let (oracle, migration_target) = (RawConnection::connect(plain.port), RawConnection::connect(migration_server.port));
        let typed = RawConnection::connect_with(plain.port, protocol);
        Harness {
            cluster: cluster(&ports(&masters), &[&LONG_TIMEOUTS[..], members].concat()),
            in_session: false,
            is_older_than_7: plain.release() < (7, 0),
            typed,
            masters,
            nodes,
            oracle,
            migration_target,
            plain,
            migration_server,
            counts: RefCell::default(),
            compared: Cell::new(0),
            has_scripts: Cell::new(true),
            scatter: None,
        }
    }

    /// Three masters whose keys are often at their places of a previous layout when commands run.
    pub fn with_scattered_keys(protocol: u8, seed: u64) -> Harness {
        let harness = Harness::start_with(3, protocol, &[]);
        let previous = previous_member(&harness.masters);
        let members = [&LONG_TIMEOUTS[..], &[previous.as_str()]].concat();
        let scatter = Some(Scatter::new(&harness.masters, seed));
        Harness { cluster: cluster(&ports(&harness.masters), &members), scatter, ..harness }
    }

    /// Another connection to the one server.
    pub fn connect(&self, protocol: u8) -> RawConnection {
        RawConnection::connect_with(self.plain.port, protocol)
    }

    /// Whether the servers have a command. Redis 6.2 does not list subcommands.
    pub fn knows(&self, name: &str) -> bool {
        let container = if self.is_older_than_7 { name.split('|').next().unwrap_or(name) } else { name };
        let is_missing = self.is_older_than_7 && MISSING_BEFORE_7.contains(&name);
        !is_missing && matches!(self.oracle.ask(&["COMMAND", "INFO", container]).items(), [OwnedReply::Array(_)])
    }

    /// Which commands end these servers, or make them wait for ever.
    pub fn unsafe_rule(&self) -> fn(&Rule) -> bool {
        match (self.plain.is_valkey(), self.plain.release()) {
            (true, _) => {
                skip("Valkey 8.1 crashes at RESTORE with a time of 9223372036854775807");
                |rule| rule.line.contains("badtime")
            }
            (false, release) if release < (7, 0) => {
                skip("Redis 6.2 takes a timeout of 0.001 for none");
                skip("Redis 6.2 ends at SETRANGE with an offset of 9223372036854775807");
                skip("Redis 6.2 ends at ZRANDMEMBER and HRANDFIELD with a count of -9223372036854775808");
                |rule| {
                    let name = rule.name.as_str();
                    matches!(name, "blpop" | "brpop" | "brpoplpush" | "blmove" | "bzpopmin" | "bzpopmax")
                        || matches!(name, "setrange" | "zrandmember" | "hrandfield")
                }
            }
            (false, (7, 4) | (8, 0..=2)) => {
                skip("Redis 7.4 to 8.2 crash at FUNCTION FLUSH after FCALL with fewer keys than the function reads");
                |rule| matches!(rule.name.as_str(), "fcall" | "fcall_ro")
            }
            _ => |_| false,
        }
    }

    /// Empties all servers for a sequence.
    pub fn empty(&self, library: &dyn Client, sequence: &[Command]) {
        let mut commands = vec![vec!["FLUSHALL"]];
        let has_scripts = sequence.iter().any(uses_scripts);
        // Servers flush their scripts slowly.
        if self.has_scripts.replace(has_scripts) || has_scripts {
            commands.push(vec!["SCRIPT", "FLUSH"]);
            if self.knows("function") {
                commands.push(vec!["FUNCTION", "FLUSH"]);
            }
            // The library keeps a list of known scripts.
            library.run(&[b"SCRIPT", b"FLUSH"]);
        }
        let all = || self.nodes.iter().chain([&self.oracle, &self.migration_target]);
        all().for_each(|connection| connection.send_all(&commands));
        for connection in all() {
            let replies = connection.receive_many(commands.len());
            assert!(replies.iter().all(|reply| !reply.is_error()), "a server cannot be emptied");
        }
    }

    /// Runs a sequence on empty servers; `None` if all replies and the final data are the same.
    pub fn run_sequence(&self, library: &dyn Client, sequence: &[Command]) -> Option<Mismatch> {
        self.empty(library, sequence);
        for (at, command) in sequence.iter().enumerate() {
            if let Some(text) = self.step(library, command) {
                return Some(Mismatch { at, text });
            }
        }
        self.difference_of_data().map(|text| Mismatch { at: sequence.len(), text })
    }

    pub fn difference_of_data(&self) -> Option<String> {
        self.scatter.iter().for_each(|scatter| scatter.gather(self));
        state::difference(&self.nodes, &self.oracle)
    }

    fn step(&self, library: &dyn Client, command: &Command) -> Option<String> {
        self.scatter.iter().for_each(Scatter::scatter);
        let spelled = |side| command.spelled(side, self.migration_server.port);
        let (library_args, oracle_args) = (spelled(Side::Library), spelled(Side::Oracle));
        let library_args: Vec<&[u8]> = library_args.iter().map(Vec::as_slice).collect();
        let oracle_args: Vec<&[u8]> = oracle_args.iter().map(Vec::as_slice).collect();
        if let Some(places) = refusals::expected(command, self.nodes.len(), self.in_session) {
            let reply = library.run(&library_args);
            self.count(command, |counts| counts.refused += 1);
            let is_expected = refusals::is_refusal(&reply, &places);
            return (!is_expected).then(|| format!("{reply}\n   instead of a refusal that names {}", places.join(", ")));
        }
        let (found, expected) = self.ask(library, command, &library_args, &oracle_args)?;
        let mut homes = command.keys().map(|key| home(NAMES[key].name, self.nodes.len()));
        let is_across = homes.next().is_some_and(|first| homes.any(|other| other != first));
        self.count(command, |counts| {
            counts.replies += 1;
            counts.errors += usize::from(expected.is_error());
            counts.across += usize::from(is_across);
            counts.errors_across += usize::from(is_across && expected.is_error());
        });
        if same(comparison_of(&command.name), &found, &expected) {
            return None;
        }
        Some(format!("cluster:    {found}\n   one server: {expected}"))
    }

    /// Both replies in a form that must be equal; `None` if Redis does not define the result.
    fn ask(&self, library: &dyn Client, command: &Command, args: &[&[u8]], oracle_args: &[&[u8]]) -> Option<(OwnedReply, OwnedReply)> {
        match comparison_of(&command.name) {
            Comparison::Lex if ordering::is_no_range(&self.oracle, oracle_args) => None,
            Comparison::Scan if !scan::begins(oracle_args) => None,
            Comparison::Scan => Some((scan::walk(library, args), scan::walk(&self.typed, oracle_args))),
            Comparison::RandomChoice => Some(random_choice::run(library, args, &self.oracle, &self.typed, oracle_args)),
            Comparison::AfterRestore => Some(self.restored(library.run(args), self.typed.run(oracle_args))),
            Comparison::Sorted => self.sorted(library, args, oracle_args),
            _ => Some(self.both(library, args, oracle_args)),
        }
    }

    fn sorted(&self, library: &dyn Client, args: &[&[u8]], oracle_args: &[&[u8]]) -> Option<(OwnedReply, OwnedReply)> {
        let order = ordering::order(&self.oracle, oracle_args);
        self.nodes.iter().chain([&self.oracle]).for_each(ordering::forget_range_error);
        match order {
            Order::Exact => Some(self.both(library, args, oracle_args)),
            Order::Rows(width) => Some((sorted_rows(&library.run(args), width), sorted_rows(&self.typed.run(oracle_args), width))),
            Order::Open => None,
        }
    }

    /// Runs both sides at the same time.
    fn both(&self, library: &dyn Client, args: &[&[u8]], oracle_args: &[&[u8]]) -> (OwnedReply, OwnedReply) {
        self.typed.send(oracle_args);
        (library.run(args), self.typed.receive())
    }

    /// Two DUMPs are equal if RESTORE creates the same value from them.
    fn restored(&self, found: OwnedReply, expected: OwnedReply) -> (OwnedReply, OwnedReply) {
        let made = |dump: &OwnedReply| state::restored(&self.oracle, dump.bytes());
        match (made(&found), made(&expected)) {
            (Some(one), Some(other)) if state::difference_between(&one, &other).is_none() => (expected.clone(), expected),
            _ => (found, expected),
        }
    }

    pub fn count(&self, command: &Command, change: impl FnOnce(&mut Counts)) {
        change(self.counts.borrow_mut().entry(command.name.clone()).or_default());
        self.compared.set(self.compared.get() + 1);
    }
}

/// Whether a command may make a script or a function known.
fn uses_scripts(command: &Command) -> bool {
    ["eval", "script", "function"].iter().any(|word| command.name.starts_with(word))
}
