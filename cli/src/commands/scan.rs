//! `scan`: the keys of all nodes.

use crate::failure::Failure;
use crate::format::json_bytes;
use crate::text::{printable, stdout_is_terminal};
use crate::wire::{bytes, check, children, field_text, text};
use clap::Args;
use rediscluster::{Cluster, Value};
use std::io::Write;

/// List the keys of all nodes with SCAN
#[derive(Args)]
pub struct Scan {
    /// Only keys that match this pattern
    #[arg(long = "match", value_name = "GLOB")]
    pattern: Option<String>,
    /// Only keys of this type, such as hash
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Keys that a server looks at per call
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    count: u32,
    /// Print the node of each key before it
    #[arg(long)]
    with_nodes: bool,
    /// Print a JSON string per key
    #[arg(long, conflicts_with = "with_nodes")]
    json: bool,
}

pub fn run(cluster: &Cluster, args: &Scan) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let terminal = stdout_is_terminal();
    let count = args.count.to_string();
    let mut cursor = "0".to_owned();
    loop {
        let mut command: Vec<&[u8]> = vec![b"SCAN", cursor.as_bytes(), b"COUNT", count.as_bytes()];
        for (word, value) in [("MATCH", &args.pattern), ("TYPE", &args.kind)] {
            command.extend(value.iter().flat_map(|value| [word.as_bytes(), value.as_bytes()]));
        }
        let reply = cluster.command(&command)?;
        let mut parts = children(check(reply.root(), "SCAN")?);
        let next = parts.next().map(|next| text(&next)).unwrap_or_default();
        for key in parts.next().into_iter().flat_map(children) {
            let key = bytes(&key).unwrap_or_default();
            out.write_all(&line(cluster, args, terminal, key)?).map_err(Failure::output)?;
        }
        if next == "0" {
            return out.flush().map_err(Failure::output);
        }
        cursor = next;
    }
}

fn line(cluster: &Cluster, args: &Scan, terminal: bool, key: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut line = if args.with_nodes { [node_of(cluster, key)?.into_bytes(), b" ".to_vec()].concat() } else { Vec::new() };
    match (args.json, terminal) {
        (true, _) => line.extend_from_slice(json_bytes(key).to_string().as_bytes()),
        (false, true) => line.extend_from_slice(printable(key).as_bytes()),
        (false, false) => line.extend_from_slice(key),
    }
    line.push(b'\n');
    Ok(line)
}

/// The node that the library looks for a key on. With `strip` a stored name may be that of a tagged key, which is on another node.
fn node_of(cluster: &Cluster, key: &[u8]) -> Result<String, Failure> {
    let reply = cluster.node_for(key)?;
    match reply.root() {
        map @ Value::Map(_) => Ok(field_text(map, "alias")),
        other => Err(Failure::failed(text(&other))),
    }
}
