//! The replies of a request, as they come.

use crate::resp::{Builder, Kind, Reply};
use crate::session::Outcome;

#[derive(Default)]
pub(crate) struct Replies {
    pieces: Vec<Piece>,
}

enum Piece {
    /// The replies under one array, all but the first so many.
    Many(Reply, usize),
    One(Outcome),
}

impl Replies {
    pub(crate) fn one(&mut self, outcome: Outcome) {
        self.pieces.push(Piece::One(outcome));
    }

    /// Replies under one array, without the first so many, which nobody asked for.
    pub(crate) fn many(&mut self, replies: Reply, without: usize) {
        self.pieces.push(Piece::Many(replies, without));
    }

    /// All under one array.
    pub(crate) fn into_reply(mut self) -> Reply {
        match self.pieces.pop() {
            Some(Piece::Many(reply, 0)) if self.pieces.is_empty() => return reply,
            Some(Piece::One(Ok(reply))) if self.pieces.is_empty() => return reply.under_array(),
            last => self.pieces.extend(last),
        }
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, self.pieces.iter().map(Piece::length).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Many(reply, without) => {
                    let first = reply.element(0, *without).unwrap_or(reply.entries().len());
                    builder.append(reply, first..reply.entries().len());
                }
                Piece::One(Ok(reply)) => builder.append(reply, 0..reply.entries().len()),
                Piece::One(Err(error)) => builder.failure(error),
            }
        }
        builder.end(root);
        builder.finish()
    }
}

impl Piece {
    fn length(&self) -> usize {
        match self {
            Piece::Many(reply, without) => reply.entries()[0].length() - without,
            Piece::One(_) => 1,
        }
    }
}
