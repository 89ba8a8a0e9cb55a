//! Servers, networks and replicas that fail.

mod failures;
mod replicas;

#[path = "../support/mod.rs"]
mod support;
