//! The keys of the sources without repetitions, so that each is read once.

use crate::crossnode::colocate::{Operand, Operands, ProbeResult};

pub(crate) struct DistinctSources<'a> {
    pub keys: Vec<Operand<'a>>,
    /// One index into `keys` per source.
    pub key_of_source: Vec<usize>,
}

impl<'a> DistinctSources<'a> {
    pub(crate) fn new(operands: &Operands<'a>) -> DistinctSources<'a> {
        let mut keys: Vec<Operand> = Vec::new();
        let mut key_of_source = Vec::with_capacity(operands.sources.len());
        for source in &operands.sources {
            let known = keys.iter().position(|key| key.is_same_key(source));
            key_of_source.push(known.unwrap_or_else(|| {
                keys.push(*source);
                keys.len() - 1
            }));
        }
        DistinctSources { keys, key_of_source }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// One result per source, from one per distinct key.
    pub(crate) fn probe_results(&self, of_key: impl Fn(usize) -> ProbeResult) -> Vec<ProbeResult> {
        self.key_of_source.iter().map(|&key| of_key(key)).collect()
    }
}
