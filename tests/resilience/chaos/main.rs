//! Servers and clients that are killed at random moments while keys, elements and members move between nodes and results are stored: when
//! `recover` has ended what was interrupted, nothing is lost, and nothing is there twice.
//!
//! `CHAOS_SECONDS` says how long it goes on (5), `SEED` what happens.

#[path = "../../support/mod.rs"]
mod support;

mod judge;
mod worker;
mod world;

use judge::Verdict;
use std::collections::BTreeMap;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use support::data::DirectConnections;
use support::random::Random;
use support::{Server, cluster, config, ports};
use worker::Files;
use world::MASTERS;

const CLIENTS: usize = 3;

fn main() {
    worker::run_if_asked();
    let seconds = std::env::var("CHAOS_SECONDS").map_or(5.0, |text| text.parse().expect("CHAOS_SECONDS is a number"));
    let mut chaos = Chaos::begin(Random::seeded());
    let results = world::results();
    let before = DirectConnections::of(&chaos.servers).data();
    let deadline = Instant::now() + Duration::from_secs_f64(seconds);
    (0..CLIENTS).for_each(|_| chaos.start_client());
    while Instant::now() < deadline {
        chaos.strike();
    }
    chaos.end();
    let handle = cluster(&ports(&chaos.servers), &[]);
    DirectConnections::of(&chaos.servers).await_no_other_clients();
    let told = judge::recovered(&handle);
    drop(handle);
    let mut bare = DirectConnections::of(&chaos.servers);
    let verdict = Verdict::of(&before, &judge::all_that_is_there(&mut bare), &results);
    chaos.tell(&told);
    println!("duplicates: {}", verdict.duplicates);
    let mut broken = verdict.broken;
    broken.extend(bare.internal_keys().into_iter().map(|key| format!("recover leaves {key}")));
    assert!(broken.is_empty(), "{} rules are broken:\n{}", broken.len(), broken.join("\n"));
    println!("test result: ok. 1 passed; 0 failed");
}

struct Chaos {
    random: Random,
    servers: Vec<Server>,
    clients: Vec<Child>,
    files: Files,
    /// What was done how often.
    strikes: BTreeMap<&'static str, usize>,
    _folder: tempfile::TempDir,
}

impl Chaos {
    fn begin(random: Random) -> Chaos {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = Files { done: folder.path().join("done"), failed: folder.path().join("failed") };
        // What a server has answered it has written down.
        let servers: Vec<Server> = (0..MASTERS).map(|_| Server::start_with(&["--appendonly", "yes", "--appendfsync", "always"])).collect();
        world::build(&cluster(&ports(&servers), &[]));
        servers.iter().for_each(write_down);
        Chaos { random, servers, clients: Vec::new(), files, strikes: BTreeMap::new(), _folder: folder }
    }

    fn start_client(&mut self) {
        let config = config(&ports(&self.servers), &[r#""connect_timeout":2"#, r#""read_timeout":2"#]);
        self.clients.push(worker::start(&config, self.random.next(), &self.files));
    }

    /// Lets them work for a moment, and then does harm.
    fn strike(&mut self) {
        std::thread::sleep(Duration::from_millis(30 + self.random.below(300) as u64));
        for client in &mut self.clients {
            if let Some(status) = client.try_wait().expect("its state") {
                panic!("a client ended by itself: {status}");
            }
        }
        match self.random.below(10) {
            0..4 => self.kill_client(),
            4..7 => {
                let server = self.random.below(self.servers.len());
                self.servers[server].restart();
                self.count("servers killed");
            }
            7..9 => {
                let server = self.random.below(self.servers.len());
                self.servers[server].stop();
                self.kill_client();
                self.servers[server].restart();
                self.count("servers killed, and a client while they were away");
            }
            _ => self.pause_client(),
        }
    }

    fn kill_client(&mut self) {
        let number = self.random.below(self.clients.len());
        let mut client = self.clients.swap_remove(number);
        client.kill().and_then(|()| client.wait()).expect("a client that can be killed");
        self.count("clients killed");
        self.start_client();
    }

    /// For as long that others may take it for dead.
    fn pause_client(&mut self) {
        let client = self.random.pick(&self.clients).id().to_string();
        for signal in ["-STOP", "-CONT"] {
            let status = Command::new("kill").args([signal, &client]).status().expect("kill");
            assert!(status.success());
            if signal == "-STOP" {
                std::thread::sleep(Duration::from_millis(self.random.below(600) as u64));
            }
        }
        self.count("clients stopped for a while");
    }

    fn end(&mut self) {
        for mut client in self.clients.drain(..) {
            client.kill().and_then(|()| client.wait()).expect("a client that can be killed");
        }
    }

    fn count(&mut self, strike: &'static str) {
        *self.strikes.entry(strike).or_default() += 1;
    }

    fn tell(&self, told: &[support::recover::TransferReport]) {
        let size = |path| std::fs::metadata(path).map_or(0, |file| file.len());
        println!("commands answered: {}, failed: {}", size(&self.files.done), size(&self.files.failed));
        self.strikes.iter().for_each(|(what, count)| println!("{what}: {count}"));
        let mut outcomes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        told.iter().for_each(|told| *outcomes.entry((&told["command"], &told["outcome"])).or_default() += 1);
        outcomes.iter().for_each(|((command, outcome), count)| println!("recover: {command} {outcome}: {count}"));
    }
}

/// Makes a server write down what it holds, and not the commands that made it: carried out at another time they make streams with other times.
fn write_down(server: &Server) {
    let mut client = server.client();
    redis::cmd("BGREWRITEAOF").exec(&mut client).expect("a server that begins to write");
    let writes = |client: &mut redis::Connection| -> bool {
        let info: String = redis::cmd("INFO").arg("persistence").query(client).expect("a server");
        !(info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0"))
    };
    while writes(&mut client) {
        std::thread::sleep(Duration::from_millis(1));
    }
}
