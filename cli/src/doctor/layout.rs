//! Whether keys are on the nodes where the library looks for them.

use crate::doctor::{Findings, Level};
use crate::failure::Failure;
use crate::key_scan::{INTERNAL, next_batch};
use crate::text::printable;
use crate::wire::{field_text, integer};
use rediscluster::{Cluster, HashTag};

/// Checks a sample of the keys of a master. `server` is a handle for this server only.
pub fn check(cluster: &Cluster, server: &Cluster, alias: &str, sample: usize, findings: &mut Findings) -> Result<(), Failure> {
    let registry = [INTERNAL, b"staged"].concat();
    if integer(&server.command(&[b"EXISTS", &registry])?.root(), "EXISTS")? > 0 {
        findings.add(Level::Warning, alias, "it has interrupted moves between nodes: run `rediscluster recover`");
    }
    let mut keys = Vec::new();
    let mut cursor = "0".to_owned();
    while keys.len() < sample {
        let batch = next_batch(server, &cursor, sample.clamp(1, 1000), None)?;
        keys.extend(batch.keys);
        if batch.next == "0" {
            break;
        }
        cursor = batch.next;
    }
    keys.truncate(sample);
    let mut elsewhere = Vec::new();
    for key in &keys {
        // A key with a tag, without a rule for tags, is refused.
        if let Ok(node) = cluster.node_for(key)
            && field_text(node.root(), "alias") != alias
        {
            elsewhere.push(key);
        }
    }
    let Some(example) = elsewhere.first() else {
        if !keys.is_empty() {
            findings.add(Level::Ok, alias, format!("{} keys of it are where they belong", keys.len()));
        }
        return Ok(());
    };
    let (count, all, example) = (elsewhere.len(), keys.len(), printable(example));
    let text = format!("{count} of {all} keys of it belong on other nodes, such as {example}");
    // A key that was stored with a tag is where its tag belongs.
    match cluster.config().hash_tag {
        Some(HashTag::Strip) => findings.add(Level::Warning, alias, format!("{text}, unless they were stored with a hash tag")),
        _ => findings.add(Level::Error, alias, format!("{text}: the library does not find them. Move them with `rediscluster reshard`")),
    }
    Ok(())
}
