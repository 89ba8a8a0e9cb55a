//! Many commands, in order.

use crate::cluster::batch::Batch;
use crate::cluster::reply_sink::{AsReply, ReplySink};
use crate::crossnode;
use crate::error::Error;
use crate::resp::{Args, Builder, CommandSource, Kind, Reply};
use crate::routing::resolve::CommandResolver;

/// Runs commands. What takes several steps waits for what stands before it, and what stands behind it waits for that: as one server would,
/// each command sees what those before it did.
pub(crate) fn run<'a, T: ReplySink>(
    resolver: &CommandResolver,
    mut source: impl CommandSource<'a>,
    take: &mut T,
) -> Result<T::Output, Error> {
    let request = source.request();
    let mut batch = Batch::new(resolver, request);
    batch.reserve(source.estimate());
    let mut sequence = Sequence::default();
    let mut args = Args::new();
    while let Some(whole) = source.read(&mut args)? {
        if let Some(over) = batch.add(&args, whole) {
            if sequence.is_empty() {
                // From here on commands are sent, which none may be of a request that is damaged.
                source.check_rest()?;
            }
            // What follows may have to see what this changes, which a replica gets later.
            sequence.run(std::mem::replace(&mut batch, Batch::new(resolver, request).on_masters()))?;
            sequence.push(crossnode::run(resolver.config(), resolver.process(), &args, &over));
        }
    }
    if sequence.is_empty() {
        return batch.run(take);
    }
    sequence.run(batch)?;
    Ok(take.reply(sequence.into_reply()))
}

/// The replies where commands could not all be sent at once.
#[derive(Default)]
struct Sequence {
    pieces: Vec<Piece>,
}

enum Piece {
    /// The replies to many commands, under one array.
    Many(Reply),
    One(Result<Reply, Error>),
}

impl Sequence {
    fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Carries out what was gathered so far.
    fn run(&mut self, batch: Batch) -> Result<(), Error> {
        if !batch.is_empty() {
            self.pieces.push(Piece::Many(batch.run(&mut AsReply)?));
        }
        Ok(())
    }

    fn push(&mut self, outcome: Result<Reply, Error>) {
        self.pieces.push(Piece::One(outcome));
    }

    /// One reply a command, under one array; a failed one is a failure in its place.
    fn into_reply(self) -> Reply {
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
