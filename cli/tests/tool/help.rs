//! The help texts, completions and manual pages.

use crate::program::{run, succeed};

/// The subcommands that the help lists.
fn subcommands() -> Vec<String> {
    let help = succeed(&["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).expect("a list of commands");
    let names = list.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn the_help_of_every_command_fits_eighty_columns() {
    let names = subcommands();
    assert!(names.len() >= 8, "{names:?}");
    for name in std::iter::once(None).chain(names.iter().map(Some)) {
        for option in ["-h", "--help"] {
            let args: Vec<&str> = name.map(String::as_str).into_iter().chain([option]).collect();
            let help = succeed(&args).stdout;
            let long: Vec<&str> = help.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(long.is_empty(), "{args:?}: {long:#?}");
        }
    }
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    succeed(&["man", folder.path().to_str().expect("a path")]);
    for name in subcommands() {
        for shell in ["bash", "zsh", "fish"] {
            assert!(succeed(&["completions", shell]).stdout.contains(&name), "{shell}: {name}");
        }
        let page = std::fs::read_to_string(folder.path().join(format!("rediscluster-{name}.1"))).expect("a page");
        assert!(page.contains(".SH OPTIONS"), "{name}");
    }
    let page = std::fs::read_to_string(folder.path().join("rediscluster.1")).expect("a page");
    assert!(page.contains("rediscluster\\-nodes") || page.contains("rediscluster-nodes"), "{page}");
}

#[test]
fn a_wrong_command_line_has_status_2_and_says_what_to_do() {
    for (args, text) in [
        (&["nodes"][..], "give --config FILE, --nodes node_1#HOST:PORT,… or the variable REDISCLUSTER_CONFIG"),
        (&["nodes", "--nodes", "127.0.0.1:1"], "write node_1#HOST:PORT"),
        (&["nodes", "--nodes", "node_1#localhost"], "\"localhost\" is not HOST:PORT or a URL"),
        (&["nodes", "--nodes", "node_1#a:1,node_1#b:1"], "node_1 is named twice"),
        (&["nodes", "--nodes", "node_2#a:1"], "node_1"),
        (&["nodes", "--config", "/nowhere/c.json"], "cannot read the configuration /nowhere/c.json"),
        (&["nodes", "--config", "{\"nodes\": {}}"], "the configuration: nodes"),
        (&["unknown"], "unrecognized subcommand 'unknown'"),
    ] {
        let run = run(args);
        assert!(run.status == 2 && run.stderr.contains(text), "{args:?}: {} {}", run.status, run.stderr);
    }
}
