//! Which nodes are masters, and in which order: what the configuration and its previous layout have in common.

use crate::config::Server;
use crate::config::document::fault;
use crate::config::values::{Aliases, Named};
use crate::error::Error;
use std::collections::{HashMap, HashSet};

pub(crate) type Nodes = HashMap<String, Server>;

/// The masters that `master_of` names, each with the aliases of its replicas. Every alias must be a node, and no replica a master.
///
/// With this map its keys are the masters, and nodes that it does not name are not used. Without it, or where it is empty, every node
/// is a master.
pub(crate) fn master_of(path: &str, given: Option<Named<Aliases>>, nodes: &Nodes) -> Result<HashMap<String, Vec<String>>, Error> {
    let given = given.map_or_else(Vec::new, |given| given.0);
    let masters: HashSet<String> = given.iter().map(|(master, _)| master.clone()).collect();
    for (master, replicas) in &given {
        let path = format!("{path}.{master}");
        if let Some(unknown) = std::iter::once(master).chain(&replicas.0).find(|alias| !nodes.contains_key(*alias)) {
            return Err(fault(&path, format!("nodes has no {unknown}")));
        }
        if let Some(alias) = replicas.0.iter().find(|alias| masters.contains(*alias)) {
            return Err(fault(&path, format!("{alias} is a master itself")));
        }
    }
    Ok(given.into_iter().map(|(master, replicas)| (master, replicas.0)).collect())
}

/// Checks that the masters are named node_1 … node_N without a gap: N decides where every key is stored.
pub(crate) fn numbered(path: &str, aliases: HashSet<&str>) -> Result<Vec<String>, Error> {
    let expected: Vec<String> = (1..=aliases.len()).map(|number| format!("node_{number}")).collect();
    if let Some(missing) = expected.iter().find(|alias| !aliases.contains(alias.as_str())) {
        let mut others: Vec<&str> = aliases.into_iter().filter(|&alias| !expected.iter().any(|known| known == alias)).collect();
        others.sort_unstable();
        let text = format!(
            "{missing} is missing: {} masters must be named node_1 … node_{}, found {}",
            expected.len(),
            expected.len(),
            others.join(", ")
        );
        return Err(fault(path, text));
    }
    Ok(expected)
}
