//! Servers, networks and replicas that fail, and `recover` while its command runs.

mod breaker;
mod breaker_processes;
mod deadlines;
mod failover;
mod failures;
mod faults;
mod hygiene;
mod interleavings;
mod interrupts;
mod log;
mod partial_replies;
mod partial_writes;
mod recover_to;
mod replicas;
mod server_errors;
mod stats;
mod time_limits;
mod visible_states;

#[path = "../support/mod.rs"]
mod support;
