//! Connections with TLS: everything works as without, and what fails says why.

mod certificates;
mod commands;
mod fork;
mod sentinel;
mod servers;
#[path = "../support/mod.rs"]
mod support;
