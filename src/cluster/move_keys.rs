//! Moves keys that no command has moved yet from their places of the previous layout.

use crate::cluster::handle::Cluster;
use crate::error::Error;
use crate::resharding::{Relocated, Relocation, relocate_all};

impl Cluster {
    /// Moves keys from their servers of the previous layout to those of the configuration, as a command that uses them would. For each key the
    /// result is the size of its value as `DUMP` returns it, or `None` if there was nothing to move.
    ///
    /// `names` are stored names: keys as a `SCAN` of a server returns them. Keys that move between the same two servers move together, in four
    /// round trips, during which their values are in memory. Programs may use the keys at the same time, and several threads and processes may
    /// move them; it may be interrupted at any time.
    ///
    /// # Errors
    ///
    /// Each key fails by itself, and is unchanged then: the target rejects the value, or a server fails.
    pub fn move_keys(&self, names: &[&[u8]]) -> Vec<Result<Option<usize>, Error>> {
        let _call = self.begin_call();
        let (config, topology) = (self.config(), self.topology());
        let mut outcomes: Vec<Result<Option<usize>, Error>> = names.iter().map(|_| Ok(None)).collect();
        let mut moving: Vec<(usize, Relocation)> = names
            .iter()
            .enumerate()
            .filter_map(|(nth, key)| config.places(key).map(|(from, to)| (nth, Relocation { key, from, to })))
            .filter(|(_, key)| key.from != key.to)
            .collect();
        moving.sort_by_key(|(_, key)| (key.from, key.to));
        for group in moving.chunk_by(|(_, one), (_, other)| (one.from, one.to) == (other.from, other.to)) {
            let keys: Vec<Relocation> = group.iter().map(|(_, key)| *key).collect();
            for (outcome, (nth, _)) in relocate_all(config, topology.over_resp2(), b"RESTORE", &keys).into_iter().zip(group) {
                outcomes[*nth] = outcome.map(|relocated| match relocated {
                    Relocated::Moved { bytes } => Some(bytes),
                    Relocated::Finished => Some(0),
                    Relocated::Gone => None,
                });
            }
        }
        outcomes
    }
}
