//! Loads scripts again that a server does not have, because it was restarted or its scripts were flushed. The source must have been sent
//! through this handle before.
//!
//! A single EVALSHA is sent as it is, and again with the source if the server does not have the script. In a pipeline that would be too late,
//! because the commands after it would already have run: there a SCRIPT LOAD precedes the first call on each server, and its reply is dropped.

use crate::command::{CommandFlags, Key, ReadTimeout};
use crate::error::Error;
use crate::resp::{Reply, Value};
use crate::topology::Topology;
use crate::transport::{NodePipeline, exchange};
use std::sync::Arc;

const LOAD_FLAGS: CommandFlags = CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured };

/// What a command has to do with the scripts that a server knows.
pub(crate) enum ScriptCommand<'a> {
    /// EVAL or SCRIPT LOAD of this source.
    Source(&'a [u8]),
    /// EVALSHA of this digest.
    Call(&'a [u8]),
    /// SCRIPT FLUSH.
    Flush,
}

impl<'a> ScriptCommand<'a> {
    pub(crate) fn of(args: &[&'a [u8]]) -> Option<ScriptCommand<'a>> {
        let is = |index: usize, word: &str| args.get(index).is_some_and(|argument| argument.eq_ignore_ascii_case(word.as_bytes()));
        if !matches!(args[0].first(), Some(b'e' | b'E' | b's' | b'S')) || args.len() < 2 {
            return None;
        }
        if is(0, "EVAL") || is(0, "EVAL_RO") {
            Some(ScriptCommand::Source(args[1]))
        } else if is(0, "EVALSHA") || is(0, "EVALSHA_RO") {
            Some(ScriptCommand::Call(args[1]))
        } else if is(0, "SCRIPT") && is(1, "LOAD") && args.len() == 3 {
            Some(ScriptCommand::Source(args[2]))
        } else if is(0, "SCRIPT") && is(1, "FLUSH") && (args.len() == 2 || (args.len() == 3 && (is(2, "SYNC") || is(2, "ASYNC")))) {
            Some(ScriptCommand::Flush)
        } else {
            None
        }
    }
}

/// Records the source in an EVAL or SCRIPT LOAD, and forgets all sources at a SCRIPT FLUSH. For an EVALSHA returns the source, if it is known.
pub(crate) fn record_source(topology: &Topology, args: &[&[u8]]) -> Option<Arc<[u8]>> {
    match ScriptCommand::of(args)? {
        ScriptCommand::Source(source) => drop(topology.script_sources().remember(source)),
        ScriptCommand::Flush => topology.script_sources().forget_all(),
        ScriptCommand::Call(digest) => return topology.script_sources().get(digest),
    }
    None
}

/// Loads scripts on servers, all at the same time. A server that refuses a script is not an error: the call of the script says so.
pub(crate) fn load(topology: &Topology, scripts: &[(usize, Arc<[u8]>)]) -> Result<(), Error> {
    let mut servers: Vec<usize> = scripts.iter().map(|(server, _)| *server).collect();
    servers.sort_unstable();
    servers.dedup();
    let pipeline = |&server: &usize| {
        let mut pipeline = NodePipeline::new(topology.shard(server), &[]);
        scripts.iter().filter(|(on, _)| *on == server).for_each(|(_, source)| add_load(&mut pipeline, source));
        pipeline
    };
    let mut pipelines: Vec<NodePipeline> = servers.iter().map(pipeline).collect();
    exchange(&mut pipelines.iter_mut().collect::<Vec<_>>());
    pipelines.iter().try_for_each(|pipeline| pipeline.outcome(0, b"SCRIPT"))
}

/// Whether a reply says that the server does not have the script.
#[inline]
pub(crate) fn is_noscript(reply: Option<Value>) -> bool {
    matches!(reply, Some(Value::Error(text)) if text.starts_with(b"NOSCRIPT No matching script"))
}

/// Adds the SCRIPT LOAD of a source to a pipeline.
pub(crate) fn add_load(pipeline: &mut NodePipeline, source: &[u8]) {
    pipeline.add_copied(&[b"SCRIPT", b"LOAD", source], LOAD_FLAGS);
}

/// Loads the script on the server and calls it again; `None` if the source is not known. The reply is not in an array.
#[cold]
pub(crate) fn load_and_call<'a>(
    topology: &Topology,
    server: usize,
    args: &[&'a [u8]],
    keys: &[Key<'a>],
    flags: CommandFlags,
) -> Option<Result<Reply, Error>> {
    let source = topology.script_sources().get(args.get(1)?)?;
    let mut pipeline = NodePipeline::new(topology.shard(server), &[]);
    add_load(&mut pipeline, &source);
    let call = pipeline.add(None, args, keys, flags);
    pipeline.run(true);
    Some(pipeline.outcome(call, args[0]).map(|()| {
        let replies = pipeline.into_all(|_| args[0]);
        let reply = replies.element(0, call as usize).unwrap_or(0);
        replies.extract(reply)
    }))
}
