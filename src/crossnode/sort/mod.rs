//! SORT whose patterns read keys of several nodes, or whose result goes to another.
//!
//! What the patterns name is known only with the elements. They are read first, under a watch; then the keys, wherever they live; and these are
//! put beside the list, under hidden names, in the very transaction that sorts it.

pub(crate) mod pattern;

use crate::command::{Destination, sort_patterns};
use crate::crossnode::colocate::located;
use crate::crossnode::sort::pattern::{Clauses, Pattern, clauses};
use crate::crossnode::support::conversation::{Connections, Executed, Request, Words, executed, replies, words};
use crate::crossnode::support::destination::{Content, Replacement, is_large, usage};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::{Job, colocate};
use crate::error::{Code, Error};
use crate::resp::{Reply, Value};
use std::borrow::Cow;
use std::collections::HashMap;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    if sort_patterns(job.args).next().is_none() {
        return colocate::run(job, Destination::Last);
    }
    let Some(clauses) = clauses(job.args) else { return native(job) };
    let mut attempts = Retry::new();
    while attempts.go_on() {
        if let Some(reply) = attempt(job, &clauses)? {
            return Ok(reply);
        }
    }
    let (name, times) = (job.args[0].escape_ascii(), attempts.made());
    let text = format!("{name}: the list was changed by others {times} times while it was sorted");
    Err(Error::new(Code::Timeout, text).into())
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    if sort_patterns(job.args).next().is_none() {
        return colocate::explain(job, Destination::Last);
    }
    let home = job.server_of(0);
    let explanation = Explanation::of("colocate", true)
        .step(1, home, "WATCH …; TYPE …")
        .step(2, home, "the elements")
        .steps(3, 0..job.config.servers.len(), "MGET …; HGET … (what the patterns name)")
        .step(4, home, "MULTI; MSET …; HSET …; SORT …; UNLINK …; EXEC");
    Ok(match destination(job) {
        Some(server) if server != home => explanation.step(5, server, "MULTI; RESTORE …; EXEC"),
        _ => explanation,
    })
}

/// The server of the destination.
fn destination(job: &Job) -> Option<usize> {
    (job.over.keys.len() > 1).then(|| job.server_of(job.over.keys.len() - 1))
}

/// What the server refuses before it looks at any key.
fn native(job: &Job) -> Outcome<Reply> {
    let server = job.server_of(0);
    let mut connections = Connections::with(job.config, job.process, job.args[0], [server])?;
    let command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    Ok(connections.ask(Request::write(server, vec![command]))?.extract(1))
}

/// `None`: the list was changed meanwhile.
fn attempt(job: &Job, clauses: &Clauses) -> Outcome<Option<Reply>> {
    let home = job.server_of(0);
    let mut connections = Connections::with(job.config, job.process, job.args[0], 0..job.config.servers.len())?;
    let elements = elements(job, &mut connections, home)?;
    let id = internal_keys::fresh_id();
    // SORT takes a NUL for the end of a pattern, so these names cannot begin as hidden ones do. They exist in one transaction only.
    let prefix = format!("rediscluster:{id}:").into_bytes();
    let values = Values::read(job, &mut connections, clauses, &elements, &prefix)?;
    let elsewhere = destination(job).filter(|&server| server != home);
    let stored = internal_keys::key(&id, "result");

    let mut commands = values.stored();
    let sort = commands.len();
    commands.push(rewritten(job, clauses, &prefix, elsewhere.map(|_| stored.as_slice())));
    if elsewhere.is_some() {
        commands.push(words![b"DUMP", stored.as_slice()]);
    }
    let mut temporaries = values.names();
    temporaries.push(Cow::from(stored.as_slice()));
    commands.push(temporaries);
    let mut asks = vec![Request::transaction(home, commands)];
    let target = elsewhere.map(|server| (server, job.key(job.over.keys.len() - 1)));
    asks.extend(target.map(|(server, key)| Request::read(server, vec![usage(key)])));
    let mut replies = connections.all(&asks)?.into_iter();
    drop(asks);
    connections.watches(home, false);
    let (Some(answer), old) = (replies.next(), replies.next()) else { return Err(Abort::fault("a transaction was not answered")) };
    let Executed::Done(mut done) = executed(&answer)? else { return Ok(None) };
    let count = accepted(done.nth(sort).unwrap_or(Value::Nil))?;
    if let Some((server, key)) = target {
        let content = match accepted(done.next().unwrap_or(Value::Nil))? {
            Value::String(payload) => Content::Payload(payload.into()),
            _ => Content::Nothing,
        };
        let old_is_large = old.is_some_and(|old| old.value(1).is_some_and(is_large));
        Replacement::new(key, content, old_is_large).carry_out(job, &mut connections, server)?;
    }
    let place = answer.element(exec_of(&answer), sort);
    match (count, place) {
        (Value::Integer(number), _) => Ok(Some(Reply::integer(number))),
        (_, Some(place)) => Ok(Some(answer.extract(place))),
        _ => Err(Abort::fault("EXEC was answered with another number of replies")),
    }
}

/// The place of EXEC's answer: the last child of the root.
fn exec_of(answer: &Reply) -> usize {
    answer.element(0, answer.entries()[0].length() - 1).unwrap_or(0)
}

/// What is in the list, set or sorted set; nothing where it is something else, which SORT itself will refuse.
fn elements(job: &Job, connections: &mut Connections, home: usize) -> Outcome<Vec<Vec<u8>>> {
    let key = job.key(0);
    let answer = connections.ask(Request::read(home, vec![words![b"WATCH", key], words![b"TYPE", key]]));
    connections.watches(home, true);
    let answer = answer?;
    let read = match replies(&answer).nth(1) {
        Some(Value::Status(b"list")) => words![b"LRANGE", key, b"0", b"-1"],
        Some(Value::Status(b"set")) => words![b"SMEMBERS", key],
        Some(Value::Status(b"zset")) => words![b"ZRANGE", key, b"0", b"-1"],
        _ => return Ok(Vec::new()),
    };
    let answer = connections.ask(Request::write(home, vec![read]))?;
    let Some(Value::Array(elements)) = replies(&answer).next().map(accepted).transpose()? else {
        return Err(Abort::fault("a list was answered with something else"));
    };
    Ok(elements.filter_map(|element| if let Value::String(element) = element { Some(element.to_vec()) } else { None }).collect())
}

/// The command with its patterns leading to the hidden names, and its result to another key where it goes to another server.
fn rewritten<'w, 'j: 'w>(job: &Job<'_, 'j>, clauses: &Clauses, prefix: &[u8], stored: Option<&'w [u8]>) -> Words<'w> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    for key in &job.over.keys {
        command[key.position()] = Cow::from(key.name);
    }
    for &at in clauses.patterns.iter().filter(|&&at| job.args[at].contains(&b'*')) {
        command[at] = Cow::from([prefix, job.args[at]].concat());
    }
    if let (Some(at), Some(stored)) = (clauses.store, stored) {
        command[at] = Cow::from(stored);
    }
    command
}

/// What the patterns name, as it was found.
struct Values {
    /// Hidden name and value.
    strings: Vec<(Vec<u8>, Vec<u8>)>,
    /// Hidden name, field and value.
    fields: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

/// A key that a pattern names for some element.
struct Wanted<'c> {
    name: Vec<u8>,
    /// As it is sent.
    stored: Vec<u8>,
    field: Option<&'c [u8]>,
}

impl Values {
    fn read(job: &Job, connections: &mut Connections, clauses: &Clauses, elements: &[Vec<u8>], prefix: &[u8]) -> Outcome<Values> {
        let mut by_server: Vec<Vec<Wanted>> = (0..job.config.servers.len()).map(|_| Vec::new()).collect();
        let mut seen: HashMap<(Vec<u8>, Option<&[u8]>), ()> = HashMap::new();
        for pattern in clauses.patterns.iter().filter_map(|&at| Pattern::of(job.args[at])) {
            for element in elements {
                let name = pattern.key(element);
                if seen.insert((name.clone(), pattern.field), ()).is_none() {
                    let (stored, server) = located(job, &name);
                    let stored = stored.to_vec();
                    by_server[server].push(Wanted { name, stored, field: pattern.field });
                }
            }
        }
        drop(seen);
        let mut values = Values { strings: Vec::new(), fields: Vec::new() };
        for wanted in &mut by_server {
            wanted.sort_by_key(|wanted| wanted.field.is_some());
        }
        let asks: Vec<Request> =
            by_server.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()).map(|(server, wanted)| asked(server, wanted)).collect();
        let answers = connections.all(&asks)?;
        for (ask, answer) in asks.iter().zip(&answers) {
            values.take(&by_server[ask.server], answer, prefix)?;
        }
        Ok(values)
    }

    /// Takes the answers of one server in: first that to MGET, then those to HGET. What is missing or of another type is not there for SORT
    /// either.
    fn take(&mut self, wanted: &[Wanted], answer: &Reply, prefix: &[u8]) -> Outcome<()> {
        let hidden = |wanted: &Wanted| [prefix, wanted.name.as_slice()].concat();
        let strings = wanted.iter().take_while(|wanted| wanted.field.is_none()).count();
        let mut answers = replies(answer);
        if strings > 0
            && let Some(Value::Array(values)) = answers.next().map(accepted).transpose()?
        {
            for (wanted, value) in wanted.iter().zip(values) {
                if let Value::String(value) = value {
                    self.strings.push((hidden(wanted), value.to_vec()));
                }
            }
        }
        for (wanted, value) in wanted[strings..].iter().zip(answers) {
            match (wanted.field, value) {
                (Some(field), Value::String(value)) => self.fields.push((hidden(wanted), field.to_vec(), value.to_vec())),
                (_, Value::Error(text)) if !text.starts_with(b"WRONGTYPE") => return Err(Abort::refusal(text)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The commands that put them beside the list.
    fn stored(&self) -> Vec<Words<'_>> {
        let mut commands = Vec::with_capacity(1 + self.fields.len());
        if !self.strings.is_empty() {
            let mut command = words![b"MSET"];
            command.extend(self.strings.iter().flat_map(|(name, value)| [Cow::from(name), Cow::from(value)]));
            commands.push(command);
        }
        commands.extend(self.fields.iter().map(|(name, field, value)| words![b"HSET", name, field, value]));
        commands
    }

    /// The command that removes them, to which one more name is to be added.
    fn names(&self) -> Words<'_> {
        let mut command = words![b"UNLINK"];
        command.extend(self.strings.iter().map(|(name, _)| Cow::from(name)));
        command.extend(self.fields.iter().map(|(name, ..)| Cow::from(name)));
        command
    }
}

/// MGET answers nil for what is no string, as SORT takes it.
fn asked<'w>(server: usize, wanted: &'w [Wanted]) -> Request<'w> {
    let mut commands = Vec::new();
    let strings: Words = wanted.iter().filter(|wanted| wanted.field.is_none()).map(|wanted| Cow::from(&wanted.stored)).collect();
    if !strings.is_empty() {
        let mut command = words![b"MGET"];
        command.extend(strings);
        commands.push(command);
    }
    commands.extend(wanted.iter().filter_map(|wanted| Some(words![b"HGET", &wanted.stored, wanted.field?])));
    Request::read(server, commands)
}
