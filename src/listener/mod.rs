//! Serves Redis clients: one thread reads all sockets and runs most commands in an event loop. The program that uses it runs the other commands on
//! threads of its own.

mod client;
mod commands;
mod job;
#[allow(clippy::module_inception)]
mod listener;
mod order;
mod publications;
mod replies;

pub use crate::listener::job::Job;
pub use crate::listener::listener::Listener;
