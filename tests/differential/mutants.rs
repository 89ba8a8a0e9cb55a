//! Libraries with a rule of routing broken, for the comparison to find. The library itself is not touched: its requests are changed on the way.

use super::answer::{Answer, Answers};
use rediscluster::{Cluster, HashTag, keys_of};

/// What is done to a command's arguments before the library gets them.
pub type Change = fn(&mut [Vec<u8>], &[usize]);

pub struct Mutant<'c> {
    pub cluster: &'c Cluster,
    pub change: Change,
}

impl Answers for Mutant<'_> {
    fn answer(&self, args: &[&[u8]]) -> Answer {
        let mut changed: Vec<Vec<u8>> = args.iter().map(|argument| argument.to_vec()).collect();
        let keys = keys_of(args).unwrap_or_default();
        (self.change)(&mut changed, &keys);
        self.cluster.answer(&changed.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn name(key: &[u8]) -> &[u8] {
    HashTag::Strip.split(key).name
}

/// The second key of a command is looked for by the name of a neighbour of its own.
pub fn second_key_astray(args: &mut [Vec<u8>], keys: &[usize]) {
    if let Some(&second) = keys.get(1)
        && !name(&args[second]).is_empty()
    {
        args[second] = [name(&args[second]), b"{elsewhere}"].concat();
    }
}

/// A tag is cut off, and not heeded.
pub fn tag_unheeded(args: &mut [Vec<u8>], keys: &[usize]) {
    for &key in keys {
        args[key] = name(&args[key]).to_vec();
    }
}

/// A tag on the first key draws no untagged one to its node.
pub fn unpinned(args: &mut [Vec<u8>], keys: &[usize]) {
    let Some((&first, rest)) = keys.split_first() else { return };
    if !HashTag::Strip.split(&args[first]).is_stripped {
        return;
    }
    for &key in rest {
        let own = args[key].clone();
        if !own.is_empty() && !HashTag::Strip.split(&own).is_stripped {
            args[key] = [&own[..], b"{", &own[..], b"}"].concat();
        }
    }
}

/// The hashes are spread over the nodes in another order than the rest.
pub struct Permuted<'c> {
    pub cluster: &'c Cluster,
    pub permuted: Cluster,
}

impl Answers for Permuted<'_> {
    fn answer(&self, args: &[&[u8]]) -> Answer {
        let of_hashes = args[0].first().is_some_and(|first| first.eq_ignore_ascii_case(&b'h'));
        if of_hashes { self.permuted.answer(args) } else { self.cluster.answer(args) }
    }
}
