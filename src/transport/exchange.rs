//! Several servers at once: all commands are sent to all servers before the first reply is read, so that the servers work in parallel.

use crate::error::{Code, Error};
use crate::transport::connection::not_sent_in_time;
use crate::transport::node_pipeline::NodePipeline;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::time::{Duration, Instant};

/// Runs the pipelines, which must be sorted by server. All callers take their connections in that order, which rules out that they wait for
/// each other's connections in a cycle.
pub(crate) fn exchange(pipelines: &mut [&mut NodePipeline], write_timeout: Option<Duration>) {
    pipelines.iter_mut().for_each(|pipeline| pipeline.write_buffer.settle());
    run_once(pipelines, false, write_timeout);
    let mut retried: Vec<&mut NodePipeline> =
        pipelines.iter_mut().filter_map(|pipeline| pipeline.prepare_retry().then_some(&mut **pipeline)).collect();
    if !retried.is_empty() {
        run_once(&mut retried, true, write_timeout);
    }
}

fn run_once(pipelines: &mut [&mut NodePipeline], fresh: bool, write_timeout: Option<Duration>) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| !pipeline.is_started()) {
        pipeline.connect(fresh, true);
    }
    for pipeline in pipelines.iter_mut() {
        pipeline.attempt(|pipeline| pipeline.send_some().map(drop));
    }
    send_rest(pipelines, write_timeout);
    for pipeline in pipelines.iter_mut() {
        pipeline.attempt(NodePipeline::receive_all);
    }
}

/// Sends what the kernel did not take at once, and reads replies meanwhile: a server, or a proxy in front of it, may stop reading requests
/// until its replies are read.
fn send_rest(pipelines: &mut [&mut NodePipeline], timeout: Option<Duration>) {
    let mut last_progress = Instant::now();
    while pipelines.iter().any(|pipeline| pipeline.is_sending()) {
        let left = timeout.map(|timeout| timeout.saturating_sub(last_progress.elapsed()));
        match wait(pipelines, left) {
            Ok(true) => {}
            Ok(false) => return fail_all(pipelines, &not_sent_in_time()),
            Err(error) => return fail_all(pipelines, &error),
        }
        for pipeline in pipelines.iter_mut().filter(|pipeline| pipeline.is_sending()) {
            pipeline.attempt(|pipeline| {
                if pipeline.send_some()? + pipeline.receive_some()? > 0 {
                    last_progress = Instant::now();
                }
                Ok(())
            });
        }
    }
}

/// Waits until one of the sending pipelines can send or receive; returns false if none can in time.
fn wait(pipelines: &[&mut NodePipeline], left: Option<Duration>) -> Result<bool, Error> {
    let sending = pipelines.iter().filter(|pipeline| pipeline.is_sending());
    let mut sockets: Vec<PollFd> = sending.map(|pipeline| PollFd::new(pipeline.connection(), PollFlags::IN | PollFlags::OUT)).collect();
    let timeout = left.and_then(|left| left.try_into().ok());
    match poll(&mut sockets, timeout.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(Error::new(Code::Io, format!("poll: {error}"))),
    }
}

fn fail_all(pipelines: &mut [&mut NodePipeline], error: &Error) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| pipeline.is_sending()) {
        pipeline.attempt(|_| Err(error.clone()));
    }
}
