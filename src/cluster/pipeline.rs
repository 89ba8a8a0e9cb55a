//! Many commands in one call, run in order.

use crate::cluster::batch::Batch;
use crate::cluster::reply_sink::{AsReply, ReplySink};
use crate::crossnode;
use crate::error::Error;
use crate::resp::{Args, Builder, CommandSource, Kind, Reply};
use crate::routing::CommandResolver;

/// Runs commands. A command that takes several steps starts after all commands before it, and ends before the commands after it start: as on
/// one server, each command sees the effects of those before it.
pub(crate) fn run<'a, T: ReplySink>(
    resolver: &CommandResolver,
    mut source: impl CommandSource<'a>,
    sink: &mut T,
) -> Result<T::Output, Error> {
    let request = source.request();
    let mut batch = Batch::new(resolver, request);
    batch.reserve(source.estimate());
    let mut sequence = Sequence::default();
    let mut args = Args::new();
    while let Some(whole) = source.read(&mut args)? {
        if let Some(command) = batch.add(&args, whole) {
            if sequence.is_empty() {
                // Commands are sent from here on, and none may be sent of a malformed request.
                source.check_rest()?;
            }
            // Later reads must see the effects of this command, which replicas receive later.
            sequence.run(std::mem::replace(&mut batch, Batch::new(resolver, request).masters_only()))?;
            sequence.push(crossnode::run(resolver.config(), resolver.topology(), &args, &command));
            if !command.flags.repeatable {
                resolver.reads().record_writes();
            }
        }
    }
    if sequence.is_empty() {
        return batch.run(sink);
    }
    sequence.run(batch)?;
    Ok(sink.reply(sequence.into_reply()))
}

/// The replies of commands that could not all be sent at once.
#[derive(Default)]
struct Sequence {
    pieces: Vec<Piece>,
}

enum Piece {
    /// An array with the replies to many commands.
    Many(Reply),
    /// The reply to one command.
    One(Result<Reply, Error>),
}

impl Sequence {
    fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Runs the commands of a batch.
    fn run(&mut self, batch: Batch) -> Result<(), Error> {
        if !batch.is_empty() {
            self.pieces.push(Piece::Many(batch.run(&mut AsReply)?));
        }
        Ok(())
    }

    fn push(&mut self, outcome: Result<Reply, Error>) {
        self.pieces.push(Piece::One(outcome));
    }

    /// An array with one reply per command; a failed command is a failure in its place.
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
