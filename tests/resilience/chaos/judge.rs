//! What must hold when everybody is dead or done: nothing is lost, and nothing is there twice.

use crate::support::data::{Content, Data, DirectConnections};
use crate::support::recover::{TransferReport, recover};
use crate::support::words;
use crate::world::{ELEMENTS, element};
use rediscluster::{Cluster, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Ends all that was interrupted. Where a key is in use again, so that what was taken from it cannot come back, it makes room, as a user would.
pub fn recovered(cluster: &Cluster) -> Vec<TransferReport> {
    let mut all = Vec::new();
    for round in 0..100 {
        let told = recover(cluster);
        let waiting: Vec<TransferReport> = told.iter().filter(|told| told["outcome"] == "waiting").cloned().collect();
        all.extend(told);
        if waiting.is_empty() {
            return all;
        }
        for (number, told) in waiting.iter().enumerate() {
            assert!(told["command"].starts_with("RENAME"), "recover leaves {told:?}");
            let command = format!("RENAME {} room:{round}:{number}", told["source"]);
            let reply = cluster.command(&words(&command)).expect("a server");
            assert!(matches!(reply.root(), Value::Status(_) | Value::Error(b"ERR no such key")), "{command}: {:?}", reply.root());
        }
    }
    panic!("recover never comes to an end: {:?}", all.last());
}

/// Every rule that is broken.
pub struct Verdict {
    pub broken: Vec<String>,
    pub duplicates: usize,
}

impl Verdict {
    pub fn of(before: &Data, after: &Data, results: &BTreeSet<Vec<String>>) -> Verdict {
        let mut verdict = Verdict { broken: Vec::new(), duplicates: 0 };
        let elements: BTreeSet<String> = (0..ELEMENTS).map(element).collect();
        for kind in ["list:", "set:"] {
            let found = named(after, kind).flat_map(|(_, content)| content.elements.iter().cloned());
            verdict.each_once(kind, &elements, found);
        }
        let treasures: BTreeSet<String> = named(before, "slot:").map(|(_, content)| told(content)).collect();
        let places = ["slot:", "away:", "room:"];
        verdict.each_once("whole keys", &treasures, places.iter().flat_map(|place| named(after, place)).map(|(_, content)| told(content)));
        for (key, content) in named(after, "copy:") {
            verdict.holds(treasures.contains(&told(content)), || format!("{key} is a copy of nothing: {content:?}"));
        }
        for (key, content) in named(after, "result:").chain(named(after, "merged:")) {
            verdict.holds(results.contains(&content.elements), || format!("{key} has a result that no command has: {content:?}"));
        }
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, _) in named(after, "all:") {
            *groups.entry(key.rsplit_once(':').expect("a group").0).or_default() += 1;
        }
        for (group, count) in groups {
            verdict.holds(count == 3, || format!("of {group} {count} keys were set"));
        }
        for (key, content) in before.iter().filter(|(key, _)| !key.contains(':')) {
            verdict.holds(after.get(key) == Some(content), || format!("{key} was only read, and is {:?}", after.get(key)));
        }
        verdict
    }

    fn holds(&mut self, rule: bool, what: impl FnOnce() -> String) {
        if !rule {
            self.broken.push(what());
        }
    }

    fn each_once(&mut self, what: &str, wanted: &BTreeSet<String>, found: impl Iterator<Item = String>) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        found.for_each(|element| *counts.entry(element).or_default() += 1);
        for element in wanted {
            self.holds(counts.contains_key(element), || format!("{what} lost {element}"));
        }
        for (element, count) in counts {
            self.duplicates += count - 1;
            self.holds(count == 1, || format!("{what} have {element} {count} times"));
            self.holds(wanted.contains(&element), || format!("{what} have {element}, which nobody brought"));
        }
    }
}

fn named<'d>(data: &'d Data, prefix: &'d str) -> impl Iterator<Item = (&'d String, &'d Content)> {
    data.iter().filter(move |(key, _)| key.starts_with(prefix))
}

fn told(content: &Content) -> String {
    format!("{content:?}")
}

/// What the servers hold when nobody else speaks with them.
pub fn all_that_is_there(bare: &mut DirectConnections) -> Data {
    bare.await_no_other_clients();
    bare.data()
}
