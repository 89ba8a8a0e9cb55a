//! `node-for`: where keys are stored.

use crate::commands::{print, print_table};
use crate::failure::Failure;
use crate::format::json_bytes;
use crate::table::table;
use crate::text::printable;
use crate::wire::{bytes, field, field_text};
use clap::Args;
use rediscluster::{Cluster, Value};
use serde_json::json;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// Print the node of each key. No server is asked
#[derive(Args)]
pub struct NodeFor {
    /// The keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<OsString>,
    /// Print a JSON object per key
    #[arg(long)]
    json: bool,
}

pub fn run(cluster: &Cluster, args: &NodeFor) -> Result<(), Failure> {
    let mut rows = table(&["KEY", "NODE", "ADDRESS", "STORED AS"]);
    for key in &args.keys {
        let key = key.as_bytes();
        let reply = cluster.node_for(key).map_err(|error| Failure::usage(error.to_string()))?;
        let stored = field(reply.root(), "key").and_then(|value| bytes(&value)).unwrap_or(key);
        let (alias, address) = (field_text(reply.root(), "alias"), address(reply.root()));
        if args.json {
            let line = json!({"key": json_bytes(key), "node": alias, "address": address, "stored_as": json_bytes(stored)});
            print(format!("{line}\n").as_bytes())?;
        } else {
            rows.add_row([printable(key), alias, address, printable(stored)]);
        }
    }
    if args.json { Ok(()) } else { print_table(&rows) }
}

/// The address in a map with host, port and unix.
pub fn address(map: Value<'_>) -> String {
    let host = field_text(map, "host");
    match host.as_str() {
        "" => field_text(map, "unix"),
        host if host.contains(':') => format!("[{host}]:{}", field_text(map, "port")),
        host => format!("{host}:{}", field_text(map, "port")),
    }
}
