//! Runs `recover` and reads its report.

use rediscluster::{Children, Cluster, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// The report on one transfer, by field name.
pub type TransferReport = BTreeMap<String, String>;

/// Completes or undoes every interrupted transfer, and returns the report on each.
pub fn recover(cluster: &Cluster) -> Vec<TransferReport> {
    let reply = cluster.recover(Duration::ZERO).expect("the servers are up");
    let Value::Array(transfers) = reply.root() else { panic!("recover returns {:?}", reply.root()) };
    transfers
        .map(|transfer| match transfer {
            Value::Map(members) => report(members),
            other => panic!("recover reports {other:?}"),
        })
        .collect()
}

/// The report on one transfer.
pub fn report(mut members: Children) -> TransferReport {
    let mut report = TransferReport::new();
    while let (Some(Value::String(name)), Some(value)) = (members.next(), members.next()) {
        let value = if let Value::String(bytes) = value { super::data::text(bytes) } else { super::format_value(&value) };
        report.insert(super::data::text(name), value);
    }
    report
}
