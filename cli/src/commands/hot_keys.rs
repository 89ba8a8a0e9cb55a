//! `hot-keys`: the keys that are used most.

use crate::commands::{print, print_table};
use crate::config;
use crate::failure::Failure;
use crate::format::json_bytes;
use crate::key_scan::{INTERNAL, next_batch};
use crate::split_line::split_line;
use crate::table::table;
use crate::text::{count, printable};
use crate::wire::{Pipeline, check, children, integer, text};
use clap::Args;
use rediscluster::{Cluster, Config, Value, keys_of, pack};
use serde_json::json;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// List the keys that are used most
///
/// Servers that evict the least frequently used keys (maxmemory-policy *-lfu)
/// count how often keys are used (OBJECT FREQ). For other servers --monitor
/// counts the commands of some seconds, and slows the servers down.
#[derive(Args)]
pub struct HotKeys {
    /// How many keys to list
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    top: usize,
    /// Count the keys of all commands for so many seconds with MONITOR
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    monitor: Option<u32>,
    /// Print a JSON object per key
    #[arg(long)]
    json: bool,
}

/// The uses of keys: the stored name and the node.
type Uses = HashMap<(Vec<u8>, String), u64>;

pub fn run(config: &Config, args: &HotKeys) -> Result<(), Failure> {
    let (uses, column) = match args.monitor {
        Some(seconds) => (monitor(config, Duration::from_secs(seconds.into()))?, "COMMANDS"),
        None => (frequencies(config, args.top)?, "FREQUENCY"),
    };
    let mut sorted: Vec<_> = uses.into_iter().map(|((key, node), uses)| (Reverse(uses), key, node)).collect();
    sorted.sort();
    let mut rows = table(&[column, "NODE", "KEY"]);
    for (Reverse(uses), key, node) in sorted.into_iter().take(args.top) {
        if args.json {
            let line = json!({"key": json_bytes(&key), "node": node, (column.to_lowercase()): uses});
            print(format!("{line}\n").as_bytes())?;
        } else {
            rows.add_row([count(uses), node, printable(&key)]);
        }
    }
    if args.json { Ok(()) } else { print_table(&rows) }
}

/// The largest logarithmic counters.
fn frequencies(config: &Config, top: usize) -> Result<Uses, Failure> {
    let mut uses = Uses::new();
    for server in 0..config.servers.len() {
        let handle = Cluster::open(config::of_server(config, server));
        let alias = &config.servers[server].alias;
        let mut cursor = "0".to_owned();
        loop {
            let batch = next_batch(&handle, &cursor, 1000, None)?;
            let mut pipeline = Pipeline::default();
            batch.keys.iter().for_each(|key| pipeline.push(&[b"OBJECT", b"FREQ", key]));
            let reply = pipeline.run(&handle)?;
            for (key, value) in batch.keys.into_iter().zip(children(reply.root())) {
                match value {
                    // Deleted meanwhile.
                    Value::Nil | Value::Null => {}
                    Value::Error(message) if message.windows(3).any(|word| word == b"LFU") => return Err(not_counted(alias)),
                    value => drop(uses.insert((key, alias.clone()), u64::try_from(integer(&value, "OBJECT FREQ")?).unwrap_or(0))),
                }
            }
            keep_largest(&mut uses, top);
            if batch.next == "0" {
                break;
            }
            cursor = batch.next;
        }
    }
    Ok(uses)
}

/// Removes keys that cannot be among the first: not all keys of the servers are kept in memory.
fn keep_largest(uses: &mut Uses, top: usize) {
    if uses.len() > top.saturating_mul(2).saturating_add(10_000) {
        let mut sorted: Vec<_> = std::mem::take(uses).into_iter().collect();
        sorted.select_nth_unstable_by_key(top, |(_, uses)| Reverse(*uses));
        sorted.truncate(top);
        uses.extend(sorted);
    }
}

fn not_counted(alias: &str) -> Failure {
    Failure::refused(format!(
        "{alias} does not count how often keys are used: its maxmemory-policy is none of allkeys-lfu and volatile-lfu. Give --monitor 5 to count \
         the commands of 5 seconds, which slows the servers down"
    ))
}

/// Counts the keys of all commands.
fn monitor(config: &Config, time: Duration) -> Result<Uses, Failure> {
    let mut session = Cluster::open(config.clone()).session();
    let reply = session.execute(&pack(&[b"MONITOR"]))?;
    children(reply.root()).try_for_each(|value| check(value, "MONITOR").map(drop))?;
    let (mut uses, end) = (Uses::new(), Instant::now() + time);
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        let Some(line) = session.receive(Some(left))? else { break };
        if let Some((node, words)) = parse(&text(&line.root())) {
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            // Commands that are unknown, or wrong, have no keys.
            let keys = keys_of(&words).unwrap_or_default().into_iter().filter_map(|at| words.get(at));
            for key in keys.filter(|key| !key.starts_with(INTERNAL)) {
                *uses.entry((key.to_vec(), node.clone())).or_default() += 1;
            }
        }
    }
    Ok(uses)
}

/// The node and the words of a line such as `1795761696.977618 [0 node_2/127.0.0.1:59304] "GET" "a"`.
fn parse(line: &str) -> Option<(String, Vec<Vec<u8>>)> {
    let (head, command) = line.split_once("] ")?;
    let node = head.split_once('[')?.1.split_once(' ')?.1.split('/').next()?;
    Some((node.to_owned(), split_line(command).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Uses, keep_largest, parse};

    #[test]
    fn the_most_used_keys_are_kept() {
        let mut uses: Uses = (0..10_005).map(|number: u64| ((number.to_string().into_bytes(), "node_1".to_owned()), number)).collect();
        keep_largest(&mut uses, 3);
        assert_eq!(uses.len(), 10_005);
        uses.insert((b"largest".to_vec(), "node_1".to_owned()), 20_000);
        uses.insert((b"smallest".to_vec(), "node_1".to_owned()), 0);
        uses.extend((0..10).map(|number| ((vec![number], "node_2".to_owned()), 0)));
        keep_largest(&mut uses, 3);
        let mut kept: Vec<u64> = uses.into_values().collect();
        kept.sort_unstable();
        assert_eq!(kept, [10_003, 10_004, 20_000]);
    }

    #[test]
    fn a_line_of_monitor_has_a_node_and_words() {
        let parsed = parse(r#"1795761696.977618 [0 node_2/127.0.0.1:59304] "GET" "a b\x00] ""#);
        assert_eq!(parsed, Some(("node_2".to_owned(), vec![b"GET".to_vec(), b"a b\0] ".to_vec()])));
        assert_eq!(parse("OK"), None);
    }
}
