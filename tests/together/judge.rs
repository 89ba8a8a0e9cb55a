//! Several servers behind the library, and one plain server that says what they should answer and hold.

use crate::support::random::Random;
use crate::support::{Server, cluster, ports};
use rediscluster::{Cluster, Value};
use std::collections::BTreeMap;

pub struct Judge {
    pub servers: Vec<Server>,
    pub plain: Server,
    pub ours: Cluster,
    theirs: Cluster,
}

/// What the keys hold: type, whether it expires, content.
type Data = BTreeMap<String, (String, bool, Vec<String>)>;

impl Judge {
    pub fn of(nodes: usize) -> Judge {
        Judge::over(Server::start_many(nodes))
    }

    pub fn over(servers: Vec<Server>) -> Judge {
        let plain = Server::start();
        let (ours, theirs) = (cluster(&ports(&servers), &[]), cluster(&[plain.port], &[]));
        Judge { servers, plain, ours, theirs }
    }

    /// Runs a command on both and compares the answers; returns it.
    pub fn same(&self, command: &[impl AsRef<[u8]>]) -> String {
        let args: Vec<&[u8]> = command.iter().map(AsRef::as_ref).collect();
        let any_order = [&b"sunion"[..], b"sinter", b"sdiff"].contains(&args[0].to_ascii_lowercase().as_slice());
        let answer = |cluster: &Cluster| match cluster.command(&args) {
            Ok(reply) => shown(&reply.root(), any_order),
            Err(error) => format!("{:?}: {error}", error.code()),
        };
        let (ours, theirs) = (answer(&self.ours), answer(&self.theirs));
        assert!(ours == theirs, "{}\n ours:   {}\n theirs: {}", printed(&args), cut(&ours), cut(&theirs));
        ours
    }

    /// The same for a command whose words are separated by spaces.
    pub fn says(&self, command: &str) -> String {
        self.same(&command.split(' ').collect::<Vec<_>>())
    }

    pub fn say_all(&self, commands: &[&str]) {
        commands.iter().for_each(|command| drop(self.says(command)));
    }

    /// Compares what all keys hold.
    pub fn same_data(&self, context: &str) {
        let ours: Data = self.servers.iter().flat_map(data).collect();
        let theirs = data(&self.plain);
        for key in ours.keys().chain(theirs.keys()) {
            let (ours, theirs) = (ours.get(key), theirs.get(key));
            assert!(
                ours == theirs,
                "{key} after {context}\n ours:   {}\n theirs: {}",
                cut(&format!("{ours:?}")),
                cut(&format!("{theirs:?}"))
            );
        }
    }

    pub fn forget(&self) {
        for server in self.servers.iter().chain([&self.plain]) {
            let _: () = redis::cmd("FLUSHALL").query(&mut server.client()).expect("FLUSHALL");
        }
    }
}

fn printed(args: &[&[u8]]) -> String {
    cut(&args.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>().join(" "))
}

fn cut(text: &str) -> String {
    text.chars().take(2_000).collect()
}

fn shown(value: &Value, any_order: bool) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    match value {
        Value::Nil | Value::NilArray => "nil".into(),
        Value::String(bytes) => format!("\"{}\"", text(bytes)),
        Value::Status(bytes) => text(bytes),
        Value::Error(bytes) => format!("({})", text(bytes)),
        Value::Integer(number) => number.to_string(),
        Value::Array(children) | Value::Map(children) => {
            let mut all: Vec<String> = children.map(|child| shown(&child, any_order)).collect();
            if any_order {
                all.sort();
            }
            format!("[{}]", all.join(" "))
        }
        Value::Failure(children) => format!("FAILURE {}", children.map(|child| shown(&child, false)).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
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

/// Some keys that lie on all the nodes.
pub fn key(random: &mut Random) -> String {
    format!("k{}", random.below(12))
}

/// Fills keys at random, and runs such commands between. `Grow::Anew`: now and then all is forgotten, where results grow into each other.
pub fn compare(nodes: usize, rounds: usize, mostly: &[&str], grow: Grow, command: impl Fn(&mut Random) -> String) {
    let judge = Judge::of(nodes);
    let mut random = Random::seeded();
    for round in 0..rounds {
        let kind = *random.pick(mostly);
        judge.same(&filled(&mut random, kind));
        if random.below(6) == 0 {
            judge.says(&format!("EXPIRE {} 1000", key(&mut random)));
        }
        for _ in 0..3 {
            let command = command(&mut random);
            judge.says(&command);
            if round % 8 == 0 {
                judge.same_data(&command);
            }
        }
        if grow == Grow::Anew && random.below(20) == 0 {
            judge.forget();
        }
    }
    judge.same_data("all");
}

#[derive(PartialEq)]
pub enum Grow {
    On,
    Anew,
}

/// Puts something of any type under a key; of this type mostly.
pub fn filled(random: &mut Random, mostly: &str) -> Vec<Vec<u8>> {
    let kinds = ["string", "list", "set", "zset", "hash", "none"];
    let kind = if random.below(8) > 0 { mostly } else { random.pick(&kinds) };
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
