//! `each_on` for masters, replicas or all nodes.

use super::{FREQUENT_CHECKS, with_configured_replicas};
use crate::support::replication::{known_replicas, start_master, start_replica_of, wait_until};
use crate::support::{cluster, request};
use rediscluster::{Code, Nodes, Value};

#[test]
fn each_can_select_masters_replicas_or_all_nodes() {
    let masters = [start_master(), start_master()];
    let mut replicas = [start_replica_of(&masters[0]), start_replica_of(&masters[0]), start_replica_of(&masters[1])];
    let cluster = cluster(&masters.each_ref().map(|master| master.port), &[FREQUENT_CHECKS]);
    let aliases = |nodes| {
        let reply = cluster.each_on(nodes, &request(&["CONFIG GET port"])).unwrap();
        let Value::Map(pairs) = reply.root() else { panic!("{reply:?}") };
        let pairs: Vec<Value> = pairs.collect();
        let replies = pairs.chunks(2).map(|pair| match (&pair[0], &pair[1]) {
            (Value::String(alias), Value::Array(reply_bytes)) => (alias.to_vec(), port(reply_bytes.clone().nth(1))),
            other => panic!("{other:?}"),
        });
        replies.map(|(alias, port)| (String::from_utf8(alias).unwrap(), port)).collect::<Vec<_>>()
    };
    let names = |replies: &[(String, u16)]| replies.iter().map(|(alias, _)| alias.clone()).collect::<Vec<_>>();
    assert_eq!(names(&aliases(Nodes::Masters)), ["node_1", "node_2"]);
    let all = aliases(Nodes::All);
    assert_eq!(names(&all), ["node_1", "node_1_slave", "node_1_slave_2", "node_2", "node_2_slave"]);
    let replicas_called = aliases(Nodes::Replicas);
    assert_eq!(names(&replicas_called), ["node_1_slave", "node_1_slave_2", "node_2_slave"]);
    let mut ports: Vec<u16> = replicas_called.iter().take(2).map(|(_, port)| *port).collect();
    ports.sort_unstable();
    let mut expected = [replicas[0].port, replicas[1].port];
    expected.sort_unstable();
    assert_eq!((ports, replicas_called[2].1), (expected.to_vec(), replicas[2].port));
    // A stopped replica is no longer called, and the others keep their aliases.
    let gone = replicas.iter().position(|replica| replica.port == replicas_called[0].1).unwrap();
    replicas[gone].stop();
    wait_until(|| known_replicas(&masters[0]).len() == 1);
    assert_eq!(names(&aliases(Nodes::Replicas)), ["node_1_slave", "node_2_slave"]);
}

fn port(value: Option<Value>) -> u16 {
    match value {
        Some(Value::String(port)) => std::str::from_utf8(port).unwrap().parse().unwrap(),
        other => panic!("{other:?} is no port"),
    }
}

#[test]
fn each_reports_a_configured_replica_that_is_down() {
    let masters = [start_master(), start_master()];
    let mut replicas = masters.each_ref().map(start_replica_of);
    replicas[1].stop();
    let cluster = with_configured_replicas(masters.each_ref(), replicas.each_ref(), FREQUENT_CHECKS);
    let reply = cluster.each_on(Nodes::Replicas, &request(&["PING"])).unwrap();
    let Value::Map(pairs) = reply.root() else { panic!("{reply:?}") };
    let pairs: Vec<Value> = pairs.collect();
    assert_eq!(pairs[..3], [Value::String(b"node_1_slave"), Value::Status(b"PONG"), Value::String(b"node_2_slave")]);
    let error = reply.failure(reply.element(0, 3).unwrap()).unwrap();
    assert_eq!((error.code(), error.node()), (Code::Connect, Some("node_2_slave")));
    assert!(error.message().contains(&format!("127.0.0.1:{}", replicas[1].port)), "{error}");
}
