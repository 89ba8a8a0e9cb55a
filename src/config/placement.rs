//! Where a key is stored: its name and its master.

use crate::config::Config;
use crate::error::{Code, Error, printable};
use crate::partition::{HashTag, Tagged, partition};

/// Where a key is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The name that is sent to the server.
    pub name: &'a [u8],
    /// The master, counted from 0.
    pub master: usize,
    /// Whether a tag was stripped. If it was one of the first key of a command, the keys without a tag are on the same master.
    pub is_stripped: bool,
    /// Whether a rule of `pin` determines the master.
    pub is_pinned: bool,
}

impl Config {
    /// Places a key by itself. `None`: it has a hash tag, and the configuration has no rule for it.
    ///
    /// Always inlined: the fast path runs it for every command.
    #[inline(always)]
    pub(crate) fn place<'a>(&self, key: &'a [u8]) -> Option<Place<'a>> {
        if self.has_placement_rules {
            return self.place_by_rules(key);
        }
        let tagged = match self.hash_tag {
            None if HashTag::matters_for(key) => return None,
            None => Tagged::plain(key),
            Some(rule) => rule.split(key),
        };
        Some(self.place_by_hash(tagged))
    }

    #[inline(always)]
    fn place_by_hash<'a>(&self, tagged: Tagged<'a>) -> Place<'a> {
        let master = partition(tagged.hashed, self.masters.len() as u32) as usize - 1;
        Place { name: tagged.name, master, is_stripped: tagged.is_stripped, is_pinned: false }
    }

    /// [`Config::place`] for a command that may be sent at once. `None` also if there is a previous layout, where the key may still be.
    #[inline(always)]
    pub(crate) fn place_at_once<'a>(&self, key: &'a [u8]) -> Option<Place<'a>> {
        if self.has_placement_rules {
            return if self.previous.is_some() { None } else { self.place_by_rules(key) };
        }
        self.place(key)
    }

    #[inline(never)]
    fn place_by_rules<'a>(&self, key: &'a [u8]) -> Option<Place<'a>> {
        if self.has_ambiguous_tag(key) { None } else { self.place_with_pins(key) }
    }

    /// The same with rules of `pin`. Without a rule for hash tags, a key that is pinned may have a tag that only `keep` finds: its name and its
    /// master are the same with all rules.
    #[inline(never)]
    fn place_with_pins<'a>(&self, key: &'a [u8]) -> Option<Place<'a>> {
        let tagged = match self.hash_tag {
            None if HashTag::Strip.split(key).is_stripped => return None,
            None => Tagged::plain(key),
            Some(rule) => rule.split(key),
        };
        match self.pinned_master(tagged.name) {
            Some(master) => Some(Place { name: tagged.name, master, is_stripped: tagged.is_stripped, is_pinned: true }),
            None if self.hash_tag.is_none() && HashTag::matters_for(key) => None,
            None => Some(self.place_by_hash(tagged)),
        }
    }

    /// The same with an error that calls the key `kind`: a key or a channel.
    pub(crate) fn try_place<'a>(&self, kind: &str, key: &'a [u8]) -> Result<Place<'a>, Error> {
        self.place(key).ok_or_else(|| self.refused_tag(kind, key))
    }
}

impl Place<'_> {
    /// Places a key of a command whose first key is `first`.
    #[inline]
    pub(crate) fn beside(self, first: &Place) -> Self {
        if first.is_stripped && !self.is_stripped && !self.is_pinned { Place { master: first.master, ..self } } else { self }
    }
}

impl Config {
    /// The error of a key, a channel or a pattern with a hash tag that [`Config::place`] does not place.
    #[cold]
    pub(crate) fn refused_tag(&self, kind: &str, key: &[u8]) -> Error {
        let is_ambiguous = self.has_ambiguous_tag(key);
        let key = printable(key);
        let text = if is_ambiguous {
            format!(
                "{kind} \"{key}\" has a hash tag, and hash_tag \"strip\" stores several such keys under one name; while keys move from the \
                 layout `previous`, use keys without tags"
            )
        } else {
            format!(
                "{kind} \"{key}\" has a hash tag; set hash_tag to \"strip\" (the layout of rediscluster-py and -php), \"keep\" (Redis Cluster, \
                 twemproxy) or \"off\""
            )
        };
        Error::new(Code::Request, text)
    }
}
