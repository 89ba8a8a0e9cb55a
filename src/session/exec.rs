//! EXEC on several servers.
//!
//! All servers have confirmed that they queued their commands. The server of the watched keys executes first, and the others only if it did: a
//! watched key that has changed discards the whole transaction. The others get EXEC at the same time.

use crate::error::{Code, Error};
use crate::resp::{Reply, Value, pack};
use crate::session::queued::{Queued, Transaction};
use crate::session::session::{Outcome, Session};
use std::collections::BTreeMap;

impl Session {
    /// Executes the transaction on its servers and makes one reply of theirs. More follow if a command of the SUBSCRIBE family has several names.
    pub(super) fn exec_on_servers(&mut self, watched: Option<usize>) -> Vec<Outcome> {
        let Some(transaction) = self.transaction.take() else { return vec![Err(Error::new(Code::Internal, "EXEC without a transaction"))] };
        self.binding = None;
        let (first, rest): (Vec<usize>, Vec<usize>) = transaction.servers.iter().partition(|&&server| Some(server) == watched);
        let (mut arrays, mut failures) = (BTreeMap::new(), Vec::new());
        for (round, servers) in [&first, &rest].into_iter().enumerate() {
            for (server, outcome) in servers.iter().zip(self.exec_round(servers)) {
                match outcome {
                    Ok(reply) if matches!(reply.root(), Value::Array(_)) => drop(arrays.insert(*server, reply)),
                    failure => failures.push((*server, failure)),
                }
            }
            if !failures.is_empty() {
                if round == 0 {
                    rest.iter().for_each(|&server| self.release(server, b"DISCARD"));
                }
                self.forget_settings(&transaction);
                return vec![self.failed_exec(failures, &arrays)];
            }
        }
        match self.exec_replies(transaction, arrays) {
            Ok(replies) => replies.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        }
    }

    /// Sends EXEC to some servers and returns their replies.
    fn exec_round(&mut self, servers: &[usize]) -> Vec<Outcome> {
        let request = pack(&[b"EXEC"]);
        let lost = || Error::new(Code::Io, "the connection of the transaction was lost");
        let mut sent = vec![0; servers.len()];
        let begun: Vec<Result<(), Error>> = servers
            .iter()
            .zip(&mut sent)
            .map(|(&server, sent)| self.connections[server].as_mut().ok_or_else(lost)?.send(&request, sent))
            .collect();
        let end = |((&server, begun), sent): ((&usize, Result<(), Error>), usize)| {
            let reply = begun.and_then(|()| self.connections[server].as_mut().ok_or_else(lost)?.receive(1));
            reply.map(|reply| reply.extract(1)).map_err(|error| self.lose_connection(server, error, b"EXEC", sent == request.len()))
        };
        servers.iter().zip(begun).zip(sent).map(end).collect()
    }

    /// The outcome of EXEC if some servers did not execute it: what the first of them replied if no server executed anything, else an error that
    /// names those that did.
    fn failed_exec(&self, mut failures: Vec<(usize, Outcome)>, executed: &BTreeMap<usize, Reply>) -> Outcome {
        let alias = |server: usize| self.configured.config().servers[server].alias.as_str();
        let may_have_executed = |failure: &(usize, Outcome)| failure.1.as_ref().is_err_and(Error::executed);
        let at = failures.iter().position(may_have_executed).unwrap_or(0);
        let (server, failure) = failures.remove(at);
        let uncertain: Vec<&str> = failures.iter().filter(|failure| may_have_executed(failure)).map(|(server, _)| alias(*server)).collect();
        if executed.is_empty() && uncertain.is_empty() {
            return failure;
        }
        let error = failure.map_or_else(
            |error| error,
            |reply| {
                let text = if let Value::Error(text) = reply.root() { String::from_utf8_lossy(text).into_owned() } else { "nil".into() };
                Error::new(Code::CrossNode, format!("CROSSNODE EXEC: {} replied {text}", alias(server))).on_node(alias(server))
            },
        );
        let executed: Vec<&str> = executed.keys().map(|&server| alias(server)).collect();
        let part = |nodes: &[&str], verb: &str| match nodes.is_empty() {
            true => String::new(),
            false => format!("; on {} the transaction {verb}", nodes.join(", ")),
        };
        Err(error.with_suffix(&part(&executed, "was executed")).with_suffix(&part(&uncertain, "may have been executed")).maybe_executed())
    }

    /// Closes the connections whose database or protocol is uncertain after a failure.
    fn forget_settings(&mut self, transaction: &Transaction) {
        if transaction.queued.iter().any(|queued| matches!(queued, Queued::Select(_) | Queued::Hello(_))) {
            self.connections.iter_mut().for_each(|connection| *connection = None);
        }
    }

    /// Sends DISCARD or UNWATCH. If that fails, closing the connection has the same effect.
    pub(super) fn release(&mut self, server: usize, command: &[u8]) {
        if let Some(connection) = &mut self.connections[server]
            && connection.ask(&pack(&[command]), 1, &mut 0).is_err()
        {
            self.connections[server] = None;
        }
    }
}
