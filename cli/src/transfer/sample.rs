//! What the rules for hash tags do to some keys, shown before a job starts.

use crate::failure::Failure;
use crate::key_scan::next_batch;
use crate::text::printable;
use crate::transfer::job::Job;
use crate::transfer::placement::Placement;

/// Keys that are looked at per source.
const KEYS: usize = 1000;
/// Keys that are shown per rule.
const SHOWN: usize = 3;

/// Describes the rules, with examples from the sources. Also checks for these keys that the rules explain their old nodes.
pub fn describe(job: &Job) -> Result<String, Failure> {
    let Placement::Stripped { rules, map } = &job.placement else { return Ok(String::new()) };
    let mut keys = Vec::new();
    for (at, source) in job.sources.iter().enumerate() {
        let batch = next_batch(&source.open(job.databases[0].0), "0", KEYS, job.pattern.as_deref())?;
        batch.keys.iter().try_for_each(|key| job.check_old_node(at, key))?;
        keys.extend(batch.keys);
    }
    let mut out = String::from("Hash tags are not stored with the rule strip; this tool cannot know them.\n");
    if rules.is_empty() && map.is_empty() {
        out.push_str("  --no-tags: every key is hashed as a whole\n");
    }
    if !map.is_empty() {
        out.push_str(&format!("  --tag-map: {} keys have a tag\n", map.len()));
    }
    for rule in job.placement.rules() {
        let matching: Vec<&Vec<u8>> = keys.iter().filter(|key| rule.is_match(key)).collect();
        out.push_str(&format!("  --tag-rule {rule}: matches {} of {} keys\n", matching.len(), keys.len()));
        for key in matching.iter().take(SHOWN) {
            let tag = printable(job.placement.hashed(key));
            out.push_str(&format!("    {}: tag {tag}, node_{}\n", printable(key), job.placement.node(key, job.targets.len()) + 1));
        }
    }
    let untagged = keys.iter().filter(|key| job.placement.hashed(key) == key.as_slice()).count();
    out.push_str(&format!("  {untagged} of {} keys are hashed as a whole\n", keys.len()));
    if job.old_layout {
        out.push_str("  All of these keys are on the node of their sources that the rules expect.\n");
    }
    Ok(out)
}
