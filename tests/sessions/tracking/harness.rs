//! Clients of three masters and of one plain server that run the same commands.

use crate::support::raw_client::{RawClient, length};
use crate::support::three_nodes::ThreeNodes;
use crate::support::{name_on, request};
use rediscluster::{Cluster, Session};
use std::time::Duration;

pub const LONG: Option<Duration> = Some(Duration::from_secs(20));

/// Whether the servers send messages after the replies of the commands that caused them. Redis 6.2 sends them before, and within EXEC's array.
pub fn sends_messages_after_replies(nodes: &ThreeNodes) -> bool {
    nodes.oracle.is_since((7, 0))
}

/// What a client has received, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Everything but invalidation messages.
    pub replies: Vec<String>,
    /// The keys that became invalid, in the order of their names; `*` for all.
    pub invalid: Vec<String>,
    /// All of it as it came.
    pub all: Vec<String>,
}

/// One client in both worlds.
pub struct Client {
    pub session: Session,
    pub plain: RawClient,
    unread: Vec<u8>,
}

impl Client {
    pub fn new(nodes: &ThreeNodes, cluster: &Cluster) -> Client {
        Client { session: cluster.session(), plain: RawClient::connect(nodes.oracle.port), unread: Vec::new() }
    }

    pub fn resp3(nodes: &ThreeNodes, cluster: &Cluster) -> Client {
        let mut client = Client::new(nodes, cluster);
        client.hello(3);
        client
    }

    pub fn hello(&mut self, protocol: u8) {
        let hello = request(&[&format!("HELLO {protocol}")]);
        self.session.write(&hello).unwrap();
        self.read_value();
        self.plain.exchange(&hello, 1);
    }

    /// What the session receives for commands that are written one by one, and all messages about earlier commands of any client.
    pub fn run(&mut self, nodes: &ThreeNodes, commands: &[&str]) -> Received {
        framed(nodes, commands).iter().for_each(|request| self.session.write(request).unwrap());
        received(|| self.read_value())
    }

    /// [`Client::run`] with commands that are written at once.
    pub fn run_pipelined(&mut self, nodes: &ThreeNodes, commands: &[&str]) -> Received {
        let requests = framed(nodes, commands);
        self.session.write(&requests[..commands.len()].concat()).unwrap();
        self.session.write(&requests[commands.len()..].concat()).unwrap();
        received(|| self.read_value())
    }

    pub fn run_plain(&mut self, nodes: &ThreeNodes, commands: &[&str]) -> Received {
        let requests = framed(nodes, commands);
        self.plain.write(&requests.concat());
        let mut first = received(|| self.plain.read(1));
        // With BCAST a server sends the messages when it has replied to all commands that it has received.
        self.plain.write(&requests[commands.len()..].concat());
        let second = received(|| self.plain.read(1));
        first.all.extend(second.all);
        first.invalid.extend(second.invalid);
        first.invalid.sort();
        first
    }

    /// Compares replies and invalid keys.
    pub fn check(&mut self, nodes: &ThreeNodes, commands: &[&str]) -> Received {
        let (found, expected) = (self.run(nodes, commands), self.run_plain(nodes, commands));
        assert_eq!((&found.replies, &found.invalid), (&expected.replies, &expected.invalid), "{commands:?}");
        found
    }

    /// Compares all that is received, in its order.
    pub fn check_order(&mut self, nodes: &ThreeNodes, commands: &[&str]) -> Received {
        let (found, expected) = (self.run(nodes, commands), self.run_plain(nodes, commands));
        assert_eq!(found.all, expected.all, "{commands:?}");
        found
    }

    /// The next reply or message of the session.
    pub fn read_value(&mut self) -> Vec<u8> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(length) = length(&self.unread) {
                return self.unread.drain(..length).collect();
            }
            let count = self.session.read(&mut buffer, LONG).unwrap();
            assert!(count > 0, "nothing more came after {:?}", String::from_utf8_lossy(&self.unread));
            self.unread.extend_from_slice(&buffer[..count]);
        }
    }
}

/// The reply to the last command of [`framed`].
const END: &str = "$7\r\nthe-end\r\n";

/// The commands, a fence and an ECHO.
fn framed(nodes: &ThreeNodes, commands: &[&str]) -> Vec<Vec<u8>> {
    // It has no effect, and its reply follows all messages of all nodes about earlier commands.
    let fence = format!("DEL {}", [1, 2, 3].map(|node| name_on("missing", node, 3)).join(" "));
    commands.iter().chain([&fence.as_str(), &"ECHO the-end"]).map(|command| request(&[&nodes.command(command)])).collect()
}

fn received(mut next: impl FnMut() -> Vec<u8>) -> Received {
    let mut received = Received::default();
    loop {
        let value = String::from_utf8_lossy(&next()).into_owned();
        if value == END {
            // The reply of the fence.
            let at = received.all.iter().rposition(|value| value == ":0\r\n").expect("the fence has a reply");
            received.all.remove(at);
            received.replies.pop();
            received.invalid.sort();
            return received;
        }
        match invalid_keys(&value) {
            Some(keys) => received.invalid.extend(keys),
            None => received.replies.push(value.clone()),
        }
        received.all.push(value);
    }
}

/// The keys of an invalidation message; `None` for everything else.
pub fn invalid_keys(value: &str) -> Option<Vec<String>> {
    let keys = value.strip_prefix(">2\r\n$10\r\ninvalidate\r\n");
    let keys = keys.or(value.strip_prefix("*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"))?;
    Some(match keys.strip_prefix('*') {
        Some(keys) => keys.split("\r\n").skip(2).step_by(2).map(str::to_owned).filter(|key| !key.is_empty()).collect(),
        None => vec!["*".to_owned()],
    })
}

/// Runs a command by a client that does not track.
pub fn write(nodes: &ThreeNodes, cluster: &Cluster, command: &str) {
    let command = nodes.command(command);
    let words: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
    cluster.command(&words).unwrap();
    nodes.oracle().command(&words).unwrap();
}
