//! Commands that never run on several nodes: one node gets them, or they are rejected. `routing` decides that; nothing is left to run here.

use crate::command::Strategy;
use crate::crossnode::Job;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::Outcome;
use crate::error::{Code, Error};
use crate::resp::Reply;

pub(crate) fn run(job: &Job, _: Strategy) -> Outcome<Reply> {
    Err(Error::new(Code::Internal, format!("{}: planned for several nodes, but it runs on one", job.name())).into())
}

pub(crate) fn explain(_: &Job, _: Strategy) -> Outcome<Explanation> {
    Ok(Explanation::new("refuse", true))
}

pub(crate) fn documentation(strategy: Strategy) -> Documentation {
    match strategy {
        Strategy::AnyMaster => Documentation { overview: "", across_nodes: "the first master replies for all", atomic: Atomicity::Command },
        Strategy::Script => Documentation {
            overview: "**script**: all keys must be on one node, otherwise the error `CROSSNODE` is returned and nothing is sent. A script without \
                keys runs on the first node, or on the one that `keyless_scripts` names; see [scripts](commands-across-nodes.md#scripts).",
            across_nodes: "one node; without keys a fixed node",
            atomic: Atomicity::Command,
        },
        Strategy::Each => Documentation {
            overview: "**`each`**: the command is about one server. It is rejected; `each` runs it on every server and returns all replies.",
            across_nodes: "`each`",
            atomic: Atomicity::Irrelevant,
        },
        _ => Documentation {
            overview: "**one node**: the command has one key, or all its keys must be on one node. Otherwise the error `CROSSNODE` is returned and \
                nothing is sent.",
            across_nodes: "one node",
            atomic: Atomicity::Command,
        },
    }
}
