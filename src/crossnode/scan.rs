//! SCAN: one cursor over all masters, one after the other.
//!
//! A cursor is the cursor of one server, multiplied by the number of servers, plus the number of that server. It holds the whole state, so any
//! process can continue with it. Cursors of servers such as Redis are small, and the product fits in 64 bits. Where a server uses all 64 bits of
//! its cursors, the product is a longer decimal number.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, Words, replies};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::{Explanation, describe};
use crate::crossnode::support::internal_keys::is_internal;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::resp::{Builder, Children, Kind, Reply, Value};
use std::borrow::Cow;

/// What a server scans without the option COUNT.
const DEFAULT_COUNT: usize = 10;

/// A client that cannot read a longer number may read this one instead (`strtoull`). No cursor has this value, so such a client gets an error
/// and does not continue elsewhere.
const RESERVED: u128 = u64::MAX as u128;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let (pages, next) = scan(job, |_| {})?;
    let cursor = next.map_or(0, |next| next.encode(job.config.servers.len()));
    page_of(cursor, &pages)
}

/// Runs the command, which only reads, because the number of its steps depends on what the servers reply.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let mut steps = Vec::new();
    scan(job, |request| steps.push((request.server, describe(&request.commands))))?;
    Ok(steps.into_iter().fold(Explanation::new("one after the other", false), |explanation, step| explanation.round_of([step])))
}

pub(crate) fn documentation() -> Documentation {
    Documentation { overview: "", across_nodes: "one cursor over all masters", atomic: Atomicity::Irrelevant }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Position {
    server: usize,
    /// The cursor of that server.
    cursor: u64,
}

impl Position {
    fn encode(self, servers: usize) -> u128 {
        let number = u128::from(self.cursor) * servers as u128 + self.server as u128;
        if number < RESERVED { number } else { number + 1 }
    }

    fn decode(cursor: &[u8], servers: usize) -> Option<Position> {
        let number = std::str::from_utf8(cursor).ok()?.parse::<u128>().ok().filter(|number| *number != RESERVED)?;
        let number = if number < RESERVED { number } else { number - 1 };
        let servers = servers as u128;
        Some(Position { server: (number % servers) as usize, cursor: u64::try_from(number / servers).ok()? })
    }

    /// Where to continue after the server has returned a cursor; `None` at the end.
    fn next(self, cursor: u64, servers: usize) -> Option<Position> {
        match cursor {
            0 => (self.server + 1 < servers).then_some(Position { server: self.server + 1, cursor: 0 }),
            cursor => Some(Position { cursor, ..self }),
        }
    }
}

/// Scans until COUNT keys are found, but does not return to a server that has more of them: like one server, it may return fewer keys. Returns
/// the servers' replies, and where to continue. `record` gets each request before it is sent.
fn scan(job: &Job, mut record: impl FnMut(&Request)) -> Outcome<(Vec<Reply>, Option<Position>)> {
    let servers = job.config.servers.len();
    let mut position = Position::decode(job.args[1], servers).ok_or_else(|| Abort::refusal("ERR invalid cursor"))?;
    let count = Count::from_args(job.args);
    let (mut pages, mut found) = (Vec::new(), 0);
    loop {
        let request = request(job, position, &count, found);
        record(&request);
        let outcome = job.connections([position.server]).and_then(|mut connections| connections.send(request)).map_err(Abort::from);
        match outcome.and_then(|reply| Ok((page(&reply).map(|(cursor, keys)| (cursor, visible(keys).count()))?, reply))) {
            Ok(((cursor, keys), reply)) => {
                found += keys;
                pages.push(reply);
                let next = position.next(cursor, servers);
                match next {
                    Some(next) if cursor == 0 && found < count.wanted => position = next,
                    next => return Ok((pages, next)),
                }
            }
            // The next call fails; the keys that were found are not lost.
            Err(_) if !pages.is_empty() => return Ok((pages, Some(position))),
            Err(abort) => return Err(abort),
        }
    }
}

/// A SCAN of one server, for a transaction: it cannot go on to the next server if that one has too few keys.
pub(super) struct OneStep(Position);

impl OneStep {
    /// `None`: the cursor is invalid.
    pub(super) fn new(args: &[&[u8]], servers: usize) -> Option<OneStep> {
        Position::decode(args[1], servers).map(OneStep)
    }

    pub(super) fn server(&self) -> usize {
        self.0.server
    }

    /// The command with the cursor of its server.
    pub(super) fn command<'a>(&self, args: &[&'a [u8]]) -> Words<'a> {
        with_cursor(args, self.0)
    }

    pub(super) fn reply(&self, replies: &[Reply], servers: usize) -> Outcome<Reply> {
        let Some(reply) = replies.first() else { return Err(Abort::protocol_error("SCAN has no reply")) };
        let next = self.0.next(page(reply)?.0, servers);
        page_of(next.map_or(0, |next| next.encode(servers)), replies)
    }
}

fn with_cursor<'a>(args: &[&'a [u8]], position: Position) -> Words<'a> {
    let mut command: Words = args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from(position.cursor.to_string().into_bytes());
    command
}

/// The option COUNT.
struct Count {
    /// The position of its value.
    position: Option<usize>,
    wanted: usize,
}

impl Count {
    /// The last one counts. A server rejects what is not a positive number.
    fn from_args(args: &[&[u8]]) -> Count {
        let position = (2..args.len()).step_by(2).rfind(|&at| args[at].eq_ignore_ascii_case(b"COUNT")).map(|at| at + 1);
        let value =
            position.and_then(|at| args.get(at)).and_then(|value| std::str::from_utf8(value).ok()).and_then(|value| value.parse().ok());
        Count { position: position.filter(|at| *at < args.len()), wanted: value.unwrap_or(DEFAULT_COUNT) }
    }
}

/// The command with the cursor of its server, and the number of keys that are still wanted.
fn request<'a>(job: &Job<'_, 'a>, position: Position, count: &Count, found: usize) -> Request<'a> {
    let mut command = with_cursor(job.args, position);
    if found > 0 {
        let left = Cow::from((count.wanted - found).to_string().into_bytes());
        match count.position {
            Some(at) => command[at] = left,
            None => command.extend([Cow::from(&b"COUNT"[..]), left]),
        }
    }
    Request::read(position.server, vec![command])
}

/// The cursor and the keys in a server's reply.
fn page(reply: &Reply) -> Outcome<(u64, Children<'_>)> {
    let unexpected = || Abort::protocol_error("the reply to SCAN is not a cursor and keys");
    let Some(Value::Array(mut page)) = replies(reply).next().map(not_error).transpose()? else { return Err(unexpected()) };
    let (Some(Value::String(cursor)), Some(Value::Array(keys))) = (page.next(), page.next()) else { return Err(unexpected()) };
    let cursor = std::str::from_utf8(cursor).ok().and_then(|text| text.parse().ok()).ok_or_else(unexpected)?;
    Ok((cursor, keys))
}

fn visible(keys: Children<'_>) -> impl Iterator<Item = Value<'_>> {
    keys.filter(|key| !matches!(key, Value::String(key) if is_internal(key)))
}

fn page_of(cursor: u128, pages: &[Reply]) -> Outcome<Reply> {
    let keys = pages.iter().map(|reply| page(reply).map(|(_, keys)| keys)).collect::<Outcome<Vec<Children>>>()?;
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, 2);
    builder.string(cursor.to_string().as_bytes());
    let list = builder.begin(Kind::Array, keys.iter().map(|keys| visible(*keys).count()).sum());
    keys.into_iter().flat_map(visible).for_each(|key| builder.value(&key));
    builder.end(list);
    builder.end(root);
    Ok(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cursor_of_every_server_is_encoded_without_loss() {
        let cursors = [0, 1, 2, 17, u64::MAX / 3 - 1, u64::MAX / 3, u64::MAX / 3 + 1, u64::MAX / 2, 1 << 63, u64::MAX - 1, u64::MAX];
        for servers in 1..=5 {
            let mut seen = std::collections::HashSet::new();
            for position in cursors.iter().flat_map(|&cursor| (0..servers).map(move |server| Position { server, cursor })) {
                let encoded = position.encode(servers);
                assert!(encoded != u128::from(u64::MAX) && seen.insert(encoded), "{position:?}");
                assert_eq!(Position::decode(encoded.to_string().as_bytes(), servers), Some(position));
            }
        }
    }

    #[test]
    fn numbers_that_are_no_cursor_are_rejected() {
        for text in ["", "x", "-1", "18446744073709551615", "340282366920938463463374607431768211456", "55340232221128654849"] {
            assert_eq!(Position::decode(text.as_bytes(), 3), None, "{text}");
        }
    }

    #[test]
    fn small_cursors_are_small_numbers() {
        assert_eq!(Position { server: 2, cursor: 0 }.encode(3), 2);
        assert_eq!(Position { server: 1, cursor: 14 }.encode(3), 43);
    }
}
