//! Runs a job: workers for each source, and one thread that shows the progress.

use crate::failure::Failure;
use crate::key_scan::{INTERNAL, next_batch, sizes};
use crate::transfer::brake::Brake;
use crate::transfer::job::{Job, Links};
use crate::transfer::journal::Journal;
use crate::transfer::mover::Mover;
use crate::transfer::progress::{self, Counts, Output};
use crate::transfer::scan::{BATCH, SourceScan, locked};
use crate::wire::integer;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

/// Workers per source: while one waits for the source, others wait for targets.
const WORKERS: usize = 3;

/// The size of batches if servers must not become slow.
const CAREFUL_BATCH: usize = 100;

/// How a job is run.
pub struct Pace {
    pub limit: Option<u64>,
    /// Keys per second.
    pub rate: Option<u64>,
    /// A server that needs longer for a reply is given time.
    pub max_latency: Option<Duration>,
    pub brake: Brake,
}

/// Copies all keys, or as many as the limit allows. Returns whether all are copied.
pub fn run(job: &Job, journal: &Mutex<Journal>, pace: &Pace, counts: &Counts, output: Output) -> Result<bool, Failure> {
    let links: Vec<Links> = (0..job.databases.len()).map(|pair| job.open(pair)).collect();
    let total = count_keys(&links)?;
    let most = if pace.max_latency.is_some() { CAREFUL_BATCH } else { BATCH };
    let batch_size = pace.limit.or(pace.rate).map_or(most, |limit| limit.clamp(1, most as u64) as usize);
    let scans: Vec<SourceScan> = (0..job.sources.len()).map(|source| SourceScan::new(job, source, &links, journal, batch_size)).collect();
    let (stop, shown) = (&AtomicBool::new(false), &AtomicBool::new(false));
    let began = Instant::now();
    let result = std::thread::scope(|scope| {
        let reporter = scope.spawn(|| progress::show(counts, total, output, shown));
        let watcher = pace.max_latency.map(|limit| {
            scope.spawn(move || {
                let result = pace.brake.watch(job, limit, shown);
                stop.fetch_or(result.is_err(), Relaxed);
                result
            })
        });
        let workers: Vec<_> = (0..job.sources.len() * WORKERS)
            .map(|at| {
                scope.spawn({
                    let worker = Worker { job, links: &links, scan: &scans[at / WORKERS], source: at / WORKERS, pace, counts, stop, began };
                    move || worker.run()
                })
            })
            .collect();
        let mut results: Vec<Result<(), Failure>> = workers.into_iter().map(outcome).collect();
        shown.store(true, Relaxed);
        reporter.thread().unpark();
        watcher.iter().for_each(|watcher| watcher.thread().unpark());
        results.extend(watcher.map(outcome));
        results.into_iter().collect::<Result<Vec<()>, Failure>>()
    });
    locked(journal).save()?;
    result?;
    Ok(scans.iter().all(SourceScan::is_complete))
}

fn outcome(thread: ScopedJoinHandle<'_, Result<(), Failure>>) -> Result<(), Failure> {
    thread.join().unwrap_or_else(|_| Err(Failure::failed("a worker panicked; this is a bug")))
}

fn count_keys(links: &[Links]) -> Result<u64, Failure> {
    let mut total = 0;
    for source in links.iter().flat_map(|links| &links.sources) {
        total += integer(&source.command(&[b"DBSIZE"])?.root(), "DBSIZE")? as u64;
    }
    Ok(total)
}

struct Worker<'j> {
    job: &'j Job,
    links: &'j [Links],
    scan: &'j SourceScan<'j>,
    source: usize,
    pace: &'j Pace,
    counts: &'j Counts,
    stop: &'j AtomicBool,
    began: Instant,
}

impl Worker<'_> {
    fn run(self) -> Result<(), Failure> {
        let result = self.work();
        if result.is_err() {
            self.stop.store(true, Relaxed);
        }
        result
    }

    fn work(&self) -> Result<(), Failure> {
        let mut mover: Option<(usize, Mover)> = None;
        while !self.is_over() {
            let Some(batch) = self.scan.take()? else { return Ok(()) };
            let mut current = match mover.take() {
                Some((pair, mover)) if pair == batch.pair => mover,
                _ => Mover::new(self.job, self.source, &self.links[batch.pair], self.counts),
            };
            current.run(batch.keys.clone())?;
            mover = Some((batch.pair, current));
            self.scan.finish(batch)?;
        }
        Ok(())
    }

    /// Whether the work ends here. Waits if the rate is exceeded or a server is slow.
    fn is_over(&self) -> bool {
        if self.pace.max_latency.is_some() {
            self.pace.brake.pause(self.stop);
        }
        if let Some(rate) = self.pace.rate {
            let due = Duration::from_secs_f64(self.counts.scanned.load(Relaxed) as f64 / rate as f64);
            while self.began.elapsed() < due && !self.stop.load(Relaxed) {
                std::thread::sleep((due - self.began.elapsed().min(due)).min(Duration::from_millis(100)));
            }
        }
        self.stop.load(Relaxed) || self.pace.limit.is_some_and(|limit| self.counts.copied.load(Relaxed) >= limit)
    }
}

/// Keys and bytes per source and target, for `--dry-run`.
pub fn count(job: &Job) -> Result<Vec<Vec<(u64, u64)>>, Failure> {
    let mut table = vec![vec![(0, 0); job.targets.len()]; job.sources.len()];
    for pair in 0..job.databases.len() {
        let links = job.open(pair);
        for (source, server) in links.sources.iter().enumerate() {
            let mut cursor = "0".to_owned();
            loop {
                let batch = next_batch(server, &cursor, BATCH, job.pattern.as_deref())?;
                for (size, key) in sizes(server, &batch.keys)?.into_iter().zip(&batch.keys) {
                    job.check_old_node(source, key)?;
                    if let Some(target) = job.target(source, key) {
                        let (keys, bytes): &mut (u64, u64) = &mut table[source][target];
                        *keys += 1;
                        *bytes += size;
                    }
                }
                if batch.next == "0" {
                    break;
                }
                cursor = batch.next;
            }
        }
    }
    Ok(table)
}

/// Refuses sources on which a move of the library was interrupted: its value is in an internal key, which is not copied.
pub fn check_interrupted_moves(job: &Job) -> Result<(), Failure> {
    let registry = [INTERNAL, b"staged"].concat();
    for (source, _) in &job.databases {
        // A Redis Cluster has none, and refuses to look for the key.
        for node in job.sources.iter().filter(|node| !node.is_in_redis_cluster) {
            if integer(&node.open(*source).command(&[b"EXISTS", &registry])?.root(), "EXISTS")? > 0 {
                return Err(Failure::refused(format!(
                    "{} has interrupted moves between nodes: run `rediscluster recover` with the configuration of the sources first",
                    node.name
                )));
            }
        }
    }
    Ok(())
}
