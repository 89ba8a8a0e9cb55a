//! A client: a process that moves data until it is killed.

use crate::data::{COPIES, LISTS, RESULTS, SETS, SLOTS, store, stores};
use crate::support::random::Random;
use crate::support::words;
use rediscluster::{Cluster, Code, Config, Error, Reply, Value};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The configuration. If it is set, the process is a client.
const CONFIG: &str = "CHAOS_WORKER_CONFIG";
const SEED: &str = "CHAOS_WORKER_SEED";
/// Files that grow by one byte for each command: one for commands that succeeded, one for those that failed.
const DONE: &str = "CHAOS_WORKER_DONE";
const FAILED: &str = "CHAOS_WORKER_FAILED";

const THREADS: u64 = 3;

/// The exit status after a reply that must not happen.
pub const WRONG: i32 = 3;

pub struct Files {
    pub done: std::path::PathBuf,
    pub failed: std::path::PathBuf,
}

/// Starts a client process. The kernel kills it when the thread that started it ends.
pub fn start(config: &str, seed: u64, files: &Files) -> Child {
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--"])
        .arg(std::env::current_exe().expect("this program"))
        .env(CONFIG, config)
        .env(SEED, seed.to_string())
        .env(DONE, &files.done)
        .env(FAILED, &files.failed)
        .stdin(Stdio::null())
        .spawn()
        .expect("a client process")
}

/// Runs as a client if this process is one, and then never returns.
pub fn run_if_asked() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let seed: u64 = std::env::var(SEED).expect("a seed").parse().expect("a number");
    let cluster = Cluster::open(Config::from_json(config.as_bytes()).expect("a valid configuration"));
    let file = |name| OpenOptions::new().append(true).create(true).open(std::env::var(name).expect("a path")).expect("a file");
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let seed = seed.wrapping_mul(THREADS).wrapping_add(thread);
            let mut worker =
                Worker { cluster: &cluster, random: Random::from_seed(seed), seed, count: 0, done: file(DONE), failed: file(FAILED) };
            scope.spawn(move || {
                loop {
                    worker.step();
                }
            });
        }
    });
}

struct Worker<'c> {
    cluster: &'c Cluster,
    random: Random,
    /// Unique for each worker.
    seed: u64,
    count: usize,
    done: File,
    failed: File,
}

impl Worker<'_> {
    fn step(&mut self) {
        self.count += 1;
        let mut any = |name: &str, count: usize| format!("{name}:{}", self.random.below(count));
        let (list, other_list) = (any("list", LISTS), any("list", LISTS));
        let (set, other_set) = (any("set", SETS), any("set", SETS));
        let (slot, other_slot, copy) = (any("slot", SLOTS), any("slot", SLOTS), any("copy", COPIES));
        let store = store(self.random.below(stores()), self.random.below(RESULTS));
        let fresh = format!("{}:{}", self.seed, self.count);
        match self.random.below(1000) {
            0..150 => self.run(&format!("LMOVE {list} {other_list} LEFT RIGHT")),
            150..250 => self.run(&format!("RPOPLPUSH {list} {other_list}")),
            250..350 => self.run(&format!("BLMOVE {list} {other_list} RIGHT LEFT 0.1")),
            350..550 => self.move_member(&set, &other_set),
            550..700 => self.run(&format!("RENAMENX {slot} {other_slot}")),
            700..750 => {
                // No other worker uses this name.
                let away = self.run(&format!("RENAME {slot} away:{fresh}"));
                if away.as_ref().is_some_and(|reply| reply.root() == Value::Status(b"OK")) {
                    self.bring_back(&fresh);
                }
                away
            }
            750..800 => self.run(&format!("COPY {slot} {copy} REPLACE")),
            800..940 => self.run(&store),
            940..995 => self.run(&format!("MSETNX all:{fresh}:a x all:{fresh}:b x all:{fresh}:c x")),
            _ => {
                let age = Duration::from_millis(*self.random.pick(&[0, 50, 200]));
                let outcome = self.cluster.recover(age);
                self.check_outcome("recover", outcome)
            }
        };
    }

    fn bring_back(&mut self, fresh: &str) {
        loop {
            let slot = self.random.below(SLOTS);
            if self.run(&format!("RENAMENX away:{fresh} slot:{slot}")).is_some_and(is_over) {
                return;
            }
        }
    }

    fn move_member(&mut self, from: &str, to: &str) -> Option<Reply> {
        let member = self.run(&format!("SRANDMEMBER {from}"))?;
        let Value::String(member) = member.root() else { return None };
        self.run(&format!("SMOVE {from} {to} {}", String::from_utf8_lossy(member)))
    }

    fn run(&mut self, command: &str) -> Option<Reply> {
        let outcome = self.cluster.command(&words(command));
        self.check_outcome(command, outcome)
    }

    /// Transport errors are allowed. Any other error ends the process.
    fn check_outcome(&mut self, command: &str, outcome: Result<Reply, Error>) -> Option<Reply> {
        match &outcome {
            Err(error) if matches!(error.code(), Code::Connect | Code::Io | Code::Timeout | Code::Pool) => {}
            Err(error) => wrong(command, &format!("{error:?}")),
            Ok(reply) => match reply.root() {
                Value::Error(text) if text == b"ERR no such key" => {}
                Value::Error(text) if text.windows(7).any(|word| word == b"LOADING") => {}
                Value::Error(text) => wrong(command, &text.escape_ascii().to_string()),
                _ => {}
            },
        }
        let file = if outcome.is_ok() { &mut self.done } else { &mut self.failed };
        file.write_all(b".").expect("a file");
        if outcome.is_err() {
            // The server may need time to restart.
            std::thread::sleep(Duration::from_millis(1));
        }
        outcome.ok()
    }
}

/// Whether the key was renamed, or does not exist.
fn is_over(reply: Reply) -> bool {
    match reply.root() {
        Value::Integer(moved) => moved == 1,
        Value::Error(text) => text == b"ERR no such key",
        _ => false,
    }
}

fn wrong(command: &str, reply: &str) {
    eprintln!("WRONG: {command}: {reply}");
    std::process::exit(WRONG);
}
