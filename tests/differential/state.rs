//! The data of the servers at the end: node, type, value and expiry of every key, independent of its encoding.

use super::compare::{near, sorted_rows, without_negative_zero, without_times};
use super::generate::command::quoted;
use super::generate::key_names::home;
use super::raw_connection::RawConnection;
use super::reply::{Client, OwnedReply};
use std::collections::BTreeMap;

/// The databases that commands can reach: MOVE, COPY and SWAPDB use three.
const DATABASES: [&str; 3] = ["0", "1", "2"];

/// By database and name.
pub type State = BTreeMap<(&'static str, Vec<u8>), KeyState>;

pub struct KeyState {
    kind: OwnedReply,
    expires: i64,
    value: OwnedReply,
}

/// All data of one server.
pub fn state(connection: &RawConnection) -> State {
    let mut state = State::new();
    for database in DATABASES {
        let both = connection.pipeline(&[vec!["SELECT", database], vec!["KEYS", "*"]]);
        let keys: Vec<Vec<u8>> = both[1].items().iter().map(|key| key.bytes().to_vec()).collect();
        // PEXPIRETIME is an error on Redis 6.2, and the times are not compared there.
        let about = keys.iter().flat_map(|key| [vec![b"TYPE".to_vec(), key.clone()], vec![b"PEXPIRETIME".to_vec(), key.clone()]]);
        let about = connection.pipeline(&about.collect::<Vec<_>>());
        let values: Vec<_> = keys.iter().zip(about.chunks(2)).map(|(key, about)| reading(about[0].bytes(), key)).collect();
        let values = connection.pipeline(&values);
        for ((key, about), value) in keys.into_iter().zip(about.chunks(2)).zip(values) {
            let held =
                KeyState { value: normalized(about[0].bytes(), value), kind: about[0].clone(), expires: about[1].number().unwrap_or(0) };
            state.insert((database, key), held);
        }
    }
    connection.ask(&["SELECT", "0"]);
    state
}

fn reading(kind: &[u8], key: &[u8]) -> Vec<Vec<u8>> {
    let (before, after): (&[&str], &[&str]) = match kind {
        b"list" => (&["LRANGE"], &["0", "-1"]),
        b"set" => (&["SMEMBERS"], &[]),
        b"zset" => (&["ZRANGE"], &["0", "-1", "WITHSCORES"]),
        b"hash" => (&["HGETALL"], &[]),
        b"stream" => (&["XINFO", "STREAM"], &["FULL", "COUNT", "0"]),
        _ => (&["GET"], &[]),
    };
    let words = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
    [words(before), vec![key.to_vec()], words(after)].concat()
}

fn normalized(kind: &[u8], value: OwnedReply) -> OwnedReply {
    match kind {
        b"set" => sorted_rows(&value, 1),
        b"hash" => sorted_rows(&value, 2),
        b"stream" => without_times(&value),
        b"zset" => without_negative_zero(&value),
        _ => value,
    }
}

/// How the cluster differs from the one server; `None` if the data is the same and each key is on its own node.
pub fn difference(nodes: &[RawConnection], oracle: &RawConnection) -> Option<String> {
    let mut expected = state(oracle);
    for (at, node) in nodes.iter().enumerate() {
        for ((database, key), found) in state(node) {
            let place = format!("key {} in database {database} on node_{}", quoted(&key), at + 1);
            let proper = home(&key, nodes.len());
            if proper != at {
                return Some(format!("{place} belongs on node_{}: {}", proper + 1, found.value));
            }
            match expected.remove(&(database, key)) {
                None => return Some(format!("{place} should not exist: {}", found.value)),
                Some(expected) => {
                    if let Some(what) = difference_between(&found, &expected) {
                        return Some(format!("{place} {what}"));
                    }
                }
            }
        }
    }
    let lost = expected.into_iter().next();
    lost.map(|((database, key), held)| format!("key {} in database {database} is missing: {}", quoted(&key), held.value))
}

/// What RESTORE creates from a DUMP, in a database of its own; `None` if it fails.
pub fn restored(oracle: &RawConnection, dump: &[u8]) -> Option<KeyState> {
    const KEY: &[u8] = b"made";
    oracle.ask(&["SELECT", "9"]);
    oracle.run(&[b"RESTORE", KEY, b"0", dump, b"REPLACE"]);
    let kind = oracle.run(&[b"TYPE", KEY]);
    let reading = reading(kind.bytes(), KEY);
    let value = oracle.run(&reading.iter().map(Vec::as_slice).collect::<Vec<_>>());
    oracle.run(&[b"DEL", KEY]);
    oracle.ask(&["SELECT", "0"]);
    (kind.bytes() != b"none").then(|| KeyState { value: normalized(kind.bytes(), value), kind, expires: 0 })
}

/// How two keys differ.
pub fn difference_between(found: &KeyState, expected: &KeyState) -> Option<String> {
    if found.kind != expected.kind {
        return Some(format!("is a {}, not a {}", found.kind, expected.kind));
    }
    if found.value != expected.value {
        return Some(format!("has the value {}\n              instead of {}", found.value, expected.value));
    }
    (!near(found.expires, expected.expires)).then(|| format!("expires at {} instead of {}", found.expires, expected.expires))
}
