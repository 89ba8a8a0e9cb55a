//! The keys that the library keeps for itself on the servers: none of them is ever seen through it.

use rustix::rand::{GetRandomFlags, getrandom};

/// What the names of hidden keys begin with.
pub(crate) const PREFIX: &[u8] = b"\0rediscluster\0";

/// On each server, the hash of the values that wait there to be moved on: field by field their numbers and what is to become of them.
pub(crate) const REGISTRY: &[u8] = b"\0rediscluster\0staged";

pub(crate) fn is_hidden(key: &[u8]) -> bool {
    key.starts_with(PREFIX)
}

/// A number that nobody else will ever have: 128 random bits in hexadecimal digits.
pub(crate) fn fresh_id() -> String {
    random::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random number below an end that is not 0.
pub(crate) fn below(end: u64) -> u64 {
    u64::from_ne_bytes(random()) % end
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut random = [0u8; BYTES];
    let mut filled = 0;
    while filled < random.len() {
        // It fails only where a signal came in between.
        filled += getrandom(&mut random[filled..], GetRandomFlags::empty()).unwrap_or(0);
    }
    random
}

/// The hidden key of that number and purpose.
pub(crate) fn key(id: &str, purpose: &str) -> Vec<u8> {
    [PREFIX, id.as_bytes(), b"\0", purpose.as_bytes()].concat()
}
