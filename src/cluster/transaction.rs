//! A transaction of one server, for a caller that sends it itself and must not wait: an event loop.

use crate::cluster::handle::Cluster;
use crate::cluster::one_round::Route;
use crate::command::{as_sent, lookup};
use crate::error::Error;
use crate::resp::{Args, Commands, pack, push_argument, push_count};

/// MULTI, commands and EXEC.
pub(crate) struct TransactionBlock {
    pub server: usize,
    pub bytes: Vec<u8>,
    /// Their number, with MULTI and EXEC.
    pub commands: usize,
}

impl Cluster {
    /// Puts commands in MULTI and EXEC. `None` if a session has to run them: they are for several servers or for none, concern the state of a
    /// connection, may need the source of a script, or are not known.
    pub(crate) fn transaction_without_waiting(&self, request: &[u8]) -> Result<Option<TransactionBlock>, Error> {
        let mut block: Option<TransactionBlock> = None;
        let mut commands = Commands::new(request);
        let mut args = Args::new();
        while let Some(whole) = commands.next(&mut args)? {
            let needs_session = lookup(&args).is_none_or(|command| command.session || command.runs_script());
            let Route::OneServer { server, keys, .. } = self.route_without_waiting(&args, Some(&request[whole])) else { return Ok(None) };
            if needs_session || keys.is_empty() {
                return Ok(None);
            }
            let block = block.get_or_insert_with(|| TransactionBlock { server, bytes: pack(&[b"MULTI"]), commands: 2 });
            if block.server != server {
                return Ok(None);
            }
            block.commands += 1;
            push_count(&mut block.bytes, args.len());
            as_sent(&args, &keys, |argument| push_argument(&mut block.bytes, argument));
        }
        block.iter_mut().for_each(|block| block.bytes.extend_from_slice(&pack(&[b"EXEC"])));
        Ok(block)
    }
}
