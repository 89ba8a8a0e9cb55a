//! Checks that nothing is lost and nothing is duplicated after all processes have ended.

use crate::data::{ELEMENTS, element};
use crate::support::data::{Content, Data, DirectConnections};
use crate::support::recover::{TransferReport, recover};
use crate::support::words;
use rediscluster::{Cluster, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Recovers everything that was interrupted. If the source of a transfer is in use again, renames that key out of the way, as a user would.
pub fn recover_all(cluster: &Cluster) -> Vec<TransferReport> {
    let mut all = Vec::new();
    for round in 0..100 {
        let reports = recover(cluster);
        let waiting: Vec<TransferReport> = reports.iter().filter(|report| report["outcome"] == "waiting").cloned().collect();
        all.extend(reports);
        if waiting.is_empty() {
            return all;
        }
        for (number, report) in waiting.iter().enumerate() {
            assert!(report["command"].starts_with("RENAME"), "recover leaves {report:?}");
            let command = format!("RENAME {} room:{round}:{number}", report["source"]);
            let reply = cluster.command(&words(&command)).expect("a server");
            assert!(matches!(reply.root(), Value::Status(_) | Value::Error(b"ERR no such key")), "{command}: {:?}", reply.root());
        }
    }
    panic!("recover never finishes: {:?}", all.last());
}

/// The rules that are broken.
pub struct Verdict {
    pub broken: Vec<String>,
    pub duplicates: usize,
}

impl Verdict {
    pub fn new(before: &Data, after: &Data, results: &BTreeSet<Vec<String>>) -> Verdict {
        let mut verdict = Verdict { broken: Vec::new(), duplicates: 0 };
        let elements: BTreeSet<String> = (0..ELEMENTS).map(element).collect();
        for kind in ["list:", "set:"] {
            let found = named(after, kind).flat_map(|(_, content)| content.elements.iter().cloned());
            verdict.each_once(kind, &elements, found);
        }
        let values: BTreeSet<String> = named(before, "slot:").map(|(_, content)| describe(content)).collect();
        let places = ["slot:", "away:", "room:"];
        verdict.each_once("whole keys", &values, places.iter().flat_map(|place| named(after, place)).map(|(_, content)| describe(content)));
        for (key, content) in named(after, "copy:") {
            verdict.holds(values.contains(&describe(content)), || format!("{key} is not a copy of any value: {content:?}"));
        }
        for (key, content) in named(after, "result:").chain(named(after, "merged:")) {
            verdict.holds(results.contains(&content.elements), || format!("{key} has a value that no command computes: {content:?}"));
        }
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, _) in named(after, "all:") {
            *groups.entry(key.rsplit_once(':').expect("a group").0).or_default() += 1;
        }
        for (group, count) in groups {
            verdict.holds(count == 3, || format!("{count} of 3 keys of {group} are set"));
        }
        for (key, content) in before.iter().filter(|(key, _)| !key.contains(':')) {
            verdict.holds(after.get(key) == Some(content), || format!("{key} was only read but changed to {:?}", after.get(key)));
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
            self.holds(wanted.contains(&element), || format!("{what} have {element}, which never existed"));
        }
    }
}

fn named<'d>(data: &'d Data, prefix: &'d str) -> impl Iterator<Item = (&'d String, &'d Content)> {
    data.iter().filter(move |(key, _)| key.starts_with(prefix))
}

fn describe(content: &Content) -> String {
    format!("{content:?}")
}

/// The content of the servers once no other client is connected.
pub fn all_data(direct: &mut DirectConnections) -> Data {
    direct.await_no_other_clients();
    direct.data()
}
