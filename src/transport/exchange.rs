//! Several servers at once: everything is on its way to all of them before the first reply is waited for.

use crate::error::{Code, Error};
use crate::transport::NodePipeline;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::time::{Duration, Instant};

/// Runs the pipelines, which must stand in the order of their servers: callers that all take connections in one order cannot wait for
/// each other in a circle.
pub(crate) fn exchange(pipelines: &mut [&mut NodePipeline], write_timeout: Option<Duration>) {
    pipelines.iter_mut().for_each(|pipeline| pipeline.write_buffer.settle());
    round(pipelines, false, write_timeout);
    let mut again: Vec<&mut NodePipeline> =
        pipelines.iter_mut().filter_map(|pipeline| pipeline.begin_again().then_some(&mut **pipeline)).collect();
    if !again.is_empty() {
        round(&mut again, true, write_timeout);
    }
}

fn round(pipelines: &mut [&mut NodePipeline], fresh: bool, write_timeout: Option<Duration>) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| !pipeline.is_started()) {
        pipeline.connect(fresh, true);
    }
    for pipeline in pipelines.iter_mut() {
        pipeline.attempt(|pipeline| pipeline.send_some().map(drop));
    }
    send_the_rest(pipelines, write_timeout);
    // With everything sent the servers work side by side, whichever is read first.
    for pipeline in pipelines.iter_mut() {
        pipeline.attempt(NodePipeline::receive_all);
    }
}

/// Sends what the kernel would not take at once, reading what comes meanwhile: a server, or a proxy before it, may stop taking requests
/// while its replies are not taken.
fn send_the_rest(pipelines: &mut [&mut NodePipeline], timeout: Option<Duration>) {
    let mut progress = Instant::now();
    while pipelines.iter().any(|pipeline| pipeline.is_sending()) {
        let left = timeout.map(|timeout| timeout.saturating_sub(progress.elapsed()));
        match wait(pipelines, left) {
            Ok(true) => {}
            Ok(false) => return give_up(pipelines, &Error::new(Code::Timeout, "the server took no bytes in time")),
            Err(error) => return give_up(pipelines, &error),
        }
        for pipeline in pipelines.iter_mut().filter(|pipeline| pipeline.is_sending()) {
            pipeline.attempt(|pipeline| {
                if pipeline.send_some()? + pipeline.receive_some()? > 0 {
                    progress = Instant::now();
                }
                Ok(())
            });
        }
    }
}

/// Waits until one of the sending pipelines can go on; false when none could in time.
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

fn give_up(pipelines: &mut [&mut NodePipeline], error: &Error) {
    for pipeline in pipelines.iter_mut().filter(|pipeline| pipeline.is_sending()) {
        pipeline.attempt(|_| Err(error.clone()));
    }
}
