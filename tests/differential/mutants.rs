//! Libraries with one broken routing rule, which the comparison must detect. The mutants change the requests; the library itself stays as
//! it is.

use super::reply::{Client, OwnedReply};
use rediscluster::{Cluster, HashTag, keys_of};

/// Changes the arguments of a command before the library receives them.
pub type Change = fn(&mut [Vec<u8>], &[usize]);

pub struct Mutant<'c> {
    pub cluster: &'c Cluster,
    pub change: Change,
}

impl Client for Mutant<'_> {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        let mut changed: Vec<Vec<u8>> = args.iter().map(|argument| argument.to_vec()).collect();
        let keys = keys_of(args).unwrap_or_default();
        (self.change)(&mut changed, &keys);
        self.cluster.run(&changed.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn name(key: &[u8]) -> &[u8] {
    HashTag::Strip.split(key).name
}

/// Routes the second key of a command by another hash tag.
pub fn misplaced_second_key(args: &mut [Vec<u8>], keys: &[usize]) {
    if let Some(&second) = keys.get(1)
        && !name(&args[second]).is_empty()
    {
        args[second] = [name(&args[second]), b"{elsewhere}"].concat();
    }
}

/// Removes hash tags, so that they are ignored.
pub fn ignored_tag(args: &mut [Vec<u8>], keys: &[usize]) {
    for &key in keys {
        args[key] = name(&args[key]).to_vec();
    }
}

/// Gives untagged keys a tag of their own, so that the tag of the first key does not pin them.
pub fn ignored_pinning(args: &mut [Vec<u8>], keys: &[usize]) {
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

/// Some commands go to other nodes.
pub struct Permuted<'c> {
    pub usual: &'c dyn Client,
    /// With the nodes in another order.
    pub permuted: &'c dyn Client,
    pub is_permuted: fn(&[&[u8]]) -> bool,
}

impl Client for Permuted<'_> {
    fn run(&self, args: &[&[u8]]) -> OwnedReply {
        if (self.is_permuted)(args) { self.permuted.run(args) } else { self.usual.run(args) }
    }
}

pub fn is_of_hashes(args: &[&[u8]]) -> bool {
    args[0].first().is_some_and(|first| first.eq_ignore_ascii_case(&b'h'))
}

pub fn runs_keyless_script(args: &[&[u8]]) -> bool {
    args[0].eq_ignore_ascii_case(b"EVAL") && args.get(2) == Some(&&b"0"[..])
}
