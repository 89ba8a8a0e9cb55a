//! Reads of a single key that may still be at its old place.

use crate::command::{CommandFlags, Key, ReadTimeout, as_sent};
use crate::config::Config;
use crate::error::Error;
use crate::resharding::channel::replies;
use crate::resharding::settle::SettledKeys;
use crate::resp::{Builder, Reply, Value};
use crate::topology::Topology;
use crate::transport::NodePipeline;

/// Runs a command that only reads one key at the old place of the key, which stays there. `None`: the key is not there.
///
/// The transaction says whether the key existed when the command ran.
pub(crate) fn read_at_old_place(
    config: &Config,
    topology: &Topology,
    args: &[&[u8]],
    key: &Key,
    settled: &SettledKeys,
) -> Result<Option<Reply>, Error> {
    let Some(previous) = config.previous.as_deref() else { return Ok(None) };
    let server = previous.server_of(key.name);
    if server == config.masters[key.master()].server {
        return Ok(None);
    }
    let flags = CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured };
    let mut pipeline = NodePipeline::new(topology.shard(server), &[]);
    let mut read: Vec<&[u8]> = Vec::with_capacity(args.len());
    as_sent(args, std::slice::from_ref(key), |argument| read.push(argument));
    for command in [&[&b"MULTI"[..]][..], &[b"EXISTS", key.name], &read, &[b"EXEC"]] {
        pipeline.add_copied(command, flags);
    }
    pipeline.run(true);
    let origin = pipeline.origin(args[0]);
    let (lease, outcome) = pipeline.into_lease_and_replies(args[0]);
    lease.into_iter().for_each(crate::transport::Lease::keep);
    let reply = outcome?;
    let mut all = replies(&reply);
    let (_, _, queued, executed) = (all.next(), all.next(), all.next(), all.next());
    let (index, is_error) = match (queued, executed) {
        (Some(Value::Error(_)), _) => (3, true),
        (_, Some(Value::Array(mut done))) => match done.next() {
            Some(Value::Integer(1)) => (6, matches!(done.next(), Some(Value::Error(_)))),
            Some(Value::Integer(0)) => {
                settled.insert(key.name);
                return Ok(None);
            }
            _ => return Ok(None),
        },
        // The transaction was rejected. The ordinary path reports the reason.
        _ => return Ok(None),
    };
    let mut builder = Builder::default();
    builder.append(&reply, index..index + reply.entries()[index].span());
    let reply = builder.finish();
    Ok(Some(if is_error { reply.with_origin(0, origin) } else { reply }))
}
