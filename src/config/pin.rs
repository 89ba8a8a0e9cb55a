//! Placement rules: keys that match a pattern are stored on a fixed node, whatever their hash.

use crate::config::document::fault;
use crate::config::glob::{Literal, literal_prefix, matches};
use crate::config::values::{Alias, Named};
use crate::config::{Config, Master};
use crate::error::Error;
use std::cmp::Reverse;

/// A placement rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Pin {
    /// A glob pattern as of `KEYS`, matched against the name under which a key is stored.
    pub pattern: String,
    /// The index of the node in [`Config::masters`].
    pub master: usize,
    literal: Literal,
}

impl Config {
    /// The master of the most specific rule for a key; `None`: its hash decides.
    pub(crate) fn pinned_master(&self, name: &[u8]) -> Option<usize> {
        pinned_master(&self.pins, name)
    }
}

/// [`Config::pinned_master`] by these rules.
pub(crate) fn pinned_master(pins: &[Pin], name: &[u8]) -> Option<usize> {
    let applies = |pin: &&Pin| name.starts_with(&pin.literal.text) && matches(pin.pattern.as_bytes(), name);
    pins.iter().find(applies).map(|pin| pin.master)
}

/// The rules, the most specific first: the one with the longest text before its first wildcard, and a rule without wildcards before one with
/// the same text. That does not depend on their order in the document, which maps of some languages do not keep.
///
/// Two rules that are equally specific can match the same key only if that text is equal. They are refused if they name different nodes.
pub(crate) fn pins(path: &str, given: Option<Named<Alias>>, masters: &[Master]) -> Result<Vec<Pin>, Error> {
    let pin = |(pattern, Alias(alias)): (String, Alias)| {
        let Some(master) = masters.iter().position(|master| master.alias == alias) else {
            return Err(fault(&format!("{path}.{pattern}"), format!("{alias} is not a master")));
        };
        Ok(Pin { literal: literal_prefix(pattern.as_bytes()), pattern, master })
    };
    let mut pins: Vec<Pin> = given.map_or_else(Vec::new, |given| given.0).into_iter().map(pin).collect::<Result<_, Error>>()?;
    pins.sort_by_cached_key(|pin| (Reverse(pin.literal.text.len()), Reverse(pin.literal.is_whole), pin.pattern.clone()));
    for (nth, one) in pins.iter().enumerate() {
        if let Some(other) = pins[..nth].iter().find(|other| other.literal == one.literal && other.master != one.master) {
            let text = format!(
                "ambiguous: \"{}\" has the same text before its first wildcard and names {}",
                other.pattern, masters[other.master].alias
            );
            return Err(fault(&format!("{path}.{}", one.pattern), text));
        }
    }
    Ok(pins)
}
