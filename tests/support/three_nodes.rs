//! A cluster of three masters, and one plain server that gives the expected replies.

use super::{LONG_TIMEOUTS, Server, cluster, key_on, ports, words};
use rediscluster::{Cluster, Reply, Value, partition};
use std::time::{Duration, Instant};

pub fn reply_to(cluster: &Cluster, command: &str) -> String {
    match cluster.command(&words(command)) {
        Ok(reply) => format_reply(&reply),
        Err(error) => format!("{:?}: {error}", error.code()),
    }
}

/// A reply as text.
pub fn format_reply(reply: &Reply) -> String {
    format_value(&reply.root())
}

pub fn format_value(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", text.escape_ascii()),
        Value::Status(text) | Value::Error(text) => text.escape_ascii().to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Array(values) => format!("[{}]", values.map(|value| format_value(&value)).collect::<Vec<_>>().join(" ")),
        other => format!("{other:?}"),
    }
}

pub struct ThreeNodes {
    pub servers: Vec<Server>,
    pub oracle: Server,
    /// A, B and C are on the three nodes in this order, D is on the first.
    pub keys: [String; 4],
}

impl ThreeNodes {
    pub fn new() -> ThreeNodes {
        let mut others = (0..).map(|number| format!("other{number}"));
        let another = others.find(|key| partition(key.as_bytes(), 3) == 1).expect("there are many keys");
        ThreeNodes { servers: Server::start_many(3), oracle: Server::start(), keys: [key_on(1, 3), key_on(2, 3), key_on(3, 3), another] }
    }

    pub fn cluster(&self) -> Cluster {
        cluster(&ports(&self.servers), &LONG_TIMEOUTS)
    }

    pub fn oracle(&self) -> Cluster {
        cluster(&[self.oracle.port], &LONG_TIMEOUTS)
    }

    /// Whether the servers are of the release whose replies the library has where it has its own.
    pub fn is_redis_7_0(&self) -> bool {
        self.oracle.is_redis_7_0()
    }

    /// Whether the servers have the command that a line begins with.
    pub fn has_command_of(&self, line: &str) -> bool {
        self.oracle.has_command(line.split(' ').next().unwrap_or_default())
    }

    /// A command with the names of the keys in place of the letters A to D.
    pub fn command(&self, command: &str) -> String {
        let replace = |word: &str| match word {
            "A" => self.keys[0].clone(),
            "B" => self.keys[1].clone(),
            "C" => self.keys[2].clone(),
            "D" => self.keys[3].clone(),
            word => word.to_owned(),
        };
        command.split(' ').map(replace).collect::<Vec<_>>().join(" ")
    }

    /// A reply without the names of the keys.
    pub fn without_names(&self, reply: &str) -> String {
        self.keys.iter().fold(reply.to_owned(), |text, key| text.replace(key.as_str(), "KEY"))
    }

    pub fn compare(&self, cluster: &Cluster, oracle: &Cluster, command: &str) -> String {
        let command = self.command(command);
        let reply = reply_to(cluster, &command);
        assert_eq!(reply, reply_to(oracle, &command), "{command}");
        reply
    }
}

pub fn redis_command(command: &str) -> redis::Cmd {
    let mut words = command.split(' ');
    let mut cmd = redis::cmd(words.next().unwrap());
    for word in words {
        cmd.arg(word);
    }
    cmd
}

/// Waits until each of these servers has `count` connections that receive invalidations.
pub fn await_tracking_connections<'s>(servers: impl IntoIterator<Item = &'s Server>, count: usize) {
    for server in servers {
        let mut client = server.client();
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < Duration::from_secs(30), "no {count} connections listen");
            let list: String = redis::cmd("CLIENT").arg("LIST").query(&mut client).unwrap();
            let is_tracking = |line: &&str| line.split(' ').any(|field| field.starts_with("flags=") && field.contains('t'));
            if list.lines().filter(is_tracking).count() == count {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Waits until `count` clients are blocked on a server.
pub fn await_blocked_clients(server: &Server, count: usize) {
    let mut client = server.client();
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < Duration::from_secs(30), "no {count} clients are blocked");
        let info: String = redis::cmd("INFO").arg("clients").query(&mut client).unwrap();
        if info.lines().any(|line| line == format!("blocked_clients:{count}")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
