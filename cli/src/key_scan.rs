//! The keys of one server, batch by batch, with their sizes.

use crate::failure::Failure;
use crate::wire::{Pipeline, bytes, check, children, text};
use rediscluster::{Cluster, Value};

/// The beginning of the keys that the library and this tool keep for themselves.
pub const INTERNAL: &[u8] = b"\0rediscluster\0";

/// A batch of keys, and the cursor after it; `0` at the end.
pub struct Batch {
    pub keys: Vec<Vec<u8>>,
    pub next: String,
}

/// Reads the next batch of keys with SCAN. Internal keys are left out.
pub fn next_batch(server: &Cluster, cursor: &str, count: usize, pattern: Option<&[u8]>) -> Result<Batch, Failure> {
    let count = count.to_string();
    let mut command: Vec<&[u8]> = vec![b"SCAN", cursor.as_bytes(), b"COUNT", count.as_bytes()];
    command.extend(pattern.iter().flat_map(|pattern| [&b"MATCH"[..], pattern]));
    let reply = server.command(&command)?;
    let mut parts = children(check(reply.root(), "SCAN")?);
    let next = parts.next().map(|next| text(&next)).unwrap_or_default();
    let keys = parts.next().into_iter().flat_map(children).filter_map(|key| bytes(&key));
    Ok(Batch { keys: keys.filter(|key| !key.starts_with(INTERNAL)).map(<[u8]>::to_vec).collect(), next })
}

/// The bytes that each key takes on its server, as MEMORY USAGE estimates them from one element; 0 for keys that are gone.
pub fn sizes(server: &Cluster, keys: &[Vec<u8>]) -> Result<Vec<u64>, Failure> {
    let mut pipeline = Pipeline::default();
    keys.iter().for_each(|key| pipeline.push(&[b"MEMORY", b"USAGE", key, b"SAMPLES", b"1"]));
    let reply = pipeline.run(server)?;
    let size = |value| match check(value, "MEMORY USAGE")? {
        Value::Integer(size) => Ok(u64::try_from(size).unwrap_or(0)),
        _ => Ok(0),
    };
    children(reply.root()).map(size).collect()
}
