//! Kills servers and clients at random while keys, elements and members move between nodes and results are stored. After `recover` nothing
//! is lost and nothing is duplicated.
//!
//! `CHAOS_SECONDS` is the duration (5), `SEED` selects the sequence.

#[path = "../../support/mod.rs"]
mod support;

mod data;
mod verdict;
mod worker;

use data::MASTERS;
use std::collections::BTreeMap;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use support::data::DirectConnections;
use support::random::Random;
use support::{Server, cluster, config, ports};
use verdict::Verdict;
use worker::Files;

const CLIENTS: usize = 3;

fn main() {
    worker::run_if_asked();
    let seconds = std::env::var("CHAOS_SECONDS").map_or(5.0, |text| text.parse().expect("CHAOS_SECONDS is a number"));
    let mut chaos = Chaos::begin(Random::seeded());
    let results = data::results();
    let before = DirectConnections::to(&chaos.servers).data();
    let deadline = Instant::now() + Duration::from_secs_f64(seconds);
    (0..CLIENTS).for_each(|_| chaos.start_client());
    while Instant::now() < deadline {
        chaos.cause_fault();
    }
    chaos.end();
    let handle = cluster(&ports(&chaos.servers), &[]);
    DirectConnections::to(&chaos.servers).await_no_other_clients();
    let reports = verdict::recover_all(&handle);
    drop(handle);
    let mut direct = DirectConnections::to(&chaos.servers);
    let verdict = Verdict::new(&before, &verdict::all_data(&mut direct), &results);
    chaos.print_summary(&reports);
    println!("duplicates: {}", verdict.duplicates);
    let mut broken = verdict.broken;
    broken.extend(direct.internal_keys().into_iter().map(|key| format!("recover leaves the internal key {key}")));
    assert!(broken.is_empty(), "{} rules are broken:\n{}", broken.len(), broken.join("\n"));
    println!("test result: ok. 1 passed; 0 failed");
}

struct Chaos {
    random: Random,
    servers: Vec<Server>,
    clients: Vec<Child>,
    files: Files,
    /// How often each kind of fault was caused.
    fault_counts: BTreeMap<&'static str, usize>,
    _folder: tempfile::TempDir,
}

impl Chaos {
    fn begin(random: Random) -> Chaos {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = Files { done: folder.path().join("done"), failed: folder.path().join("failed") };
        // A server persists every command before it replies.
        let servers: Vec<Server> = (0..MASTERS).map(|_| Server::start_with(&["--appendonly", "yes", "--appendfsync", "always"])).collect();
        data::build(&cluster(&ports(&servers), &[]));
        servers.iter().for_each(write_down);
        Chaos { random, servers, clients: Vec::new(), files, fault_counts: BTreeMap::new(), _folder: folder }
    }

    fn start_client(&mut self) {
        let config = config(&ports(&self.servers), &[r#""connect_timeout":2"#, r#""read_timeout":2"#]);
        self.clients.push(worker::start(&config, self.random.next(), &self.files));
    }

    /// Waits a moment and then causes a fault.
    fn cause_fault(&mut self) {
        std::thread::sleep(Duration::from_millis(30 + self.random.below(300) as u64));
        for client in &mut self.clients {
            if let Some(status) = client.try_wait().expect("its state") {
                panic!("a client exited: {status}");
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
                self.count("servers killed, and a client while they were down");
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

    /// Pauses a client for so long that others may consider it dead.
    fn pause_client(&mut self) {
        let client = self.random.pick(&self.clients).id().to_string();
        for signal in ["-STOP", "-CONT"] {
            let status = Command::new("kill").args([signal, &client]).status().expect("kill");
            assert!(status.success());
            if signal == "-STOP" {
                std::thread::sleep(Duration::from_millis(self.random.below(600) as u64));
            }
        }
        self.count("clients paused");
    }

    fn end(&mut self) {
        for mut client in self.clients.drain(..) {
            client.kill().and_then(|()| client.wait()).expect("a client that can be killed");
        }
    }

    fn count(&mut self, cause_fault: &'static str) {
        *self.fault_counts.entry(cause_fault).or_default() += 1;
    }

    fn print_summary(&self, reports: &[support::recover::TransferReport]) {
        let size = |path| std::fs::metadata(path).map_or(0, |file| file.len());
        println!("commands succeeded: {}, failed: {}", size(&self.files.done), size(&self.files.failed));
        self.fault_counts.iter().for_each(|(what, count)| println!("{what}: {count}"));
        let mut outcomes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        reports.iter().for_each(|report| *outcomes.entry((&report["command"], &report["outcome"])).or_default() += 1);
        outcomes.iter().for_each(|((command, outcome), count)| println!("recover: {command} {outcome}: {count}"));
    }
}

/// Makes a server persist its data instead of the commands that created it: streams that are created again at another time have other
/// times.
fn write_down(server: &Server) {
    let mut client = server.client();
    redis::cmd("BGREWRITEAOF").exec(&mut client).expect("a server that starts to rewrite its log");
    let writes = |client: &mut redis::Connection| -> bool {
        let info: String = redis::cmd("INFO").arg("persistence").query(client).expect("a server");
        !(info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0"))
    };
    while writes(&mut client) {
        std::thread::sleep(Duration::from_millis(1));
    }
}
