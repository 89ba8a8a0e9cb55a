//! MIGRATE of keys of several nodes: each node sends its own keys.

use crate::crossnode::Job;
use crate::crossnode::support::conversation::{Request, Words, replies};
use crate::crossnode::support::documentation::{Atomicity, Documentation};
use crate::crossnode::support::explanation::Explanation;
use crate::crossnode::support::outcome::{Abort, Outcome, not_error};
use crate::error::Error;
use crate::resp::{Reply, Value};
use std::borrow::Cow;

/// Returns OK when any node had keys to send, else NOKEY, as one server does.
pub(crate) fn run(job: &Job) -> Outcome<Reply> {
    let mut connections = job.connections(job.servers())?;
    let requests = requests(job);
    let outcomes = connections.round(&requests);
    let succeeded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let all: Vec<Reply> = outcomes.into_iter().collect::<Result<_, Error>>().map_err(|error| match succeeded {
        0 => error,
        _ => error.with_suffix(&format!("; {succeeded} other node(s) carried out their part")).maybe_executed(),
    })?;
    let mut has_sent = false;
    for (request, reply) in requests.iter().zip(&all) {
        let status = replies(reply).next().unwrap_or(Value::Nil);
        let status = not_error(status).map_err(|refusal| with_node(refusal, &job.config.servers[request.server].alias))?;
        has_sent |= status == Value::Status(b"OK");
    }
    Ok(Reply::status(if has_sent { b"OK" } else { b"NOKEY" }))
}

pub(crate) fn explain(job: &Job) -> Outcome<Explanation> {
    Ok(Explanation::new("split", false).round(&requests(job)))
}

pub(crate) fn documentation() -> Documentation {
    Documentation { overview: "", across_nodes: "split: each node sends its own keys", atomic: Atomicity::EachNode }
}

fn requests<'a>(job: &Job<'_, 'a>) -> Vec<Request<'a>> {
    let request = |server| Request { read_timeout: job.command.flags.read_timeout, ..Request::write(server, vec![command(job, server)]) };
    job.distinct_servers().into_iter().map(request).collect()
}

/// The command with the keys of one server.
fn command<'a>(job: &Job<'_, 'a>, server: usize) -> Words<'a> {
    let before = job.command.keys.first().map_or(job.args.len(), |key| key.position());
    let mut command: Words = job.args[..before].iter().map(|&word| Cow::from(word)).collect();
    let own = (0..job.command.keys.len()).filter(|&key| job.server_of(key) == server);
    command.extend(own.map(|key| Cow::from(job.key(key))));
    command
}

/// Adds the node to an error text: the keys of the other nodes may have been sent.
fn with_node(refusal: Abort, alias: &str) -> Abort {
    match refusal {
        Abort::Refusal(text) => Abort::Refusal([&text, &b" ("[..], alias.as_bytes(), b")"].concat().into()),
        error => error,
    }
}
