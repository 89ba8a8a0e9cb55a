//! The end, at SIGTERM or Ctrl-C.

use crate::failure::Failure;
use rediscluster::{ListenerCounters, Stopper};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Stops the listener at the first signal. After `timeout` seconds, or at the second signal, the process ends with clients still connected.
pub fn on_signal(stopper: Stopper, counters: Arc<ListenerCounters>, timeout: u32) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("cannot wait for signals: {error}"));
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(failed)?;
    let wait = move || {
        let mut arrived = signals.forever();
        arrived.next();
        stopper.stop();
        let late = counters.clone();
        let in_time = thread::Builder::new().spawn(move || {
            thread::sleep(Duration::from_secs(timeout.into()));
            give_up(&late);
        });
        if in_time.is_ok() {
            arrived.next();
        }
        give_up(&counters);
    };
    thread::Builder::new().spawn(wait).map(drop).map_err(failed)
}

fn give_up(counters: &ListenerCounters) -> ! {
    eprintln!("rediscluster: {} clients were still waiting for replies", counters.connected());
    std::process::exit(crate::failure::FAILED.into());
}
