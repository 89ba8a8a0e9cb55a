//! `skew`: how keys and bytes would be spread over another number of masters.

use crate::commands::chart::{Group, svg};
use crate::commands::{print, print_table};
use crate::config;
use crate::failure::Failure;
use crate::key_scan::{next_batch, sizes};
use crate::table::table;
use crate::text::{count, size};
use clap::Args;
use rediscluster::{Cluster, Config, HashTag, partition};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Show how keys and bytes are spread, now and over other numbers of masters
///
/// Stored keys are hashed. With hash_tag strip the tags of keys are not stored,
/// so that tagged keys are counted on the nodes of their names.
#[derive(Args)]
pub struct Skew {
    /// Numbers of masters to compare, such as 3,4,5
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    masters: Vec<u32>,
    /// Also draw a chart of the bytes, as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print a JSON object per node
    #[arg(long)]
    json: bool,
}

/// The keys and bytes of each node of one layout.
struct Spread {
    title: String,
    nodes: Vec<(u64, u64)>,
}

pub fn run(config: &Config, args: &Skew) -> Result<(), Failure> {
    let mut now = Spread { title: "now".to_owned(), nodes: vec![(0, 0); config.servers.len()] };
    let empty = |masters: &u32| Spread { title: masters.to_string(), nodes: vec![(0, 0); *masters as usize] };
    let mut others: Vec<Spread> = args.masters.iter().map(empty).collect();
    let rule = config.hash_tag.filter(|rule| *rule == HashTag::Keep).unwrap_or(HashTag::Off);
    for server in 0..config.servers.len() {
        let handle = Cluster::open(config::of_server(config, server));
        let mut cursor = "0".to_owned();
        loop {
            let batch = next_batch(&handle, &cursor, 1000, None)?;
            for (bytes, key) in sizes(&handle, &batch.keys)?.into_iter().zip(batch.keys) {
                add(&mut now.nodes[server], bytes);
                for spread in &mut others {
                    let node = partition(rule.split(&key).hashed, spread.nodes.len() as u32) - 1;
                    add(&mut spread.nodes[node as usize], bytes);
                }
            }
            if batch.next == "0" {
                break;
            }
            cursor = batch.next;
        }
    }
    others.insert(0, now);
    args.svg.iter().try_for_each(|path| draw(&others, path))?;
    others.iter().try_for_each(|spread| show(spread, args.json))
}

fn title(spread: &Spread) -> String {
    if spread.title == "now" { spread.title.clone() } else { format!("{} masters", spread.title) }
}

fn draw(spreads: &[Spread], path: &Path) -> Result<(), Failure> {
    let titles: Vec<String> = spreads.iter().map(title).collect();
    let groups: Vec<Group> = titles.iter().zip(spreads).map(|(title, spread)| Group { title, nodes: &spread.nodes }).collect();
    std::fs::write(path, svg(&groups)).map_err(|error| Failure::usage(format!("--svg {}: {error}", path.display())))
}

fn add((keys, sum): &mut (u64, u64), bytes: u64) {
    *keys += 1;
    *sum += bytes;
}

/// The length of the longest bar.
const BAR: u64 = 30;

fn show(spread: &Spread, as_json: bool) -> Result<(), Failure> {
    let largest = spread.nodes.iter().map(|node| node.1).max().unwrap_or(0).max(1);
    let title = title(spread).to_uppercase();
    let mut rows = table(&[title.as_str(), "KEYS", "BYTES", ""]);
    for (at, (keys, bytes)) in spread.nodes.iter().enumerate() {
        let node = format!("node_{}", at + 1);
        if as_json {
            let line = json!({"masters": spread.title, "node": node, "keys": keys, "bytes": bytes});
            print(format!("{line}\n").as_bytes())?;
        } else {
            rows.add_row([node, count(*keys), size(*bytes), "#".repeat((bytes * BAR / largest) as usize)]);
        }
    }
    if as_json { Ok(()) } else { print_table(&rows) }
}
