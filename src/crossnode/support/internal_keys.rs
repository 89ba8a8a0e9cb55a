//! The keys that the library stores for itself on the servers. Callers never see them.

use rustix::rand::{GetRandomFlags, getrandom};

/// The beginning of every internal key.
pub(crate) const PREFIX: &[u8] = b"\0rediscluster\0";

/// A hash on each server with a record of each unfinished transfer and MSETNX.
pub(crate) const REGISTRY: &[u8] = b"\0rediscluster\0staged";

pub(crate) fn is_internal(key: &[u8]) -> bool {
    key.starts_with(PREFIX)
}

/// The beginning of the copies that SORT makes for its patterns. SORT takes a NUL for the end of a pattern, so they cannot begin with [`PREFIX`].
const SORT_PREFIX: &[u8] = b"rediscluster:";

/// The beginning of the copies of one SORT.
pub(crate) fn sort_prefix(id: &str) -> Vec<u8> {
    [SORT_PREFIX, id.as_bytes(), b":"].concat()
}

/// Whether a key is a copy that SORT makes.
pub(crate) fn is_sort_copy(key: &[u8]) -> bool {
    let rest = key.strip_prefix(SORT_PREFIX).filter(|rest| rest.len() > ID_LENGTH && rest[ID_LENGTH] == b':');
    rest.is_some_and(|rest| rest[..ID_LENGTH].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// The length of [`new_id`].
const ID_LENGTH: usize = 32;

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
