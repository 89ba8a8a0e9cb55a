//! Masters with replicas, and the commands that they receive.

use super::Server;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};

/// A master that sends its data to replicas without a delay.
pub fn start_master() -> Server {
    Server::start_with(&["--repl-diskless-sync-delay", "0"])
}

/// A replica that has the data of its master and is listed by it.
pub fn start_replica_of(master: &Server) -> Server {
    let replica = start_joining_replica(master);
    wait_until(|| is_in_sync(&replica) && known_replicas(master).contains(&replica.port));
    replica
}

/// A replica that has just been started.
pub fn start_joining_replica(master: &Server) -> Server {
    Server::start_with(&["--replicaof", "127.0.0.1", &master.port.to_string(), "--repl-diskless-sync-delay", "0"])
}

pub fn wait_until(mut condition: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !condition() {
        assert!(std::time::Instant::now() < deadline, "the condition is not met");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

pub fn is_in_sync(replica: &Server) -> bool {
    let role: redis::RedisResult<(String, String, u16, String, i64)> = redis::cmd("ROLE").query(&mut replica.client());
    role.is_ok_and(|role| role.3 == "connected")
}

/// The ports of the replicas that a master lists.
pub fn known_replicas(master: &Server) -> Vec<u16> {
    type Role = (String, i64, Vec<(String, u16, i64)>);
    let role: Role = redis::cmd("ROLE").query(&mut master.client()).expect("a master");
    role.2.into_iter().map(|replica| replica.1).collect()
}

/// How often a server has run a command, for any client.
pub fn call_count(server: &Server, command: &str) -> u64 {
    let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut server.client()).expect("statistics");
    let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
    line.and_then(|line| line.split(',').next()).map_or(0, |count| count.parse().expect("a number"))
}

/// Records the commands that clients send to a server. Commands from the masters of a replica are left out.
pub struct Monitor {
    port: u16,
    lines: Receiver<String>,
}

impl Monitor {
    pub fn start(server: &Server, masters: &[u16]) -> Monitor {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("a connection");
        stream.write_all(b"MONITOR\r\n").expect("the server reads");
        let mut reader = BufReader::new(stream);
        let mut first = String::new();
        reader.read_line(&mut first).expect("a reply");
        assert_eq!(first, "+OK\r\n");
        let (sender, lines) = channel();
        let from_masters: Vec<String> = masters.iter().map(|port| format!("127.0.0.1:{port}]")).collect();
        std::thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                if !from_masters.iter().any(|master| line.contains(master)) && sender.send(line).is_err() {
                    return;
                }
            }
        });
        Monitor { port: server.port, lines }
    }

    /// The commands up to now, in lower case, each with its arguments.
    pub fn commands(&self) -> Vec<Vec<String>> {
        // A client library would send commands of its own, which depend on the release of the server.
        let mut client = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        client.write_all(b"ECHO that-is-all\r\n").expect("the server reads");
        BufReader::new(client).read_line(&mut String::new()).expect("an echo");
        let mut commands = Vec::new();
        for line in self.lines.iter() {
            let words: Vec<String> = line.split('"').skip(1).step_by(2).map(str::to_lowercase).collect();
            if words == ["echo", "that-is-all"] {
                break;
            }
            commands.push(words);
        }
        commands
    }

    /// How often each command was received, without those of the connection handshake.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for command in self.commands().into_iter().filter(|command| !["client", "hello"].contains(&command[0].as_str())) {
            *counts.entry(command[0].clone()).or_default() += 1;
        }
        counts
    }
}
