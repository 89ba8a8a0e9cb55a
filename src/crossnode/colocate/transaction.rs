//! Copies the sources to one server and runs the command there. Temporary keys exist only inside the transaction that runs the command.

use crate::command::SetOperation;
use crate::crossnode::Job;
use crate::crossnode::colocate::operands::{Operand, Operands, SourceType};
use crate::crossnode::colocate::placement::{Fetch, Placement};
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, Words, transaction_result, words};
use crate::crossnode::support::destination::{Content, Replacement, is_large, memory_usage, placement_refused};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{Queries, QueryReplies};
use crate::error::printable;
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// The time to live of a temporary key, in milliseconds. The transaction deletes it; this is a precaution against a server that does not.
const TEMPORARY_TTL: &[u8] = b"60000";

/// A source on another server than the one where the command runs.
struct RemoteSource<'a> {
    operand: Operand<'a>,
    fetch: Fetch,
    /// The key that the command reads in its place.
    temporary_key: Vec<u8>,
    /// The number of the query for its value.
    query: Option<usize>,
}

/// The transaction on the server where the command runs.
#[derive(Default)]
struct Transaction<'a> {
    commands: Vec<Words<'a>>,
    /// Indexes of the commands that write temporary keys, each with the name of the source.
    writes: Vec<(usize, &'a [u8])>,
    /// The index of the caller's command.
    command: usize,
    /// The index of the command that reads the result, if it is moved.
    result: usize,
}

pub(crate) fn run<'a>(job: &Job<'_, 'a>, connections: &mut Connections, operands: &Operands<'a>, placement: &Placement) -> Outcome<Reply> {
    let id = internal_keys::new_id();
    let (sources, queries) = remote_sources(operands, placement, &id);
    let values = if queries.is_empty() { None } else { Some(queries.send(connections)?) };
    let result_key = internal_keys::key(&id, "result");
    let value = |source: &RemoteSource| value(source, values.as_ref());
    let Transaction { commands, writes, command, result } = Transaction::new(job, operands, placement, &sources, value, &result_key)?;
    let replies = connections.try_round(&requests(operands, placement, commands))?;
    let mut replies = replies.into_iter();
    let (Some(reply), old_value) = (replies.next(), replies.next()) else { return Err(Abort::protocol_error("no reply to a transaction")) };
    let exec = exec_replies(&reply)?;
    for (index, source) in writes {
        if let Some(Value::Error(text)) = exec.get(index) {
            return Err(placement_refused(job, &format!("\"{}\"", printable(source)), placement.server, text));
        }
    }
    // Redis 6.2 replies with an empty array to a GEOSEARCHSTORE of a missing source and keeps the destination.
    let keeps_destination = matches!(not_error(exec.get(command).unwrap_or(Value::Nil))?, Value::Array(_));
    if let Some(destination) = moved_destination(operands, placement).filter(|_| !keeps_destination) {
        let content = match (not_error(exec.get(result).unwrap_or(Value::Nil))?, operands.source_type) {
            (Value::String(value), SourceType::String) => Content::String(value.into()),
            (Value::String(payload), _) => Content::Payload(payload.into()),
            _ => Content::Nothing,
        };
        let old_is_large = old_value.is_some_and(|old| old.value(1).is_some_and(is_large));
        Replacement::new(destination.name, content, old_is_large).execute(job, connections, destination.server)?;
    }
    let entry = exec.entry(command);
    Ok(reply.extract(entry))
}

/// Appends the rounds of [`run`]. Asks for the types of the sources, and for the size of a destination that is on another server. The result is
/// assumed not to be empty unless missing sources make it so.
pub(crate) fn explain<'a>(
    explanation: Explanation,
    job: &Job<'_, 'a>,
    connections: &mut Connections,
    operands: &Operands<'a>,
    placement: &Placement,
) -> Outcome<Explanation> {
    let id = internal_keys::new_id();
    let (sources, queries) = remote_sources(operands, placement, &id);
    let explanation = explanation.round(queries.requests());
    let destination = moved_destination(operands, placement);
    let mut questions = Queries::default();
    for source in &operands.sources {
        questions.add(source.server, words![b"TYPE", source.name]);
    }
    let size = destination.map(|destination| questions.add(destination.server, memory_usage(destination.name)));
    let replies = questions.send(connections)?;
    let type_name = |index: usize| if let Value::Status(name) = replies.get(index) { name } else { b"none" };
    let value = |source: &RemoteSource| {
        let index = operands.sources.iter().position(|operand| operand.is_same_key(&source.operand)).unwrap_or(0);
        match (source.fetch, type_name(index)) {
            (_, b"none") => Value::Nil,
            (Fetch::Get, name) if name != b"string" => Value::Error(b"WRONGTYPE"),
            (Fetch::Get | Fetch::Dump, _) => Value::String(b""),
            _ => Value::Nil,
        }
    };
    let result_key = internal_keys::key(&id, "result");
    let transaction = Transaction::new(job, operands, placement, &sources, value, &result_key)?;
    let explanation = explanation.round(&requests(operands, placement, transaction.commands));
    let (Some(destination), Some(size)) = (destination, size) else { return Ok(explanation) };
    let types: Vec<&[u8]> = (0..operands.sources.len()).map(type_name).collect();
    if types.iter().any(|name| *name != b"none" && is_rejected(job, operands, name)) {
        // The error of the command is returned.
        return Ok(explanation);
    }
    let empty = Cow::from(&b""[..]);
    let content = match operands.source_type {
        _ if is_empty(operands.operation, &types) => Content::Nothing,
        SourceType::String => Content::String(empty),
        _ => Content::Payload(empty),
    };
    let replacement = Replacement::new(destination.name, content, is_large(replies.get(size)));
    Ok(explanation.round(&[replacement.request(destination.server)]))
}

/// For `explain`: whether the command fails because a source has this type.
fn is_rejected(job: &Job, operands: &Operands, type_name: &[u8]) -> bool {
    match job.name().as_str() {
        "ZRANGESTORE" | "GEOSEARCHSTORE" | "GEORADIUS" | "GEORADIUSBYMEMBER" => type_name != b"zset",
        "SORT" => ![&b"list"[..], b"set", b"zset"].contains(&type_name),
        _ => !operands.source_type.accepts(type_name),
    }
}

/// For `explain`: whether missing sources make the result empty.
fn is_empty(operation: Option<SetOperation>, types: &[&[u8]]) -> bool {
    let mut is_missing = types.iter().map(|name| *name == b"none");
    match operation {
        Some(SetOperation::Intersection | SetOperation::Cardinality) => is_missing.any(|is_missing| is_missing),
        Some(SetOperation::Difference) => is_missing.next() == Some(true),
        Some(SetOperation::Union) | None => is_missing.all(|is_missing| is_missing),
    }
}

/// The destination if it is on another server than the one where the command runs.
fn moved_destination<'a>(operands: &Operands<'a>, placement: &Placement) -> Option<Operand<'a>> {
    operands.destination.filter(|_| placement.moves_result)
}

/// The transaction, and in the same round the size of the old value of a destination on another server.
fn requests<'t>(operands: &Operands<'t>, placement: &Placement, commands: Vec<Words<'t>>) -> Vec<Request<'t>> {
    let mut requests = vec![Request::transaction(placement.server, commands)];
    if let Some(destination) = moved_destination(operands, placement) {
        requests.push(Request::read(destination.server, vec![memory_usage(destination.name)]));
    }
    requests
}

/// The sources on other servers, each key once, and the queries for their values.
fn remote_sources<'a>(operands: &Operands<'a>, placement: &Placement, id: &str) -> (Vec<RemoteSource<'a>>, Queries<'a>) {
    let mut sources: Vec<RemoteSource> = Vec::new();
    let mut queries = Queries::default();
    for (operand, &fetch) in operands.sources.iter().zip(&placement.fetches) {
        if fetch == Fetch::Local || sources.iter().any(|known| known.operand.is_same_key(operand)) {
            continue;
        }
        let query = match fetch {
            Fetch::Get => Some(queries.add(operand.server, words![b"GET", operand.name])),
            Fetch::Dump => Some(queries.add(operand.server, words![b"DUMP", operand.name])),
            Fetch::Local | Fetch::Missing | Fetch::WrongType => None,
        };
        let temporary_key = internal_keys::key(id, &format!("operand-{}", sources.len()));
        sources.push(RemoteSource { operand: *operand, fetch, temporary_key, query });
    }
    (sources, queries)
}

fn value<'r>(source: &RemoteSource, values: Option<&'r QueryReplies>) -> Value<'r> {
    match (source.query, values) {
        (Some(query), Some(values)) => values.get(query),
        _ => Value::Nil,
    }
}

impl<'t> Transaction<'t> {
    fn new<'a: 't>(
        job: &Job<'_, 'a>,
        operands: &Operands<'a>,
        placement: &Placement,
        sources: &'t [RemoteSource<'t>],
        value: impl Fn(&RemoteSource) -> Value<'t>,
        result_key: &'t [u8],
    ) -> Outcome<Transaction<'t>> {
        let mut transaction = Transaction::default();
        let mut unlink = words![b"UNLINK"];
        for source in sources {
            transaction.write_temporary_key(source, value(source))?;
            unlink.push(source.temporary_key.as_slice().into());
        }
        transaction.command = transaction.commands.len();
        transaction.commands.push(rewritten_command(job, operands, placement, sources, result_key));
        if placement.moves_result {
            transaction.result = transaction.commands.len();
            let read: &[u8] = if operands.source_type == SourceType::String { b"GET" } else { b"DUMP" };
            transaction.commands.push(words![read, result_key]);
            unlink.push(result_key.into());
        }
        if unlink.len() > 1 {
            transaction.commands.push(unlink);
        }
        Ok(transaction)
    }

    fn write_temporary_key(&mut self, source: &'t RemoteSource<'t>, value: Value<'t>) -> Outcome<()> {
        let temporary_key = source.temporary_key.as_slice();
        // Every command that is colocated rejects a hash. So if RESTORE fails, the command fails too, and does not compute without the source.
        let write_hash = || words![b"HSET", temporary_key, b"0", b"0"];
        match (source.fetch, value) {
            (Fetch::WrongType, _) => self.commands.push(write_hash()),
            (Fetch::Get, Value::Error(text)) if text.starts_with(b"WRONGTYPE") => self.commands.push(write_hash()),
            (Fetch::Get, Value::String(value)) => {
                self.writes.push((self.commands.len(), source.operand.name));
                self.commands.push(words![b"SET", temporary_key, value, b"PX", TEMPORARY_TTL]);
            }
            (Fetch::Dump, Value::String(payload)) => {
                self.writes.push((self.commands.len() + 1, source.operand.name));
                self.commands.push(write_hash());
                self.commands.push(words![b"RESTORE", temporary_key, TEMPORARY_TTL, payload, b"REPLACE"]);
            }
            (_, value) => drop(not_error(value)?),
        }
        Ok(())
    }
}

/// The caller's command, with temporary keys in the place of sources on other servers, and of a destination on another server.
fn rewritten_command<'t, 'a: 't>(
    job: &Job<'_, 'a>,
    operands: &Operands<'a>,
    placement: &Placement,
    sources: &'t [RemoteSource<'t>],
    result_key: &'t [u8],
) -> Words<'t> {
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    for key in &job.command.keys {
        command[key.position()] = key.name.into();
    }
    for operand in &operands.sources {
        let temporary_key = sources.iter().find(|source| source.operand.is_same_key(operand)).map(|source| source.temporary_key.as_slice());
        command[operand.position] = temporary_key.unwrap_or(operand.name).into();
    }
    if let Some(destination) = operands.destination {
        command[destination.position] = if placement.moves_result { result_key } else { destination.name }.into();
    }
    command
}

/// The replies to the commands of a transaction.
struct ExecReplies<'r> {
    reply: &'r Reply,
    /// The index entry of their array.
    entry: usize,
}

fn exec_replies(reply: &Reply) -> Outcome<ExecReplies<'_>> {
    match transaction_result(reply)? {
        TransactionResult::Done(_) => {
            let replies = reply.entries()[0].length();
            let entry = reply.element(0, replies - 1).unwrap_or(0);
            Ok(ExecReplies { reply, entry })
        }
        TransactionResult::Conflict => Err(Abort::protocol_error("a transaction without watched keys was discarded")),
    }
}

impl<'r> ExecReplies<'r> {
    /// The index entry of the reply to a command.
    fn entry(&self, command: usize) -> usize {
        self.reply.element(self.entry, command).unwrap_or(0)
    }

    fn get(&self, command: usize) -> Option<Value<'r>> {
        self.reply.element(self.entry, command).and_then(|entry| self.reply.value(entry))
    }
}
