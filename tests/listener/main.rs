//! Clients of the listener: their commands run in one event loop, over connections that they share.

mod clients;
mod faults;
mod names;
mod publications;

#[path = "../support/mod.rs"]
mod support;
