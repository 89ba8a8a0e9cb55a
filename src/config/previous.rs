//! The layout that keys are moved away from while the program runs.

use crate::config::document::{PreviousDocument, fault};
use crate::config::layout::{Nodes, master_of, numbered};
use crate::config::node::{Defaults, server};
use crate::config::pin::{Pin, pinned_master, pins};
use crate::config::{Config, Master, Server};
use crate::error::Error;
use crate::partition::{HashTag, Tagged, partition};

/// The previous layout: where a key is stored that has not been moved to its node of the configuration yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Previous {
    /// Its masters, in the order node_1, node_2, …
    pub masters: Vec<Master>,
    /// How the part of a key that is hashed is found.
    pub hash_tag: Option<HashTag>,
    /// Its keys on a fixed node.
    pub pins: Vec<Pin>,
}

impl Previous {
    /// The index in [`Config::servers`] of the server that has the key with this stored name in the previous layout.
    pub(crate) fn server_of(&self, name: &[u8]) -> usize {
        self.masters[self.master_of(name)].server
    }

    /// The index in [`Previous::masters`].
    pub(crate) fn master_of(&self, name: &[u8]) -> usize {
        pinned_master(&self.pins, name).unwrap_or_else(|| {
            let tagged = self.hash_tag.map_or_else(|| Tagged::plain(name), |rule| rule.split(name));
            partition(tagged.hashed, self.masters.len() as u32) as usize - 1
        })
    }
}

impl Config {
    /// The number of the servers of [`Config::masters`]. They are the first ones in [`Config::servers`]; those that only the previous layout has
    /// follow.
    pub(crate) fn current_servers(&self) -> usize {
        self.masters.iter().map(|master| master.server + 1).max().unwrap_or(0)
    }

    /// The indexes in [`Config::servers`] of the two places of a key, by its stored name: in the previous layout and in this one. `None`: there is
    /// no previous layout, or the name is that of a key which is refused while keys move.
    pub fn places(&self, name: &[u8]) -> Option<(usize, usize)> {
        let place = self.place(name)?;
        self.previous.as_deref().map(|previous| (previous.server_of(name), self.masters[place.master].server))
    }

    /// Whether a key has a tag that one of the two layouts strips. Several such keys have the same stored name, which does not tell from which
    /// node to which it moves.
    pub(crate) fn has_ambiguous_tag(&self, key: &[u8]) -> bool {
        let strips = |previous: &Previous| [self.hash_tag, previous.hash_tag].contains(&Some(HashTag::Strip));
        self.previous.as_deref().is_some_and(strips) && HashTag::Strip.split(key).is_stripped
    }
}

/// Reads the previous layout, and adds the servers that only it has. Servers are compared by address and database: the aliases of the two
/// layouts have nothing to do with each other.
pub(crate) fn previous(
    document: PreviousDocument,
    hash_tag: Option<HashTag>,
    defaults: &Defaults,
    servers: &mut Vec<Server>,
) -> Result<Previous, Error> {
    let listed = document.nodes.ok_or_else(|| fault("previous.nodes", "missing"))?.0;
    if listed.is_empty() {
        return Err(fault("previous.nodes", "no nodes"));
    }
    let nodes: Nodes = listed
        .into_iter()
        .map(|(alias, node)| {
            let path = format!("previous.nodes.{alias}");
            Ok((alias.clone(), server(&format!("previous.{alias}"), &path, node, defaults)?))
        })
        .collect::<Result<_, Error>>()?;
    let replicas_of = master_of("previous.master_of", document.master_of, &nodes)?;
    let aliases = match replicas_of.is_empty() {
        true => numbered("previous.nodes", nodes.keys().map(String::as_str).collect()),
        false => numbered("previous.master_of", replicas_of.keys().map(String::as_str).collect()),
    }?;
    let mut masters = Vec::with_capacity(aliases.len());
    for alias in aliases {
        let server = &nodes[&alias];
        let known = servers.iter().position(|known| known.address == server.address && known.db == server.db);
        let server = known.unwrap_or_else(|| {
            servers.push(server.clone());
            servers.len() - 1
        });
        masters.push(Master { alias, server });
    }
    let pins = pins("previous.pin", document.pin, &masters)?;
    Ok(Previous { masters, hash_tag: document.hash_tag.or(hash_tag), pins })
}
