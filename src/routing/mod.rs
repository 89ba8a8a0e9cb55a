//! Where a command goes: its keys, their nodes, and the strategy if they are on several nodes.

mod plan;
mod resolve;

pub(crate) use crate::routing::plan::{
    CrossNodeCommand, Plan, crossnode_error, fieldset_error, keyless_error, needs_session, plan_single_key, rule_of_braces,
    sort_reads_other_servers, upper,
};
pub(crate) use crate::routing::resolve::{CommandResolver, Located};
