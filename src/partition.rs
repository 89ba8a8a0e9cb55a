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
///
/// There is no default: with a wrong rule, different keys are stored as one. See [`HashTag::matters_for`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashTag {
    /// `name{tag}`: `tag` is hashed, and only `name` is sent. The rule of rediscluster-py and rediscluster-php.
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
        found.unwrap_or(Tagged::plain(key))
    }

    /// Returns whether the rules differ for this key: whether one of them finds a tag in it.
    ///
    /// The result depends only on the key, not on the number of nodes: with one node [`HashTag::Strip`] still changes its name.
    #[inline]
    pub fn matters_for(key: &[u8]) -> bool {
        may_contain_open_brace(key) && has_tag(key)
    }
}

impl<'a> Tagged<'a> {
    /// A key without a tag.
    #[inline]
    pub(crate) fn plain(key: &'a [u8]) -> Tagged<'a> {
        Tagged { name: key, hashed: key, is_stripped: false }
    }
}

#[cold]
fn has_tag(key: &[u8]) -> bool {
    strip(key).is_some() || keep(key).is_some()
}

/// A quick test that runs for every key if the rule is [`HashTag::Keep`] or no rule is configured: no key with `{` fails it, and of the others
/// only those with `|`, `}`, `~` or bytes that are not ASCII pass. It reads words that may overlap at the end of the key.
#[inline(always)]
fn may_contain_open_brace(key: &[u8]) -> bool {
    if let (Some(&first), Some(&last)) = (key.first_chunk(), key.last_chunk()) {
        return has_large_byte(first) || has_large_byte(last) || (key.len() > 16 && key[8..].chunks_exact(8).any(word_has_large_byte));
    }
    match (key.first_chunk(), key.last_chunk()) {
        (Some(&first), Some(&last)) => (carry_from_brace(u32::from_le_bytes(first)) | carry_from_brace(u32::from_le_bytes(last))) != 0,
        _ => key.contains(&b'{'),
    }
}

#[inline]
fn word_has_large_byte(word: &[u8]) -> bool {
    word.try_into().is_ok_and(has_large_byte)
}

/// Whether one of eight bytes is `{` or larger. A byte that overflows adds 1 to the next one, which hides no `{`.
#[inline]
fn has_large_byte(word: [u8; 8]) -> bool {
    const DISTANCE: u64 = u64::from_le_bytes([0x80 - b'{'; 8]);
    u64::from_le_bytes(word).wrapping_add(DISTANCE) & u64::from_le_bytes([0x80; 8]) != 0
}

/// The same for four bytes; 0 if there is none.
#[inline]
fn carry_from_brace(word: u32) -> u32 {
    const DISTANCE: u32 = u32::from_le_bytes([0x80 - b'{'; 4]);
    word.wrapping_add(DISTANCE) & u32::from_le_bytes([0x80; 4])
}

/// Splits `name{tag}`. The name must not be empty; the tag may be, and it begins after the last `{`.
#[inline(always)]
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
#[inline(always)]
fn keep(key: &[u8]) -> Option<Tagged<'_>> {
    // Most keys have no tag, and this finds it out in fewer instructions.
    if !may_contain_open_brace(key) {
        return None;
    }
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
    fn the_rule_matters_for_a_key_if_one_of_the_rules_finds_a_tag() {
        for tagged in ["bar{foo}", "foo{}", "{foo}", "{foo}bar", "a{b}c", "a{}{b}", "user:{\"id\":7}", "{}{}", "a{{}"] {
            assert!(HashTag::matters_for(tagged.as_bytes()), "{tagged}");
        }
        for plain in ["", "foo", "{", "}", "{}", "}{", "a{b", "a}b{c", "{}a", "a{}b", "foo}"] {
            assert!(!HashTag::matters_for(plain.as_bytes()), "{plain}");
        }
    }

    #[test]
    fn a_tag_is_found_at_every_place_of_a_key_of_any_length() {
        for length in 0..40 {
            for filler in [0, b'a', b'z', b'}', 0x80, 0xfb, 0xff] {
                let plain = vec![filler; length];
                assert!(!HashTag::matters_for(&plain));
                assert_eq!(HashTag::Keep.split(&plain), Tagged::plain(&plain));
                for at in 0..length.saturating_sub(2) {
                    let mut key = plain.clone();
                    key[at..at + 3].copy_from_slice(b"{x}");
                    assert!(HashTag::matters_for(&key), "at {at} of {length}, {filler}");
                    assert_eq!(HashTag::Keep.split(&key).hashed, b"x", "at {at} of {length}, {filler}");
                }
            }
        }
    }

    #[test]
    fn the_node_is_0_without_masters() {
        assert_eq!(partition(b"foo", 0), 0);
        assert_eq!(partition(b"foo", 2), 2);
        assert_eq!(partition(b"bar", 2), 1);
    }
}
