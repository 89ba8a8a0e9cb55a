//! A cluster of three masters beside one plain server, which is the judge of what is to be answered.

use super::{Server, cluster, key_on, ports, words};
use rediscluster::{Cluster, Reply, Value, partition};
use std::time::{Duration, Instant};

pub fn answer(cluster: &Cluster, command: &str) -> String {
    match cluster.command(&words(command)) {
        Ok(reply) => readable(&reply),
        Err(error) => format!("{:?}: {error}", error.code()),
    }
}

/// Texts in place of bytes.
pub fn readable(reply: &Reply) -> String {
    fn show(value: &Value) -> String {
        match value {
            Value::String(text) => format!("\"{}\"", text.escape_ascii()),
            Value::Status(text) | Value::Error(text) => text.escape_ascii().to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Array(values) => format!("[{}]", values.map(|value| show(&value)).collect::<Vec<_>>().join(" ")),
            other => format!("{other:?}"),
        }
    }
    show(&reply.root())
}

pub struct Stage {
    pub servers: Vec<Server>,
    pub judge: Server,
    /// A, B and C live on the three nodes in this order, D on the first.
    pub keys: [String; 4],
}

impl Stage {
    pub fn new() -> Stage {
        let mut others = (0..).map(|number| format!("other{number}"));
        let another = others.find(|key| partition(key.as_bytes(), 3) == 1).expect("there are many keys");
        Stage { servers: Server::start_many(3), judge: Server::start(), keys: [key_on(1, 3), key_on(2, 3), key_on(3, 3), another] }
    }

    pub fn ours(&self) -> Cluster {
        cluster(&ports(&self.servers), &[])
    }

    pub fn judge(&self) -> Cluster {
        cluster(&[self.judge.port], &[])
    }

    /// A command with the names of A to D in place of these letters.
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

    pub fn compare(&self, ours: &Cluster, judge: &Cluster, command: &str) -> String {
        let command = self.command(command);
        let answered = answer(ours, &command);
        assert_eq!(answered, answer(judge, &command), "{command}");
        answered
    }
}

pub fn raw(command: &str) -> redis::Cmd {
    let mut words = command.split(' ');
    let mut cmd = redis::cmd(words.next().unwrap());
    for word in words {
        cmd.arg(word);
    }
    cmd
}

/// Waits until so many connections of the library listen on each of these servers.
pub fn await_listeners<'s>(servers: impl IntoIterator<Item = &'s Server>, count: usize) {
    for server in servers {
        let mut client = server.client();
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < Duration::from_secs(30), "no {count} connections listen");
            let list: String = redis::cmd("CLIENT").arg("LIST").arg("TYPE").arg("PUBSUB").query(&mut client).unwrap();
            if list.lines().count() == count {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
