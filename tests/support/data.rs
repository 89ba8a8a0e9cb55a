//! The complete content of servers, read directly from each of them.

use super::Server;
use redis::{Connection, Value};
use std::collections::BTreeMap;

/// The prefix of the internal keys of the library.
pub const INTERNAL_PREFIX: &[u8] = b"\0rediscluster\0";

/// The longest remaining time to live, in milliseconds, of an internal key that may remain. Keys of users that expire in the tests live
/// much longer.
const SOON: i64 = 7 * 24 * 3_600_000;

/// The content of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub kind: String,
    /// Milliseconds since 1970; -1 for no expiry.
    pub expires: i64,
    /// All elements. Those of unordered types are sorted by their bytes.
    pub elements: Vec<String>,
}

pub type Data = BTreeMap<String, Content>;

/// A key that can be restored exactly.
#[derive(Clone)]
pub struct Dump {
    pub key: Vec<u8>,
    payload: Vec<u8>,
    expires: i64,
}

/// Direct connections to servers, `node_1` first.
pub struct DirectConnections(pub Vec<Connection>);

impl DirectConnections {
    pub fn to(servers: &[Server]) -> DirectConnections {
        DirectConnections(servers.iter().map(Server::client).collect())
    }

    /// The content of all user keys. Fails if a key is not on its own node.
    pub fn data(&mut self) -> Data {
        let mut data = Data::new();
        let masters = self.0.len() as u32;
        for (node, server) in self.0.iter_mut().enumerate() {
            for (key, content) in contents(server) {
                if key.starts_with(INTERNAL_PREFIX) {
                    continue;
                }
                let name = text(&key);
                assert_eq!(rediscluster::partition(&key, masters), node as u32 + 1, "{name} is on the wrong node");
                data.insert(name, content);
            }
        }
        data
    }

    /// The internal keys of the library that do not expire soon.
    pub fn internal_keys(&mut self) -> Vec<String> {
        let mut hidden = Vec::new();
        for (node, server) in self.0.iter_mut().enumerate() {
            let pattern = [INTERNAL_PREFIX, b"*"].concat();
            let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg(pattern).query(server).expect("its keys");
            for key in keys {
                let left: i64 = redis::cmd("PTTL").arg(&key).query(server).expect("a time to live");
                if left == -1 || left > SOON {
                    hidden.push(format!("node_{}: {}", node + 1, text(&key)));
                }
            }
        }
        hidden
    }

    /// Deletes everything and restores these keys, each on its own node.
    pub fn restore(&mut self, dumps: &[Dump]) {
        let masters = self.0.len() as u32;
        for (node, server) in self.0.iter_mut().enumerate() {
            let mut commands = redis::pipe();
            commands.cmd("FLUSHALL").ignore();
            for dump in dumps.iter().filter(|dump| rediscluster::partition(&dump.key, masters) == node as u32 + 1) {
                let expires = dump.expires.max(0);
                commands.cmd("RESTORE").arg(&dump.key).arg(expires).arg(&dump.payload).arg("REPLACE").arg("ABSTTL").ignore();
            }
            commands.exec(server).expect("restored keys");
        }
    }

    pub fn dumps(&mut self) -> Vec<Dump> {
        let mut dumps = Vec::new();
        for server in &mut self.0 {
            let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(server).expect("its keys");
            for key in keys {
                let mut commands = redis::pipe();
                commands.cmd("DUMP").arg(&key).cmd("EVAL").arg(format!("{EXPIRES} return expires(KEYS[1])")).arg(1).arg(&key);
                let (payload, expires) = commands.query(server).expect("a dump");
                dumps.push(Dump { key, payload, expires });
            }
        }
        dumps
    }

    /// Waits until no other client is connected, so that no command is still in transit.
    pub fn await_no_other_clients(&mut self) {
        for server in &mut self.0 {
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
            loop {
                let clients: String = redis::cmd("CLIENT").arg("LIST").query(server).expect("its clients");
                if clients.lines().count() <= 1 {
                    break;
                }
                assert!(std::time::Instant::now() < deadline, "another client stays connected:\n{clients}");
                std::thread::yield_now();
            }
        }
    }
}

/// A function of a script: when a key expires. Redis 6.2 has no PEXPIRETIME, and two calls compute the same time only if it is rounded.
const EXPIRES: &str = "
    local function expires(key)
        local time = redis.pcall('PEXPIRETIME', key)
        if type(time) == 'number' then return time end
        local left, now = redis.call('PTTL', key), redis.call('TIME')
        if left < 0 then return left end
        return math.floor((now[1] * 1000 + now[2] / 1000 + left + 500) / 1000) * 1000
    end ";

/// All keys of a server in one round trip.
fn contents(server: &mut Connection) -> Vec<(Vec<u8>, Content)> {
    const ALL: &str = "
        local read = {
            string = {'GET'}, list = {'LRANGE', 0, -1}, set = {'SMEMBERS'}, hash = {'HGETALL'},
            zset = {'ZRANGE', 0, -1, 'WITHSCORES'}, stream = {'XINFO', 'STREAM', false, 'FULL', 'COUNT', 0}
        }
        local all = {}
        for _, key in ipairs(redis.call('KEYS', '*')) do
            local kind = redis.call('TYPE', key).ok
            local command = {unpack(read[kind])}
            if kind == 'stream' then command[3] = key else table.insert(command, 2, key) end
            all[#all + 1] = {key, kind, expires(key), redis.call(unpack(command))}
        end
        return all";
    let all: Vec<(Vec<u8>, String, i64, Value)> = redis::cmd("EVAL").arg([EXPIRES, ALL].concat()).arg(0).query(server).expect("all its keys");
    let content = |kind: String, expires, value: Value| {
        let elements = elements(&kind, &value);
        Content { kind, expires, elements }
    };
    all.into_iter().map(|(key, kind, expires, value)| (key, content(kind, expires, value))).collect()
}

fn elements(kind: &str, value: &Value) -> Vec<String> {
    let Value::Array(values) = value else { return vec![format_value(value)] };
    let mut elements: Vec<String> = match kind {
        "hash" | "zset" => values.chunks(2).map(|pair| format!("{} {}", format_value(&pair[0]), format_value(&pair[1]))).collect(),
        // The memory layout of a stream is not part of its content.
        "stream" => {
            let fields = values.chunks(2).map(|pair| (format_value(&pair[0]), format_value(&pair[1])));
            fields.filter(|(name, _)| !name.starts_with("radix-tree")).map(|(name, value)| format!("{name} {value}")).collect()
        }
        _ => values.iter().map(format_value).collect(),
    };
    if matches!(kind, "hash" | "set") {
        elements.sort_unstable();
    }
    elements
}

fn format_value(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => text(bytes),
        Value::SimpleString(string) => string.clone(),
        Value::Int(number) => number.to_string(),
        Value::Array(values) => format!("[{}]", values.iter().map(format_value).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

pub fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
