//! Role checks: replicas that join or leave, and masters that are replicas.

use super::{FREQUENT_CHECKS, read, run, store, with_configured_replicas};
use crate::support::replication::{
    Monitor, call_count, is_in_sync, known_replicas, start_joining_replica, start_master, start_replica_of, wait_until,
};
use crate::support::{Server, cluster, key_on, request, words};
use rediscluster::{Cluster, Code, Config, Nodes, Reply, Value};

#[test]
fn a_new_replica_is_discovered() {
    let master = start_master();
    let cluster = cluster(&[master.port], &[FREQUENT_CHECKS]);
    run(&cluster, "SET a 1");
    assert_eq!(read(&cluster, "a"), b"1");
    let replica = start_joining_replica(&master);
    wait_until(|| {
        assert_eq!(read(&cluster, "a"), b"1");
        call_count(&replica, "get") > 0
    });
}

#[test]
fn a_detached_replica_receives_no_more_reads() {
    let master = start_master();
    let [detached, kept] = [start_replica_of(&master), start_replica_of(&master)];
    for configured in [false, true] {
        let cluster = match configured {
            false => cluster(&[master.port], &[FREQUENT_CHECKS]),
            true => with_configured_replicas([&master, &master], [&detached, &kept], FREQUENT_CHECKS),
        };
        store(&cluster, &[&detached, &kept], "a", "1");
        wait_until(|| read(&cluster, "a") == b"1" && call_count(&detached, "get") > 0);
        let _: () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut detached.client()).unwrap();
        wait_until(|| {
            let before = call_count(&detached, "get");
            (0..20).for_each(|_| assert_eq!(read(&cluster, "a"), b"1"));
            call_count(&detached, "get") == before
        });
        let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(master.port).query(&mut detached.client()).unwrap();
        wait_until(|| is_in_sync(&detached) && known_replicas(&master).contains(&detached.port));
    }
}

#[test]
fn a_configured_master_that_is_a_replica_is_refused_by_name_until_it_is_promoted() {
    let [one, two] = [start_master(), start_master()];
    let replica = start_replica_of(&one);
    for policy in [r#""read":"replica""#, r#""read":"master""#] {
        let cluster = cluster(&[two.port, replica.port], &[FREQUENT_CHECKS, policy]);
        let [good, bad] = [1, 2].map(|node| key_on(node, 2));
        for command in [format!("SET {bad} 1"), format!("GET {bad}"), format!("MGET {good} {bad}"), "DBSIZE".to_owned()] {
            let error = cluster.command(&words(&command)).map(|_| ()).unwrap_err();
            assert_eq!((error.code(), error.node()), (Code::Config, Some("node_2")), "{command}: {error}");
            for part in [format!("node_2 (127.0.0.1:{})", replica.port), format!("is a replica of 127.0.0.1:{}", one.port)] {
                assert!(error.message().contains(&part), "{command}: {error}");
            }
        }
        run(&cluster, &format!("SET {good} 1"));
        let _: () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut replica.client()).unwrap();
        wait_until(|| cluster.command(&words(&format!("SET {bad} 1"))).is_ok());
        assert_eq!(read(&cluster, &bad), b"1");
        // A server that becomes a replica later is noticed too.
        let _: () = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(one.port).query(&mut replica.client()).unwrap();
        wait_until(|| cluster.command(&words(&format!("SET {bad} 2"))).is_err_and(|error| error.code() == Code::Config));
        wait_until(|| is_in_sync(&replica));
    }
}

#[test]
fn a_server_that_denies_the_role_command_is_used_as_configured() {
    let server = Server::start();
    let _: () = redis::cmd("ACL").arg(&["SETUSER", "default", "-role"]).query(&mut server.client()).unwrap();
    let cluster = cluster(&[server.port], &[]);
    run(&cluster, "SET a 1");
    assert_eq!(read(&cluster, "a"), b"1");
}

#[test]
fn a_zero_refresh_interval_disables_role_checks() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let monitor = Monitor::start(&master, &[]);
    let cluster = cluster(&[master.port], &[r#""refresh_interval":0"#]);
    run(&cluster, "SET a 1");
    run(&cluster, "GET a");
    assert_eq!(cluster.each_on(Nodes::Replicas, &request(&["PING"])).unwrap().entries()[0].length(), 0);
    assert!(!monitor.counts().contains_key("role"));
    let cluster = with_configured_replicas([&master, &master], [&replica, &replica], r#""refresh_interval":0"#);
    run(&cluster, "STRLEN a");
    assert!(!monitor.counts().contains_key("role"));
    assert_eq!(call_count(&replica, "strlen"), 1);
}

/// The text, or the texts, of each alias's field.
fn fields(nodes: &Reply, name: &str) -> Vec<(String, String)> {
    let text = |value: Value| match value {
        Value::String(text) => String::from_utf8_lossy(text).into_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Array(list) => format!("{list:?}"),
        _ => String::new(),
    };
    let Value::Map(mut nodes) = nodes.root() else { panic!("no map") };
    let mut found = Vec::new();
    while let (Some(alias), Some(Value::Map(mut node))) = (nodes.next(), nodes.next()) {
        while let (Some(key), Some(value)) = (node.next(), node.next()) {
            if key == Value::String(name.as_bytes()) {
                found.push((text(alias), text(value)));
            }
        }
    }
    found
}

#[test]
fn node_list_has_the_replicas_that_the_configuration_names_or_that_the_masters_list() {
    let master = start_master();
    let replica = start_replica_of(&master);
    let port = |server: &Server| server.port.to_string();
    let pairs = |expected: &[(&str, &str)]| expected.iter().map(|(alias, text)| (alias.to_string(), text.to_string())).collect::<Vec<_>>();
    let json = format!(
        r#"{{"nodes": {{"node_1": {{"host": "127.0.0.1", "port": {0}}}, "node_2": {{"host": "127.0.0.1", "port": {0}, "db": 1}}}}}}"#,
        master.port
    );
    let cluster = Cluster::open(Config::from_json(json.as_bytes()).unwrap());
    assert_eq!(fields(&cluster.node_list(false), "replicas"), pairs(&[("node_1", "[]"), ("node_2", "[]")]));
    let nodes = cluster.node_list(true);
    let (at_master, at_replica) = (port(&master), port(&replica));
    let expected = [("node_1", &*at_master), ("node_1_slave", &*at_replica), ("node_2", &*at_master), ("node_2_slave", &*at_replica)];
    assert_eq!(fields(&nodes, "port"), pairs(&expected));
    let expected = [("node_1", "master"), ("node_1_slave", "replica"), ("node_2", "master"), ("node_2_slave", "replica")];
    assert_eq!(fields(&nodes, "role"), pairs(&expected));
    let expected = [("node_1", "node_1"), ("node_1_slave", "node_1"), ("node_2", "node_2"), ("node_2_slave", "node_2")];
    assert_eq!(fields(&nodes, "master"), pairs(&expected));
    let expected = [("node_1", "node_1"), ("node_1_slave", "node_1_slave"), ("node_2", "node_1"), ("node_2_slave", "node_1_slave")];
    assert_eq!(fields(&nodes, "server"), pairs(&expected));
    assert_eq!(fields(&nodes, "db"), pairs(&[("node_1", "0"), ("node_1_slave", "0"), ("node_2", "1"), ("node_2_slave", "1")]));
    assert_eq!(fields(&cluster.node_list(false), "port"), fields(&nodes, "port"), "what was discovered before");

    let json = r#"{"nodes": {"node_1": "redis://a:1", "x": "redis://b:2", "y": "redis://b:3"}, "master_of": {"node_1": ["x", "y"]}}"#;
    let named = Cluster::open(Config::from_json(json.as_bytes()).unwrap());
    let expected = [("node_1", "1"), ("node_1_slave", "2"), ("node_1_slave_2", "3")];
    assert_eq!(fields(&named.node_list(false), "port"), pairs(&expected));
}
