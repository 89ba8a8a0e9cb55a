//! Threads for the jobs of a listener.

use crate::error::{Code, Error};
use crate::event_loop::{Threads, Work};
use crate::listener::job::Job;
use std::sync::Arc;
use std::thread;

/// Threads that take one job after the other. A job may wait for long, so there is a thread for each that runs. An idle thread ends after some
/// seconds.
#[derive(Clone)]
pub struct JobThreads(Arc<Threads>);

impl Default for JobThreads {
    fn default() -> JobThreads {
        JobThreads(Arc::new(Threads::new(begin, usize::MAX)))
    }
}

impl JobThreads {
    /// Runs a job on a thread, which is begun if all others are busy, and does not wait for it. If the system has no more threads, the job fails.
    pub fn start(&self, job: Job) {
        // A job that is dropped tells the listener so.
        let _ = self.0.run(Box::new(move || job.run()));
    }
}

fn begin(work: Work) -> Result<(), Error> {
    let thread = thread::Builder::new().name("rediscluster-job".into()).spawn(work);
    thread.map(drop).map_err(|error| Error::new(Code::Io, format!("cannot begin a thread: {error}")))
}
