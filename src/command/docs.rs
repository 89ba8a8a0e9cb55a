//! `docs/commands.md`, made from the table: compared by the test below, written anew by `make generated`.

use crate::command::table::TABLE;
use crate::command::{Across, Answers, Combination, Command, Destination, Keys, Move};
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
        Across::Refused if command.keys == Keys::Specs(&[]) => ("", ""),
        Across::Refused | Across::Script => ("one node", "yes"),
        Across::Split(_) => ("split", "a node"),
        Across::StoredIfNone => ("split: all keys or none, what was set is undone where another node refuses", "a node"),
        Across::Migrated => ("split: each node sends its own keys", "a node"),
        Across::Combined(Combination::Bits) => ("gather or colocate", "the destination"),
        Across::Combined(Combination::Sets(_, destination) | Combination::SortedSets(_, destination)) => {
            ("gather or colocate", atomic(destination))
        }
        Across::Together(destination) => ("colocate", atomic(destination)),
        Across::Sorted => ("colocate, with the keys that its patterns name", "the destination"),
        Across::Moved(Move::Copy) => ("transfer: read on one server, put on the other", "the destination"),
        Across::Moved(_) => ("transfer", "each step"),
        Across::Popped(_) => ("pop", "yes"),
        Across::Streams => ("split: each node reads its own streams", "a node"),
        Across::Anywhere => ("the first master answers for all", "yes"),
        Across::Scan => ("one cursor walks all masters", ""),
        Across::RandomKey => ("all masters; one key is drawn", ""),
        Across::OneServer => ("`each`", ""),
        Across::Everywhere(answers) => (everywhere(answers), "a node"),
    }
}

fn atomic(destination: Destination) -> &'static str {
    if destination == Destination::Nowhere { "a node" } else { "the destination" }
}

fn everywhere(answers: Answers) -> &'static str {
    match answers {
        Answers::AllOk => "all masters; the first error, or else the first answer",
        Answers::OneOk => "all masters; the first answer that is no error",
        Answers::Sum | Answers::Size => "all masters; the sum",
        Answers::Least => "all masters; the least",
        Answers::LeastOfEach => "all masters; the least of each number",
        Answers::Greatest => "all masters; the greatest",
        Answers::AllTrue => "all masters; 1 where all say 1",
        Answers::Lists | Answers::Names | Answers::Keys => "all masters; one list",
        Answers::Tally => "all masters; summed by name",
        Answers::Texts => "all masters; one text, a line `# node_1` before each part",
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
