//! Random faults of servers, networks and Sentinels under the load of clients in C, PHP and Go. At the end no acknowledged write is lost, no reply
//! has reached another command, no call has exceeded its deadline, and after each fault the load has come back.
//!
//! `FAULTS` is their number (10), `SEED` selects the sequence. The clients use the library in target/stage.

#[path = "../../support/mod.rs"]
mod support;
#[path = "../../tls/servers.rs"]
#[allow(dead_code)]
mod tls;

mod faults;
mod load;
mod recovery;
mod servers;
mod stalls;
mod verdict;
mod workers;

use faults::Fault;
use load::{Ledger, Load, Progress};
use recovery::Recovery;
use servers::Servers;
use stalls::Stalls;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::random::{Random, seed};
use verdict::Verdict;
use workers::Worker;

fn main() {
    if !tls::servers_have_tls() {
        return;
    }
    let (count, seed) = (std::env::var("FAULTS").map_or(10, |text| text.parse().expect("FAULTS is a number")), seed());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut servers = Servers::start();
    let (workers, pipes) = workers::start_all(folder.path(), &servers.config());
    let progress = Progress {
        start: Instant::now(),
        succeeded: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        last_failure: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    };
    let stalls = Stalls::default();
    let mut broken = Vec::new();
    let ledgers: Vec<Ledger> = std::thread::scope(|scope| {
        scope.spawn(|| stalls.observe(&progress.stop));
        let loads: Vec<_> = pipes
            .into_iter()
            .enumerate()
            .map(|(id, pipe)| Load::new(id, pipe, Random::stream(seed, id as u64), &progress))
            .map(|load| scope.spawn(move || load.run()))
            .collect();
        let _end = StopAtEnd(&progress);
        let mut recovery = Recovery::begin(&progress, &stalls);
        cause_faults(count, &mut Random::stream(seed, 1000), &mut servers, &workers, &mut recovery, &mut broken);
        progress.stop.store(true, Ordering::Relaxed);
        loads.into_iter().map(|load| load.join().expect("a thread of the load")).collect()
    });
    workers.into_iter().for_each(Worker::end);
    servers.await_settled();
    let verdict = Verdict::new(&servers, &ledgers, &stalls);
    print_summary(&progress, &ledgers, &verdict, &stalls);
    broken.extend(verdict.broken);
    assert!(broken.is_empty(), "{} rules are broken:\n{}", broken.len(), broken.join("\n"));
    println!("test result: ok. 1 passed; 0 failed");
}

/// Stops the load, also after a panic: the scope waits for its threads.
struct StopAtEnd<'p>(&'p Progress);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// Causes the faults one after the other, and waits after each for the load.
fn cause_faults(
    count: usize,
    random: &mut Random,
    servers: &mut Servers,
    workers: &[Worker],
    recovery: &mut Recovery,
    broken: &mut Vec<String>,
) {
    let (mut counts, mut early) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for number in 0..count {
        if number == count / 5 {
            early = workers.iter().map(Worker::usage).collect();
        }
        let fault = Fault::random(random, servers);
        *counts.entry(fault.what).or_default() += 1;
        fault.run(servers);
        recovery.await_full_load(servers, &fault, broken);
    }
    println!("faults: {counts:?}");
    recovery.print();
    for (worker, (memory, descriptors)) in workers.iter().zip(early) {
        let (memory_now, descriptors_now) = worker.usage();
        println!("{}: {memory} to {memory_now} KiB, {descriptors} to {descriptors_now} descriptors", worker.language);
        if memory_now > memory + memory / 2 + 8192 || descriptors_now > descriptors + 32 {
            broken.push(format!("the process in {} uses more and more memory or descriptors", worker.language));
        }
    }
}

fn print_summary(progress: &Progress, ledgers: &[Ledger], verdict: &Verdict, stalls: &Stalls) {
    let sum = |count: fn(&Ledger) -> usize| ledgers.iter().map(count).sum::<usize>();
    let (succeeded, failed) = (progress.succeeded.load(Ordering::Relaxed), progress.failed.load(Ordering::Relaxed));
    println!("{succeeded} commands succeeded, {failed} failed, in {} s", progress.start.elapsed().as_secs());
    println!(
        "keys: {} acknowledged, {} of them confirmed, {} uncertain, {} not executed; {} were lost by a failover before they were confirmed",
        sum(|ledger| ledger.acknowledged.len()),
        sum(|ledger| ledger.confirmed.len()),
        sum(|ledger| ledger.uncertain),
        sum(|ledger| ledger.not_executed.len()),
        verdict.lost_before_confirmed
    );
    let late = ledgers.iter().flat_map(|ledger| &ledger.late).map(|call| call.took - call.deadline);
    let (count, excess) = (late.clone().count(), late.max().unwrap_or(Duration::ZERO));
    println!("{count} calls ended after their deadline, by at most {excess:?}; the machine was late by up to {:?}", stalls.longest());
    let mut errors: BTreeMap<&str, usize> = BTreeMap::new();
    ledgers.iter().flat_map(|ledger| &ledger.errors).for_each(|(error, count)| *errors.entry(error).or_default() += count);
    errors.iter().for_each(|(error, count)| println!("{count:7} {error}"));
}
