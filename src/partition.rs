//! Which node a key lives on: CRC-32 modulo the number of masters, with three rules for hash tags.
//!
//! This is the contract with data that already exists; `tests/conformance/partition.txt` holds it in rows made by another
//! implementation. The module knows nothing of nodes, commands or connections.

use crc32fast::Hasher;
use once_cell::sync::Lazy;

/// The node, counted from 1, of a key that is hashed as it is.
///
/// CRC-32/ISO-HDLC, as zlib and PHP's `crc32()` compute it, taken as an unsigned number. `masters` of 0 has no node: 0.
#[inline]
pub fn partition(key: &[u8], masters: u32) -> u32 {
    if masters == 0 { 0 } else { crc32(key) % masters + 1 }
}

/// What a hash begins with. For keys, which are short, finding out what the processor can do would take as long as the hash itself.
static HASHER: Lazy<Hasher> = Lazy::new(Hasher::new);

#[inline]
fn crc32(key: &[u8]) -> u32 {
    let mut hasher = HASHER.clone();
    hasher.update(key);
    hasher.finalize()
}

/// How a key's hash tag is found and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HashTag {
    /// `name{tag}`: `tag` is hashed, `name` alone is sent. The rule of rediscluster-py and rediscluster-php.
    #[default]
    Strip,
    /// What stands between the first `{` and the next `}`, if not empty, is hashed; the whole key is sent.
    /// The rule of Redis Cluster and twemproxy.
    Keep,
    /// Every key is plain.
    Off,
}

/// A key as the partitioner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tagged<'a> {
    /// The bytes that are sent to the server.
    pub name: &'a [u8],
    /// The bytes that are hashed.
    pub hashed: &'a [u8],
    /// In a command with several keys, whether this key, standing first, draws its untagged siblings to its node,
    /// and, standing later, goes its own way.
    pub pins: bool,
}

impl HashTag {
    /// Takes a key apart by this rule.
    #[inline]
    pub fn split(self, key: &[u8]) -> Tagged<'_> {
        let found = match self {
            HashTag::Strip => strip(key),
            HashTag::Keep => keep(key),
            HashTag::Off => None,
        };
        found.unwrap_or(Tagged { name: key, hashed: key, pins: false })
    }
}

/// `name{tag}`: the name is not empty, the last byte is `}`, and the last `{` opens the tag.
fn strip(key: &[u8]) -> Option<Tagged<'_>> {
    let inside = key.strip_suffix(b"}")?;
    let open = inside.iter().rposition(|&byte| byte == b'{')?;
    if open == 0 {
        return None;
    }
    Some(Tagged { name: &key[..open], hashed: &inside[open + 1..], pins: true })
}

/// The first `{` and the next `}` with at least one byte between them. Pinning is a habit of the stripping rule alone:
/// under this one every client of the same data looks for each key by that key.
fn keep(key: &[u8]) -> Option<Tagged<'_>> {
    let open = key.iter().position(|&byte| byte == b'{')?;
    let rest = &key[open + 1..];
    let close = rest.iter().position(|&byte| byte == b'}')?;
    if close == 0 {
        return None;
    }
    Some(Tagged { name: key, hashed: &rest[..close], pins: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(rule: HashTag, key: &str) -> (String, String) {
        let tagged = rule.split(key.as_bytes());
        (String::from_utf8_lossy(tagged.name).into(), String::from_utf8_lossy(tagged.hashed).into())
    }

    fn pair(name: &str, hashed: &str) -> (String, String) {
        (name.into(), hashed.into())
    }

    #[test]
    fn the_stripping_rule_splits_at_the_last_brace_and_needs_a_name_and_a_closing_brace() {
        assert_eq!(parts(HashTag::Strip, "bar{foo}"), pair("bar", "foo"));
        assert_eq!(parts(HashTag::Strip, "a{b}{c}"), pair("a{b}", "c"));
        assert_eq!(parts(HashTag::Strip, "foo{}"), pair("foo", ""));
        for plain in ["{foo}", "{foo}bar", "a{b}c", "foo}", "{}", "", "}", "{"] {
            assert_eq!(parts(HashTag::Strip, plain), pair(plain, plain));
        }
    }

    #[test]
    fn the_keeping_rule_hashes_the_first_tag_and_sends_the_whole_key() {
        assert_eq!(parts(HashTag::Keep, "a{b}c{d}"), pair("a{b}c{d}", "b"));
        assert_eq!(parts(HashTag::Keep, "{foo}"), pair("{foo}", "foo"));
        assert_eq!(parts(HashTag::Keep, "a{{b}}"), pair("a{{b}}", "{b"));
        assert_eq!(parts(HashTag::Keep, "a{}{b}"), pair("a{}{b}", "a{}{b}"));
    }

    #[test]
    fn no_masters_means_no_node() {
        assert_eq!(partition(b"foo", 0), 0);
        assert_eq!(partition(b"foo", 2), 2);
        assert_eq!(partition(b"bar", 2), 1);
    }
}
