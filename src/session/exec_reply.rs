//! The reply to EXEC, made of the arrays of several servers, and the effects of the commands on the session.

use crate::error::{Code, Error};
use crate::resp::{Builder, Kind, Reply, Value};
use crate::session::hello_options::Hello;
use crate::session::queued::{Queued, Setting, Transaction};
use crate::session::session::{Outcome, Session};
use crate::session::subscriptions::SubscriptionKind;
use std::collections::BTreeMap;

/// The elements of a server's array that were not taken yet: their number, and the index of the next.
pub(crate) struct Elements {
    array: Reply,
    left: usize,
    next: usize,
}

impl Elements {
    pub(crate) fn new(array: Reply) -> Elements {
        Elements { left: array.entries()[0].length(), next: 1, array }
    }

    /// The next elements in an array.
    pub(crate) fn take(&mut self, count: usize) -> Result<Reply, Error> {
        self.left = self.left.checked_sub(count).ok_or_else(too_few)?;
        let start = self.next;
        (0..count).for_each(|_| self.next += self.array.entries()[self.next].span());
        Ok(Reply::array_of_copies(count, &self.array.entries()[start..self.next], self.array.bytes()))
    }
}

/// The elements of each server.
struct Arrays(BTreeMap<usize, Elements>);

impl Arrays {
    fn take(&mut self, server: usize, count: usize) -> Result<Reply, Error> {
        self.0.get_mut(&server).ok_or_else(too_few)?.take(count)
    }

    fn take_one(&mut self, server: usize) -> Outcome {
        Ok(self.take(server, 1)?.extract(1))
    }
}

fn too_few() -> Error {
    Error::new(Code::Protocol, "EXEC: a server replied to fewer commands than it had queued; the transaction was executed").maybe_executed()
}

impl Session {
    /// Makes the reply to EXEC, in the order of the caller's commands. As on one server, the array has as many elements as there are commands; if some
    /// of these have several replies, the last replies follow the array.
    pub(super) fn exec_replies(&mut self, transaction: Transaction, arrays: BTreeMap<usize, Reply>) -> Result<Vec<Reply>, Error> {
        let mut arrays = Arrays(arrays.into_iter().map(|(server, array)| (server, Elements::new(array))).collect());
        transaction.scripts.record(self.selected.topology().script_sources());
        let first = transaction.servers[0];
        let mut replies = Vec::with_capacity(transaction.queued.len());
        for queued in &transaction.queued {
            match queued {
                Queued::Subscription { kind, subscribes, names } => {
                    replies.extend(self.subscribe_in_transaction(*kind, *subscribes, names))
                }
                queued => replies.push(self.queued_reply(queued, first, &mut arrays)?),
            }
        }
        let following = replies.split_off(transaction.queued.len());
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, replies.len());
        replies.iter().for_each(|reply| builder.append(reply, 0..reply.entries().len()));
        builder.end(root);
        Ok([builder.finish()].into_iter().chain(following).collect())
    }

    fn queued_reply(&mut self, queued: &Queued, first: usize, arrays: &mut Arrays) -> Outcome {
        match queued {
            Queued::Reply(server) => arrays.take_one(server.unwrap_or(first)),
            Queued::AfterScriptLoad(server) => {
                arrays.take_one(*server)?;
                arrays.take_one(*server)
            }
            Queued::Ping(server, text) => {
                let reply = arrays.take_one(server.unwrap_or(first))?;
                Ok(if self.allows_only_subscriptions() { Reply::strings([b"pong", text]) } else { reply })
            }
            Queued::Setting(server, setting) => {
                let reply = arrays.take_one(server.unwrap_or(first))?;
                if !matches!(reply.root(), Value::Error(_)) {
                    self.keep_setting(setting);
                }
                Ok(reply)
            }
            Queued::ClientId(server) => {
                let reply = arrays.take_one(*server)?;
                Ok(self.with_own_id(reply, *server))
            }
            Queued::Select(db) => self.selected_in_transaction(*db, arrays),
            Queued::Several(command, parts) => {
                let replies = parts.iter().map(|&(server, count)| arrays.take(server, count)).collect::<Result<Vec<Reply>, Error>>()?;
                Ok(command.reply(self.selected.config(), &self.selected.topology(), replies))
            }
            Queued::Hello(hello) => self.greeted_in_transaction(hello, first, arrays),
            Queued::Local(reply) => Ok(reply.clone()),
            Queued::Subscription { .. } => Err(Error::new(Code::Internal, "SUBSCRIBE has several replies")),
        }
    }

    fn keep_setting(&mut self, setting: &Setting) {
        match setting {
            Setting::Name(name) => self.settings.name.clone_from(name),
            Setting::NoEvict(is_on) => self.settings.no_evict = *is_on,
            Setting::Info(attribute, value) => {
                self.settings.info.retain(|(other, _)| other != attribute);
                self.settings.info.push((attribute.clone(), value.clone()));
            }
        }
    }

    /// All servers have executed SELECT. If one has refused the database, the session stays where it was.
    fn selected_in_transaction(&mut self, db: u32, arrays: &mut Arrays) -> Outcome {
        let mut refusal = None;
        for server in 0..self.connections.len() {
            let reply = arrays.take_one(server)?;
            match (reply.root(), &mut self.connections[server]) {
                (Value::Error(_), _) => drop(refusal.get_or_insert(reply)),
                (_, Some(connection)) => connection.set_database(db),
                (_, None) => {}
            }
        }
        if let Some(refusal) = refusal {
            return Ok(refusal);
        }
        if let Some(selected) = self.handle(Some(db), self.settings.protocol) {
            self.selected = selected;
            self.settings.db = Some(db);
        }
        Ok(Reply::status(b"OK"))
    }

    /// All servers have executed HELLO. If one has refused it, the session stays as it was.
    fn greeted_in_transaction(&mut self, hello: &Hello, first: usize, arrays: &mut Arrays) -> Outcome {
        let (mut greeting, mut refusal) = (Reply::nil(), None);
        for server in 0..self.connections.len() {
            let reply = arrays.take_one(server)?;
            match (reply.root(), &mut self.connections[server]) {
                (Value::Error(_), _) => refusal = refusal.or(Some(reply)),
                (_, connection) => {
                    connection.iter_mut().for_each(|connection| connection.set_greeted(hello.protocol, hello.name.as_deref()));
                    if server == first {
                        greeting = reply;
                    }
                }
            }
        }
        if let Some(refusal) = refusal {
            return Ok(refusal);
        }
        hello.name.iter().for_each(|name| self.settings.name.clone_from(name));
        self.set_protocol(hello.protocol);
        Ok(greeting)
    }

    /// A reply for each name.
    fn subscribe_in_transaction(&mut self, kind: SubscriptionKind, subscribes: bool, names: &[Vec<u8>]) -> Vec<Reply> {
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let outcomes = match subscribes {
            true => match self.begin_subscribing(kind, &names) {
                Ok(subscribing) => self.finish_subscribing(subscribing),
                Err(error) => names.iter().map(|_| Err(error.clone())).collect(),
            },
            false => self.unsubscribe(kind, &names),
        };
        let reply = |outcome: Outcome| outcome.unwrap_or_else(|error| Reply::of_error(&error));
        outcomes.into_iter().map(reply).collect()
    }
}
