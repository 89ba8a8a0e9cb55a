//! Scripts that are called by their digests: a server that does not know one, because it was restarted or made to forget, is told the source
//! again, if that ever went through this handle.
//!
//! A command alone tries first and is healed by one more round. In a pipeline that would come too late, for what stands behind the call was
//! carried out meanwhile: there the source goes ahead of the first call on each server, and its own answer is dropped.

use crate::command::{CommandFlags, Key, ReadTimeout};
use crate::error::Error;
use crate::resp::{Reply, Value};
use crate::topology::Process;
use crate::transport::NodePipeline;
use std::sync::Arc;

const TELLING: CommandFlags = CommandFlags { repeatable: true, read_timeout: ReadTimeout::Configured };

/// Remembers the source that a command has with it, or forgets all where that is its wish; answers the source of the script that it calls
/// by its digest, if that is known.
pub(crate) fn note(process: &Process, args: &[&[u8]]) -> Option<Arc<[u8]>> {
    let is = |at: usize, word: &str| args.get(at).is_some_and(|argument| argument.eq_ignore_ascii_case(word.as_bytes()));
    if !matches!(args[0].first(), Some(b'e' | b'E' | b's' | b'S')) || args.len() < 2 {
        return None;
    }
    if is(0, "EVAL") || is(0, "EVAL_RO") {
        process.sources().remember(args[1]);
    } else if is(0, "SCRIPT") && is(1, "LOAD") && args.len() == 3 {
        process.sources().remember(args[2]);
    } else if is(0, "SCRIPT") && is(1, "FLUSH") && (args.len() == 2 || (args.len() == 3 && (is(2, "SYNC") || is(2, "ASYNC")))) {
        process.sources().forget_all();
    } else if is(0, "EVALSHA") || is(0, "EVALSHA_RO") {
        return process.sources().get(args[1]);
    }
    None
}

/// Whether a server answered that it does not know the script.
#[inline]
pub(crate) fn is_unknown(answer: Option<Value>) -> bool {
    matches!(answer, Some(Value::Error(text)) if text.starts_with(b"NOSCRIPT No matching script"))
}

/// Has a pipeline tell its server a source. The answer is nobody's.
pub(crate) fn tell(pipeline: &mut NodePipeline, source: &[u8]) {
    pipeline.add_copied(&[b"SCRIPT", b"LOAD", source], TELLING);
}

/// Tells the server the source and calls the script again; `None` where the source is not known. The reply stands alone.
#[cold]
pub(crate) fn call_again<'a>(
    process: &Process,
    server: usize,
    args: &[&'a [u8]],
    keys: &[Key<'a>],
    flags: CommandFlags,
) -> Option<Result<Reply, Error>> {
    let source = process.sources().get(args.get(1)?)?;
    let mut pipeline = NodePipeline::new(process.pool(server), &[]);
    tell(&mut pipeline, &source);
    let call = pipeline.add(None, args, keys, flags);
    pipeline.run(true);
    Some(pipeline.outcome(call, args[0]).map(|()| {
        let replies = pipeline.into_all();
        let at = replies.element(0, call as usize).unwrap_or(0);
        replies.extract(at)
    }))
}
