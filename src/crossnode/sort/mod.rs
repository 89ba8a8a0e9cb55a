//! SORT whose patterns name keys of several nodes, or whose result goes to another node.
//!
//! The keys that the patterns name depend on the elements. So the elements are read first, under a watch, and then the keys, from all nodes.
//! The transaction that sorts stores them next to the list under temporary names, and deletes them again.

pub(crate) mod pattern;

use crate::command::{Destination, sort_patterns};
use crate::crossnode::colocate::locate;
use crate::crossnode::sort::pattern::{Clauses, Pattern, clauses};
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, Words, replies, transaction_result, words};
use crate::crossnode::support::destination::{Content, Replacement, is_large, memory_usage};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::retry::Retry;
use crate::crossnode::{Job, colocate};
use crate::error::{Code, Error};
use crate::resharding::{SettledKeys, settle_names};
use crate::resp::{Reply, Value};
use std::borrow::Cow;
use std::collections::HashSet;

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    if sort_patterns(job.args).next().is_none() {
        return colocate::run(job, Destination::LastKey);
    }
    let Some(clauses) = clauses(job.args) else {
        let request = unchanged(job);
        return Ok(job.connections([request.server])?.send(request)?.extract(1));
    };
    let mut retry = Retry::new();
    while retry.next_attempt() {
        if let Some(reply) = attempt(job, &clauses)? {
            return Ok(reply);
        }
    }
    let text = format!("{}: the list was changed by other clients {} times while it was sorted", job.name(), retry.attempts());
    Err(Error::new(Code::Timeout, text).into())
}

/// Reads the elements and the keys that the patterns name, as the requests depend on them.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    if sort_patterns(job.args).next().is_none() {
        return colocate::explain(job, Destination::LastKey);
    }
    let explanation = Explanation::new("colocate", true);
    let Some(clauses) = clauses(job.args) else { return Ok(explanation.round(&[unchanged(job)])) };
    let names = Names::new(job);
    let mut connections = job.connections(0..job.config.servers.len())?;
    let kind = connections.send(Request::read(names.home, vec![words![b"TYPE", job.key(0)]]))?;
    let read_elements = read_elements(job, names.home, &replies(&kind).next());
    let explanation = explanation.round(&[look(job, names.home)]).round(read_elements.as_slice());
    let elements = read_elements.map_or(Ok(Vec::new()), |request| strings(&connections.send(request)?))?;
    let wanted = wanted_keys(job, &clauses, &elements)?;
    let reads = read_values(&wanted);
    let values = Values::read(&mut connections, &wanted, &reads, &names)?;
    let explanation = explanation.round(&reads).round(&sort_requests(job, &clauses, &values, &names));
    let Some((server, key)) = names.target else { return Ok(explanation) };
    let usage = connections.send(Request::read(server, vec![memory_usage(key)]))?;
    let content = if elements.is_empty() { Content::Nothing } else { Content::Payload(Cow::from(&b""[..])) };
    Ok(explanation.round(&[Replacement::new(key, content, usage.value(1).is_some_and(is_large)).request(server)]))
}

pub(crate) fn documentation() -> Documentation {
    Documentation { overview: "", across_nodes: "colocate, with the keys that its patterns name", atomic: Atomicity::Destination }
}

/// The servers and the temporary names of one attempt.
struct Names<'a> {
    /// The server of the list.
    home: usize,
    /// The destination and its server, if it is on another server.
    target: Option<(usize, &'a [u8])>,
    /// The beginning of the names under which the values are stored next to the list. SORT takes a NUL for the end of a pattern, so these names
    /// cannot begin as internal keys do. They exist in one transaction only.
    prefix: Vec<u8>,
    /// The result, if it goes to another server.
    result: Vec<u8>,
}

impl<'a> Names<'a> {
    fn new(job: &Job<'_, 'a>) -> Names<'a> {
        let (home, last) = (job.server_of(0), job.command.keys.len() - 1);
        let target = (last > 0 && job.server_of(last) != home).then(|| (job.server_of(last), job.key(last)));
        let id = internal_keys::new_id();
        Names { home, target, prefix: internal_keys::sort_prefix(&id), result: internal_keys::key(&id, "result") }
    }
}

/// The command itself, for the list's server. It rejects invalid arguments before it reads any key.
fn unchanged<'a>(job: &Job<'_, 'a>) -> Request<'a> {
    Request::write(job.server_of(0), vec![job.args.iter().map(|&word| Cow::from(word)).collect()])
}

/// `None`: another client changed the list meanwhile.
fn attempt(job: &Job, clauses: &Clauses) -> Outcome<Option<Reply>> {
    let names = Names::new(job);
    let mut connections = job.connections(0..job.config.servers.len())?;
    let kind = connections.send(look(job, names.home));
    connections.set_watching(names.home, true);
    let elements = match read_elements(job, names.home, &replies(&kind?).nth(1)) {
        Some(request) => strings(&connections.send(request)?)?,
        None => Vec::new(),
    };
    let wanted = wanted_keys(job, clauses, &elements)?;
    let values = Values::read(&mut connections, &wanted, &read_values(&wanted), &names)?;
    sort(job, &mut connections, clauses, &values, &names)
}

/// Watches the list.
fn look<'a>(job: &Job<'_, 'a>, home: usize) -> Request<'a> {
    Request::read(home, vec![words![b"WATCH", job.key(0)], words![b"TYPE", job.key(0)]])
}

/// Reads the elements of a list, set or sorted set. `None` for other types: SORT itself rejects them.
fn read_elements<'a>(job: &Job<'_, 'a>, home: usize, kind: &Option<Value>) -> Option<Request<'a>> {
    let key = job.key(0);
    let command = match kind {
        Some(Value::Status(b"list")) => words![b"LRANGE", key, b"0", b"-1"],
        Some(Value::Status(b"set")) => words![b"SMEMBERS", key],
        Some(Value::Status(b"zset")) => words![b"ZRANGE", key, b"0", b"-1"],
        _ => return None,
    };
    Some(Request::write(home, vec![command]))
}

fn strings(reply: &Reply) -> Outcome<Vec<Vec<u8>>> {
    let Some(Value::Array(elements)) = replies(reply).next().map(not_error).transpose()? else {
        return Err(Abort::protocol_error("the elements of a key are not an array"));
    };
    Ok(elements.filter_map(|element| if let Value::String(element) = element { Some(element.to_vec()) } else { None }).collect())
}

/// The transaction that sorts. Where the destination is on another server, also asks that server how large the old value is.
fn sort_requests<'w, 'j: 'w>(job: &Job<'_, 'j>, clauses: &Clauses, values: &'w Values, names: &'w Names<'j>) -> Vec<Request<'w>> {
    let mut commands = values.store();
    commands.push(rewritten(job, clauses, names));
    if names.target.is_some() {
        commands.push(words![b"DUMP", names.result.as_slice()]);
    }
    let mut temporaries = values.delete();
    temporaries.push(Cow::from(names.result.as_slice()));
    commands.push(temporaries);
    let mut requests = vec![Request::transaction(names.home, commands)];
    requests.extend(names.target.map(|(server, key)| Request::read(server, vec![memory_usage(key)])));
    requests
}

fn sort<'j>(
    job: &Job<'_, 'j>,
    connections: &mut Connections,
    clauses: &Clauses,
    values: &Values,
    names: &Names<'j>,
) -> Outcome<Option<Reply>> {
    let nth = values.store().len();
    let mut all = connections.try_round(&sort_requests(job, clauses, values, names))?.into_iter();
    connections.set_watching(names.home, false);
    let (Some(reply), old) = (all.next(), all.next()) else { return Err(Abort::protocol_error("no reply to a transaction")) };
    let TransactionResult::Done(mut done) = transaction_result(&reply)? else { return Ok(None) };
    let sorted = not_error(done.nth(nth).unwrap_or(Value::Nil))?;
    if let Some((server, key)) = names.target {
        let content = match not_error(done.next().unwrap_or(Value::Nil))? {
            Value::String(payload) => Content::Payload(payload.into()),
            _ => Content::Nothing,
        };
        let old_is_large = old.is_some_and(|old| old.value(1).is_some_and(is_large));
        Replacement::new(key, content, old_is_large).execute(job, connections, server)?;
    }
    match (sorted, reply.element(exec_of(&reply), nth)) {
        (Value::Integer(number), _) => Ok(Some(Reply::integer(number))),
        (_, Some(place)) => Ok(Some(reply.extract(place))),
        _ => Err(Abort::protocol_error("the reply to EXEC has the wrong number of elements")),
    }
}

/// The position of the reply to EXEC in the index: it is the last element.
fn exec_of(reply: &Reply) -> usize {
    reply.element(0, reply.entries()[0].length() - 1).unwrap_or(0)
}

/// The command with patterns for the temporary names, and with a temporary destination if the result goes to another server.
fn rewritten<'w, 'j: 'w>(job: &Job<'_, 'j>, clauses: &Clauses, names: &'w Names) -> Words<'w> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    for key in &job.command.keys {
        command[key.position()] = Cow::from(key.name);
    }
    for &at in clauses.patterns.iter().filter(|&&at| job.args[at].contains(&b'*')) {
        command[at] = Cow::from([names.prefix.as_slice(), job.args[at]].concat());
    }
    if let (Some(at), Some(_)) = (clauses.store, names.target) {
        command[at] = Cow::from(names.result.as_slice());
    }
    command
}

/// A key that a pattern names for an element.
struct WantedKey<'c> {
    name: Vec<u8>,
    /// As it is sent.
    stored: Vec<u8>,
    field: Option<&'c [u8]>,
}

/// The keys that the patterns name, by server. On each server strings come before fields of hashes.
fn wanted_keys<'a>(job: &Job<'_, 'a>, clauses: &Clauses, elements: &[Vec<u8>]) -> Outcome<Vec<Vec<WantedKey<'a>>>> {
    let mut by_server: Vec<Vec<WantedKey>> = (0..job.config.servers.len()).map(|_| Vec::new()).collect();
    let mut seen: HashSet<(Vec<u8>, Option<&[u8]>)> = HashSet::new();
    for pattern in clauses.patterns.iter().filter_map(|&at| Pattern::parse(job.args[at])) {
        for element in elements {
            let name = pattern.key(element);
            if seen.insert((name.clone(), pattern.field)) {
                let (stored, server) = locate(job, &name)?;
                let stored = stored.to_vec();
                by_server[server].push(WantedKey { name, stored, field: pattern.field });
            }
        }
    }
    let names =
        by_server.iter().enumerate().flat_map(|(server, wanted)| wanted.iter().map(move |wanted| (wanted.stored.as_slice(), server)));
    settle_names(job.config, job.topology, job.args[0], names, &SettledKeys::default())?;
    by_server.iter_mut().for_each(|wanted| wanted.sort_by_key(|wanted| wanted.field.is_some()));
    Ok(by_server)
}

/// Reads the keys: strings by one MGET, which returns nil for other types as SORT does, and fields by HGET.
fn read_values<'w>(by_server: &'w [Vec<WantedKey>]) -> Vec<Request<'w>> {
    let request = |(server, wanted): (usize, &'w Vec<WantedKey>)| {
        let strings = wanted.iter().take_while(|wanted| wanted.field.is_none()).count();
        let mut commands = Vec::new();
        if strings > 0 {
            let mut command = words![b"MGET"];
            command.extend(wanted[..strings].iter().map(|wanted| Cow::from(&wanted.stored)));
            commands.push(command);
        }
        commands.extend(wanted.iter().filter_map(|wanted| Some(words![b"HGET", &wanted.stored, wanted.field?])));
        Request::read(server, commands)
    };
    by_server.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()).map(request).collect()
}

/// The values of the keys that the patterns name.
struct Values {
    /// Temporary name and value.
    strings: Vec<(Vec<u8>, Vec<u8>)>,
    /// Temporary name, field and value.
    fields: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

impl Values {
    /// Sends the requests of [`read_values`].
    fn read(connections: &mut Connections, by_server: &[Vec<WantedKey>], requests: &[Request], names: &Names) -> Outcome<Values> {
        let mut values = Values { strings: Vec::new(), fields: Vec::new() };
        for (request, reply) in requests.iter().zip(connections.try_round(requests)?) {
            values.add(&by_server[request.server], &reply, &names.prefix)?;
        }
        Ok(values)
    }

    /// Adds the values of one server. SORT treats a key of another type as missing.
    fn add(&mut self, wanted: &[WantedKey], reply: &Reply, prefix: &[u8]) -> Outcome<()> {
        let temporary = |wanted: &WantedKey| [prefix, wanted.name.as_slice()].concat();
        let strings = wanted.iter().take_while(|wanted| wanted.field.is_none()).count();
        let mut all = replies(reply);
        if strings > 0
            && let Some(Value::Array(values)) = all.next().map(not_error).transpose()?
        {
            for (wanted, value) in wanted.iter().zip(values) {
                if let Value::String(value) = value {
                    self.strings.push((temporary(wanted), value.to_vec()));
                }
            }
        }
        for (wanted, value) in wanted[strings..].iter().zip(all) {
            match (wanted.field, value) {
                (Some(field), Value::String(value)) => self.fields.push((temporary(wanted), field.to_vec(), value.to_vec())),
                (_, Value::Error(text)) if !text.starts_with(b"WRONGTYPE") => return Err(Abort::refusal(text)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The commands that store the values under their temporary names.
    fn store(&self) -> Vec<Words<'_>> {
        let mut commands = Vec::with_capacity(1 + self.fields.len());
        if !self.strings.is_empty() {
            let mut command = words![b"MSET"];
            command.extend(self.strings.iter().flat_map(|(name, value)| [Cow::from(name), Cow::from(value)]));
            commands.push(command);
        }
        commands.extend(self.fields.iter().map(|(name, field, value)| words![b"HSET", name, field, value]));
        commands
    }

    /// The command that deletes the temporary names; the caller adds that of the result.
    fn delete(&self) -> Words<'_> {
        let mut command = words![b"UNLINK"];
        command.extend(self.strings.iter().map(|(name, _)| Cow::from(name)));
        command.extend(self.fields.iter().map(|(name, ..)| Cow::from(name)));
        command
    }
}
