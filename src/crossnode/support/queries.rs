//! Queries to several servers, asked in one round.

use crate::crossnode::support::conversation::{Connections, Request, Words};
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::Error;
use crate::resp::{Entry, Kind, Reply, Value};

/// What is to be asked. Each question is answered under the number that [`Queries::add`] gives it.
#[derive(Default)]
pub(crate) struct Queries<'a> {
    asks: Vec<Request<'a>>,
    /// Of each question: which of the asks, and the how-manieth command of it.
    places: Vec<(usize, usize)>,
}

/// The answers to [`Queries`].
pub(crate) struct QueryReplies {
    replies: Vec<Reply>,
    /// Of each question: which of the replies, and where in its index.
    places: Vec<(usize, usize)>,
}

impl<'a> Queries<'a> {
    pub(crate) fn add(&mut self, server: usize, command: Words<'a>) -> usize {
        let ask = self.asks.iter().position(|ask| ask.server == server).unwrap_or_else(|| {
            self.asks.push(Request::read(server, Vec::new()));
            self.asks.len() - 1
        });
        let commands = &mut self.asks[ask].commands;
        commands.push(command);
        self.places.push((ask, commands.len() - 1));
        self.places.len() - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn put(self, connections: &mut Connections) -> Result<QueryReplies, Error> {
        let replies = connections.all(&self.asks)?;
        let indexes: Vec<Vec<usize>> = replies.iter().map(children).collect();
        // A reply that lacks an answer does not come here: all commands were answered.
        let places = self.places.iter().map(|&(ask, nth)| (ask, indexes[ask].get(nth).copied().unwrap_or(0))).collect();
        Ok(QueryReplies { replies, places })
    }
}

impl QueryReplies {
    pub(crate) fn get(&self, question: usize) -> Value<'_> {
        let (reply, place) = self.places[question];
        self.replies[reply].value(place).unwrap_or(Value::Nil)
    }

    /// Lets go of the first answers: those behind them are counted from 0.
    pub(crate) fn forget(&mut self, answers: usize) {
        self.places.drain(..answers);
    }

    /// An answer that is a list of strings. A server's error is the caller's answer.
    pub(crate) fn list(&self, question: usize) -> Outcome<List<'_>> {
        let (reply, place) = self.places[question];
        List::at(&self.replies[reply], place)
    }

    /// The second value of an answer to SCAN or its like, and whether it is all there is.
    pub(crate) fn page(&self, question: usize) -> Outcome<(List<'_>, bool)> {
        let (reply, place) = self.places[question];
        let reply = &self.replies[reply];
        match reply.value(place) {
            Some(Value::Array(mut page)) => {
                let is_all = page.next() == Some(Value::String(b"0"));
                List::at(reply, place + 2).map(|list| (list, is_all))
            }
            Some(Value::Error(text)) => Err(Abort::refusal(text)),
            _ => Err(Abort::fault("a page was answered with something else")),
        }
    }

    /// The replies, and where in which of them the answer to each question stands.
    pub(crate) fn into_parts(self) -> (Vec<Reply>, Vec<(usize, usize)>) {
        (self.replies, self.places)
    }
}

/// A list of strings in a reply.
#[derive(Clone, Copy)]
pub(crate) struct List<'r> {
    reply: &'r Reply,
    entries: &'r [Entry],
}

impl<'r> List<'r> {
    /// The list at a place of a reply's index.
    pub(crate) fn at(reply: &'r Reply, place: usize) -> Outcome<List<'r>> {
        let entry = reply.entries().get(place).filter(|entry| entry.kind() == Kind::Array && entry.span() == entry.length() + 1);
        match (entry, reply.value(place)) {
            (Some(entry), _) => Ok(List { reply, entries: &reply.entries()[place + 1..place + entry.span()] }),
            (None, Some(Value::Error(text))) => Err(Abort::refusal(text)),
            (None, _) => Err(Abort::fault("a list was answered with something else")),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = &'r [u8]> + Clone {
        self.entries.iter().map(move |entry| self.reply.entry_bytes(entry))
    }
}

/// Where in the index of an array its values stand.
fn children(reply: &Reply) -> Vec<usize> {
    let entries = reply.entries();
    let mut places = Vec::with_capacity(entries[0].length());
    let mut at = 1;
    while at < entries.len() {
        places.push(at);
        at += entries[at].span();
    }
    places
}
