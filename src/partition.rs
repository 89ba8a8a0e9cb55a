//! The node of a key: CRC-32 modulo the number of masters, with three rules for hash tags.
//!
//! Existing data depends on this function. `tests/conformance/partition.txt` has test rows that another implementation
//! computed.

use crc32fast::Hasher;
use once_cell::sync::Lazy;

/// Returns the number of the node, from 1 to `masters`, of a key whose bytes are all hashed. Returns 0 if `masters` is 0.
///
/// The hash is CRC-32/ISO-HDLC as an unsigned number, as zlib and PHP's `crc32()` compute it.
/// [`HashTag::split`] extracts the bytes to hash from a key with a hash tag.
#[inline]
pub fn partition(key: &[u8], masters: u32) -> u32 {
    if masters == 0 { 0 } else { crc32(key) % masters + 1 }
}

/// A hasher in its initial state. Making one detects the features of the processor, which takes as long as hashing a short key.
static HASHER: Lazy<Hasher> = Lazy::new(Hasher::new);

#[inline]
fn crc32(key: &[u8]) -> u32 {
    let mut hasher = HASHER.clone();
    hasher.update(key);
    hasher.finalize()
}

/// The rule by which hash tags are found in keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum HashTag {
    /// `name{tag}`: `tag` is hashed, and only `name` is sent. The rule of rediscluster-py and rediscluster-php.
    #[default]
    Strip,
    /// The bytes between the first `{` and the next `}` are hashed unless there are none; the whole key is sent.
    /// The rule of Redis Cluster and twemproxy.
    Keep,
    /// Keys have no hash tags: the whole key is hashed and sent.
    Off,
}

/// A key, split by a [`HashTag`] rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tagged<'a> {
    /// The bytes that are sent to the server.
    pub name: &'a [u8],
    /// The bytes that are hashed.
    pub hashed: &'a [u8],
    /// Whether the key has a tag that [`HashTag::Strip`] removed. If the first key of a command has such a tag, the
    /// untagged keys of the command go to the node of that key.
    pub is_stripped: bool,
}

impl HashTag {
    /// Splits a key by this rule.
    #[inline]
    pub fn split(self, key: &[u8]) -> Tagged<'_> {
        let found = match self {
            HashTag::Strip => strip(key),
            HashTag::Keep => keep(key),
            HashTag::Off => None,
        };
        found.unwrap_or(Tagged { name: key, hashed: key, is_stripped: false })
    }
}

/// Splits `name{tag}`. The name must not be empty; the tag may be, and it begins after the last `{`.
fn strip(key: &[u8]) -> Option<Tagged<'_>> {
    let inside = key.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|&byte| byte == b'{')?;
    if open == 0 {
        return None;
    }
    Some(Tagged { name: &key[..open], hashed: &inside[open + 1..], is_stripped: true })
}

/// Finds the bytes between the first `{` and the next `}`. The first key of a command has no effect on the others with this
/// rule, because other clients of the same data compute the node of each key from that key.
fn keep(key: &[u8]) -> Option<Tagged<'_>> {
    let open = key.iter().position(|&byte| byte == b'{')?;
    let rest = &key[open + 1..];
    let close = rest.iter().position(|&byte| byte == b'}')?;
    if close == 0 {
        return None;
    }
    Some(Tagged { name: key, hashed: &rest[..close], is_stripped: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(rule: HashTag, key: &str) -> (String, String) {
        let tagged = rule.split(key.as_bytes());
        (String::from_utf8_lossy(tagged.name).into(), String::from_utf8_lossy(tagged.hashed).into())
    }

    fn pair(name: &str, hashed: &str) -> (String, String) {
        (name.into(), hashed.into())
    }

    #[test]
    fn strip_splits_at_the_last_opening_brace_and_requires_a_name_and_a_closing_brace() {
        assert_eq!(split(HashTag::Strip, "bar{foo}"), pair("bar", "foo"));
        assert_eq!(split(HashTag::Strip, "a{b}{c}"), pair("a{b}", "c"));
        assert_eq!(split(HashTag::Strip, "foo{}"), pair("foo", ""));
        for plain in ["{foo}", "{foo}bar", "a{b}c", "foo}", "{}", "", "}", "{"] {
            assert_eq!(split(HashTag::Strip, plain), pair(plain, plain));
        }
    }

    #[test]
    fn keep_hashes_the_first_tag_and_sends_the_whole_key() {
        assert_eq!(split(HashTag::Keep, "a{b}c{d}"), pair("a{b}c{d}", "b"));
        assert_eq!(split(HashTag::Keep, "{foo}"), pair("{foo}", "foo"));
        assert_eq!(split(HashTag::Keep, "a{{b}}"), pair("a{{b}}", "{b"));
        assert_eq!(split(HashTag::Keep, "a{}{b}"), pair("a{}{b}", "a{}{b}"));
    }

    #[test]
    fn the_node_is_0_without_masters() {
        assert_eq!(partition(b"foo", 0), 0);
        assert_eq!(partition(b"foo", 2), 2);
        assert_eq!(partition(b"bar", 2), 1);
    }
}
