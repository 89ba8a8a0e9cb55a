//! How long it takes after a fault until no call fails and the load is as before.

use crate::faults::Fault;
use crate::load::Progress;
use crate::servers::Servers;
use crate::stalls::Stalls;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(2);
/// So long no call must have failed.
const QUIET: Duration = Duration::from_millis(250);

pub struct Recovery<'p> {
    progress: &'p Progress,
    stalls: &'p Stalls,
    /// Successful calls per second without a fault.
    normal: f64,
    times: Vec<Duration>,
}

impl<'p> Recovery<'p> {
    /// Measures the load without a fault.
    pub fn begin(progress: &'p Progress, stalls: &'p Stalls) -> Recovery<'p> {
        let mut recovery = Recovery { progress, stalls, normal: 0.0, times: Vec::new() };
        // The first calls connect.
        std::thread::sleep(Duration::from_secs(1));
        recovery.normal = recovery.rate(Duration::from_secs(1));
        println!("{:.0} calls per second without a fault", recovery.normal);
        recovery
    }

    fn rate(&self, time: Duration) -> f64 {
        let (start, before) = (Instant::now(), self.progress.succeeded.load(Ordering::Relaxed));
        std::thread::sleep(time);
        (self.progress.succeeded.load(Ordering::Relaxed) - before) as f64 / start.elapsed().as_secs_f64()
    }

    /// Waits until the fault has no effect any more. The time that Sentinel needs does not count.
    pub fn await_full_load(&mut self, servers: &Servers, fault: &Fault, broken: &mut Vec<String>) {
        let mut start = Instant::now();
        let patience = start + Duration::from_secs(240);
        while !servers.is_settled(fault.node) {
            assert!(Instant::now() < patience, "after {fault} the node has no master with a replica: {}", servers.describe(fault.node));
            std::thread::sleep(Duration::from_millis(20));
            if servers.has_sentinels(fault.node) {
                start = Instant::now();
            }
        }
        loop {
            let rate = self.rate(Duration::from_millis(100));
            let last_failure = self.progress.start + Duration::from_micros(self.progress.last_failure.load(Ordering::Relaxed));
            if last_failure.elapsed() >= QUIET && rate > self.normal / 4.0 {
                let took = last_failure.saturating_duration_since(start);
                self.times.push(took);
                if took > LIMIT + self.stalls.between(start, last_failure) {
                    broken.push(format!("{took:?} after {fault} calls still failed"));
                }
                return;
            }
            if start.elapsed() > Duration::from_secs(60) {
                broken.push(format!("a minute after {fault} there are {rate:.0} calls per second, and calls fail"));
                return;
            }
        }
    }

    pub fn print(&mut self) {
        self.times.sort();
        let at = |part: f64| self.times[((self.times.len() - 1) as f64 * part) as usize];
        println!("calls fail after a fault has ended for: median {:?}, 95 % {:?}, at most {:?}", at(0.5), at(0.95), at(1.0));
    }
}
