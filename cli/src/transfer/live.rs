//! `reshard --live`: moves the keys of a configuration with a previous layout while programs use them.

use crate::commands::{print, print_table};
use crate::config::of_server;
use crate::failure::Failure;
use crate::key_scan::{next_batch, sizes};
use crate::table::table;
use crate::text::{count, printable, size};
use crate::transfer::options::Reshard;
use crate::transfer::progress::{Counts, Output, add, show};
use crate::transfer::scan::locked;
use crate::wire::{check, integer};
use rediscluster::{Cluster, Config, HashTag, Previous};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The keys that SCAN looks at per call, and that move together.
const BATCH: usize = 100;
/// How many keys with an error are named.
const EXAMPLES: usize = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub fn reshard(cluster: &Cluster, args: &Reshard) -> Result<(), Failure> {
    let config = cluster.config();
    let Some(previous) = config.previous.as_deref() else {
        return Err(Failure::usage("--live: the configuration has no `previous`, the layout that keys are moved away from"));
    };
    check_tags(config, previous, args.tags.no_tags)?;
    let job = LiveJob { cluster, config, args, counts: Counts::default(), problems: Mutex::default(), stop: AtomicBool::new(false) };
    if args.common.dry_run { job.dry_run(&old_servers(previous)) } else { job.run(&old_servers(previous)) }
}

/// With `strip` a stored key does not show whether it had a tag, and so not where it belongs.
fn check_tags(config: &Config, previous: &Previous, no_tags: bool) -> Result<(), Failure> {
    let strips = [config.hash_tag, previous.hash_tag].contains(&Some(HashTag::Strip));
    match strips && !no_tags {
        true => Err(Failure::refused(
            "hash_tag \"strip\" removes tags from stored keys, so keys that had one cannot be moved while programs use them: give \
             --no-tags if there are none; otherwise stop the programs and use reshard --in-place with --tag-rule or --tag-map",
        )),
        false => Ok(()),
    }
}

fn old_servers(previous: &Previous) -> Vec<usize> {
    let mut servers: Vec<usize> = previous.masters.iter().map(|master| master.server).collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}

struct LiveJob<'j> {
    cluster: &'j Cluster,
    config: &'j Config,
    args: &'j Reshard,
    counts: Counts,
    problems: Mutex<Problems>,
    stop: AtomicBool,
}

/// What keeps the job from being complete.
#[derive(Default)]
struct Problems {
    /// Keys that could not be moved, and the first errors.
    failed: u64,
    errors: Vec<String>,
    /// Keys that are where neither layout looks for them.
    strays: u64,
    stray_examples: Vec<String>,
}

impl LiveJob<'_> {
    fn run(&self, servers: &[usize]) -> Result<(), Failure> {
        let (output, began) = (Output::choose(self.args.common.json), Instant::now());
        let total = servers.iter().map(|&server| self.keys_on(server)).sum::<Result<u64, Failure>>()?;
        let outcome = std::thread::scope(|scope| {
            let shown = scope.spawn(|| show(&self.counts, total, output, &self.stop));
            let outcome = self.passes(servers);
            self.stop.store(true, Relaxed);
            shown.thread().unpark();
            outcome
        });
        outcome?;
        self.report(output, began.elapsed())
    }

    /// Scans all old servers until a whole pass finds nothing to move. A key is never created at its old place, so the second one finds nothing
    /// unless a server failed over.
    fn passes(&self, servers: &[usize]) -> Result<(), Failure> {
        loop {
            *locked(&self.problems) = Problems::default();
            let before = self.counts.copied.load(Relaxed);
            std::thread::scope(|scope| {
                let scans: Vec<_> = servers.iter().map(|&server| scope.spawn(move || self.scan(server, servers.len()))).collect();
                let results = scans.into_iter().map(|scan| scan.join().unwrap_or_else(|_| Err(Failure::failed("a thread has failed"))));
                results.collect::<Vec<_>>().into_iter().collect::<Result<(), Failure>>()
            })?;
            if self.counts.copied.load(Relaxed) == before {
                return Ok(());
            }
        }
    }

    fn scan(&self, server: usize, scans: usize) -> Result<(), Failure> {
        let node = Cluster::open(of_server(self.config, server));
        let common = &self.args.common;
        let mut pace =
            Pace { began: Instant::now(), keys: 0, rate: common.rate.map(|rate| rate as f64 / scans as f64), pause: Duration::ZERO };
        let mut cursor = "0".to_owned();
        loop {
            let batch = next_batch(&node, &cursor, BATCH, None)?;
            add(&self.counts.scanned, batch.keys.len() as u64);
            let keys = self.moving(server, &batch.keys);
            for keys in keys.chunks(BATCH) {
                self.move_batch(keys);
                pace.keep(keys.len() as u64);
                if let Some(limit) = common.max_latency.map(Duration::from_millis) {
                    pace.brake(&node, limit)?;
                }
            }
            if batch.next == "0" {
                return Ok(());
            }
            cursor = batch.next;
        }
    }

    /// The keys of a batch that have to leave the server.
    fn moving<'k>(&self, server: usize, keys: &'k [Vec<u8>]) -> Vec<&'k [u8]> {
        let mut moving = Vec::new();
        for key in keys {
            match self.config.places(key) {
                Some((_, to)) if to == server => add(&self.counts.in_place, 1),
                Some((from, _)) if from == server => moving.push(key.as_slice()),
                _ => {
                    let mut problems = locked(&self.problems);
                    problems.strays += 1;
                    if problems.stray_examples.len() < EXAMPLES {
                        problems.stray_examples.push(format!("{} on {}", printable(key), self.config.servers[server].alias));
                    }
                }
            }
        }
        moving
    }

    fn move_batch(&self, keys: &[&[u8]]) {
        for outcome in self.cluster.move_keys(keys) {
            match outcome {
                Ok(Some(bytes)) => {
                    add(&self.counts.copied, 1);
                    add(&self.counts.bytes, bytes as u64);
                }
                Ok(None) => add(&self.counts.gone, 1),
                Err(error) => {
                    let mut problems = locked(&self.problems);
                    problems.failed += 1;
                    if problems.errors.len() < EXAMPLES {
                        problems.errors.push(error.to_string());
                    }
                }
            }
        }
    }

    fn report(&self, output: Output, elapsed: Duration) -> Result<(), Failure> {
        let (moved, bytes) = (self.counts.copied.load(Relaxed), self.counts.bytes.load(Relaxed));
        let gone = self.counts.gone.load(Relaxed);
        let problems = locked(&self.problems);
        let is_complete = problems.failed == 0 && problems.strays == 0;
        if output == Output::Json {
            let summary = json!({"event": "summary", "complete": is_complete, "moved": moved, "bytes": bytes, "gone": gone, "failed": problems.failed,
                "strays": problems.strays, "seconds": (elapsed.as_secs_f64() * 1000.0).round() / 1000.0});
            print(format!("{summary}\n").as_bytes())?;
        } else {
            let rate = (moved as f64 / elapsed.as_secs_f64().max(0.001)) as u64;
            let others = if gone > 0 { format!(", {} moved by programs or gone", count(gone)) } else { String::new() };
            let line =
                format!("{} keys moved ({}){others}; {:.1} s, {} keys/s\n", count(moved), size(bytes), elapsed.as_secs_f64(), count(rate));
            print(line.as_bytes())?;
        }
        if problems.failed > 0 {
            let text = format!("{} keys could not be moved; programs can read them where they are:", count(problems.failed));
            return Err(Failure::failed(format!("{text}\n{}\nRun it again to go on.", problems.errors.join("\n"))));
        }
        if problems.strays > 0 {
            let text = format!("{} keys are on nodes where neither layout looks for them, and were left there:", count(problems.strays));
            return Err(Failure::refused(format!("{text}\n{}", problems.stray_examples.join("\n"))));
        }
        match output {
            Output::Json => Ok(()),
            _ => print(b"Complete: every key is on its node. `previous` can be removed from the configurations.\n"),
        }
    }

    fn dry_run(&self, servers: &[usize]) -> Result<(), Failure> {
        let mut found: BTreeMap<(usize, usize), (u64, u64)> = BTreeMap::new();
        for &server in servers {
            let node = Cluster::open(of_server(self.config, server));
            let mut cursor = "0".to_owned();
            loop {
                let batch = next_batch(&node, &cursor, BATCH * 10, None)?;
                let keys: Vec<Vec<u8>> = self.moving(server, &batch.keys).into_iter().map(<[u8]>::to_vec).collect();
                for (key, bytes) in keys.iter().zip(sizes(&node, &keys)?) {
                    let Some(places) = self.config.places(key) else { continue };
                    let sum = found.entry(places).or_default();
                    *sum = (sum.0 + 1, sum.1 + bytes);
                }
                if batch.next == "0" {
                    break;
                }
                cursor = batch.next;
            }
        }
        self.print_counts(&found)
    }

    fn print_counts(&self, found: &BTreeMap<(usize, usize), (u64, u64)>) -> Result<(), Failure> {
        let name = |server: usize| format!("{} ({})", self.config.servers[server].alias, self.config.servers[server].address);
        let mut rows = table(&["FROM", "TO", "KEYS", "BYTES"]);
        let mut sum = (0, 0);
        for (&(from, to), &(keys, bytes)) in found {
            sum = (sum.0 + keys, sum.1 + bytes);
            rows.add_row([name(from), name(to), count(keys), size(bytes)]);
            if self.args.common.json {
                print(format!("{}\n", json!({"from": name(from), "to": name(to), "keys": keys, "bytes": bytes})).as_bytes())?;
            }
        }
        let strays = locked(&self.problems).strays;
        if self.args.common.json {
            return print(format!("{}\n", json!({"keys": sum.0, "bytes": sum.1, "strays": strays})).as_bytes());
        }
        rows.add_row(["all".to_owned(), String::new(), count(sum.0), size(sum.1)]);
        print_table(&rows)?;
        if strays > 0 {
            print(format!("{} keys are on nodes where neither layout looks for them.\n", count(strays)).as_bytes())?;
        }
        print(b"Nothing was written.\n")
    }

    fn keys_on(&self, server: usize) -> Result<u64, Failure> {
        let node = Cluster::open(of_server(self.config, server));
        Ok(u64::try_from(integer(&node.command(&[b"DBSIZE"])?.root(), "DBSIZE")?).unwrap_or(0))
    }
}

/// How fast one scan goes.
struct Pace {
    began: Instant,
    keys: u64,
    /// In keys per second.
    rate: Option<f64>,
    pause: Duration,
}

impl Pace {
    /// Waits until so many more keys may have been moved.
    fn keep(&mut self, keys: u64) {
        self.keys += keys;
        let Some(rate) = self.rate else { return };
        let due = Duration::from_secs_f64(self.keys as f64 / rate);
        std::thread::sleep(due.saturating_sub(self.began.elapsed()));
    }

    /// Pauses, longer each time, while the server takes longer for a PING.
    fn brake(&mut self, node: &Cluster, limit: Duration) -> Result<(), Failure> {
        loop {
            let began = Instant::now();
            check(node.command(&[b"PING"])?.root(), "PING")?;
            if began.elapsed() <= limit {
                self.pause = Duration::ZERO;
                return Ok(());
            }
            self.pause = (self.pause * 2).clamp(Duration::from_millis(2), LONGEST_PAUSE);
            std::thread::sleep(self.pause);
        }
    }
}
