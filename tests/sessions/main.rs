//! Sessions: one client with state, over all nodes.

mod subscriptions;
mod transactions;

#[path = "../support/mod.rs"]
mod support;
