//! Waits until a command that blocks finds something in one of its keys, without polling them.
//!
//! Servers announce that a key has changed ([`KeyListener`](crate::topology::KeyListener)), but not how. A caller that has its turn tries to take
//! something from the key, and waits again if that was not the change it needs.

use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::job::Job;
use crate::crossnode::support::outcome::Outcome;
use crate::crossnode::support::waiting_line::{Next, Place, TurnEnd};
use crate::error::{Code, Error};
use crate::resp::Reply;
use crate::topology::{Change, Messages};
use crate::transport::clock::{NEVER, exact_now, span};
use crate::transport::deadline;
use crate::transport::{ConnectionSource, after_signal, explain};
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The keys are looked at after this time even without a message. Some changes, such as SWAPDB, are not announced, and a server that vanished is
/// noticed only when it gets a request.
pub(crate) const MAX_SILENCE: Duration = Duration::from_secs(1);
/// Without messages from the servers, pauses grow from this to [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_millis(1);
const MAX_PAUSE: Duration = Duration::from_millis(20);

/// When a blocking command looks at its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The command begins: a key of the wrong type is an error.
    Start,
    /// The command has begun to wait: a server does not report keys whose type is wrong since then, and goes on waiting.
    Waiting,
}

/// A command that waits until one of its keys holds something.
pub(crate) trait BlockingCommand {
    /// The command as it is executed without blocking; `None` if it finds nothing.
    fn attempt(&self) -> Outcome<Option<Reply>>;

    /// Checks what [`BlockingCommand::attempt`] checks, and takes nothing. Returns the keys from which something can be taken, or only the first.
    fn ready_keys(&self, phase: Phase) -> Outcome<Vec<usize>>;

    /// While waiting: tries to take something from one key. Returns the reply to the command, and what the key holds for other callers. Calls
    /// `on_wait` before it may take longer than a round trip: other callers have to learn of changes meanwhile.
    fn take(&self, key: usize, on_wait: &dyn Fn()) -> Outcome<(Option<Reply>, TurnEnd)>;

    /// What it waits for. Callers that wait for the same thing take it from each other, in order of arrival.
    fn wanted(&self) -> Cow<'_, [u8]>;

    /// Whether a caller that takes something leaves less for the others.
    fn consumes(&self) -> bool {
        true
    }

    /// The longest time without a look at the keys.
    fn max_silence(&self) -> Duration {
        MAX_SILENCE
    }
}

/// Runs a command that waits for these keys; `None` at the deadline and at the limit of the job. Without a deadline it waits without a time limit.
pub(crate) fn wait_until_found(
    job: &Job,
    keys: &[usize],
    deadline: Option<Instant>,
    command: &impl BlockingCommand,
) -> Outcome<Option<Reply>> {
    let watch = KeyWatch::new(job, keys, command)?;
    if job.is_continued() {
        watch.place.announce(&command.ready_keys(Phase::Waiting)?);
    } else if !command.consumes() || watch.place.is_first() {
        if let Some(found) = command.attempt()? {
            return Ok(Some(found));
        }
    } else {
        // Callers that came before have to be served first.
        watch.place.announce(&command.ready_keys(Phase::Start)?);
    }
    if !job.is_continued() && job.ends_wait() {
        return Ok(None);
    }
    let listens = watch.is_announced || watch.subscribe()?;
    if !watch.is_announced {
        watch.place.announce(&command.ready_keys(Phase::Waiting)?);
    }
    let mut pause = MIN_PAUSE;
    loop {
        deadline::check("waiting for the keys").map_err(|error| nothing_taken(job, error))?;
        match watch.place.next(listens) {
            Next::Turn(key) => {
                let taken = command.take(key, &|| watch.place.stop_leading());
                let end = taken.as_ref().map_or(TurnEnd::Failed, |(_, end)| *end);
                watch.place.end_turn(key, end);
                if let (Some(found), _) = taken? {
                    return Ok(Some(found));
                }
            }
            Next::Failure(server, error) => return Err(explain(job.topology.shard(server).server(), error, job.args[0], false).into()),
            Next::Wait if time_left(deadline) == Some(Duration::ZERO) || job.ends_wait() => return Ok(None),
            Next::Wait if listens => watch.wait(deadline)?,
            Next::Wait => {
                watch.poll(&[], shorter(pause, deadline))?;
                pause = (pause * 2).min(MAX_PAUSE);
                watch.place.announce(&command.ready_keys(Phase::Waiting)?);
            }
        }
    }
}

/// The wait of one caller.
struct KeyWatch<'j, 'c, 'a> {
    job: &'j Job<'c, 'a>,
    place: Place,
    /// The servers, each with the keys that the caller waits for.
    keys: Vec<(usize, Vec<&'a [u8]>)>,
    /// The servers announce changes of all keys since before the caller joined the lines.
    is_announced: bool,
}

impl<'j, 'c, 'a> KeyWatch<'j, 'c, 'a> {
    fn new(job: &'j Job<'c, 'a>, keys: &[usize], command: &impl BlockingCommand) -> Outcome<KeyWatch<'j, 'c, 'a>> {
        let all: Vec<(usize, &'a [u8])> = keys.iter().map(|&key| (job.server_of(key), job.key(key))).collect();
        let place = Place::join(job.topology, &all, &command.wanted(), command.max_silence())?;
        let own = |server: usize| all.iter().filter(|(owner, _)| *owner == server).map(|(_, key)| *key).collect();
        let keys: Vec<(usize, Vec<&'a [u8]>)> = servers_of(&all).into_iter().map(|server| (server, own(server))).collect();
        let announced = keys.iter().map(|(server, keys)| job.topology.shard(*server).key_listener().want(keys));
        let is_announced = announced.fold(true, |all, one| all & one);
        Ok(KeyWatch { job, place, keys, is_announced })
    }

    /// Makes the servers announce changes of the keys; false if one of them refuses. Changes before this call are not seen: look at the keys once
    /// more after it.
    fn subscribe(&self) -> Outcome<bool> {
        for (server, _) in &self.keys {
            let shard = self.job.topology.shard(*server);
            let outcome = shard.key_listener().subscribe(shard.master());
            if !outcome.map_err(|error| explain(shard.server(), error, self.job.args[0], false))? {
                return Ok(false);
            }
        }
        self.place.wake_leader();
        Ok(true)
    }

    /// Sleeps until the caller is woken or the deadline has passed. The leader meanwhile receives the messages for all callers.
    fn wait(&self, deadline: Option<Instant>) -> Outcome<()> {
        if !self.place.is_leader() {
            return self.poll(&[], time_left(deadline)).map(drop);
        }
        let limit = shorter(self.place.announce_overdue(), deadline);
        let listener = |server: usize| {
            let shard = self.job.topology.shard(server);
            Some((server, shard.key_listener().messages(shard.master())?))
        };
        let messages: Vec<(usize, Arc<Messages>)> = (0..self.job.config.servers.len()).filter_map(listener).collect();
        // All changes are announced together: a caller that gets several turns begins with the first of its keys.
        let mut changes: Vec<(usize, Option<Vec<u8>>)> = Vec::new();
        let mut failures = Vec::new();
        for at in self.poll(&messages, limit)? {
            let (server, messages) = &messages[at];
            let outcome = messages.receive(|change| match change {
                Change::Key(key) => changes.push((*server, Some(key.to_vec()))),
                Change::All => changes.push((*server, None)),
            });
            if let Err(error) = outcome {
                // Connections that were replaced meanwhile are no failure, but changes may have been lost with them.
                match self.job.topology.shard(*server).key_listener().lose(messages) {
                    true => failures.push((*server, error)),
                    false => changes.push((*server, None)),
                }
            }
        }
        self.place.announce_changes(self.job.topology, &changes);
        failures.iter().for_each(|(server, error)| self.place.fail_all(*server, error));
        Ok(())
    }

    /// Waits until the caller is woken or one of the connections is readable, at most for this time. Returns the indexes of the readable ones.
    fn poll(&self, messages: &[(usize, Arc<Messages>)], limit: Option<Duration>) -> Outcome<Vec<usize>> {
        let mut sockets = vec![PollFd::new(self.place.waker(), PollFlags::IN)];
        sockets.extend(messages.iter().map(|(_, messages)| PollFd::new(&**messages, PollFlags::IN)));
        sockets.extend(self.job.limit.map(|limit| PollFd::new(&limit.wake_up, PollFlags::IN)));
        let limit = [limit, self.job.limit.and_then(|limit| time_left(limit.deadline))].into_iter().flatten().min();
        let ready = match deadline::wait_for(&sockets, limit.map_or(NEVER, |limit| exact_now().saturating_add(span(limit)))) {
            Ok(ready) => ready,
            Err(Errno::INTR) => return Ok(after_signal().map(|()| Vec::new())?),
            Err(error) => return Err(Error::new(Code::Io, format!("poll: {error}")).into()),
        };
        if ready[0] {
            self.place.waker().drain();
        }
        Ok((0..messages.len()).filter(|at| ready[at + 1]).collect())
    }
}

impl Drop for KeyWatch<'_, '_, '_> {
    fn drop(&mut self) {
        let listener = |server: usize| self.job.topology.shard(server).key_listener();
        self.keys.iter().for_each(|(server, keys)| listener(*server).unwant(keys));
        self.keys.iter().for_each(|(server, _)| listener(*server).settle());
    }
}

/// Nothing was sent that takes something from a key.
#[cold]
fn nothing_taken(job: &Job, error: Error) -> Error {
    error.with_prefix(&format!("{}: ", job.name())).with_suffix("; it was not executed")
}

fn servers_of(keys: &[(usize, &[u8])]) -> Vec<usize> {
    let mut servers: Vec<usize> = keys.iter().map(|(server, _)| *server).collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}

/// Adds what [`wait_until_found`] sends when nothing changes until the deadline: it subscribes on each server in turn, the keys are looked at once
/// more by `look`, and it unsubscribes.
pub(crate) fn explain_wait(
    job: &Job,
    explanation: Explanation,
    servers: &[usize],
    look: impl FnOnce(Explanation) -> Explanation,
) -> Explanation {
    let subscribed = servers.iter().fold(explanation, |explanation, &server| {
        let (explanation, request) = match job.topology.shard(server).key_listener().is_subscribed() {
            None => (explanation.round_of([(server, "CLIENT ID; INFO server; SUBSCRIBE …".into())]), "CLIENT TRACKING …"),
            Some(true) => (explanation, "CLIENT TRACKING …"),
            Some(false) => (explanation, "SUBSCRIBE …; CLIENT TRACKING …"),
        };
        explanation.round_of([(server, request.into())])
    });
    look(subscribed).round_of(servers.iter().map(|&server| (server, "UNSUBSCRIBE …; CLIENT TRACKING OFF".into())))
}

fn time_left(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// A time, but not after the deadline.
fn shorter(time: Duration, deadline: Option<Instant>) -> Option<Duration> {
    Some(time_left(deadline).map_or(time, |left| left.min(time)))
}
