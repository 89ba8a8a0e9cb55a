//! SCRIPT EXISTS: whether EVALSHA works on all masters.

use crate::crossnode::Job;
use crate::crossnode::broadcast::merge::{aggregate, children};
use crate::crossnode::support::outcome::Outcome;
use crate::resp::{Builder, Kind, Reply, Value};

/// 1 where all masters have the script, or where one has it and its source is known: EVALSHA loads it on the others.
pub(super) fn merge(job: &Job, replies: &[Reply]) -> Outcome<Reply> {
    let (everywhere, somewhere) = (aggregate(replies, i64::min)?, aggregate(replies, i64::max)?);
    let (Some(everywhere), Some(somewhere)) = (children(&everywhere), children(&somewhere)) else { return Ok(everywhere) };
    let mut builder = Builder::default();
    let root = builder.begin(Kind::Array, everywhere.len());
    for ((on_all, on_one), digest) in everywhere.zip(somewhere).zip(job.args.iter().skip(2)) {
        let is_loaded_on_demand = on_one == Value::Integer(1) && job.topology.script_sources().get(digest).is_some();
        builder.value(if is_loaded_on_demand { &on_one } else { &on_all });
    }
    builder.end(root);
    Ok(builder.finish())
}
