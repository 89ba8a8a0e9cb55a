//! What must hold at the end.

use crate::load::Ledger;
use crate::servers::{NODES, Servers};
use crate::stalls::Stalls;
use std::collections::HashSet;
use std::time::Duration;

/// What a call may take longer than its deadline, besides what the machine itself is late.
const TOLERANCE: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Verdict {
    pub broken: Vec<String>,
    pub lost_before_confirmed: usize,
}

impl Verdict {
    pub fn new(servers: &Servers, ledgers: &[Ledger], stalls: &Stalls) -> Verdict {
        let mut verdict = Verdict::default();
        for ledger in ledgers {
            verdict.broken.extend(ledger.crossed.iter().map(|what| format!("a wrong reply: {what}")));
            for call in &ledger.late {
                if call.took > call.deadline + TOLERANCE + stalls.between(call.end - call.took, call.end) {
                    verdict.broken.push(format!("{:?} with a deadline of {:?}: {}", call.took, call.deadline, call.what));
                }
            }
        }
        (0..NODES).for_each(|node| verdict.check_node(servers, node, ledgers));
        verdict
    }

    fn check_node(&mut self, servers: &Servers, node: usize, ledgers: &[Ledger]) {
        let mut client = servers.master(node).expect("a settled node").server.client();
        let keys: Vec<String> = redis::cmd("KEYS").arg("key:*").query(&mut client).expect("the keys");
        let present: HashSet<String> = keys.into_iter().collect();
        let is_here = |key: &str| rediscluster::partition(key.as_bytes(), NODES as u32) == node as u32 + 1;
        // Replication is asynchronous: only what a replica has outlives the master.
        let may_lose = servers.has_sentinels(node);
        for ledger in ledgers {
            for key in ledger.acknowledged.iter().filter(|key| is_here(key) && !present.contains(*key)) {
                match may_lose && !ledger.confirmed.contains(key) {
                    true => self.lost_before_confirmed += 1,
                    false => self.broken.push(format!("node_{}: the acknowledged {key} is lost", node + 1)),
                }
            }
            for key in ledger.not_executed.iter().filter(|key| is_here(key) && present.contains(*key)) {
                self.broken.push(format!("node_{}: {key} was not executed, and exists", node + 1));
            }
            for (key, (acknowledged, uncertain)) in ledger.counters.iter().filter(|(key, _)| is_here(key)) {
                let value: u64 = redis::cmd("GET").arg(key).query::<Option<u64>>(&mut client).expect("a counter").unwrap_or(0);
                if value > acknowledged + uncertain || !may_lose && value < *acknowledged {
                    self.broken.push(format!("{key} is {value} after {acknowledged} INCR and {uncertain} uncertain ones"));
                }
            }
        }
    }
}
