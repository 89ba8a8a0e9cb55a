//! `big-keys`: the keys that take most memory.

use crate::commands::{print, print_table};
use crate::config;
use crate::failure::Failure;
use crate::format::json_bytes;
use crate::key_scan::{next_batch, sizes};
use crate::table::table;
use crate::text::{printable, size};
use crate::wire::text;
use clap::Args;
use rediscluster::{Cluster, Config};
use serde_json::json;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// List the keys that take most memory, by MEMORY USAGE
#[derive(Args)]
pub struct BigKeys {
    /// How many keys to list
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    top: usize,
    /// Only keys that match this pattern
    #[arg(long = "match", value_name = "GLOB")]
    pattern: Option<String>,
    /// Print a JSON object per key
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, args: &BigKeys) -> Result<(), Failure> {
    // The smallest is on top, to be replaced by the next larger one.
    let mut largest: BinaryHeap<Reverse<(u64, Vec<u8>, usize)>> = BinaryHeap::new();
    let servers: Vec<Cluster> = (0..config.servers.len()).map(|server| Cluster::open(config::of_server(config, server))).collect();
    for (server, handle) in servers.iter().enumerate() {
        let mut cursor = "0".to_owned();
        loop {
            let batch = next_batch(handle, &cursor, 1000, args.pattern.as_deref().map(str::as_bytes))?;
            for (bytes, key) in sizes(handle, &batch.keys)?.into_iter().zip(batch.keys) {
                largest.push(Reverse((bytes, key, server)));
                if largest.len() > args.top {
                    largest.pop();
                }
            }
            if batch.next == "0" {
                break;
            }
            cursor = batch.next;
        }
    }
    let mut rows = table(&["SIZE", "TYPE", "NODE", "KEY"]);
    for Reverse((bytes, key, server)) in largest.into_sorted_vec() {
        let kind = text(&servers[server].command(&[b"TYPE", &key])?.root());
        let alias = &config.servers[server].alias;
        if args.json {
            print(format!("{}\n", json!({"key": json_bytes(&key), "node": alias, "type": kind, "bytes": bytes})).as_bytes())?;
        } else {
            rows.add_row([size(bytes), kind, alias.clone(), printable(&key)]);
        }
    }
    if args.json { Ok(()) } else { print_table(&rows) }
}
