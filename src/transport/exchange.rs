//! Several servers at once: everything is on its way to all of them before the first reply is waited for.

use crate::error::{Code, Error};
use crate::transport::Lane;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::time::{Duration, Instant};

/// Runs the lanes, which must stand in the order of their servers: callers that all take connections in one order cannot wait for
/// each other in a circle.
pub(crate) fn exchange(lanes: &mut [&mut Lane], write_timeout: Option<Duration>) {
    lanes.iter_mut().for_each(|lane| lane.outbox.settle());
    round(lanes, false, write_timeout);
    let mut again: Vec<&mut Lane> = lanes.iter_mut().filter_map(|lane| lane.begin_again().then_some(&mut **lane)).collect();
    if !again.is_empty() {
        round(&mut again, true, write_timeout);
    }
}

fn round(lanes: &mut [&mut Lane], fresh: bool, write_timeout: Option<Duration>) {
    for lane in lanes.iter_mut().filter(|lane| !lane.is_started()) {
        lane.connect(fresh, true);
    }
    for lane in lanes.iter_mut() {
        lane.attempt(|lane| lane.send_some().map(drop));
    }
    send_the_rest(lanes, write_timeout);
    // With everything sent the servers work side by side, whichever is read first.
    for lane in lanes.iter_mut() {
        lane.attempt(Lane::receive_all);
    }
}

/// Sends what the kernel would not take at once, reading what comes meanwhile: a server, or a proxy before it, may stop taking requests
/// while its replies are not taken.
fn send_the_rest(lanes: &mut [&mut Lane], timeout: Option<Duration>) {
    let mut progress = Instant::now();
    while lanes.iter().any(|lane| lane.is_sending()) {
        let left = timeout.map(|timeout| timeout.saturating_sub(progress.elapsed()));
        match wait(lanes, left) {
            Ok(true) => {}
            Ok(false) => return give_up(lanes, &Error::new(Code::Timeout, "the server took no bytes in time")),
            Err(error) => return give_up(lanes, &error),
        }
        for lane in lanes.iter_mut().filter(|lane| lane.is_sending()) {
            lane.attempt(|lane| {
                if lane.send_some()? + lane.receive_some()? > 0 {
                    progress = Instant::now();
                }
                Ok(())
            });
        }
    }
}

/// Waits until one of the sending lanes can go on; false when none could in time.
fn wait(lanes: &[&mut Lane], left: Option<Duration>) -> Result<bool, Error> {
    let sending = lanes.iter().filter(|lane| lane.is_sending());
    let mut sockets: Vec<PollFd> = sending.map(|lane| PollFd::new(lane.connection(), PollFlags::IN | PollFlags::OUT)).collect();
    let timeout = left.and_then(|left| left.try_into().ok());
    match poll(&mut sockets, timeout.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(Error::new(Code::Io, format!("poll: {error}"))),
    }
}

fn give_up(lanes: &mut [&mut Lane], error: &Error) {
    for lane in lanes.iter_mut().filter(|lane| lane.is_sending()) {
        lane.attempt(|_| Err(error.clone()));
    }
}
