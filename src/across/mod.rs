//! Commands that take several steps, on several servers, and are answered as one server would.

mod attempts;
pub(crate) mod combined;
mod everywhere;
mod explain;
mod hidden;
mod listener;
mod merge;
mod migrated;
mod moved;
mod native;
mod popped;
mod questions;
mod recover;
mod sorted;
mod stop;
mod store;
mod stored_if_none;
mod streams;
mod talk;
mod timeout;
mod together;
mod waiter;

use crate::command::Across;
use crate::config::Config;
use crate::error::{Code, Error};
use crate::node::Process;
use crate::plan::Over;
use crate::reply::Reply;
pub(crate) use explain::{Explanation, Step};
pub(crate) use recover::recover;
use stop::{Outcome, Stop};

/// A command that is being carried out.
pub(super) struct Job<'c, 'a> {
    pub config: &'c Config,
    pub process: &'c Process,
    pub args: &'c [&'a [u8]],
    pub over: &'c Over<'a>,
}

impl<'a> Job<'_, 'a> {
    /// The server of a key of the command, by its number among the keys.
    pub(super) fn server_of(&self, key: usize) -> usize {
        self.config.masters[self.over.keys[key].master()].server
    }

    /// The name of a key, as it is sent.
    pub(super) fn key(&self, key: usize) -> &'a [u8] {
        self.over.keys[key].name
    }

    /// The servers that hold its keys, each as often as it has keys.
    pub(super) fn servers(&self) -> impl Iterator<Item = usize> {
        (0..self.over.keys.len()).map(|key| self.server_of(key))
    }
}

/// Carries a command out. A server's refusal is its answer.
pub(crate) fn run<'a>(config: &Config, process: &Process, args: &[&'a [u8]], over: &Over<'a>) -> Result<Reply, Error> {
    operate(&Job { config, process, args, over }).or_else(Stop::into_answer)
}

/// Tells what [`run`] would do; an inner error is the text with which a server would refuse it.
pub(crate) fn explain<'a>(
    config: &Config,
    process: &Process,
    args: &[&'a [u8]],
    over: &Over<'a>,
) -> Result<Result<Explanation, String>, Error> {
    match explain::explain(&Job { config, process, args, over }) {
        Ok(explanation) => Ok(Ok(explanation)),
        Err(Stop::Refusal(text)) => Ok(Err(String::from_utf8_lossy(&text).into_owned())),
        Err(Stop::Error(error)) => Err(error),
    }
}

fn operate(job: &Job) -> Outcome<Reply> {
    match job.over.across {
        Across::Everywhere(answers) => everywhere::run(job, answers),
        Across::Scan => everywhere::scan(job),
        Across::RandomKey => everywhere::random_key(job),
        Across::Combined(combination) => combined::run(job, combination),
        Across::Together(destination) => together::run(job, destination),
        Across::Sorted => sorted::run(job),
        Across::Moved(what) => moved::run(job, what),
        Across::Popped(pop) => popped::run(job, pop),
        Across::Streams => streams::run(job),
        Across::StoredIfNone => stored_if_none::run(job),
        Across::Migrated => migrated::run(job),
        Across::Refused | Across::Script | Across::Split(_) | Across::Anywhere | Across::OneServer => {
            Err(Error::new(Code::Internal, "a command that was planned otherwise").into())
        }
    }
}
