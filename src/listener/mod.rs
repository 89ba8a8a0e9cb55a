//! Serves Redis clients: one thread reads all sockets and runs most commands in an event loop. The program that uses it runs the other commands on
//! threads of its own.

mod accept;
mod checks;
mod client;
mod client_socket;
mod commands;
mod counters;
mod job;
mod job_threads;
#[allow(clippy::module_inception)]
mod listener;
mod listening_socket;
mod order;
mod partial_replies;
mod publications;
mod replies;
mod tls;

pub use crate::listener::accept::Stopper;
pub use crate::listener::counters::ListenerCounters;
pub use crate::listener::job::Job;
pub use crate::listener::job_threads::JobThreads;
pub use crate::listener::listener::Listener;
pub use crate::listener::tls::ListenerTls;
