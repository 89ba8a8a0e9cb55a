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
type State = BTreeMap<(&'static str, Vec<u8>), KeyState>;

pub struct KeyState {
    kind: OwnedReply,
    expires: i64,
    value: OwnedReply,
}

type Words = Vec<Vec<u8>>;

/// A key of one server, as far as it is known.
struct Found {
    database: &'static str,
    key: Vec<u8>,
    kind: OwnedReply,
    expires: i64,
}

/// All data of each server.
fn states(connections: &[&RawConnection]) -> Vec<State> {
    let listing = DATABASES.iter().flat_map(|database| [words(&["SELECT", database]), words(&["KEYS", "*"])]).collect();
    let mut found: Vec<Vec<Found>> = Vec::new();
    for lists in round(connections, &vec![listing; connections.len()]) {
        let in_database = |(database, replies): (&&'static str, &[OwnedReply])| {
            let new = |key: &OwnedReply| Found { database, key: key.bytes().to_vec(), kind: OwnedReply::Nil, expires: 0 };
            replies[1].items().iter().map(new).collect::<Vec<Found>>()
        };
        found.push(DATABASES.iter().zip(lists.chunks(2)).flat_map(in_database).collect());
    }
    let about = |found: &Found| [vec![b"TYPE".to_vec(), found.key.clone()], vec![b"PEXPIRETIME".to_vec(), found.key.clone()]];
    let replies = ask(connections, &found, about);
    for (found, replies) in found.iter_mut().zip(replies) {
        for (found, replies) in found.iter_mut().zip(replies.chunks(3)) {
            (found.kind, found.expires) = (replies[1].clone(), replies[2].number().unwrap_or(0));
        }
    }
    let values = ask(connections, &found, |found| [reading(found.kind.bytes(), &found.key)]);
    round(connections, &vec![vec![words(&["SELECT", "0"])]; connections.len()]);
    let mut states = Vec::new();
    for (found, values) in found.into_iter().zip(values) {
        let mut state = State::new();
        for (found, value) in found.into_iter().zip(values.chunks(2)) {
            let value = normalized(found.kind.bytes(), value[1].clone());
            state.insert((found.database, found.key), KeyState { value, kind: found.kind, expires: found.expires });
        }
        states.push(state);
    }
    states
}

/// Asks about each key in its database. Each has the reply to SELECT before those to the questions.
fn ask<const N: usize>(
    connections: &[&RawConnection],
    found: &[Vec<Found>],
    questions: impl Fn(&Found) -> [Words; N],
) -> Vec<Vec<OwnedReply>> {
    let of_key = |found: &Found| [words(&["SELECT", found.database])].into_iter().chain(questions(found));
    let commands: Vec<Vec<Words>> = found.iter().map(|found| found.iter().flat_map(of_key).collect()).collect();
    round(connections, &commands)
}

/// Sends its commands to each server, then receives the replies: the servers work at the same time.
fn round(connections: &[&RawConnection], commands: &[Vec<Words>]) -> Vec<Vec<OwnedReply>> {
    connections.iter().zip(commands).for_each(|(connection, commands)| connection.send_all(commands));
    connections.iter().zip(commands).map(|(connection, commands)| connection.receive_many(commands.len())).collect()
}

fn words(words: &[&str]) -> Words {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn reading(kind: &[u8], key: &[u8]) -> Words {
    let (before, after): (&[&str], &[&str]) = match kind {
        b"list" => (&["LRANGE"], &["0", "-1"]),
        b"set" => (&["SMEMBERS"], &[]),
        b"zset" => (&["ZRANGE"], &["0", "-1", "WITHSCORES"]),
        b"hash" => (&["HGETALL"], &[]),
        b"stream" => (&["XINFO", "STREAM"], &["FULL", "COUNT", "0"]),
        _ => (&["GET"], &[]),
    };
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
    let mut states = states(&nodes.iter().chain([oracle]).collect::<Vec<_>>());
    let mut expected = states.pop().unwrap_or_default();
    for (at, state) in states.into_iter().enumerate() {
        for ((database, key), found) in state {
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
