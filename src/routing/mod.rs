//! Where a command goes: its keys, their nodes, and the strategy when they are on several.

pub(crate) mod plan;
pub(crate) mod resolve;

pub(crate) use crate::routing::plan::*;
pub(crate) use crate::routing::resolve::{CommandResolver, Located};
