//! Commands whose keys lie on several nodes: answered, and their results stored, as one plain server would.

mod brought;
mod judge;
#[path = "../support/mod.rs"]
mod support;
