//! Servers, networks and replicas that fail, and `recover` while its command runs.

mod failures;
mod interleavings;
mod partial_writes;
mod recover_to;
mod replicas;

#[path = "../support/mod.rs"]
mod support;
