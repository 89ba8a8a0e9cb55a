//! Calls of a handle whose configuration has a previous layout: keys are moved to their nodes before commands use them there.

use crate::cluster::pipeline;
use crate::cluster::replica_read::may_use_replica;
use crate::cluster::reply_sink::ReplySink;
use crate::command::{Block, Command, ReadTimeout};
use crate::error::Error;
use crate::resp::{Args, Builder, CommandSource, Kind, Reply, SendableRange};
use crate::routing::{CommandResolver, Plan};

/// Runs a command that only reads one key at the old place of the key, without moving it. `None`: it is not such a command, or the key is not
/// there.
pub(crate) fn read_at_old_place(resolver: &CommandResolver, command: Option<&Command>, args: &[&[u8]]) -> Result<Option<Reply>, Error> {
    if !command.is_some_and(|command| command.block == Block::Never) {
        return Ok(None);
    }
    match resolver.plan_without_moving(command, args)? {
        Plan::OneServer { keys, flags, .. }
            if keys.len() == 1 && flags.read_timeout == ReadTimeout::Configured && may_use_replica(args[0], &keys, flags) =>
        {
            resolver.read_at_old_place(args, &keys[0])
        }
        _ => Ok(None),
    }
}

/// Runs the commands of a source while keys move: first all keys are moved together, then the commands run as usual. If a key cannot be moved, each
/// command runs by itself, so that this affects only the commands that need it.
pub(crate) fn run_many<'a, T: ReplySink>(
    resolver: &CommandResolver,
    run_one: impl Fn(&[&'a [u8]]) -> Result<Reply, Error>,
    source: impl CommandSource<'a>,
    sink: &mut T,
) -> Result<T::Output, Error> {
    let commands = Collected::new(source)?;
    if resolver.move_keys_of(commands.commands.iter().map(|(args, _)| args.as_slice())).is_ok() {
        return pipeline::run(resolver, commands, sink);
    }
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, commands.commands.len());
    for (args, _) in &commands.commands {
        match run_one(args) {
            Ok(reply) => builder.append(&reply, 0..reply.entries().len()),
            Err(error) => builder.failure(&error),
        }
    }
    builder.end(root);
    Ok(sink.reply(builder.finish()))
}

/// The commands of a source, which have been read.
struct Collected<'a> {
    request: &'a [u8],
    commands: Vec<(Args<'a>, SendableRange)>,
    next: usize,
}

impl<'a> Collected<'a> {
    fn new(mut source: impl CommandSource<'a>) -> Result<Collected<'a>, Error> {
        let mut collected = Collected { request: source.request(), commands: Vec::with_capacity(source.estimate()), next: 0 };
        let mut args = Args::new();
        while let Some(range) = source.read(&mut args)? {
            collected.commands.push((std::mem::take(&mut args), range));
        }
        Ok(collected)
    }
}

impl<'a> CommandSource<'a> for Collected<'a> {
    fn request(&self) -> &'a [u8] {
        self.request
    }

    fn read(&mut self, args: &mut Args<'a>) -> Result<Option<SendableRange>, Error> {
        let Some((command, range)) = self.commands.get(self.next) else { return Ok(None) };
        self.next += 1;
        args.clone_from(command);
        Ok(Some(range.clone()))
    }

    fn estimate(&self) -> usize {
        self.commands.len()
    }

    fn check_rest(&self) -> Result<(), Error> {
        Ok(())
    }
}
