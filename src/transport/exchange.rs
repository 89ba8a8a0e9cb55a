//! Several servers at once: all commands are sent to all servers before the first reply is read, so that the servers work in parallel.

use crate::error::{Code, Error};
use crate::transport::clock::{NEVER, Time, exact_now};
use crate::transport::connection_errors::not_accepted;
use crate::transport::deadline::{self, deadline};
use crate::transport::node_pipeline::NodePipeline;
use crate::transport::progress::Progress;
use crate::transport::signals::{after_signal, is_interruption};
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use std::time::Duration;

/// A server that has not replied after this time is slow.
const SLOW: Duration = Duration::from_millis(2);

/// Runs the pipelines, which must be sorted by server. All callers take their connections in that order, which rules out that they wait for
/// each other's connections in a cycle.
pub(crate) fn exchange(pipelines: &mut [&mut NodePipeline]) {
    exchange_watched(pipelines, None);
}

/// [`exchange`]; calls `on_wait` if a server is slow.
pub(crate) fn exchange_watched(pipelines: &mut [&mut NodePipeline], on_wait: Option<&dyn Fn()>) {
    pipelines.iter_mut().for_each(|pipeline| pipeline.write_buffer.settle());
    deadline::begin_round();
    run_once(pipelines, false, on_wait);
    let mut retried: Vec<&mut NodePipeline> =
        pipelines.iter_mut().filter_map(|pipeline| pipeline.prepare_retry().then_some(&mut **pipeline)).collect();
    if !retried.is_empty() {
        run_once(&mut retried, true, on_wait);
    }
}

fn run_once(pipelines: &mut [&mut NodePipeline], fresh: bool, on_wait: Option<&dyn Fn()>) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| !pipeline.is_started()) {
        pipeline.connect(fresh, true);
    }
    for pipeline in pipelines.iter_mut() {
        pipeline.attempt(|pipeline| pipeline.send_some().map(drop));
    }
    send_rest(pipelines);
    if let Some(on_wait) = on_wait
        && !pipelines.iter_mut().all(|pipeline| pipeline.receive_within(SLOW))
    {
        on_wait();
    }
    for at in 0..pipelines.len() {
        pipelines[at].check_time();
        pipelines[at].attempt(NodePipeline::receive_all);
        if let Some(interruption) = pipelines[at].failure().filter(|failure| is_interruption(failure)).cloned() {
            pipelines[at + 1..].iter_mut().for_each(|pipeline| pipeline.attempt(|_| Err(interruption.clone())));
            return;
        }
    }
}

/// Sends what the kernel did not take at once, and reads replies meanwhile: a server, or a proxy in front of it, may stop reading requests
/// until its replies are read.
fn send_rest(pipelines: &mut [&mut NodePipeline]) {
    if !pipelines.iter().any(|pipeline| pipeline.is_sending()) {
        return;
    }
    let mut progress: Vec<Option<Progress>> =
        pipelines.iter().map(|pipeline| pipeline.is_sending().then(|| pipeline.connection().request_progress())).collect();
    while pipelines.iter().any(|pipeline| pipeline.is_sending()) {
        let until = progress.iter_mut().flatten().map(Progress::until).min().unwrap_or(NEVER).min(deadline());
        if let Err(error) = wait(pipelines, until) {
            return fail_all(pipelines, &error);
        }
        for (pipeline, progress) in pipelines.iter_mut().zip(&mut progress).filter(|(pipeline, _)| pipeline.is_sending()) {
            let Some(progress) = progress else { continue };
            pipeline.attempt(|pipeline| match pipeline.send_some()? + pipeline.receive_some()? {
                0 if exact_now() >= progress.until().min(deadline()) => Err(pipeline.connection().give_up("sending", not_accepted())),
                0 => Ok(()),
                count => {
                    progress.record(count);
                    if !pipeline.is_sending() {
                        pipeline.connection().begin_wait();
                    }
                    Ok(())
                }
            });
        }
        progress.iter_mut().zip(pipelines.iter()).filter(|(_, pipeline)| !pipeline.is_sending()).for_each(|(progress, _)| *progress = None);
    }
}

/// Waits until one of the sending pipelines can send or receive, at most until that time.
fn wait(pipelines: &[&mut NodePipeline], until: Time) -> Result<(), Error> {
    let sending = pipelines.iter().filter(|pipeline| pipeline.is_sending());
    let sockets: Vec<PollFd> = sending.map(|pipeline| PollFd::new(pipeline.connection(), PollFlags::IN | PollFlags::OUT)).collect();
    match deadline::wait_for(&sockets, until) {
        Ok(_) => Ok(()),
        Err(Errno::INTR) => after_signal(),
        Err(error) => Err(Error::new(Code::Io, format!("poll: {error}"))),
    }
}

fn fail_all(pipelines: &mut [&mut NodePipeline], error: &Error) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| pipeline.is_sending()) {
        pipeline.attempt(|_| Err(error.clone()));
    }
}
