//! The load: each thread runs random commands on keys of its own, and keeps a ledger of what was acknowledged.

use crate::support::random::Random;
use crate::workers::{Kind, Outcome, Pipe};
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const DEADLINES: [Duration; 2] = [Duration::from_millis(150), Duration::from_secs(1)];
const COUNTERS: usize = 8;
/// So many acknowledged keys are read again at random.
const RECENT: usize = 500;
/// After so many writes the thread waits for the replicas.
const UNCONFIRMED: usize = 200;

/// What all threads have done so far.
pub struct Progress {
    pub start: Instant,
    pub succeeded: AtomicU64,
    pub failed: AtomicU64,
    /// In microseconds after `start`.
    pub last_failure: AtomicU64,
    pub stop: AtomicBool,
}

/// What one thread has seen.
#[derive(Default)]
pub struct Ledger {
    pub acknowledged: Vec<String>,
    /// Acknowledged, and then found on the master after its replica had all writes.
    pub confirmed: HashSet<String>,
    pub uncertain: usize,
    pub not_executed: Vec<String>,
    /// INCRs: acknowledged, and those that may have been executed.
    pub counters: BTreeMap<String, (u64, u64)>,
    /// Replies that are not those of the command.
    pub crossed: Vec<String>,
    pub late: Vec<LateCall>,
    /// Error replies and failures by their first words.
    pub errors: BTreeMap<String, usize>,
}

/// A call that took longer than its deadline.
pub struct LateCall {
    pub end: Instant,
    pub took: Duration,
    pub deadline: Duration,
    pub what: String,
}

pub struct Load<'p> {
    id: usize,
    pipe: Pipe,
    random: Random,
    progress: &'p Progress,
    count: usize,
    recent: Vec<String>,
    unconfirmed: Vec<String>,
    ledger: Ledger,
}

impl<'p> Load<'p> {
    pub fn new(id: usize, pipe: Pipe, random: Random, progress: &'p Progress) -> Load<'p> {
        Load { id, pipe, random, progress, count: 0, recent: Vec::new(), unconfirmed: Vec::new(), ledger: Ledger::default() }
    }

    pub fn run(mut self) -> Ledger {
        while !self.progress.stop.load(Ordering::Relaxed) {
            self.step();
        }
        self.ledger
    }

    fn step(&mut self) {
        self.count += 1;
        let (id, count) = (self.id, self.count);
        let key = format!("key:{id}:{count}");
        match self.random.below(100) {
            0..40 => self.write(&format!("SET {key} {key}"), &[&key]),
            40..45 => {
                let [a, b, c] = ["a", "b", "c"].map(|name| format!("{key}:{name}"));
                self.write(&format!("MSET {a} {a} {b} {b} {c} {c}"), &[&a, &b, &c]);
            }
            45..60 => self.increment(),
            60..80 => self.read(1),
            80..90 => self.read(5),
            90..94 => self.echo(&key),
            94..97 => drop(self.call(&format!("SUNIONSTORE union:{id}:{} set:{id}:1 set:{id}:2 set:{id}:3", count % 8))),
            97..99 => drop(self.call(&format!("SADD set:{id}:{} {}", count % 4, count % 100))),
            _ => drop(self.call(&format!("BLPOP empty:{id}:1 empty:{id}:2 0.01"))),
        }
        if self.unconfirmed.len() >= UNCONFIRMED {
            self.confirm();
        }
    }

    /// Runs a command that sets keys that did not exist to their names.
    fn write(&mut self, command: &str, keys: &[&String]) {
        let outcome = self.call(command);
        match outcome.kind {
            Kind::Value if outcome.text == "OK" => keys.iter().for_each(|key| self.acknowledge(key)),
            Kind::Value => self.ledger.crossed.push(format!("{command}: {}", outcome.text)),
            Kind::NotExecuted | Kind::ErrorReply => self.ledger.not_executed.extend(keys.iter().map(|key| (*key).clone())),
            Kind::MaybeExecuted => self.ledger.uncertain += keys.len(),
        }
    }

    fn acknowledge(&mut self, key: &str) {
        match self.recent.len() < RECENT {
            true => self.recent.push(key.to_owned()),
            false => key.clone_into(&mut self.recent[self.random.below(RECENT)]),
        }
        self.unconfirmed.push(key.to_owned());
        self.ledger.acknowledged.push(key.to_owned());
    }

    fn increment(&mut self) {
        let counter = format!("counter:{}:{}", self.id, self.random.below(COUNTERS));
        let outcome = self.call(&format!("INCR {counter}"));
        let counts = self.ledger.counters.entry(counter).or_default();
        match outcome.kind {
            Kind::Value if outcome.text.parse::<u64>().is_ok() => counts.0 += 1,
            Kind::Value => self.ledger.crossed.push(format!("INCR: {}", outcome.text)),
            Kind::MaybeExecuted => counts.1 += 1,
            Kind::NotExecuted | Kind::ErrorReply => {}
        }
    }

    /// Reads acknowledged keys. A replica may not have them yet.
    fn read(&mut self, count: usize) {
        if self.recent.is_empty() {
            return;
        }
        let keys: Vec<String> = (0..count).map(|_| self.random.pick(&self.recent).clone()).collect();
        let name = if count == 1 { "GET" } else { "MGET" };
        let outcome = self.call(&format!("{name} {}", keys.join(" ")));
        let values: Vec<&str> = outcome.text.split(' ').collect();
        let is_right = values.len() == count && values.iter().zip(&keys).all(|(value, key)| value == key || *value == "(nil)");
        if outcome.kind == Kind::Value && !is_right {
            self.ledger.crossed.push(format!("{name} {keys:?}: {}", outcome.text));
        }
    }

    fn echo(&mut self, token: &str) {
        let outcome = self.call(&format!("ECHO {token}"));
        if outcome.kind == Kind::Value && outcome.text != token {
            self.ledger.crossed.push(format!("ECHO {token}: {}", outcome.text));
        }
    }

    /// Writes that the masters still have after their replicas have all writes are safe from a failover. TOUCH runs on the masters.
    fn confirm(&mut self) {
        let waited = self.pipe.call(DEADLINES[1], "WAIT 1 200");
        let has_replicas = waited.kind == Kind::Value && waited.text.parse::<u64>().is_ok_and(|count| count > 0);
        let keys = std::mem::take(&mut self.unconfirmed);
        if !has_replicas {
            // The others stay unconfirmed, so that they do not become more and more.
            self.unconfirmed = keys.into_iter().rev().take(UNCONFIRMED / 2).collect();
            return;
        }
        for some in keys.chunks(20) {
            let outcome = self.pipe.call(DEADLINES[1], &format!("TOUCH {}", some.join(" ")));
            if outcome.kind == Kind::Value && outcome.text == some.len().to_string() {
                self.ledger.confirmed.extend(some.iter().cloned());
            }
        }
    }

    fn call(&mut self, command: &str) -> Outcome {
        let deadline = *self.random.pick(&DEADLINES);
        let outcome = self.pipe.call(deadline, command);
        if outcome.took > deadline {
            let what = format!("{}: {command}: {}", self.pipe.language, outcome.text);
            self.ledger.late.push(LateCall { end: Instant::now(), took: outcome.took, deadline, what });
        }
        if outcome.kind == Kind::Value {
            self.progress.succeeded.fetch_add(1, Ordering::Relaxed);
        } else {
            self.progress.failed.fetch_add(1, Ordering::Relaxed);
            self.progress.last_failure.store(self.progress.start.elapsed().as_micros() as u64, Ordering::Relaxed);
            *self.ledger.errors.entry(summary(&outcome)).or_default() += 1;
            // Calls to a server that is known to be ill fail at once.
            std::thread::sleep(Duration::from_millis(2));
        }
        outcome
    }
}

/// An error without numbers and addresses, so that equal ones can be counted.
fn summary(outcome: &Outcome) -> String {
    let kind = match outcome.kind {
        Kind::ErrorReply => "error reply",
        Kind::NotExecuted => "not executed",
        _ => "maybe executed",
    };
    let text = outcome.text.split_once("): ").map_or(outcome.text.as_str(), |(_, rest)| rest);
    let text: String = text.chars().filter(|char| !char.is_ascii_digit()).take(70).collect();
    format!("{kind}: {text}")
}
