//! The node of a key: the conformance vectors, which another implementation generated, and CRC-32 by its definition.

use crate::support::crc32;
use crate::support::random::Random;
use rediscluster::{Cluster, Code, Config, HashTag, Reply, Value, partition};
use std::collections::HashMap;

#[test]
fn every_partition_vector_is_reproduced() {
    let text = std::fs::read_to_string("tests/conformance/partition.txt").unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(rows.len() >= 2000, "only {} rows", rows.len());
    let mut clusters: HashMap<[&str; 3], Cluster> = HashMap::new();
    for row in rows {
        let (fields, pins) = match row.split(' ').collect::<Vec<_>>()[..] {
            [key, mode, masters, name, node] => ([key, mode, masters, name, node], ""),
            [key, mode, masters, name, node, pins] => ([key, mode, masters, name, node], pins),
            _ => panic!("{row}"),
        };
        let [key, mode, masters, name, node] = fields;
        let cluster = clusters.entry([mode, masters, pins]).or_insert_with(|| cluster_of(mode, masters.parse().unwrap(), pins));
        let reply = cluster.node_for(&bytes(key));
        if name == "refused" {
            let error = reply.expect_err(&row[..row.len().min(200)]);
            assert!(error.code() == Code::Request && error.message().contains("has a hash tag; set hash_tag"), "{error}");
            continue;
        }
        let reply = reply.unwrap();
        let found = (field(&reply, "alias"), field(&reply, "key"));
        assert_eq!(found, (format!("node_{node}").into_bytes(), bytes(name)), "{}", &row[..row.len().min(200)]);
    }
}

fn cluster_of(mode: &str, masters: usize, pins: &str) -> Cluster {
    let ports: Vec<u16> = (1..=masters as u16).collect();
    let hash_tag = if mode == "unset" { "null".to_owned() } else { format!("\"{mode}\"") };
    let pins: serde_json::Map<String, serde_json::Value> = pins
        .split_terminator(',')
        .map(|pin| pin.split_once('=').unwrap())
        .map(|(pattern, node)| (String::from_utf8(bytes(pattern)).unwrap(), format!("node_{node}").into()))
        .collect();
    let members = [format!(r#""hash_tag":{hash_tag}"#), format!(r#""pin":{}"#, serde_json::Value::Object(pins))];
    let text = crate::support::config(&ports, &members.each_ref().map(String::as_str));
    Cluster::open(Config::from_json(text.as_bytes()).unwrap())
}

fn field(reply: &Reply, name: &str) -> Vec<u8> {
    let Value::Map(children) = reply.root() else { panic!("node_for returns a map") };
    let values: Vec<Value> = children.collect();
    let pair = values.chunks(2).find(|pair| pair[0] == Value::String(name.as_bytes())).unwrap();
    let Value::String(text) = pair[1] else { panic!("{name} is {:?}", pair[1]) };
    text.to_vec()
}

/// `-` is empty; `repeat:HEX:COUNT` repeats HEX.
fn bytes(field: &str) -> Vec<u8> {
    if let Some(rest) = field.strip_prefix("repeat:") {
        let (hex, count) = rest.split_once(':').unwrap();
        return bytes(hex).repeat(count.parse().unwrap());
    }
    let digits = if field == "-" { "" } else { field };
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_partitioner_is_crc32() {
    let mut random = Random::seeded();
    for _ in 0..100_000 {
        let length = random.below(40);
        let key = random.bytes(length);
        let masters = random.below(1024) as u32 + 1;
        assert_eq!(partition(&key, masters), crc32(&key) % masters + 1, "{key:?} of {masters}");
        assert_eq!(HashTag::Off.split(&key).hashed, key);
    }
}
