//! The replies of a request whose commands could not all be sent at once, in order.

use super::batch::Batch;
use crate::error::Error;
use crate::reply::{Builder, Kind, Reply};

#[derive(Default)]
pub(super) struct Sequence {
    pieces: Vec<Piece>,
}

enum Piece {
    /// The replies to many commands, under one array.
    Many(Reply),
    One(Result<Reply, Error>),
}

impl Sequence {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Carries out what was gathered so far.
    pub(super) fn run(&mut self, batch: Batch) -> Result<(), Error> {
        if !batch.is_empty() {
            self.pieces.push(Piece::Many(batch.run()?));
        }
        Ok(())
    }

    pub(super) fn push(&mut self, outcome: Result<Reply, Error>) {
        self.pieces.push(Piece::One(outcome));
    }

    /// One reply a command, under one array; a failed one is a failure in its place.
    pub(super) fn into_reply(self) -> Reply {
        let commands = self.pieces.iter().map(|piece| if let Piece::Many(reply) = piece { reply.entries()[0].length() } else { 1 }).sum();
        let mut builder = Builder::default();
        let root = builder.begin(Kind::Array, commands);
        for piece in &self.pieces {
            match piece {
                Piece::Many(reply) => builder.append(reply, 1..reply.entries().len()),
                Piece::One(Ok(reply)) => builder.append(reply, 0..reply.entries().len()),
                Piece::One(Err(error)) => builder.failure(error),
            }
        }
        builder.end(root);
        builder.finish()
    }
}
