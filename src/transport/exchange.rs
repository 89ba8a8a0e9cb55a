//! Several servers at once: all commands are sent to all servers before the first reply is read, so that the servers work in parallel.

use crate::error::{Code, Error};
use crate::transport::clock::{NEVER, Time, exact_now, remaining};
use crate::transport::connection::not_accepted;
use crate::transport::node_pipeline::NodePipeline;
use crate::transport::progress::Progress;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Runs the pipelines, which must be sorted by server. All callers take their connections in that order, which rules out that they wait for
/// each other's connections in a cycle.
pub(crate) fn exchange(pipelines: &mut [&mut NodePipeline]) {
    pipelines.iter_mut().for_each(|pipeline| pipeline.write_buffer.settle());
    run_once(pipelines, false);
    let mut retried: Vec<&mut NodePipeline> =
        pipelines.iter_mut().filter_map(|pipeline| pipeline.prepare_retry().then_some(&mut **pipeline)).collect();
    if !retried.is_empty() {
        run_once(&mut retried, true);
    }
}

fn run_once(pipelines: &mut [&mut NodePipeline], fresh: bool) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| !pipeline.is_started()) {
        pipeline.connect(fresh, true);
    }
    for pipeline in pipelines.iter_mut() {
        pipeline.attempt(|pipeline| pipeline.send_some().map(drop));
    }
    send_rest(pipelines);
    for pipeline in pipelines.iter_mut() {
        pipeline.check_time();
        pipeline.attempt(NodePipeline::receive_all);
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
        let until = progress.iter_mut().flatten().map(Progress::until).min().unwrap_or(NEVER);
        if let Err(error) = wait(pipelines, until) {
            return fail_all(pipelines, &error);
        }
        for (pipeline, progress) in pipelines.iter_mut().zip(&mut progress).filter(|(pipeline, _)| pipeline.is_sending()) {
            let Some(progress) = progress else { continue };
            pipeline.attempt(|pipeline| match pipeline.send_some()? + pipeline.receive_some()? {
                0 if exact_now() >= progress.until() => Err(pipeline.connection().fail(not_accepted())),
                0 => Ok(()),
                count => {
                    progress.record(count);
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
    let mut sockets: Vec<PollFd> = sending.map(|pipeline| PollFd::new(pipeline.connection(), PollFlags::IN | PollFlags::OUT)).collect();
    match poll(&mut sockets, remaining(until).and_then(|left| left.try_into().ok()).as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(Error::new(Code::Io, format!("poll: {error}"))),
    }
}

fn fail_all(pipelines: &mut [&mut NodePipeline], error: &Error) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| pipeline.is_sending()) {
        pipeline.attempt(|_| Err(error.clone()));
    }
}
