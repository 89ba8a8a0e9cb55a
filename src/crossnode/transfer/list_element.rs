//! LMOVE, RPOPLPUSH, BLMOVE, BRPOPLPUSH: moves an element from one list to another.

use crate::crossnode::Job;
use crate::crossnode::support::ask_server::is_wrong_type;
use crate::crossnode::support::block_timeout::deadline_in_seconds;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies, words};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::key_watch::{BlockingCommand, Phase, explain_wait, wait_until_found};
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::Queries;
use crate::crossnode::support::waiting_line::TurnEnd;
use crate::crossnode::transfer::dumped_value::expiry_commands;
use crate::crossnode::transfer::protocol::{DeliveryCommands, Transfer};
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// The index of the source among the keys.
const SOURCE: usize = 0;

struct Options {
    /// `LEFT` or `RIGHT`.
    source_end: &'static [u8],
    destination_end: &'static [u8],
    /// The position of the timeout among the arguments, for commands that block.
    timeout: Option<usize>,
}

pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let Some(options) = options(job.args) else { return server_error(job) };
    let Some(timeout) = options.timeout else {
        return Ok(move_element(job, &options, Phase::Start)?.0.unwrap_or_else(Reply::nil));
    };
    let deadline = deadline_in_seconds(job.args[timeout])?;
    let found = wait_until_found(job, &[SOURCE], deadline, &BlockingMove { job, options: &options })?;
    Ok(found.unwrap_or_else(Reply::nil_array))
}

/// A move that waits until its source has an element.
struct BlockingMove<'j, 'c, 'a> {
    job: &'j Job<'c, 'a>,
    options: &'j Options,
}

impl BlockingCommand for BlockingMove<'_, '_, '_> {
    fn attempt(&self) -> Outcome<Option<Reply>> {
        Ok(move_element(self.job, self.options, Phase::Start)?.0)
    }

    fn ready_keys(&self, phase: Phase) -> Outcome<Vec<usize>> {
        let server = self.job.server_of(SOURCE);
        let reply = self.job.connections([server])?.send(Request::read(server, vec![words![b"LLEN", self.job.key(SOURCE)]]))?;
        let length = replies(&reply).next().unwrap_or(Value::Nil);
        if is_empty(&length, phase) {
            return Ok(Vec::new());
        }
        not_error(length)?;
        Ok(vec![SOURCE])
    }

    fn take(&self, _: usize, on_wait: &dyn Fn()) -> Outcome<(Option<Reply>, TurnEnd)> {
        on_wait();
        move_element(self.job, self.options, Phase::Waiting)
    }

    fn wanted(&self) -> Cow<'_, [u8]> {
        Cow::from(&b"list"[..])
    }
}

/// A command that blocks, and whose source is empty, is explained up to its timeout.
pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    let explanation = Explanation::new("transfer", false);
    let Some(options) = options(job.args) else { return Ok(explanation.round(&[server_error_request(job)])) };
    if let Some(timeout) = options.timeout {
        deadline_in_seconds(job.args[timeout])?;
    }
    let transfer = Transfer::new(job, options.source_end);
    let explain_probe = |explanation: Explanation| explanation.round(&probe_requests(job, &transfer));
    let explain_empty = |explanation| explain_probe(explanation).round(&[Request::unwatch(transfer.target)]);
    let mut queries = Queries::default();
    queries.add(transfer.source, words![b"LLEN", job.key(0)]);
    queries.add(transfer.target, words![b"LLEN", job.key(1)]);
    let lengths = queries.send(&mut job.connections(job.servers())?)?;
    Ok(match (lengths.get(0), lengths.get(1)) {
        (Value::Integer(0), _) if options.timeout.is_some() => {
            explain_wait(job, explain_empty(explanation), &[transfer.source], |explanation| {
                explanation.round(&[Request::read(transfer.source, vec![words![b"LLEN", job.key(SOURCE)]])])
            })
        }
        (Value::Integer(0), _) => explain_empty(explanation),
        (Value::Integer(_), Value::Integer(_)) => {
            let delivery = delivery_commands(job, &transfer, &options, b"");
            transfer.explain(explain_probe(explanation), stage_command(job, &transfer, &options), delivery)
        }
        // A key is not a list: the server's error is returned.
        _ => explain_probe(explanation),
    })
}

/// `None` if an end is neither LEFT nor RIGHT.
fn options(args: &[&[u8]]) -> Option<Options> {
    let end = |word: &[u8]| [&b"LEFT"[..], b"RIGHT"].into_iter().find(|end| word.eq_ignore_ascii_case(end));
    match args[0].to_ascii_uppercase().as_slice() {
        b"RPOPLPUSH" => Some(Options { source_end: b"RIGHT", destination_end: b"LEFT", timeout: None }),
        b"BRPOPLPUSH" => Some(Options { source_end: b"RIGHT", destination_end: b"LEFT", timeout: Some(3) }),
        b"LMOVE" => Some(Options { source_end: end(args[3])?, destination_end: end(args[4])?, timeout: None }),
        _ => Some(Options { source_end: end(args[3])?, destination_end: end(args[4])?, timeout: Some(5) }),
    }
}

/// The server's error for invalid options, which it checks before it reads any key.
fn server_error(job: &Job) -> Outcome<Reply> {
    let request = server_error_request(job);
    let mut connections = job.connections([request.server])?;
    Ok(connections.send(request)?.extract(1))
}

fn server_error_request<'a>(job: &Job<'_, 'a>) -> Request<'a> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    command[1] = Cow::from(job.key(0));
    command[2] = Cow::from(job.key(0));
    Request::write(job.server_of(0), vec![command])
}

fn probe_requests<'t, 'a: 't>(job: &Job<'_, 'a>, transfer: &'t Transfer) -> [Request<'t>; 2] {
    let [expire_time, ttl] = expiry_commands(job.key(0));
    let probe = vec![words![b"LLEN", job.key(0)], words![b"TIME"], expire_time, ttl];
    let watch = vec![words![b"WATCH", transfer.landing_key.as_slice()], words![b"LLEN", job.key(1)]];
    [Request::read(transfer.source, probe), Request::write(transfer.target, watch)]
}

fn stage_command<'t, 'a: 't>(job: &Job<'_, 'a>, transfer: &'t Transfer, options: &Options) -> Words<'t> {
    words![b"LMOVE", job.key(0), transfer.staging_key.as_slice(), options.source_end, b"LEFT"]
}

fn delivery_commands<'t, 'a: 't>(job: &Job<'_, 'a>, transfer: &'t Transfer, options: &Options, element: &'t [u8]) -> DeliveryCommands<'t> {
    let landing_key = transfer.landing_key.as_slice();
    DeliveryCommands {
        land: Some(words![b"RPUSH", landing_key, element]),
        deliver: words![b"LMOVE", landing_key, job.key(1), b"LEFT", options.destination_end],
        expire: None,
    }
}

/// Moves an element. `None` if the source is empty; while waiting also if it is not a list. Also returns what the source has for other callers.
fn move_element(job: &Job, options: &Options, phase: Phase) -> Outcome<(Option<Reply>, TurnEnd)> {
    let mut transfer = Transfer::new(job, options.source_end);
    let mut connections = job.connections(job.servers())?;
    connections.set_watching(transfer.target, true);
    let probed = connections.try_round(&probe_requests(job, &transfer))?;
    let [source, target] = <[Reply; 2]>::try_from(probed).map_err(|_| Abort::protocol_error("two requests, but not two replies"))?;
    let mut source = replies(&source);
    let length = source.next().unwrap_or(Value::Nil);
    if is_empty(&length, phase) {
        connections.unwatch(transfer.target)?;
        return Ok((None, TurnEnd::Empty));
    }
    not_error(length)?;
    transfer.set_start_time(source.next().unwrap_or(Value::Nil))?;
    transfer.set_source_expiry(source.next(), source.next());
    for reply in replies(&target) {
        not_error(reply)?;
    }
    stage_and_deliver(job, &mut connections, &transfer, options, phase)
}

/// Whether the reply to LLEN or LMOVE says that there is nothing to move.
fn is_empty(reply: &Value, phase: Phase) -> bool {
    match reply {
        Value::Integer(0) | Value::Nil => true,
        Value::Error(text) => phase == Phase::Waiting && is_wrong_type(text),
        _ => false,
    }
}

fn stage_and_deliver(
    job: &Job,
    connections: &mut Connections,
    transfer: &Transfer,
    options: &Options,
    phase: Phase,
) -> Outcome<(Option<Reply>, TurnEnd)> {
    let Some(staged) = transfer.stage(connections, stage_command(job, transfer, options))? else {
        return Err(Abort::protocol_error("a transaction without watched keys was discarded"));
    };
    let element = match staged.root() {
        Value::String(element) => element,
        other => {
            transfer.remove_staging_record(connections)?;
            connections.unwatch(transfer.target)?;
            if is_empty(&other, phase) {
                return Ok((None, TurnEnd::Empty));
            }
            not_error(other)?;
            return Ok((None, TurnEnd::Empty));
        }
    };
    let delivery = transfer.deliver(connections, delivery_commands(job, transfer, options, element));
    let undo = words![b"LMOVE", transfer.staging_key.as_slice(), job.key(0), b"LEFT", options.source_end];
    transfer.finish(connections, delivery, undo)?;
    Ok((Some(staged), TurnEnd::Taken))
}
