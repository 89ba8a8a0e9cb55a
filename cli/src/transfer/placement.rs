//! Which node a stored key belongs to.

use crate::failure::Failure;
use crate::transfer::options::Tags;
use crate::transfer::tag_map;
use rediscluster::{HashTag, partition};
use regex::bytes::Regex;
use std::collections::HashMap;

/// How the bytes to hash are found in a stored key.
pub enum Placement {
    /// The tag is in the key, or there is none.
    Stored(HashTag),
    /// The tag was removed from the key; rules and a map say what it was. A key without either had none.
    Stripped { rules: Vec<Regex>, map: HashMap<Vec<u8>, Vec<u8>> },
}

/// Why a job is refused that does not say what the tags were.
const TAGS_UNKNOWN: &str =
    "which node a key belongs to may depend on its hash tag, and rediscluster-py, rediscluster-php and \"hash_tag\": \"strip\" do \
     not store it: name{tag} is stored as name. Say what applies:
  --hash-tag keep       tags are part of the stored keys, as in Redis Cluster
  --hash-tag off        there are no tags: every key is hashed as a whole
  --no-tags             hash_tag is strip, but no key was stored with a tag
  --tag-rule REGEX      keys that match had the tag that the first group captures
  --tag-map FILE        lines KEY<TAB>TAG";

impl Placement {
    /// Reads the options on tags. `rule` is `--hash-tag`.
    pub fn new(rule: Option<&str>, tags: &Tags) -> Result<Placement, Failure> {
        let says_tags = tags.no_tags || !tags.tag_rule.is_empty() || tags.tag_map.is_some();
        match rule {
            Some("keep" | "off") if says_tags => {
                Err(Failure::usage("--no-tags, --tag-rule and --tag-map are for the rule strip; remove --hash-tag"))
            }
            Some("keep") => Ok(Placement::Stored(HashTag::Keep)),
            Some("off") => Ok(Placement::Stored(HashTag::Off)),
            _ if !says_tags => Err(Failure::refused(TAGS_UNKNOWN)),
            _ => {
                let rules = tags.tag_rule.iter().map(|text| self::rule(text)).collect::<Result<_, _>>()?;
                let map = tags.tag_map.as_deref().map_or_else(|| Ok(HashMap::new()), tag_map::read)?;
                Ok(Placement::Stripped { rules, map })
            }
        }
    }

    /// The bytes that are hashed for a stored key.
    pub fn hashed<'k>(&'k self, key: &'k [u8]) -> &'k [u8] {
        match self {
            Placement::Stored(tag) => tag.split(key).hashed,
            Placement::Stripped { rules, map } => match map.get(key) {
                Some(tag) => tag,
                None => rules.iter().find_map(|rule| rule.captures(key)?.get(1)).map_or(key, |tag| tag.as_bytes()),
            },
        }
    }

    /// The index of the node of a key, from 0.
    pub fn node(&self, key: &[u8], masters: usize) -> usize {
        partition(self.hashed(key), masters as u32).saturating_sub(1) as usize
    }

    /// The rules, for the sample.
    pub fn rules(&self) -> &[Regex] {
        if let Placement::Stripped { rules, .. } = self { rules } else { &[] }
    }
}

fn rule(text: &str) -> Result<Regex, Failure> {
    let rule = Regex::new(text).map_err(|error| Failure::usage(format!("--tag-rule {text}: {error}")))?;
    if rule.captures_len() != 2 {
        return Err(Failure::usage(format!(
            "--tag-rule {text}: it needs one group in parentheses that captures the tag, and has {}; (?:…) does not capture",
            rule.captures_len() - 1
        )));
    }
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(rules: &[&str]) -> Tags {
        Tags { no_tags: rules.is_empty(), tag_rule: rules.iter().map(ToString::to_string).collect(), tag_map: None }
    }

    #[test]
    fn the_first_rule_that_matches_gives_the_tag() {
        let placement = Placement::new(None, &tags(&["^order:([0-9]+):", "^(?:cart|user):(.*)$"])).unwrap();
        assert_eq!(placement.hashed(b"order:12:lines"), b"12");
        assert_eq!(placement.hashed(b"user:ann"), b"ann");
        assert_eq!(placement.hashed(b"foo{bar}"), b"foo{bar}");
        assert_eq!(placement.node(b"order:12:lines", 3), placement.node(b"12", 3));
    }

    #[test]
    fn strip_without_a_word_about_tags_is_refused() {
        let silent = Tags { no_tags: false, tag_rule: Vec::new(), tag_map: None };
        for rule in [None, Some("strip")] {
            assert!(Placement::new(rule, &silent).err().unwrap().message.contains("--tag-rule"));
        }
        assert!(Placement::new(Some("keep"), &tags(&[])).is_err() && Placement::new(None, &tags(&["no group"])).is_err());
        assert_eq!(Placement::new(Some("keep"), &silent).unwrap().hashed(b"a{b}c"), b"b");
        assert_eq!(Placement::new(Some("off"), &silent).unwrap().hashed(b"a{b}c"), b"a{b}c");
    }
}
