//! Commands that take several steps, on several servers, and are answered as one server would.

pub(crate) mod broadcast;
pub(crate) mod colocate;
pub(crate) mod gather;
pub(crate) mod merge;
pub(crate) mod migrate;
pub(crate) mod msetnx;
pub(crate) mod pop;
pub(crate) mod recover;
pub(crate) mod sort;
pub(crate) mod support;
pub(crate) mod transfer;
pub(crate) mod xread;

use crate::command::Strategy;
use crate::config::Config;
pub(crate) use crate::crossnode::recover::recover;
pub(crate) use crate::crossnode::support::explanation::{Explanation, Step};
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::routing::CrossNodeCommand;
use crate::topology::Topology;

/// A command that is being carried out.
pub(crate) struct Job<'c, 'a> {
    pub config: &'c Config,
    pub process: &'c Topology,
    pub args: &'c [&'a [u8]],
    pub over: &'c CrossNodeCommand<'a>,
}

impl<'a> Job<'_, 'a> {
    /// The server of a key of the command, by its number among the keys.
    pub(crate) fn server_of(&self, key: usize) -> usize {
        self.config.masters[self.over.keys[key].master()].server
    }

    /// The name of a key, as it is sent.
    pub(crate) fn key(&self, key: usize) -> &'a [u8] {
        self.over.keys[key].name
    }

    /// The servers that hold its keys, each as often as it has keys.
    pub(crate) fn servers(&self) -> impl Iterator<Item = usize> {
        (0..self.over.keys.len()).map(|key| self.server_of(key))
    }
}

/// Carries a command out. A server's refusal is its answer.
pub(crate) fn run<'a>(config: &Config, process: &Topology, args: &[&'a [u8]], over: &CrossNodeCommand<'a>) -> Result<Reply, Error> {
    operate(&Job { config, process, args, over }).or_else(Abort::into_answer)
}

/// Tells what [`run`] would do; an inner error is the text with which a server would refuse it.
pub(crate) fn explain<'a>(
    config: &Config,
    process: &Topology,
    args: &[&'a [u8]],
    over: &CrossNodeCommand<'a>,
) -> Result<Result<Explanation, String>, Error> {
    match support::explanation::explain(&Job { config, process, args, over }) {
        Ok(explanation) => Ok(Ok(explanation)),
        Err(Abort::Refusal(text)) => Ok(Err(String::from_utf8_lossy(&text).into_owned())),
        Err(Abort::Error(error)) => Err(error),
    }
}

fn operate(job: &Job) -> Outcome<Reply> {
    match job.over.across {
        Strategy::Everywhere(answers) => broadcast::run(job, answers),
        Strategy::Scan => broadcast::scan(job),
        Strategy::RandomKey => broadcast::random_key(job),
        Strategy::Combined(combination) => gather::run(job, combination),
        Strategy::Together(destination) => colocate::run(job, destination),
        Strategy::Sorted => sort::run(job),
        Strategy::Moved(what) => transfer::run(job, what),
        Strategy::Popped(pop) => pop::run(job, pop),
        Strategy::Streams => xread::run(job),
        Strategy::StoredIfNone => msetnx::run(job),
        Strategy::Migrated => migrate::run(job),
        Strategy::Refused | Strategy::Script | Strategy::Split(_) | Strategy::Anywhere | Strategy::OneServer => {
            Err(Error::new(Code::Internal, "a command that was planned otherwise").into())
        }
    }
}
