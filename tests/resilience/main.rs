//! Servers, networks and replicas that fail, and `recover` while its command runs.

mod breaker;
mod failures;
mod interleavings;
mod partial_writes;
mod recover_to;
mod replicas;
mod time_limits;

#[path = "../support/mod.rs"]
mod support;
