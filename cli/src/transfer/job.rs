//! What a command line asks for: nodes, databases, and the placement of keys.

use crate::failure::Failure;
use crate::text::printable;
use crate::transfer::node::{Node, Side, nodes};
use crate::transfer::options::{Access, Existing, Filter};
use crate::transfer::placement::Placement;
use rediscluster::Cluster;

/// The data to move, and how.
pub struct Job {
    pub sources: Vec<Node>,
    pub targets: Vec<Node>,
    /// For each source the target that is the same server.
    pub same_server: Vec<Option<usize>>,
    /// Whether the sources are named node_1 …, so that the old node of each key is known.
    pub old_layout: bool,
    /// Pairs of a source's and a target's database.
    pub databases: Vec<(u32, u32)>,
    pub placement: Placement,
    pub pattern: Option<Vec<u8>>,
    pub existing: Existing,
    /// Keys are deleted where they were.
    pub in_place: bool,
    pub pieces_above: u64,
}

/// The servers of a job with one pair of databases.
pub struct Links {
    pub sources: Vec<Cluster>,
    pub targets: Vec<Cluster>,
}

impl Job {
    /// Reads lists of servers and databases, and connects to the servers.
    pub fn new(
        lists: [(&str, &str); 2],
        databases: &str,
        filter: &Filter,
        access: &Access,
        placement: Placement,
        in_place: bool,
    ) -> Result<Job, Failure> {
        let databases = parse_databases(databases)?;
        let (sources, old_layout) = nodes(lists[0].1, Side::Sources, lists[0].0, access)?;
        let (targets, named) = nodes(lists[1].1, Side::Targets, lists[1].0, access)?;
        if !named && targets.len() > 1 {
            return Err(Failure::usage(format!("{}: the nodes need names: node_1#HOST:PORT,node_2#…", lists[1].0)));
        }
        let same_server: Vec<Option<usize>> =
            sources.iter().map(|source| targets.iter().position(|target| target.run_id == source.run_id)).collect();
        let job = Job {
            sources,
            targets,
            same_server,
            old_layout,
            databases,
            placement,
            pattern: pattern(filter),
            existing: Existing::Fail,
            in_place,
            pieces_above: u64::MAX,
        };
        job.check_servers()?;
        Ok(job)
    }

    /// A server that is both source and target needs `--in-place`, and the same databases.
    fn check_servers(&self) -> Result<(), Failure> {
        let shared = self.same_server.iter().position(Option::is_some);
        let maps_databases = self.databases.iter().any(|(source, target)| source != target);
        match (shared, self.in_place) {
            (Some(at), false) if self.targets.len() > 1 || !maps_databases => Err(Failure::refused(format!(
                "{} is both a source and a target; with --in-place keys whose node changes move and are deleted where they were",
                self.sources[at].name
            ))),
            (None, true) => Err(Failure::usage("--in-place: no source is also a target; without it keys are copied")),
            (_, true) if maps_databases => Err(Failure::usage("--in-place: keys stay in their database; give --databases without :")),
            _ => Ok(()),
        }
    }

    pub fn open(&self, pair: usize) -> Links {
        let (source, target) = self.databases[pair];
        Links {
            sources: self.sources.iter().map(|node| node.open(source)).collect(),
            targets: self.targets.iter().map(|node| node.open(target)).collect(),
        }
    }

    /// The index of the target of a key; `None` if the key is there already, because its server is both source and target.
    pub fn target(&self, source: usize, key: &[u8]) -> Option<usize> {
        let target = self.placement.node(key, self.targets.len());
        (!self.in_place || self.same_server[source] != Some(target)).then_some(target)
    }

    /// Checks that the rules for tags explain where a key is: on its old node, or, in place, on its new one.
    pub fn check_old_node(&self, source: usize, key: &[u8]) -> Result<(), Failure> {
        let is_moved = self.in_place && self.same_server[source] == Some(self.placement.node(key, self.targets.len()));
        if !self.old_layout || is_moved || self.placement.node(key, self.sources.len()) == source {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "{} is on {}, but by the rules for hash tags it belongs on node_{} of {}: it was stored with another tag. Describe its tag with \
             --tag-rule or --tag-map; or name the sources without node_… to move it to where its name belongs",
            printable(key),
            self.sources[source].name,
            self.placement.node(key, self.sources.len()) + 1,
            self.sources.len()
        )))
    }
}

/// The glob for SCAN.
fn pattern(filter: &Filter) -> Option<Vec<u8>> {
    let escape = |prefix: &String| {
        let mut glob = Vec::new();
        for &byte in prefix.as_bytes() {
            if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\' | b'^') {
                glob.push(b'\\');
            }
            glob.push(byte);
        }
        glob.push(b'*');
        glob
    };
    filter.pattern.as_ref().map(|glob| glob.as_bytes().to_vec()).or(filter.prefix.as_ref().map(escape))
}

/// Reads `2,5` or `2:2,5:1`.
fn parse_databases(list: &str) -> Result<Vec<(u32, u32)>, Failure> {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for entry in list.split(',') {
        let (source, target) = entry.split_once(':').unwrap_or((entry, entry));
        let (Ok(source), Ok(target)) = (source.parse(), target.parse()) else {
            return Err(Failure::usage(format!("--databases: {entry:?} is not a number, or two numbers such as 5:1")));
        };
        if pairs.iter().any(|pair| pair.0 == source || pair.1 == target) {
            return Err(Failure::usage(format!("--databases: a database of {entry} is named twice")));
        }
        pairs.push((source, target));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_single_or_mapped() {
        assert_eq!(parse_databases("2,5:1").unwrap(), [(2, 2), (5, 1)]);
        for wrong in ["", "a", "1:", "1:2:3", "-1", "1,1", "1:3,2:3"] {
            assert!(parse_databases(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        let filter = Filter { prefix: Some("a*[b".into()), pattern: None };
        assert_eq!(pattern(&filter), Some(b"a\\*\\[b*".to_vec()));
    }
}
