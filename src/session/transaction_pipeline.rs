//! Sends the commands of a transaction to their servers and reads what the servers say to them.

use crate::error::{Code, Error};
use crate::resp::{Reply, Value};
use crate::session::connection::{MULTI, SessionConnection};
use crate::session::dispatch::Dispatcher;
use crate::session::queued::{PipelinePart, SentCommand, TransactionPipeline};
use crate::session::session::Session;
use crate::transport::explain;

/// The outcome of one part of a pipeline: the array of the replies and the number of hidden ones at its beginning, or the error and whether all of the
/// part was sent.
pub(super) type PartOutcome = Result<(Reply, usize), (Error, bool)>;

impl Session {
    /// Sends the parts of the pipeline to their servers, then receives the replies.
    fn send_pipeline(&mut self, pipeline: &TransactionPipeline) -> Vec<PartOutcome> {
        let begun: Vec<Result<usize, (Error, bool)>> = pipeline.parts.iter().map(|part| self.send_part(part)).collect();
        let receive = |(part, begun): (&PipelinePart, Result<usize, (Error, bool)>)| {
            let outcome = self.receive_part(part, begun);
            self.repeat_part(part, outcome, pipeline.exec.is_some())
        };
        pipeline.parts.iter().zip(begun).map(receive).collect()
    }

    /// Receives the replies to a part after [`Session::send_part`].
    pub(super) fn receive_part(&mut self, part: &PipelinePart, begun: Result<usize, (Error, bool)>) -> PartOutcome {
        let hidden = begun?;
        let Some(connection) = &mut self.connections[part.server] else {
            return Err((Error::new(Code::Io, "the connection of the transaction was lost"), true));
        };
        connection.receive(hidden + part.commands).map(|reply| (reply, hidden)).map_err(|error| (error, true))
    }

    /// Sends a part. Returns the number of hidden replies that it has.
    pub(super) fn send_part(&mut self, part: &PipelinePart) -> Result<usize, (Error, bool)> {
        let is_lost = |connection: &SessionConnection| !part.begins_with_multi && !connection.is_open();
        if self.connections[part.server].as_ref().is_some_and(is_lost) {
            return Err((Error::new(Code::Io, "the connection of the transaction was lost"), false));
        }
        let caching = self.packed_caching().filter(|_| part.begins_with_multi);
        let connection = self.own_connection(part.server, part.may_reconnect).map_err(|error| (error, false))?;
        if let Some(caching) = caching {
            // Before MULTI it applies to all commands of the transaction.
            connection.ask(caching, 1, &mut 0).map_err(|error| (error, false))?;
        }
        let (mut bytes, mut hidden, mut sent) = (part.bytes.as_slice(), part.hidden, 0);
        if part.begins_with_multi && connection.check_multi().map_err(|error| (error, false))? {
            bytes = &bytes[MULTI.len()..];
            hidden -= 1;
        }
        connection.send(bytes, &mut sent).map_err(|error| (error, sent == bytes.len()))?;
        self.register_identity(part.server);
        Ok(hidden)
    }
}

impl Dispatcher<'_, '_> {
    /// Sends the pipeline and adds its replies.
    pub(crate) fn flush_pipeline(&mut self) {
        let Some(mut pipeline) = self.pipeline.take() else { return };
        let outcomes = self.session.send_pipeline(&pipeline);
        for (part, outcome) in pipeline.parts.iter_mut().zip(&outcomes) {
            match outcome {
                Ok((reply, hidden)) => {
                    self.check_hidden_replies(part, reply, *hidden);
                    self.session.transaction.iter_mut().for_each(|transaction| transaction.keep_history(part));
                    if let Some(scripts) = pipeline.exec.as_ref().filter(|_| has_executed(reply, hidden + part.commands)) {
                        scripts.record(self.session.selected.topology().script_sources());
                    }
                }
                Err((error, sent)) => {
                    let of_server = |command: &&SentCommand| command.servers.iter().any(|(server, _)| *server == part.server);
                    let name = pipeline.commands.iter().rfind(of_server).map_or(&b"MULTI"[..], |command| &command.name);
                    // Without EXEC, a server discards the queued commands when it loses the connection.
                    self.session.lose_connection(part.server, error.clone(), name, pipeline.exec.is_some() && *sent);
                }
            }
        }
        self.add_replies(pipeline, outcomes);
    }

    /// Checks the replies to MULTI and to the deferred commands.
    fn check_hidden_replies(&mut self, part: &PipelinePart, reply: &Reply, hidden: usize) {
        let is_error = |nth: usize| matches!(reply.value(1 + nth), Some(Value::Error(_)));
        if part.begins_with_multi && hidden == part.hidden && is_error(0) {
            // The server rejected MULTI, which it accepted before, and executed the commands at once. The replies report that; the transaction must
            // not go on.
            self.session.lose_connection(part.server, Error::new(Code::Request, "MULTI was refused"), b"MULTI", false);
        }
        if let Some(transaction) = &mut self.session.transaction {
            transaction.was_rejected |= (0..hidden).any(is_error);
        }
    }

    /// Adds the replies to the commands of a pipeline, and records those that were queued.
    fn add_replies(&mut self, pipeline: TransactionPipeline, mut outcomes: Vec<PartOutcome>) {
        // The index of the next reply of each part. A reply is one entry, except the one to EXEC, which is the last.
        let mut next: Vec<usize> = outcomes.iter().map(|outcome| outcome.as_ref().map_or(0, |(_, hidden)| 1 + hidden)).collect();
        let is_one_array =
            outcomes.len() == 1 && pipeline.commands.iter().all(|command| command.servers[..] == [(pipeline.parts[0].server, 1)]);
        for command in pipeline.commands {
            let mut acknowledgement = Ok(Reply::status(b"QUEUED"));
            for (server, count) in command.servers {
                let Some(at) = pipeline.parts.iter().position(|part| part.server == server) else { continue };
                let failure = match &outcomes[at] {
                    Ok((reply, _)) => {
                        let values = (next[at]..next[at] + count).filter_map(|index| reply.value(index));
                        next[at] += count;
                        values.filter_map(|value| if let Value::Error(text) = value { Some(Ok(Reply::error(text))) } else { None }).next()
                    }
                    Err((error, sent)) => {
                        let node = &self.session.configured.config().servers[server];
                        Some(Err(explain(node, error.clone(), &command.name, pipeline.exec.is_some() && *sent)))
                    }
                };
                if let (Some(failure), Ok(Value::Status(_))) = (failure, acknowledgement.as_ref().map(|reply| reply.root())) {
                    acknowledgement = failure;
                }
            }
            if let Some(transaction) = &mut self.session.transaction {
                match acknowledgement.as_ref().map(|reply| reply.root()) {
                    Ok(Value::Status(_)) => transaction.queued.push(command.queued),
                    _ => transaction.was_rejected = true,
                }
            }
            if !is_one_array || outcomes[0].is_err() {
                self.replies.push(acknowledgement);
            }
        }
        if is_one_array && outcomes[0].is_ok() {
            // The usual case, which takes no copies.
            outcomes.pop().into_iter().flatten().for_each(|(reply, hidden)| self.replies.extend(reply, hidden));
        }
    }
}

/// Whether the last reply, the one to EXEC, is that of an executed transaction.
fn has_executed(replies: &Reply, count: usize) -> bool {
    matches!(replies.element(0, count - 1).and_then(|at| replies.value(at)), Some(Value::Array(_)))
}
