//! The handle: N servers that answer like one.

mod batch;
mod each;
mod explain;
mod gather;
mod node_for;
mod scripts;
mod sequence;
mod shared;
mod single;
mod understand;

use crate::across;
use crate::command::lookup;
use crate::config::Config;
use crate::error::{Code, Error};
use crate::lane::Lane;
use crate::node::Process;
use crate::plan::{Plan, plan_single};
use crate::reply::{Builder, Kind, Reply};
use crate::request::{Args, Commands};
use crate::session::Session;
use arc_swap::ArcSwapOption;
use batch::Batch;
use sequence::Sequence;
use single::Single;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
pub(crate) use understand::{Located, Understanding};

/// A handle on the servers of a configuration.
///
/// It may be used from many threads at once, and from forked children beside their parent: each process makes connections of its own.
/// Connections are made when a command first needs them and kept until the handle goes. A clone is the same handle once more.
#[derive(Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
}

/// What all clones of a handle have in common.
struct Shared {
    config: Arc<Config>,
    /// What belongs to the process that made the handle.
    first: Process,
    /// What belongs to a child of it, or to a child of that.
    forked: ArcSwapOption<Process>,
}

/// What belongs to this process.
pub(crate) enum Own<'c> {
    First(&'c Process),
    Forked(Arc<Process>),
}

impl Deref for Own<'_> {
    type Target = Process;

    #[inline]
    fn deref(&self) -> &Process {
        match self {
            Own::First(process) => process,
            Own::Forked(process) => process,
        }
    }
}

impl Cluster {
    /// A handle of its own. Connects to nothing yet.
    pub fn open(config: Config) -> Cluster {
        let config = Arc::new(config);
        let first = Process::new(&config);
        Cluster { shared: Arc::new(Shared { config, first, forked: ArcSwapOption::empty() }) }
    }

    /// The handle that this process shares for that configuration; made when first asked for, and kept until the process ends.
    pub fn open_shared(config: Config) -> Arc<Cluster> {
        shared::open(config)
    }

    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// A session on the same servers: what has a state, such as MULTI, WATCH, SELECT and SUBSCRIBE. It connects to nothing yet, and the
    /// servers stay its own even when this handle goes.
    pub fn session(&self) -> Session {
        Session::new(self.clone())
    }

    /// Runs one command, its name first, and answers its reply. A server's own error is a reply.
    #[inline]
    pub fn command(&self, args: &[&[u8]]) -> Result<Reply, Error> {
        let process = self.process();
        if let Some(outcome) = self.single(&process, None, args) {
            return outcome;
        }
        if args.is_empty() {
            return Err(Error::new(Code::Request, "a command without a name"));
        }
        scripts::note(&process, args);
        let understanding = Understanding::new(self.config(), &process);
        match understanding.plan(args)? {
            plan @ Plan::One { .. } => one(&process, None, args, plan),
            Plan::Over(over) => across::run(self.config(), &process, args, &over),
            Plan::Answer(text) => Ok(Reply::error(text.as_bytes())),
            plan @ Plan::Split { .. } => {
                let mut batch = Batch::alone(&understanding, &[]);
                batch.add_planned(args, None, Ok(plan));
                batch.run_single()
            }
        }
    }

    /// Runs the commands of a request, RESP arrays of bulk strings, and answers an array with one reply a command, in order.
    ///
    /// A command that fails is a failure in its place and leaves the others alone. When the request is not RESP nothing is sent. No commands
    /// have no replies.
    #[inline]
    pub fn execute(&self, request: &[u8]) -> Result<Reply, Error> {
        let mut commands = Commands::of(request);
        let mut args = Args::new();
        let Some(whole) = commands.next(&mut args)? else { return Ok(no_replies()) };
        let process = self.process();
        let understanding = Understanding::new(self.config(), &process);
        if whole.end < request.len() {
            return execute_many(&understanding, request, whole.len());
        }
        if let Some(outcome) = self.single(&process, Some(request), &args) {
            return outcome.or_else(|error| Ok(failed(&error)));
        }
        scripts::note(&process, &args);
        match understanding.plan(&args) {
            Ok(plan @ Plan::One { .. }) => one(&process, Some(request), &args, plan).or_else(|error| Ok(failed(&error))),
            Ok(Plan::Over(over)) => {
                let outcome = across::run(self.config(), &process, &args, &over);
                Ok(outcome.map_or_else(|error| failed(&error), Reply::under_array))
            }
            plan => {
                let mut batch = Batch::alone(&understanding, request);
                batch.add_planned(&args, Some(whole), plan);
                batch.run()
            }
        }
    }

    /// Runs the one command of a request on every master, and answers a map: alias, reply. A server with several aliases is asked once.
    pub fn each(&self, request: &[u8]) -> Result<Reply, Error> {
        each::each(self.config(), &self.process(), request)
    }

    /// Tells what the one command of a request would do, and does not do it. Where that depends on the size of the operands, they are looked at.
    ///
    /// A map: command, strategy (`one node`, `split`, `colocate`, `gather`, `transfer`, `refuse` …), atomic (1 or 0), round_trips, nodes, keys
    /// (each a map of position, key as it is stored, node, pinned: whether the tag of the first key drew it there), steps (each a map of round,
    /// node, command; those of one round are under way at the same time), and the reason where the command is refused.
    pub fn explain(&self, request: &[u8]) -> Result<Reply, Error> {
        explain::explain(&Understanding::new(self.config(), &self.process()), request)
    }

    /// Finds what interrupted moves between nodes (RENAME, SMOVE, LMOVE and the like) have left on the servers, and brings it to an end: what
    /// had arrived is removed from where it came from, what had not is put back there. Nothing is lost in between; it only is not seen.
    ///
    /// A move that began less than `min_age` ago is left alone, for it may be under way; it should be longer than any call may take. Answers an
    /// array with a map for each thing found: node, key, command, source, destination, age (milliseconds), outcome (`finished`, `undone`,
    /// `removed`: an unneeded copy, `young`, `waiting`) and the reason where it waits.
    pub fn recover(&self, min_age: Duration) -> Result<Reply, Error> {
        across::recover(self.config(), &self.process(), min_age)
    }

    /// Where a key lives, and under which name: a map of alias, host, port, unix, key. Asks nobody.
    pub fn node_for(&self, key: &[u8]) -> Reply {
        node_for::node_for(self.config(), key)
    }

    /// The shortest way, for a command with a single key; `None` when it is another.
    #[inline]
    fn single(&self, process: &Process, request: Option<&[u8]>, args: &[&[u8]]) -> Option<Result<Reply, Error>> {
        let (server, key, traits) = plan_single(self.config(), lookup(args)?, args)?;
        let single = Single { whole: request, args, keys: std::slice::from_ref(&key), traits };
        single.fits().then(|| single.run(process.pool(server)))
    }

    #[inline]
    pub(crate) fn process(&self) -> Own<'_> {
        if self.shared.first.is_current() { Own::First(&self.shared.first) } else { Own::Forked(self.shared.forked()) }
    }
}

impl Shared {
    /// In a child the first caller makes what the child owns, and lets go of what came over from the parent. There is no lock in this:
    /// one that another thread held at the fork would never open.
    #[cold]
    fn forked(&self) -> Arc<Process> {
        loop {
            let known = self.forked.load_full();
            match &known {
                Some(process) if process.is_current() => return process.clone(),
                _ => {}
            }
            let fresh = Arc::new(Process::new(&self.config));
            let before = self.forked.compare_and_swap(&known, Some(fresh.clone()));
            let is_first = match (&*before, &known) {
                (Some(before), Some(known)) => Arc::ptr_eq(before, known),
                (None, None) => true,
                _ => false,
            };
            if is_first {
                known.as_deref().unwrap_or(&self.first).abandon();
                return fresh;
            }
        }
    }
}

/// Runs the commands of a request, the first of which has so many bytes. What takes several steps waits for what stands before it, and what
/// stands behind it waits for that: as one server would, each command sees what those before it did.
fn execute_many(understanding: &Understanding, request: &[u8], first: usize) -> Result<Reply, Error> {
    let mut batch = Batch::new(understanding, request);
    // A guess, for most pipelines repeat one kind of command; a wrong one must cost little.
    batch.reserve((request.len() / first).min(4096));
    let mut sequence = Sequence::default();
    let mut commands = Commands::of(request);
    let mut args = Args::new();
    while let Some(whole) = commands.next(&mut args)? {
        if let Some(over) = batch.add(&args, Some(whole)) {
            sequence.run(std::mem::replace(&mut batch, Batch::new(understanding, request)))?;
            sequence.push(across::run(understanding.config(), understanding.process(), &args, &over));
        }
    }
    if sequence.is_empty() {
        return batch.run();
    }
    sequence.run(batch)?;
    Ok(sequence.into_reply())
}

/// Runs a command that goes to one server. In a request it stands alone, and its reply under an array.
#[inline]
fn one<'a>(process: &Process, request: Option<&'a [u8]>, args: &[&'a [u8]], plan: Plan<'a>) -> Result<Reply, Error> {
    let Plan::One { server, keys, traits } = plan else { return Err(Error::new(Code::Internal, "a plan for several servers")) };
    let pool = process.pool(server);
    let single = Single { whole: request, args, keys: &keys, traits };
    let rooted = request.is_some();
    let reply = if single.fits() {
        single.run(pool)?
    } else {
        let mut lane = Lane::new(pool, &[]);
        lane.add(None, args, &keys, traits);
        lane.run(rooted);
        lane.into_single(args[0], rooted)?
    };
    if scripts::is_unknown(reply.value(usize::from(rooted)))
        && let Some(outcome) = scripts::call_again(process, server, args, &keys, traits)
    {
        return outcome.map(|reply| if rooted { reply.under_array() } else { reply });
    }
    Ok(reply)
}

fn no_replies() -> Reply {
    let mut builder = Builder::default();
    builder.begin(Kind::Array, 0);
    builder.finish()
}

fn failed(error: &Error) -> Reply {
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 1);
    builder.failure(error);
    builder.end(root);
    builder.finish()
}
