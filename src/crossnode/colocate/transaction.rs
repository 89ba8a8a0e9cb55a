//! The sources are brought to one server as temporaries, in one step with the command that reads them.

use crate::crossnode::Job;
use crate::crossnode::colocate::operands::{Operand, Operands};
use crate::crossnode::colocate::placement::{Decision, Fetch};
use crate::crossnode::colocate::probe::Wanted;
use crate::crossnode::support::conversation::{Connections, Request, TransactionResult, Words, transaction_result, words};
use crate::crossnode::support::destination::{Content, Replacement, is_large, memory_usage, placement_refused};
use crate::crossnode::support::internal_keys;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::crossnode::support::queries::{Queries, QueryReplies};
use crate::error::printable;
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// Nobody ever sees a temporary, for it comes and goes in one step; should a server see that otherwise, it goes by itself, in milliseconds.
const LIFETIME: &[u8] = b"60000";

/// A source that is not where the command runs.
struct Foreign<'a> {
    operand: Operand<'a>,
    way: Fetch,
    temporary: Vec<u8>,
    /// Under which number its value was asked for.
    question: usize,
}

/// The step on the server where the command runs.
#[derive(Default)]
struct Step<'a> {
    commands: Vec<Words<'a>>,
    /// The commands that bring a value, and whose.
    brought: Vec<(usize, &'a [u8])>,
    command: usize,
    /// The command that answers the result which is to be carried on.
    result: usize,
}

pub(crate) fn carry_out<'a>(
    job: &Job<'_, 'a>,
    connections: &mut Connections,
    operands: &Operands<'a>,
    decision: &Decision,
) -> Outcome<Reply> {
    let id = internal_keys::new_id();
    let mut queries = Queries::default();
    let foreign = foreign(operands, decision, &id, &mut queries);
    let answers = if queries.is_empty() { None } else { Some(queries.send(connections)?) };
    let result = internal_keys::key(&id, "result");
    let step = step(job, operands, decision, &foreign, answers.as_ref(), &result)?;
    let Step { commands, brought, command, result } = step;
    let mut asks = vec![Request::transaction(decision.work, commands)];
    let destination = operands.destination.filter(|_| decision.forwards);
    if let Some(destination) = destination {
        asks.push(Request::read(destination.server, vec![memory_usage(destination.name)]));
    }
    let mut replies = connections.try_round(&asks)?.into_iter();
    drop(asks);
    let (Some(answer), old) = (replies.next(), replies.next()) else { return Err(Abort::protocol_error("a transaction was not answered")) };
    let done = done(&answer)?;
    for (nth, source) in brought {
        if let Some(Value::Error(text)) = done.get(nth) {
            return Err(placement_refused(job, &format!("\"{}\"", printable(source)), decision.work, text));
        }
    }
    not_error(done.get(command).unwrap_or(Value::Nil))?;
    if let Some(destination) = destination {
        let content = match (not_error(done.get(result).unwrap_or(Value::Nil))?, Wanted::by(job)) {
            (Value::String(value), Wanted::Strings) => Content::String(value.into()),
            (Value::String(payload), _) => Content::Payload(payload.into()),
            _ => Content::Nothing,
        };
        let old_is_large = old.is_some_and(|old| old.value(1).is_some_and(is_large));
        Replacement::new(destination.name, content, old_is_large).execute(job, connections, destination.server)?;
    }
    let place = done.place(command);
    Ok(answer.extract(place))
}

/// What is to be brought, each key once, asked for.
fn foreign<'a>(operands: &Operands<'a>, decision: &Decision, id: &str, queries: &mut Queries<'a>) -> Vec<Foreign<'a>> {
    let mut foreign: Vec<Foreign> = Vec::new();
    for (operand, &way) in operands.sources.iter().zip(&decision.ways) {
        if way == Fetch::Stays || foreign.iter().any(|known| known.operand.is_same(operand)) {
            continue;
        }
        let question = match way {
            Fetch::Get => queries.add(operand.server, words![b"GET", operand.name]),
            Fetch::Dump => queries.add(operand.server, words![b"DUMP", operand.name]),
            Fetch::Stays | Fetch::Nothing | Fetch::Poison => 0,
        };
        let temporary = internal_keys::key(id, &format!("operand-{}", foreign.len()));
        foreign.push(Foreign { operand: *operand, way, temporary, question });
    }
    foreign
}

fn step<'t, 'a: 't>(
    job: &Job<'_, 'a>,
    operands: &Operands<'a>,
    decision: &Decision,
    foreign: &'t [Foreign<'t>],
    answers: Option<&'t QueryReplies>,
    result: &'t [u8],
) -> Outcome<Step<'t>> {
    let mut step = Step::default();
    let mut temporaries = words![b"UNLINK"];
    for source in foreign {
        let value = match source.way {
            Fetch::Get | Fetch::Dump => answers.map_or(Value::Nil, |answers| answers.get(source.question)),
            _ => Value::Nil,
        };
        step.bring(source, value)?;
        temporaries.push(source.temporary.as_slice().into());
    }
    step.command = step.commands.len();
    let mut command: Words = job.args.iter().map(|&word| Cow::from(word)).collect();
    for key in &job.command.keys {
        command[key.position()] = key.name.into();
    }
    for operand in &operands.sources {
        let temporary = foreign.iter().find(|source| source.operand.is_same(operand)).map(|source| source.temporary.as_slice());
        command[operand.position] = temporary.unwrap_or(operand.name).into();
    }
    if let Some(destination) = operands.destination {
        command[destination.position] = if decision.forwards { result } else { destination.name }.into();
    }
    step.commands.push(command);
    if decision.forwards {
        step.result = step.commands.len();
        let read: &[u8] = if Wanted::by(job) == Wanted::Strings { b"GET" } else { b"DUMP" };
        step.commands.push(words![read, result]);
        temporaries.push(result.into());
    }
    if temporaries.len() > 1 {
        step.commands.push(temporaries);
    }
    Ok(step)
}

impl<'a> Step<'a> {
    fn bring(&mut self, source: &'a Foreign<'a>, value: Value<'a>) -> Outcome<()> {
        let temporary = source.temporary.as_slice();
        // Every command that comes here refuses a hash; none computes as if the source were missing where it could not be brought.
        let poison = || words![b"HSET", temporary, b"0", b"0"];
        match (source.way, value) {
            (Fetch::Poison, _) => self.commands.push(poison()),
            (Fetch::Get, Value::Error(text)) if text.starts_with(b"WRONGTYPE") => self.commands.push(poison()),
            (Fetch::Get, Value::String(value)) => {
                self.brought.push((self.commands.len(), source.operand.name));
                self.commands.push(words![b"SET", temporary, value, b"PX", LIFETIME]);
            }
            (Fetch::Dump, Value::String(payload)) => {
                self.brought.push((self.commands.len() + 1, source.operand.name));
                self.commands.push(poison());
                self.commands.push(words![b"RESTORE", temporary, LIFETIME, payload, b"REPLACE"]);
            }
            (_, value) => drop(not_error(value)?),
        }
        Ok(())
    }
}

/// The replies to the commands of a transaction.
struct Done<'r> {
    answer: &'r Reply,
    /// Where in the index of the answer the array of them stands.
    place: usize,
}

fn done(answer: &Reply) -> Outcome<Done<'_>> {
    match transaction_result(answer)? {
        TransactionResult::Done(_) => {
            let replies = answer.entries()[0].length();
            let place = answer.element(0, replies - 1).unwrap_or(0);
            Ok(Done { answer, place })
        }
        TransactionResult::Conflict => Err(Abort::protocol_error("a transaction that watched nothing was given up")),
    }
}

impl<'r> Done<'r> {
    fn place(&self, nth: usize) -> usize {
        self.answer.element(self.place, nth).unwrap_or(0)
    }

    fn get(&self, nth: usize) -> Option<Value<'r>> {
        self.answer.element(self.place, nth).and_then(|place| self.answer.value(place))
    }
}
