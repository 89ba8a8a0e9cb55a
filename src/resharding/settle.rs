//! Moves the keys of a command to their new places before it runs.

use crate::command::Key;
use crate::command::{CommandFlags, ReadTimeout};
use crate::config::Config;
use crate::error::Error;
use crate::resharding::channel::{replies, words};
use crate::resharding::relocate::{Relocation, as_flag, in_context, relocate_all};
use crate::topology::Topology;
use crate::transport::{NodePipeline, exchange};
use std::cell::RefCell;
use std::collections::HashSet;

/// The keys that a call has seen absent from their old places. They stay absent there.
#[derive(Default)]
pub(crate) struct SettledKeys(RefCell<Option<HashSet<Box<[u8]>>>>);

impl SettledKeys {
    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.0.borrow().as_ref().is_some_and(|keys| keys.contains(key))
    }

    pub(crate) fn insert(&self, key: &[u8]) {
        self.0.borrow_mut().get_or_insert_default().insert(key.into());
    }
}

/// Makes sure that keys are not at their old places. Returns an error if that fails for one of them; then the command must not run.
pub(crate) fn settle(config: &Config, topology: &Topology, name: &[u8], keys: &[Key], settled: &SettledKeys) -> Result<(), Error> {
    settle_names(config, topology, name, keys.iter().map(|key| (key.name, config.masters[key.master()].server)), settled)
}

/// [`settle`] with the stored names of keys, and the servers that they belong on.
pub(crate) fn settle_names<'k>(
    config: &Config,
    topology: &Topology,
    name: &[u8],
    keys: impl Iterator<Item = (&'k [u8], usize)>,
    settled: &SettledKeys,
) -> Result<(), Error> {
    let Some(previous) = config.previous.as_deref() else { return Ok(()) };
    let moving: Vec<Relocation> = keys
        .map(|(key, to)| Relocation { key, from: previous.server_of(key), to })
        .filter(|key| key.from != key.to && !settled.contains(key.key))
        .collect();
    if moving.is_empty() {
        return Ok(());
    }
    let topology = topology.over_resp2();
    let mut present = present(config, topology, name, &moving)?;
    present.sort_unstable_by_key(|key| (key.from, key.to, key.key));
    present.dedup();
    let mut first_error = None;
    for group in present.chunk_by(|one, other| (one.from, one.to) == (other.from, other.to)) {
        for (outcome, key) in relocate_all(config, topology, name, group).into_iter().zip(group) {
            match outcome {
                Ok(_) => settled.insert(key.key),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
    }
    moving.iter().filter(|key| !present.contains(key)).for_each(|key| settled.insert(key.key));
    first_error.map_or(Ok(()), Err)
}

/// Those keys that are at their old places.
fn present<'k>(config: &Config, topology: &Topology, name: &[u8], keys: &[Relocation<'k>]) -> Result<Vec<Relocation<'k>>, Error> {
    let mut ordered: Vec<&Relocation> = keys.iter().collect();
    ordered.sort_by_key(|key| key.from);
    let groups: Vec<&[&Relocation]> = ordered.chunk_by(|one, other| one.from == other.from).collect();
    let mut pipelines: Vec<NodePipeline> = Vec::with_capacity(groups.len());
    for group in &groups {
        let mut pipeline = NodePipeline::new(topology.shard(group[0].from), &[]);
        for key in *group {
            let flags = CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured };
            pipeline.add_copied(&words![b"EXISTS", key.key].iter().map(AsRef::as_ref).collect::<Vec<_>>(), flags);
        }
        pipelines.push(pipeline);
    }
    exchange(&mut pipelines.iter_mut().collect::<Vec<_>>());
    let mut present = Vec::new();
    // Connections are given back before others are taken.
    let outcomes: Vec<_> = pipelines
        .into_iter()
        .map(|pipeline| {
            let (lease, outcome) = pipeline.into_lease_and_replies(name);
            lease.into_iter().for_each(crate::transport::Lease::keep);
            outcome
        })
        .collect();
    for (group, outcome) in groups.iter().zip(outcomes) {
        let reply = outcome.map_err(|error| in_context(config, group[0], error))?;
        for (key, exists) in group.iter().zip(replies(&reply)) {
            if as_flag(exists).map_err(|error| in_context(config, key, error))? {
                present.push(**key);
            }
        }
    }
    Ok(present)
}
