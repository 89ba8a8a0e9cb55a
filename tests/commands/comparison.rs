//! Compares a cluster of several servers with one plain server: replies and stored data.

use crate::support::random::Random;
use crate::support::{LONG_TIMEOUTS, Server, cluster, ports};
use rediscluster::{Cluster, Value};
use std::collections::BTreeMap;

pub struct Comparison {
    pub servers: Vec<Server>,
    pub oracle_server: Server,
    pub cluster: Cluster,
    oracle: Cluster,
}

/// The content of all keys: type, whether the key expires, elements.
type Data = BTreeMap<String, (String, bool, Vec<String>)>;

impl Comparison {
    pub fn with_nodes(nodes: usize) -> Comparison {
        Comparison::with_servers(Server::start_many(nodes))
    }

    pub fn with_servers(servers: Vec<Server>) -> Comparison {
        let oracle_server = Server::start();
        let (cluster, oracle) = (cluster(&ports(&servers), &LONG_TIMEOUTS), cluster(&[oracle_server.port], &LONG_TIMEOUTS));
        Comparison { servers, oracle_server, cluster, oracle }
    }

    /// Runs a command on both sides, compares the replies, and returns the reply.
    pub fn check_words(&self, command: &[impl AsRef<[u8]>]) -> String {
        let args: Vec<&[u8]> = command.iter().map(AsRef::as_ref).collect();
        let any_order = [&b"sunion"[..], b"sinter", b"sdiff"].contains(&args[0].to_ascii_lowercase().as_slice());
        let reply_to = |cluster: &Cluster| match cluster.command(&args) {
            Ok(reply) => format_value(&reply.root(), any_order),
            Err(error) => format!("{:?}: {error}", error.code()),
        };
        let (found, expected) = (reply_to(&self.cluster), reply_to(&self.oracle));
        assert!(found == expected, "{}\n cluster:    {}\n one server: {}", printed(&args), truncated(&found), truncated(&expected));
        found
    }

    /// Like `check_words`, for a command whose words are separated by spaces.
    pub fn check(&self, command: &str) -> String {
        self.check_words(&command.split(' ').collect::<Vec<_>>())
    }

    pub fn check_all(&self, commands: &[&str]) {
        commands.iter().for_each(|command| drop(self.check(command)));
    }

    /// Compares the content of all keys.
    pub fn check_data(&self, context: &str) {
        let found: Data = self.servers.iter().flat_map(data).collect();
        let expected = data(&self.oracle_server);
        for key in found.keys().chain(expected.keys()) {
            let (found, expected) = (found.get(key), expected.get(key));
            assert!(
                found == expected,
                "{key} after {context}\n cluster:    {}\n one server: {}",
                truncated(&format!("{found:?}")),
                truncated(&format!("{expected:?}"))
            );
        }
    }

    pub fn flush(&self) {
        for server in self.servers.iter().chain([&self.oracle_server]) {
            let _: () = redis::cmd("FLUSHALL").query(&mut server.client()).expect("FLUSHALL");
        }
    }
}

fn printed(args: &[&[u8]]) -> String {
    truncated(&args.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>().join(" "))
}

fn truncated(text: &str) -> String {
    text.chars().take(2_000).collect()
}

fn format_value(value: &Value, any_order: bool) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    match value {
        Value::Nil | Value::NilArray => "nil".into(),
        Value::String(bytes) => format!("\"{}\"", text(bytes)),
        Value::Status(bytes) => text(bytes),
        Value::Error(bytes) => format!("({})", text(bytes)),
        Value::Integer(number) => number.to_string(),
        Value::Array(children) | Value::Map(children) => {
            let mut all: Vec<String> = children.map(|child| format_value(&child, any_order)).collect();
            if any_order {
                all.sort();
            }
            format!("[{}]", all.join(" "))
        }
        Value::Failure(children) => format!("FAILURE {}", children.map(|child| format_value(&child, false)).collect::<Vec<_>>().join(" ")),
        other => panic!("an unknown type: {other:?}"),
    }
}

fn data(server: &Server) -> Data {
    let mut client = server.client();
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut client).expect("its keys");
    let mut content = |key: Vec<u8>| {
        let kind: String = redis::cmd("TYPE").arg(&key).query(&mut client).expect("a type");
        let expires: i64 = redis::cmd("PTTL").arg(&key).query(&mut client).expect("a time to live");
        let mut read = match kind.as_str() {
            "string" => redis::cmd("GET"),
            "list" => redis::cmd("LRANGE"),
            "set" => redis::cmd("SMEMBERS"),
            "hash" => redis::cmd("HGETALL"),
            "zset" => redis::cmd("ZRANGE"),
            other => panic!("a {other}"),
        };
        read.arg(&key);
        if matches!(kind.as_str(), "list" | "zset") {
            read.arg(0).arg(-1);
        }
        if kind == "zset" {
            read.arg("WITHSCORES");
        }
        let value: redis::Value = read.query(&mut client).expect("a value");
        let mut elements: Vec<String> = match value {
            redis::Value::Array(values) => values.iter().map(|value| format!("{value:?}")).collect(),
            value => vec![format!("{value:?}")],
        };
        if matches!(kind.as_str(), "set" | "hash") {
            elements.sort();
        }
        (key.escape_ascii().to_string(), (kind, expires >= 0, elements))
    };
    keys.into_iter().map(&mut content).collect()
}

/// One of twelve keys, which are spread over all nodes.
pub fn key(random: &mut Random) -> String {
    format!("k{}", random.below(12))
}

/// Fills keys at random and runs commands in between. With `Reset::Sometimes` all keys are deleted now and then, so that results do not
/// grow without limit.
pub fn compare(nodes: usize, rounds: usize, usual_kind: &[&str], reset: Reset, command: impl Fn(&mut Random) -> String) {
    let comparison = Comparison::with_nodes(nodes);
    let mut random = Random::seeded();
    for round in 0..rounds {
        let kind = *random.pick(usual_kind);
        comparison.check_words(&filled(&mut random, kind));
        if random.below(6) == 0 {
            comparison.check(&format!("EXPIRE {} 1000", key(&mut random)));
        }
        for _ in 0..3 {
            let command = command(&mut random);
            comparison.check(&command);
            if round % 8 == 0 {
                comparison.check_data(&command);
            }
        }
        if reset == Reset::Sometimes && random.below(20) == 0 {
            comparison.flush();
        }
    }
    comparison.check_data("all");
}

#[derive(PartialEq)]
pub enum Reset {
    Never,
    Sometimes,
}

/// Stores a value of a random type, mostly of `usual_kind`, under a random key.
pub fn filled(random: &mut Random, usual_kind: &str) -> Vec<Vec<u8>> {
    let kinds = ["string", "list", "set", "zset", "hash", "none"];
    let kind = if random.below(8) > 0 { usual_kind } else { random.pick(&kinds) };
    let key = key(random);
    let count = match random.below(8) {
        0 => 1,
        1 => 400 + random.below(400),
        _ => 1 + random.below(40),
    };
    let mut words: Vec<Vec<u8>> = match kind {
        "string" => vec!["SET".into(), key.into()],
        "list" => vec!["RPUSH".into(), key.into()],
        "set" => vec!["SADD".into(), key.into()],
        "zset" => vec!["ZADD".into(), key.into()],
        "hash" => vec!["HSET".into(), key.into()],
        _ => return vec!["DEL".into(), key.into()],
    };
    let texts = random.below(4) == 0;
    for _ in 0..count {
        let number = random.below(count * 2);
        let member = if texts {
            format!("member number {number:08}, which is long enough to be packed").into_bytes()
        } else {
            number.to_string().into_bytes()
        };
        match kind {
            "string" => words.push((0..random.below(count * 30)).map(|_| random.next() as u8).collect()),
            "zset" => words.extend([score(random), member]),
            "hash" => words.extend([member.clone(), member]),
            _ => words.push(member),
        }
        if kind == "string" {
            break;
        }
    }
    words
}

pub fn score(random: &mut Random) -> Vec<u8> {
    match random.below(12) {
        0 => "inf".into(),
        1 => "-inf".into(),
        2 => "0".into(),
        3 => "-0".into(),
        4 => "1e300".into(),
        5 | 6 => format!("{}", random.below(1000) as f64 / 7.0).into_bytes(),
        7 => format!("-{}", random.below(1000) as f64 / 100.0).into_bytes(),
        _ => random.below(1000).to_string().into_bytes(),
    }
}
