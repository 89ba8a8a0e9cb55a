//! Commands that are split into one part per node.

use crate::command::{Key, SplitKind};
use crate::config::Config;
use crate::crossnode::Job;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::error::{Code, Error, printable};
use crate::resp::Reply;

/// A split command runs as part of a pipeline, in `cluster`.
pub(crate) fn run(job: &Job, _: SplitKind) -> Outcome<Reply> {
    Err(Error::new(Code::Internal, format!("{}: a split command must run in a pipeline", job.name())).into())
}

pub(crate) fn explain(job: &Job, kind: SplitKind) -> Outcome<Explanation> {
    Ok(explain_parts(job.config, job.args, &job.command.keys, kind))
}

/// The parts of a split command.
pub(crate) fn explain_parts(config: &Config, args: &[&[u8]], keys: &[Key], kind: SplitKind) -> Explanation {
    let own = |server: usize| keys.iter().filter(move |key| config.masters[key.master()].server == server);
    let argument = |key: &Key| if kind == SplitKind::Stored { format!("{} …", printable(key.name)) } else { printable(key.name) };
    let part = |server: usize| {
        let arguments: Vec<String> = own(server).map(argument).collect();
        (server, format!("{} {}", printable(args[0]), arguments.join(" ")))
    };
    Explanation::new("split", false).round_of((0..config.servers.len()).filter(|&server| own(server).next().is_some()).map(part))
}

pub(crate) fn documentation(_: SplitKind) -> Documentation {
    Documentation {
        overview: "**split**: each node gets a command for its own keys. All are sent before any reply is read, and the replies are merged in the \
            order of the caller's keys.",
        across_nodes: "split",
        atomic: Atomicity::EachNode,
    }
}
