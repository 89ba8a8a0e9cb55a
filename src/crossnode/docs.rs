//! Writes `docs/commands.md` from the command table and the strategies' own sentences. The test below compares the committed file;
//! `make generated` writes it.

use crate::command::{COMMANDS, Command, Keys, Strategy};
use crate::crossnode::documentation;
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::visibility::{Statement, Visibility};
use std::fmt::Write;

#[path = "../../tests/support/generated.rs"]
mod generated;

const HEAD: &str = "# Commands

What each command does in a cluster of several masters. `make generated` writes this page from the command table; do not edit it.

A command whose keys are all on one node is sent there unchanged and is as atomic as on a single server, whatever the table says. With a single
master every command is sent unchanged.

";

const VISIBILITY_HEAD: &str = "
The column \"others see\" says which intermediate states of a command over several nodes other clients can see, for how long, and what remains if it fails
because a node, the network or the client fails. Replies are another matter: without a snapshot over several nodes, each node's part of a reply is of
its own moment.

| others see | meanwhile | for how long | when it fails |
|---|---|---|---|
";

const TABLE_HEAD: &str = "
In the column \"atomic\", \"per node\" means: atomic on each node, but not over all nodes. \"The pop\" means: the command pops in one step from one key, after
it has looked at the keys before that one; [pop](commands-across-nodes.md#pop) states what \"first\" means.

| command | since | over several nodes | atomic | others see |
|---|---|---|---|---|
";

fn described(command: &Command) -> Documentation {
    if command.session {
        return Documentation {
            overview: "**session**: the command changes the state of its connection and requires a session.",
            across_nodes: "session",
            atomic: Atomicity::Irrelevant,
        };
    }
    if command.strategy == Strategy::Refuse && command.keys == Keys::Specs(&[]) {
        return Documentation { overview: "", across_nodes: "", atomic: Atomicity::Irrelevant };
    }
    documentation(command.strategy)
}

#[test]
fn docs_commands_md_is_up_to_date() {
    let (mut overviews, mut rows) = (Vec::new(), String::new());
    for command in COMMANDS.iter().filter(|command| !command.container || command.arity == -1) {
        let name = command.name.replace('|', " ").to_uppercase();
        let Documentation { overview, across_nodes, atomic } = described(command);
        let others_see = Visibility::of(command).statement().word;
        writeln!(rows, "| {name} | {} | {across_nodes} | {} | {others_see} |", command.since, atomic.text()).expect("text can be written");
        overviews.push(overview);
    }
    overviews.retain(|overview| !overview.is_empty());
    overviews.sort_unstable();
    overviews.dedup();
    let overviews: String = overviews.iter().map(|overview| format!("- {overview}\n")).collect();
    let statement = |visibility: Visibility| {
        let Statement { word, meanwhile, duration, after_failure } = visibility.statement();
        format!("| {word} | {meanwhile} | {duration} | {after_failure} |\n")
    };
    let statements: String = Visibility::ALL.into_iter().map(statement).collect();
    generated::check("docs/commands.md", &[HEAD, &overviews, VISIBILITY_HEAD, &statements, TABLE_HEAD, &rows].concat());
}
