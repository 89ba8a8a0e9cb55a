//! `explain`: what a command would do.

use crate::commands::print;
use crate::failure::Failure;
use crate::format::json;
use crate::text::printable;
use crate::wire::{bytes, children, field, field_text};
use clap::Args;
use rediscluster::{Cluster, Reply, pack};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// Show what a command would do, without running it
#[derive(Args)]
pub struct Explain {
    /// Print a JSON object
    #[arg(long)]
    json: bool,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub fn run(cluster: &Cluster, args: &Explain) -> Result<(), Failure> {
    let words: Vec<&[u8]> = args.command.iter().map(|word| word.as_bytes()).collect();
    let reply = cluster.explain(&pack(&words))?;
    let text = if args.json { format!("{}\n", json(reply.root())) } else { describe(&reply) };
    print(text.as_bytes())
}

fn describe(reply: &Reply) -> String {
    let map = reply.root();
    let mut out = String::new();
    for name in ["command", "strategy"] {
        out.push_str(&format!("{:<12}{}\n", format!("{name}:"), field_text(map, name)));
    }
    let reason = field_text(map, "reason");
    if reason.is_empty() {
        out.push_str(&format!("{:<12}{}\n", "atomic:", if field_text(map, "atomic") == "1" { "yes" } else { "no" }));
        out.push_str(&format!("{:<12}{}\n", "rounds:", field_text(map, "round_trips")));
        out.push_str(&format!("{:<12}{}\n", "served by:", field_text(map, "served_by")));
        out.push_str(&format!("{:<12}{}: {}\n", "others see:", field_text(map, "others_see"), field_text(map, "meanwhile")));
        out.push_str(&format!("{:<12}{}\n", "on failure:", field_text(map, "when_it_fails")));
    } else {
        out.push_str(&format!("{:<12}{reason}\n", "refused:"));
    }
    for key in field(map, "keys").into_iter().flat_map(children) {
        let name = field(key, "key").and_then(|value| bytes(&value)).map(printable).unwrap_or_default();
        let pinned = if field_text(key, "pinned") == "1" { " (by a tag or a rule)" } else { "" };
        out.push_str(&format!("{:<12}{name} on {}{pinned}\n", "key:", field_text(key, "node")));
    }
    for step in field(map, "steps").into_iter().flat_map(children) {
        let round = format!("round {}:", field_text(step, "round"));
        out.push_str(&format!("{round:<12}{}: {}\n", field_text(step, "node"), field_text(step, "command")));
    }
    out
}
