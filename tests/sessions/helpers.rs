//! Runs commands in a session and formats the replies.

use crate::support::random::Random;
use crate::support::raw_client::RawClient;
use crate::support::{request, words};
use rediscluster::{Cluster, Error, Reply, Session, Value};
use std::time::Duration;

/// The replies of a session to commands, one line each.
pub fn run(session: &mut Session, commands: &[&str]) -> Vec<String> {
    let reply = session.execute(&request(commands)).unwrap();
    let Value::Array(values) = reply.root() else { panic!("{reply:?}") };
    values.map(|value| text_of(&value)).collect()
}

pub fn text_of(value: &Value) -> String {
    match value {
        Value::Nil => "nil".into(),
        Value::NilArray => "nil array".into(),
        Value::Integer(number) => number.to_string(),
        Value::String(text) | Value::Status(text) | Value::Error(text) => String::from_utf8_lossy(text).into(),
        Value::Array(children) | Value::Map(children) => {
            format!("[{}]", children.map(|child| text_of(&child)).collect::<Vec<_>>().join(" "))
        }
        Value::Failure(children) => match children.clone().nth(1) {
            Some(Value::String(message)) => format!("failed: {}", String::from_utf8_lossy(message)),
            _ => panic!("a failure without a message"),
        },
        other => panic!("an unknown type: {other:?}"),
    }
}

/// An error text of one server, as Redis 7.0 and newer write it.
pub fn of_redis_7(text: &str) -> String {
    // Redis 6.2 has no shard channels, and writes a word with two r.
    text.replace("(P)SUBSCRIBE / (P)UNSUBSCRIBE", "(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE").replace("interract", "interact")
}

pub fn run_one(session: &mut Session, command: &str) -> String {
    run(session, &[command]).remove(0)
}

pub fn failure(session: &mut Session, command: &str) -> Error {
    let reply = session.execute(&request(&[command])).unwrap();
    reply.failure(1).unwrap_or_else(|| panic!("{command} returned {:?}", reply.root()))
}

pub fn get(cluster: &Cluster, key: &str) -> Reply {
    cluster.command(&words(&format!("GET {key}"))).unwrap()
}

/// All bytes that the session has to deliver.
pub fn read_all(session: &mut Session) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 100];
    loop {
        match session.read(&mut buffer, Some(Duration::ZERO)).unwrap() {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Writes commands to a session in pieces that end anywhere, and compares its bytes with those of a plain server.
pub fn compare_bytes(session: &mut Session, plain: &mut RawClient, commands: &[String], random: &mut Random, what: &str) {
    let bytes = request(&commands.iter().map(String::as_str).collect::<Vec<_>>());
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let (piece, remaining) = rest.split_at(1 + random.below(rest.len()));
        session.write(piece).unwrap();
        rest = remaining;
    }
    let expected = plain.exchange(&bytes, commands.len());
    let found = if commands.is_empty() { Vec::new() } else { read_all(session) };
    assert_eq!(String::from_utf8_lossy(&found), String::from_utf8_lossy(&expected), "{what}: {commands:?}");
}

pub const ABORTED: &str = "EXECABORT Transaction discarded because of previous errors.";
