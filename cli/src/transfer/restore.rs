//! RESTORE, and what its replies mean.

use crate::failure::Failure;
use crate::transfer::node::Node;
use crate::wire::{Pipeline, text};
use rediscluster::Value;

/// What came of a RESTORE.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    Done,
    /// The target has the key already.
    Exists,
    /// The target cannot read payloads of the source's version.
    Unreadable,
}

/// Appends RESTORE with an absolute time; 0 is never.
pub fn push(pipeline: &mut Pipeline, key: &[u8], expiry: i64, payload: &[u8], replace: bool) {
    let expiry = expiry.to_string();
    let mut command: Vec<&[u8]> = vec![b"RESTORE", key, expiry.as_bytes(), payload, b"ABSTTL"];
    if replace {
        command.push(b"REPLACE");
    }
    pipeline.push(&command);
}

/// Reads the reply to RESTORE.
pub fn outcome(reply: &Value<'_>, target: &Node) -> Result<Restored, Failure> {
    let Value::Error(message) = reply else { return Ok(Restored::Done) };
    if message.starts_with(b"BUSYKEY") {
        Ok(Restored::Exists)
    } else if message.starts_with(b"ERR DUMP payload version") || message.starts_with(b"ERR Bad data format") {
        Ok(Restored::Unreadable)
    } else {
        Err(Failure::failed(format!("{}: RESTORE: {}", target.name, text(reply))))
    }
}

/// The bytes at the end of a payload that say the version: the same value has others on another release.
const FOOTER: usize = 10;

/// Whether two payloads are the same value, written in the same way.
pub fn is_same_payload(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.len() > FOOTER && one[..one.len() - FOOTER] == other[..other.len() - FOOTER]
}
