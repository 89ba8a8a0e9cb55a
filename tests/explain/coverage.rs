//! Every command that is not sent to one node as it is has a case. So a new strategy, which comes with a command, cannot be forgotten.

use crate::all_cases;
use std::collections::BTreeSet;
use std::path::Path;

/// The command and the column "over several nodes" of each row of docs/commands.md, which is generated from the command table.
fn documented() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = text.lines().skip_while(|line| !line.starts_with("| command |")).filter(|line| line.starts_with("| ")).skip(1);
    let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    cells.map(|cells| (cells[1].clone(), cells[3].clone())).collect()
}

fn is_of(command: &str, name: &str) -> bool {
    command.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[test]
fn every_command_for_several_nodes_has_a_case() {
    let commands: Vec<String> = all_cases().iter().map(|case| case.command.to_owned()).collect();
    let rows = documented();
    assert!(rows.len() > 300, "only {} commands are documented", rows.len());
    let has_case = |name: &str| commands.iter().any(|command| is_of(command, name));
    let is_sent_as_it_is = |row: &str| ["one node", "session", "`each`", "the first master"].iter().any(|start| row.starts_with(start));
    let missing: Vec<&str> =
        rows.iter().filter(|(name, row)| !is_sent_as_it_is(row) && !has_case(name)).map(|(name, _)| name.as_str()).collect();
    assert!(missing.is_empty(), "no case has one of {missing:?}");
    let kinds: BTreeSet<&str> = rows.iter().map(|(_, row)| row.as_str()).collect();
    let missing: Vec<&&str> = kinds.iter().filter(|kind| !rows.iter().any(|(name, row)| row == **kind && has_case(name))).collect();
    assert!(missing.is_empty(), "no case has a command of {missing:?}");
}
