//! A command without keys, asked of every master, and the answers made into one.

use crate::command::ResponsePolicy;
use crate::crossnode::Job;
use crate::crossnode::merge::{concatenated, first, first_ok, least_of_each, names, tally, texts};
use crate::crossnode::support::conversation::{Connections, Executed, Request, Words, executed, replies, words};
use crate::crossnode::support::internal_keys::{REGISTRY, below, is_hidden};
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::error::{Code, Error};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

pub(crate) fn run(job: &Job, answers: ResponsePolicy) -> Outcome<Reply> {
    if answers == ResponsePolicy::Size {
        return size(job);
    }
    let outcomes = ask_all(job)?;
    if answers == ResponsePolicy::OneOk {
        return first_ok(outcomes);
    }
    let replies = all(outcomes)?;
    for reply in &replies {
        accepted(reply.root())?;
    }
    match answers {
        ResponsePolicy::AllOk | ResponsePolicy::OneOk | ResponsePolicy::Size => Ok(first(replies)),
        ResponsePolicy::Sum => Ok(Reply::integer(numbers(&replies)?.iter().sum())),
        ResponsePolicy::Least => Ok(Reply::integer(numbers(&replies)?.into_iter().min().unwrap_or(0))),
        ResponsePolicy::Greatest => Ok(Reply::integer(numbers(&replies)?.into_iter().max().unwrap_or(0))),
        ResponsePolicy::AllTrue | ResponsePolicy::LeastOfEach => least_of_each(&replies),
        ResponsePolicy::Lists => Ok(concatenated(&replies, |_| true)),
        ResponsePolicy::Keys => Ok(concatenated(&replies, |key| !matches!(key, Value::String(key) if is_hidden(key)))),
        ResponsePolicy::Names => Ok(names(&replies)),
        ResponsePolicy::Tally => tally(&replies),
        ResponsePolicy::Texts => texts(&replies, job.config.servers.iter().map(|server| server.alias.as_str())),
    }
}

/// The command as it is, to every server that is a master.
fn ask_all(job: &Job) -> Outcome<Vec<Result<Reply, Error>>> {
    let servers = 0..job.config.servers.len();
    let mut connections = Connections::with(job.config, job.process, job.args[0], servers.clone())?;
    let command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    let asks: Vec<Request> = servers
        .map(|server| Request {
            server,
            commands: vec![command.clone()],
            repeatable: job.over.flags.repeatable,
            read_timeout: job.over.flags.read_timeout,
        })
        .collect();
    let outcomes = connections.round(&asks);
    Ok(outcomes.into_iter().map(|outcome| outcome.map(|reply| reply.extract(1))).collect())
}

/// The answers of all servers; where one gave none, the error tells whether others carried the command out.
fn all(outcomes: Vec<Result<Reply, Error>>) -> Result<Vec<Reply>, Error> {
    let answered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    outcomes.into_iter().collect::<Result<Vec<Reply>, Error>>().map_err(|error| match answered {
        0 => error,
        _ => error.with_suffix(&format!("; {answered} other node(s) carried it out")).maybe_executed(),
    })
}

fn numbers(replies: &[Reply]) -> Outcome<Vec<i64>> {
    let number = |reply: &Reply| match reply.root() {
        Value::Integer(number) => Ok(number),
        _ => Err(Abort::fault("a server answered with something else than a number")),
    };
    replies.iter().map(number).collect()
}

/// Counts the keys of a server without the hidden ones, in one step.
const VISIBLE: &str = "local size = redis.call('DBSIZE') - redis.call('EXISTS', KEYS[1])
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do size = size - redis.call('EXISTS', name) end
return size";

/// DBSIZE: what is hidden is not counted. A server that has hidden keys, which is rare, counts the others by a script.
fn size(job: &Job) -> Outcome<Reply> {
    let servers = 0..job.config.servers.len();
    let mut connections = Connections::with(job.config, job.process, job.args[0], servers.clone())?;
    let count = |server| {
        let commands = vec![words![b"DBSIZE"], words![b"EXISTS", REGISTRY]];
        Request { repeatable: true, ..Request::transaction(server, commands) }
    };
    let counts: Vec<Request> = servers.map(count).collect();
    let mut sum = 0;
    for (server, reply) in connections.all(&counts)?.iter().enumerate() {
        let Executed::Done(mut done) = executed(reply)? else {
            return Err(Abort::fault("a transaction that watched nothing was given up"));
        };
        sum += match (done.next(), done.next()) {
            (Some(Value::Integer(size)), Some(Value::Integer(0))) => size,
            (Some(Value::Integer(_)), _) => visible(&mut connections, server)?,
            _ => return Err(Abort::fault("DBSIZE was answered with something else than a number")),
        };
    }
    Ok(Reply::integer(sum))
}

fn visible(connections: &mut Connections, server: usize) -> Outcome<i64> {
    let answer = connections.ask(Request::read(server, vec![words![b"EVAL", VISIBLE.as_bytes(), b"1", REGISTRY]]))?;
    match accepted(replies(&answer).next().unwrap_or(Value::Nil))? {
        Value::Integer(size) => Ok(size),
        _ => Err(Abort::fault("a script that counts was answered with something else than a number")),
    }
}

/// SCAN: a cursor is that of one server, times the number of servers, plus the server's number. It holds all there is to know, so that any
/// process may go on with it.
pub(crate) fn scan(job: &Job) -> Outcome<Reply> {
    let servers = job.config.servers.len() as u64;
    let (server, inner) = scanned(job)?;
    let inner = inner.to_string();
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from(inner.as_bytes());
    let mut connections = Connections::with(job.config, job.process, job.args[0], [server])?;
    let reply = connections.ask(Request::read(server, vec![command]))?;
    let Some(Value::Array(mut page)) = replies(&reply).next().map(accepted).transpose()? else {
        return Err(Abort::fault("SCAN was answered with something else than a list"));
    };
    let (Some(Value::String(next)), Some(Value::Array(keys))) = (page.next(), page.next()) else {
        return Err(Abort::fault("SCAN was answered with something else than a cursor and keys"));
    };
    let next = std::str::from_utf8(next).ok().and_then(|text| text.parse::<u64>().ok());
    let next = next
        .and_then(|next| outer(next, server as u64, servers))
        .ok_or_else(|| Error::new(Code::Protocol, format!("SCAN: the cursor of {} is too large", job.config.servers[server].alias)))?;
    Ok(crate::crossnode::merge::page(next, keys.filter(|key| !matches!(key, Value::String(key) if is_hidden(key)))))
}

/// The server that a cursor belongs to, and the cursor there.
pub(crate) fn scanned(job: &Job) -> Outcome<(usize, u64)> {
    let servers = job.config.servers.len() as u64;
    let cursor = std::str::from_utf8(job.args[1]).ok().and_then(|text| text.parse::<u64>().ok());
    let cursor = cursor.ok_or_else(|| Abort::refusal("ERR invalid cursor"))?;
    Ok(((cursor % servers) as usize, cursor / servers))
}

/// The cursor to go on with: on the same server, on the next one, or nowhere.
fn outer(inner: u64, server: u64, servers: u64) -> Option<u64> {
    match inner {
        0 if server + 1 == servers => Some(0),
        0 => Some(server + 1),
        inner => inner.checked_mul(servers)?.checked_add(server),
    }
}

/// RANDOMKEY: of a server drawn by how many keys it has, as each key of one server has the same chance.
pub(crate) fn random_key(job: &Job) -> Outcome<Reply> {
    const DRAWS: usize = 100;
    let servers = 0..job.config.servers.len();
    let mut connections = Connections::with(job.config, job.process, job.args[0], servers.clone())?;
    let asks: Vec<Request> = servers.map(|server| Request::read(server, vec![words![b"DBSIZE"], words![b"RANDOMKEY"]])).collect();
    for _ in 0..DRAWS {
        let mut drawn: Option<Reply> = None;
        let (mut total, mut only_hidden) = (0, false);
        for reply in connections.all(&asks)? {
            let mut answers = replies(&reply);
            let Some(Value::Integer(size)) = answers.next().map(accepted).transpose()? else {
                return Err(Abort::fault("DBSIZE was answered with something else than a number"));
            };
            match answers.next().map(accepted).transpose()? {
                Some(Value::String(key)) if is_hidden(key) => only_hidden = true,
                Some(Value::String(key)) => {
                    let weight = size.max(1) as u64;
                    total += weight;
                    if below(total) < weight {
                        drawn = Some(Reply::string(key));
                    }
                }
                _ => {}
            }
        }
        if drawn.is_some() || !only_hidden {
            return Ok(drawn.unwrap_or_else(Reply::nil));
        }
    }
    Ok(Reply::nil())
}
