//! Finishing what was interrupted.

use rediscluster::{Children, Cluster, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is told of a transfer, by the names of the members.
pub type TransferReport = BTreeMap<String, String>;

/// Ends every transfer that was interrupted, and answers what the library says of each.
pub fn recover(cluster: &Cluster) -> Vec<TransferReport> {
    let reply = cluster.recover(Duration::ZERO).expect("the servers can be asked");
    let Value::Array(transfers) = reply.root() else { panic!("recover answers {:?}", reply.root()) };
    transfers
        .map(|transfer| match transfer {
            Value::Map(members) => told(members),
            other => panic!("recover tells of {other:?}"),
        })
        .collect()
}

fn told(mut members: Children) -> TransferReport {
    let mut told = TransferReport::new();
    while let (Some(Value::String(name)), Some(value)) = (members.next(), members.next()) {
        let value = if let Value::String(bytes) = value { super::data::text(bytes) } else { super::format_value(&value) };
        told.insert(super::data::text(name), value);
    }
    told
}
