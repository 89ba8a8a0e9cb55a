//! The signals that end the cluster.

use crate::failure::Failure;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// Whether SIGINT (Ctrl-C), SIGTERM or SIGHUP has arrived.
pub struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// From now on these signals do not end the process by themselves.
    pub fn watch() -> Result<Interruption, Failure> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register(signal, flag.clone()).map_err(|error| Failure::failed(format!("cannot wait for signals: {error}")))?;
        }
        Ok(Interruption(flag))
    }

    pub fn has_come(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Fails after a signal.
    pub fn check(&self) -> Result<(), Failure> {
        if self.has_come() { Err(Failure::failed("interrupted")) } else { Ok(()) }
    }

    pub fn wait(&self) {
        while !self.has_come() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
