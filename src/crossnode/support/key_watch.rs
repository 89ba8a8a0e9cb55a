//! Waits until keys on several servers change, without polling them.
//!
//! Servers announce that a key changed ([`Listener`]), but not how. The caller has to look at its keys, and waits again if that was not the
//! change it needs.

use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::invalidations::Listener;
use crate::crossnode::support::job::Job;
use crate::crossnode::support::outcome::Outcome;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::transport::{ConnectionSource, explain};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::time::{Duration, Instant};

/// The keys are looked at after this time even without a message. Some changes, such as SWAPDB, are not announced, and a server that vanished is
/// noticed only when it gets a request.
pub(crate) const MAX_SILENCE: Duration = Duration::from_secs(1);
/// The minimum time between two wake-ups.
const MIN_INTERVAL: Duration = Duration::from_millis(1);
/// Without messages from the servers, pauses grow from [`MIN_INTERVAL`] to this.
const MAX_PAUSE: Duration = Duration::from_millis(20);

/// Waits for changes to some keys. It uses one more connection per server. If a pool has too few of them, or a server does not offer the messages,
/// it only pauses.
pub(crate) struct KeyWatch<'p> {
    /// The name of the command, for error texts.
    name: &'p [u8],
    listeners: Vec<Listener<'p>>,
    max_silence: Duration,
    last_wake: Option<Instant>,
    /// The next pause, used without listeners.
    pause: Duration,
}

impl<'p> KeyWatch<'p> {
    /// Watches these keys, each with its server. Changes before this call are not seen: look at the keys once more after it.
    /// They are also to be looked at after `max_silence`.
    pub(crate) fn new(job: &Job<'p, '_>, keys: &[(usize, &'p [u8])], max_silence: Duration) -> Outcome<KeyWatch<'p>> {
        let name = job.args[0];
        let mut servers: Vec<usize> = keys.iter().map(|(server, _)| *server).collect();
        servers.sort_unstable();
        servers.dedup();
        let mut listeners = Vec::with_capacity(servers.len());
        for server in servers {
            let shard = job.topology.shard(server);
            let own_keys = keys.iter().filter(|(owner, _)| *owner == server).map(|(_, key)| *key).collect();
            let listener = Listener::subscribe(shard, own_keys).map_err(|error| explain(shard.server(), error, name, false))?;
            match listener {
                Some(listener) => listeners.push(listener),
                None => {
                    listeners.clear();
                    break;
                }
            }
        }
        Ok(KeyWatch { name, listeners, max_silence, last_wake: None, pause: MIN_INTERVAL })
    }

    /// Waits until a key may have changed; returns false at the deadline. Without a deadline it waits without a time limit.
    pub(crate) fn wait(&mut self, deadline: Option<Instant>) -> Outcome<bool> {
        if self.listeners.is_empty() {
            return Ok(self.pause(deadline));
        }
        let start = Instant::now();
        loop {
            let left = time_left(deadline);
            if left == Some(Duration::ZERO) {
                return Ok(false);
            }
            let silence = self.max_silence.saturating_sub(start.elapsed());
            if silence.is_zero() {
                return Ok(true);
            }
            self.poll(left.map_or(silence, |left| left.min(silence)))?;
            if self.receive()? {
                self.limit_rate(deadline);
                return Ok(true);
            }
        }
    }

    /// Waits until a connection is readable, at most for this time.
    fn poll(&self, limit: Duration) -> Outcome<()> {
        let mut sockets: Vec<PollFd> = self.listeners.iter().map(|listener| PollFd::new(listener, PollFlags::IN)).collect();
        match poll(&mut sockets, limit.try_into().ok().as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(Error::new(Code::Io, format!("poll: {error}")).into()),
        }
    }

    /// Reads the messages that have come; returns whether one is about a watched key.
    fn receive(&mut self) -> Outcome<bool> {
        let mut has_changed = false;
        for listener in &mut self.listeners {
            has_changed |= listener.receive().map_err(|error| explain(listener.shard().server(), error, self.name, false))?;
        }
        Ok(has_changed)
    }

    /// A caller that loses every change to faster clients must not keep the servers busy.
    fn limit_rate(&mut self, deadline: Option<Instant>) {
        if let Some(early) = self.last_wake.and_then(|wake| MIN_INTERVAL.checked_sub(wake.elapsed())) {
            std::thread::sleep(time_left(deadline).map_or(early, |left| left.min(early)));
        }
        self.last_wake = Some(Instant::now());
    }

    fn pause(&mut self, deadline: Option<Instant>) -> bool {
        let left = time_left(deadline);
        if left == Some(Duration::ZERO) {
            return false;
        }
        std::thread::sleep(left.map_or(self.pause, |left| left.min(self.pause)));
        self.pause = (self.pause * 2).min(MAX_PAUSE);
        true
    }
}

impl Drop for KeyWatch<'_> {
    fn drop(&mut self) {
        let stopping: Vec<Listener> = self.listeners.drain(..).filter(|listener| listener.unsubscribe().is_ok()).collect();
        // A connection that cannot be returned is closed, which is as good.
        stopping.into_iter().for_each(|listener| drop(listener.give_back()));
    }
}

/// When a blocking command looks at its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The command begins: a key of the wrong type is an error.
    Start,
    /// The command has begun to wait: a server does not report keys whose type is wrong since then, and goes on waiting.
    Waiting,
}

/// Repeats an attempt until it finds something; returns nil at the deadline. `deadline`: `None` makes one attempt, `Some(None)` waits without a
/// time limit.
pub(crate) fn wait_until_found(
    job: &Job,
    deadline: Option<Option<Instant>>,
    max_silence: Duration,
    mut attempt: impl FnMut(Phase) -> Outcome<Option<Reply>>,
) -> Outcome<Reply> {
    if let Some(found) = attempt(Phase::Start)? {
        return Ok(found);
    }
    let Some(deadline) = deadline else { return Ok(Reply::nil_array()) };
    let keys: Vec<(usize, &[u8])> = (0..job.command.keys.len()).map(|key| (job.server_of(key), job.key(key))).collect();
    let mut watch = KeyWatch::new(job, &keys, max_silence)?;
    loop {
        if let Some(found) = attempt(Phase::Waiting)? {
            return Ok(found);
        }
        if !watch.wait(deadline)? {
            return Ok(Reply::nil_array());
        }
    }
}

/// Adds what [`KeyWatch`] sends when nothing changes until the deadline: it subscribes on each server in turn, the keys are looked at once
/// more by `attempt`, and it unsubscribes.
pub(crate) fn explain_wait(explanation: Explanation, servers: &[usize], attempt: impl FnOnce(Explanation) -> Explanation) -> Explanation {
    let subscribed = servers.iter().fold(explanation, |explanation, &server| {
        explanation.round_of([(server, "CLIENT ID".into())]).round_of([(server, "CLIENT TRACKING …; SUBSCRIBE …".into())])
    });
    attempt(subscribed).round_of(servers.iter().map(|&server| (server, "UNSUBSCRIBE; CLIENT TRACKING …".into())))
}

fn time_left(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}
