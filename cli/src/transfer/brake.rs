//! `--max-latency`: pauses the workers while a server is slow.

use crate::failure::Failure;
use crate::transfer::job::Job;
use crate::wire::check;
use rediscluster::Cluster;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The time between two measurements.
const INTERVAL: Duration = Duration::from_millis(50);
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long each worker pauses before its next batch.
#[derive(Default)]
pub struct Brake {
    pause_us: AtomicU64,
    /// The sum of all pauses.
    paused_us: AtomicU64,
}

impl Brake {
    /// Measures the time of a round trip to each server until `stop` is set. While one takes longer than `limit`, pauses become longer and longer.
    pub fn watch(&self, job: &Job, limit: Duration, stop: &AtomicBool) -> Result<(), Failure> {
        let servers: Vec<Cluster> = job.sources.iter().chain(&job.targets).map(|node| node.open(0)).collect();
        while !stop.load(Relaxed) {
            let mut slowest = Duration::ZERO;
            for server in &servers {
                let began = Instant::now();
                check(server.command(&[b"PING"])?.root(), "PING")?;
                slowest = slowest.max(began.elapsed());
            }
            let pause = Duration::from_micros(self.pause_us.load(Relaxed));
            let next = if slowest > limit { (pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE) } else { pause / 2 };
            let next = if next < SHORTEST_PAUSE { Duration::ZERO } else { next };
            self.pause_us.store(next.as_micros() as u64, Relaxed);
            std::thread::park_timeout(INTERVAL);
        }
        Ok(())
    }

    /// Pauses a worker, as long as it is now right.
    pub fn pause(&self, stop: &AtomicBool) {
        if self.pause_us.load(Relaxed) == 0 {
            return;
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_micros(self.pause_us.load(Relaxed)) && !stop.load(Relaxed) {
            std::thread::sleep(SHORTEST_PAUSE);
        }
        self.paused_us.fetch_add(began.elapsed().as_micros() as u64, Relaxed);
    }

    /// The time that all workers together have paused.
    pub fn paused(&self) -> Duration {
        Duration::from_micros(self.paused_us.load(Relaxed))
    }
}
