//! The terminal sessions of docs/tool.md are what the tool prints.

use std::path::Path;
use std::process::Command;

#[test]
fn the_sessions_of_the_documentation_are_real() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tool.md")).expect("the page");
    let folder = Path::new(env!("CARGO_BIN_EXE_rediscluster")).parent().expect("a folder").to_owned();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("a path"));
    let mut sessions = 0;
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("    $ ") else { continue };
        let mut expected = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("    ") && !line.starts_with("    $ ")) {
            expected.push_str(&format!("{}\n", &line[4..]));
        }
        let output = Command::new("bash").args(["-c", command]).env("PATH", &path).output().expect("bash runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{command}\n{}", String::from_utf8_lossy(&output.stderr));
        sessions += 1;
    }
    assert!(sessions >= 2, "{sessions} sessions");
}

/// The table of exit statuses is that of `--help`.
#[test]
fn the_exit_statuses_are_documented_as_in_the_help() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tool.md")).expect("the page");
    let help = crate::program::succeed(&["--help"]).stdout;
    let statuses = help.split("Exit status:\n").nth(1).expect("a list").lines();
    let text = |line: &str| line.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let rows: Vec<String> = page.lines().filter(|line| line.starts_with("| ")).map(|line| text(&line.replace('|', " "))).collect();
    for line in statuses.filter(|line| line.starts_with("  ")) {
        assert!(rows.contains(&text(line)), "{line:?} is not in the table: {rows:?}");
    }
}
