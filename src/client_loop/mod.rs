//! Runs requests and subscriptions for one program with an event loop: submit with a tag, wait for one descriptor, process, take the replies.
//! There are no callbacks, and no call waits for a server.
//!
//! Requests that go to their servers as they are, or in parts, run in the [event loop](crate::event_loop). Those that take several steps or wait
//! for other clients run on threads, which the caller of [`ClientLoop::open`] provides.

#[allow(clippy::module_inception)]
mod client_loop;
mod handles;
mod pipelines;
mod requests;
mod results;
mod sessions;
mod submit_many;
mod subscription;
mod tag_index;

pub use crate::client_loop::client_loop::ClientLoop;
