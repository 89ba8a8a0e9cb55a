//! `recover`: finishes or undoes interrupted moves.

use crate::commands::{print, print_table};
use crate::failure::Failure;
use crate::format::json;
use crate::table::table;
use crate::text::printable;
use crate::wire::{bytes, children, field, field_text};
use clap::Args;
use rediscluster::{Cluster, Value};
use std::time::Duration;

/// Finish or undo moves between nodes (RENAME, LMOVE, SMOVE …) that a failure
/// has interrupted
#[derive(Args)]
pub struct Recover {
    /// Skip moves that began less than this many seconds ago
    #[arg(long, default_value_t = rediscluster::RECOVER_MIN_AGE.as_secs(), value_name = "SECONDS")]
    min_age: u64,
    /// Move a value that waits to another key: HIDDEN_KEY is the key of the report
    #[arg(long, num_args = 2, value_names = ["HIDDEN_KEY", "KEY"])]
    to: Option<Vec<String>>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(cluster: &Cluster, args: &Recover) -> Result<(), Failure> {
    let reply = match args.to.as_deref() {
        Some([hidden, key]) => {
            let words = crate::split_line::split_line(hidden).map_err(Failure::usage)?;
            let hidden = words.first().ok_or_else(|| Failure::usage("--to: HIDDEN_KEY is empty"))?;
            cluster.recover_to(hidden, key.as_bytes())?
        }
        _ => cluster.recover(Duration::from_secs(args.min_age))?,
    };
    if let Value::Error(message) = reply.root() {
        return Err(Failure::failed(String::from_utf8_lossy(message)));
    }
    if args.json {
        return print(format!("{}\n", json(reply.root())).as_bytes());
    }
    let found: Vec<Value> = match reply.root() {
        map @ Value::Map(_) => vec![map],
        list => children(list).collect(),
    };
    if found.is_empty() {
        return print(b"No interrupted moves.\n");
    }
    let mut rows = table(&["NODE", "COMMAND", "SOURCE", "DESTINATION", "OUTCOME", "HIDDEN KEY", "REASON"]);
    for value in found {
        let key = |name: &str| field(value, name).and_then(|value| bytes(&value)).map(printable).unwrap_or_default();
        let [node, command, outcome, reason] = ["node", "command", "outcome", "reason"].map(|name| field_text(value, name));
        rows.add_row([node, command, key("source"), key("destination"), outcome, key("key"), reason]);
    }
    print_table(&rows)
}
