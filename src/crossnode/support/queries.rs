//! Queries to several servers, sent in one round.

use crate::crossnode::support::conversation::{Connections, Request, Words};
use crate::crossnode::support::outcome::{Abort, Outcome};
use crate::error::Error;
use crate::resp::{Entry, Kind, Reply, Value};

/// Commands that only read. [`Queries::add`] returns the number under which [`QueryReplies`] has the reply.
#[derive(Default)]
pub(crate) struct Queries<'a> {
    requests: Vec<Request<'a>>,
    /// For each query its request, and its position among the commands of that.
    places: Vec<(usize, usize)>,
}

/// The replies to [`Queries`].
pub(crate) struct QueryReplies {
    replies: Vec<Reply>,
    /// For each query its reply, and the position in the index of that.
    places: Vec<(usize, usize)>,
}

impl<'a> Queries<'a> {
    pub(crate) fn add(&mut self, server: usize, command: Words<'a>) -> usize {
        let request = self.requests.iter().position(|request| request.server == server).unwrap_or_else(|| {
            self.requests.push(Request::read(server, Vec::new()));
            self.requests.len() - 1
        });
        let commands = &mut self.requests[request].commands;
        commands.push(command);
        self.places.push((request, commands.len() - 1));
        self.places.len() - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The requests that [`Queries::send`] sends.
    pub(crate) fn requests(&self) -> &[Request<'a>] {
        &self.requests
    }

    pub(crate) fn into_requests(self) -> Vec<Request<'a>> {
        self.requests
    }

    pub(crate) fn send(self, connections: &mut Connections) -> Result<QueryReplies, Error> {
        let replies = connections.try_round(&self.requests)?;
        Ok(self.with_replies(replies))
    }

    /// Reads what servers have replied to requests that the caller has sent itself: the replies to the commands of each, one after the other.
    pub(crate) fn parse<'b>(self, replies: impl Fn(usize) -> Result<&'b [u8], Error>) -> Result<QueryReplies, Error> {
        let parse = |request: &Request| Reply::parse_all(replies(request.server)?, request.commands.len());
        let replies = self.requests.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(self.with_replies(replies))
    }

    fn with_replies(self, replies: Vec<Reply>) -> QueryReplies {
        let indexes: Vec<Vec<usize>> = replies.iter().map(children).collect();
        // `try_round` fails unless every command has a reply, so no place is missing.
        let places = self.places.iter().map(|&(request, nth)| (request, indexes[request].get(nth).copied().unwrap_or(0))).collect();
        QueryReplies { replies, places }
    }
}

impl QueryReplies {
    pub(crate) fn get(&self, query: usize) -> Value<'_> {
        let (reply, place) = self.places[query];
        self.replies[reply].value(place).unwrap_or(Value::Nil)
    }

    /// Drops the first `count` replies; the numbers of the others decrease by that.
    pub(crate) fn skip_first(&mut self, count: usize) {
        self.places.drain(..count);
    }

    /// A reply that is an array of strings. An error aborts the operation.
    pub(crate) fn list(&self, query: usize) -> Outcome<List<'_>> {
        let (reply, place) = self.places[query];
        List::from_reply(&self.replies[reply], place)
    }

    /// The elements of a reply to SCAN, SSCAN …, and whether they are all there are.
    pub(crate) fn page(&self, query: usize) -> Outcome<(List<'_>, bool)> {
        let (reply, place) = self.places[query];
        let reply = &self.replies[reply];
        match reply.value(place) {
            Some(Value::Array(mut page)) => {
                let is_all = page.next() == Some(Value::String(b"0"));
                List::from_reply(reply, place + 2).map(|list| (list, is_all))
            }
            Some(Value::Error(text)) => Err(Abort::refusal(text)),
            _ => Err(Abort::protocol_error("the reply to a scan is not an array")),
        }
    }

    /// The replies, and for each query its reply and the position in the index of that.
    pub(crate) fn into_parts(self) -> (Vec<Reply>, Vec<(usize, usize)>) {
        (self.replies, self.places)
    }
}

/// An array of strings in a reply.
#[derive(Clone, Copy)]
pub(crate) struct List<'r> {
    reply: &'r Reply,
    entries: &'r [Entry],
}

impl<'r> List<'r> {
    /// The array at this position of a reply's index.
    pub(crate) fn from_reply(reply: &'r Reply, place: usize) -> Outcome<List<'r>> {
        let entry = reply.entries().get(place).filter(|entry| entry.kind() == Kind::Array && entry.span() == entry.length() + 1);
        match (entry, reply.value(place)) {
            (Some(entry), _) => Ok(List { reply, entries: &reply.entries()[place + 1..place + entry.span()] }),
            (None, Some(Value::Error(text))) => Err(Abort::refusal(text)),
            (None, _) => Err(Abort::protocol_error("a server's reply is not an array of strings")),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = &'r [u8]> + Clone {
        self.entries.iter().map(move |entry| self.reply.entry_bytes(entry))
    }
}

/// The positions of the elements of an array in its index.
fn children(reply: &Reply) -> Vec<usize> {
    let entries = reply.entries();
    let mut places = Vec::with_capacity(entries[0].length());
    let mut place = 1;
    while place < entries.len() {
        places.push(place);
        place += entries[place].span();
    }
    places
}
