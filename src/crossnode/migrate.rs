//! MIGRATE of keys of several nodes: each sends its own.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Connections, Request, Words, replies};
use crate::crossnode::support::outcome::{Abort, Outcome, accepted};
use crate::error::Error;
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// OK when any node had something to send, else NOKEY, as one server would say it.
pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = Connections::with(job.config, job.process, job.args[0], job.servers())?;
    let asks: Vec<Request> = connections
        .servers()
        .map(|server| Request { read_timeout: job.over.flags.read_timeout, ..Request::write(server, vec![command(job, server)]) })
        .collect();
    let outcomes = connections.round(&asks);
    let answered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let answers: Vec<Reply> = outcomes.into_iter().collect::<Result<_, Error>>().map_err(|error| match answered {
        0 => error,
        _ => error.with_suffix(&format!("; {answered} other node(s) carried out their part")).maybe_executed(),
    })?;
    let mut moved = false;
    for (ask, answer) in asks.iter().zip(&answers) {
        let status = replies(answer).next().unwrap_or(Value::Nil);
        let status = accepted(status).map_err(|refusal| of_node(refusal, &job.config.servers[ask.server].alias))?;
        moved |= status == Value::Status(b"OK");
    }
    Ok(Reply::status(if moved { b"OK" } else { b"NOKEY" }))
}

/// The command with the keys of one server.
fn command<'a>(job: &Job<'_, 'a>, server: usize) -> Words<'a> {
    let before = job.over.keys.first().map_or(job.args.len(), |key| key.position());
    let mut command: Words = job.args[..before].iter().map(|&word| Cow::from(word)).collect();
    let own = (0..job.over.keys.len()).filter(|&key| job.server_of(key) == server);
    command.extend(own.map(|key| Cow::from(job.key(key))));
    command
}

/// The keys of the other nodes were sent, or refused for reasons of their own: it matters which node it was.
fn of_node(refusal: Abort, alias: &str) -> Abort {
    match refusal {
        Abort::Refusal(text) => Abort::Refusal([&text, &b" ("[..], alias.as_bytes(), b")"].concat().into()),
        error => error,
    }
}
