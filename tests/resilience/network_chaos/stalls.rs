//! How late the machine itself is: a thread that only sleeps.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const SLEEP: Duration = Duration::from_millis(5);

/// The ends of sleeps that took too long, and the excess.
#[derive(Default)]
pub struct Stalls(Mutex<Vec<(Instant, Duration)>>);

impl Stalls {
    pub fn observe(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let start = Instant::now();
            std::thread::sleep(SLEEP);
            let excess = start.elapsed() - SLEEP;
            if excess > Duration::from_millis(1) {
                self.0.lock().expect("no observer panicked").push((Instant::now(), excess));
            }
        }
    }

    /// The sum of the stalls in this time. The last one may end later.
    pub fn between(&self, start: Instant, end: Instant) -> Duration {
        let stalls = self.0.lock().expect("no observer panicked");
        stalls.iter().filter(|(at, excess)| *at >= start && *at - *excess <= end).map(|(_, excess)| *excess).sum()
    }

    pub fn longest(&self) -> Duration {
        self.0.lock().expect("no observer panicked").iter().map(|(_, excess)| *excess).max().unwrap_or_default()
    }
}
