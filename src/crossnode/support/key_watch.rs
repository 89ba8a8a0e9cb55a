//! Waiting until some keys of several servers change, without asking again and again.
//!
//! The servers tell of changes ([`Listener`]), but not of which kind: whoever waits has to look, and goes on waiting where it was nothing.

use crate::crossnode::Job;
pub(crate) use crate::crossnode::support::block_timeout::{integer, until_millis, until_seconds};
use crate::crossnode::support::invalidations::Listener;
use crate::crossnode::support::outcome::Outcome;
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::transport::{ConnectionSource, explain};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::time::{Duration, Instant};

/// After so long a silence the keys are looked at in any case. Some changes are told by nobody, such as SWAPDB, and a server that vanished
/// without a word is found only when it is asked something.
const SILENCE: Duration = Duration::from_secs(1);
/// Two looks within a shorter time than this are one too many.
const BREATH: Duration = Duration::from_millis(1);
/// Where servers tell nothing, pauses grow from a breath to this.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Waits for changes to some keys. It holds connections, but none while there are too few left in a pool, or a server has no messages to
/// offer: then it lets a little time pass instead.
pub(crate) struct Waiter<'p> {
    /// Of the command, for messages.
    name: &'p [u8],
    listeners: Vec<Listener<'p>>,
    /// When it last told of a change.
    woke: Option<Instant>,
    /// The next pause, where there are no listeners.
    pause: Duration,
}

impl<'p> Waiter<'p> {
    /// A waiter for keys, each with its server. What changes from now on is not missed, so the keys must be looked at once again after this.
    pub(crate) fn new(job: &Job<'p, '_>, keys: &[(usize, &'p [u8])]) -> Outcome<Waiter<'p>> {
        let name = job.args[0];
        let mut servers: Vec<usize> = keys.iter().map(|(server, _)| *server).collect();
        servers.sort_unstable();
        servers.dedup();
        let mut listeners = Vec::with_capacity(servers.len());
        for server in servers {
            let shard = job.process.shard(server);
            let own = keys.iter().filter(|(of, _)| *of == server).map(|(_, key)| *key).collect();
            let listener = Listener::take(shard, own).map_err(|error| explain(shard.server(), error, name, false))?;
            match listener {
                Some(listener) => listeners.push(listener),
                None => {
                    listeners.clear();
                    break;
                }
            }
        }
        Ok(Waiter { name, listeners, woke: None, pause: BREATH })
    }

    /// Waits until one of the keys may have changed; false when the time is up before that. No deadline means for ever.
    pub(crate) fn wait(&mut self, deadline: Option<Instant>) -> Outcome<bool> {
        if self.listeners.is_empty() {
            return Ok(self.let_time_pass(deadline));
        }
        let start = Instant::now();
        loop {
            let left = left(deadline);
            if left == Some(Duration::ZERO) {
                return Ok(false);
            }
            let silence = SILENCE.saturating_sub(start.elapsed());
            if silence.is_zero() {
                return Ok(true);
            }
            self.listen(left.map_or(silence, |left| left.min(silence)))?;
            if self.hear()? {
                self.breathe(deadline);
                return Ok(true);
            }
        }
    }

    /// Waits until something came over one of the connections, or for that long.
    fn listen(&self, limit: Duration) -> Outcome<()> {
        let mut sockets: Vec<PollFd> = self.listeners.iter().map(|listener| PollFd::new(listener, PollFlags::IN)).collect();
        match poll(&mut sockets, limit.try_into().ok().as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(Error::new(Code::Io, format!("poll: {error}")).into()),
        }
    }

    /// Takes in what came; answers whether it concerns one of the keys.
    fn hear(&mut self) -> Outcome<bool> {
        let mut concerned = false;
        for listener in &mut self.listeners {
            concerned |= listener.hear().map_err(|error| explain(listener.shard().server(), error, self.name, false))?;
        }
        Ok(concerned)
    }

    /// Whoever lost what woke him to somebody else, again and again, must not keep the servers busy by that.
    fn breathe(&mut self, deadline: Option<Instant>) {
        if let Some(early) = self.woke.and_then(|woke| BREATH.checked_sub(woke.elapsed())) {
            std::thread::sleep(left(deadline).map_or(early, |left| left.min(early)));
        }
        self.woke = Some(Instant::now());
    }

    fn let_time_pass(&mut self, deadline: Option<Instant>) -> bool {
        let left = left(deadline);
        if left == Some(Duration::ZERO) {
            return false;
        }
        std::thread::sleep(left.map_or(self.pause, |left| left.min(self.pause)));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let told: Vec<Listener> = self.listeners.drain(..).filter(|listener| listener.hang_up().is_ok()).collect();
        // One that cannot be given back is closed, which is as good.
        told.into_iter().for_each(|listener| drop(listener.give_back()));
    }
}

/// Tries until something is found or the time is up, which is answered as nil. `deadline`: `None` outside tries once, inside for ever.
pub(crate) fn until_found(
    job: &Job,
    deadline: Option<Option<Instant>>,
    mut attempt: impl FnMut() -> Outcome<Option<Reply>>,
) -> Outcome<Reply> {
    if let Some(found) = attempt()? {
        return Ok(found);
    }
    let Some(deadline) = deadline else { return Ok(Reply::nil_array()) };
    let keys: Vec<(usize, &[u8])> = (0..job.over.keys.len()).map(|key| (job.server_of(key), job.key(key))).collect();
    let mut waiter = Waiter::new(job, &keys)?;
    loop {
        if let Some(found) = attempt()? {
            return Ok(found);
        }
        if !waiter.wait(deadline)? {
            return Ok(Reply::nil_array());
        }
    }
}

fn left(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}
