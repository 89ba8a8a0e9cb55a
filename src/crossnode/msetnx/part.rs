//! What an MSETNX stores on one node.

use crate::crossnode::Job;
use crate::crossnode::msetnx::intent::digest;
use crate::crossnode::support::conversation::{Words, words};
use std::borrow::Cow;
use std::collections::HashMap;

/// What one server stores.
pub(super) struct Part<'a> {
    pub server: usize,
    /// Each key once, with the last of its values.
    pub pairs: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Part<'a> {
    pub(super) fn new(job: &Job<'_, 'a>, server: usize) -> Part<'a> {
        let mut pairs: Vec<(&[u8], &[u8])> = Vec::new();
        let mut places: HashMap<&[u8], usize> = HashMap::new();
        for number in (0..job.command.keys.len()).filter(|&number| job.server_of(number) == server) {
            let (key, value) = (job.key(number), job.args[job.command.keys[number].position() + 1]);
            let place = *places.entry(key).or_insert(pairs.len());
            match pairs.get_mut(place) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        Part { server, pairs }
    }

    pub(super) fn keys_and_digests(&self) -> Vec<(&'a [u8], Vec<u8>)> {
        self.pairs.iter().map(|&(key, value)| (key, digest(value))).collect()
    }

    pub(super) fn with_keys(&self, name: &'static [u8]) -> Words<'a> {
        let mut command = words![name];
        command.extend(self.pairs.iter().map(|(key, _)| Cow::from(*key)));
        command
    }

    pub(super) fn store(&self) -> Words<'a> {
        let mut command = words![b"MSET"];
        command.extend(self.pairs.iter().flat_map(|(key, value)| [Cow::from(*key), Cow::from(*value)]));
        command
    }
}
