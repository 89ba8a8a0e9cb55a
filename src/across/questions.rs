//! Questions to several servers, asked in one round.

use super::talk::{Ask, Talk, Words};
use crate::error::Error;
use crate::reply::{Reply, Value};

/// What is to be asked. Each question is answered under the number that [`Questions::add`] gives it.
#[derive(Default)]
pub(super) struct Questions<'a> {
    asks: Vec<Ask<'a>>,
    /// Of each question: which of the asks, and the how-manieth command of it.
    places: Vec<(usize, usize)>,
}

/// The answers to [`Questions`].
pub(super) struct Answers {
    replies: Vec<Reply>,
    /// Of each question: which of the replies, and where in its index.
    places: Vec<(usize, usize)>,
}

impl<'a> Questions<'a> {
    pub(super) fn add(&mut self, server: usize, command: Words<'a>) -> usize {
        let ask = self.asks.iter().position(|ask| ask.server == server).unwrap_or_else(|| {
            self.asks.push(Ask::read(server, Vec::new()));
            self.asks.len() - 1
        });
        let commands = &mut self.asks[ask].commands;
        commands.push(command);
        self.places.push((ask, commands.len() - 1));
        self.places.len() - 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn put(self, talk: &mut Talk) -> Result<Answers, Error> {
        let replies = talk.all(&self.asks)?;
        let indexes: Vec<Vec<usize>> = replies.iter().map(children).collect();
        // A reply that lacks an answer does not come here: all commands were answered.
        let places = self.places.iter().map(|&(ask, nth)| (ask, indexes[ask].get(nth).copied().unwrap_or(0))).collect();
        Ok(Answers { replies, places })
    }
}

impl Answers {
    pub(super) fn get(&self, question: usize) -> Value<'_> {
        let (reply, place) = self.places[question];
        self.replies[reply].value(place).unwrap_or(Value::Nil)
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
