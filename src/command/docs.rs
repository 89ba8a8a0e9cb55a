//! `docs/commands.md`, made from the table: compared by the test below, written anew by `make generated`.

use crate::command::table::TABLE;
use crate::command::{Combination, Command, Destination, Keys, Move, ResponsePolicy, Strategy};
use std::fmt::Write;

#[path = "../../tests/support/generated.rs"]
mod generated;

const HEAD: &str = "# Commands

What each command does where there are several masters. Made from the command table by `make generated`; not to be edited.

A command whose keys all live on one node goes there as it is and is as atomic as Redis makes it, whatever this table says. With a single
server every command goes there as it is.

- **one node**: it has one key, or its keys must be on one node: else `CROSSNODE`, and nothing is sent.
- **split**: one sub-command a node, all sent before any answer is read, the answers put together in the caller's order.
- **gather or colocate**: the operands are fetched and combined in the library, or brought to one server as temporaries that exist only
  inside the one transaction that also runs the command, whichever is cheaper (`explain` tells). A destination changes in one step.
- **transfer**: a step on the one server, then a step on the other; an interruption loses nothing and `recover` ends it.
- **pop**: from the first key, in their order, that has something; a blocking form waits for all of them.
- **all masters**: every master is asked, and the answers become one.
- **session**: it changes the state of its connection and needs a session.
- **`each`**: it speaks of one server; `each` asks them one by one.

In the column \"atomic\", \"a node\" means: on each node by itself, not over all of them.

| command | since | over several nodes | atomic |
|---|---|---|---|
";

/// What happens, and whether it is atomic.
fn told(command: &Command) -> (&'static str, &'static str) {
    if command.session {
        return ("session", "");
    }
    match command.across {
        Strategy::Refused if command.keys == Keys::Specs(&[]) => ("", ""),
        Strategy::Refused | Strategy::Script => ("one node", "yes"),
        Strategy::Split(_) => ("split", "a node"),
        Strategy::StoredIfNone => ("split: all keys or none, what was set is undone where another node refuses", "a node"),
        Strategy::Migrated => ("split: each node sends its own keys", "a node"),
        Strategy::Combined(Combination::Bits) => ("gather or colocate", "the destination"),
        Strategy::Combined(Combination::Sets(_, destination) | Combination::SortedSets(_, destination)) => {
            ("gather or colocate", atomic(destination))
        }
        Strategy::Together(destination) => ("colocate", atomic(destination)),
        Strategy::Sorted => ("colocate, with the keys that its patterns name", "the destination"),
        Strategy::Moved(Move::Copy) => ("transfer: read on one server, put on the other", "the destination"),
        Strategy::Moved(_) => ("transfer", "each step"),
        Strategy::Popped(_) => ("pop", "yes"),
        Strategy::Streams => ("split: each node reads its own streams", "a node"),
        Strategy::Anywhere => ("the first master answers for all", "yes"),
        Strategy::Scan => ("one cursor walks all masters", ""),
        Strategy::RandomKey => ("all masters; one key is drawn", ""),
        Strategy::OneServer => ("`each`", ""),
        Strategy::Everywhere(answers) => (everywhere(answers), "a node"),
    }
}

fn atomic(destination: Destination) -> &'static str {
    if destination == Destination::Nowhere { "a node" } else { "the destination" }
}

fn everywhere(answers: ResponsePolicy) -> &'static str {
    match answers {
        ResponsePolicy::AllOk => "all masters; the first error, or else the first answer",
        ResponsePolicy::OneOk => "all masters; the first answer that is no error",
        ResponsePolicy::Sum | ResponsePolicy::Size => "all masters; the sum",
        ResponsePolicy::Least => "all masters; the least",
        ResponsePolicy::LeastOfEach => "all masters; the least of each number",
        ResponsePolicy::Greatest => "all masters; the greatest",
        ResponsePolicy::AllTrue => "all masters; 1 where all say 1",
        ResponsePolicy::Lists | ResponsePolicy::Names | ResponsePolicy::Keys => "all masters; one list",
        ResponsePolicy::Tally => "all masters; summed by name",
        ResponsePolicy::Texts => "all masters; one text, a line `# node_1` before each part",
    }
}

#[test]
fn the_table_of_commands_in_the_documentation_is_the_librarys() {
    let mut text = String::from(HEAD);
    for command in TABLE.iter().filter(|command| !command.container || command.arity == -1) {
        let name = command.name.replace('|', " ").to_uppercase();
        let (what, atomic) = told(command);
        writeln!(text, "| {name} | {} | {what} | {atomic} |", command.since).expect("text can be written");
    }
    generated::check("docs/commands.md", &text);
}
