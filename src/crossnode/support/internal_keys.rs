//! The keys that the library stores for itself on the servers. Callers never see them.

use rustix::rand::{GetRandomFlags, getrandom};

/// The beginning of every internal key.
pub(crate) const PREFIX: &[u8] = b"\0rediscluster\0";

/// A hash on each server with a record of each unfinished transfer and MSETNX.
pub(crate) const REGISTRY: &[u8] = b"\0rediscluster\0staged";

pub(crate) fn is_internal(key: &[u8]) -> bool {
    key.starts_with(PREFIX)
}

/// A unique id: 128 random bits in hexadecimal digits.
pub(crate) fn new_id() -> String {
    random::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random number below `end`, which is not 0.
pub(crate) fn random_below(end: u64) -> u64 {
    u64::from_ne_bytes(random()) % end
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut random = [0u8; BYTES];
    let mut filled = 0;
    while filled < random.len() {
        // It fails only when a signal interrupts it.
        filled += getrandom(&mut random[filled..], GetRandomFlags::empty()).unwrap_or(0);
    }
    random
}

/// The internal key of an id for a purpose, such as `staged`.
pub(crate) fn key(id: &str, purpose: &str) -> Vec<u8> {
    [PREFIX, id.as_bytes(), b"\0", purpose.as_bytes()].concat()
}
