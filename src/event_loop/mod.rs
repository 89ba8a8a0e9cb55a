//! Runs commands for programs with an event loop: descriptor, timeout, submit with a tag, process, next. There are no callbacks and no threads, and
//! no call waits for a server.
//!
//! The commands of all callers for one server share a connection, so that many small requests become one large request.

mod completion;
#[allow(clippy::module_inception)]
mod event_loop;
mod node;
mod rounds;

pub(crate) use crate::event_loop::completion::Completion;
pub(crate) use crate::event_loop::event_loop::{EventLoop, Submitted};
