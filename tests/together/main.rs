//! Commands whose keys lie on several nodes: answered, and their results stored, as one plain server would.

mod brought;
mod combined;
mod explained;
mod judge;
mod others;
mod sorted;
#[path = "../support/mod.rs"]
mod support;
