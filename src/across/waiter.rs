//! Waiting until some keys of several servers change, without asking again and again.
//!
//! A server tells of changes to keys by its messages for caches: they are asked for by the names of the keys, and come over connections of
//! their own. What has changed is not told; whoever waits has to look, and goes on waiting where it was nothing.

use super::Job;
use super::stop::{Outcome, Stop};
use crate::error::{Code, Error};
use crate::lane::explain;
use crate::node::{Aside, Connection, Patience, Pool};
use crate::reply::{Reader, Reply, Value};
use crate::request::pack;
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
pub(super) struct Waiter<'p> {
    /// Of the command, for messages.
    name: &'p [u8],
    seats: Vec<Seat<'p>>,
    /// When it last told of a change.
    woke: Option<Instant>,
    /// The next pause, where there are no seats.
    pause: Duration,
}

/// What listens to one server.
struct Seat<'p> {
    pool: &'p Pool,
    connection: Aside<'p>,
    reader: Reader,
    keys: Vec<&'p [u8]>,
}

impl<'p> Waiter<'p> {
    /// A waiter for keys, each with its server. What changes from now on is not missed, so the keys must be looked at once again after this.
    pub(super) fn new(job: &Job<'p, '_>, keys: &[(usize, &'p [u8])]) -> Outcome<Waiter<'p>> {
        let name = job.args[0];
        let mut servers: Vec<usize> = keys.iter().map(|(server, _)| *server).collect();
        servers.sort_unstable();
        servers.dedup();
        let mut seats = Vec::with_capacity(servers.len());
        for server in servers {
            let pool = job.process.pool(server);
            let own = keys.iter().filter(|(of, _)| *of == server).map(|(_, key)| *key).collect();
            let seat = Seat::take(pool, own).map_err(|error| explain(pool.server(), error, name, false))?;
            match seat {
                Some(seat) => seats.push(seat),
                None => {
                    seats.clear();
                    break;
                }
            }
        }
        Ok(Waiter { name, seats, woke: None, pause: BREATH })
    }

    /// Waits until one of the keys may have changed; false when the time is up before that. No deadline means for ever.
    pub(super) fn wait(&mut self, deadline: Option<Instant>) -> Outcome<bool> {
        if self.seats.is_empty() {
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
        let mut sockets: Vec<PollFd> = self.seats.iter().map(|seat| PollFd::new(&**seat.connection, PollFlags::IN)).collect();
        match poll(&mut sockets, limit.try_into().ok().as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(Error::new(Code::Io, format!("poll: {error}")).into()),
        }
    }

    /// Takes in what came; answers whether it concerns one of the keys.
    fn hear(&mut self) -> Outcome<bool> {
        let mut concerned = false;
        for seat in &mut self.seats {
            concerned |= seat.hear().map_err(|error| explain(seat.pool.server(), error, self.name, false))?;
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

impl<'p> Seat<'p> {
    /// Listens to a server; `None` when it has no messages for us, or too few connections are left. A connection that had broken before is
    /// replaced.
    fn take(pool: &'p Pool, keys: Vec<&'p [u8]>) -> Result<Option<Seat<'p>>, Error> {
        let seat = |fresh| -> Result<Option<Seat<'p>>, Error> {
            let Some(mut connection) = pool.take_aside(fresh)? else { return Ok(None) };
            let reader = connection.reader(true);
            let mut seat = Seat { pool, connection, reader, keys: keys.clone() };
            Ok(seat.subscribe()?.then_some(seat))
        };
        match seat(false) {
            Err(error) if error.code() == Code::Io => seat(true),
            outcome => outcome,
        }
    }

    /// Has the server tell of changes to keys over this very connection; false when it will not.
    fn subscribe(&mut self) -> Result<bool, Error> {
        let id = match self.say(&pack(&[b"CLIENT", b"ID"]), 1)?.value(1) {
            Some(Value::Integer(id)) => id.to_string(),
            _ => return Ok(false),
        };
        let mut tracking: Vec<&[u8]> = vec![b"CLIENT", b"TRACKING", b"ON", b"REDIRECT", id.as_bytes(), b"BCAST"];
        for prefix in prefixes(&self.keys) {
            tracking.extend([b"PREFIX", prefix]);
        }
        let request = [pack(&tracking), pack(&[b"SUBSCRIBE", b"__redis__:invalidate"])].concat();
        let reply = self.say(&request, 2)?;
        let Value::Array(mut answers) = reply.root() else { return Ok(false) };
        Ok(matches!((answers.next(), answers.next()), (Some(Value::Status(_)), Some(Value::Array(_)))))
    }

    /// Says something, and reads at least so many answers.
    fn say(&mut self, request: &[u8], answers: usize) -> Result<Reply, Error> {
        let connection: &Connection = &self.connection;
        connection.send_all(request, &mut 0)?;
        while self.reader.complete() < answers || !self.reader.is_between() {
            connection.wait(Patience::Longer(Duration::ZERO), self.pool.config().read_timeout)?;
            connection.receive_now(&mut self.reader, usize::MAX)?;
        }
        Ok(self.read())
    }

    /// All that came, under one array.
    fn read(&mut self) -> Reply {
        let fresh = self.connection.reader(true);
        let reader = std::mem::replace(&mut self.reader, fresh);
        let count = reader.complete();
        let (reply, buffer) = Reply::from_reader(reader, Some(count));
        self.connection.reuse(buffer);
        reply
    }

    /// Takes in what came; answers whether it concerns one of the keys. Of half a message the rest is waited for.
    fn hear(&mut self) -> Result<bool, Error> {
        while self.connection.receive_now(&mut self.reader, usize::MAX)? > 0 {}
        if self.reader.complete() == 0 || !self.reader.is_between() {
            return Ok(false);
        }
        let reply = self.read();
        let Value::Array(mut messages) = reply.root() else { return Ok(false) };
        Ok(messages.any(|message| self.is_concerned(message)))
    }

    /// A message names keys that changed, or none when all of them did. Keys that merely begin like one of ours are named too.
    fn is_concerned(&self, message: Value) -> bool {
        let Value::Array(mut message) = message else { return false };
        match message.nth(2) {
            Some(Value::Array(mut changed)) => changed.any(|key| matches!(key, Value::String(key) if self.keys.contains(&key))),
            Some(Value::Nil | Value::NilArray) => true,
            _ => false,
        }
    }
}

/// The keys, but for those that begin like another of them: a server does not take both.
fn prefixes<'k>(keys: &[&'k [u8]]) -> Vec<&'k [u8]> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    let mut prefixes: Vec<&[u8]> = Vec::with_capacity(keys.len());
    for key in keys {
        if prefixes.last().is_none_or(|prefix| !key.starts_with(prefix)) {
            prefixes.push(key);
        }
    }
    prefixes
}

/// Tries until something is found or the time is up, which is answered as nil. `deadline`: `None` outside tries once, inside for ever.
pub(super) fn until_found(
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

/// Until when a command may block whose timeout is in seconds, as the server reads it: `None` for ever. What that would refuse is refused in
/// its words.
pub(super) fn until_seconds(timeout: &[u8]) -> Outcome<Option<Instant>> {
    let seconds = std::str::from_utf8(timeout).ok().and_then(|text| text.parse::<f64>().ok()).filter(|seconds| !seconds.is_nan());
    let Some(seconds) = seconds else { return Err(Stop::refusal("ERR timeout is not a float or out of range")) };
    until((seconds * 1e3).ceil())
}

/// The same for a timeout in milliseconds.
pub(super) fn until_millis(timeout: &[u8]) -> Outcome<Option<Instant>> {
    let Some(millis) = integer(timeout) else { return Err(Stop::refusal("ERR timeout is not an integer or out of range")) };
    until(millis as f64)
}

/// A whole number as the server reads it: as it would write it.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}

fn until(millis: f64) -> Outcome<Option<Instant>> {
    const MOST: f64 = 9.2e18;
    match millis {
        _ if millis < 0.0 => Err(Stop::refusal("ERR timeout is negative")),
        _ if millis > MOST => Err(Stop::refusal("ERR timeout is out of range")),
        0.0 => Ok(None),
        _ => Ok(Instant::now().checked_add(Duration::from_millis(millis as u64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_prefix_begins_like_another() {
        let keys: [&[u8]; 6] = [b"b", b"ab", b"abc", b"a1", b"b", b"ba"];
        assert_eq!(prefixes(&keys), [&b"a1"[..], b"ab", b"b"]);
        assert_eq!(prefixes(&[b"x", b""]), [b""]);
    }

    #[test]
    fn timeouts_are_read_as_the_server_does() {
        for timeout in ["0", "0.0", "-0", "-0.0001", "0e5"] {
            assert_eq!(until_seconds(timeout.as_bytes()).unwrap(), None, "{timeout}");
        }
        for timeout in ["0.05", "1", "1e3", ".5", "5.", "+2", "0.0001"] {
            assert!(until_seconds(timeout.as_bytes()).unwrap().is_some(), "{timeout}");
        }
        for (timeout, why) in
            [("", "not a float"), ("x", "not a float"), ("nan", "not a float"), ("-1", "negative"), ("1e300", "out of range")]
        {
            let Err(Stop::Refusal(text)) = until_seconds(timeout.as_bytes()) else { panic!("{timeout}") };
            assert!(String::from_utf8_lossy(&text).contains(why), "{timeout}");
        }
    }
}
