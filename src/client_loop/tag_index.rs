//! Finds the slot of a tag: a hash table whose chains are links between slots. Neighbouring tags are in neighbouring buckets, because programs
//! count them or use addresses, and a table that scatters them costs a miss of the processor's cache for each request.

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

const FEWEST: usize = 64;
/// So many bits of a tag choose the place in a group of neighbouring buckets.
const GROUP_BITS: u32 = 3;

pub(super) struct TagIndex {
    /// The first slot of each bucket. Their number is a power of two.
    first: Vec<u32>,
}

impl TagIndex {
    pub(super) fn new() -> TagIndex {
        TagIndex { first: vec![NONE; FEWEST] }
    }

    /// Whether chains would become long with so many slots. Then [`TagIndex::grow`] makes the table empty, and all slots have to be linked again.
    pub(super) fn is_small_for(&self, slots: usize) -> bool {
        slots * 2 > self.first.len()
    }

    pub(super) fn grow(&mut self) {
        self.first = vec![NONE; self.first.len() * 2];
    }

    #[inline]
    fn bucket(&self, tag: u64) -> usize {
        let groups = self.first.len().trailing_zeros() - GROUP_BITS;
        let group = (tag >> GROUP_BITS).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - groups);
        // Of tags that are multiples of 16, the lowest bits are all equal.
        let place = (tag ^ tag >> (GROUP_BITS + 1)) & ((1 << GROUP_BITS) - 1);
        (group << GROUP_BITS | place) as usize
    }

    /// The first slot that a tag may be in. The others follow by their links.
    #[inline]
    pub(super) fn first(&self, tag: u64) -> u32 {
        self.first[self.bucket(tag)]
    }

    /// Makes a slot the first one for a tag. Returns the slot that it has to link to.
    #[inline]
    pub(super) fn put_first(&mut self, tag: u64, slot: u32) -> u32 {
        let bucket = self.bucket(tag);
        std::mem::replace(&mut self.first[bucket], slot)
    }

    /// Makes `next` the first slot for a tag if `slot` is that. Otherwise returns the first slot, from which links lead to `slot`.
    #[inline]
    pub(super) fn remove_first(&mut self, tag: u64, slot: u32, next: u32) -> Option<u32> {
        let bucket = self.bucket(tag);
        let first = &mut self.first[bucket];
        if *first == slot {
            *first = next;
            return None;
        }
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_cache_lines_and_addresses_are_spread() {
        let index = TagIndex { first: vec![NONE; 1 << 14] };
        let buckets = |tags: &dyn Fn(u64) -> u64| {
            let mut buckets: Vec<usize> = (0..4096).map(|nth| index.bucket(tags(nth))).collect();
            let neighbours = buckets.windows(2).filter(|pair| pair[0] / 8 == pair[1] / 8).count();
            buckets.sort_unstable();
            buckets.dedup();
            (neighbours, buckets.len())
        };
        let (neighbours, distinct) = buckets(&|nth| nth);
        assert!(neighbours > 3500 && distinct == 4096, "{neighbours}, {distinct}");
        for step in [16, 48, 64, 4096] {
            let (_, distinct) = buckets(&|nth| 0x7f00_dead_0000 + nth * step);
            assert!(distinct > 2000, "step {step}: {distinct}");
        }
    }
}
